"""Which source answers for a day, from which map, and how stale is that?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from geodata.data.packaged import PRIORITY
from geodata.errors import InvalidInput
from geodata.types import DayArray
from schemas import Source


@dataclass(frozen=True)
class SourceSelection:
    """The source that answers for a day.

    asof: the day of the map used, None where the source does not reach back that far.
    stale_days: days between the map and the day asked.
    """

    source: str
    day: date
    asof: date | None

    @property
    def stale_days(self) -> int | None:
        """0 where the map is of the day itself."""
        return None if self.asof is None else (self.day - self.asof).days


class SourceRegistry:
    """The control sources of a release and the days they have maps of.

    sources: descriptions by id. snapshots: columns `source` and `day`, one row a map. priority: ids
    in the order in which sources are asked; those it lacks come after, by name.
    """

    def __init__(
        self,
        sources: Mapping[str, Source],
        snapshots: pd.DataFrame,
        priority: tuple[str, ...] = PRIORITY,
    ) -> None:
        self.by_id = sources
        self.snapshots = snapshots
        self.present = tuple(snapshots["source"].unique())
        named = [s for s in priority if s in self.present]
        self.ordered = (*named, *(s for s in sorted(self.present) if s not in named))

    def select(self, day: date, wanted: str | None = None) -> SourceSelection:
        """The source for a day: the wanted one, else the first whose record reaches the day.

        Where none does, the last in priority, with `asof` None. Raises InvalidInput for a source
        the release does not hold.
        """
        if wanted is not None:
            return self.resolve(wanted, day)
        selections = [self.resolve(source, day) for source in self.ordered]
        return next((each for each in selections if each.asof is not None), selections[-1])

    def resolve(self, source: str, day: date) -> SourceSelection:
        """A given source's answer for a day. Raises InvalidInput as `require` does."""
        return SourceSelection(source, day, self._asof(self.require(source), day))

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
        rows = self.snapshots[
            (self.snapshots["source"] == selection.source)
            & (self.snapshots["day"] == pd.Timestamp(selection.asof))
        ]
        return None if rows.empty else {str(k): v for k, v in rows.iloc[0].items()}

    @cached_property
    def _days(self) -> dict[str, DayArray]:
        days = pd.to_datetime(self.snapshots["day"]).to_numpy().astype("datetime64[D]")
        names = self.snapshots["source"].to_numpy(dtype=object)
        return {source: np.sort(days[names == source]) for source in self.present}

    def _asof(self, source: str, day: date) -> date | None:
        if day < self.first_day(source):
            return None
        # Dated events are complete up to their compilation, so any earlier day is known as such; a
        # map stands until the next one.
        if self.by_id[source].record == "events":
            return min(day, self.last_day(source))
        days = self._days[source]
        at = int(np.searchsorted(days, np.datetime64(day, "D"), side="right"))
        return _as_date(days[at - 1]) if at else None


def _as_date(day: np.datetime64) -> date:
    return pd.Timestamp(day).date()
