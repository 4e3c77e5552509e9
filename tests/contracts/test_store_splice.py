"""Is what every store gives, where no source is named, the history of the one that answers?"""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from releases import DONBAS_FROM
from store_questions import controls, everything, table

from geodata.answers.question import VERDICTS, Question
from geodata.answers.reserves import reserves
from geodata.answers.series import changes, series
from geodata.answers.timelines import deposit_timeline, version_on, versions
from geodata.control.timeline import verdicts_on
from geodata.features.query import Query
from geodata.interval import Interval, one_day
from geodata.store.base import Store

SAMPLE = [
    date(2014, 3, 1), date(2022, 2, 24), date(2024, 7, 7), date(2024, 7, 8), date(2024, 7, 24),
    date(2024, 7, 25), date(2025, 2, 19), date(2025, 2, 20), date(2025, 3, 6), date(2025, 3, 7),
    date(2026, 11, 28),
]  # fmt: skip
SEAMS = [date(2024, 7, 8), date(2024, 7, 25), date(2025, 2, 20), date(2025, 3, 7)]


def rows_on(store: Store, day: date) -> pd.DataFrame:
    """The spliced intervals that hold on a day, in the order of deposits."""
    return verdicts_on(store.control.spliced_intervals, day).set_index("deposit").sort_index()


def test_sources_take_turns_as_their_maps_grow_old(store: Store) -> None:
    stretches = store.sources.stretches

    assert [(each.source, each.first) for each in stretches[1:]] == list(
        zip(("deepstate", "settlements", "deepstate", "settlements"), SEAMS, strict=True)
    )
    assert stretches[0].source == "settlements"
    assert stretches[0].first == store.sources.first_day("settlements")
    assert [one.stop for one in stretches] == [*(other.first for other in stretches[1:]), None]


@pytest.mark.parametrize("day", SAMPLE)
def test_a_stretch_is_of_the_source_that_answers(store: Store, day: date) -> None:
    (stretch,) = [
        each
        for each in store.sources.stretches
        if each.first <= day and (each.stop is None or day < each.stop)
    ]
    choice = store.sources.select(day)

    assert choice.source == stretch.source == store.sources.ranked(day)[0].source
    assert choice.reason.startswith(f"{choice.source}: ")


def test_the_reason_tells_what_was_passed_over(store: Store) -> None:
    reasons = {day: store.sources.select(day).reason for day in SAMPLE}

    assert reasons[date(2024, 7, 7)] == (
        "settlements: the first in order whose record reaches the day asked, its record covers "
        "the day asked"
    )
    assert reasons[date(2024, 7, 24)] == "deepstate: preferred, its map is 14 days old"
    assert reasons[date(2024, 7, 25)] == (
        "settlements: the freshest; deepstate's latest map is 15 days older than the day asked"
    )
    assert store.sources.select(date(2025, 2, 25), "settlements").reason == "named in the question"
    assert store.sources.select(date(1900, 1, 1)).reason == (
        "settlements: no source has a record that reaches back to the day asked"
    )
    assert store.sources.resolve("deepstate", DONBAS_FROM).reason == ""


@pytest.mark.parametrize("day", SAMPLE)
def test_the_spliced_history_says_each_day_what_the_source_that_answers_says(
    store: Store, day: date
) -> None:
    choice = store.sources.select(day)
    own = store.control.verdicts(choice).reset_index(drop=True)
    rows = rows_on(store, day)

    shares = ["occupied", "contested", "government", "unknown", "verdict"]
    assert rows.index.tolist() == list(range(len(own)))
    assert set(rows["source"]) == {choice.source}
    pd.testing.assert_frame_equal(
        rows[shares].reset_index(drop=True), own[shares], check_dtype=False
    )


