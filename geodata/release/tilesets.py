"""Which tilesets has a release, what is in each, and which of them are drawn anew?"""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from geodata.crs import areas_km2
from geodata.data import packaged
from geodata.features.collections import COLLECTIONS, OVERLAY_COLUMNS
from geodata.features.table import FeatureTable
from geodata.language import gettext_noop as N_
from geodata.release.manifest import described_file
from geodata.tiles.kept_archives import drawn_layer, forget_unused, kept_archive
from geodata.tiles.pmtiles import SUFFIX, PMTilesArchive
from geodata.tiles.source_layer import (
    DAY_NUMBERS,
    Ranks,
    SourceLayer,
    day_numbers,
    fields,
    tile_table,
)
from geodata.tiles.tileset import Tileset
from geodata.tiles.user_layer import DEEPEST, points_depth, tileset_of
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Layer, TableFile, VerdictInterval
from schemas.record import columns

log = logging.getLogger("lodeline")
BASEMAP = "basemap"
"""The tileset that is the same in every release: packaged, and copied into each."""
NO_TILES = "tiles of it could not be drawn: it has none; its rows are here in every format"
WANTED = frozenset(("control", "contact-line", "timelines", "deposits"))
LINE_FIELDS = ("source", "valid_from", "valid_to")
"""What tiles say of pieces of the line: names and lengths would be half of their bytes."""
NAMED = ("name_en", "name_uk", "commodity", "deposit_type", "position_uncertainty_m")
"""What verdict intervals say of their deposit beside its commodities."""


def add_tilesets(
    workspace: Workspace,
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    user_layers: Sequence[Layer],
    progress: Progress,
) -> tuple[list[TableFile], list[Layer]]:
    """Put an archive of tiles for every tileset that has any into a release folder.

    tables: of the release by name. user_layers: their rows are in the folder; given back with a
    notice where no tiles can be drawn of one, which does not stop the others.
    """
    archives = {t.id: kept_archive(workspace, t, progress) for t in _tilesets(tables)}
    layer_archives = [drawn_layer(workspace, folder, layer, progress) for layer in user_layers]
    pairs = list(zip(user_layers, layer_archives, strict=True))
    archives |= {layer.id: archive for layer, archive in pairs if archive is not None}
    forget_unused(workspace, {path.name for path in archives.values()})
    entries = [_packaged(folder)]
    entries += [entry for item in archives.items() for entry in _copied(folder, *item)]
    return entries, [layer if archive else _without_tiles(layer) for layer, archive in pairs]


def _without_tiles(layer: Layer) -> Layer:
    return layer.model_copy(update={"notices": (*layer.notices, NO_TILES)})


def _copied(folder: Path, name: str, archive: Path) -> list[TableFile]:
    """A kept archive put into the release; none where there are no tiles."""
    if archive.stat().st_size == 0:
        return []
    path = folder / f"{name}{SUFFIX}"
    shutil.copyfile(archive, path)
    return [described_file(path, len(PMTilesArchive(path)))]


def _packaged(folder: Path) -> TableFile:
    """The packaged base map put into a release folder, so that a release shows what it showed."""
    path = folder / f"{BASEMAP}{SUFFIX}"
    shutil.copyfile(packaged.data_file(f"{BASEMAP}/{path.name}"), path)
    return described_file(path, len(PMTilesArchive(path)))


def _tilesets(tables: Mapping[str, pd.DataFrame]) -> Iterator[Tileset]:
    """The packaged tilesets; where one cannot be drawn the build fails."""
    sources = packaged.sources()
    present = sorted(set(tables["snapshots"]["source"]))
    attribution = "; ".join(" ".join(sources[name].attribution.split()) for name in present)
    deposits = gpd.GeoDataFrame(tables["deposits"])
    frames = {c.id: FeatureTable.of(c, _table(tables, c.id)) for c in COLLECTIONS if c.id in WANTED}
    yield control_tileset(frames["control"], attribution)
    yield line_tileset(frames["contact-line"], attribution)
    yield timelines_tileset(frames["timelines"], tables["standings"], deposits, attribution)
    yield deposits_tileset(frames["deposits"], tables["estimates"], "Lodeline")


