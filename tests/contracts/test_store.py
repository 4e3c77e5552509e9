"""What must every store answer to a question of place, days, properties, pages and items?"""

from datetime import date, timedelta

import numpy as np
import orjson
import pandas as pd
import pytest
import shapely
from shapely import box
from store_questions import COLLECTIONS, DONBAS_BOX, WAR_DAY, everything, ids, table

from geodata.errors import InvalidInput, NotFound
from geodata.features.collections import Collection
from geodata.features.query import BBox, Query
from geodata.formats.geojson import joined_features
from geodata.interval import one_day, parse_datetime
from geodata.store.base import Store

# Collections


def test_the_collections_are_listed_and_found_by_name(store: Store) -> None:
    assert [c.id for c in store.collections()] == list(COLLECTIONS)
    assert all(store.collection(c.id) == c for c in store.collections())


def test_an_unknown_collection_is_not_found_naming_those_there_are(store: Store) -> None:
    with pytest.raises(NotFound, match="deposits, estimates"):
        store.collection("rumours")
    with pytest.raises(NotFound):
        store.select(Query("rumours"))
    with pytest.raises(NotFound):
        store.item(Query("rumours"), "x")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_rows_have_the_columns_described_and_a_geometry_in_crs84(store: Store, name: str) -> None:
    page = everything(store, name)
    rows = table(page)

    assert len(page) == page.matched == len(rows) > 0
    assert page.next_start is None
    assert page.collection == store.collection(name)
    assert list(rows.columns) == [*store.collection(name).column_names, "geometry"]
    assert rows.crs.equals("OGC:CRS84")
    assert rows["id"].is_unique


@pytest.mark.parametrize("name", COLLECTIONS)
def test_features_say_what_the_rows_say(store: Store, name: str) -> None:
    page = store.select(Query(name, limit=7, start=2))

    features = orjson.loads(b"[" + joined_features(page.rows) + b"]")

    assert [f["id"] for f in features] == ids(page)
    for feature, shape in zip(features, table(page).geometry, strict=True):
        assert list(feature["properties"]) == list(store.collection(name).column_names)
        if name == "claims":  # they are nowhere
            assert feature["geometry"] is shape is None
            continue
        drawn = shapely.from_geojson(orjson.dumps(feature["geometry"]))
        assert shapely.equals_exact(drawn, shape, 1e-9, normalize=True)


def test_a_page_without_rows_is_empty_and_not_wrong(store: Store) -> None:
    page = store.select(Query("deposits", bbox=(-60.0, -60.0, -59.0, -59.0)))

    assert (len(page), page.matched, page.next_start, joined_features(page.rows)) == (
        0,
        0,
        None,
        b"",
    )


# Boxes


@pytest.mark.parametrize("name", ["deposits", "control", "settlements", "admin-areas"])
@pytest.mark.parametrize(
    "bbox",
    [
        DONBAS_BOX,
        (22.0, 44.0, 41.0, 53.0),
        (36.0, 48.0, 36.0, 48.0),
        (37.5, -90.0, 37.5, 90.0),
        (170.0, 40.0, 34.0, 50.0),
        (34.0, 40.0, -170.0, 50.0),
        (170.0, -90.0, -170.0, 90.0),
        (-180.0, -90.0, 180.0, 90.0),
    ],
)
def test_a_box_gives_the_rows_that_meet_it_also_across_the_antimeridian(
    store: Store, name: str, bbox: BBox
) -> None:
    west, south, east, north = bbox
    spans = [(west, east)] if west <= east else [(west, 180), (-180, east)]
    area = shapely.union_all([box(left, south, right, north) for left, right in spans])
    whole = table(everything(store, name))

    found = ids(everything(store, name, bbox=bbox))

    assert found == whole["id"][[shape.intersects(area) for shape in whole.geometry]].tolist()


def test_the_edge_of_a_box_is_in_it(store: Store) -> None:
    spot = table(everything(store, "deposits")).geometry.iloc[0]
    found = everything(store, "deposits", bbox=(spot.x, spot.y, spot.x + 1, spot.y + 1))

    assert ids(everything(store, "deposits"))[0] in ids(found)


