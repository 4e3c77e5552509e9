"""Can a layer that cannot be drawn or written stop a release, and is what it lost told?"""

import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from ogr_inputs import (
    a_collection,
    a_feature,
    a_file,
    ingested,
    ingested_features,
    issues,
    layers,
    rows,
    rules,
    the_layer,
    workspace,
)
from releases import SmallFacts
from served import client_of
from typer.testing import CliRunner

from geodata.errors import Damaged
from geodata.features.user_layers import read_layers
from geodata.release import tilesets
from geodata.release.build import build
from geodata.release.publish import publish, verify
from geodata.release.tilesets import NO_TILES
from geodata.tiles import kept_archives
from geodata.tiles.generalise import out_of_collections, partition
from geodata.tiles.user_layer import AREA_TILES_MOST, _shapes_depth
from service.cli import app


def broken_for(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """Make the drawing of one layer fail."""
    plain = kept_archives.user_layer

    def user_layer(frame: Any) -> Any:
        if frame.collection.id == name:
            raise error
        return plain(frame)

    monkeypatch.setattr(kept_archives, "user_layer", user_layer)


def two_layers(tmp_path: Path) -> None:
    for name in ("good", "bad"):
        ingested(tmp_path, a_file(tmp_path / f"{name}.geojson", a_collection(a_feature(n=1))))


def test_a_layer_that_cannot_be_drawn_is_published_without_tiles_and_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    SmallFacts(monkeypatch)
    two_layers(tmp_path)
    place = workspace(tmp_path)
    with monkeypatch.context() as patch, caplog.at_level(logging.ERROR):
        broken_for(patch, "bad", KeyError("twice"))
        manifest = build(place)
        assert build(place).id == manifest.id
    assert "Traceback" in caplog.text
    assert "KeyError" in caplog.text
    publish(place, manifest.id)
    assert {t.name for t in manifest.tables} >= {"good.pmtiles", "bad.features"}
    assert "bad.pmtiles" not in {t.name for t in manifest.tables}
    client = client_of(place)
    assert client.json("/collections/bad")["notices"] == [NO_TILES]
    assert client.json("/collections/bad/items")["numberMatched"] == 1
    assert client.get("/tiles/bad.json").status == 404
    assert client.get("/tiles/good/0/0/0").status == 200

    mended = build(place)
    assert mended.id != manifest.id
    assert [layer.notices for layer in read_layers(place.release_path(mended.id))] == [(), ()]
    verify(place, manifest.id)


def test_the_build_says_which_layer_has_no_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallFacts(monkeypatch)
    two_layers(tmp_path)
    broken_for(monkeypatch, "bad", ValueError("no"))
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    words = CliRunner().invoke(app, ["release", "build"], catch_exceptions=False)
    assert f"note: layer bad: {NO_TILES}" in words.stdout
    again = CliRunner().invoke(app, ["release", "build", "--json"], catch_exceptions=False)
    assert json.loads(again.stdout)["notices"] == [{"layer": "bad", "notice": NO_TILES}]


@pytest.mark.parametrize("error", [OSError("the disk is full"), MemoryError()])
def test_a_full_disk_is_no_fault_of_a_layer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    SmallFacts(monkeypatch)
    two_layers(tmp_path)
    broken_for(monkeypatch, "bad", error)
    with pytest.raises(type(error)):
        build(workspace(tmp_path))


def test_packaged_layers_that_cannot_be_drawn_stop_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallFacts(monkeypatch)

    def fails(*_: object) -> None:
        raise Damaged("control cannot be drawn")

    monkeypatch.setattr(tilesets, "control_tileset", fails)
    with pytest.raises(Damaged, match="control"):
        build(workspace(tmp_path))


def test_ingest_tries_the_tiles_and_tells_where_they_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken_for(monkeypatch, "places", ValueError("cannot be drawn"))
    batch = ingested_features(tmp_path, a_feature(n=1))
    assert (batch.verdict, batch.rows_accepted) == ("accepted", 1)
    assert ("layer_can_be_drawn", "note") in rules(tmp_path, batch)
    assert "cannot be drawn" in caplog.text


def test_a_layer_whose_rows_cannot_be_written_is_refused_at_ingest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> Iterator[list[bytes]]:
        raise OverflowError("date value out of range")

    monkeypatch.setattr("geodata.ingest.vector.trial.encoded_features", fails)
    batch = ingested_features(tmp_path, a_feature(n=1), a_feature(n=2))
    assert (batch.verdict, batch.rows_accepted, batch.rows_quarantined) == ("refused", 0, 2)
    assert ("layer_can_be_released", "quarantined") in rules(tmp_path, batch)
    assert layers(tmp_path, batch) == ()
    assert not list((tmp_path / "ws" / "batches").glob("*/*/layer-*.parquet"))


def test_the_build_takes_the_tiles_that_ingest_drew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    SmallFacts(monkeypatch)
    ingested_features(tmp_path, a_feature(n=1))
    place = workspace(tmp_path)
    (kept,) = place.tilesets.glob("places-*")
    before = kept.stat().st_ino
    build(place)
    assert kept.stat().st_ino == before


# values of other files


def a_geoparquet(path: Path, table: pa.Table) -> Path:
    points = shapely.to_wkb(shapely.points(np.arange(len(table)), 48.0))
    about = {"encoding": "WKB", "geometry_types": ["Point"]}
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}
    whole = table.append_column("geometry", pa.array(points, pa.binary()))
    pq.write_table(whole.replace_schema_metadata({"geo": json.dumps(geo)}), path)
    return path


