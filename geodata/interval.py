"""What is an interval of days, and how does OGC's closed `datetime` become a half-open one?

Days are numpy `datetime64[D]`, instants `datetime64[us]`, UTC. Intervals are half-open,
`[start, stop)`. An open start is `FIRST_DAY`, an open end is `LAST_DAY`, which is inside; in tables
an open end is null.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import DayInTheFuture, InvalidInput
from geodata.types import DayArray, Mask

FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)
AFTER_ALL_DAYS = np.datetime64("10000-01-01", "D")
"""Where an open end stops: Python has no such day."""
MICROSECOND = np.timedelta64(1, "us")


@dataclass(frozen=True)
class Interval:
    """A half-open interval of days `[start, stop)`; never empty.

    since, until: the first and the last instant inside, UTC, where an end was written as one. The
    days are then all those it touches: what knows only days goes by them.
    """

    start: date
    stop: date
    since: datetime | None = None
    until: datetime | None = None

    @property
    def is_day(self) -> bool:
        """True where the interval is one single day, or lies within it."""
        return self.stop - self.start == timedelta(days=1) or self.start == LAST_DAY

    @property
    def last(self) -> date:
        """The last day inside."""
        return LAST_DAY if self.stop == LAST_DAY else self.stop - timedelta(days=1)

    @property
    def begin(self) -> np.datetime64:
        """The first day or instant inside."""
        return np.datetime64(self.start, "D") if self.since is None else instant_of(self.since)

    @property
    def after(self) -> np.datetime64:
        """The first day or instant that is no longer inside."""
        if self.until is not None:
            return instant_of(self.until) + MICROSECOND
        return AFTER_ALL_DAYS if self.stop == LAST_DAY else np.datetime64(self.stop, "D")

    def __str__(self) -> str:
        first, last = self.since or self.start, self.until or self.last
        shown = [w.isoformat().replace("+00:00", "Z") for w in (first, last)]
        return shown[0] if first == last else "/".join(shown)


def one_day(day: date) -> Interval:
    """The interval of a single day. The last representable day counts as one day too."""
    return Interval(day, _day_after(day))


def instant_of(when: date | datetime) -> np.datetime64:
    """The first microsecond of a day, UTC, or an instant with its zone, as `datetime64[us]`."""
    if isinstance(when, datetime):
        when = when.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(when, "us")


def today() -> date:
    """The present day, UTC."""
    return datetime.now(UTC).date()


def parse_day(text: str, parameter: str = "date") -> date:
    """A day from `YYYY-MM-DD` or the UTC day of an RFC 3339 date-time.

    Raises InvalidInput naming the parameter.
    """
    when = parse_instant(text, parameter)
    return when.date() if isinstance(when, datetime) else when


def parse_instant(text: str, parameter: str = "datetime") -> date | datetime:
    """A day from `YYYY-MM-DD`, or the instant of an RFC 3339 date-time in UTC.

    Digits beyond microseconds are cut, as in what is stored. Raises InvalidInput naming the
    parameter.
    """
    dashed = text[4:8:3] == "--"  # Python also reads weeks (2025-W09-2) and 20250225T12Z
    # RFC 3339 wants a zone, and takes T and Z in either case (5.6); Python wants Z.
    try:
        if dashed and len(text) == len("2025-02-25"):
            return date.fromisoformat(text)
        if dashed and len(text) <= 40 and "T" in text.upper():
            moment = datetime.fromisoformat(text.upper())
            if moment.tzinfo is not None:
                return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # moved to UTC the last day of the calendar overflows
        pass
    shown = text if len(text) <= 40 else text[:40] + "…"
    raise InvalidInput(
        f"{parameter} is {shown!r}; give a day like 2025-02-25 "
        "or a date-time with zone like 2025-02-25T12:00:00Z",
        parameter=parameter,
    )


def known_day(text: str, parameter: str = "date") -> date:
    """A day as `parse_day` reads it. Raises DayInTheFuture for one after today."""
    return not_after_today(parse_day(text, parameter), parameter)


def not_after_today(day: date, parameter: str) -> date:
    """The day itself. Raises DayInTheFuture for one after today, UTC."""
    if day > today():
        raise DayInTheFuture(
            f"{parameter} is {day}, after today ({today()}, UTC); there are no forecasts: give a "
            "day up to today",
            parameter=parameter,
        )
    return day


def parse_datetime(text: str, parameter: str = "datetime") -> Interval:
    """OGC API Features `datetime`: a day or instant, or `start/end` closed, `..` or empty for open.

    The one place where OGC's closed end becomes the half-open `stop`. A day means all of it.
    `start/P2D` (an ISO 8601 duration in days) is accepted as the OGC suite sends it.
    """
    if "/" not in text:
        when = parse_instant(text, parameter)
        return _between(when, when)
    # OGC API Features 1.0.1, 7.15.4: `..` or nothing at either side of the slash is open.
    first, _, last = text.partition("/")
    start = FIRST_DAY if first in ("", "..") else parse_instant(first, parameter)
    interval = _between(start, _closed_end(last, start, parameter))
    if interval.after <= interval.begin:
        raise InvalidInput(
            f"{parameter} {text!r} ends before it starts; give start/end in order",
            parameter=parameter,
        )
    return interval


def _between(first: date | datetime, last: date | datetime) -> Interval:
    """From a day or instant to another, both inside."""
    return Interval(
        first.date() if isinstance(first, datetime) else first,
        _day_after(last.date() if isinstance(last, datetime) else last),
        since=first if isinstance(first, datetime) else None,
        until=last if isinstance(last, datetime) else None,
    )


def _closed_end(text: str, start: date | datetime, parameter: str) -> date | datetime:
    """The last day or instant inside, as written."""
    if text in ("", ".."):
        return LAST_DAY
    if (
        text.startswith("P")
        and text.endswith("D")
        and text[1:-1].isascii()  # `isdigit` alone takes superscripts, which int() does not
        and text[1:-1].isdigit()
    ):
        # Nine digits are more days than the calendar has, and no work to read.
        first = start.date() if isinstance(start, datetime) else start
        days = min(int(text[1:-1][:9]), (LAST_DAY - first).days)
        return start + timedelta(days=days)
    return parse_instant(text, parameter)


def _day_after(day: date) -> date:
    """The day after, and of the last there is itself, which stands for an open end."""
    return day + timedelta(days=1) if day < LAST_DAY else LAST_DAY


def as_days(values: Any) -> DayArray:  # noqa: ANN401 - anything date-like, as pandas takes it
    """Dates, ISO strings or nulls as `datetime64[D]`, (n,); null stays NaT."""
    series = pd.Series(values, dtype=object).astype("object")
    days = [
        np.datetime64("NaT", "D") if pd.isna(v) or v == "" else np.datetime64(v, "D")
        for v in series
    ]
    return np.array(days, dtype="datetime64[D]")


def days_of(table: pd.DataFrame, column: str) -> DayArray:
    """A column of days of a table as `datetime64[D]`, NaT where empty."""
    return np.asarray(pd.to_datetime(table[column]).to_numpy().astype("datetime64[D]"))


def covers(starts: DayArray, stops: DayArray, day: date) -> Mask:
    """Which half-open intervals hold the day, (n,). A NaT stop is open.

    starts, stops: (n,) `datetime64[D]`.
    """
    when = np.datetime64(day, "D")
    return np.asarray((starts <= when) & (np.isnat(stops) | (when < stops)))


def overlaps(starts: DayArray, stops: DayArray, wanted: Interval) -> Mask:
    """Which half-open intervals share time with the wanted one, (n,). NaT ends are open.

    starts, stops: (n,) `datetime64` of days or of microseconds.
    """
    began = np.isnat(starts) | (starts < wanted.after)
    lasts = np.isnat(stops) | (stops > wanted.begin)
    return began & lasts
