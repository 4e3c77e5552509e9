"""What goes into a release: tables, encoded features, users' layers, rasters?"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.batches.usable import LayerInUse, RasterInUse
from geodata.control.overlay import footprints
from geodata.control.tessellation import tessellate
from geodata.data import packaged
from geodata.errors import Damaged, InvalidInput
from geodata.features.collections import COLLECTIONS, DAILY
from geodata.features.described import described
from geodata.features.table import FeatureTable, with_points, without_place
from geodata.features.user_layers import (
    LAYERS,
    encoded_features,
    layer_file_name,
    layer_frame,
    write_layers,
)
from geodata.formats.geojson import offsets_path, write_features
from geodata.rasters.listing import RASTERS, read_rasters, write_rasters
from geodata.release.history import HistoryTables, first_day, with_party
from geodata.release.lines import LineTables
from geodata.release.manifest import described_file
from geodata.release.maps import fold_maps, source_maps
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Batch, Layer, Source, TableFile
from schemas.record import Record

Tables = Mapping[str, pd.DataFrame]
PACKAGED = "settlements"
"""The control source made from the packaged settlements table."""


def release_tables(
    workspace: Workspace, batches: list[tuple[Path, Batch]], progress: Progress
) -> dict[str, pd.DataFrame]:
    """All tables of the release by name.

    batches: of maps of control, folder and record. Raises InvalidInput for a source without a
    description.
    """
    deposits = described(packaged.deposits(), packaged.linked_records(), packaged.vocabulary_uris())
    settlements = packaged.settlements()
    histories = HistoryTables(deposits, packaged.outline(), packaged.land())
    progress("tessellate settlements", 0, 1)
    cells = [tessellate(settlements, packaged.settled_land(), PACKAGED)]
    progress("tessellate settlements", 1, 1)
    lines = LineTables(workspace, packaged.outline(), packaged.lakes())
    lines.add_events(PACKAGED, cells[0])
    progress(f"contact line of {PACKAGED}", 1, 1)
    snapshots = [_compiled_snapshot(settlements)]
    for source, folders in _by_source(batches).items():
        maps = source_maps(source, folders)
        cells.append(fold_maps(workspace, maps, progress))
        lines.add_maps(maps, cells[-1])
        progress(f"contact line of {source}", 1, 1)
        snapshots.append(maps.snapshots)
    snapshot_table = pd.concat(snapshots, ignore_index=True)
    for number, table in enumerate(cells):
        origin = _source_of(table, snapshot_table)
        histories.add(origin, table, first_day(origin, snapshot_table))
        progress("overlay", number + 1, len(cells))
    return {
        "deposits": deposits,
        "estimates": packaged.estimates(),
        "claims": packaged.claims(),
        "settlements": settlements,
        "admin_areas": packaged.admin_areas(),
        "lakes": gpd.GeoDataFrame({"id": ["lakes"]}, geometry=[packaged.lakes()], crs="OGC:CRS84"),
        "control": with_party(pd.concat(cells, ignore_index=True), "status"),
        "contact_line": lines.table(),
        "snapshots": snapshot_table,
        **histories.tables(),
    }


def _by_source(batches: list[tuple[Path, Batch]]) -> dict[str, list[Path]]:
    folders: dict[str, list[Path]] = {}
    for folder, batch in batches:
        folders.setdefault(batch.source, []).append(folder)
    return folders


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


def by_collection(tables: Tables) -> dict[str, gpd.GeoDataFrame]:
    """The tables with geometry by the id of their collection; estimates have their deposit's."""
    named = {name.replace("_", "-"): gpd.GeoDataFrame(t) for name, t in tables.items()}
    estimates = with_points(tables["estimates"], named["deposits"])
    return {**named, "estimates": estimates, "claims": without_place(tables["claims"])}


def write_tables(folder: Path, tables: Tables) -> list[TableFile]:
    """Write tables as Parquet, those with geometry as GeoParquet; how each is described."""
    entries = []
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        if isinstance(table, gpd.GeoDataFrame):
            table.to_parquet(path, index=False, compression="zstd", write_covering_bbox=True)
        else:
            table.to_parquet(path, index=False, compression="zstd")
        entries.append(described_file(path, len(table)))
    return entries


