"""Which maps are believed: areas within bounds, and no jump that later maps do not confirm."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from geodata.ingest.control.accepted import Accepted
from geodata.ingest.control.day_maps import DayMap, MapMaker, change_km2
from geodata.ingest.control.parsed_file import ParsedFile
from geodata.ingest.rules import RULES
from schemas import Expectations, Issue
from schemas.record import Severity

CONFIRMING_MAPS = 3
"""So many maps in a row that agree with each other make a jump a fact."""
WAY_OUT = (
    "if it is right, give the maps of the next days, three in a row that agree are taken; if the "
    "other is wrong, withdraw its batch and try this one again: lodeline quarantine retry"
)
STANDS = "that map stands until a file of the day passes; look at where this one came from"
OVERLAP_NOTED_KM2 = 0.01


@dataclass
class PlausibilityCheck:
    """Goes through files in the order of time and decides which become the maps of days.

    The last publication of a day is tried first. A map that breaks an expectation is set
    aside and the one before it is tried. Maps that jump from the last accepted one wait: if the
    next days' maps agree with them they are taken after all, otherwise they stay set aside.

    Batches are judged as if all were one: the last accepted map before a day may be in the store,
    and so may maps that wait, which this batch takes in once it confirms them. Where a gap is
    filled, or the store begins later, a map may agree with the first accepted one after it.
    """

    expectations: Expectations
    accepted: Accepted
    maps: dict[date, DayMap] = field(default_factory=dict)
    set_aside: dict[int, Issue] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    _maker: MapMaker = field(default_factory=MapMaker)
    _last: DayMap | None = None
    _waiting: list[DayMap] = field(default_factory=list)
    _jumps: list[DayMap] = field(default_factory=list)
    _days: set[date] = field(default_factory=set)

    @property
    def waiting(self) -> list[DayMap]:
        """Maps of this input set aside for a jump that nothing has confirmed yet."""
        return [day_map for day_map in self._jumps if id(day_map.parsed) in self.set_aside]

    def judge_day(self, files: Sequence[ParsedFile]) -> None:
        """Find the map of one day among its files, given oldest first."""
        self._days.add(files[0].stamp.day)
        for place, parsed in enumerate(reversed(files)):
            day_map = self._maker.day_map(parsed)
            newest = place == 0
            if self._is_plausible(day_map) and self._is_steady(day_map, newest=newest):
                self._waiting = [] if newest else self._waiting
                self._accept(day_map)
                return

    def finish(self) -> None:
        """After the last day: maps of later days that wait in the store may confirm these."""
        if self._waiting:
            stored = self.accepted.after(self._waiting[-1].day)
            last = date.max if stored is None else stored.day
            later = self.accepted.waiting(self._waiting[-1].day, last, self._days)
            self._confirm([*self._waiting, *later])

    def _is_plausible(self, day_map: DayMap) -> bool:
        """The occupied area lies within bounds."""
        area, wanted = day_map.area_km2("occupied"), self.expectations
        low, high = wanted.occupied_km2_min or 0.0, wanted.occupied_km2_max or float("inf")
        if not low <= area <= high:
            last = self.accepted.standing(day_map.day)
            against = "" if last is None else f" against {last}; {STANDS}"
            text = f"{day_map} (wanted {low:,.0f} to {high:,.0f}){against}"
            self._set_aside(day_map.parsed, "occupied_area_is_plausible", text)
        return low <= area <= high

    def _is_steady(self, day_map: DayMap, *, newest: bool) -> bool:
        """The change since the last map is within bounds, or confirmed by waiting maps.

        Only the newest map of a day waits for others to confirm it.
        """
        before = self._before(day_map.day)
        jump = self._jump_of(day_map, before)
        if jump is not None and newest:
            self._wait(day_map, date.min if before is None else before.day)
        if jump is None or day_map is self._last:
            return True
        self._set_aside(day_map.parsed, "change_is_plausible", f"{jump}; {WAY_OUT}")
        return False

    def _before(self, day: date) -> DayMap | None:
        """The last accepted map before a day, of this input or of the store."""
        stored = self.accepted.before(day)
        if stored is None or (self._last is not None and self._last.day >= stored.day):
            return self._last
        return stored.day_map()

    def _jump_of(self, day_map: DayMap, before: DayMap | None) -> str | None:
        """What is too much about the change; None where a map before or after agrees, or none is.

        One is enough: where the level changed within a gap, both sides of it are facts.
        """
        jump = None if before is None else self._jump(before, day_map)
        after = self.accepted.after(day_map.day)
        if after is None or (before is not None and jump is None):
            return jump
        later = self._jump(after.day_map(), day_map)
        return later and (jump or later)

    def _jump(self, known: DayMap, day_map: DayMap) -> str | None:
        """What is too much about the change between two maps; None where nothing is."""
        limit = self.expectations.change_km2_max
        if limit is None:
            return None
        change = change_km2(known.occupied, day_map.occupied)
        text = f"{day_map} against {known}: {change:,.0f} km2 gained and lost, at most {limit:,.0f}"
        return text if change > limit else None

    def _wait(self, day_map: DayMap, since: date) -> None:
        """Join the maps that wait since the last accepted one, in this input and in the store."""
        stored = self.accepted.waiting(since, day_map.day, self._days)
        mine = {waiting.day: waiting for waiting in self._waiting if waiting.day >= since}
        others = [each for each in stored if each.day not in mine]
        self._jumps.append(day_map)
        self._confirm([*sorted([*mine.values(), *others], key=lambda each: each.day), day_map])

    def _confirm(self, maps: Sequence[DayMap]) -> None:
        """Keep the last maps that agree, each with the one before it; take three as a new level."""
        run: list[DayMap] = []
        for each in maps:
            agrees = run and self._jump(run[-1], each) is None
            run = [*run, each] if agrees else [each]
        self._waiting = run
        if len(run) >= CONFIRMING_MAPS:
            self._take_waiting()

    def _take_waiting(self) -> None:
        """The jump is real: the maps that waited become the maps of their days.

        Earlier publications of those days, tried in their stead, are superseded as on any day.
        """
        days = {waited.day for waited in self._waiting}
        self.set_aside = {
            key: issue
            for key, issue in self.set_aside.items()
            if issue.rule != "change_is_plausible" or issue.day not in days
        }
        for waited in self._waiting:
            self._accept(waited)
        first = self._waiting[0]
        batches = sorted({each.batch for each in self._waiting if each.batch})
        taken = f", with maps set aside in {', '.join(batches)}" if batches else ""
        text = f"the level of {first.day} was confirmed by {CONFIRMING_MAPS} maps{taken}"
        self.issues.append(_issue(first.parsed, "level_is_confirmed", text, "note"))

    def _accept(self, day_map: DayMap) -> None:
        self.maps[day_map.day] = self._last = day_map

    def _set_aside(self, parsed: ParsedFile, rule: str, text: str) -> None:
        issue = _issue(parsed, rule, text, "quarantined", parsed.rows_in)
        self.set_aside[id(parsed)] = issue


def check_plausibility(
    files: Iterable[ParsedFile],
    expectations: Expectations,
    accepted: Accepted,
    progress: Callable[[int, int], None],
) -> PlausibilityCheck:
    """The verdict over all files of an input, in any order; progress counts files.

    accepted: what the store holds of the source.
    """
    check, done = PlausibilityCheck(expectations, accepted), 0
    ordered = sorted(files, key=lambda parsed: parsed.order)
    for _, group in groupby(ordered, key=lambda parsed: parsed.stamp.day):
        same_day = list(group)
        check.judge_day(same_day)
        done += len(same_day)
        progress(done, len(ordered))
    check.finish()
    check.issues += check.set_aside.values()
    check.issues += [_overlap(day_map) for day_map in check.maps.values() if _is_noted(day_map)]
    check.issues += _superseded(ordered, check)
    return check


def missed_minimums(rows: int, days: int, expectations: Expectations) -> tuple[str, ...]:
    """Why a batch with so many accepted rows and days must be refused; empty where it need not."""
    counts = (("rows", rows, expectations.rows_min), ("days", days, expectations.days_min))
    return tuple(
        f"{found} accepted {what}, at least {wanted} are wanted"
        for what, found, wanted in counts
        if found < wanted
    )


def _superseded(files: Sequence[ParsedFile], check: PlausibilityCheck) -> list[Issue]:
    """A note for each accepted file that another one of its day replaced."""
    used = {id(day_map.parsed) for day_map in check.maps.values()}
    return [
        _issue(each, "day_has_one_map", "superseded by another publication of the day", "note")
        for each in files
        if id(each) not in used and id(each) not in check.set_aside
    ]


def _is_noted(day_map: DayMap) -> bool:
    return day_map.overlap_km2 > OVERLAP_NOTED_KM2


def _overlap(day_map: DayMap) -> Issue:
    text = f"{day_map.overlap_km2:.2f} km2"
    return _issue(day_map.parsed, "statuses_are_disjoint", text, "repaired")


def _issue(parsed: ParsedFile, rule: str, found: str, severity: Severity, count: int = 1) -> Issue:
    return Issue(
        file=parsed.file,
        day=parsed.stamp.day,
        rule=rule,
        severity=severity,
        message=f"{RULES[rule]}; found: {found}",
        count=count,
    )