# Days


def days_of(rows: pd.DataFrame, collection: Collection) -> list[tuple[date, date]]:
    """First day and last day of each row, as people say it; far away where open."""
    begins = pd.to_datetime(rows[collection.begins]).dt.date
    if collection.ends is None:
        return list(zip(begins, begins, strict=True))
    ends = pd.to_datetime(rows[collection.ends])
    last = [date(9999, 1, 1) if pd.isna(e) else e.date() - timedelta(days=1) for e in ends]
    return list(zip(begins, last, strict=True))


@pytest.mark.parametrize("name", ["control", "timelines", "changes", "settlements"])
@pytest.mark.parametrize(
    "text",
    [
        "2022-02-23",
        "2022-02-24",
        "2025-02-25",
        "2022-03-01/2022-03-31",
        "2022-11-11/2022-11-11",
        "../2014-02-27",
        "2025-01-01/..",
        "../..",
        "1900-01-01",
        "2100-01-01",
    ],
)
def test_a_datetime_gives_the_rows_that_share_a_day_with_it(
    store: Store, name: str, text: str
) -> None:
    wanted = parse_datetime(text)
    whole = table(everything(store, name, source="settlements"))
    days = days_of(whole, store.collection(name))
    shared = [first <= wanted.last and wanted.start <= last for first, last in days]

    found = everything(store, name, when=wanted, source="settlements")

    assert ids(found) == whole["id"][shared].tolist()


def test_a_row_that_ends_on_a_day_is_not_among_the_rows_of_the_day(store: Store) -> None:
    rows = table(everything(store, "control"))
    row = rows[rows["valid_to"].notna()].iloc[0]
    last = row["valid_to"].date() - timedelta(days=1)

    there = ids(everything(store, "control", when=one_day(last), source=row["source"]))
    gone = ids(
        everything(store, "control", when=one_day(last + timedelta(days=1)), source=row["source"])
    )

    assert row["id"] in there
    assert row["id"] not in gone


def test_estimates_and_areas_have_no_days_and_are_there_on_every_day(store: Store) -> None:
    for name in ("estimates", "admin-areas"):
        assert ids(everything(store, name, when=WAR_DAY)) == ids(everything(store, name))


# Properties


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_value_of_a_row_finds_that_row_whatever_the_type_of_its_column(
    store: Store, name: str
) -> None:
    words = {"when": WAR_DAY} if name == "deposits" else {}
    rows = table(everything(store, name, **words))
    tried = 0
    for column in store.collection(name).columns:
        if column.type in {"geometry", "json"} or not rows[column.name].notna().any():
            continue
        at = int(np.flatnonzero(rows[column.name].notna())[0])
        value = rows[column.name].iloc[at]
        if column.type == "strings":
            if not len(value):
                continue
            wanted = [value[0] in entries for entries in rows[column.name]]
            text = str(value[0])
        else:
            wanted = (rows[column.name] == value).fillna(value=False).tolist()
            text = str(value.date()) if column.type == "date" else str(value)
        found = ids(everything(store, name, equals=((column.name, text),), **words))
        assert found == rows["id"][wanted].tolist(), column
        tried += 1
    assert tried > 3


def test_all_conditions_must_hold(store: Store) -> None:
    both = table(
        everything(store, "deposits", equals=(("commodity", "lithium"), ("overlay_basis", "disc")))
    )

    assert len(both) > 0
    assert set(both["commodity"]) == {"lithium"}
    assert set(both["overlay_basis"]) == {"disc"}
    assert (
        everything(
            store, "deposits", equals=(("commodity", "lithium"), ("commodity", "titanium"))
        ).matched
        == 0
    )


def test_a_commodity_is_found_as_people_spell_it(store: Store) -> None:
    plain = everything(store, "deposits", equals=(("commodities", "rare-earths"),))

    assert plain.matched > 0
    for spelling in ("Rare Earths", "rare_earths"):
        assert ids(everything(store, "deposits", equals=(("commodities", spelling),))) == ids(plain)


