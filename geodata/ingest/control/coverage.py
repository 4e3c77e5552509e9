"""Which polygons lie in the area a source speaks of?"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import areas_km2
from geodata.types import GeometryArray
from schemas import Expectations

MARGIN_DEG = 0.02
"""Coast and border of the packaged outline (1:10m) are off by up to about 2 km: with no margin
the Kinburn spit and the first days of Vovchansk in May 2024 would be set aside; with this one
every polygon of the Kursk salient still is (at most 0.39 of one lies within)."""
WIDE_MARGIN_DEG = 0.3
"""A feed that draws nothing but the country's own land draws its border better than the outline:
with the narrow margin up to 28 km2 of it were lost (2026-04-15)."""
ISLANDS: tuple[tuple[float, float], ...] = ((30.204, 45.255), (36.55, 45.27))
"""Snake Island and Tuzla (lon, lat), which the outline lacks."""
ISLAND_REACH_DEG = 0.1


@dataclass(frozen=True)
class Coverage:
    """The area a source speaks of (CRS84) and how much of a polygon may lie outside.

    margin: how far beyond the outline a polygon still counts as inside, degrees.
    """

    outline: BaseGeometry
    expectations: Expectations
    margin: float = MARGIN_DEG

    def wide(self) -> "Coverage":
        """The same with a margin that keeps all borderland, for feeds of the country alone."""
        return replace(self, margin=WIDE_MARGIN_DEG)

    @cached_property
    def area(self) -> BaseGeometry:
        """The outline with its margin, prepared."""
        area = shapely.buffer(self.outline, self.margin)
        shapely.prepare(area)
        return area

    def holds(self, polygons: GeometryArray) -> npt.NDArray[np.bool_]:
        """Which of the polygons (n,) lie in the coverage or are a known island, (n,)."""
        inside = np.asarray(shapely.contains_properly(self.area, polygons))
        near = ~inside & shapely.intersects(self.area, polygons)
        inside[near] = self._shares(polygons[near]) >= 1 - self.expectations.outside_share_max
        return np.asarray(inside | self._are_islands(polygons))

    def _shares(self, polygons: GeometryArray) -> npt.NDArray[np.float64]:
        """Share of each polygon's area inside, as the ratio of areas in degrees."""
        within = shapely.area(shapely.intersection(self.area, polygons))
        return np.asarray(within / shapely.area(polygons))

    def _are_islands(self, polygons: GeometryArray) -> npt.NDArray[np.bool_]:
        islands = shapely.multipoints(ISLANDS)
        near = shapely.distance(polygons, islands) < ISLAND_REACH_DEG
        near[near] = areas_km2(polygons[near]) <= self.expectations.island_km2_max
        return np.asarray(near)
