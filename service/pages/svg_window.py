"""Where does a place fall on a drawing: a window of the earth, north up, as SVG coordinates.

x is longitude shrunk by the cosine of the middle latitude, y is latitude: true to scale in the
middle and within 2 % over a country of Ukraine's height. For looking, not for measuring.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

KM_PER_DEGREE = 111.2
COARSE = 0.45
"""Detail left out of a drawing, in its units."""
_MARGIN = 12.0


@dataclass(frozen=True)
class SvgWindow:
    """A part of the earth, CRS84 degrees, drawn `width` units wide."""

    west: float
    south: float
    east: float
    north: float
    width: int = 720

    @classmethod
    def around(cls, lon: float, lat: float, half_km: float, width: int = 720) -> "SvgWindow":
        """A window whose middle is a point, `2 * half_km` high and half as wide again."""
        tall = half_km / KM_PER_DEGREE
        wide = 1.5 * tall / math.cos(math.radians(lat))
        return cls(lon - wide, lat - tall, lon + wide, lat + tall, width)

    @classmethod
    def of(cls, bounds: tuple[float, float, float, float], width: int = 720) -> "SvgWindow":
        """A window that holds bounds, with a margin; never a point, never past the poles."""
        west, south, east, north = bounds
        tall = max(north - south, (east - west) / 3, 0.05) * 1.1
        middle = min(max((south + north) / 2, -85 + tall / 2), 85 - tall / 2)
        wide = max((east - west) * 1.1, tall / math.cos(math.radians(middle)))
        centre = (west + east) / 2
        return cls(
            centre - wide / 2, middle - tall / 2, centre + wide / 2, middle + tall / 2, width
        )

    @cached_property
    def scale(self) -> float:
        """Units per degree of latitude."""
        return self.width / ((self.east - self.west) * self._shrink)

    @property
    def height(self) -> int:
        """Units from south to north."""
        return round((self.north - self.south) * self.scale)

    @property
    def units_per_km(self) -> float:
        """Length of a kilometre."""
        return self.scale / KM_PER_DEGREE

    def holds(self, bounds: tuple[float, float, float, float]) -> bool:
        """Whether bounds lie inside."""
        west, south, east, north = bounds
        return (self.west <= west and east <= self.east
                and self.south <= south and north <= self.north)  # fmt: skip

    def spot(self, lon: float, lat: float) -> tuple[float, float]:
        """Where a point falls, units from the upper left."""
        x, y = self._move(np.array([[lon, lat]]))[0]
        return round(float(x), 1), round(float(y), 1)

    def path(self, shape: BaseGeometry, coarse: float = COARSE) -> str:
        """A shape as path data: cut to the window, simplified; empty where nothing is left."""
        edge = _MARGIN / self.scale
        cut = shapely.clip_by_rect(
            shape, self.west - edge, self.south - edge, self.east + edge, self.north + edge
        )
        simple = shapely.simplify(
            shapely.transform(cut, self._move), coarse, preserve_topology=False
        )
        parts = shapely.get_parts(simple)
        closed = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        rings = shapely.get_rings(parts[closed])
        big = shapely.area(shapely.polygons(rings)) > coarse
        lines = parts[shapely.get_dimensions(parts) == 1]
        return "".join(
            [*(_path_data(r, "Z") for r in rings[big]), *(_path_data(line, "") for line in lines)]
        )

    def scale_bar(self) -> tuple[float, float]:
        """A round number of kilometres near a fifth of the width, and its length in units."""
        about = self.width / self.units_per_km / 5
        power = 10 ** math.floor(math.log10(about))
        km = max(step * power for step in (1, 2, 5) if step * power <= about)
        return km, round(km * self.units_per_km, 1)

    @property
    def _shrink(self) -> float:
        return math.cos(math.radians((self.south + self.north) / 2))

    def _move(self, at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        x = (at[:, 0] - self.west) * self._shrink * self.scale
        return np.column_stack([x, (self.north - at[:, 1]) * self.scale])


def _path_data(line: BaseGeometry, end: str) -> str:
    """A line in path data, one decimal, closed rings without their last point."""
    at = shapely.get_coordinates(line)[: -1 if end else None]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in at) + end
