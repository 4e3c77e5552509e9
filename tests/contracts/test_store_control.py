"""What must every store say of verdicts, land, the line of contact, territories and facts?"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely
from oracles import holds, off_the_border, share
from store_questions import WAR_DAY, controls, everything, table

from geodata.answers.question import VERDICTS
from geodata.control.held_area import areas_on
from geodata.crs import areas_km2
from geodata.errors import InvalidInput, NotFound
from geodata.features.collections import OVERLAY_COLUMNS
from geodata.features.query import Query
from geodata.interval import one_day, parse_datetime, today
from geodata.store.base import Store

THEN = date(2025, 2, 25)
DAYS = [date(1990, 1, 1), date(2014, 3, 20), date(2022, 3, 1), date(2024, 7, 9), THEN]
SOURCES = ("deepstate", "settlements")
EVERYWHERE = [(x, y) for x in np.arange(22.3, 40.2, 1.5) for y in np.arange(44.3, 52.4, 0.9)]
OVERLAY = {column.name for column in OVERLAY_COLUMNS}

# Land measured and compared


@pytest.mark.parametrize("by_oblast", [False, True])
def test_areas_of_cells_sum_to_the_area_of_the_land(store: Store, by_oblast: bool) -> None:  # noqa: FBT001
    """By the settlements, in what was occupied since 2022, on a day after it and one before."""
    rows = store.control.held_areas("occupied-since-2022", "settlements", "settlements", by_oblast)

    assert set(rows["status"]) == {"occupied", "contested"}
    assert (rows["part"] == "").all() != by_oblast
    day = np.array([THEN], dtype="datetime64[D]")
    land = store.control.territory_on("occupied-since-2022", THEN, "settlements")
    occupied = rows[(rows["status"] == "occupied").to_numpy()]
    whole = areas_km2(np.array([land], dtype=object))[0]
    assert areas_on(occupied, day)[0] == pytest.approx(whole, rel=2e-3 if by_oblast else 1e-7)
    assert areas_on(occupied, np.array(["1990-01-01"], dtype="datetime64[D]"))[0] == 0


def test_disagreements_of_a_day_are_those_of_the_collection(store: Store) -> None:
    rows = store.control.disagreements_on(THEN)

    assert (
        rows["id"].tolist()
        == table(everything(store, "disagreements", when=WAR_DAY))["id"].tolist()
    )
    assert set(rows["source"]) == {"deepstate"}
    assert (rows["status"] != rows["other_status"]).all()
    assert store.control.disagreements_on(date(1990, 1, 1)).empty


# Facts


def test_deposits_are_in_the_order_of_the_release_and_know_of_no_day(store: Store) -> None:
    deposits = store.facts.deposits

    assert deposits["id"].tolist() == table(everything(store, "deposits"))["id"].tolist()
    assert not OVERLAY & set(deposits.columns)
    assert deposits.crs.equals("OGC:CRS84")


def test_estimates_are_those_of_the_collection(store: Store) -> None:
    assert (
        store.facts.estimates["id"].tolist() == table(everything(store, "estimates"))["id"].tolist()
    )
    assert set(store.facts.estimates["deposit_id"]) <= set(store.facts.deposits["id"])


def test_claims_are_those_of_the_collection(store: Store) -> None:
    collected = table(everything(store, "claims"))
    assert store.facts.claims["id"].tolist() == collected["id"].tolist()
    assert set(store.facts.claims.columns) == set(store.collection("claims").column_names)


def test_a_deposit_has_a_footprint_unless_its_position_must_not_be_tested(store: Store) -> None:
    untested = (store.facts.deposits["overlay_basis"] == "none").tolist()

    assert [shape is None for shape in store.facts.footprints] == untested
    assert not all(untested)


def test_lakes_lie_in_the_country(store: Store) -> None:
    inside = store.facts.outline.intersection(store.facts.lakes).area

    assert 0.5 * store.facts.lakes.area < inside < 0.05 * store.facts.outline.area


# Verdicts


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("source", SOURCES)
def test_verdicts_of_a_day_are_those_of_the_intervals_that_hold_it(
    store: Store, source: str, day: date
) -> None:
    intervals = store.control.verdict_intervals
    own = intervals[(intervals["source"] == source).to_numpy()]
    then = {row["deposit_id"]: row for _, row in own.iterrows() if holds(row, day)}

    verdicts = store.control.verdicts(store.sources.resolve(source, day))

    assert list(verdicts.columns) == [
        "occupied", "contested", "government", "unknown", "verdict", "since",
    ]  # fmt: skip
    for deposit, (_, row) in zip(store.facts.deposits["id"], verdicts.iterrows(), strict=True):
        if deposit not in then:
            assert row["verdict"] == "unknown"
            assert row.drop("verdict").isna().all()
        else:
            assert row["verdict"] == then[deposit]["verdict"]
            assert row["occupied"] == then[deposit]["occupied"]
            assert row["since"] == then[deposit]["since"]


def test_intervals_follow_each_other_without_gap_and_name_their_deposit(store: Store) -> None:
    intervals = store.control.verdict_intervals
    ids = store.facts.deposits["id"].to_numpy(dtype=object)

    assert (ids[intervals["deposit"].to_numpy()] == intervals["deposit_id"].to_numpy()).all()
    assert set(intervals["verdict"]) <= set(VERDICTS)
    for _, rows in intervals.groupby(["source", "deposit"]):
        assert rows["valid_from"].iloc[1:].tolist() == rows["valid_to"].iloc[:-1].tolist()
        assert pd.isna(rows["valid_to"].iloc[-1])


@pytest.mark.parametrize("source", [None, *SOURCES])
def test_the_collection_of_deposits_is_deposits_on_a_day(store: Store, source: str | None) -> None:
    selected, table_ = controls(store, THEN, source), store.control.deposits_on(THEN, source)

    for name in ("id", "control", "control_source"):
        assert selected[name].tolist() == table_[name].tolist()
    assert selected["control_since"].astype(str).tolist() == table_["control_since"].astype(
        str
    ).tolist()  # fmt: skip


# Land


@pytest.mark.parametrize("day", DAYS[1:])
@pytest.mark.parametrize("source", SOURCES)
def test_a_point_is_in_the_land_of_the_status_its_cell_has_on_the_day(
    store: Store, source: str, day: date
) -> None:
    lands = {s: store.control.land_on(day, s, source) for s in ("occupied", "contested")}
    points = off_the_border(shapely.points(EVERYWHERE), *lands.values())
    met = 0
    for point in points:
        rows = store.control.cells_at(source, point)
        there = {row["status"] for _, row in rows.iterrows() if holds(row, day)}
        inside = {status for status, land in lands.items() if shapely.intersects(land, point)}
        assert inside == there & {*lands}
        met += bool(inside)
    assert met >= 2 or (source == "deepstate" and day < date(2024, 7, 8))


@pytest.mark.parametrize("turn", ["2024-07-08", "2024-07-10", "2025-02-20"])
@pytest.mark.parametrize("order", [1, -1])
def test_land_turns_on_the_day_its_cells_do_whichever_day_is_asked_first(
    store: Store, turn: str, order: int
) -> None:
    days = (np.datetime64(turn) + np.arange(-2, 3)).tolist()
    for day in days[::order]:
        cells = everything(store, "control", when=one_day(day), source="deepstate")
        held = table(cells)["status"].to_numpy() == "occupied"
        shapes = cells.rows.read().geometry
        assert shapes is not None
        land = store.control.land_on(day, "occupied", "deepstate")
        assert land.area == pytest.approx(shapely.area(shapes[held]).sum(), rel=1e-9)
        line = store.control.contact_line_on(day, "deepstate")
        assert line.occupied.equals(land)


def test_land_has_a_status_first_on_the_first_day_of_any_cell(store: Store) -> None:
    cells = table(everything(store, "control"))
    for source in (None, *SOURCES):
        own = cells if source is None else cells[cells["source"] == source]
        assert store.control.first_cell_day(source) == own["valid_from"].min().date()
    assert store.control.first_cell_day("hearsay") is None


def test_a_source_of_places_speaks_of_land_and_one_of_maps_of_water_too(store: Store) -> None:
    lakes, outline = store.facts.lakes, store.facts.outline
    water = lakes.intersection(outline).representative_point()
    land = outline.difference(lakes).representative_point()
    for source in SOURCES:
        area = store.control.covered_area(source)
        assert area.intersects(land)
        on_land = store.sources.by_id[source].coverage == "ukraine-land"
        assert area.intersects(water) is not on_land


@pytest.mark.parametrize("source", SOURCES)
def test_the_line_of_contact_is_an_edge_of_the_occupied_land(store: Store, source: str) -> None:
    line = store.control.contact_line_on(THEN, source)
    occupied = store.control.land_on(THEN, "occupied", source)
    corners = shapely.points(shapely.get_coordinates(line.line))

    assert line.occupied.equals(occupied)
    assert len(corners) >= 5
    assert shapely.distance(corners, occupied.boundary).max() < 0.03  # straight in the plane


def test_there_is_no_line_before_any_land_was_held(store: Store) -> None:
    line = store.control.contact_line_on(date(1995, 1, 1), "settlements")

    assert line.line.is_empty
    assert np.isnan(line.signed_distances_km(shapely.points([[37.8, 48.0]]))).all()
    assert store.control.land_on(date(1995, 1, 1), "occupied", "settlements").is_empty


def test_a_verdict_flips_by_the_line_only_where_it_rests_on_it(store: Store) -> None:
    choice = store.sources.select(THEN)
    flips = store.control.flips_on(THEN, choice.source)
    verdict = store.control.verdicts(choice)["verdict"].to_numpy(dtype=object)
    untested = np.array([shape is None for shape in store.facts.footprints])
    rests = np.isin(verdict, ["occupied", "government", "uncertain"]) & ~untested

    assert (np.isnan(flips) == ~rests).all()
    assert (flips[rests] >= 0).all()
    assert rests.sum() > 0


# Territories


def test_an_unknown_territory_is_not_found_naming_those_there_are(store: Store) -> None:
    for ask in (store.control.territory, lambda name: store.control.territory_on(name, THEN, None)):
        with pytest.raises(NotFound, match="crimea") as caught:
            ask("atlantis" * 50)
        assert len(caught.value.detail) < 400
    with pytest.raises(InvalidInput, match="crimea") as refused:
        store.control.membership_in("atlantis", THEN, None)
    assert refused.value.parameter == "territory"
    assert all(store.control.territory(t) == d for t, d in store.control.territories.items())


def test_shares_in_a_territory_are_areas_of_footprints_inside_its_land(store: Store) -> None:
    met = 0
    for name in ("occupied", "crimea", "ukraine", "occupied-since-2022"):
        land = store.control.territory_on(name, THEN, None)
        membership = store.control.membership_in(name, THEN, None)
        for at, shape in enumerate(store.facts.footprints):
            slow = share(shape, land)
            assert membership.share[at] == pytest.approx(slow, abs=1e-4, nan_ok=True)
            met += 0 < slow < 1
    assert met > 2


def test_membership_rests_on_the_extent_which_is_the_same_on_all_days(store: Store) -> None:
    for name in ("occupied", "occupied-since-2022", "donbas-2014"):
        one, other = (store.control.membership_in(name, day, "settlements") for day in DAYS[-2:])
        assert (one.member == other.member).all()
        np.testing.assert_array_equal(one.extent_share, other.extent_share)
        untested = np.array([shape is None for shape in store.facts.footprints])
        assert (np.isnan(one.extent_share) == untested).all()
        assert (one.member[~untested] == (one.extent_share[~untested] >= 0.05)).all()


def test_land_before_a_sources_record_is_taken_from_one_that_reaches_the_day(store: Store) -> None:
    """Of what was held before 2022 deepstate knows nothing; without it all of it would be new."""
    new = store.control.territory_on("occupied-since-2022", THEN, "deepstate")
    held = store.control.territory_on("occupied", THEN, "deepstate")
    early = store.control.land_on(date(2022, 2, 23), "occupied", "settlements")

    assert new.intersection(early).area < 1e-3 * held.area
    assert new.area < held.area


# Sources


def test_sources_are_those_of_the_release_in_the_order_of_priority(store: Store) -> None:
    assert store.sources.ordered == SOURCES
    assert set(store.sources.present) == set(SOURCES) <= set(store.sources.by_id)
    assert [c.source for c in store.sources.all_on(THEN)] == list(SOURCES)


def test_a_source_reaches_from_its_first_day_to_its_latest_map(store: Store) -> None:
    assert store.sources.first_day("deepstate") == date(2024, 7, 8)
    assert store.sources.last_day("deepstate") == date(2025, 2, 20)
    assert store.sources.first_day("settlements") < date(2014, 2, 27)
    for source in SOURCES:
        first = store.sources.first_day(source)
        assert store.sources.resolve(source, first).asof == first
        assert store.sources.resolve(source, date(1900, 1, 1)).asof is None


def test_where_no_source_reaches_the_day_the_last_in_order_answers(store: Store) -> None:
    choice = store.sources.select(date(1900, 1, 1))

    assert (choice.source, choice.asof, choice.stale_days) == (SOURCES[-1], None, None)


def test_a_map_has_a_snapshot_and_what_rests_on_no_map_has_none(store: Store) -> None:
    snapshot = store.sources.snapshot(store.sources.resolve("deepstate", THEN))

    assert snapshot is not None
    assert list(snapshot["statuses"]) == ["occupied", "government"]  # type: ignore[call-overload]
    assert pd.Timestamp(str(snapshot["day"])).date() == date(2025, 2, 20)
    for source, day in (("deepstate", DAYS[0]), ("settlements", THEN)):
        assert store.sources.snapshot(store.sources.resolve(source, day)) is None


def test_a_source_that_is_not_there_is_refused_by_every_question(store: Store) -> None:
    for ask in (
        lambda: store.sources.require("hearsay" * 40),
        lambda: store.sources.resolve("hearsay", THEN),
        lambda: store.sources.select(THEN, "hearsay"),
        lambda: store.control.deposits_on(THEN, "hearsay"),
        lambda: store.control.membership_in("occupied", THEN, "hearsay"),
    ):
        with pytest.raises(InvalidInput, match="deepstate, settlements") as caught:
            ask()
        assert caught.value.parameter == "source"
        assert len(caught.value.detail) < 200


def test_the_day_of_deposits_is_the_last_asked_but_not_beyond_today(store: Store) -> None:
    for text, day in (
        ("2025-02-25", THEN), ("2022-01-01/2025-02-25", THEN), ("2022-01-01/..", today()),
        ("../..", today()), ("2100-01-01", date(2100, 1, 1)), ("2100-01-01/..", date(2100, 1, 1)),
    ):  # fmt: skip
        assert store.deposit_day(Query("deposits", when=parse_datetime(text))) == day
    assert store.deposit_day(Query("deposits")) == today()
    assert store.deposit_day(Query("deposits", when=WAR_DAY)) == THEN
