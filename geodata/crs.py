"""Which coordinate reference systems are used, and how do coordinates pass between them?

Everything stored is CRS84: longitude, latitude in degrees on WGS 84.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pyproj
import shapely

from geodata.errors import InvalidInput
from geodata.types import FloatArray, GeometryArray

CRS84 = "OGC:CRS84"
CRS84_URI = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EQUAL_AREA = "EPSG:6933"
"""WGS 84 / NSIDC EASE-Grid 2.0 Global: ellipsoidal cylindrical equal-area, true areas in m2."""
WEB_MERCATOR = "EPSG:3857"
LOCAL = "+proj=laea +lat_0=48.5 +lon_0=34 +datum=WGS84 +units=m"
"""Lambert azimuthal equal-area centred on the theatre: for neighbourhoods, not for figures."""

GEOD = pyproj.Geod(ellps="WGS84")


@lru_cache(maxsize=16)
def _transformer(source: str, target: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def reproject(geometries: GeometryArray, source: str, target: str) -> GeometryArray:
    """Geometries from one CRS to another, (n,), x first in both; vertex by vertex, heights go.

    Empty and None stay as they are. What has no place in the target becomes infinite.
    """
    transform = _transformer(source, target).transform

    def move(coordinates: FloatArray) -> FloatArray:
        return np.column_stack(transform(coordinates[:, 0], coordinates[:, 1]))

    return np.asarray(shapely.transform(geometries, move))


def areas_km2(geometries: GeometryArray) -> FloatArray:
    """Areas on the WGS 84 ellipsoid of CRS84 polygons, (n,) km2; empty gives 0, None gives NaN.

    Computed in an ellipsoidal equal-area projection; edges are straight there, which differs
    from geodesic edges by less than 1e-6 of the area for edges under 10 km.
    """
    return np.asarray(shapely.area(reproject(geometries, CRS84, EQUAL_AREA)) / 1e6)


@dataclass(frozen=True)
class Axes:
    """A CRS a client may ask for: its URI, its authority code, the order of its axes.

    swapped: the authority puts northing (or latitude) first. degrees: its axes are latitude and
    longitude. bounds: west, south, east, north in CRS84 where it may be used.
    """

    uri: str
    code: str
    swapped: bool
    degrees: bool
    bounds: tuple[float, float, float, float]

    def from_crs84(self, geometries: GeometryArray, *, authority: bool = True) -> GeometryArray:
        """Geometries from CRS84 into this CRS, in the authority's order of axes or x first.

        Raises InvalidInput where one cannot be projected: at the poles Web Mercator has no end,
        and a geometry that has no place there is none that is missing.
        """
        if self.code == CRS84:
            return geometries
        moved = reproject(geometries, CRS84, self.code)
        self._refuse_lost(geometries, moved)
        return flipped(moved) if self.swapped and authority else moved

    def _refuse_lost(self, geometries: GeometryArray, moved: GeometryArray) -> None:
        """Raise InvalidInput where coordinates are infinite, or beyond the square of Mercator."""
        shapes = geometries[~(shapely.is_missing(geometries) | shapely.is_empty(geometries))]
        bounds = shapely.bounds(moved[~(shapely.is_missing(moved) | shapely.is_empty(moved))])
        lost = ~np.isfinite(bounds).all(axis=1)
        if self.code == WEB_MERCATOR:
            south, north = self.bounds[1], self.bounds[3]
            plain = shapely.bounds(shapes)
            lost |= (plain[:, 1] < south) | (plain[:, 3] > north)
        if lost.any():
            x, y = shapely.get_coordinates(shapes[lost][0])[0]
            raise InvalidInput(
                f"{lost.sum()} of {len(geometries)} geometries cannot be projected to {self.code}, "
                f"the first near {x:.6g}, {y:.6g}; leave crs out, or keep to bbox="
                f"{','.join(f'{edge:g}' for edge in self.bounds)}",
                parameter="crs",
            )

    def to_crs84(self, geometries: GeometryArray) -> GeometryArray:
        """Geometries in this CRS, in the authority's order of axes, to CRS84."""
        plain = flipped(geometries) if self.swapped else geometries
        return plain if self.code == CRS84 else reproject(plain, self.code, CRS84)


def flipped(geometries: GeometryArray) -> GeometryArray:
    """Geometries with x and y exchanged, (n,)."""
    return np.asarray(shapely.transform(geometries, lambda xy: xy[:, ::-1]))


def _epsg(code: int) -> Axes:
    crs = pyproj.CRS.from_epsg(code)
    first = crs.axis_info[0].direction
    area = crs.area_of_use
    if area is None:
        raise ValueError(f"EPSG:{code} has no area of use; offer another")
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    return Axes(uri, f"EPSG:{code}", first == "north", crs.is_geographic, area.bounds)


CRS84_AXES = Axes(
    CRS84_URI, CRS84, swapped=False, degrees=True, bounds=(-180.0, -90.0, 180.0, 90.0)
)
OFFERED = {
    axes.uri: axes
    for axes in (
        CRS84_AXES,
        *(_epsg(code) for code in (4326, 3857, 4258, 3035, 32634, 32635, 32636, 32637)),
    )
}
"""CRSs a client may ask for, by URI; CRS84 is what is stored."""


def parse_crs(text: str, parameter: str) -> Axes:
    """An offered CRS by URI, CURIE `[EPSG:3857]` or plain `EPSG:3857`.

    Raises InvalidInput. Nothing is ever looked up: what is not in OFFERED is refused.
    """
    axes = OFFERED.get(text) or _by_code().get(text.strip("[]<>").upper())
    if axes is None:
        raise InvalidInput(
            f"{parameter} is {text[:80]!r}; offered are {', '.join(OFFERED)}", parameter=parameter
        )
    return axes


@cache
def _by_code() -> dict[str, Axes]:
    codes = {axes.code.upper(): axes for axes in OFFERED.values()}
    return {**codes, "CRS84": CRS84_AXES, "OGC:1.3:CRS84": CRS84_AXES}
