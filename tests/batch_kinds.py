"""A batch of every kind of input, ingested with options, and tried again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ingest_inputs import (
    COUNTRY,
    a_folder,
    a_pipeline,
    a_source,
    days_of_boxes,
)
from ogr_inputs import a_collection, a_feature, a_zip
from raster_inputs import SLOPE, a_geotiff
from typer.testing import CliRunner

from geodata.ingest import (
    Ingested,
    RasterOptions,
    RasterPipeline,
    VectorOptions,
    VectorPipeline,
    ingest,
    retry,
)
from geodata.ingest.raster import pipeline as raster_pipeline
from geodata.ingest.vector import pipeline as vector_pipeline
from geodata.workspace import Workspace
from schemas import Batch
from service.cli import app

SOURCES = {"deepstate": a_source()}


def tried_again(place: Workspace, batch: Batch) -> Ingested:
    return retry(place, batch.id, sources=SOURCES, coverage=COUNTRY)


def new_rules(monkeypatch: pytest.MonkeyPatch, version: str = "v9") -> None:
    monkeypatch.setattr(vector_pipeline, "VERSION", version)
    monkeypatch.setattr(raster_pipeline, "VERSION", version)
    monkeypatch.setattr("geodata.ingest.control.readers.deepstate.DeepState.version", 9)


def some_maps(place: Workspace, folder: Path) -> Batch:
    path = a_folder(folder, {**days_of_boxes(1), "x.geojson": b"["})
    return ingest(place, a_pipeline(), path).batch


def two_layers(place: Workspace, folder: Path) -> Batch:
    """One of the two layers of a zip, its CRS and name given, a row of it set aside."""
    there = a_feature({"type": "Point", "coordinates": [500_000, 5_500_000]}, n=1)
    gone = a_feature({"type": "Point", "coordinates": [1e30, 1e30]}, n=2)
    members = {"a.geojson": a_collection(there, gone), "b.geojson": a_collection(there)}
    options = VectorOptions(
        id="mine", title="Моє", licence="CC BY 4.0", attribution="us", crs="EPSG:32636",
        layers=("a",),
    )  # fmt: skip
    return ingest(place, VectorPipeline(options), a_zip(folder / "in.zip", members)).batch


def second_band(place: Workspace, folder: Path) -> Batch:
    path = a_geotiff(folder / "in.tif", np.stack([SLOPE, SLOPE + 7]), crs=None)
    options = RasterOptions(
        id="hill", title="Гора", unit="m", licence="CC0", attribution="us", crs="EPSG:4326",
        nodata=float("nan"), band=2,
    )  # fmt: skip
    return ingest(place, RasterPipeline(options), path).batch


KINDS = [some_maps, two_layers, second_band]
Given = Callable[[Workspace, Path], Batch]


def run(monkeypatch: pytest.MonkeyPatch, place: Workspace, *words: str) -> Any:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(place.root))
    return CliRunner().invoke(app, list(words), catch_exceptions=False)
