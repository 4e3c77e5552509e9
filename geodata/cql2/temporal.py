"""How do instants and intervals relate? The fifteen temporal functions over arrays.

Every operand becomes a closed span of whole numbers: days where both sides know only days, else
microseconds, where a date is its whole day in UTC. So `date T_DURING interval of timestamps` asks
for the whole day to lie inside. Definitions: OWL-Time, by start and end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geodata.cql2.columns import Datum

Unit = Literal["day", "us"]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

DAY_US = 86_400_000_000
EARLIEST = np.iinfo(np.int64).min
LATEST = np.iinfo(np.int64).max
OPEN = "open"


@dataclass(frozen=True)
class Span:
    """INTERVAL(start, end) before its unit is known; an end is an Arrow datum or OPEN."""

    start: Datum
    end: Datum


@dataclass(frozen=True)
class Ends:
    """Closed spans, (n,) or of length 1. known: False where the operand is null."""

    start: Ints
    end: Ints
    known: Flags


Relation: TypeAlias = Callable[[Ends, Ends], Flags]

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
        unit: Unit = "day" if _knows_days(left) and _knows_days(right) else "us"
        one, other = _ends(left, unit), _ends(right, unit)
        found, known = holds(one, other), one.known & other.known
        found, known = np.broadcast_arrays(found, known)
        if all(_is_single(side) for side in (left, right)):
            return pa.scalar(bool(found[0]) if known[0] else None, pa.bool_())
        return pa.array(found, mask=~known)

    return related


def interval(start: Datum, end: Datum) -> Span:
    """INTERVAL(start, end): closed at both ends."""
    return Span(start, end)


def day_of(moment: Datum) -> Datum:
    """The UTC day of a timestamp, as a date; a date stays as it is."""
    if _is_date(moment):
        return moment
    days = np.floor_divide(_whole(moment), DAY_US).astype(np.int32)
    found = pa.array(days, mask=~np.broadcast_to(_valid(moment), days.shape)).view(pa.date32())
    return found[0] if isinstance(moment, pa.Scalar) else found


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
    unbounded = value.start is OPEN and value.end is OPEN
    return Ends(start, end, begins | stops | unbounded)


def _bounded(end: Datum) -> Flags:
    return np.array([False]) if end is OPEN else _valid(end)


def _first(value: Datum, unit: Unit) -> Ints:
    if value is OPEN:
        return np.array([EARLIEST])
    whole = _whole(value)
    return whole * DAY_US if unit == "us" and _is_date(value) else whole


def _last(value: Datum, unit: Unit) -> Ints:
    if value is OPEN:
        return np.array([LATEST])
    first = _first(value, unit)
    return first + (DAY_US - 1) if unit == "us" and _is_date(value) else first


def _whole(value: Datum) -> Ints:
    """Days or microseconds since 1970; 0 where missing."""
    array = pa.array([value.as_py()], value.type) if isinstance(value, pa.Scalar) else value
    bare = array.view(pa.int32() if _is_date(value) else pa.int64())
    filled = bare.fill_null(0) if bare.null_count else bare
    return np.asarray(filled.to_numpy()).astype(np.int64, copy=False)


def _valid(value: Datum) -> Flags:
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
