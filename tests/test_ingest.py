"""Does an input become a Batch by the rules, with every row accounted for, or no Batch at all?"""

import json
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ingest_inputs import (
    EARLY,
    GREEN,
    GREY,
    LATE,
    NEXT_DAY,
    UNKNOWN_WORD,
    a_box,
    a_daily,
    a_feature,
    a_map,
    a_pipeline,
    counts,
    days_of_boxes,
    ingested,
    ingested_body,
    issue,
    issues,
    maps,
)
from shapely import box

from geodata.batches.stored import batch_path
from geodata.ingest import find_batch, ingest
from geodata.ingest.control.readers.deepstate import stamp_of
from geodata.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "data", "rule"),
    [
        ("1649000000.geojson", b'{"type": "FeatureCollection", "feat', "file_is_json"),
        ("1649000000.geojson", b"", "file_is_json"),
        ("1649000000.geojson", b'{"type":"FeatureCollection","features":[NaN]}', "file_is_json"),
        ("1649000000.geojson", b"[" * 100_000 + b"]" * 100_000, "file_is_json"),
        ("1649000000.geojson", b'"\xff"', "file_is_json"),
        ("deepstate_2026-02-12_a1.geojson", b'[{"id": 1}]', "file_is_a_feature_collection"),
        ("1649000000.geojson", b'{"type": "Feature"}', "file_is_a_feature_collection"),
        ("1649000000.geojson", b"7", "file_is_a_feature_collection"),
        ("1649000000.geojson", a_map(), "file_has_features"),
        ("1649000000.geojson", a_map(a_box(1, 1, 2, 2)), "file_has_polygons"),
        ("readme.geojson", a_map(a_box(32, 47, 33, 48)), "file_has_a_date"),
        (a_daily("20251399"), a_map(a_box(32, 47, 33, 48)), "file_has_a_date"),
    ],
)
def test_file_that_is_no_map_is_set_aside_and_the_rest_goes_on(
    tmp_path: Path, name: str, data: bytes, rule: str
) -> None:
    batch = ingested(tmp_path, {f"{NEXT_DAY}.geojson": a_map(a_box(32, 47, 33, 48)), name: data})
    assert (batch.files_in, batch.files_accepted, batch.files_quarantined) == (2, 1, 1)
    assert (batch.verdict, batch.days) == ("accepted", 1)
    assert issue(tmp_path, batch, rule).file == name


def test_rows_of_a_set_aside_file_are_counted(tmp_path: Path) -> None:
    batch = ingested(tmp_path, {"x.geojson": a_map(a_box(32, 47, 33, 48), a_box(34, 47, 35, 48))})
    assert counts(batch) == (2, 0, 2)
    assert issue(tmp_path, batch, "file_has_a_date").count == 2