def write_records(folder: Path) -> list[TableFile]:
    """Territories and sources as they were, so that old answers can be made again."""
    by_file: dict[str, Mapping[str, Record]] = {
        "territories": packaged.territories(),
        "sources": packaged.sources(),
    }
    entries = []
    for name, records in by_file.items():
        path = folder / f"{name}.json"
        rows = [record.model_dump(mode="json") for record in records.values()]
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
        entries.append(described_file(path, len(rows)))
    return entries


def write_all_features(folder: Path, tables: Mapping[str, gpd.GeoDataFrame]) -> list[TableFile]:
    """Encode the features of every collection but those of a day into files of the folder.

    tables: by collection id, with geometry, CRS84.
    """
    entries = []
    for collection in COLLECTIONS:
        if collection.id in DAILY:  # they are encoded when asked
            continue
        path = folder / f"{collection.id}.features"
        frame = FeatureTable.of(collection, tables[collection.id])
        write_features(encoded_features(frame), path)
        entries += [described_file(p, len(frame)) for p in (path, offsets_path(path))]
    return entries


def add_layers(folder: Path, in_use: dict[str, LayerInUse]) -> list[TableFile]:
    """Put layers into a release: their rows as ingested, their features encoded."""
    entries = []
    for used in in_use.values():
        path = folder / layer_file_name(used.layer.id)
        shutil.copyfile(used.folder / path.name, path)
        features = folder / f"{used.layer.id}.features"
        write_features(encoded_features(layer_frame(folder, used.layer)), features)
        paths = (path, features, offsets_path(features))
        entries += [described_file(each, used.layer.rows) for each in paths]
    return entries


def add_layer_list(folder: Path, layers: Sequence[Layer]) -> list[TableFile]:
    """Put the list of its layers into a release; none where there are none."""
    if not layers:
        return []
    write_layers(folder, layers)
    return [described_file(folder / LAYERS, len(layers))]


def add_rasters(
    folder: Path, tables: Mapping[str, pd.DataFrame], in_use: Mapping[str, RasterInUse]
) -> list[TableFile]:
    """Put rasters into a release: made from its tables, or as ingested, and their list."""
    from geodata.rasters.products import RasterInputs, build_rasters  # noqa: PLC0415 - loads rasterio

    deposits = gpd.GeoDataFrame(tables["deposits"])
    # A component and its whole are one deposit: counted both, density would not sum to the number.
    # Of the theatre's country only: a grid as far as Kamchatka has 55 million cells, nearly all of
    # them empty.
    counted = deposits["part_of"].isna()
    if "country" in deposits:  # earlier releases have no other country's
        counted &= deposits["country"] == packaged.theatre().country
    if "rank" in deposits:  # as answers count, so that the density sums to their number
        counted &= deposits["rank"] == "deposit"
    whole = deposits[counted.to_numpy()].reset_index(drop=True)
    built = build_rasters(folder, RasterInputs(
        cells=gpd.GeoDataFrame(tables["control"]),
        snapshots=tables["snapshots"],
        sources=packaged.sources(),
        footprints=footprints(whole, packaged.outline(), packaged.land()),
        outline=packaged.outline(),
        priority=packaged.PRIORITY,
    ))  # fmt: skip
    for used in in_use.values():
        shutil.copyfile(used.folder / used.raster.file_name, folder / used.raster.file_name)
    rasters = (*built, *(used.raster for used in in_use.values()))
    entries = [described_file(folder / raster.file_name, raster.height) for raster in rasters]
    return [*entries, described_file(write_rasters(folder, rasters), len(rasters))]


def rasters_are_as_described(folder: Path) -> None:
    """Every raster opens and has the grid, the type and the nodata its record says."""
    rasters = read_rasters(folder)
    if not rasters:
        return
    from geodata.rasters.reading import differences  # noqa: PLC0415 - loads rasterio

    for raster in rasters:
        wrong = differences(folder / raster.file_name, raster)
        if wrong:
            raise Damaged(f"raster {raster.id} is not what {RASTERS} says: {'; '.join(wrong)}")
