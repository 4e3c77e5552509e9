"""Who answers in every store, from which map, how old is it, and do all collections agree?"""

from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_questions import controls, everything, ids, table

from geodata.errors import InvalidInput
from geodata.features.query import Query
from geodata.interval import Interval, one_day, parse_datetime, today
from geodata.store.base import Store


@pytest.mark.parametrize(
    ("day", "source", "asof", "stale"),
    [
        (date(2024, 7, 7), "settlements", date(2024, 7, 7), 0),
        (date(2024, 7, 8), "deepstate", date(2024, 7, 8), 0),
        (date(2024, 7, 9), "deepstate", date(2024, 7, 8), 1),
        (date(2024, 7, 10), "deepstate", date(2024, 7, 10), 0),
        (date(2025, 2, 25), "deepstate", date(2025, 2, 20), 5),
        (date(1991, 8, 24), "settlements", date(1991, 8, 24), 0),
    ],
)
def test_the_first_source_that_reaches_the_day_answers_and_says_how_old_its_map_is(
    store: Store, day: date, source: str, asof: date, stale: int
) -> None:
    rows = controls(store, day)

    assert set(rows["control_source"]) == {source}
    assert set(rows["control_asof"].dt.date) == {asof}
    assert set(rows["stale_days"]) == {stale}


def test_a_day_before_every_record_is_unknown_and_says_of_no_map(store: Store) -> None:
    rows = controls(store, date(1990, 1, 1))

    assert set(rows["control"]) <= {"unknown"}
    assert rows[["control_asof", "stale_days", "agreement", "control_since"]].isna().all(axis=None)


def test_a_named_source_answers_for_itself_also_where_it_does_not_reach(store: Store) -> None:
    early = controls(store, date(2022, 3, 1), "deepstate")
    late = controls(store, date(2025, 2, 25), "settlements")

    assert set(early["control_source"]) == {"deepstate"}
    assert set(early["control"]) == {"unknown"}
    assert set(late["control_source"]) == {"settlements"}


def test_a_source_the_release_does_not_hold_is_refused(store: Store) -> None:
    for name in ("deposits", "control", "timelines", "changes"):
        with pytest.raises(InvalidInput, match="deepstate, settlements") as caught:
            store.select(Query(name, source="hearsay"))
        assert caught.value.parameter == "source"


def test_the_map_of_one_day_is_one_sources_and_longer_stretches_show_all(store: Store) -> None:
    for day, source in ((date(2022, 3, 1), "settlements"), (date(2025, 2, 25), "deepstate")):
        assert set(table(everything(store, "control", when=one_day(day)))["source"]) == {source}
    long = Interval(date(2022, 3, 1), date(2025, 2, 25))
    assert set(table(everything(store, "control", when=long))["source"]) == {
        "deepstate", "settlements",
    }  # fmt: skip
    assert set(table(everything(store, "control", when=long, source="settlements"))["source"]) == {
        "settlements"
    }


def test_a_control_source_does_not_narrow_collections_that_do_not_rest_on_one(
    store: Store,
) -> None:
    for name in ("estimates", "admin-areas", "settlements"):
        assert (
            everything(store, name, source="deepstate").matched == everything(store, name).matched
        )


def test_agreement_is_one_where_both_sources_say_the_same(store: Store) -> None:
    day = date(2025, 2, 25)
    one, other = (controls(store, day, s)["control"] for s in ("deepstate", "settlements"))
    same = (one == other).to_numpy()

    known = (controls(store, day)["control"] != "unknown").to_numpy()
    agreement = controls(store, day)["agreement"].to_numpy(dtype=float)

    assert same.any()
    assert (~same).any()
    assert agreement[known].tolist() == np.where(same, 1.0, 0.5)[known].tolist()
    assert np.isnan(agreement[~known]).all()


def test_deposits_with_no_day_asked_stand_as_they_do_today(store: Store) -> None:
    plain, dated = table(everything(store, "deposits")), controls(store, today())

    assert plain["control"].tolist() == dated["control"].tolist()


def test_the_deposits_of_a_stretch_of_days_stand_as_on_its_last_day_but_not_beyond_today(
    store: Store,
) -> None:
    stretch = Interval(date(2022, 1, 1), date(2024, 7, 8))
    last = controls(store, date(2024, 7, 7))
    open_ended = table(everything(store, "deposits", when=parse_datetime("2022-01-01/..")))

    assert table(everything(store, "deposits", when=stretch))["control"].equals(last["control"])
    assert open_ended["control_asof"].max().date() <= today()


def test_timelines_sum_to_one_on_any_day_and_agree_with_the_deposits_collection(
    store: Store,
) -> None:
    for source in ("settlements", "deepstate"):
        day = date(2025, 2, 25)
        spans = table(everything(store, "timelines", when=one_day(day), source=source))
        shares = spans.pivot_table(
            index="deposit_id", columns="status", values="share", aggfunc="sum"
        )
        rows = controls(store, day, source).set_index("id")
        assert shares.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-9)
        tested = rows.index[rows["control_share"].notna()]
        occupied = shares["occupied"].reindex(tested).fillna(0.0)
        assert rows.loc[tested, "control_share"].to_numpy() == pytest.approx(occupied.to_numpy())


# Random questions


def test_conditions_together_give_what_each_gives_alone(store: Store) -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=40)
    @given(
        st.sampled_from(["deposits", "control", "timelines", "changes", "settlements"]),
        st.tuples(st.integers(22, 36), st.integers(44, 50), st.integers(2, 12), st.integers(1, 6)),
        st.dates(date(2013, 1, 1), date(2026, 1, 1)),
        st.integers(1, 3000),
        st.sampled_from([None, "deepstate", "settlements"]),
    )
    def check(
        name: str, box: tuple[int, int, int, int], start: date, length: int, source: str | None
    ) -> None:
        west, south, wide, high = box
        bbox = (float(west), float(south), float(west + wide), float(south + high))
        when = Interval(start, start + timedelta(days=length))

        together = ids(everything(store, name, bbox=bbox, when=when, source=source))

        placed = set(ids(everything(store, name, bbox=bbox, source=source)))
        dated = ids(everything(store, name, when=when, source=source))
        assert together == [i for i in dated if i in placed]
        met["the box narrows"] += 0 < len(together) < len(dated)
        met["the days narrow"] += 0 < len(together) < len(placed)

    check()
    assert met["the box narrows"] >= 12, met
    assert met["the days narrow"] >= 8, met


def test_the_data_end_with_the_last_day_of_any_source(store: Store) -> None:
    days = [store.sources.last_day(source) for source in store.sources.present]

    assert len(set(days)) > 1, "or this says nothing"
    assert store.sources.last_day_of_data == max(days)
