"""How are comparisons and logic evaluated? Three values: true, false and null, after Kleene."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from shapely.geometry.base import BaseGeometry

from geodata.cql2.frame import Datum, Shapes
from geodata.cql2.times import Span, span_is_null

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
