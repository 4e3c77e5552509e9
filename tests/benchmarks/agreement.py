"""How far does the packaged control agree with DeepState's maps of three days?"""

from collections.abc import Iterator
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import land_of
from geodata.control.tessellation import tessellate
from geodata.crs import areas_km2
from geodata.data import packaged
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.place import Place

WANTED = {
    date(2024, 7, 15): (0.965, None),
    date(2025, 2, 25): (0.97, 99.4),
    date(2025, 7, 15): (0.965, None),
}
"""Day: least IoU of occupied land, least percentage of Ukraine's land classified alike."""


def run(place: Place) -> Iterator[Line]:
    """Both maps are cut to the outline less the lakes; areas are ellipsoidal."""
    published = place.published(WANTED)
    land = packaged.land()
    seconds, cells = clocked(lambda: tessellate(packaged.settlements(), land, "settlements"))
    yield Line("tessellate the settlements", seconds, "s")
    yield Line("cells", len(cells))
    for day, (iou_wanted, alike_wanted) in WANTED.items():
        ours, theirs = _cut(land_of(cells, day), land), _cut(published[day], land)
        yield Line(f"{day} IoU of occupied land", iou(ours, theirs), "", iou_wanted, ">=")
        differing = km2(shapely.symmetric_difference(ours, theirs))
        alike = 100 * (1 - differing / km2(land))
        sense = ">=" if alike_wanted else ""
        yield Line(f"{day} land of Ukraine classified alike", alike, "%", alike_wanted, sense)
        yield Line(f"{day} occupied km2, ours against theirs", km2(ours), "km2", km2(theirs))


def iou(ours: BaseGeometry, theirs: BaseGeometry) -> float:
    """Area of the intersection over that of the union."""
    return km2(shapely.intersection(ours, theirs)) / km2(shapely.union(ours, theirs))


def km2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid of one CRS84 geometry."""
    return float(areas_km2(np.array([shape], dtype=object))[0])


def _cut(shape: BaseGeometry, land: BaseGeometry) -> BaseGeometry:
    return shapely.intersection(shape, land)
