"""Which source answers for a day, and for which stretches of days, looked at day by day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property

from naive_rows import Values

from geodata.control.sources import FRESH_DAYS, Basis, SourceSelection
from geodata.control.splice import Stretch
from geodata.errors import InvalidInput
from schemas import Source


class NaiveSources:
    """Which source answers for a day, found by looking through all snapshots."""

    def __init__(
        self,
        by_id: Mapping[str, Source],
        snapshots: list[Values],
        priority: tuple[str, ...],
        fresh_days: int = FRESH_DAYS,
    ) -> None:
        self.by_id = by_id
        self.fresh_days = fresh_days
        self._snapshots = snapshots
        self.present = tuple(dict.fromkeys(row["source"] for row in snapshots))
        named = [source for source in priority if source in self.present]
        self.ordered = (*named, *sorted({*self.present} - {*named}))

    def select(self, day: date, wanted: str | None = None) -> SourceSelection:
        if wanted is not None:
            return replace(self.resolve(wanted, day), basis="named")
        reaching = self.ranked(day)
        if not reaching:
            return replace(self.resolve(self.ordered[-1], day), basis="unreached")
        best = reaching[0]
        before = [self.resolve(s, day) for s in self.ordered[: self.ordered.index(best.source)]]
        late = [each for each in before if each.asof is not None]
        passed = late[0] if late else before[0] if before else None
        return replace(best, basis=self._basis(best, day), passed_over=passed)

    def _basis(self, best: SourceSelection, day: date) -> Basis:
        if len(self.ordered) == 1:
            return "only"
        fresh = best.stale_days <= self.fresh_days
        if fresh and best.source == self.ordered[0]:
            return "preferred"
        newest = max(each.asof for each in self.ranked(day))
        return "freshest" if best.asof == newest else "preferred"

    def ranked(self, day: date) -> tuple[SourceSelection, ...]:
        reaching = [each for each in self.all_on(day) if each.asof is not None]
        fresh = [each for each in reaching if each.stale_days <= self.fresh_days]
        stale = [each for each in reaching if each.stale_days > self.fresh_days]
        return (*fresh, *sorted(stale, key=lambda each: each.asof, reverse=True))

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Every day asked, one after the other, to the last on which a map may become old."""
        day = min(map(self.first_day, self.present))
        last = max(map(self.last_day, self.present)) + timedelta(days=self.fresh_days + 1)
        firsts = [(day, self.select(day).source)]
        while day < last:
            day += timedelta(days=1)
            source = self.select(day).source
            if source != firsts[-1][1]:
                firsts.append((day, source))
        stops = [first for first, _ in firsts[1:]]
        return tuple(
            Stretch(source, first, stop)
            for (first, source), stop in zip(firsts, [*stops, None], strict=True)
        )

    def resolve(self, source: str, day: date) -> SourceSelection:
        record = self.by_id[source].record if source in self.by_id else "maps"
        if day < self.first_day(self.require(source)):
            return SourceSelection(source, day, None, record)
        if record == "events":
            return SourceSelection(source, day, min(day, self.last_day(source)), record)
        return SourceSelection(source, day, max(d for d in self._days(source) if d <= day), record)

    def require(self, source: str) -> str:
        if source not in self.present:
            raise InvalidInput(
                f"source {source[:60]!r} is not in this release; choose one of "
                f"{', '.join(self.ordered)}",
                parameter="source",
            )
        return source

    def all_on(self, day: date) -> tuple[SourceSelection, ...]:
        return tuple(self.resolve(source, day) for source in self.ordered)

    def first_day(self, source: str) -> date:
        described = self.by_id[source]
        declared = described.coverage_from if described.record == "events" else None
        return declared or min(self._days(source))

    def last_day(self, source: str) -> date:
        return max(self._days(source))

    @property
    def last_day_of_data(self) -> date:
        return max(row["day"] for row in self._snapshots)

    def snapshot(self, choice: SourceSelection) -> Values | None:
        if choice.asof is None or self.by_id[choice.source].record == "events":
            return None
        own = [row for row in self._snapshots if row["source"] == choice.source]
        return next((row for row in own if row["day"] == choice.asof), None)

    def _days(self, source: str) -> list[date]:
        return [row["day"] for row in self._snapshots if row["source"] == source]
