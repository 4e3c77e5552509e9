"""Do the real archives of DeepState come in as they should?"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from ingest_inputs import a_daily, a_feature, a_folder, a_map, a_source, counts, maps
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import batch_path
from geodata.data import packaged
from geodata.ingest import ControlPipeline, ingest
from geodata.ingest.archives import Limits, Member, members
from geodata.ingest.control.readers.deepstate import stamp_of
from geodata.workspace import Workspace
from schemas import Batch


def outline(shared: Path) -> BaseGeometry:
    text = (shared / "data/facts/ua_outline_ne10.geojson").read_text(encoding="utf-8")
    return shape(json.loads(text)["features"][0]["geometry"])


REAL = {
    "occupied_km2_min": 80_000,
    "occupied_km2_max": 200_000,
    "change_km2_max": 5_000,
}


@pytest.mark.needs_shared
def test_all_real_daily_files_are_accepted(tmp_path: Path, shared: Path) -> None:
    (path,) = (shared / "data/control").glob("deepstate_daily_*.tar.xz")
    workspace = Workspace(tmp_path / "ws")
    batch = ingest(workspace, ControlPipeline(a_source(**REAL), outline(shared)), path).batch
    assert (batch.days, batch.files_accepted, batch.verdict) == (656, 656, "accepted")
    assert counts(batch) == (656, 656, 0)
    table = maps(tmp_path, batch)
    assert table["day"].is_monotonic_increasing
    assert table.geometry.is_valid.all()


def real_members(shared: Path, pattern: str, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Members of a real archive whose last name is wanted."""
    (path,) = (shared / "data/control").glob(pattern)
    named = (
        (each.name.rpartition("/")[2], each) for each in members(path, Limits(), lambda _: None)
    )
    return {name: each.data for name, each in named if isinstance(each, Member) and wanted(name)}


@pytest.mark.needs_shared
@pytest.mark.parametrize("around", [1665792000, 1668470400])
def test_satirical_territories_make_no_jump(tmp_path: Path, shared: Path, around: int) -> None:
    """The days about 2022-10-15 (Karelia and Abkhazia appear) and 2022-11-15 (Kherson is free)."""
    near = real_members(
        shared,
        "deepstate_raw_geojson_*.tar.xz",
        lambda name: abs(int(name[:10]) - around) < 4 * 86400,
    )
    workspace = Workspace(tmp_path / "ws")
    folder = a_folder(tmp_path, near)
    batch = ingest(workspace, ControlPipeline(a_source(**REAL), outline(shared)), folder).batch
    assert batch.files_quarantined == 0
    snapshots = pd.read_parquet(batch_path(workspace, "deepstate", batch.id) / "snapshots.parquet")
    assert len(snapshots) > 4
    assert snapshots["occupied_km2"].diff().abs().max() < 3_000
    _west, _south, east, north = maps(tmp_path, batch).total_bounds
    assert (east < 41, north < 53) == (True, True)


@pytest.mark.needs_shared
def test_daily_file_and_body_of_the_evening_before_draw_the_same_map(
    tmp_path: Path, shared: Path
) -> None:
    daily = real_members(shared, "deepstate_daily_*.tar.xz", lambda name: "20250225" in name)
    bodies = real_members(
        shared,
        "deepstate_raw_geojson_*.tar.xz",
        lambda name: str(stamp_of(name).day) == "2025-02-24",
    )
    both = a_folder(tmp_path, {**daily, **bodies})
    pipeline = ControlPipeline(a_source(**REAL), outline(shared))
    batch = ingest(Workspace(tmp_path / "ws"), pipeline, both).batch
    table = maps(tmp_path, batch)
    first, second = table[table["status"] == "occupied"].geometry
    assert first.intersection(second).area / first.union(second).area > 0.9995


def real_ingest(tmp_path: Path, files: dict[str, bytes]) -> Batch:
    shutil.rmtree(tmp_path / "input", ignore_errors=True)
    source, path = packaged.sources()["deepstate"], a_folder(tmp_path, files)
    pipeline = ControlPipeline(source, packaged.outline())
    return ingest(Workspace(tmp_path / "ws"), pipeline, path).batch


@pytest.mark.needs_shared
def test_real_days_in_batches_are_accepted_and_a_broken_next_day_is_not(
    tmp_path: Path, shared: Path
) -> None:
    daily = real_members(
        shared, "deepstate_daily_*.tar.xz", lambda name: name >= a_daily("20260415")
    )
    files = sorted(daily.items())[-12:]
    for start, end in ((0, 5), (5, 6), (6, 7), (7, 12)):
        assert real_ingest(tmp_path, dict(files[start:end])).days == end - start
    _, data = files[-1]
    collection = json.loads(data)
    land = shapely.union_all([shape(feature["geometry"]) for feature in collection["features"]])
    west, south, east, north = land.bounds
    half = shapely.intersection(land, shapely.box((west + east) / 2, south, east, north))
    moved = shapely.transform(land, lambda points: np.add(points, (0.5, 0.3)))
    afghanistan = shapely.box(61, 30, 70, 36)
    broken = [
        a_map(a_feature(mapping(each))) for each in (half, moved, afghanistan, packaged.outline())
    ]
    for each in (*broken, a_map()):
        batch = real_ingest(tmp_path, {a_daily("20260501"): each})
        assert batch.verdict == "refused"
        assert " km2 on 2026-05-01" in batch.reasons[0]
        assert "against 116,884 km2 on 2026-04-30 (batch " in batch.reasons[0]
    assert real_ingest(tmp_path, {a_daily("20260501"): data}).verdict == "accepted"
