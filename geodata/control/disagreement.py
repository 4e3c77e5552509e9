"""On which land do two sources say different things on a day, and how much of it is mere drawing?

Land is compared where both sources speak: inside what each covers, and not where one says that it
does not know. Nothing is left out. What two drawings of one line leave between them is told apart.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.contact_line import SLIVER_M
from geodata.control.sources import SourceSelection
from geodata.crs import CRS84, LOCAL, areas_km2, reproject
from geodata.geometry import (
    as_array,
    difference,
    intersection,
    opening,
    polygonal,
    union_all,
)
from geodata.types import GeometryArray

NARROW_M = 500.0
"""Width below which land between two outlines is a strip, metres: a front drawn twice from one
report differs by a few hundred; settlements are 2 to 5 km apart."""
SPOKEN = ("occupied", "contested", "government")
"""Statuses that can differ: where one does not know nothing is said."""
COLUMNS = (
    "id", "day", "source", "status", "asof", "other_source", "other_status", "other_asof",
    "narrow", "area_km2", "geometry",
)  # fmt: skip


@dataclass(frozen=True)
class Map:
    """What a source says of a day, CRS84. covered: what it speaks of. land: by `MAPPED` status."""

    covered: BaseGeometry
    land: Mapping[str, BaseGeometry]


@dataclass(frozen=True)
class Difference:
    """Land of two statuses, apart from and with the strips, MultiPolygons, CRS84."""

    status: str
    other_status: str
    broad: BaseGeometry
    narrow: BaseGeometry


def differences(one: Map, other: Map, outline: BaseGeometry) -> tuple[Difference, ...]:
    """All land of which two maps say different things, by pair of statuses.

    outline: the country, CRS84. Pairs of which there is no land are left out.
    """
    rim = _rim(outline)
    shapes = {pair: _both(one, pair[0], other, pair[1]) for pair in permutations(SPOKEN, 2)}
    return tuple(
        Difference(*pair, *_split(shape, rim))
        for pair, shape in shapes.items()
        if not shape.is_empty
    )


def disagreement_table(
    pairs: Iterable[tuple[SourceSelection, SourceSelection, Sequence[Difference]]],
) -> gpd.GeoDataFrame:
    """Rows of `schemas.Disagreement`, columns `COLUMNS`, CRS84, in the order of the pairs."""
    rows = [row for one, other, parts in pairs for row in _rows(one, other, parts)]
    table = gpd.GeoDataFrame(rows, columns=list(COLUMNS), geometry="geometry", crs=CRS84)
    for name in ("day", "asof", "other_asof"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[s]")
    return table.assign(area_km2=areas_km2(table.geometry.to_numpy()).round(3))


def pairs_on(
    selections: Sequence[SourceSelection],
) -> Iterator[tuple[SourceSelection, SourceSelection]]:
    """Pairs of the sources that have a map of a day, in the order of priority."""
    yield from combinations([each for each in selections if each.asof is not None], 2)


def _rows(
    one: SourceSelection, other: SourceSelection, parts: Sequence[Difference]
) -> Iterator[dict[str, object]]:
    for part in parts:
        for narrow, shape in ((False, part.broad), (True, part.narrow)):
            if shape.is_empty:
                continue
            words = (one.day, one.source, part.status, other.source, part.other_status)
            yield {
                "id": ".".join([*map(str, words), *(["narrow"] if narrow else [])]),
                "day": one.day,
                "source": one.source,
                "status": part.status,
                "asof": one.asof,
                "other_source": other.source,
                "other_status": part.other_status,
                "other_asof": other.asof,
                "narrow": narrow,
                "geometry": shape,
            }


def _both(one: Map, status: str, other: Map, other_status: str) -> BaseGeometry:
    """Land of a status by one map and of another status by the other."""
    # The government's land is what is left: taken away, it need not be drawn.
    if status == "government":
        return _both(other, other_status, one, status)
    shape = one.land[status]
    if other_status != "government":
        return intersection(shape, other.land[other_status])
    shape = intersection(shape, other.covered)
    return difference(shape, union_all(as_array(list(other.land.values()))))


def _split(shape: BaseGeometry, rim: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """What of a shape is broad, and the strips of it."""
    plane = polygonal(shapely.make_valid(reproject(as_array(shape), CRS84, LOCAL)[0]))
    broad = opening(plane, NARROW_M)
    # Along coast and border two outlines of the country are compared, not two fronts.
    at_rim = shapely.intersection(broad, rim)
    broad = shapely.difference(broad, shapely.difference(at_rim, opening(plane, SLIVER_M)))
    broad = polygonal(broad)
    both: GeometryArray = np.array([broad, shapely.difference(plane, broad)], dtype=object)
    large, strips = (polygonal(each) for each in reproject(both, LOCAL, CRS84))
    return large, strips


def _rim(outline: BaseGeometry) -> BaseGeometry:
    """Land and sea within half a sliver of the country's edge, LOCAL."""
    edge = shapely.boundary(reproject(as_array(outline), CRS84, LOCAL)[0])
    rim: BaseGeometry = shapely.buffer(edge, SLIVER_M / 2, quad_segs=4)
    return rim