def _table(tables: Mapping[str, pd.DataFrame], name: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(tables[name.replace("-", "_")])


def tiles_can_be_read(folder: Path) -> None:
    """Every archive of tiles has its description, and its first and last tile can be unpacked."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        PMTilesArchive(path).check()


def control_tileset(frame: FeatureTable, attribution: str) -> Tileset:
    """All cells of all sources through all time; cells of one source share borders."""
    collection = frame.collection
    source_layer = SourceLayer(
        id="control",
        description=collection.description,
        fields=fields(collection.properties),
        table=tile_table(frame),
        geometry=frame.geometry,
        rank=areas_km2(frame.geometry),
        dimension=2,
        groups=frame.column("source").to_numpy(zero_copy_only=False),
    )
    return tileset_of(collection, (source_layer,), DEEPEST, attribution)


def line_tileset(frame: FeatureTable, attribution: str) -> Tileset:
    """The pieces of the lines of all sources through all time, without ids and lengths."""
    collection = frame.collection
    shown = tuple(c for c in collection.properties if c.name in LINE_FIELDS)
    source_layer = SourceLayer(
        id=collection.id,
        description=collection.description,
        fields=fields(shown),
        table=tile_table(frame).select(list(LINE_FIELDS)),
        geometry=frame.geometry,
        rank=frame.column("length_km").to_numpy(),
        dimension=1,
    )
    return tileset_of(collection, (source_layer,), DEEPEST, attribution)


def timelines_tileset(
    spans: FeatureTable,
    standings: pd.DataFrame,
    deposits: gpd.GeoDataFrame,
    attribution: str,
) -> Tileset:
    """Spans of deposits, and their verdict intervals: two source-layers of points."""
    collection = spans.collection
    table = tile_table(spans)
    source_layer = SourceLayer(
        id="timelines",
        description=collection.description,
        fields=fields(collection.properties),
        table=table,
        geometry=spans.geometry,
        rank=_days_long(table),
        dimension=0,
    )
    both = source_layer, _standings(standings, deposits)
    return tileset_of(collection, both, DEEPEST, attribution)


def _standings(standings: pd.DataFrame, deposits: gpd.GeoDataFrame) -> SourceLayer:
    """Verdict intervals at their deposits' points, with what a map says of the deposit.

    The layer is called `standings`, as the table is.
    """
    described = columns(VerdictInterval)
    of = standings["deposit"].to_numpy()
    arrays = {
        column.name: _standing_column(standings[column.name], column.name)
        for column in described
        if column.name != "since"
    }
    for name in NAMED:
        arrays[name] = pa.array(deposits[name].to_numpy()[of], from_pandas=True)
    # Commas on both sides, so that a style finds ",lithium," and never a part of another name.
    listed = [f",{','.join(each)}," for each in deposits["commodities"]]
    arrays["commodities"] = pa.array(np.array(listed, dtype=object)[of])
    table = pa.table(arrays)
    texts = dict.fromkeys((*NAMED[:-1], "commodities"), "String")
    return SourceLayer(
        id="standings",
        description=N_("Verdict and shares of deposits by source and stretch of days."),
        fields={**fields(described), **texts, NAMED[-1]: "Number"},
        table=table,
        geometry=deposits.geometry.to_numpy()[of],
        rank=_days_long(table),
        dimension=0,
    )


def _standing_column(values: pd.Series, name: str) -> pa.Array:
    array = pa.array(values, from_pandas=True)
    if name in DAY_NUMBERS:
        return day_numbers(array.cast(pa.date32()), DAY_NUMBERS[name])
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _days_long(table: pa.Table) -> Ranks:
    begins, ends = (table.column(name).to_numpy() for name in DAY_NUMBERS)
    return np.asarray(ends - begins, dtype=np.float64)


def deposits_tileset(frame: FeatureTable, estimates: pd.DataFrame, attribution: str) -> Tileset:
    """Deposits without the control of a day; of crowded ones the better known are shown.

    Rank: deposits with published figures first, then by how well their position is known.
    """
    collection = frame.collection
    overlay = {column.name for column in OVERLAY_COLUMNS}
    lasting = tuple(c for c in collection.queryables if c.name not in overlay)
    has_figure = np.isin(frame.column("id").to_pylist(), estimates["deposit_id"].unique())
    doubt = frame.column("position_uncertainty_m").to_numpy(zero_copy_only=False)
    source_layer = SourceLayer(
        id="deposits",
        description=collection.description,
        fields=fields(lasting),
        table=tile_table(frame).select([column.name for column in lasting]),
        geometry=shapely.point_on_surface(frame.geometry),
        # Uncertainties are below 1e8 m, so that a figure outweighs any of them.
        rank=has_figure * 1e9 - np.nan_to_num(doubt, nan=1e8),
        dimension=0,
        thinned=True,
    )
    return tileset_of(collection, (source_layer,), points_depth(source_layer), attribution)