@pytest.mark.parametrize(("unit", "far"), [("s", 10**14), ("ms", 10**17), ("us", 2**63 - 1)])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Kyiv"])
def test_times_no_calendar_has_are_made_empty_and_told(
    tmp_path: Path, unit: str, far: int, zone: str | None
) -> None:
    values = pa.array([far, -far, 0], pa.timestamp(unit, zone))
    batch = ingested(tmp_path, a_geoparquet(tmp_path / "far.parquet", pa.table({"t": values})))
    assert ("value_fits_its_type", "repaired") in rules(tmp_path, batch)
    times = rows(tmp_path, batch)["t"]
    assert times.isna().tolist() == [True, True, False]


def test_days_no_calendar_has_are_made_empty_and_told(tmp_path: Path) -> None:
    table = pa.table(
        {
            "d": pa.array([10**7, -(10**7), 0], pa.date32()),
            "e": pa.array([9 * 10**18, 0, None], pa.date64()),
        }
    )
    batch = ingested(tmp_path, a_geoparquet(tmp_path / "far.parquet", table))
    found = rows(tmp_path, batch)
    assert found["d"].isna().tolist() == [True, True, False]
    assert found["e"].tolist() == [None, date(1970, 1, 1), None]


def test_nanoseconds_are_cut_to_the_microsecond_before_and_told(tmp_path: Path) -> None:
    values = pa.array([1719791999123456789, -1, None], pa.timestamp("ns", "UTC"))
    batch = ingested(tmp_path, a_geoparquet(tmp_path / "nano.parquet", pa.table({"t": values})))
    given = "lon,lat,t\n30,48,2024-06-30T23:59:59.123456789Z\n"
    text = ingested(tmp_path, a_file(tmp_path / "text.csv", given))
    for each, count in ((batch, 2), (text, 1)):
        told = issues(tmp_path, each).query("rule == 'time_fits_microseconds'")
        assert told["count"].tolist() == [count]
    assert rows(tmp_path, batch)["t"].dt.microsecond.tolist()[:2] == [123456, 999999]
    assert rows(tmp_path, text)["t"].dt.microsecond.tolist() == [123456]


def test_times_at_both_ends_of_what_nanoseconds_reach_are_read(tmp_path: Path) -> None:
    ends = pa.array([2**63 - 1, -(2**63) + 1], pa.timestamp("ns", "UTC"))
    batch = ingested(tmp_path, a_geoparquet(tmp_path / "ends.parquet", pa.table({"t": ends})))
    assert batch.rows_accepted == 2
    assert rows(tmp_path, batch)["t"].dt.microsecond.tolist() == [854775, 145224]


def test_a_curve_in_text_sets_its_row_aside_and_no_other(tmp_path: Path) -> None:
    text = 'wkt,n\n"POINT (30 48)",1\n"CIRCULARSTRING (0 0, 1 1, 2 0)",2\n"POINT (31 48)",3\n'
    batch = ingested(tmp_path, a_file(tmp_path / "curves.csv", text))
    assert (batch.rows_accepted, batch.rows_quarantined) == (2, 1)
    assert ("geometry_can_be_read", "quarantined") in rules(tmp_path, batch)
    assert the_layer(tmp_path, batch).geometry_type == "Point"


# the parts


def test_areas_that_all_collapse_have_no_atoms_and_are_on_no_level() -> None:
    areas = shapely.box([0.1, 0.2], 0.1, [0.15, 0.25], 0.2)
    for tolerance in (0.0, 4.0):
        assert partition(areas).at(1.0, tolerance).tolist() == [None, None]


def test_out_of_collections_come_their_parts_however_deep() -> None:
    point, line = shapely.Point(0, 0), shapely.LineString([(0, 0), (1, 1)])
    deep = shapely.GeometryCollection([shapely.GeometryCollection([line]), point])
    given = np.array([deep, None, point, shapely.GeometryCollection(), shapely.Point()])
    parts, owners = out_of_collections(given)
    assert owners.tolist() == [0, 0, 2]
    assert {part.wkt for part in parts} == {point.wkt, line.wkt}


def test_a_shape_of_the_whole_world_has_no_million_tiles() -> None:
    world = np.array([shapely.box(-180, -90, 180, 90)])
    depth = _shapes_depth(world)
    assert 4**depth <= AREA_TILES_MOST < 4 ** (depth + 1)
    assert _shapes_depth(np.array([shapely.box(22, 44, 40, 53)])) == 10
    far = np.array([shapely.box(-170, -80, -169, -79), shapely.box(170, 80, 171, 81)])
    assert _shapes_depth(far) == 10
