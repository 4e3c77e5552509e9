"""How do instants and intervals relate? The fifteen temporal functions over arrays.

Every operand becomes a closed span of whole numbers: days where both sides know only days, else
microseconds, where a date is its whole day in UTC. So `date T_DURING interval of timestamps` asks
for the whole day to lie inside. Definitions: OGC CQL2 (21-065r2), temporal functions, after Allen's
relations of OWL-Time, by start and end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import pyarrow as pa

from geodata.cql2.columns import Datum
from geodata.types import Int64Array, Mask

Unit = Literal["day", "us"]

DAY_US = 86_400_000_000
"""Microseconds of a day; UTC as Arrow has it knows no leap seconds."""
EARLIEST, LATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
"""What stands for an open start and end: before and after every day and moment."""
OPEN = "open"


@dataclass(frozen=True)
class Span:
    """INTERVAL(start, end) before its unit is known; an end is an Arrow datum or OPEN."""

    start: Datum
    end: Datum


@dataclass(frozen=True)
class Ends:
    """Closed spans, (n,) or of length 1. known: False where the operand is null."""

    start: Int64Array
    end: Int64Array
    known: Mask


Relation: TypeAlias = Callable[[Ends, Ends], Mask]

RELATIONS: dict[str, Relation] = {
    "t_after": lambda a, b: a.start > b.end,
    "t_before": lambda a, b: a.end < b.start,
    "t_contains": lambda a, b: (a.start < b.start) & (a.end > b.end),
    "t_disjoint": lambda a, b: (a.start > b.end) | (a.end < b.start),
    "t_during": lambda a, b: (a.start > b.start) & (a.end < b.end),
    "t_equals": lambda a, b: (a.start == b.start) & (a.end == b.end),
    "t_finishedby": lambda a, b: (a.start < b.start) & (a.end == b.end),
    "t_finishes": lambda a, b: (a.start > b.start) & (a.end == b.end),
    "t_intersects": lambda a, b: (a.start <= b.end) & (a.end >= b.start),
    "t_meets": lambda a, b: a.end == b.start,
    "t_metby": lambda a, b: a.start == b.end,
    "t_overlappedby": lambda a, b: (a.start > b.start) & (a.start < b.end) & (a.end > b.end),
    "t_overlaps": lambda a, b: (a.start < b.start) & (a.end > b.start) & (a.end < b.end),
    "t_startedby": lambda a, b: (a.start == b.start) & (a.end > b.end),
    "t_starts": lambda a, b: (a.start == b.start) & (a.end < b.end),
}


def relation(name: str) -> Callable[[Datum, Datum], Datum]:
    """The temporal function of that name; null where an operand is null."""
    holds = RELATIONS[name]

    def related(left: Datum, right: Datum) -> Datum:
        # In days where both know only days: what ends on the day another begins meets it, though
        # there is all of the day between both in microseconds.
        unit: Unit = "day" if _knows_days(left) and _knows_days(right) else "us"
        one, other = _ends(left, unit), _ends(right, unit)
        truth, known = np.broadcast_arrays(holds(one, other), one.known & other.known)
        if all(_is_single(side) for side in (left, right)):
            return pa.scalar(bool(truth[0]) if known[0] else None, pa.bool_())
        return pa.array(truth, mask=~known)

    return related


def interval(start: Datum, end: Datum) -> Span:
    """INTERVAL(start, end): closed at both ends."""
    return Span(start, end)


def day_of(moment: Datum) -> Datum:
    """The UTC day of a timestamp, as a date; a date stays as it is."""
    if _is_date(moment):
        return moment
    # Towards the past: before 1970 a quotient cut towards zero would be the next day.
    numbers = np.floor_divide(_whole(moment), DAY_US).astype(np.int32)
    known = np.broadcast_to(_valid(moment), numbers.shape)
    days = pa.array(numbers, mask=~known).view(pa.date32())
    return days[0] if isinstance(moment, pa.Scalar) else days


def span_is_null(span: Span) -> Datum:
    """True where an interval is null: none of its ends is known and one is a missing value."""
    if span.start == OPEN and span.end == OPEN:
        return pa.scalar(value=False)
    return pa.array(~_ends(span, "us").known)


def _ends(value: Datum, unit: Unit) -> Ends:
    """An open or missing end is unbounded; an interval with no end known at all is null."""
    if not isinstance(value, Span):
        return Ends(_first(value, unit), _last(value, unit), _valid(value))
    begins, stops = _bounded(value.start), _bounded(value.end)
    start = np.where(begins, _first(value.start, unit), EARLIEST)
    end = np.where(stops, _last(value.end, unit), LATEST)
    # Written as open on both sides it holds always; with both ends missing nothing is known of it.
    unbounded = value.start is OPEN and value.end is OPEN
    return Ends(start, end, begins | stops | unbounded)


def _bounded(end: Datum) -> Mask:
    return np.array([False]) if end is OPEN else _valid(end)


def _first(value: Datum, unit: Unit) -> Int64Array:
    if value is OPEN:
        return np.array([EARLIEST])
    whole = _whole(value)
    return whole * DAY_US if unit == "us" and _is_date(value) else whole


def _last(value: Datum, unit: Unit) -> Int64Array:
    if value is OPEN:
        return np.array([LATEST])
    first = _first(value, unit)
    return first + (DAY_US - 1) if unit == "us" and _is_date(value) else first


def _whole(value: Datum) -> Int64Array:
    """Days or microseconds since 1970; 0 where missing."""
    array = pa.array([value.as_py()], value.type) if isinstance(value, pa.Scalar) else value
    bare = array.view(pa.int32() if _is_date(value) else pa.int64())
    filled = bare.fill_null(0) if bare.null_count else bare
    return np.asarray(filled.to_numpy()).astype(np.int64, copy=False)


def _valid(value: Datum) -> Mask:
    if isinstance(value, pa.Scalar):
        return np.array([value.is_valid])
    if value.null_count == 0:
        return np.array([True])
    return np.asarray(value.is_valid().to_numpy(zero_copy_only=False))


def _is_date(value: Datum) -> bool:
    return bool(pa.types.is_date32(value.type))


def _knows_days(value: Datum) -> bool:
    ends = (value.start, value.end) if isinstance(value, Span) else (value,)
    return all(end is OPEN or _is_date(end) for end in ends)


def _is_single(value: Datum) -> bool:
    ends = (value.start, value.end) if isinstance(value, Span) else (value,)
    return all(end is OPEN or isinstance(end, pa.Scalar) for end in ends)
