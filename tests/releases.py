"""How do tests get releases: small facts, hand-made batches, and a trimmed release to keep."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import DayMap
from geodata.crs import CRS84
from geodata.data import packaged
from geodata.rasters import products
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace, file_sha256
from schemas import Batch

OUTLINE = box(30, 46, 38, 50)
LAKE = box(33.9, 47.4, 34.1, 47.6)
DONBAS_FROM, DONBAS = date(2024, 7, 8), box(36, 47, 40, 49.5)


def give_batch(
    workspace: Workspace,
    maps: Sequence[tuple[date, DayMap]],
    name: str,
    statuses: Sequence[str] = ("occupied", "government"),
) -> None:
    """An accepted batch of DeepState maps, as ingest leaves it; statuses: those it tells apart."""
    folder = workspace.batches / "deepstate" / f"deepstate-{name}"
    folder.mkdir(parents=True)
    rows = [
        {
            "day": pd.Timestamp(day),
            "status": status,
            "sha256": hashlib.sha256(shapely.to_wkb(shape)).hexdigest(),
            "geometry": shape,
        }
        for day, shapes in maps
        for status, shape in shapes.items()
    ]
    columns = ["day", "status", "sha256", "geometry"]
    gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=CRS84).to_parquet(
        folder / "maps.parquet"
    )
    snapshots = pd.DataFrame(
        {
            "source": "deepstate",
            "day": [pd.Timestamp(day) for day, _ in maps],
            "file": [f"{day}.geojson" for day, _ in maps],
            "published": None,
            "statuses": [tuple(statuses)] * len(maps),
            "occupied_km2": 1.0,
            "contested_km2": 0.0,
        }
    )
    snapshots.to_parquet(folder / "snapshots.parquet")
    (folder / "batch.json").write_text(_batch(name, maps, folder).model_dump_json())


def _batch(name: str, maps: Sequence[tuple[date, DayMap]], folder: Path) -> Batch:
    count = len(maps)
    return Batch(
        id=f"deepstate-{name}",
        source="deepstate",
        input_name=name,
        input_sha256=hashlib.sha256(name.encode()).hexdigest(),
        ingested=f"2026-01-01T00:00:00.{len(name):06d}Z",
        reader="by hand",
        files_in=count,
        files_accepted=count,
        files_quarantined=0,
        rows_in=count,
        rows_accepted=count,
        rows_quarantined=0,
        days=count,
        first_day=maps[0][0],
        last_day=maps[-1][0],
        verdict="accepted",
        sha256={n: file_sha256(folder / n) for n in ("maps.parquet", "snapshots.parquet")},
    )


def land(*parts: BaseGeometry) -> shapely.MultiPolygon:
    """Parts as a map has them."""
    return shapely.MultiPolygon(list(shapely.get_parts(shapely.union_all(parts))))


def built_with_two_sources(root: Path) -> None:
    """A published release of the packaged facts and three DeepState maps made by hand."""
    workspace = Workspace(root)
    grown = box(35.5, 47, 40, 49.5)
    give_batch(
        workspace,
        [
            (DONBAS_FROM, {"occupied": land(DONBAS)}),
            (date(2024, 7, 10), {"occupied": land(grown)}),
            (
                date(2025, 2, 20),
                {"occupied": land(grown), "contested": land(box(35, 47, 35.5, 49))},
            ),
        ],
        "by-hand",
    )
    publish(workspace, build(workspace).id)


def coarse_rasters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let releases have rasters of a few thousand cells, for tests of other things."""
    monkeypatch.setattr(products, "OCCUPATION_CELLS_PER_DEGREE", 10)
    monkeypatch.setattr(products, "DENSITY_CELLS_PER_DEGREE", 10)


class SmallFacts:
    """Packaged facts cut down to a few rows in a square country; `revision` changes a note.

    Rasters are made of them too, on coarse grids: fine ones are two thirds of such a build.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.revision = 0
        self._deposits = packaged.deposits().iloc[:4].assign(part_of=None)
        self._deposits.geometry = [
            shapely.Point(x, y) for x, y in ((31, 47), (34, 48), (35, 49), (37, 48))
        ]
        self._estimates = self._kept(packaged.estimates())
        self._settlements = _few_settlements()
        self._areas = _few_areas()
        for name, function in self._loaders().items():
            monkeypatch.setattr(packaged, name, function)
        coarse_rasters(monkeypatch)

    def _loaders(self) -> Mapping[str, object]:
        return {
            "deposits": lambda: self._deposits.assign(note=f"revision {self.revision}"),
            "estimates": self._estimates.copy,
            "settlements": self._settlements.copy,
            "admin_areas": self._areas.copy,
            "outline": lambda: OUTLINE,
            "lakes": lambda: LAKE,
            "land": lambda: OUTLINE - LAKE,
            "settled_land": lambda: OUTLINE - LAKE,
        }

    def _kept(self, estimates: pd.DataFrame) -> pd.DataFrame:
        named = estimates["deposit_id"].isin(self._deposits["id"])
        return estimates[named].reset_index(drop=True)


def _few_settlements() -> gpd.GeoDataFrame:
    """Three places, one of which changes hands."""
    table = packaged.settlements()
    turned = table.groupby("place_id")["status"].transform("nunique") > 1
    still = table.groupby("place_id")["id"].transform("size") == 1
    some = [*table.loc[turned, "place_id"].unique()[:1], *table.loc[still, "place_id"].unique()[:2]]
    # By rule, so that each speaks for its third of the country, however far that reaches.
    few = table[table["place_id"].isin(some)].assign(record="rule").reset_index(drop=True)
    spots = dict(zip(some, ((37.0, 48.0), (34.0, 48.0), (31.0, 48.0)), strict=True))
    few.geometry = [shapely.Point(spots[place]) for place in few["place_id"]]
    return few


def _few_areas() -> gpd.GeoDataFrame:
    """The square country and its two halves, and another state far off."""
    table = packaged.admin_areas()
    few = pd.concat([table[table["level"] == 0], table[table["level"] == 1].iloc[:2]])
    shapes = [OUTLINE, box(60, 60, 80, 70), box(30, 46, 34, 50), box(34, 46, 38, 50)]
    return gpd.GeoDataFrame(few.reset_index(drop=True), geometry=shapes, crs=CRS84)
