"""How do several sources become one history: which answers when, and what has held since when?

A history is spliced where no source is named: on each day it is that of the source that answers
for the day. Where one source takes over from another is a seam. Two sources differ in how and how
early they report, so a seam says nothing of the ground: no verdict turns at it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.control.timeline import differs_from_previous
from geodata.interval import LAST_DAY, days_of
from geodata.types import DayArray, IntArray, Mask

OPEN = np.datetime64(LAST_DAY, "D")
"""Stands for an open end where days are compared: NaT is in no order."""


@dataclass(frozen=True)
class Stretch:
    """Days `[first, stop)` for which one source answers; `stop` is None where that goes on."""

    source: str
    first: date
    stop: date | None

    def __str__(self) -> str:
        return f"{self.source} {self.first}/{self.stop or '..'}"


def turning_days(maps: DayArray, fresh_days: int) -> DayArray:
    """Days on which a source may begin or cease to answer: of each map and when it is old."""
    # In numbers, for a limit of a million days leads beyond the calendar.
    old = np.minimum(maps.astype(np.int64) + fresh_days + 1, OPEN.astype(np.int64))
    return np.concatenate([maps, old.astype("datetime64[D]")])


def stretches_of(
    names: Sequence[str], days: DayArray, asof: DayArray, fresh_days: int
) -> tuple[Stretch, ...]:
    """Who answers when, by the rule of `sources.choose`, in the order of days; no two touch alike.

    names: (s,) in the order of priority. days: (k,) in order, the turning days of all sources from
    the first any speaks of on. asof: (s, k) day of each source's map on them, NaT for none.
    """
    age = (days - asof).astype(np.float64)
    age[np.isnat(asof)] = np.inf
    # The first of the least in each column: equal ages go by priority.
    best = np.argmin(np.maximum(age - fresh_days, 0), axis=0)
    starts = np.flatnonzero(np.r_[True, best[1:] != best[:-1]][: len(best)])
    firsts = [day.item() for day in days[starts]]
    stops = [*firsts[1:], None]
    return tuple(
        Stretch(names[best[at]], first, stop)
        for at, first, stop in zip(starts, firsts, stops, strict=True)
    )


def stretch_at(stretches: Sequence[Stretch], days: DayArray) -> IntArray:
    """Which stretch each day lies in, (n,); -1 before the first."""
    starts = np.array([each.first for each in stretches], dtype="datetime64[D]")
    return np.asarray(np.searchsorted(starts, days, side="right") - 1)


def happens_within(
    stretches: Sequence[Stretch], source: npt.NDArray[np.object_], day: DayArray
) -> Mask:
    """Which changes belong to the spliced history, (n,): those of the source of their day.

    Not those of the first day of a stretch: the day before was another's.
    """
    at = stretch_at(stretches, day)
    chosen = np.array([each.source for each in stretches], dtype=object)[at]
    firsts = np.array([each.first for each in stretches], dtype="datetime64[D]")[at]
    return np.asarray((at >= 0) & (chosen == source) & (day > firsts))


def spliced(
    intervals: pd.DataFrame, stretches: Sequence[Stretch], first_days: Mapping[str, date]
) -> pd.DataFrame:
    """The verdict intervals of the spliced history, ordered by deposit and day, without gap.

    intervals: those of all sources. first_days: the first each speaks of. `since` is the first day
    of the run of one verdict, which goes on over a seam at which the sources agree. Where they
    differ it is the first day the new source itself gives the verdict, which may lie before the
    seam; NaT where its record begins at the seam, for it may be older.
    """
    parts = [
        _cut(intervals[(intervals["source"] == name).to_numpy()], stretches, name)
        for name in dict.fromkeys(each.source for each in stretches)
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.sort_values(["deposit", "valid_from"], kind="stable", ignore_index=True)
    return table.assign(since=_since(table, stretches, first_days))


def _cut(rows: pd.DataFrame, stretches: Sequence[Stretch], source: str) -> pd.DataFrame:
    """The intervals of one source, cut to its stretches."""
    own = [each for each in stretches if each.source == source]
    firsts = np.array([each.first for each in own], dtype="datetime64[D]")
    stops = np.array([each.stop or LAST_DAY for each in own], dtype="datetime64[D]")
    begins, ends = days_of(rows, "valid_from"), days_of(rows, "valid_to")
    ends = np.where(np.isnat(ends), OPEN, ends)
    # Stretches are in order and apart, so those an interval meets stand side by side.
    lowest = np.searchsorted(stops, begins, side="right")
    count = np.maximum(np.searchsorted(firsts, ends, side="left") - lowest, 0)
    row = np.repeat(np.arange(len(rows)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    stretch = lowest[row] + within
    valid_to = np.minimum(ends[row], stops[stretch])
    valid_to[valid_to == OPEN] = np.datetime64("NaT")
    return rows.iloc[row].assign(
        valid_from=np.maximum(begins[row], firsts[stretch]).astype("datetime64[s]"),
        valid_to=valid_to.astype("datetime64[s]"),
    )


def _since(
    table: pd.DataFrame, stretches: Sequence[Stretch], first_days: Mapping[str, date]
) -> npt.NDArray[np.datetime64]:
    """The first day of each row's run of one verdict, (n,); NaT where it is not known."""
    begins = differs_from_previous(table, ["deposit", "verdict"])
    since = table["since"].to_numpy().astype("datetime64[s]")
    day = days_of(table, "valid_from")
    record = table["source"].map(first_days).to_numpy().astype("datetime64[D]")
    # The first stretch of all has nobody before it: there the record's first day stands.
    since[(day == record) & (stretch_at(stretches, day) > 0)] = np.datetime64("NaT")
    return np.asarray(since[begins][np.cumsum(begins) - 1])
