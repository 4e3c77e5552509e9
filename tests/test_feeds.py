"""What is the map of a day of which a source has published two? On paper, square by square.

The coarser feed tells occupied land alone; the finer one contested land too. Letters are squares
of one degree: a map is a text with a letter for each square, `o` occupied, `c` contested, `.`
neither.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from releases import SmallFacts, give_batch, land
from shapely import box
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import DayMap
from geodata.crs import CRS84
from geodata.geometry import EMPTY
from geodata.release.build import build
from geodata.release.feeds import EARLY_DEG, merge_feeds
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

MONDAY = date(2024, 7, 8)
COARSE, FINE = ("occupied", "government"), ("occupied", "contested", "government")
NAMES = {"o": "occupied", "c": "contested"}
Feed = Mapping[int, DayMap]
"""Maps by day: 0 is the Monday."""
Batch = tuple[tuple[str, ...], Feed]
"""The statuses a batch tells apart, and its maps."""


def square(number: int) -> BaseGeometry:
    return box(32 + number, 47, 33 + number, 48)


def drawn(text: str) -> DayMap:
    """A map as a text; it has no row for a status without land, as ingest leaves it."""
    letters = [letter for letter in NAMES if letter in text]
    return {
        NAMES[letter]: land(*(square(n) for n, own in enumerate(text) if own == letter))
        for letter in letters
    }


def feed(**days: str) -> Feed:
    return {int(name.removeprefix("day")): drawn(text) for name, text in days.items()}


def tables(*batches: Batch) -> tuple[pd.DataFrame, gpd.GeoDataFrame]:
    """Snapshots and maps of batches, as those of a workspace are put one below the other."""
    snapshots = [
        {"batch": number, "day": day_of(n), "statuses": statuses}
        for number, (statuses, maps) in enumerate(batches)
        for n in maps
    ]
    rows = [
        {"batch": number, "day": day_of(n), "status": status, "sha256": "", "geometry": shape}
        for number, (_, maps) in enumerate(batches)
        for n, shapes in maps.items()
        for status, shape in shapes.items()
    ]
    columns = ["batch", "day", "status", "sha256", "geometry"]
    table = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=CRS84)
    return seconds(pd.DataFrame(snapshots)), gpd.GeoDataFrame(seconds(table))


def day_of(number: int) -> pd.Timestamp:
    return pd.Timestamp(MONDAY + timedelta(days=number))


def seconds(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(day=pd.to_datetime(table["day"]).astype("datetime64[s]"))


def map_of(maps: pd.DataFrame, number: int) -> DayMap:
    """The map of a day; each status has one row at most."""
    rows = maps[maps["day"] == day_of(number)]
    assert rows["status"].is_unique
    return dict(zip(rows["status"], rows["geometry"], strict=True))


def text_of(shapes: DayMap, squares: int) -> str:
    """A map as a text: what holds at the middle of each square, which it must cover whole."""
    return "".join(_letter(shapes, square(n)) for n in range(squares))


def _letter(shapes: DayMap, whole: BaseGeometry) -> str:
    shares = {k: shapes.get(s, EMPTY).intersection(whole).area for k, s in NAMES.items()}
    assert all(min(share, 1 - share) < 1e-6 for share in shares.values()), "a square is cut"
    assert sum(shares.values()) < 1 + 1e-6, "statuses overlap"
    return next((letter for letter, share in shares.items() if share > 0.5), ".")


def texts(*batches: Batch, squares: int = 4) -> dict[int, str]:
    """The combined maps of all days that have one."""
    snapshots, maps = merge_feeds(*tables(*batches))
    assert snapshots["day"].is_unique
    days = ((day - day_of(0)).days for day in sorted(snapshots["day"]))
    return {n: text_of(map_of(maps, n), squares) for n in days}


def test_two_squares_on_two_days() -> None:
    """What the finer feed still calls contested is occupied once the coarser one says so."""
    coarser = feed(day0="o.", day1="oo")
    finer = feed(day0="oc", day1="oc")

    assert texts((COARSE, coarser), (FINE, finer), squares=2) == {0: "oc", 1: "oo"}


def test_land_the_finer_feed_has_as_occupied_first_is_contested() -> None:
    coarser, finer = feed(day0="o..."), feed(day0="ooc.")

    assert texts((COARSE, coarser), (FINE, finer)) == {0: "occ."}


def test_land_the_coarser_feed_has_as_occupied_first_is_occupied() -> None:
    assert texts((COARSE, feed(day0="oo..")), (FINE, feed(day0="o..c"))) == {0: "oo.c"}


def test_within_its_days_the_last_map_of_the_finer_feed_goes_on() -> None:
    coarser = feed(day0="o...", day1="o...", day2="o...", day3="o...")
    finer = feed(day0="oc..", day2="o.c.", day3="o..c")

    assert texts((COARSE, coarser), (FINE, finer)) == {
        0: "oc..", 1: "oc..", 2: "o.c.", 3: "o..c",
    }  # fmt: skip


def test_before_and_after_its_days_the_finer_feed_says_nothing() -> None:
    coarser = {n: drawn("o...") for n in range(5)}

    found = texts((COARSE, coarser), (FINE, feed(day1="oc..", day3="oc..")))

    assert found == {0: "o...", 1: "oc..", 2: "oc..", 3: "oc..", 4: "o..."}


def test_a_day_of_the_finer_feed_alone_is_as_it_has_it() -> None:
    coarser, finer = feed(day0="o...", day2="oo.."), feed(day0="o.c.", day1="ooc.", day2="ooc.")

    assert texts((COARSE, coarser), (FINE, finer)) == {0: "o.c.", 1: "ooc.", 2: "ooc."}


def test_a_day_without_any_land_is_a_map_too() -> None:
    coarser = feed(day0="oo..", day1="....", day2="o...")

    assert texts((COARSE, coarser), (FINE, feed(day0="ooc.", day2="o..."))) == {
        0: "ooc.", 1: "ooc.".replace("o", "c"), 2: "o...",
    }  # fmt: skip


def test_the_order_of_batches_does_not_matter_between_feeds() -> None:
    coarse, fine = (COARSE, feed(day0="o...", day1="oo..")), (FINE, feed(day0="oc..", day1="o.c."))

    assert texts(coarse, fine) == texts(fine, coarse) == {0: "oc..", 1: "ooc."}


def test_of_two_batches_of_one_feed_the_later_wins_a_day() -> None:
    first, second = feed(day0="oc..", day1="oc.."), feed(day1="o.c.")

    assert texts((COARSE, feed(day0="o...", day1="o...")), (FINE, first), (FINE, second)) == {
        0: "oc..", 1: "o.c.",
    }  # fmt: skip


@pytest.mark.parametrize(("width", "status"), [(EARLY_DEG / 4, None), (EARLY_DEG * 4, "contested")])
def test_a_strip_occupied_early_counts_from_some_width_on(width: float, status: str | None) -> None:
    """Two drawings of one border differ by a narrow strip, which nobody contests."""
    coarser = {0: {"occupied": land(square(0))}}
    finer = {0: {"occupied": land(square(0), box(33, 47, 33 + width, 48))}}

    _, maps = merge_feeds(*tables((COARSE, coarser), (FINE, finer)))

    found = map_of(maps, 0)
    assert found["occupied"].equals(square(0))
    assert set(found) == {"occupied", *([status] if status else [])}
    if status:
        assert found[status].area == pytest.approx(width, rel=1e-3)


def test_a_strip_drawn_as_contested_counts_whatever_its_width() -> None:
    strip = box(34, 47, 34 + EARLY_DEG / 4, 48)
    coarser, finer = {0: {"occupied": land(square(0))}}, {0: {"contested": land(strip)}}

    _, maps = merge_feeds(*tables((COARSE, coarser), (FINE, finer)))

    assert map_of(maps, 0)["contested"].area == pytest.approx(strip.area, rel=1e-6)


def test_snapshots_say_which_statuses_each_day_tells_apart() -> None:
    coarser = {n: drawn("o...") for n in range(4)}

    snapshots, _ = merge_feeds(*tables((COARSE, coarser), (FINE, feed(day1="oc..", day2="oc.."))))

    told = {(day - day_of(0)).days: set(names) for day, names in
            zip(snapshots["day"], snapshots["statuses"], strict=True)}  # fmt: skip
    assert told == {0: set(COARSE), 1: set(FINE), 2: set(FINE), 3: set(COARSE)}


def test_contested_land_put_together_has_a_hash_of_its_own() -> None:
    """Folds are kept by these hashes: land that differs must not be taken for the same."""
    coarse = (COARSE, feed(day0="o...", day1="o...", day2="oo.."))
    finer = feed(day0="oc..", day1="oc..", day2="occ.")

    _, maps = merge_feeds(*tables(coarse, (FINE, finer)))

    contested = maps[maps["status"] == "contested"].sort_values("day")
    first, same, other = contested["sha256"]
    assert len(first) == 64
    assert first == same != other


def wanted(coarser: Mapping[int, str], finer: Mapping[int, str], day: int, at: int) -> str:
    """What should hold in a square on a day, looked up one after the other."""
    if day not in coarser:
        return finer[day][at]
    if not min(finer) <= day <= max(finer) or coarser[day][at] == "o":
        return coarser[day][at]
    last = max(known for known in finer if known <= day)
    return "c" if finer[last][at] in "oc" else "."


def feeds_of(letters: str) -> st.SearchStrategy[dict[int, str]]:
    """Maps of four squares on some of seven days, one at least."""
    texts_ = st.text(letters, min_size=4, max_size=4)
    week = st.lists(st.none() | texts_, min_size=7, max_size=7).filter(any)
    return week.map(lambda days: {n: text for n, text in enumerate(days) if text})


def test_random_feeds_are_combined_square_by_square() -> None:
    met: Counter[str] = Counter()

    @given(feeds_of("o."), feeds_of("oc."))
    def check(coarser: dict[int, str], finer: dict[int, str]) -> None:
        batches = [
            (COARSE, {n: drawn(text) for n, text in coarser.items()}),
            (FINE, {n: drawn(text) for n, text in finer.items()}),
        ]
        days = sorted({*coarser, *finer})
        hand = {n: "".join(wanted(coarser, finer, n, at) for at in range(4)) for n in days}
        assert texts(*batches) == hand
        both = {n for n in coarser if min(finer) <= n <= max(finer)}
        met.update({"both have a day": bool(both), "carried on": bool(both - set(finer))})
        met["contested"] += any("c" in hand[n] for n in both)

    check()
    assert min(met.values()) >= 10, met


def test_a_deposit_is_contested_until_both_feeds_say_it_is_occupied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, from two batches in a workspace to the verdict."""
    SmallFacts(monkeypatch)  # it has a deposit at 34 E, 48 N and one at 37 E, 48 N
    workspace = Workspace(tmp_path / "ws")
    spot, held = box(33.5, 47.5, 34.5, 48.5), box(36, 47, 38, 49)
    days = [MONDAY, MONDAY + timedelta(days=1)]
    coarser = [(days[0], {"occupied": land(held)}), (days[1], {"occupied": land(held, spot)})]
    finer = [(day, {"occupied": land(held), "contested": land(spot)}) for day in days]
    give_batch(workspace, coarser, "daily")
    give_batch(workspace, finer, "full-record", FINE)

    store = EmbeddedStore(workspace.release_path(build(workspace).id))

    verdicts = [store.control.deposits_on(day, "deepstate")["control"].tolist() for day in days]
    assert verdicts == [
        ["government", "contested", "government", "occupied"],
        ["government", "occupied", "government", "occupied"],
    ]
    assert np.unique(store.tables.control["source"]).tolist() == ["deepstate", "settlements"]
