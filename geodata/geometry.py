"""How are polygons cleaned, snapped, united and subtracted: the few rules all geometry obeys?

All functions take and give arrays, CRS84 unless said otherwise.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from geodata.crs import GEOD
from geodata.types import FloatArray, GeometryArray, IntArray, Mask

GRID_DEG = 1e-6
"""Maps as read are snapped to this grid (0.11 m of latitude)."""
CUT_GRID_DEG = 1e-9
"""Points where edges of two maps cross are snapped to this finer grid: at 1e-6 every cut bends a
border by half a grid step, which over 656 maps adds up to 4e-8 of the area; here it stays 5e-11."""
EMPTY = shapely.MultiPolygon()
MULTI_TYPES = (4, 5, 6, 7)
"""GEOS's numbers of multipoints, multilines, multipolygons and collections."""
KINDS: dict[str, Callable[[Any], BaseGeometry]] = {
    "MultiPoint": shapely.MultiPoint,
    "MultiLineString": shapely.MultiLineString,
    "MultiPolygon": shapely.MultiPolygon,
    "GeometryCollection": shapely.GeometryCollection,
}


def as_array(geometries: object) -> GeometryArray:
    """A one-dimensional object array of geometries."""
    return np.atleast_1d(np.asarray(geometries, dtype=object))


def parts_of(geometries: object) -> tuple[GeometryArray, IntArray]:
    """The single parts of any geometries, (n,), and the place of the geometry each is of."""
    parts, owner = shapely.get_parts(as_array(geometries), return_index=True)
    # Collections may hold collections: `get_parts` opens one level at a time.
    while np.isin(shapely.get_type_id(parts), MULTI_TYPES).any():
        parts, whole = shapely.get_parts(parts, return_index=True)
        owner = owner[whole]
    return parts, owner


def have_empty_parts(geometries: GeometryArray) -> Mask:
    """Whether a part or ring of each has no points, (n,); of None and what is empty as a whole, no.

    GEOS counts a polygon with an empty hole as valid, and ends the process when it relates it to
    another (`equals`, `within`, `overlaps`; seen with GEOS 3.14).
    """
    parts, owner = parts_of(geometries)
    rings, polygon = shapely.get_rings(parts, return_index=True)
    has_empty = np.zeros(len(geometries), dtype=bool)
    has_empty[owner[shapely.is_empty(parts)]] = True
    has_empty[owner[polygon[shapely.is_empty(rings)]]] = True
    return has_empty & ~shapely.is_empty(geometries)


def without_empty_parts(geometry: BaseGeometry) -> BaseGeometry:
    """The same without parts and holes that have no points."""
    if isinstance(geometry, shapely.Polygon):
        return shapely.Polygon(geometry.exterior, [h for h in geometry.interiors if not h.is_empty])
    if not isinstance(geometry, BaseMultipartGeometry):
        return geometry
    parts = [without_empty_parts(part) for part in geometry.geoms if not part.is_empty]
    return KINDS[geometry.geom_type](parts)


def polygons_of(geometry: BaseGeometry) -> GeometryArray:
    """The polygons inside any geometry, (n,); lines, points and empty parts fall away."""
    parts, _ = parts_of(geometry)
    return np.asarray(parts[(shapely.get_type_id(parts) == 3) & (shapely.area(parts) > 0)])


def polygonal(geometry: BaseGeometry) -> BaseGeometry:
    """The areal part of a geometry as a MultiPolygon, empty where it has none."""
    parts = polygons_of(geometry)
    return shapely.MultiPolygon(list(parts)) if len(parts) else EMPTY


def snapped(geometry: BaseGeometry, grid: float = GRID_DEG) -> BaseGeometry:
    """The areal part, made valid, without heights, on the grid: a MultiPolygon, maybe empty."""
    flat = shapely.force_2d(geometry)
    valid = flat if shapely.is_valid(flat) else shapely.make_valid(flat)
    areal = polygonal(valid)
    if not shapely.is_valid(areal):
        areal = shapely.union_all(polygons_of(areal))  # polygons of a collection may overlap
    return polygonal(shapely.set_precision(areal, grid))


def union_all(geometries: GeometryArray, grid: float = CUT_GRID_DEG) -> BaseGeometry:
    """Union of polygons on the grid as a MultiPolygon; empty for an empty array."""
    return polygonal(shapely.union_all(geometries, grid_size=grid)) if len(geometries) else EMPTY


def difference(left: BaseGeometry, right: BaseGeometry, grid: float = CUT_GRID_DEG) -> BaseGeometry:
    """The areal part of left without right, on the grid."""
    return polygonal(shapely.difference(left, right, grid_size=grid))


def intersection(
    left: BaseGeometry, right: BaseGeometry, grid: float = CUT_GRID_DEG
) -> BaseGeometry:
    """The areal part of left inside right, on the grid."""
    return polygonal(shapely.intersection(left, right, grid_size=grid))


def opening(geometry: BaseGeometry, width: float) -> BaseGeometry:
    """The parts of a polygon at least about `width` wide, in its own units."""
    # Grown by twice what it was shrunk, and clipped: corners that shrinking rounds come back whole.
    core = shapely.buffer(geometry, -width / 2, quad_segs=2)
    return polygonal(shapely.intersection(geometry, shapely.buffer(core, width, quad_segs=2)))


def geodesic_discs(
    lon: FloatArray,
    lat: FloatArray,
    radius_m: FloatArray,
    vertices: int = 64,
) -> GeometryArray:
    """Discs of constant geodesic radius on WGS 84, (n,) polygons with `vertices` corners.

    lon, lat: (n,) degrees. radius_m: (n,) metres, > 0. The corners lie on a circle of slightly
    greater radius so that the polygon's area equals the disc's.
    """
    if not len(lon):
        return np.empty(0, dtype=object)
    azimuth = np.linspace(0, 360, vertices, endpoint=False)
    # A regular polygon of n corners at r has n/2 r^2 sin(2 pi/n): r is chosen so that it is a
    # disc's.
    corner = radius_m * np.sqrt(2 * np.pi / vertices / np.sin(2 * np.pi / vertices))
    n = len(lon)
    # Azimuths against the clock, as exterior rings of GeoJSON run (RFC 7946, 3.1.6).
    x, y, _ = GEOD.fwd(
        np.repeat(lon, vertices),
        np.repeat(lat, vertices),
        np.tile(-azimuth, n),
        np.repeat(corner, vertices),
    )
    ring = np.stack([x, y], axis=-1).reshape(n, vertices, 2)
    return np.asarray(shapely.polygons(ring))


def unshared_copy(shape: BaseGeometry) -> BaseGeometry:
    """A copy of a shape, to be prepared.

    A prepared shape builds its index while it is asked: two threads asking one bring the process
    down.
    """
    return shapely.from_wkb(shapely.to_wkb(shape))
