"""How do lists of texts relate as sets? By three counts a row, over offsets and values.

Against a list of literals each literal is a bit; two columns meet as sorted (row, text) pairs.
Definitions: OGC CQL2 (21-065r2), the array functions; lists are sets there, so what stands twice
counts once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geodata.cql2.columns import Datum, as_texts
from geodata.cql2.scalars import plain
from geodata.types import Int64Array, Mask

_TURNED = {"a_contains": "a_containedby", "a_containedby": "a_contains"}
_MOST_BITS = 63
"""Literals of a list that have a bit each; the sign bit of the number says that there is
another."""


@dataclass(frozen=True)
class Counts:
    """Per row: distinct members of the right list, those of them in the left, and strays.

    strays: True where the left list has a member that the right one has not.
    """

    wanted: Int64Array
    shared: Int64Array
    strays: Mask


Claim: TypeAlias = Callable[[Counts], Mask]

CLAIMS: dict[str, Claim] = {
    "a_contains": lambda counts: counts.shared == counts.wanted,
    "a_containedby": lambda counts: ~counts.strays,
    "a_equals": lambda counts: (counts.shared == counts.wanted) & ~counts.strays,
    "a_overlaps": lambda counts: counts.shared > 0,
}


def list_relation(name: str) -> Callable[[Datum, Datum], Datum]:
    """The array function of that name; null where a list is null or has a null member."""

    def related(left: Datum, right: Datum) -> Datum:
        # The column stands on the left: only the right side may be a list of literals.
        if _rows(left) < 0 <= _rows(right):
            return list_relation(_TURNED.get(name, name))(right, left)
        rows = _rows(left)
        one = _as_lists(left, max(rows, 1))
        if _is_literal(right):
            known, counts = _known(one), _against_literals(one, right)
        else:
            other = _as_lists(right, max(rows, 1))
            known, counts = _known(one) & _known(other), _side_by_side(one, other)
        holds = CLAIMS[name](counts)
        if rows < 0:
            return pa.scalar(bool(holds[0]) if known[0] else None, pa.bool_())
        return pa.array(holds, mask=~known)

    return related


def _is_literal(value: Datum) -> bool:
    return _rows(value) < 0 and len(_texts(value)) <= _MOST_BITS


def _texts(literals: list[pa.Scalar]) -> set[str | None]:
    """The distinct literals, as texts."""
    return {as_texts(pa.array([each.as_py()], each.type))[0].as_py() for each in literals}


def _against_literals(lists: pa.Array, literals: list[pa.Scalar]) -> Counts:
    """Lists against the same few texts for every row: each text is one bit."""
    wanted = pa.array(_texts(literals), pa.string())
    places = pc.index_in(lists.flatten(), value_set=wanted)
    bits = np.left_shift(np.int64(1), places.fill_null(_MOST_BITS).to_numpy().astype(np.int64))
    together = _any_bits(lists, bits)
    shared = np.bitwise_count(together & np.int64(2**_MOST_BITS - 1)).astype(np.int64)
    return Counts(np.full(len(lists), len(wanted)), shared, together < 0)


def _any_bits(lists: pa.Array, bits: Int64Array) -> Int64Array:
    """The bits of each list's members together, 0 for an empty one."""
    lengths = pc.fill_null(pc.list_value_length(lists), fill_value=0).to_numpy()
    filled = np.flatnonzero(lengths)
    together = np.zeros(len(lists), dtype=np.int64)
    if len(filled):
        starts = np.cumsum(lengths)[filled] - lengths[filled]
        # `reduceat` gives the value at its start for an empty part, so empty lists are left out.
        together[filled] = np.bitwise_or.reduceat(bits, starts)
    return together


def _rows(value: Datum) -> int:
    """How many rows an operand has; -1 for one that reads no column."""
    if isinstance(value, list):
        return max((_rows(member) for member in value), default=-1)
    return -1 if isinstance(value, pa.Scalar) else len(value)


def _as_lists(value: Datum, rows: int) -> pa.Array:
    """An operand as one list per row."""
    if not isinstance(value, list):
        return value
    if not value:
        return pa.ListArray.from_arrays(np.zeros(rows + 1, np.int32), pa.array([], pa.string()))
    columns = [_column(member, rows) for member in value]
    order = np.arange(rows * len(columns)).reshape(len(columns), rows).T.ravel()
    offsets = np.arange(0, rows * len(columns) + 1, len(columns), dtype=np.int32)
    return pa.ListArray.from_arrays(offsets, pa.concat_arrays(columns).take(pa.array(order)))


def _column(member: Datum, rows: int) -> pa.Array:
    if isinstance(member, pa.Scalar):
        return pa.repeat(as_texts(pa.array([member.as_py()], member.type))[0], rows)
    return as_texts(plain(member))


def _known(lists: pa.Array) -> Mask:
    """Which lists are known: neither null nor with a null member, which could be anything."""
    known = np.asarray(lists.is_valid().to_numpy(zero_copy_only=False)).copy()
    members = lists.flatten()
    if members.null_count:
        rows = pc.list_parent_indices(lists).to_numpy()
        known[rows[members.is_null().to_numpy(zero_copy_only=False)]] = False
    return known


def _side_by_side(left: pa.Array, right: pa.Array) -> Counts:
    """Lists of one column against those of another, row by row."""
    members = pa.concat_arrays([left.flatten(), right.flatten()])
    numbers = pc.fill_null(members.dictionary_encode().indices, fill_value=0).to_numpy()
    cut = len(left.flatten())
    distinct = int(numbers.max(initial=0)) + 1
    one = _keys(left, numbers[:cut].astype(np.int64), distinct)
    other = _keys(right, numbers[cut:].astype(np.int64), distinct)
    inside = _contained(one, other)
    wanted, shared, strays = (
        np.bincount(keys // distinct, minlength=len(left))
        for keys in (other, one[inside], one[~inside])
    )
    return Counts(wanted, shared, strays > 0)


def _keys(lists: pa.Array, numbers: Int64Array, distinct: int) -> Int64Array:
    """Sorted distinct (row, text) pairs as single numbers. numbers: those of the texts."""
    rows = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    keys = rows * distinct + numbers
    # Lists of one member each, or in order, need no sorting.
    rising = len(keys) < 2 or bool((keys[1:] > keys[:-1]).all())
    return keys if rising else np.unique(keys)


def _contained(keys: Int64Array, others: Int64Array) -> Mask:
    """Which sorted keys are among the sorted others."""
    if not len(others):
        return np.zeros(len(keys), dtype=bool)
    places = np.searchsorted(others, keys)
    return np.asarray(others[np.minimum(places, len(others) - 1)] == keys)
