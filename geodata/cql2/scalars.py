"""How are columns compared, joined by three-valued logic, and reckoned with?

Logic is SQL's (Kleene's): null is unknown, and a filter keeps a row only where it is true.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from shapely.geometry.base import BaseGeometry

from geodata.cql2.columns import Datum, Shapes
from geodata.cql2.temporal import Span, span_is_null
from geodata.types import FloatArray

COMPARISONS = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def comparison(name: str) -> Callable[[Datum, Datum], Datum]:
    """The comparison of that name; null where either side is null. Strings by code point."""
    compare = COMPARISONS[name]

    def compared(left: Datum, right: Datum) -> Datum:
        if is_dictionary(left) and isinstance(right, pa.Scalar):
            return on_distinct(left, lambda values: compare(values, right))
        if is_dictionary(right) and isinstance(left, pa.Scalar):
            return on_distinct(right, lambda values: compare(left, values))
        return compare(plain(left), plain(right))

    return compared


def all_of(*conditions: Datum) -> Datum:
    """AND: false where any is false, else null where any is null."""
    return reduce(pc.and_kleene, conditions)


def any_of(*conditions: Datum) -> Datum:
    """OR: true where any is true, else null where any is null."""
    return reduce(pc.or_kleene, conditions)


def opposite(condition: Datum) -> Datum:
    """NOT: null stays null."""
    return pc.invert(condition)


def is_null(value: Datum) -> Datum:
    """True where there is no value, never null."""
    if isinstance(value, Shapes):
        return pa.array(value.missing)
    if isinstance(value, Span):
        return span_is_null(value)
    if isinstance(value, BaseGeometry | list):
        return pa.scalar(value=False)
    return pc.is_null(plain(value))


def between(value: Datum, low: Datum, high: Datum) -> Datum:
    """`low <= value AND value <= high`; empty where the bounds are reversed."""
    return all_of(comparison(">=")(value, low), comparison("<=")(value, high))


def within_list(value: Datum, members: list[Datum]) -> Datum:
    """IN: as `value = member1 OR value = member2 …`, all members literals of the value's kind."""
    if isinstance(value, pa.Scalar):
        return any_of(
            pa.scalar(value=False, type=pa.bool_()), *(pc.equal(value, m) for m in members)
        )
    return on_distinct(value, lambda values: _is_among(values, members))


def _is_among(values: pa.Array, members: list[Datum]) -> Datum:
    # `is_in` compares values of one type: where a member has a fraction all become doubles.
    wanted = pa.array([member.as_py() for member in members], _common_type(values, members))
    if values.type != wanted.type:
        values = values.cast(wanted.type)
    # Of a null `is_in` says false; `null = member` is unknown.
    return pc.if_else(pc.is_valid(values), pc.is_in(values, value_set=wanted), None)


def _common_type(values: pa.Array, members: list[Datum]) -> pa.DataType:
    doubles = any(member.type == pa.float64() for member in members)
    return pa.float64() if doubles else values.type


def is_dictionary(value: Datum) -> bool:
    """True for a column kept as indices into its distinct texts."""
    return isinstance(value, pa.DictionaryArray)


def plain(value: Datum) -> Datum:
    """A column with its texts written out."""
    return value.dictionary_decode() if is_dictionary(value) else value


def on_distinct(values: Datum, work: Callable[[Any], Any]) -> Datum:
    """Work done on the distinct texts where they are known, on all values elsewhere.

    A column of a few texts is so worked on a few times, not once a row. Where the work gives texts
    of a dictionary column, the result is one too.
    """
    if not is_dictionary(values):
        return work(values)
    done = work(values.dictionary)
    if pa.types.is_string(done.type):
        return pa.DictionaryArray.from_arrays(values.indices, done)
    return pc.take(done, values.indices)


def whole_quotient(left: FloatArray, right: FloatArray) -> FloatArray:
    """`div`: the quotient without its fraction, towards zero as SQL has it."""
    return np.trunc(left / right)


def power(left: FloatArray, right: FloatArray) -> FloatArray:
    """`^`; NaN stands for null here, so `1^null` and `null^0` have no result.

    IEEE 754 has 1 for both, whatever the other side.
    """
    return np.where(np.isnan(left) | np.isnan(right), np.nan, np.power(left, right))


def arithmetic(work: Callable[..., FloatArray]) -> Callable[..., Datum]:
    """An operator over columns and numbers: null in, or no finite number out, gives null."""

    def computed(*operands: Datum) -> Datum:
        with np.errstate(all="ignore"):
            result = np.asarray(work(*map(doubles, operands)), dtype=np.float64)
        # Division by nothing and overflow give no number: null, as SQL has no infinity.
        finite = np.isfinite(result)
        if all(isinstance(operand, pa.Scalar) for operand in operands):
            return pa.scalar(float(result[0]) if finite[0] else None, pa.float64())
        return pa.array(result, mask=~finite)

    return computed


def doubles(value: Datum) -> FloatArray:
    """Numbers as doubles, NaN where missing; a single number has length 1."""
    if isinstance(value, pa.Scalar):
        return np.array([np.nan if value.as_py() is None else value.as_py()], dtype=np.float64)
    return np.asarray(value.to_numpy(zero_copy_only=False), dtype=np.float64)


def part_of_date(part: Callable[[Datum], Datum]) -> Callable[[Datum], Datum]:
    """A calendar part of dates or UTC timestamps, as whole numbers."""

    def computed(moment: Datum) -> Datum:
        # Without its zone, which is UTC: no table of zones is needed.
        bare = moment.cast(pa.timestamp("us")) if pa.types.is_timestamp(moment.type) else moment
        return pc.cast(part(bare), pa.int64())

    return computed