@pytest.mark.parametrize("day", SAMPLE)
def test_deposits_stand_since_the_run_of_the_spliced_history_began(store: Store, day: date) -> None:
    known = (controls(store, day)["control"] != "unknown").to_numpy()
    since = pd.to_datetime(controls(store, day)["control_since"])

    wanted = pd.to_datetime(rows_on(store, day)["since"])
    assert (since[known].to_numpy() == wanted[known].to_numpy())[wanted[known].notna()].all()
    assert since[known].isna().tolist() == wanted[known].isna().tolist()
    assert since[~known].isna().all()
    assert not (since > pd.Timestamp(day)).any()
    assert set(controls(store, day)["source_reason"]) == {store.sources.select(day).reason}


def test_a_named_source_is_its_own_history(store: Store) -> None:
    day = date(2025, 2, 25)
    for source in ("deepstate", "settlements"):
        own = store.control.verdicts(store.sources.resolve(source, day))
        named = controls(store, day, source)
        known = (named["control"] != "unknown").to_numpy()
        since = pd.to_datetime(named["control_since"])
        assert since[known].tolist() == own["since"][known].tolist()
        assert since[known].notna().all()
        assert since[~known].isna().all()
        assert set(named["source_reason"]) == {"named in the question"}


def test_at_a_seam_a_run_goes_on_or_is_what_the_new_source_knows(store: Store) -> None:
    """Of each kind there is one: agreeing, known from before the seam, begun with the record."""
    kinds = set()
    for seam in SEAMS:
        before, after = (rows_on(store, day) for day in (seam - timedelta(days=1), seam))
        same = (before["verdict"] == after["verdict"]).to_numpy()
        assert before["since"][same].equals(after["since"][same])
        choice = store.sources.select(seam)
        own = pd.to_datetime(store.control.verdicts(choice)["since"]).reset_index(drop=True)
        begins = store.sources.first_day(choice.source) == seam
        since = after["since"].reset_index(drop=True)[~same]
        assert since.isna().all() if begins else since.tolist() == own[~same].tolist()
        kinds |= {"agreeing"} if same.any() else set()
        kinds |= {"begun" if begins else "known"} if not same.all() else set()
    assert kinds == {"agreeing", "known", "begun"}


def test_no_change_is_of_a_seam_and_all_are_of_the_source_that_answers(store: Store) -> None:
    rows = table(everything(store, "changes"))
    turns = list(zip(rows["day"].dt.date, rows["source"], strict=True))

    assert turns
    assert not {day for day, _ in turns} & set(SEAMS)
    for day, source in turns:
        assert store.sources.select(day).source == source
        assert store.sources.select(day - timedelta(days=1)).source == source


def test_changes_are_the_turns_of_the_history_but_for_seams(store: Store) -> None:
    history = store.control.spliced_intervals
    same = (history["deposit"] == history["deposit"].shift()).to_numpy()
    turned = same & (history["verdict"] != history["verdict"].shift()).to_numpy()
    firsts = [pd.Timestamp(seam) for seam in SEAMS]
    wanted = history[turned & ~history["valid_from"].isin(firsts).to_numpy()]

    rows = table(everything(store, "changes"))

    found = set(zip(rows["deposit_id"], rows["day"].dt.date, rows["after"], strict=True))
    days = pd.to_datetime(wanted["valid_from"]).dt.date
    assert found == set(zip(wanted["deposit_id"], days, wanted["verdict"], strict=True))


def test_a_named_sources_changes_are_all_there(store: Store) -> None:
    for source in ("deepstate", "settlements"):
        named = table(everything(store, "changes", source=source))
        assert set(named["source"]) == {source}
    by_rule = set(table(everything(store, "changes"))["id"])
    every = {i for s in ("deepstate", "settlements")
             for i in table(everything(store, "changes", source=s))["id"]}  # fmt: skip
    assert by_rule < every
    left_out = min(every - by_rule)
    assert len(store.item(Query("changes"), left_out)) == 1


