"""How is time drawn: a strip of days, its ticks, and what fills it from bottom to top.

Places along the strip are per cents of its width, so that a strip fits any screen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

STACK = ("occupied", "contested", "unknown", "government")
FIRST = date(2014, 1, 1)
NEAR_DAYS = 45
"""Days shown before the first and after the last turn in a close-up."""
LONGEST_NEAR = 900
"""A close-up of more days than this would show no more than the whole strip."""


@dataclass(frozen=True)
class Bar:
    """A piece of a strip, in per cents of its width and height."""

    x: float
    width: float
    y: float
    height: float
    kind: str


@dataclass(frozen=True)
class Tick:
    """A labelled place on the axis; minor ones lose their label on a narrow screen."""

    x: float
    text: str
    minor: bool


@dataclass(frozen=True)
class Strip:
    """One source's strip."""

    source: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Axis:
    """Days from `first` to `last`, both in."""

    first: date
    last: date

    def at(self, day: date) -> float:
        """Where a day begins, per cent; cut to the axis."""
        whole = (self.last - self.first).days + 1
        return round(min(max((day - self.first).days / whole * 100, 0), 100), 3)

    def ticks(self) -> tuple[Tick, ...]:
        """Years on a long axis, months on a short one."""
        days = list(_firsts(self.first, self.last, months=self._months))
        ticks = []
        for number, day in enumerate(days):
            text = str(day.year) if self._months == 12 else f"{day:%Y-%m}"
            ticks.append(Tick(self.at(day), text, bool(number % 2)))
        return tuple(ticks)

    @property
    def _months(self) -> int:
        whole = (self.last - self.first).days
        return 12 if whole > 1200 else 3 if whole > 400 else 1


def strip(source: str, verdicts: Iterable[Mapping[str, Any]], axis: Axis, last_map: date) -> Strip:
    """The shares of a deposit's footprint by status through time, stacked.

    last_map: the last day the source speaks of; what goes on is drawn no longer than that.
    """
    bars: list[Bar] = []
    until = axis.at(last_map + timedelta(days=1))
    for row in verdicts:
        begins = axis.at(date.fromisoformat(row["valid_from"]))
        ends = axis.at(date.fromisoformat(row["valid_to"])) if row["valid_to"] else until
        if ends > begins:
            bars += _stacked(row, begins, round(ends - begins, 3))
    return Strip(source, tuple(bars))


def counts(points: Sequence[Mapping[str, Any]], order: Sequence[str], axis: Axis) -> Strip:
    """Counts by verdict on given days, stacked; each stands until the next day given."""
    most = max((sum(point[k] for k in order) for point in points), default=0) or 1
    days = [date.fromisoformat(point["date"]) for point in points]
    ends = [*days[1:], axis.last + timedelta(days=1)]
    alike = groupby(zip(points, days, ends, strict=True), key=lambda p: [p[0][k] for k in order])
    bars: list[Bar] = []
    for same, group in alike:
        run = list(group)
        x, stop = axis.at(run[0][1]), axis.at(run[-1][2])
        shares = {k: n / most for k, n in zip(order, same, strict=True)}
        bars += _piled(shares, order, x, round(stop - x, 3))
    return Strip("", tuple(bars))


def near(timelines: Iterable[Mapping[str, Any]], today: date) -> Axis | None:
    """The days around the turns of a history, where they lie close enough to be worth it."""
    turns = [
        date.fromisoformat(row["valid_from"])
        for timeline in timelines
        for row in timeline["verdicts"]
        if row["valid_from"] != timeline["first_day"]
    ]
    if not turns:
        return None
    first = max(min(turns) - timedelta(days=NEAR_DAYS), FIRST)
    last = min(max(turns) + timedelta(days=NEAR_DAYS), today)
    return Axis(first, last) if 0 < (last - first).days <= LONGEST_NEAR else None


def _stacked(row: Mapping[str, Any], x: float, width: float) -> list[Bar]:
    return _piled({k: row[k] or 0.0 for k in STACK}, STACK, x, width)


def _piled(shares: Mapping[str, float], order: Sequence[str], x: float, width: float) -> list[Bar]:
    """Bars one on another, the first of the order undermost."""
    bars, foot = [], 100.0
    for kind in order:
        height = round(shares[kind] * 100, 2)
        if height > 0:
            foot = round(foot - height, 2)
            bars.append(Bar(x, width, max(foot, 0.0), height, kind))
    return bars


def _firsts(first: date, last: date, months: int) -> Iterable[date]:
    """First days of every year, or of every so many months, inside the days."""
    number = first.year * 12 + first.month - 1
    number += -number % months
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            yield day
        number += months
