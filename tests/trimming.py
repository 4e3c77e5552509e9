"""How is a release cut down to a handful of rows, to be kept for ever as a test of old releases?

`PYTHONPATH=. python tests/trimming.py FOLDER` writes a new one from the packaged facts. It is run
when the layout of releases gets a new number, and never for an old one.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely

from geodata.answers.question import Question
from geodata.answers.reserves import reserves
from geodata.crs import CRS84
from geodata.features.query import Query
from geodata.formats.geojson import dumps, joined_features
from geodata.interval import parse_datetime, parse_day
from geodata.release import build as building
from geodata.release.contents import write_all_features
from geodata.release.manifest import MANIFEST, content_sha256, described_file, read_manifest
from geodata.store.base import Store
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from schemas import Manifest, TableFile

DEPOSITS = ("shevchenkivske_li", "dobra_li", "stankuvatske_li", "azovske_ree", "tastyg_li")
AROUND_DEG, COARSE_DEG = 0.12, 0.3
TABLES = ("deposits", "estimates", "claims", "settlements", "admin_areas", "lakes", "control",
          "snapshots", "standings", "timelines", "changes")  # fmt: skip
GEO = frozenset(TABLES) - {"estimates", "claims", "snapshots", "standings"}
PERMALINK = "https://lodeline.example/reserves"

Tables = dict[str, pd.DataFrame]


def trim(source: Path, target: Path) -> Manifest:
    """Write a release of a few of another's rows, with a manifest that holds."""
    target.mkdir(parents=True)
    tables = trimmed(_read(source))
    features = write_all_features(target, building.by_collection(tables))
    written = [_compact(target, table) for table in building.write_tables(target, tables)]
    files = (*written, *building.write_records(target), *features)
    content = content_sha256(files)
    whole = read_manifest(source)
    manifest = whole.model_copy(
        update={"id": f"r0001-{content[:8]}", "tables": files, "content_sha256": content}
    )
    (target / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
    return manifest


def _compact(folder: Path, table: TableFile) -> TableFile:
    """The table written again with less said about it, which is most of so small a file."""
    path = folder / table.name
    rows = pq.read_table(path)
    said = rows.schema.metadata or {}
    options = {"use_dictionary": False, "write_statistics": False, "store_schema": False}
    with pq.ParquetWriter(path, rows.schema, compression="zstd", **options) as writer:
        writer.write_table(rows)
        writer.add_key_value_metadata({k: v for k, v in said.items() if k == b"geo"})
    return described_file(path, table.rows)


def trimmed(tables: Mapping[str, pd.DataFrame]) -> Tables:
    """The few deposits with all that belongs to them, and borders drawn coarsely."""
    found = dict(tables)
    kept = tables["deposits"]["id"].isin(DEPOSITS).to_numpy()
    found["deposits"] = tables["deposits"][kept]
    for name in ("estimates", "timelines", "changes", "standings"):
        found[name] = tables[name][tables[name]["deposit_id"].isin(DEPOSITS).to_numpy()]
    found["claims"] = tables["claims"].iloc[:3]
    new_number = np.cumsum(kept) - 1
    found["standings"] = found["standings"].assign(
        deposit=lambda rows: new_number[rows["deposit"].to_numpy()]
    )
    near = shapely.union_all(
        [shapely.buffer(g, AROUND_DEG, quad_segs=1) for g in found["deposits"].geometry]
    )
    found["control"] = _clipped(tables["control"], near)
    places = tables["settlements"]
    found["settlements"] = places[shapely.intersects(places.geometry.to_numpy(), near)].iloc[:8]
    areas = tables["admin_areas"]
    found["admin_areas"] = _coarse(areas[(areas["level"] < 2).to_numpy()])
    found["lakes"] = _coarse(tables["lakes"])
    return {name: found[name].reset_index(drop=True) for name in TABLES}


def _read(folder: Path) -> Tables:
    return {
        name: gpd.read_parquet(folder / f"{name}.parquet").drop(columns="bbox", errors="ignore")
        if name in GEO
        else pd.read_parquet(folder / f"{name}.parquet")
        for name in TABLES
    }


def _clipped(cells: pd.DataFrame, near: shapely.Geometry) -> gpd.GeoDataFrame:
    """The cells near the deposits, the largest polygon of each."""
    cut = shapely.intersection(cells.geometry.to_numpy(), near, grid_size=1e-6)
    kept = shapely.area(cut) > 1e-4
    largest = [max(shapely.get_parts(shape), key=shapely.area) for shape in cut[kept]]
    return gpd.GeoDataFrame(cells[kept]).set_geometry(largest, crs=CRS84)


def _coarse(table: pd.DataFrame) -> gpd.GeoDataFrame:
    plain = shapely.make_valid(shapely.simplify(table.geometry.to_numpy(), COARSE_DEG))
    shapes = shapely.set_precision(plain, 1e-4)
    return gpd.GeoDataFrame(table).set_geometry(shapes, crs=CRS84)


def answers(store: EmbeddedStore) -> dict[str, bytes]:
    """What is asked of a kept release, and what it says, by file name."""
    day = parse_day("2025-02-25")
    question = Question(("lithium", "rare-earths"), day, include_components=True)
    return {
        "reserves.json": dumps(reserves(store, question, PERMALINK)),
        "deposits.json": _page(store, "deposits"),
        "timelines.json": _page(store, "timelines"),
        "control.json": _page(store, "control"),
    }


def _page(store: Store, collection: str) -> bytes:
    page = store.select(Query(collection, when=parse_datetime("2025-02-25"), limit=3))
    return b"[" + joined_features(page.rows) + b"]\n"


def main(target: Path) -> None:
    """Build from the packaged facts, trim, and keep the answers."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(Path(folder))
        trim(workspace.release_path(building.build(workspace).id), target / "release")
    for name, answer in answers(EmbeddedStore(target / "release")).items():
        (target / name).write_bytes(answer)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
