"""What is asked: a workspace made by the command line, on a day that does not pass."""

import contextlib
import importlib
import io
import json
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from service.cli import main

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
PACKAGES = ("geodata", "service")
CRIMEA, SOUTH = (32.5, 44.4, 35.0, 46.0), (33.5, 46.2, 38.2, 47.4)
EAST = (36.5, 47.4, 40.2, 49.6)
"""Boxes of degrees that are occupied on all maps; together as much land as is plausible."""


class _Noons(type):
    """Moments that were made by the real clock's class are of the still one too."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class Noon(datetime, metaclass=_Noons):
    """A clock that shows noon of one day."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """Noon."""
        return NOON.astimezone(tz) if tz else NOON.replace(tzinfo=None)


@contextlib.contextmanager
def still_clock() -> Iterator[None]:
    """Let the clock stand still in every module of the program, wherever it reads it."""
    modules = [m for package in PACKAGES for m in _modules(importlib.import_module(package))]
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            if vars(module).get("datetime") is datetime:
                patch.setattr(module, "datetime", Noon)
        yield


def _modules(package: Any) -> Iterator[Any]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.endswith("__main__") and ".data" not in found.name:
            yield importlib.import_module(found.name)


def command(workspace: Path, *words: str) -> tuple[int, str]:
    """Exit status of a command of `lodeline` in this process, and what it wrote."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    told = contextlib.redirect_stdout(out), contextlib.redirect_stderr(out)
    with pytest.MonkeyPatch.context() as patch, told[0], told[1]:
        patch.setenv("LODELINE_WORKSPACE", str(workspace))
        patch.setenv("COLUMNS", "120")
        patch.setattr(sys, "argv", ["lodeline", *words])
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else 0
    text = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return status, text.replace(str(workspace.parent), "{folder}")


def made(folder: Path) -> Path:
    """A workspace with a release of the facts alone, and the one served, which has all there is."""
    workspace = folder / "workspace"
    inputs = write_inputs(folder)
    for words in (
        ("release", "build", "--publish"),
        ("ingest", "deepstate", str(inputs / "daily")),
        ("ingest", "deepstate", str(inputs / "bodies")),
        ("ingest", "ogr", str(inputs / "places.geojson"), "--id", "places", "--title", "Places"),
        ("ingest", "geotiff", str(inputs / "slope.tif"), "--id", "slope", "--unit", "degrees"),
        ("release", "build", "--publish"),
    ):
        status, out = command(workspace, *words)
        if status:
            raise RuntimeError(f"lodeline {' '.join(words)} ended with {status}: {out}")
    return workspace


def write_inputs(folder: Path) -> Path:
    """Two feeds of one source, a layer of points, lines and areas with days, and a raster."""
    inputs = folder / "inputs"
    for name in ("daily", "bodies"):
        (inputs / name).mkdir(parents=True)
    for day, west in (("20240708", 36.5), ("20240710", 36.3), ("20250220", 36.2)):
        target = inputs / "daily" / f"deepstatemap_data_{day}.geojson"
        target.write_text(_map((CRIMEA, SOUTH, (west, *EAST[1:])), ()))
    for moment in (1720440000, 1740009600):  # 2024-07-08 and 2025-02-20
        target = inputs / "bodies" / f"{moment}.geojson"
        target.write_text(_map((CRIMEA, SOUTH, EAST), ((36.0, 47.6, 36.5, 48.2),)))
    (inputs / "places.geojson").write_text(json.dumps(_places()))
    _write_raster(inputs / "slope.tif")
    return inputs


def _map(occupied: tuple[Any, ...], contested: tuple[Any, ...]) -> str:
    features = [
        _feature(_box(*corners), name=name, fill=fill)
        for boxes, name, fill in (
            (occupied, "Окуповано /// Occupied", "#a52714"),
            (contested, "Статус невідомий /// Unknown status", "#bcaaa4"),
        )
        for corners in boxes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def _places() -> Mapping[str, Any]:
    shapes = [
        {"type": "Point", "coordinates": [30.52, 50.45]},
        {"type": "LineString", "coordinates": [[30, 50], [31, 50.5], [32, 50]]},
        _box(33, 47, 34, 48),
        {"type": "MultiPoint", "coordinates": [[36, 49], [36.1, 49.1]]},
    ]
    features = [
        _feature(
            shape,
            name=f"Місце {n}",
            note='=1+1, "quoted" & <b>',
            count=n,
            share=n / 3,
            open=n > 1,
            begun=f"2024-0{n + 1}-15",
            seen=f"2024-0{n + 1}-15T10:00:00Z",
        )
        for n, shape in enumerate(shapes)
    ]
    return {"type": "FeatureCollection", "features": features}


def _feature(geometry: Mapping[str, Any], **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _box(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _write_raster(path: Path) -> None:
    cells = np.arange(48, dtype=np.float32).reshape(1, 6, 8)
    grid = {"transform": from_origin(30, 50, 1, 1), "crs": "EPSG:4326", "nodata": -1}
    with rasterio.open(
        path, "w", driver="GTiff", count=1, height=6, width=8, dtype="float32", **grid
    ) as target:
        target.write(cells)
