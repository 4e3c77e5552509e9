"""How is a release built: facts and accepted batches in, an immutable folder of tables out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata import __version__
from geodata.batches.usable import RASTER as RASTERS
from geodata.batches.usable import VECTOR as LAYERS
from geodata.batches.usable import (
    LayerInUse,
    RasterInUse,
    accepted_batches,
    layers_in_use,
    rasters_in_use,
)
from geodata.control.tessellation import tessellate
from geodata.data import packaged
from geodata.errors import Damaged, InvalidInput
from geodata.features.table import with_points
from geodata.release.contents_layers import add_layer_list, add_layers
from geodata.release.features import write_all_features
from geodata.release.history import HistoryTables, overlay_source
from geodata.release.manifest import (
    FORMAT,
    MANIFEST,
    check_files,
    content_sha256,
    described_file,
    newest_manifest,
)
from geodata.release.maps import check_batch, fold_maps, source_maps
from geodata.release.rasters import add_rasters
from geodata.release.tilesets import add_tilesets
from geodata.types import Progress, silent
from geodata.workspace import Workspace, file_sha256, only_writer, scratch_folder, settle
from schemas import Batch, Manifest, Source, TableFile
from schemas.record import Record

Tables = Mapping[str, pd.DataFrame]
PACKAGED = "settlements"
"""The control source made from the packaged settlements table."""


@dataclass(frozen=True)
class UserData:
    """What users brought: layers and rasters by id."""

    layers: dict[str, LayerInUse]
    rasters: dict[str, RasterInUse]


def build(workspace: Workspace, progress: Progress = silent) -> Manifest:
    """Build a release from the packaged facts and all accepted batches.

    Gives back the newest release where nothing has changed since. Raises Damaged where a batch
    is not what it was, Conflict where another process writes in the workspace.
    """
    with only_writer(workspace):
        maps = [e for e in accepted_batches(workspace) if e[1].source not in {LAYERS, RASTERS}]
        layers, rasters = layers_in_use(workspace), rasters_in_use(workspace)
        brought = {used.batch.id: (used.folder, used.batch) for used in layers.values()}
        brought |= {used.batch.id: (used.folder, used.batch) for used in rasters.values()}
        used = (*maps, *brought.values())
        for folder, batch in used:
            check_batch(folder, batch, file_sha256)
        tables = _tables(workspace, maps, progress)
        progress("write release", 0, 1)
        manifest = _write(
            workspace, tables, tuple(b for _, b in used), UserData(layers, rasters), progress
        )
        progress("write release", 1, 1)
    return manifest


def _tables(
    workspace: Workspace, batches: list[tuple[Path, Batch]], progress: Progress
) -> dict[str, pd.DataFrame]:
    """All tables of the release by name."""
    deposits = packaged.deposits()
    settlements = packaged.settlements()
    histories = HistoryTables(deposits, packaged.outline(), packaged.land())
    progress("tessellate settlements", 0, 1)
    cells = [tessellate(settlements, packaged.land(), PACKAGED)]
    progress("tessellate settlements", 1, 1)
    snapshots = [_compiled_snapshot(settlements)]
    for source, folders in _by_source(batches).items():
        given = source_maps(source, folders)
        cells.append(fold_maps(workspace, given, progress))
        snapshots.append(given.snapshots)
    snapshot_table = pd.concat(snapshots, ignore_index=True)
    for number, table in enumerate(cells):
        histories.add(overlay_source(table, _source_of(table, snapshot_table), snapshot_table))
        progress("overlay", number + 1, len(cells))
    return {
        "deposits": deposits,
        "estimates": packaged.estimates(),
        "settlements": settlements,
        "admin_areas": packaged.admin_areas(),
        "lakes": gpd.GeoDataFrame({"id": ["lakes"]}, geometry=[packaged.lakes()], crs="OGC:CRS84"),
        "control": pd.concat(cells, ignore_index=True),
        "snapshots": snapshot_table,
        **histories.tables(),
    }


def _by_source(batches: list[tuple[Path, Batch]]) -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for folder, batch in batches:
        found.setdefault(batch.source, []).append(folder)
    return found


def _source_of(cells: gpd.GeoDataFrame, snapshots: pd.DataFrame) -> Source:
    """The description of the source the cells came from."""
    name = str(cells["source"].iloc[0]) if len(cells) else str(snapshots["source"].iloc[-1])
    known = packaged.sources()
    if name not in known:
        raise InvalidInput(f"source {name!r} has no description; known are {sorted(known)}")
    return known[name]


def _compiled_snapshot(settlements: gpd.GeoDataFrame) -> pd.DataFrame:
    """The one snapshot of the packaged table: the day of its latest dated event."""
    last = settlements["valid_from"].max()
    return pd.DataFrame(
        {
            "source": [PACKAGED],
            "day": [last],
            "file": ["settlements.csv.gz"],
            "published": [None],
            "statuses": [("occupied", "contested", "government")],
            "occupied_km2": [float("nan")],
            "contested_km2": [float("nan")],
        }
    )


def _write(
    workspace: Workspace,
    tables: Tables,
    batches: tuple[Batch, ...],
    brought: UserData,
    progress: Progress,
) -> Manifest:
    """Write tables and manifest into a new release folder, unless nothing is new."""
    before = newest_manifest(workspace)
    with scratch_folder(workspace.releases) as folder:
        features = write_all_features(folder, _by_collection(tables))
        layers = add_layers(folder, brought.layers)
        rasters = add_rasters(folder, tables, brought.rasters)
        given = [used.layer for used in brought.layers.values()]
        tiles, noticed = add_tilesets(workspace, folder, tables, given, progress)
        layers += add_layer_list(folder, noticed)
        written = (*_write_tables(folder, tables), *_write_words(folder))
        files = (*written, *features, *layers, *rasters, *tiles)
        content = content_sha256(files)
        if before is not None and before.content_sha256 == content and _whole(workspace, before):
            return before
        number = 1 if before is None else before.number + 1
        manifest = _manifest(number, files, content, batches, tables)
        (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n")
        settle(folder, workspace.releases / manifest.id)
    return manifest


def _whole(workspace: Workspace, manifest: Manifest) -> bool:
    """Whether a release is still what its manifest says; a damaged one is built again."""
    try:
        check_files(workspace.releases / manifest.id, manifest)
    except Damaged:
        return False
    return True


def _by_collection(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    """The tables with geometry by the collection they are."""
    named = {name.replace("_", "-"): gpd.GeoDataFrame(t) for name, t in tables.items()}
    return {**named, "estimates": with_points(tables["estimates"], named["deposits"])}


def _write_tables(folder: Path, tables: Tables) -> list[TableFile]:
    entries = []
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        if isinstance(table, gpd.GeoDataFrame):
            table.to_parquet(path, index=False, compression="zstd", write_covering_bbox=True)
        else:
            table.to_parquet(path, index=False, compression="zstd")
        entries.append(described_file(path, len(table)))
    return entries


def _write_words(folder: Path) -> list[TableFile]:
    """Territories, sources and commodities as they were, so that old answers can be made again."""
    words: dict[str, Mapping[str, Record]] = {
        "territories": packaged.territories(),
        "sources": packaged.sources(),
    }
    entries = []
    for name, records in words.items():
        path = folder / f"{name}.json"
        rows = [record.model_dump(mode="json") for record in records.values()]
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        entries.append(described_file(path, len(rows)))
    return entries


def _manifest(
    number: int,
    files: tuple[TableFile, ...],
    content: str,
    batches: tuple[Batch, ...],
    tables: Tables,
) -> Manifest:
    used = sorted(set(tables["snapshots"]["source"]))
    known = packaged.sources()
    return Manifest(
        format=FORMAT,
        id=f"r{number:04d}-{content[:8]}",
        number=number,
        created=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        software=f"lodeline {__version__}",
        facts_sha256=packaged.facts_sha256(),
        tables=files,
        batches=batches,
        control_sources=tuple(used),
        licences={name: known[name].licence for name in used},
        content_sha256=content,
    )
