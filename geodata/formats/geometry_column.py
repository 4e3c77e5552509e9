"""Which geometry type do rows have, and how are their shapes made fit for a format?"""

from collections.abc import Callable

import numpy as np
import pyproj
import shapely

from geodata.crs import CRS84
from geodata.formats.rows import Rows
from geodata.types import FloatArray, GeometryArray

TYPE_NAMES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
"""Names by shapely's type number."""
_MULTI: dict[str, Callable[..., GeometryArray]] = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}


def shapes_of(rows: Rows) -> GeometryArray:
    """The shapes, (n,); those not asked for, empty or not finite are None."""
    if rows.geometry is None:
        return np.full(len(rows), None, dtype=object)
    # The bounds of what is missing or empty are NaN, and those of what was moved off the map
    # infinite.
    finite = np.isfinite(shapely.bounds(rows.geometry)).all(axis=1)
    if finite.all():
        return rows.geometry
    usable = rows.geometry.copy()
    usable[~finite] = None
    return usable


def type_names(shapes: GeometryArray) -> set[str]:
    """The types among the shapes, e.g. {'Point', 'Polygon'}; None counts for nothing."""
    numbers = np.unique(shapely.get_type_id(shapes))
    return {TYPE_NAMES[number] for number in numbers if number >= 0}


def layer_type(rows: Rows) -> str:
    """The one type that holds all rows: `Polygon`, `MultiPolygon` (with polygons) or `Unknown`.

    Where there is no shape, what the collection declares.
    """
    names = type_names(shapes_of(rows))
    if not names:
        return rows.geometry_type or "Unknown"
    singles = {name.removeprefix("Multi") for name in names}
    if len(singles) > 1 or not singles <= set(_MULTI):
        return "Unknown"
    if rows.geometry_type in {f"Multi{name}" for name in singles}:
        return rows.geometry_type
    return names.pop() if len(names) == 1 else f"Multi{singles.pop()}"


def are_points(rows: Rows) -> bool:
    """Whether every shape is a single point (and there are shapes, or points are declared)."""
    return rows.geometry is not None and layer_type(rows) == "Point"


def promoted(shapes: GeometryArray, wanted: str) -> GeometryArray:
    """The shapes with single ones wrapped, where the wanted type is a Multi type."""
    single = wanted.removeprefix("Multi")
    if single == wanted:
        return shapes
    where = np.flatnonzero(shapely.get_type_id(shapes) == TYPE_NAMES.index(single))
    result = shapes.copy()
    result[where] = _MULTI[single](shapes[where], indices=np.arange(len(where)))
    return result


def x_and_y(shapes: GeometryArray) -> tuple[FloatArray, FloatArray]:
    """The coordinates of points, NaN where there is no point."""
    return np.asarray(shapely.get_x(shapes)), np.asarray(shapely.get_y(shapes))


def coordinate_names(crs: str) -> tuple[str, str]:
    """What x and y are called: `lon` and `lat` in degrees, else `x` and `y`."""
    return ("lon", "lat") if pyproj.CRS(crs).is_geographic else ("x", "y")


def is_north_first(crs: str) -> bool:
    """Whether the authority of the CRS puts y (north, latitude) before x, as EPSG:4326 does."""
    if crs == CRS84:
        return False
    axes = pyproj.CRS(crs).axis_info
    return bool(axes) and axes[0].direction.lower() in {"north", "south"}


def swapped(shapes: GeometryArray) -> GeometryArray:
    """The shapes with x and y exchanged; heights stay. None stays None."""
    high = bool(shapely.has_z(shapes).any())

    def exchange(xy: FloatArray) -> FloatArray:
        return np.column_stack([xy[:, 1], xy[:, 0], *xy.T[2:]])

    return np.asarray(shapely.transform(shapes, exchange, include_z=high))
