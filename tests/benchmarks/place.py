"""Where do benchmarks take their inputs from, and where may they write."""

import json
import os
import tarfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.batches.usable import accepted_batches
from geodata.data import packaged
from geodata.ingest import ControlPipeline, ingest
from geodata.release.maps import SourceMaps, fold_maps, source_maps
from geodata.workspace import Workspace
from tests.benchmarks.lines import clocked

ROOT = Path(__file__).resolve().parents[2]
DAILY = "deepstate_daily_2024-07-08_2026-04-30.tar.xz"
RAW = "deepstate_raw_geojson_2022-04-03_2025-08-03.tar.xz"
SOURCE = "deepstate"


class AbsentError(Exception):
    """An input a benchmark needs is not here."""


@dataclass(frozen=True)
class Daily:
    """The archive of daily maps, ingested and folded.

    before: the maps of the days before the last day on which the map changed. `fold_s` is the
    fold of those, `rest_s` that of the days from it on, begun from the cells kept. `core_s` is
    the time all of it took on a core, whatever else the machine was doing.
    """

    workspace: Workspace
    maps: SourceMaps
    before: SourceMaps
    cells: gpd.GeoDataFrame
    ingest_s: float
    read_s: float
    fold_s: float
    rest_s: float
    core_s: float


@dataclass(frozen=True)
class Place:
    """shared: the folder of real inputs. scratch: a folder that is removed at the end."""

    shared: Path
    scratch: Path

    def control_file(self, name: str) -> Path:
        """A control archive. Raises AbsentError."""
        path = self.shared / "data" / "control" / name
        if not path.is_file():
            raise AbsentError(f"no {name} in the folder LODELINE_SHARED names")
        return path

    def published(self, days: Iterable[date]) -> dict[date, BaseGeometry]:
        """Occupied land as the daily files give it, only made valid, CRS84."""
        wanted = {f"deepstatemap_data_{day:%Y%m%d}.geojson": day for day in days}
        with tarfile.open(self.control_file(DAILY)) as archive:
            members = [m for m in archive if Path(m.name).name in wanted]
            texts = {wanted[Path(m.name).name]: archive.extractfile(m) for m in members}
            return {day: _land(text.read()) for day, text in sorted(texts.items()) if text}

    @cached_property
    def daily(self) -> Daily:
        """The archive of daily maps, ingested and folded once for all benchmarks of a run."""
        archive = self.control_file(DAILY)
        workspace = Workspace(self.scratch / "daily")
        began = time.process_time()
        described, outline = packaged.sources()[SOURCE], packaged.outline()
        pipeline = ControlPipeline(described, outline)
        ingest_s, _ = clocked(lambda: ingest(workspace, pipeline, archive))
        folders = [folder for folder, _ in accepted_batches(workspace)]
        read_s, maps = clocked(lambda: source_maps(SOURCE, folders))
        before = _before_last_change(maps)
        fold_s, _ = clocked(lambda: fold_maps(workspace, before))
        rest_s, cells = clocked(lambda: fold_maps(workspace, maps))
        core_s = time.process_time() - began
        return Daily(workspace, maps, before, cells, ingest_s, read_s, fold_s, rest_s, core_s)


def shared_folder() -> Path:
    """LODELINE_SHARED, or the folder `shared` beside the checkout."""
    return Path(os.environ.get("LODELINE_SHARED") or ROOT.parent / "shared").resolve()


def _land(text: bytes) -> BaseGeometry:
    features = json.loads(text)["features"]
    shapes = [shapely.from_geojson(json.dumps(feature["geometry"])) for feature in features]
    return shapely.make_valid(shapely.union_all([shapely.make_valid(s) for s in shapes]))


def _before_last_change(maps: SourceMaps) -> SourceMaps:
    """The maps before the last day whose map differs from that of the day before."""
    hashes = maps.rows.groupby("day")["sha256"].agg("|".join).sort_index()
    changed = hashes.index[(hashes != hashes.shift()).to_numpy()]
    day = pd.Timestamp(changed[-1])
    rows, snapshots = maps.rows, maps.snapshots
    return SourceMaps(maps.source, rows[rows["day"] < day], snapshots[snapshots["day"] < day])