def test_changes_between_two_days_are_those_of_the_collection(store: Store) -> None:
    words = tuple(sorted({c for names in store.facts.deposits["commodities"] for c in names}))
    when = Interval(date(2022, 2, 24), date(2026, 1, 1))

    asked = Question(words, date(2026, 1, 1), role="any", rank="any")

    found = [feature["id"] for feature in changes(store, when, asked)]

    assert found == table(everything(store, "changes", when=when))["id"].tolist()
    assert {i.split(".")[1] for i in found} >= {"settlements"}


@pytest.mark.parametrize("territory", ["ukraine", "occupied-since-2022", "east-south"])
@pytest.mark.parametrize("source", [None, "deepstate"])
def test_a_series_counts_each_day_what_reserves_counts(
    store: Store, source: str | None, territory: str
) -> None:
    words = ("lithium", "rare-earths", "fluorspar")
    about = {"source": source, "role": "any", "rank": "any"}
    asked = Question(words, date(2025, 3, 8), territory, **about)  # type: ignore[arg-type]
    document = series(store, asked, date(2024, 7, 1), "week")
    points = {point["date"]: point for point in document["series"]}  # type: ignore[attr-defined]

    for day in ("2024-07-01", "2024-07-08", "2024-07-29", "2025-02-24", "2025-03-08"):
        of_day = Question(words, date.fromisoformat(day), territory, **about)  # type: ignore[arg-type]
        answer = reserves(store, of_day, "")
        assert {v: points[day][v] for v in VERDICTS} == answer["counted_once"]
        for name in ("source", "control_asof", "stale_days"):
            assert points[day][name] == answer["question"][name]  # type: ignore[index]


def test_versions_are_the_runs_of_the_spliced_history(store: Store) -> None:
    for deposit in store.facts.deposits["id"]:
        found = versions(store, "deposits", deposit, None)
        assert all(one["valid_to"] == other["valid_from"] for one, other in pairwise(found))
        assert all(one["control"] != other["control"] for one, other in pairwise(found))
    for day in SAMPLE:
        rows = controls(store, day).set_index("id")
        for deposit in rows.index[::9]:
            version = version_on(versions(store, "deposits", deposit, None), one_day(day))
            assert version is not None
            assert version["control"] == rows.loc[deposit, "control"]
            since = rows.loc[deposit, "control_since"]
            assert version["control_since"] == (None if pd.isna(since) else f"{since:%Y-%m-%d}")


def test_a_timeline_has_the_chosen_history_beside_those_of_the_sources(store: Store) -> None:
    deposit = str(store.facts.deposits["id"].iloc[0])
    document = deposit_timeline(store, deposit)
    chosen = document["chosen"]

    assert [s["source"] for s in chosen["sources"]] == [  # type: ignore[index]
        each.source for each in store.sources.stretches
    ]
    verdicts = chosen["verdicts"]  # type: ignore[index]
    assert verdicts[0]["valid_from"] == str(store.sources.stretches[0].first)
    assert [row["valid_to"] for row in verdicts] == [
        *(row["valid_from"] for row in verdicts[1:]), None,
    ]  # fmt: skip
    assert "chosen" not in deposit_timeline(store, deposit, "deepstate")


def test_the_map_of_a_day_is_that_of_its_stretch(store: Store) -> None:
    for seam in SEAMS:
        for day in (seam - timedelta(days=1), seam):
            cells = table(everything(store, "control", when=one_day(day)))
            assert set(cells["source"]) == {store.sources.select(day).source}


def test_the_rows_of_the_history_are_ordered_and_without_gap(store: Store) -> None:
    history = store.control.spliced_intervals
    same = (history["deposit"] == history["deposit"].shift(-1)).to_numpy()

    assert history["deposit"].is_monotonic_increasing
    ends, begins = history["valid_to"], history["valid_from"].shift(-1)
    assert (ends[same] == begins[same]).all()
    assert ends[~same].isna().all()
    assert np.array_equal(np.unique(history["deposit"]), np.arange(len(store.facts.deposits)))
