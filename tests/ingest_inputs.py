"""What do the tests of ingest share: made-up maps, and short ways to ask what became of them.

The maps are boxes of a few square degrees in a toy country.
"""

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely import box

from geodata.batches.stored import batch_path
from geodata.ingest import ControlPipeline, ingest, show
from geodata.workspace import Workspace
from schemas import Batch, Expectations, Source

COUNTRY = box(31, 46, 40, 52)
RED, GREY, GREEN = "#a52714", "#bcaaa4", "#0f9d58"
OCCUPIED_WORD, UNKNOWN_WORD = "Окуповано /// Occupied", "Статус невідомий /// Unknown status"
EARLY, LATE, NEXT_DAY = 1648990000, 1648999999, 1649080000  # twice 2022-04-03, then 2022-04-04


def a_source(**expected: Any) -> Source:
    return Source(
        id="deepstate",
        title="DeepState",
        publisher="DeepState UA",
        licence="none found",
        attribution="DeepStateMAP",
        cadence="daily",
        statuses=("occupied", "contested", "government"),
        coverage="ukraine",
        day_rule="last publication of the UTC day",
        expectations=Expectations(**expected),
    )


def a_pipeline(**expected: Any) -> ControlPipeline:
    return ControlPipeline(a_source(**expected), COUNTRY)


def a_feature(geometry: dict[str, Any] | None, name: str = "", fill: str = "") -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"name": name, "fill": fill},
    }


def a_box(
    west: float, south: float, east: float, north: float, name: str = OCCUPIED_WORD, fill: str = RED
) -> dict[str, Any]:
    return a_feature(shapely.geometry.mapping(box(west, south, east, north)), name, fill)


def a_map(*features: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def a_daily(day: str) -> str:
    return f"deepstatemap_data_{day}.geojson"


def a_folder(parent: Path, files: dict[str, bytes]) -> Path:
    folder = parent / "input"
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def ingested(tmp_path: Path, files: dict[str, bytes], **expected: Any) -> Batch:
    path = a_folder(tmp_path, files)
    return ingest(Workspace(tmp_path / "ws"), a_pipeline(**expected), path).batch


def ingested_body(tmp_path: Path, *features: object) -> Batch:
    return ingested(tmp_path, {f"{LATE}.geojson": a_map(*features)})


def issues(tmp_path: Path, batch: Batch) -> pd.DataFrame:
    return show(Workspace(tmp_path / "ws"), batch.id).issues


def issue(tmp_path: Path, batch: Batch, rule: str) -> Any:
    """The one issue of a rule."""
    table = issues(tmp_path, batch)
    (row,) = table[table["rule"] == rule].itertuples()
    return row


def maps(tmp_path: Path, batch: Batch) -> gpd.GeoDataFrame:
    folder = batch_path(Workspace(tmp_path / "ws"), batch.source, batch.id)
    return gpd.read_parquet(folder / "maps.parquet")


def counts(batch: Batch) -> tuple[int, int, int]:
    return batch.rows_in, batch.rows_accepted, batch.rows_quarantined


def days_of_boxes(*widths: float) -> dict[str, bytes]:
    """Daily files from 2025-01-01 on; a width of one degree is about 8,400 km2."""
    return {
        a_daily(f"202501{day:02d}"): a_map(a_box(32, 47, 32 + width, 48))
        for day, width in enumerate(widths, start=1)
    }
