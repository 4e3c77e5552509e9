"""Counts through time and changes between days."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from geodata.answers.question import VERDICTS, Question
from geodata.answers.reserves import any_commodity
from geodata.answers.rows import json_rows
from geodata.errors import InvalidInput, TooLarge
from geodata.formats.geojson import feature
from geodata.interval import Interval
from geodata.store.embedded import EmbeddedStore

STEPS = ("day", "week", "month", "year")
POINTS_MAX = 5000


def series(store: EmbeddedStore, question: Question, first: date, step: str) -> dict[str, object]:
    """Counts by verdict on days from `first` to the question's day; components do not count.

    Each day is answered by the source asked, else by the one that reaches it.
    """
    lying = store.overlaid.lying_in(question.territory, question.day, question.source)
    deposits = store.tables.deposits
    wanted = any_commodity(deposits, question.commodities) & lying.member
    wanted &= deposits["part_of"].isna().to_numpy()
    points = [
        _point(store, day, question.source, wanted) for day in days(first, question.day, step)
    ]
    used = list(dict.fromkeys(str(point["source"]) for point in points))
    return {
        "commodities": list(question.commodities),
        "territory": question.territory,
        "source": ", ".join(used),
        "release": store.manifest.id,
        "series": points,
    }


def _point(
    store: EmbeddedStore,
    day: date,
    source: str | None,
    wanted: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> dict[str, object]:
    choice = store.book.choose(day, source)
    verdict = store.overlaid.verdicts(choice)["verdict"].to_numpy(dtype=object)[wanted]
    counts = {name: int((verdict == name).sum()) for name in VERDICTS}
    return {"date": str(day), **counts, "source": choice.source}


def days(first: date, last: date, step: str) -> list[date]:
    """Days from first to last, both in, a step apart; the last day always closes the series.

    Raises InvalidInput for an unknown step or days out of order, TooLarge past POINTS_MAX.
    """
    if step not in STEPS:
        raise InvalidInput(
            f"step is {step[:20]!r}; give one of {', '.join(STEPS)}", parameter="step"
        )
    if last < first:
        raise InvalidInput(
            f"from {first} comes after to {last}; give them in order", parameter="from"
        )
    found, number = [], 0
    while (day := _stepped(first, step, number)) <= last:
        found.append(day)
        number += 1
        if number > POINTS_MAX:
            raise TooLarge(
                f"{first}/{last} by {step} has more than {POINTS_MAX} points; take a wider step",
                parameter="step",
            )
    return found if found[-1] == last else [*found, last]


def _stepped(first: date, step: str, number: int) -> date:
    """The day `number` steps after the first; the 31st becomes the last day of a short month."""
    if step in {"day", "week"}:
        return first + timedelta(days=number * (7 if step == "week" else 1))
    months = number * (12 if step == "year" else 1)
    return (pd.Timestamp(first) + pd.DateOffset(months=months)).date()


def changes(
    store: EmbeddedStore, when: Interval, commodities: tuple[str, ...], source: str | None
) -> list[dict[str, object]]:
    """Features of deposits whose verdict turned on the days, by one source.

    Where no source is named, the one that answers for the last of the days.
    """
    chosen = store.book.choose(when.last, source).source
    table = store.tables.geo("changes")
    days_ = table["day"].to_numpy().astype("datetime64[D]")
    inside = (days_ >= np.datetime64(when.start, "D")) & (days_ < np.datetime64(when.stop, "D"))
    deposits = store.tables.deposits
    wanted = set(deposits["id"][any_commodity(deposits, commodities)])
    rows = table[
        inside
        & (table["source"] == chosen).to_numpy()
        & table["deposit_id"].isin(list(wanted)).to_numpy()
    ]
    properties = json_rows(rows, store.collection("changes").column_names)
    return [feature(p, s) for p, s in zip(properties, rows.geometry, strict=True)]
