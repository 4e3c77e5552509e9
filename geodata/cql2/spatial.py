"""How do geometries relate? The eight spatial functions, through the index of the rows.

Relations are those of simple features (DE-9IM, OGC 06-103r4) in the plane of degrees, CRS84.
"""

from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cql2.columns import Datum, Shapes
from geodata.crs import GEOD, areas_km2
from geodata.geometry import as_array, unshared_copy
from geodata.types import FloatArray, GeometryArray, IntArray, Mask

Test: TypeAlias = Callable[[GeometryArray, GeometryArray], Mask]

TESTS: dict[str, Test] = {
    "s_contains": shapely.contains,
    "s_crosses": shapely.crosses,
    "s_disjoint": shapely.disjoint,
    "s_equals": shapely.equals,
    "s_intersects": shapely.intersects,
    "s_overlaps": shapely.overlaps,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
}
_TURNED = {"s_contains": "s_within", "s_within": "s_contains"}
"""The function that holds for (b, a) where the named one holds for (a, b); the rest are even."""
Indexed = Literal["intersects", "within", "contains", "overlaps", "crosses", "touches"]
_INDEXED: dict[str, Indexed] = {
    "s_contains": "within",
    "s_crosses": "crosses",
    "s_intersects": "intersects",
    "s_overlaps": "overlaps",
    "s_touches": "touches",
    "s_within": "contains",
}
"""The index's predicate for (literal, row) that answers the function for (row, literal)."""


def spatial(name: str) -> Callable[[Datum, Datum], Datum]:
    """The spatial function of that name; null where a geometry is missing."""

    def related(left: Datum, right: Datum) -> Datum:
        if isinstance(left, BaseGeometry) and isinstance(right, BaseGeometry):
            return pa.scalar(bool(TESTS[name](as_array(left), as_array(right))[0]))
        if isinstance(left, Shapes) and isinstance(right, Shapes):
            return _answers(TESTS[name](left.array, right.array), left)
        if isinstance(left, BaseGeometry):
            return _against(_TURNED.get(name, name), right, left)
        return _against(name, left, right)

    return related


def _against(name: str, shapes: Shapes, literal: BaseGeometry) -> Datum:
    # The index finds what meets; what it does not find is disjoint.
    if name == "s_disjoint":
        return _answers(~_selected("s_intersects", shapes, literal), shapes)
    return _answers(_selected(name, shapes, literal), shapes)


def _selected(name: str, shapes: Shapes, literal: BaseGeometry) -> Mask:
    """Rows for which `name(row, literal)` holds, found by the index."""
    chosen = np.zeros(len(shapes.array), dtype=bool)
    # A box is what maps ask for, and needs no geometry for points.
    if name == "s_intersects" and _is_rectangle(literal):
        chosen[_touching_rectangle(shapes, literal)] = True
    elif name == "s_equals":  # the tree has no such predicate
        near = shapes.frame.tree.query(literal)
        chosen[near[shapely.equals(shapes.array[near], literal)]] = True
    else:
        chosen[shapes.frame.tree.query(literal, predicate=_INDEXED[name])] = True
    return chosen


def _is_rectangle(literal: BaseGeometry) -> bool:
    return bool(literal.geom_type == "Polygon" and literal.equals(shapely.box(*literal.bounds)))


def _touching_rectangle(shapes: Shapes, literal: BaseGeometry) -> IntArray:
    """Places of the rows that meet it: for points the index alone decides, else the geometry."""
    near = shapes.frame.tree.query(literal)
    shapes_near = shapes.array[near]
    meets = shapely.get_type_id(shapes_near) == 0  # the box of a point is the point
    if not meets.all():
        # Filters are kept and shared among threads, and their literals with them.
        box = unshared_copy(literal)
        shapely.prepare(box)
        meets[~meets] = shapely.intersects(box, shapes_near[~meets])
    return np.asarray(near[meets])


def _answers(truth: Mask, shapes: Shapes) -> pa.Array:
    """Truth by row, null where a row has no geometry."""
    return pa.array(truth, mask=shapes.missing)


def distance_km(left: Datum, right: Datum) -> Datum:
    """Geodesic distance on WGS 84 between the nearest points (nearest in degrees), in km."""
    lines = shapely.shortest_line(_array(left), _array(right))
    ends = shapely.get_coordinates(lines).reshape(-1, 4)
    *_, metres = GEOD.inv(ends[:, 0], ends[:, 1], ends[:, 2], ends[:, 3])
    return _numbers(lines, np.asarray(metres) / 1000, left, right)


def area_km2(shape: Datum) -> Datum:
    """Area on WGS 84 in km2; 0 for points and lines."""
    shapes = as_array(_array(shape))
    known = ~shapely.is_missing(shapes)
    return _numbers(shapes, areas_km2(shapes[known]), shape)


def _array(value: Datum) -> GeometryArray:
    return value.array if isinstance(value, Shapes) else as_array(value)


def _numbers(shapes: GeometryArray, figures: FloatArray, *operands: Datum) -> Datum:
    """One figure for each geometry that is not missing, in order."""
    known = ~shapely.is_missing(shapes)
    values = np.full(len(shapes), np.nan)
    values[known] = figures
    if not any(isinstance(operand, Shapes) for operand in operands):
        return pa.scalar(float(values[0]))
    return pa.array(values, mask=~known)
