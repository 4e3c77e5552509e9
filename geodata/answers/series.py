"""Counts through time and changes between days."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geodata.answers.matching import selected_deposits, within_extent
from geodata.answers.question import VERDICTS, Question
from geodata.answers.rows import json_rows
from geodata.answers.sources import selections, sources_used
from geodata.control.sources import SourceSelection
from geodata.errors import InvalidInput
from geodata.features.query import EVERYTHING, Query
from geodata.formats.geojson import feature
from geodata.interval import LAST_DAY, Interval, days_of, one_day
from geodata.store.base import ControlSources, Store
from geodata.types import DayArray, FloatArray, IntArray, Mask

STEPS = ("day", "week", "month", "year")
POINTS_MAX = 5000


def series(store: Store, question: Question, first: date, step: str) -> dict[str, object]:
    """Counts by verdict on days from `first` to the question's day; components do not count.

    Each day is answered by the source asked, else by the one that answers for it, and has the
    counts `reserves` gives for it. `sources` says which those are, and why.
    `not_tested` deposits are among the unknown on every day.
    """
    membership = store.control.membership_in(question.territory, question.day, question.source)
    deposits = store.facts.deposits
    wanted = selected_deposits(deposits, question) & membership.member
    wanted &= deposits["part_of"].isna().to_numpy()
    asked = days(first, question.day, step)
    whole = Interval(first, one_day(question.day).stop)
    chosen = selections(store, asked, question.source)
    intervals = _within(_intervals(store, question.source), wanted, membership.extent_share)
    if store.control.territory(question.territory).held is not None:
        intervals = _where_held(store, question, intervals)
    counts = _counts(intervals, asked, int(wanted.sum()))
    return {
        "commodities": list(question.commodities),
        "territory": question.territory,
        "source": ", ".join(dict.fromkeys(each.source for each in chosen)),
        "release": store.manifest.id,
        "sources": sources_used(store, whole, question.source),
        "not_tested": int((wanted & ~deposits["tested"].to_numpy(dtype=bool)).sum()),
        "series": [_point(*each) for each in zip(chosen, counts, strict=True)],
    }


def _point(choice: SourceSelection, counts: dict[str, int]) -> dict[str, object]:
    asof = None if choice.asof is None else str(choice.asof)
    about = {"source": choice.source, "control_asof": asof, "stale_days": choice.stale_days}
    return {"date": str(choice.day), **counts, **about}


def _intervals(store: Store, source: str | None) -> pd.DataFrame:
    """Verdict intervals of a source, or of the one that answers on each day."""
    if source is None:
        return store.control.spliced_intervals
    rows = store.control.verdict_intervals
    return rows[(rows["source"] == source).to_numpy()]


def _within(standings: pd.DataFrame, wanted: Mask, extent_share: FloatArray) -> pd.DataFrame:
    """Standings of the deposits wanted, their verdicts as far as the territory goes."""
    rows = standings[wanted[standings["deposit"].to_numpy()]]
    verdict = rows["verdict"].to_numpy(dtype=object)
    within = within_extent(verdict, extent_share[rows["deposit"].to_numpy()])
    return pd.DataFrame(rows.assign(verdict=within))


def _where_held(store: Store, question: Question, intervals: pd.DataFrame) -> pd.DataFrame:
    """The intervals with verdicts that rest on land outside the territory made government's.

    As `matching.verdicts_in_territory` has it for a day: an interval of a deposit that lies in the
    extent in part is cut where the part inside begins or ceases to be occupied.
    """
    inside = store.control.occupied_within(question.territory, question.source)
    partly = intervals["deposit"].isin(inside["deposit"].unique()).to_numpy()
    if not partly.any():
        return intervals
    cut = _cut_to(intervals[partly], inside)
    outside = cut["verdict"].isin(["occupied", "uncertain"]) & (cut["contested"] == 0)
    verdict = cut["verdict"].mask(outside & (cut["inside"] == 0), "government")
    return pd.concat([intervals[~partly], cut.assign(verdict=verdict)], ignore_index=True)


def _cut_to(intervals: pd.DataFrame, inside: pd.DataFrame) -> pd.DataFrame:
    """Intervals of deposits cut at the days of others of theirs, whose share is `inside`."""
    other = inside[["deposit", "valid_from", "valid_to", "occupied"]]
    pairs = intervals.merge(other, on="deposit", suffixes=("", "_inside"))
    begins = np.maximum(days_of(pairs, "valid_from"), days_of(pairs, "valid_from_inside"))
    ends = np.fmin(days_of(pairs, "valid_to"), days_of(pairs, "valid_to_inside"))  # NaT is open
    meets = np.isnat(ends) | (begins < ends)
    cut = pairs.assign(valid_from=begins, valid_to=ends, inside=pairs["occupied_inside"])
    return cut[meets]


def _counts(intervals: pd.DataFrame, asked: list[date], count: int) -> list[dict[str, int]]:
    """`count` deposits by verdict on each of the days; unknown before the first interval."""
    at = np.array(asked, dtype="datetime64[D]")
    verdict = intervals["verdict"].to_numpy(dtype=object)
    found = {name: _holding(intervals[verdict == name], at) for name in VERDICTS}
    found["unknown"] = found["unknown"] + count - np.sum(list(found.values()), axis=0)
    return [{name: int(found[name][i]) for name in VERDICTS} for i in range(len(asked))]


def _holding(rows: pd.DataFrame, at: DayArray) -> IntArray:
    """How many of the rows hold on each of the days, (n,)."""
    starts, stops = days_of(rows, "valid_from"), days_of(rows, "valid_to")
    begun = np.searchsorted(np.sort(starts), at, side="right")
    ended = np.searchsorted(np.sort(stops[~np.isnat(stops)]), at, side="right")
    return np.asarray(begun - ended)


def days(first: date, last: date, step: str) -> list[date]:
    """Days from first to last, both in, a step apart; the last day always closes the series.

    Raises InvalidInput for an unknown step or days out of order, and past POINTS_MAX.
    """
    if step not in STEPS:
        raise InvalidInput(
            f"step is {step[:20]!r}; give one of {', '.join(STEPS)}", parameter="step"
        )
    if last < first:
        raise InvalidInput(
            f"from {first} is later than to {last}; give from on or before to", parameter="from"
        )
    found, number = [], 0
    while (day := _stepped(first, step, number)) <= last:
        found.append(day)
        number += 1
        if number > POINTS_MAX:
            raise InvalidInput(
                f"{first}/{last} by {step} has more than {POINTS_MAX} points; use a longer step",
                parameter="step",
            )
    return found if found[-1] == last else [*found, last]


def _stepped(first: date, step: str, number: int) -> date:
    """The day `number` steps after the first; the 31st becomes the last day of a short month.

    Past the calendar's end it is its last day.
    """
    months = number * (12 if step == "year" else 1)
    try:
        if step in {"day", "week"}:
            return first + timedelta(days=number * (7 if step == "week" else 1))
        return (pd.Timestamp(first) + pd.DateOffset(months=months)).date()
    except (OverflowError, ValueError):
        return LAST_DAY


def changes(store: Store, when: Interval, question: Question) -> list[dict[str, Any]]:
    """Features of deposits whose verdict turned on the days, by the source of the question.

    Where none is named, by the one that answers for each day. A change of source is none.
    question: its commodities, role, rank and source count.
    """
    query = Query("changes", when=when, source=question.source, limit=EVERYTHING)
    table = store.select(query).rows.read().to_geopandas()
    deposits = store.facts.deposits
    wanted = deposits["id"][selected_deposits(deposits, question)]
    rows = table[table["deposit_id"].isin(list(wanted)).to_numpy()]
    properties = json_rows(rows, store.collection("changes").column_names)
    return [feature(p, s) for p, s in zip(properties, rows.geometry, strict=True)]


def last_mapped_day(sources: ControlSources) -> date:
    """The last day any control source of the release has a map of."""
    return max(sources.last_day(source) for source in sources.present)
