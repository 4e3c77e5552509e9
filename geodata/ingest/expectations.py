"""Which maps are believed: areas within bounds, and no jump that later maps do not confirm."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from geodata.ingest.daymaps import DayMap, MapMaker, change_km2
from geodata.ingest.readings import Reading
from geodata.ingest.rules import RULES
from schemas import Expectations, Issue
from schemas.fields import Severity

CONFIRMING_MAPS = 3
"""So many maps in a row that agree with each other make a jump a fact."""
OVERLAP_NOTED_KM2 = 0.01


@dataclass
class Judge:
    """Goes through readings in the order of time and decides which become the maps of days.

    The last publication of a day is tried first. A map that breaks an expectation is set
    aside and the one before it is tried. Maps that jump from the last accepted one wait: if the
    next days' maps agree with them they are taken after all, otherwise they stay set aside.
    """

    expectations: Expectations
    maps: dict[date, DayMap] = field(default_factory=dict)
    set_aside: dict[int, Issue] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    _maker: MapMaker = field(default_factory=MapMaker)
    _last: DayMap | None = None
    _waiting: list[DayMap] = field(default_factory=list)

    def judge_day(self, readings: Sequence[Reading]) -> None:
        """Find the map of one day among its readings, given oldest first."""
        for place, reading in enumerate(reversed(readings)):
            found = self._maker.day_map(reading)
            newest = place == 0
            if self._is_plausible(found) and self._is_steady(found, newest=newest):
                self._waiting = [] if newest else self._waiting
                self._accept(found)
                return

    def _is_plausible(self, found: DayMap) -> bool:
        """The occupied area lies within bounds."""
        area, wanted = found.area_km2("occupied"), self.expectations
        low, high = wanted.occupied_km2_min or 0.0, wanted.occupied_km2_max or float("inf")
        if not low <= area <= high:
            text = f"{area:.0f} km2 (wanted {low:.0f} to {high:.0f})"
            self._set_aside(found.reading, "occupied_area_is_plausible", text)
        return low <= area <= high

    def _is_steady(self, found: DayMap, *, newest: bool) -> bool:
        """The change since the last map is within bounds, or confirmed by waiting maps.

        Only the newest map of a day waits for others to confirm it.
        """
        jump = self._jump(self._last, found)
        if jump is not None and newest:
            self._wait(found)
        if jump is None or found is self._last:
            return True
        self._set_aside(found.reading, "change_is_plausible", jump)
        return False

    def _wait(self, found: DayMap) -> None:
        """Join the maps that agree with each other; three of them are taken as a new level."""
        agrees = self._waiting and self._jump(self._waiting[-1], found) is None
        self._waiting = [*self._waiting, found] if agrees else [found]
        if len(self._waiting) == CONFIRMING_MAPS:
            self._take_waiting()

    def _jump(self, before: DayMap | None, after: DayMap) -> str | None:
        """What is too much about the change between two maps; None where nothing is."""
        limit = self.expectations.change_km2_max
        if before is None or limit is None:
            return None
        change = change_km2(before.occupied, after.occupied)
        since = before.reading.stamp.day
        text = f"{change:.0f} km2 gained and lost since {since} (at most {limit:.0f})"
        return text if change > limit else None

    def _take_waiting(self) -> None:
        """The jump is real: the maps that waited become the maps of their days."""
        for waited in self._waiting:
            self.set_aside.pop(id(waited.reading), None)
            self._accept(waited)
        first = self._waiting[0].reading
        text = f"the level of {first.stamp.day} was confirmed by {CONFIRMING_MAPS} maps"
        self.issues.append(_issue(first, "level_is_confirmed", text, "note"))

    def _accept(self, found: DayMap) -> None:
        self.maps[found.reading.stamp.day] = self._last = found

    def _set_aside(self, reading: Reading, rule: str, text: str) -> None:
        issue = _issue(reading, rule, text, "quarantined", reading.rows_in)
        self.set_aside[id(reading)] = issue


def judged(
    readings: Iterable[Reading],
    expectations: Expectations,
    progress: Callable[[int, int], None],
) -> Judge:
    """The verdict over all readings of an input, in any order; progress counts readings."""
    judge, done = Judge(expectations), 0
    ordered = sorted(readings, key=lambda reading: reading.order)
    for _, group in groupby(ordered, key=lambda reading: reading.stamp.day):
        same_day = list(group)
        judge.judge_day(same_day)
        done += len(same_day)
        progress(done, len(ordered))
    judge.issues += judge.set_aside.values()
    judge.issues += [_overlap(found) for found in judge.maps.values() if _is_noted(found)]
    judge.issues += _superseded(ordered, judge)
    return judge


def missed_minimums(rows: int, days: int, expectations: Expectations) -> tuple[str, ...]:
    """Why a batch with so many accepted rows and days must be refused; empty where it need not."""
    counts = (("rows", rows, expectations.rows_min), ("days", days, expectations.days_min))
    return tuple(
        f"{found} accepted {what}, at least {wanted} are wanted"
        for what, found, wanted in counts
        if found < wanted
    )


def _superseded(readings: Sequence[Reading], judge: Judge) -> list[Issue]:
    """A note for each accepted file that another one of its day replaced."""
    used = {id(found.reading) for found in judge.maps.values()}
    return [
        _issue(each, "day_has_one_map", "superseded by another publication of the day", "note")
        for each in readings
        if id(each) not in used and id(each) not in judge.set_aside
    ]


def _is_noted(found: DayMap) -> bool:
    return found.overlap_km2 > OVERLAP_NOTED_KM2


def _overlap(found: DayMap) -> Issue:
    text = f"{found.overlap_km2:.2f} km2"
    return _issue(found.reading, "statuses_are_disjoint", text, "repaired")


def _issue(reading: Reading, rule: str, found: str, severity: Severity, count: int = 1) -> Issue:
    return Issue(
        file=reading.file,
        day=reading.stamp.day,
        rule=rule,
        severity=severity,
        message=f"{RULES[rule]}; found: {found}",
        count=count,
    )
