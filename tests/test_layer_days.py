"""Are the days of a user's layer recognised, named, and said?"""

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from ogr_inputs import (
    a_collection,
    a_feature,
    a_file,
    folder_of,
    ingested,
    ingested_features,
    the_layer,
    types,
    workspace,
)
from typer.testing import CliRunner

from geodata.errors import InvalidInput
from geodata.ingest import quarantine
from geodata.ingest.options import OPTIONS
from geodata.ingest.vector.days import place_of
from schemas import Batch, Layer
from schemas.layers import layer_columns
from service.cli import app

NAMES = {
    "event_date": "moment", "eventDate": "moment", "EVENT DATE": "moment", "datetime": "moment",
    "date_time": "moment", "timestamp": "moment", "timestamp_utc": "moment", "when": "moment",
    "attackdate": "moment", "observation.time": "moment", "day": "moment", "DATE": "moment",
    "date_start": "begins", "startDate": "begins", "start": "begins", "validFrom": "begins",
    "valid_from": "begins", "beginLifespanVersion": "begins", "beginlifespanversion": "begins",
    "first_seen": "begins", "event-begin": "begins", "from": "begins",
    "date_end": "ends", "enddate": "ends", "validTo": "ends", "endLifespanVersion": "ends",
    "last_seen": "ends", "till": "ends", "to_date": "ends",
}  # fmt: skip
OTHERS = (
    "created", "updated_at", "edited", "report_date", "published", "date_prec", "birth_date",
    "start_to_end", "version", "lifespan", "event", "year", "datum", "candidate", "update",
    "daydream", "tomato", "", "дата", "end_of_contract_date", "x" * 500, "startstart" * 30,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_recognised_by_its_words(name: str) -> None:
    place = place_of(name)
    assert place is not None
    assert place[0] == NAMES[name]


@pytest.mark.parametrize("name", OTHERS)
def test_dates_of_records_are_not_taken_for_those_of_features(name: str) -> None:
    assert place_of(name) is None


def days_of(layer: Layer) -> tuple[str | None, str | None, bool]:
    return layer.begins, layer.ends, layer.closed


def notes(tmp_path: Path, batch: Batch) -> dict[str, str]:
    issues = quarantine.show(workspace(tmp_path), batch.id).issues
    return dict(zip(issues["rule"], issues["message"], strict=True))


DAY, NEXT = "2024-02-24", "2024-03-24"


@pytest.mark.parametrize(
    ("properties", "wanted"),
    [
        ({"date_start": DAY, "date_end": NEXT}, ("date_start", "date_end", True)),
        ({"validFrom": DAY, "validTo": NEXT}, ("validFrom", "validTo", False)),
        ({"validFrom": DAY, "validTo": DAY}, ("validFrom", "validTo", True)),
        ({"beginLifespanVersion": DAY, "endLifespanVersion": NEXT, "validFrom": DAY,
          "validTo": NEXT}, ("validFrom", "validTo", False)),
        ({"event_date": DAY, "timestamp": 1709000000}, ("event_date", None, False)),
        ({"event_date": DAY, "date": NEXT}, ("date", None, False)),
        ({"end": DAY, "start": DAY, "date": DAY}, ("start", "end", True)),
        ({"start": DAY, "edited": DAY}, ("start", None, False)),
        ({"date": 20240224}, ("date", None, False)),
        ({"date": 20240230}, (None, None, False)),
        ({"edited": DAY}, (None, None, False)),
        ({"end": DAY}, (None, None, False)),
    ],
)  # fmt: skip
def test_columns_of_days_are_recognised_together(
    tmp_path: Path, properties: dict[str, Any], wanted: tuple[str | None, str | None, bool]
) -> None:
    batch = ingested_features(tmp_path, a_feature(**properties), a_feature())
    assert days_of(the_layer(tmp_path, batch)) == wanted


def test_the_batch_says_which_days_it_took_and_what_the_end_means(tmp_path: Path) -> None:
    batch = ingested_features(
        tmp_path, a_feature(start=DAY, end=NEXT), a_feature(start=NEXT, end=DAY)
    )
    said = notes(tmp_path, batch)
    assert "'start' to 'end', which is the last day itself; --open" in said["days_are_known"]
    assert "1 rows" in said["days_are_in_order"]
    meanings = {c.name: c.meaning for c in layer_columns(the_layer(tmp_path, batch))}
    assert meanings["end"] == "end of the file: its end, the last day or instant itself"


@pytest.mark.parametrize(
    ("properties", "named"),
    [({"edited": DAY, "checked": DAY}, "'edited', 'checked'"),
     ({"event_date": "24 February 2024"}, "'event_date', which hold no dates of ISO 8601")],
)  # fmt: skip
def test_the_batch_names_dates_it_did_not_take(
    tmp_path: Path, properties: dict[str, Any], named: str
) -> None:
    batch = ingested_features(tmp_path, a_feature(**properties))
    assert named in notes(tmp_path, batch)["days_are_recognised"]


def test_a_layer_without_dates_has_no_note_of_days(tmp_path: Path) -> None:
    said = notes(tmp_path, ingested_features(tmp_path, a_feature(name="a", n=1)))
    assert not [rule for rule in said if rule.startswith("day")]


def test_days_are_those_the_user_names(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.geojson", a_collection(a_feature(day=DAY, opened=DAY, shut=NEXT)))
    for options, wanted in (
        ({"begin": "opened"}, ("opened", None, False)),
        ({"begin": "opened", "end": "shut"}, ("opened", "shut", True)),
        ({"begin": "opened", "end": "shut", "closed": False}, ("opened", "shut", False)),
        ({}, ("day", None, False)),
    ):
        batch = ingested(tmp_path, path, **options)
        assert days_of(the_layer(tmp_path, batch)) == wanted


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"begin": "gone"}, "--begin 'gone': that column is not there; .* are: day, shut"),
        ({"begin": "name"}, "--begin 'name': that column holds no days"),
        ({"begin": "day", "end": "name"}, "--end 'name'"),
        ({"end": "shut"}, "needs --begin"),
        ({"closed": True}, "no column of ends is known"),
    ],
)
def test_days_that_are_none_are_refused(
    tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    feature = a_feature(day=DAY, shut=NEXT, name="a")
    path = a_file(tmp_path / "a.geojson", a_collection(feature))
    with pytest.raises(InvalidInput, match=problem):
        ingested(tmp_path, path, **options)


def test_options_of_days_are_recorded_and_others_keep_their_hash(tmp_path: Path) -> None:
    path = a_file(tmp_path / "a.geojson", a_collection(a_feature(opened=DAY)))
    plain, named = ingested(tmp_path, path), ingested(tmp_path, path, begin="opened")
    assert plain.reader.endswith("-17ca37"), "as before there were such options"
    assert named.id != plain.id
    assert '"begin": "opened"' in (folder_of(tmp_path, named) / OPTIONS).read_text()


def test_the_command_names_days_and_says_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    path = a_file(tmp_path / "a.geojson", a_collection(a_feature(opened=DAY, shut=NEXT)))
    run = CliRunner().invoke(app, ["ingest", "ogr", str(path), "--begin", "opened", "--end", "shut",
                                   "--open"])  # fmt: skip
    assert run.exit_code == 0, run.output
    assert "the day after; --closed makes it the last day itself" in " ".join(run.output.split())
    run = CliRunner().invoke(app, ["ingest", "geotiff", str(path), "--begin", "opened"])
    assert run.exit_code != 0


def test_text_of_other_formats_is_read_as_days_where_it_is_named(tmp_path: Path) -> None:
    table = gpd.GeoDataFrame(
        {"event_date": [DAY, NEXT], "other": [DAY, NEXT]},
        geometry=gpd.points_from_xy([30, 31], [50, 50]), crs=4326,
    )  # fmt: skip
    table.to_file(tmp_path / "a.gpkg")
    assert types(the_layer(tmp_path, ingested(tmp_path, tmp_path / "a.gpkg"))) == {
        "id": "string", "event_date": "date", "other": "string",
    }  # fmt: skip
    batch = ingested(tmp_path, tmp_path / "a.gpkg", begin="other")
    assert types(the_layer(tmp_path, batch))["other"] == "date"


# Values that change their type


def test_objects_and_long_integers_become_text_and_are_counted(tmp_path: Path) -> None:
    features = [a_feature(o={"a": 1}, mixed="text"), a_feature(o=None, mixed={"b": [1]})]
    batch = ingested_features(tmp_path, *features)
    said = quarantine.show(workspace(tmp_path), batch.id).issues
    counted = said[said["rule"] == "value_is_plain"]
    assert counted["count"].tolist() == [1, 1]
    assert types(the_layer(tmp_path, batch))["o"] == "string"

    long = gpd.GeoDataFrame(
        {"u": np.array([2**64 - 1, 7], np.uint64),
         "d": pd.array([2**70, 1], pd.ArrowDtype(pa.decimal128(30, 0)))},
        geometry=gpd.points_from_xy([30, 31], [50, 50]), crs=4326,
    )  # fmt: skip
    long.to_parquet(tmp_path / "long.parquet")
    batch = ingested(tmp_path, tmp_path / "long.parquet")
    said = notes(tmp_path, batch)
    assert types(the_layer(tmp_path, batch)) == {"id": "string", "u": "string", "d": "string"}
    assert "1 values of 'd'" in said["integer_fits_64_bits"]


def test_renumbered_ids_are_named(tmp_path: Path) -> None:
    features = [{**a_feature(n=n), "id": text} for n, text in enumerate("aabc")]
    said = notes(tmp_path, ingested_features(tmp_path, *features))
    assert "2 of 4 rows of 'id' ('a')" in said["id_is_unique"]


@pytest.mark.parametrize(
    ("properties", "begins"),
    [
        ({"iyear": 2024, "imonth": 2, "iday": 24}, "date"),
        ({"year": 2024, "month": 2, "day": 24}, "date"),
        ({"obs_year": 2024, "obs_month": 2, "obs_day": 24}, "date"),
        ({"iyear": 2024, "imonth": 2}, None),
        ({"year": "MMXXIV", "month": 2, "day": 24}, None),
        ({"iyear": 2024, "imonth": 2, "iday": 24, "when": DAY}, "when"),
        ({"iyear": 2024, "imonth": 2, "iday": 24, "date": "yesterday"}, None),
    ],
)
def test_year_month_and_day_in_columns_of_their_own_are_a_day(
    tmp_path: Path, properties: dict[str, Any], begins: str | None
) -> None:
    batch = ingested_features(tmp_path, a_feature(**properties), a_feature())
    assert the_layer(tmp_path, batch).begins == begins


def test_a_month_that_is_not_known_leaves_a_row_without_a_day_and_is_counted(
    tmp_path: Path,
) -> None:
    rows = [(2024, 2, 24), (2024, 0, 0), (2023, 2, 29), (1970, 12, 31)]
    features = [a_feature(iyear=y, imonth=m, iday=d) for y, m, d in rows]
    said = notes(tmp_path, ingested_features(tmp_path, *features))
    assert "'iyear', 'imonth', 'iday', now 'date'; 2 rows without" in said["day_is_in_one_column"]
