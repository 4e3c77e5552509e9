"""What is an interval of days, and how does OGC's closed `datetime` become a half-open one?

Days are numpy `datetime64[D]`. Intervals are half-open, `[start, stop)`. An open start is
`FIRST_DAY`, an open end is `LAST_DAY`; in tables an open end is null.
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


@dataclass(frozen=True)
class Interval:
    """A half-open interval of days `[start, stop)`; never empty."""

    start: date
    stop: date

    @property
    def is_day(self) -> bool:
        """True where the interval is one single day."""
        return self.stop - self.start == timedelta(days=1)

    @property
    def last(self) -> date:
        """The last day inside."""
        return self.stop - timedelta(days=1)

    def __str__(self) -> str:
        return str(self.start) if self.is_day else f"{self.start}/{self.last}"


def one_day(day: date) -> Interval:
    """The interval of a single day. The last representable day counts as one day too."""
    return Interval(day, day + timedelta(days=1)) if day < LAST_DAY else Interval(day, LAST_DAY)


def today() -> date:
    """The present day, UTC."""
    return datetime.now(UTC).date()


def parse_day(text: str, parameter: str = "date") -> date:
    """A day from `YYYY-MM-DD` or the UTC day of an RFC 3339 date-time.

    Raises InvalidInput naming the parameter.
    """
    dashed = text[4:8:3] == "--"  # Python also reads weeks (2025-W09-2) and 20250225T12Z
    # RFC 3339 wants a zone, and takes T and Z in either case (5.6); Python wants Z.
    try:
        if dashed and len(text) == len("2025-02-25"):
            return _sane(date.fromisoformat(text))
        if dashed and len(text) <= 40 and "T" in text.upper():
            moment = datetime.fromisoformat(text.upper())
            if moment.tzinfo is not None:
                return _sane(moment.astimezone(UTC).date())
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


def _sane(day: date) -> date:
    """The day; raises ValueError for the first and last there are, which stand for open ends."""
    if not FIRST_DAY < day < LAST_DAY:
        raise ValueError(day)
    return day


def parse_datetime(text: str, parameter: str = "datetime") -> Interval:
    """OGC API Features `datetime`: a day, or `start/end` closed, `..` or empty for open.

    The one place where OGC's closed end becomes the half-open `stop`. A date-time counts as
    its UTC day. `start/P2D` (an ISO 8601 duration in days) is accepted as the OGC suite sends it.
    """
    if "/" not in text:
        return one_day(parse_day(text, parameter))
    # OGC API Features 1.0.1, 7.15.4: `..` or nothing at either side of the slash is open.
    first, _, last = text.partition("/")
    start = FIRST_DAY if first in ("", "..") else parse_day(first, parameter)
    stop = _closed_end(last, start, parameter)
    if stop <= start:
        raise InvalidInput(
            f"{parameter} {text!r} ends before it starts; give start/end in order",
            parameter=parameter,
        )
    return Interval(start, stop)


def _closed_end(text: str, start: date, parameter: str) -> date:
    """The half-open stop for a closed end as written."""
    if text in ("", ".."):
        return LAST_DAY
    if (
        text.startswith("P")
        and text.endswith("D")
        and text[1:-1].isascii()  # `isdigit` alone takes superscripts, which int() does not
        and text[1:-1].isdigit()
    ):
        # Nine digits are more days than the calendar has, and no work to read.
        days = min(int(text[1:-1][:9]), (LAST_DAY - start).days - 1)
        return start + timedelta(days=days + 1)
    return parse_day(text, parameter) + timedelta(days=1)


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
    """Which half-open intervals share a day with the wanted one, (n,). NaT ends are open.

    starts, stops: (n,) `datetime64[D]`.
    """
    began = np.isnat(starts) | (starts < np.datetime64(wanted.stop, "D"))
    lasts = np.isnat(stops) | (stops > np.datetime64(wanted.start, "D"))
    return began & lasts
