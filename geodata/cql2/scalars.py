"""How are columns compared, joined by three-valued logic, and reckoned with?

Logic is SQL's (Kleene's): null is unknown, and a filter keeps a row only where it is true.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from shapely.geometry.base import BaseGeometry

from geodata.cql2.columns import Datum, Shapes
from geodata.cql2.temporal import Span, span_is_null
from geodata.types import FloatArray

MOST = 2**63
"""The least integer that 64 bits do not hold."""
COMPARISONS = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
"""The comparison that holds for (b, a) where the named one holds for (a, b)."""


def comparison(name: str) -> Callable[[Datum, Datum], Datum]:
    """The comparison of that name; null where either side is null. Strings by code point."""
    compare = COMPARISONS[name]

    def compared(left: Datum, right: Datum) -> Datum:
        if is_dictionary(left) and isinstance(right, pa.Scalar):
            return on_distinct(left, lambda values: compare(values, right))
        if is_dictionary(right) and isinstance(left, pa.Scalar):
            return on_distinct(right, lambda values: compare(left, values))
        if pa.types.is_integer(left.type) and pa.types.is_floating(right.type):
            return _integers_compared(name, left, right)
        if pa.types.is_floating(left.type) and pa.types.is_integer(right.type):
            return _integers_compared(TURNED[name], right, left)
        return compare(plain(left), plain(right))

    return compared


def _integers_compared(name: str, whole: Datum, numbers: Datum) -> Datum:
    """Integers against doubles, exactly: with the integers on either side of each double.

    As doubles, in which Arrow compares them, integers beyond 2**53 would be their neighbours.
    """
    values = doubles(numbers)
    below, above = (_as_integers(edge(values), numbers) for edge in (np.floor, np.ceil))
    if name == "=":
        return pc.and_(pc.equal(whole, below), pc.equal(whole, above))
    if name == "<>":
        return pc.or_(pc.not_equal(whole, below), pc.not_equal(whole, above))
    return COMPARISONS[name](whole, above if name in {"<", ">="} else below)


def _as_integers(values: FloatArray, numbers: Datum) -> Datum:
    """Whole doubles as integers, or as decimals where one is beyond 64 bits; like `numbers`."""
    known = np.isfinite(values)
    if (np.abs(values[known]) < MOST).all():
        kind, filled = pa.int64(), np.where(known, values, 0).astype(np.int64).tolist()
    else:  # any decimal out of their reach stands for one that is
        kind = pa.decimal256(40, 0)
        reach = np.clip(np.where(known, values, 0), -1e30, 1e30)
        filled = [Decimal(int(value)) for value in reach.tolist()]
    array = pa.array(filled, kind, mask=~known)
    return array[0] if isinstance(numbers, pa.Scalar) else array


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
        same = comparison("=")
        return any_of(pa.scalar(value=False, type=pa.bool_()), *(same(value, m) for m in members))
    return on_distinct(value, lambda values: _is_among(values, members))


def _is_among(values: pa.Array, members: list[Datum]) -> Datum:
    wanted = pa.array(list(_of_type(values.type, members)), values.type)
    # Of a null `is_in` says false; `null = member` is unknown.
    return pc.if_else(pc.is_valid(values), pc.is_in(values, value_set=wanted), None)


def _of_type(kind: pa.DataType, members: list[Datum]) -> Iterator[object]:
    """Members as values of a column; numbers that a column of this type cannot hold left out.

    `is_in` compares values of one type, and as doubles integers would be their neighbours.
    """
    for value in (member.as_py() for member in members):
        if value is not None and pa.types.is_floating(kind):
            if float(value) == value:  # Python compares an integer with a double exactly
                yield float(value)
        elif not isinstance(value, float):
            yield value
        elif value.is_integer() and abs(value) < MOST:
            yield int(value)


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


def arithmetic(
    work: Callable[..., FloatArray], exact: Callable[..., Datum] | None = None
) -> Callable[..., Datum]:
    """An operator over columns and numbers: null in, or no finite number out, gives null.

    exact: the same over integers, whose results a double may not hold; None for doubles always.
    """

    def computed(*operands: Datum) -> Datum:
        if exact is not None and all(pa.types.is_integer(each.type) for each in operands):
            return exact(*operands)
        with np.errstate(all="ignore"):
            result = np.asarray(work(*map(doubles, operands)), dtype=np.float64)
        # Division by nothing and overflow give no number: null, as SQL has no infinity.
        finite = np.isfinite(result)
        if all(isinstance(operand, pa.Scalar) for operand in operands):
            return pa.scalar(float(result[0]) if finite[0] else None, pa.float64())
        return pa.array(result, mask=~finite)

    return computed


def whole(checked: Callable[..., Datum], unchecked: Callable[..., Datum]) -> Callable[..., Datum]:
    """An operator over integers: as such where all results fit 64 bits, else as decimals."""

    def computed(*operands: Datum) -> Datum:
        try:
            return checked(*operands)
        except pa.ArrowInvalid:  # overflow
            return unchecked(*(operand.cast(pa.decimal256(19, 0)) for operand in operands))

    return computed


def whole_division(left: Datum, right: Datum) -> Datum:
    """`div` of integers, towards zero; null where the divisor is 0."""
    return pc.divide(left, pc.if_else(pc.equal(right, 0), None, right))


def whole_remainder(left: Datum, right: Datum) -> Datum:
    """`%` of integers, with the sign of the dividend; null where the divisor is 0."""
    return pc.subtract(left, pc.multiply(whole_division(left, right), right))


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
