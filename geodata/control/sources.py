"""Which source answers for a day, from which map, and how stale is that?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from geodata.control.splice import Stretch, stretches_of, turning_days
from geodata.data.packaged import PRIORITY
from geodata.errors import InvalidInput
from geodata.language import gettext, ngettext
from geodata.types import DayArray
from schemas import Source

FRESH_DAYS = 14
"""Age up to which a map is as good as one of the day itself, days."""
Basis = Literal["named", "only", "preferred", "freshest", "unreached"]
"""Why a source answers: see `SourceSelection.reason`."""


@dataclass(frozen=True)
class SourceSelection:
    """The source that answers for a day.

    asof: the day of the map used, None where the source does not reach back that far.
    stale_days: days between the map and the day asked. record: maps or events, as in `Source`.
    basis: why it answers, None where it was looked up and not chosen. passed_over: the source
    before it in the order of priority that would have answered, had its map been fresh enough, or
    else that has none so early.
    """

    source: str
    day: date
    asof: date | None
    record: str = "maps"
    basis: Basis | None = None
    passed_over: "SourceSelection | None" = None

    @property
    def stale_days(self) -> int | None:
        """0 where the map is of the day itself."""
        return None if self.asof is None else (self.day - self.asof).days

    @property
    def reason(self) -> str:
        """Why this source answers, in a sentence; empty where it was not chosen."""
        if self.basis is None:
            return ""
        if self.basis == "named":
            return gettext("named in the question")
        return f"{self.source}: {_why(self)}"


def _why(chosen: SourceSelection) -> str:
    passed = chosen.passed_over
    if chosen.basis == "unreached":
        return gettext("no source has a record that reaches back to the day asked")
    if chosen.basis == "only":
        return gettext("the only source of the release, %(age)s", age=_age(chosen))
    rank = gettext("the freshest") if chosen.basis == "freshest" else gettext("preferred")
    if passed is None:
        return f"{rank}, {_age(chosen)}"
    if passed.asof is None:
        return gettext(
            "the first in order whose record reaches the day asked, %(age)s", age=_age(chosen)
        )
    return f"{rank}; {_lag(passed)}"


def _age(of: SourceSelection) -> str:
    if of.record == "maps":
        return gettext("its map is %(days)s old", days=_days_text(of))
    if not of.stale_days:
        return gettext("its record covers the day asked")
    return gettext("its record ends %(days)s before the day asked", days=_days_text(of))


def _lag(passed: SourceSelection) -> str:
    """How far behind the source is that was passed over."""
    values = {"source": passed.source, "days": _days_text(passed)}
    if passed.record == "maps":
        return gettext("%(source)s's latest map is %(days)s older than the day asked", **values)
    return gettext("%(source)s's record ends %(days)s before the day asked", **values)


def _days_text(of: SourceSelection) -> str:
    n = of.stale_days or 0
    return ngettext("%(n)s day", "%(n)s days", n, n=n)


def ranked(selections: Sequence[SourceSelection], fresh_days: int) -> tuple[SourceSelection, ...]:
    """The sources that reach a day, the one that answers for it first.

    selections: what each source has of the day, in the order of priority. Those whose map is no
    more than `fresh_days` old come first, in that order; then the others, the freshest first.
    """
    reaching = [each for each in selections if each.stale_days is not None]
    # Sorting is stable: what is equal stays in the order of priority.
    return tuple(sorted(reaching, key=lambda s: max((s.stale_days or 0) - fresh_days, 0)))


def choose(selections: Sequence[SourceSelection], fresh_days: int) -> SourceSelection:
    """The source that answers for a day, with the reason; arguments as of `ranked`.

    Where none reaches the day, the last in priority, with `asof` None.
    """
    reaching = ranked(selections, fresh_days)
    if not reaching:
        return replace(selections[-1], basis="unreached")
    best = reaching[0]
    before = selections[: selections.index(best)]
    passed = next((each for each in before if each.asof is not None), next(iter(before), None))
    return replace(best, basis=_basis(best, selections, fresh_days), passed_over=passed)


def _basis(best: SourceSelection, selections: Sequence[SourceSelection], fresh_days: int) -> Basis:
    if len(selections) == 1:
        return "only"
    stale = best.stale_days or 0
    if best == selections[0] and stale <= fresh_days:
        return "preferred"
    ages = [each.stale_days for each in selections if each.stale_days is not None]
    return "freshest" if stale == min(ages) else "preferred"


class SourceRegistry:
    """The control sources of a release and the days they have maps of.

    sources: descriptions by id. snapshots: columns `source` and `day`, one row a map. priority: ids
    in the order in which sources are asked; those it lacks come after, by name. fresh_days: up to
    which age the map of one that is asked earlier is used rather than a fresher one.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        snapshots: pd.DataFrame,
        priority: tuple[str, ...] = PRIORITY,
        fresh_days: int = FRESH_DAYS,
    ) -> None:
        self.by_id = sources
        self.fresh_days = fresh_days
        self.snapshots = snapshots
        self.present = tuple(snapshots["source"].unique())
        named = [s for s in priority if s in self.present]
        self.ordered = (*named, *(s for s in sorted(self.present) if s not in named))

    def select(self, day: date, wanted: str | None = None) -> SourceSelection:
        """The source for a day: the wanted one, else the one the rule of `choose` picks.

        Raises InvalidInput for a source the release does not hold.
        """
        if wanted is not None:
            return replace(self.resolve(wanted, day), basis="named")
        return choose(self.all_on(day), self.fresh_days)

    def ranked(self, day: date) -> tuple[SourceSelection, ...]:
        """The sources that reach a day, the one that answers for it first."""
        return ranked(self.all_on(day), self.fresh_days)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Which source answers when, from the first day any speaks of; none before it."""
        firsts = {source: self.first_day(source) for source in self.ordered}
        spoken = [np.r_[np.datetime64(firsts[s], "D"), self._days[s]] for s in self.ordered]
        days = np.unique(np.concatenate([turning_days(each, self.fresh_days) for each in spoken]))
        days = days[days >= np.datetime64(min(firsts.values()), "D")]
        asof = np.array([self._asof_days(source, days) for source in self.ordered])
        return stretches_of(self.ordered, days, asof, self.fresh_days)

    def resolve(self, source: str, day: date) -> SourceSelection:
        """A given source's answer for a day. Raises InvalidInput as `require` does."""
        asof = self._asof_days(self.require(source), np.array([day], dtype="datetime64[D]"))
        return SourceSelection(source, day, asof[0].item(), self.by_id[source].record)

    def require(self, source: str) -> str:
        """The source itself. Raises InvalidInput where the release does not hold it."""
        if source not in self.present:
            raise InvalidInput(
                f"source {source[:60]!r} is not in this release; choose one of "
                f"{', '.join(self.ordered)}",
                parameter="source",
            )
        return source

    def all_on(self, day: date) -> tuple[SourceSelection, ...]:
        """Every source's answer for a day, in the order of priority."""
        return tuple(self.resolve(source, day) for source in self.ordered)

    def first_day(self, source: str) -> date:
        """The first day a source speaks of: of events as declared, of maps that of the first."""
        described = self.by_id[source]
        if described.record == "events" and described.coverage_from is not None:
            return described.coverage_from
        return _as_date(self._days[source][0])

    def last_day(self, source: str) -> date:
        """The day of a source's latest map, or of its compilation."""
        return _as_date(self._days[source][-1])

    @property
    def last_day_of_data(self) -> date:
        """The latest day of which any source of the release has a map or an event."""
        return max(map(self.last_day, self.present))

    def snapshot(self, selection: SourceSelection) -> Mapping[str, object] | None:
        """The row of `snapshots` behind a selection; None before the record, and for events."""
        if selection.asof is None or self.by_id[selection.source].record == "events":
            return None
        return self._snapshots.get((selection.source, selection.asof))

    @cached_property
    def _snapshots(self) -> dict[tuple[str, date], dict[str, object]]:
        """The rows of `snapshots` by source and day; of two the first."""
        rows = self.snapshots.to_dict("records")
        days = pd.to_datetime(self.snapshots["day"]).dt.date
        return {
            (str(row["source"]), day): {str(k): v for k, v in row.items()}
            for row, day in zip(rows[::-1], days[::-1], strict=True)
        }

    @cached_property
    def _days(self) -> dict[str, DayArray]:
        days = pd.to_datetime(self.snapshots["day"]).to_numpy().astype("datetime64[D]")
        names = self.snapshots["source"].to_numpy(dtype=object)
        return {source: np.sort(days[names == source]) for source in self.present}

    def _asof_days(self, source: str, days: DayArray) -> DayArray:
        """The days of a source's maps that count on each of the days, (n,); NaT before its first.

        Dated events are complete up to their compilation, so any earlier day is known as such; a
        map stands until the next one.
        """
        maps, first = self._days[source], np.datetime64(self.first_day(source), "D")
        if self.by_id[source].record == "events":
            asof = np.minimum(days, maps[-1])
        else:
            asof = maps[np.searchsorted(maps, days, side="right") - 1]
        return np.asarray(np.where(days < first, np.datetime64("NaT", "D"), asof))


def _as_date(day: np.datetime64) -> date:
    return pd.Timestamp(day).date()
