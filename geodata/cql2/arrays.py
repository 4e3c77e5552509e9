"""What does a checked tree evaluate to over the rows of a frame?"""

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cql2.frame import MOMENT, Datum, Frame, column_of
from geodata.cql2.operators import OPERATORS
from geodata.cql2.times import OPEN
from geodata.cql2.tree import Items, Kind, Node, Property, Value
from geodata.errors import InvalidInput
from geodata.types import Mask

_TYPES: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": MOMENT,
}


def mask_of(tree: Node, frame: Frame) -> Mask:
    """(n,) True where the filter is true; false and null leave a row out."""
    try:
        found = evaluate(tree, frame)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, shapely.GEOSException) as error:
        raise InvalidInput(f"filter cannot be evaluated: {error}", parameter="filter") from error
    if isinstance(found, pa.Scalar):
        return np.full(len(frame), found.as_py() is True)
    full = pc.fill_null(found, fill_value=False) if found.null_count else found
    return np.asarray(full.to_numpy(zero_copy_only=False))


def evaluate(node: Node, frame: Frame) -> Datum:
    """The value of a node: one datum per row, or a single one where it reads no column."""
    if isinstance(node, Value):
        return literal(node)
    if isinstance(node, Property):
        return column_of(frame, node.name, node.kind)
    if isinstance(node, Items):
        return [evaluate(member, frame) for member in node.members]
    return OPERATORS[node.name].arrays(*(evaluate(arg, frame) for arg in node.args))


def literal(node: Value) -> Datum:
    """A literal in the Arrow type of its kind; whole numbers as int64, so ids compare exactly."""
    value = node.value
    if isinstance(value, BaseGeometry):
        return value
    if node.kind == "open":
        return OPEN
    if node.kind == "number" and isinstance(value, float) and _is_whole(value):
        return pa.scalar(int(value), pa.int64())
    return pa.scalar(_bare(value), _TYPES[node.kind])


def _is_whole(value: float) -> bool:
    return value.is_integer() and abs(value) <= 2**53


def _bare(value: object) -> object:
    if isinstance(value, str | float | int | date | datetime) or value is None:
        return value
    raise TypeError(value)
