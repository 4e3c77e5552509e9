"""How far does the packaged control agree with maps that others drew of the same days?"""

from collections.abc import Iterator
from datetime import date

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import land_of
from geodata.control.tessellation import tessellate
from geodata.crs import CRS84, LOCAL, areas_km2, reproject
from geodata.data import packaged
from geodata.geometry import as_array
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.maps_2022 import isw, nzz
from tests.benchmarks.place import Place

WANTED = {
    date(2024, 7, 15): (0.965, None),
    date(2025, 2, 25): (0.97, 99.4),
    date(2025, 7, 15): (0.965, None),
}
"""Day: least IoU of occupied land, least percentage of Ukraine's land classified alike."""
DAYS_2022 = tuple(
    date(2022, month, day)
    for month, day in (
        (3, 8), (3, 20), (4, 6), (5, 1), (6, 10), (7, 10),
        (8, 10), (9, 5), (9, 20), (10, 10), (11, 1), (11, 15),
    )
)  # fmt: skip
NEAR_M = 5_000
"""Two maps of one line differ by so much; land farther from all others' is ours alone."""
MOST_ALONE_KM2, LINE_IS_KNOWN = 300, date(2022, 6, 1)
"""Until then the others themselves agree on little more than half of the land."""
NOT_DRAWN = ("UA-43", "UA-40")
"""Crimea and Sevastopol, which NZZ does not draw, are left out of the comparison of 2022."""


def run(place: Place) -> Iterator[Line]:
    """Maps are cut to the outline less the lakes; areas are ellipsoidal."""
    land = packaged.settled_land()
    seconds, cells = clocked(lambda: tessellate(packaged.settlements(), land, "settlements"))
    yield Line("tessellate the settlements", seconds, "s")
    yield Line("cells", len(cells))
    yield from _with_deepstate(place, cells)
    yield from _with_isw_and_nzz(place, cells)


def _with_deepstate(place: Place, cells: gpd.GeoDataFrame) -> Iterator[Line]:
    published, land = place.published(WANTED), packaged.land()
    for day, (iou_wanted, alike_wanted) in WANTED.items():
        ours, theirs = _cut(land_of(cells, day), land), _cut(published[day], land)
        yield Line(f"{day} IoU of occupied land", iou(ours, theirs), "", iou_wanted, ">=")
        differing = km2(shapely.symmetric_difference(ours, theirs))
        alike = 100 * (1 - differing / km2(land))
        sense = ">=" if alike_wanted else ""
        yield Line(f"{day} land of Ukraine classified alike", alike, "%", alike_wanted, sense)
        yield Line(f"{day} occupied km2, ours against theirs", km2(ours), "km2", km2(theirs))


def _with_isw_and_nzz(place: Place, cells: gpd.GeoDataFrame) -> Iterator[Line]:
    """No farther from either than they are from each other, and little land of ours alone."""
    areas = packaged.admin_areas().set_index("id").geometry
    land = shapely.difference(packaged.land(), shapely.union_all(areas.loc[list(NOT_DRAWN)]))
    first, second = isw(place, DAYS_2022), nzz(place, DAYS_2022)
    for day in DAYS_2022:
        ours, one, other = (_cut(m, land) for m in (land_of(cells, day), first[day], second[day]))
        theirs = iou(one, other)
        yield Line(f"{day} IoU with ISW; ISW's with NZZ", iou(ours, one), "", theirs, ">=")
        yield Line(f"{day} IoU with NZZ; ISW's with NZZ", iou(ours, other), "", theirs, ">=")
        alone = km2(shapely.difference(ours, _wider(shapely.union(one, other))))
        most = MOST_ALONE_KM2 if day >= LINE_IS_KNOWN else None
        yield Line(f"{day} occupied, nobody else's", alone, "km2", most, "<=" if most else "")
        both = shapely.difference(shapely.intersection(one, other), ours)
        yield Line(f"{day} occupied by both of them, not by us", km2(both), "km2")


def iou(ours: BaseGeometry, theirs: BaseGeometry) -> float:
    """Area of the intersection over that of the union."""
    return km2(shapely.intersection(ours, theirs)) / km2(shapely.union(ours, theirs))


def km2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid of one CRS84 geometry."""
    return float(areas_km2(np.array([shape], dtype=object))[0])


def _cut(shape: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    return shapely.intersection(shape, land)


def _wider(shape: BaseGeometry) -> BaseGeometry:
    """The shape with all that lies within `NEAR_M` of it, CRS84."""
    plane = shapely.simplify(reproject(as_array(shape), CRS84, LOCAL), 50)
    return reproject(shapely.buffer(plane, NEAR_M), LOCAL, CRS84)[0]
