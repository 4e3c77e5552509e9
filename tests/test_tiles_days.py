"""Has a tile made for some days what holds on them, at the very days something turns?"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import mapbox_vector_tile
import pytest

from geodata.features.query import Query
from geodata.interval import Interval, one_day
from geodata.store.embedded import EmbeddedStore

SHEVCHENKIVSKE = "shevchenkivske_li"
Features = list[dict[str, Any]]


def standings_in(tile: bytes) -> dict[str, Features]:
    """The standings of a tile by deposit."""
    rows: dict[str, Features] = defaultdict(list)
    for feature in mapbox_vector_tile.decode(tile)["standings"]["features"]:
        rows[feature["properties"]["deposit_id"]].append(feature["properties"])
    return rows


def test_a_tile_of_a_day_has_the_verdicts_of_that_day_around_every_turn(
    store: EmbeddedStore,
) -> None:
    """The day a verdict turns, the day before and the day after, as the store answers them."""
    turns, deposits = store.tables.geo("changes"), store.tables.deposits["id"]
    days = {turn.date() + timedelta(days=n) for turn in turns["day"] for n in (-1, 0, 1)}
    seen = Counter()
    for day in sorted(days):
        query = Query("timelines", when=one_day(day), source="settlements")
        found = standings_in(store.tilesets.made("timelines", 0, 0, 0, query))
        table = store.control.verdicts(store.sources.resolve("settlements", day))

        assert all(len(rows) == 1 for rows in found.values()), day
        told = {deposit: rows[0]["verdict"] for deposit, rows in found.items()}
        assert told == dict(zip(deposits, table["verdict"], strict=True)), day
        seen.update(told.values())
    assert len(days) > 40
    assert min(seen["occupied"], seen["government"], seen["uncertain"]) > 0


@pytest.mark.parametrize(
    ("first", "last", "verdicts"),
    [
        (date(2025, 6, 14), date(2025, 6, 14), ["government"]),
        (date(2025, 6, 15), date(2025, 6, 15), ["uncertain"]),
        (date(2025, 6, 14), date(2025, 6, 15), ["government", "uncertain"]),
        (date(2025, 7, 1), date(2025, 7, 1), ["uncertain"]),
        (date(2025, 7, 2), date(2025, 7, 2), ["occupied"]),
        (date(2025, 6, 14), date(2025, 7, 2), ["government", "uncertain", "occupied"]),
        (date(2025, 6, 15), date(2025, 7, 1), ["uncertain"]),
    ],
)
def test_a_tile_of_several_days_has_the_standings_that_meet_them(
    store: EmbeddedStore, first: date, last: date, verdicts: list[str]
) -> None:
    """A standing ends before the day it is said to end on."""
    when = Interval(first, last + timedelta(days=1))

    made = store.tilesets.made("timelines", 0, 0, 0, Query("timelines", when=when))

    rows = sorted(standings_in(made)[SHEVCHENKIVSKE], key=lambda row: row["valid_from"])
    runs = [verdict for verdict, _ in groupby(row["verdict"] for row in rows)]
    assert runs == verdicts
