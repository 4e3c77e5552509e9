"""What does a filter read, and in which Arrow types do its values travel?

Scalars travel as Arrow arrays or scalars of string (or dictionary of string), int64 or double,
bool, date32 and timestamp[us, UTC]; lists as list<string>, whatever they are of; geometry as
`Shapes`.
"""

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.cql2.ast import Kind
from geodata.types import GeometryArray, Mask

Datum: TypeAlias = Any
"""An Arrow array or scalar, Shapes, a geometry, a Span or a list of these."""

MOMENT = pa.timestamp("us", tz="UTC")


class FilterInput(Protocol):
    """The rows a filter is evaluated over."""

    def column(self, name: str) -> pa.Array:
        """The values of a column, in the order of the rows."""
        ...

    @property
    def geometry(self) -> GeometryArray:
        """(n,) geometries, CRS84; None where missing."""
        ...

    @property
    def tree(self) -> shapely.STRtree:
        """An index over `geometry`, in the same order."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True)
class Shapes:
    """The geometries of a frame with its index, which is built only where it is used."""

    frame: FilterInput

    @property
    def array(self) -> GeometryArray:
        """(n,) geometries, CRS84; None where missing."""
        return self.frame.geometry

    @property
    def missing(self) -> Mask:
        """(n,) True where a row has no geometry."""
        return np.asarray(shapely.is_missing(self.frame.geometry))


def column_of(frame: FilterInput, name: str, kind: Kind) -> Datum:
    """A column in the Arrow type its kind travels in. NaN counts as missing."""
    if kind == "geometry":
        return Shapes(frame)
    values = frame.column(name)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return _TRAVELS[kind](values)


def _strings(values: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(values.type):
        texts = values.dictionary.cast(pa.string())
        return pa.DictionaryArray.from_arrays(values.indices, texts)
    return values if values.type == pa.string() else values.cast(pa.string())


def _numbers(values: pa.Array) -> pa.Array:
    if pa.types.is_integer(values.type):
        return values if values.type == pa.int64() else values.cast(pa.int64())
    floats = values if values.type == pa.float64() else values.cast(pa.float64())
    # pandas writes a missing number as NaN; in a filter it is null.
    holes = pc.is_nan(floats)
    return pc.if_else(holes, None, floats) if pc.any(holes).as_py() else floats


def _moments(values: pa.Array) -> pa.Array:
    return values if values.type == MOMENT else values.cast(MOMENT, safe=False)


def _days(values: pa.Array) -> pa.Array:
    return values if values.type == pa.date32() else values.cast(pa.date32(), safe=False)


def _lists(values: pa.Array) -> pa.Array:
    wanted = pa.list_(pa.string())
    if pa.types.is_large_list(values.type):
        values = values.cast(pa.list_(values.type.value_type))
    if pa.types.is_string(values.type.value_type) or pa.types.is_large_string(
        values.type.value_type
    ):
        return values if values.type == wanted else values.cast(wanted)
    whole = pa.concat_arrays([values]) if values.offset else values
    texts = as_texts(whole.values)
    return pa.ListArray.from_arrays(whole.offsets, texts, mask=whole.is_null())


def as_texts(values: pa.Array) -> pa.Array:
    """Entries of lists as texts that are alike where the values are equal: 2 and 2.0 are `2`."""
    if not pa.types.is_floating(values.type):
        return values.cast(pa.string())
    is_whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), 2.0**63))
    whole = pc.if_else(is_whole, values, 0.0).cast(pa.int64()).cast(pa.string())
    return pc.if_else(is_whole, whole, values.cast(pa.string()))


def _flags(values: pa.Array) -> pa.Array:
    return values if values.type == pa.bool_() else values.cast(pa.bool_())


_TRAVELS = {
    "string": _strings,
    "number": _numbers,
    "boolean": _flags,
    "date": _days,
    "datetime": _moments,
    "strings": _lists,
    "numbers": _lists,
    "dates": _lists,
}