@pytest.mark.parametrize(
    ("collection", "name", "text"),
    [
        ("deposits", "lon", "east"),
        ("deposits", "lon", "nan"),
        ("deposits", "lon", "inf"),
        ("estimates", "includes_components", "perhaps"),
        ("settlements", "valid_from", "2022-02-30"),
        ("admin-areas", "level", "high"),
        ("deposits", "no_such_property", "x"),
        ("deposits", "geometry", "POINT (30 50)"),
    ],
)
def test_a_text_that_is_no_value_of_the_column_is_refused_naming_it(
    store: Store, collection: str, name: str, text: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        store.select(Query(collection, equals=((name, text),)))
    assert caught.value.parameter == name


@pytest.mark.parametrize("text", ["", "nonsense", "' OR 1=1 --", "%", "lithium\0", "🪨"])
def test_a_text_nobody_has_matches_nothing(store: Store, text: str) -> None:
    assert everything(store, "deposits", equals=(("commodity", text),)).matched == 0


# Pages and order


@pytest.mark.parametrize("limit", [1, 7, 100, 1000])
@pytest.mark.parametrize("name", COLLECTIONS)
def test_following_the_pages_visits_each_row_once_in_order(
    store: Store, name: str, limit: int
) -> None:
    query = {"bbox": DONBAS_BOX, "when": WAR_DAY}
    whole = ids(everything(store, name, **query))
    seen: list[str] = []
    start: int | None = 0
    pages = 0
    while start is not None and pages < 60:
        page = store.select(Query(name, limit=limit, start=start, **query))  # type: ignore[arg-type]
        assert page.matched == len(whole)
        assert len(page) > 0 or not whole, "the last page came before this one"
        seen += ids(page)
        start = page.next_start
        pages += 1

    assert seen == whole[: len(seen)]
    assert start is not None or seen == whole


def test_a_start_beyond_the_last_row_is_an_empty_last_page(store: Store) -> None:
    page = store.select(Query("deposits", start=10**9))

    assert (len(page), page.next_start) == (0, None)


def test_the_order_is_that_of_the_release_whatever_is_asked(store: Store) -> None:
    order = {i: n for n, i in enumerate(ids(everything(store, "deposits")))}
    found = ids(everything(store, "deposits", bbox=DONBAS_BOX, equals=(("confidence", "high"),)))

    assert [order[i] for i in found] == sorted(order[i] for i in found)


def test_sorted_rows_have_nothings_last_and_ties_in_the_order_of_the_release(store: Store) -> None:
    whole = table(everything(store, "deposits"))
    for descends in (False, True):
        found = table(everything(store, "deposits", sortby=(("area_ha", descends),)))
        slow = whole.sort_values(
            "area_ha", ascending=not descends, kind="stable", na_position="last"
        )
        assert found["id"].tolist() == slow["id"].tolist()


# Items


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_item_is_found_by_its_id_and_an_unknown_one_is_not(store: Store, name: str) -> None:
    for item_id in ids(store.select(Query(name, limit=3, start=1))):
        assert ids(store.item(Query(name), item_id)) == [item_id]
    for unknown in ("no-such-item", "", "'; --", "x" * 10_000):
        with pytest.raises(NotFound) as caught:
            store.item(Query(name), unknown)
        assert len(caught.value.detail) < 200


def test_an_item_of_deposits_is_as_it_stands_on_the_day_asked(store: Store) -> None:
    turns = table(everything(store, "changes", source="settlements"))
    turn = turns[turns["after"] == "occupied"].iloc[-1]
    day = turn["day"].date()
    verdicts = [
        table(
            store.item(Query("deposits", when=one_day(d), source="settlements"), turn["deposit_id"])
        )["control"].iloc[0]
        for d in (day - timedelta(days=1), day)
    ]

    assert verdicts == [turn["before"], turn["after"]]
