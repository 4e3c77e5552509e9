"""How are columns compared, joined by three-valued logic, and reckoned with?"""

from collections.abc import Callable
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from shapely.geometry.base import BaseGeometry

from geodata.cql2.columns import Datum, Shapes
from geodata.cql2.temporal import Span, span_is_null

COMPARISONS = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}
Doubles: TypeAlias = npt.NDArray[np.float64]


def comparison(name: str) -> Callable[[Datum, Datum], Datum]:
    """The comparison of that name; null where either side is null. Strings by code point."""
    compare = COMPARISONS[name]

    def compared(left: Datum, right: Datum) -> Datum:
        if is_dictionary(left) and isinstance(right, pa.Scalar):
            return on_words(left, lambda words: compare(words, right))
        if is_dictionary(right) and isinstance(left, pa.Scalar):
            return on_words(right, lambda words: compare(left, words))
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
    return on_words(value, lambda words: _found(words, members))


def _found(values: pa.Array, members: list[Datum]) -> Datum:
    wanted = pa.array([member.as_py() for member in members], _common_type(values, members))
    if values.type != wanted.type:
        values = values.cast(wanted.type)
    return pc.if_else(pc.is_valid(values), pc.is_in(values, value_set=wanted), None)


def _common_type(values: pa.Array, members: list[Datum]) -> pa.DataType:
    doubles = any(member.type == pa.float64() for member in members)
    return pa.float64() if doubles else values.type


def is_dictionary(value: Datum) -> bool:
    """True for a column kept as indices into its distinct words."""
    return isinstance(value, pa.DictionaryArray)


def plain(value: Datum) -> Datum:
    """A column with its words written out."""
    return value.dictionary_decode() if is_dictionary(value) else value


def on_words(values: Datum, work: Callable[[Any], Any]) -> Datum:
    """Work done on the distinct words where they are known, on all values elsewhere.

    An array of strings the work returns for a dictionary column stays one.
    """
    if not is_dictionary(values):
        return work(values)
    done = work(values.dictionary)
    if pa.types.is_string(done.type):
        return pa.DictionaryArray.from_arrays(values.indices, done)
    return pc.take(done, values.indices)


def whole_quotient(left: Doubles, right: Doubles) -> Doubles:
    """`div`: the quotient without its fraction, towards zero as SQL has it."""
    return np.trunc(left / right)


def power(left: Doubles, right: Doubles) -> Doubles:
    """`^`; unlike in IEEE 754, `1^null` and `null^0` have no result."""
    return np.where(np.isnan(left) | np.isnan(right), np.nan, np.power(left, right))


def arithmetic(work: Callable[..., Doubles]) -> Callable[..., Datum]:
    """An operator over columns and numbers: null in, or no finite number out, gives null."""

    def computed(*operands: Datum) -> Datum:
        with np.errstate(all="ignore"):
            result = np.asarray(work(*map(doubles, operands)), dtype=np.float64)
        finite = np.isfinite(result)
        if all(isinstance(operand, pa.Scalar) for operand in operands):
            return pa.scalar(float(result[0]) if finite[0] else None, pa.float64())
        return pa.array(result, mask=~finite)

    return computed


def doubles(value: Datum) -> Doubles:
    """Numbers as doubles, NaN where missing; a single number has length 1."""
    if isinstance(value, pa.Scalar):
        return np.array([np.nan if value.as_py() is None else value.as_py()], dtype=np.float64)
    return np.asarray(value.to_numpy(zero_copy_only=False), dtype=np.float64)


def part_of_date(part: Callable[[Datum], Datum]) -> Callable[[Datum], Datum]:
    """A calendar part of dates or UTC timestamps, as whole numbers."""

    def computed(moment: Datum) -> Datum:
        bare = moment.cast(pa.timestamp("us")) if pa.types.is_timestamp(moment.type) else moment
        return pc.cast(part(bare), pa.int64())

    return computed