def test_foreign_projection_is_set_aside(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": [a_box(32, 47, 33, 48)]}
    batch = ingested(tmp_path, {a_daily("20250225"): json.dumps(document).encode()})
    assert issue(tmp_path, batch, "file_is_crs84").count == 1


def test_index_given_alone_gives_a_refused_batch(tmp_path: Path) -> None:
    index = tmp_path / "deepstate_2026-02-12_a1.geojson"
    index.write_bytes(b'[{"id": 1648989208}]')
    workspace = Workspace(tmp_path / "ws")
    batch = ingest(workspace, a_pipeline(), index).batch
    assert (batch.verdict, batch.days, batch.files_quarantined) == ("refused", 0, 1)
    assert (
        "a JSON list of 1 items" in issue(tmp_path, batch, "file_is_a_feature_collection").message
    )
    assert maps(tmp_path, batch).empty


def test_every_polygon_of_a_daily_file_is_occupied_on_the_day_of_its_name(tmp_path: Path) -> None:
    daily = a_map(a_box(32, 47, 33, 48, "", ""), a_box(34, 47, 35, 48, "", GREEN))
    batch = ingested(tmp_path, {a_daily("20250225"): daily})
    (row,) = maps(tmp_path, batch).itertuples()
    assert (str(row.day), row.status) == ("2025-02-25", "occupied")
    assert pd.isna(row.published)
    assert batch.first_day == batch.last_day == row.day


def test_day_of_a_body_is_the_utc_day_of_publication() -> None:
    stamp = stamp_of("geojsons/1648989208.geojson")
    assert (str(stamp.day), stamp.published) == ("2022-04-03", "2022-04-03T12:33:28Z")


def test_last_publication_of_a_day_is_its_map_and_the_earlier_one_is_noted(tmp_path: Path) -> None:
    files = {
        f"{EARLY}.geojson": a_map(a_box(32, 47, 33, 48)),
        f"{LATE}.geojson": a_map(a_box(34, 47, 35, 48)),
    }
    batch = ingested(tmp_path, files)
    assert (batch.days, batch.files_accepted, batch.rows_accepted) == (1, 2, 2)
    assert list(maps(tmp_path, batch)["file"]) == [f"{LATE}.geojson"]
    note = issue(tmp_path, batch, "day_has_one_map")
    assert (note.severity, note.file) == ("note", f"{EARLY}.geojson")


def test_statuses_of_a_day_do_not_overlap_and_occupied_goes_first(tmp_path: Path) -> None:
    batch = ingested_body(
        tmp_path,
        a_box(32, 47, 34, 48, "Звільнено", GREEN),
        a_box(33, 47, 35, 48, UNKNOWN_WORD, GREY),
        a_box(33.5, 47, 36, 48),
    )
    table = maps(tmp_path, batch).set_index("status")
    assert table.geometry["occupied"].equals(box(33.5, 47, 36, 48))
    assert table.geometry["contested"].equals(box(33, 47, 33.5, 48))
    assert table.geometry["government"].equals(box(32, 47, 33, 48))
    assert issue(tmp_path, batch, "statuses_are_disjoint").severity == "repaired"
    assert table["status_original"]["contested"] == UNKNOWN_WORD


def test_tables_have_their_columns_and_hashes(tmp_path: Path) -> None:
    batch = ingested_body(tmp_path, a_box(32, 47, 33, 48))
    table = maps(tmp_path, batch)
    wanted = ["day", "status", "status_original", "file", "published", "sha256", "geometry"]
    assert list(table.columns) == wanted
    assert set(table.geom_type) == {"MultiPolygon"}
    folder = batch_path(Workspace(tmp_path / "ws"), batch.source, batch.id)
    snapshots = pd.read_parquet(folder / "snapshots.parquet")
    assert list(snapshots["statuses"][0]) == ["occupied", "contested", "government"]
    assert snapshots["occupied_km2"][0] == pytest.approx(8372, rel=0.01)
    assert set(batch.sha256) == {"maps.parquet", "snapshots.parquet", "issues.parquet"}


# Expectations


def test_map_with_too_little_or_too_much_is_set_aside(tmp_path: Path) -> None:
    files = days_of_boxes(1, 0.1, 5, 1)
    batch = ingested(tmp_path, files, occupied_km2_min=5000, occupied_km2_max=20000)
    assert (batch.days, batch.files_quarantined, counts(batch)) == (2, 2, (4, 2, 2))


def test_jump_is_set_aside_and_later_maps_are_taken(tmp_path: Path) -> None:
    batch = ingested(tmp_path, days_of_boxes(1, 3, 1.01, 1.02), change_km2_max=4000)
    assert (batch.days, batch.files_quarantined) == (3, 1)
    found = issue(tmp_path, batch, "change_is_plausible")
    assert (str(found.day), found.count) == ("2025-01-02", 1)


@pytest.mark.parametrize(("confirming", "taken"), [(1, False), (2, False), (3, True), (4, True)])
def test_a_jump_is_taken_once_three_maps_agree_and_not_before(
    tmp_path: Path, confirming: int, *, taken: bool
) -> None:
    """Maps of one degree, then some of about three, then one of one degree again."""
    level = [3 + n / 100 for n in range(confirming)]
    batch = ingested(tmp_path, days_of_boxes(1, *level, 1), change_km2_max=4000)
    days = [str(day) for day in maps(tmp_path, batch)["day"]]
    first, *jumped, last = [f"2025-01-0{n}" for n in range(1, confirming + 3)]
    # Where the jump was taken, going back is one that nobody confirms.
    assert days == ([first, *jumped] if taken else [first, last])
    assert batch.files_quarantined == (1 if taken else confirming)
    confirmed = (issues(tmp_path, batch)["rule"] == "level_is_confirmed").sum()
    assert confirmed == taken


def test_jump_that_three_maps_confirm_is_taken_with_a_note(tmp_path: Path) -> None:
    batch = ingested(tmp_path, days_of_boxes(1, 3, 3.01, 3.02, 3.03), change_km2_max=4000)
    assert (batch.days, batch.files_quarantined) == (5, 0)
    assert issue(tmp_path, batch, "level_is_confirmed").severity == "note"


def test_jumps_that_do_not_agree_with_each_other_stay_set_aside(tmp_path: Path) -> None:
    batch = ingested(tmp_path, days_of_boxes(1, 3, 5, 3, 1), change_km2_max=4000)
    assert (batch.days, batch.files_quarantined) == (2, 3)


def test_earlier_publication_stands_in_for_a_broken_last_one(tmp_path: Path) -> None:
    files = {
        a_daily("20220402"): a_map(a_box(32, 47, 33, 48)),
        f"{EARLY}.geojson": a_map(a_box(32, 47, 33, 48)),
        f"{LATE}.geojson": a_map(a_box(32, 47, 36, 48)),
        f"{NEXT_DAY}.geojson": a_map(a_box(32, 47, 33, 48)),
    }
    batch = ingested(tmp_path, files, change_km2_max=4000)
    assert (batch.days, batch.files_quarantined) == (3, 1)
    assert f"{EARLY}.geojson" in list(maps(tmp_path, batch)["file"])


def test_batch_below_its_minimums_is_refused_and_still_written(tmp_path: Path) -> None:
    batch = ingested(tmp_path, days_of_boxes(1, 1.1), days_min=3, rows_min=5)
    assert batch.verdict == "refused"
    assert batch.reasons == (
        "2 accepted rows, at least 5 are wanted",
        "2 accepted days, at least 3 are wanted",
    )
    assert find_batch(Workspace(tmp_path / "ws"), batch.id) == batch


@given(
    st.lists(
        st.sampled_from(
            [
                a_box(32, 47, 33, 48),
                a_box(32.5, 47, 34, 48, UNKNOWN_WORD, GREY),
                a_box(1, 1, 2, 2),
                a_box(34, 47, 35, 48, "?", "?"),
                a_feature({"type": "Point", "coordinates": [32, 47]}),
                a_feature(None),
                None,
            ]
        ),
        max_size=6,
    )
)
def test_rows_in_are_rows_accepted_and_rows_set_aside(features: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{LATE}.geojson": a_map(*features), "x.geojson": a_map(*features)}
        batch = ingested(Path(folder), files)
        table = issues(Path(folder), batch)
    rows_in, accepted, set_aside = counts(batch)
    assert rows_in == 2 * len(features) == accepted + set_aside
    empty = 0 if features else 2  # an empty file has an issue and no rows
    assert table.loc[table["severity"] == "quarantined", "count"].sum() == set_aside + empty
