"""Which land is a territory on a date: its extent, and the part held on the date?

The *extent* does not change with the date asked: the area, less what was already held on
`except_on`, or what was held on `fixed_on`. The *land* is the part of it held on the date.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.geometry import difference, intersection
from geodata.types import FloatArray, IntArray, Mask
from schemas import Territory

NEARLY = 1e-6
"""What is missing of a share that is one but for slivers of an edge."""
LandOn = Callable[[date, str], BaseGeometry]
"""Land of a status on a day, CRS84, by the source that answers for that day."""
MAY_LIE_IN = 0.05
"""Share of the footprint from which a deposit may lie in a territory: what a verdict takes for
certain on the other side (`timeline.CERTAIN`)."""


@dataclass(frozen=True)
class Areas:
    """The country's outline, its oblasts by ISO 3166-2 code, other states by ISO 3166-1; CRS84."""

    outline: BaseGeometry
    oblasts: Mapping[str, BaseGeometry]
    countries: Mapping[str, BaseGeometry] = field(default_factory=dict)


def extent(territory: Territory, areas: Areas, land_on: LandOn) -> BaseGeometry:
    """The territory's extent, whatever the date asked: MultiPolygon, CRS84."""
    area = _area(territory, areas)
    if territory.held and territory.fixed_on:
        return intersection(area, land_on(territory.fixed_on, territory.held))
    if territory.held and territory.except_on:
        return difference(area, land_on(territory.except_on, territory.held))
    return area


def land(territory: Territory, areas: Areas, land_on: LandOn, day: date) -> BaseGeometry:
    """The territory on a date: MultiPolygon, CRS84."""
    whole = extent(territory, areas, land_on)
    # Land fixed on a day was cut to that day's holding in the extent already.
    if territory.held is None or territory.fixed_on:
        return whole
    return intersection(whole, land_on(day, territory.held))


def codes(territory: Territory, areas: Areas) -> frozenset[str]:
    """ISO 3166-2 codes of the oblasts the territory's area is made of."""
    if territory.country is not None:
        return frozenset()
    return frozenset(territory.oblasts or areas.oblasts) - frozenset(territory.except_oblasts)


def may_belong_to(
    shares: FloatArray, oblasts: npt.NDArray[np.object_], wanted: frozenset[str]
) -> Mask:
    """Which deposits may lie in a territory, (n,).

    shares: (n,) share of each footprint in the extent; NaN where there is no footprint: then the
    published oblasts decide, (n,) tuples of ISO 3166-2 codes. wanted: codes of the territory.
    """
    named = np.array([bool(wanted & set(codes)) for codes in oblasts], dtype=bool)
    return np.asarray(np.where(np.isnan(shares), named, np.nan_to_num(shares) >= MAY_LIE_IN))


def partly_inside(shares: FloatArray) -> IntArray:
    """Which deposits lie in an extent for a part that counts, but not wholly, (k,) rows.

    shares: (n,) share of each footprint in the extent; NaN where there is no footprint.
    """
    inside = np.nan_to_num(shares, nan=1.0)
    return np.flatnonzero((inside >= MAY_LIE_IN) & (inside < 1 - NEARLY))


def _area(territory: Territory, areas: Areas) -> BaseGeometry:
    whole = areas.outline if territory.country is None else areas.countries[territory.country]
    if territory.oblasts:
        whole = shapely.union_all([areas.oblasts[code] for code in territory.oblasts])
    if not territory.except_oblasts:
        return whole
    left_out = shapely.union_all([areas.oblasts[code] for code in territory.except_oblasts])
    return difference(whole, left_out)
