"""Counts through time and changes between days."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geodata.answers.matching import any_commodity, selected_deposits, within_extent
from geodata.answers.question import VERDICTS, Question
from geodata.answers.rows import json_rows
from geodata.errors import InvalidInput
from geodata.features.query import EVERYTHING, Query
from geodata.formats.geojson import feature
from geodata.interval import LAST_DAY, Interval, days_of
from geodata.store.base import Store
from geodata.types import DayArray, FloatArray, IntArray, Mask

STEPS = ("day", "week", "month", "year")
POINTS_MAX = 5000


def series(store: Store, question: Question, first: date, step: str) -> dict[str, object]:
    """Counts by verdict on days from `first` to the question's day; components do not count.

    Each day is answered by the source asked, else by the one that reaches it, and has the counts
    `reserves` gives for it. `not_tested` deposits are among the unknown on every day.
    """
    membership = store.control.membership_in(question.territory, question.day, question.source)
    deposits = store.facts.deposits
    wanted = selected_deposits(deposits, question) & membership.member
    wanted &= deposits["part_of"].isna().to_numpy()
    asked = days(first, question.day, step)
    sources = [store.sources.select(day, question.source).source for day in asked]
    used = list(dict.fromkeys(sources))
    standings = _within(store.control.verdict_intervals, wanted, membership.extent_share)
    count = int(wanted.sum())
    counts = {source: _counts(standings, source, asked, count) for source in used}
    return {
        "commodities": list(question.commodities),
        "territory": question.territory,
        "source": ", ".join(used),
        "release": store.manifest.id,
        "not_tested": int((wanted & ~deposits["tested"].to_numpy(dtype=bool)).sum()),
        "series": [
            {"date": str(day), **counts[source][number], "source": source}
            for number, (day, source) in enumerate(zip(asked, sources, strict=True))
        ],
    }


def _within(standings: pd.DataFrame, wanted: Mask, extent_share: FloatArray) -> pd.DataFrame:
    """Standings of the deposits wanted, their verdicts as far as the territory goes."""
    rows = standings[wanted[standings["deposit"].to_numpy()]]
    verdict = rows["verdict"].to_numpy(dtype=object)
    within = within_extent(verdict, extent_share[rows["deposit"].to_numpy()])
    return pd.DataFrame(rows.assign(verdict=within))


def _counts(
    standings: pd.DataFrame, source: str, asked: list[date], count: int
) -> list[dict[str, int]]:
    """`count` deposits by verdict, by one source, on each of the days; unknown before its first."""
    own = standings[(standings["source"] == source).to_numpy()]
    at = np.array(asked, dtype="datetime64[D]")
    found = {name: _holding(own[(own["verdict"] == name).to_numpy()], at) for name in VERDICTS}
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


def changes(
    store: Store, when: Interval, commodities: tuple[str, ...], source: str | None
) -> list[dict[str, Any]]:
    """Features of deposits whose verdict turned on the days, by one source.

    Where no source is named, the one that answers for the last of the days.
    """
    chosen = store.sources.select(when.last, source).source
    query = Query("changes", when=when, source=chosen, limit=EVERYTHING)
    table = store.select(query).rows.read().to_geopandas()
    deposits = store.facts.deposits
    wanted = deposits["id"][any_commodity(deposits, commodities)]
    rows = table[table["deposit_id"].isin(list(wanted)).to_numpy()]
    properties = json_rows(rows, store.collection("changes").column_names)
    return [feature(p, s) for p, s in zip(properties, rows.geometry, strict=True)]
