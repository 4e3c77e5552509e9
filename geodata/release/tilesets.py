"""The tilesets of a release: built of its rows, taken from those built before, or packaged."""

import logging
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.data import packaged
from geodata.errors import Damaged
from geodata.features.collections import COLLECTIONS
from geodata.features.table import FeatureTable
from geodata.features.user_layers import layer_frame
from geodata.release.manifest import described_file
from geodata.tiles import layers
from geodata.tiles.pmtiles import SUFFIX, PMTilesArchive
from geodata.tiles.tileset import Tileset
from geodata.types import Progress, silent
from geodata.workspace import Workspace, new_file
from schemas import Layer, TableFile

log = logging.getLogger("lodeline")
BASEMAP = "basemap"
"""The tileset that is the same in every release: packaged, and copied into each."""


NO_TILES = "tiles of it could not be drawn: it has none; its rows are here in every format"


def add_tilesets(
    workspace: Workspace,
    folder: Path,
    tables: Mapping[str, pd.DataFrame],
    brought: Sequence[Layer],
    progress: Progress,
) -> tuple[list[TableFile], list[Layer]]:
    """Put an archive of tiles for every tileset that has any into a release folder.

    tables: of the release by name. brought: layers of users, their rows in the folder; given back
    with a notice where no tiles can be drawn of one, which does not stop the others.
    """
    archives = {t.id: _drawn(workspace, t, progress) for t in _tilesets(tables)}
    drawn = [drawn_layer(workspace, folder, layer, progress) for layer in brought]
    pairs = list(zip(brought, drawn, strict=True))
    archives |= {layer.id: archive for layer, archive in pairs if archive is not None}
    _forget(workspace, {path.name for path in archives.values()})
    entries = [_packaged(folder)]
    entries += [entry for item in archives.items() for entry in _copied(folder, *item)]
    return entries, [layer if archive else _without_tiles(layer) for layer, archive in pairs]


def _without_tiles(layer: Layer) -> Layer:
    return layer.model_copy(update={"notices": (*layer.notices, NO_TILES)})


def drawn_layer(
    workspace: Workspace, folder: Path, layer: Layer, progress: Progress = silent
) -> Path | None:
    """The archive kept of a layer users brought; None, with a traceback, where drawing fails.

    folder: where its rows are. Raises OSError and MemoryError: a disk that is full says nothing of
    the layer.
    """
    try:
        return _drawn(workspace, layers.user_layer(layer_frame(folder, layer)), progress)
    except (OSError, MemoryError):
        raise
    except Exception:
        log.exception("no tiles of layer %s: drawing them failed", layer.id)
        return None


def _drawn(workspace: Workspace, tileset: Tileset, progress: Progress) -> Path:
    """The archive kept of a tileset, written unless the same was before; empty without tiles."""
    kept = workspace.tilesets / f"{tileset.id}-{tileset.sha256()[:24]}{SUFFIX}"
    if not _is_whole(kept):
        with new_file(kept) as scratch:
            tileset.write(scratch, progress)
    return kept


def _copied(folder: Path, name: str, kept: Path) -> list[TableFile]:
    """The archive in the release; none where there are no tiles."""
    if kept.stat().st_size == 0:
        return []
    path = folder / f"{name}{SUFFIX}"
    shutil.copyfile(kept, path)
    return [described_file(path, len(PMTilesArchive(path)))]


def _packaged(folder: Path) -> TableFile:
    """The packaged base map put into a release folder, so that a release shows what it showed."""
    path = folder / f"{BASEMAP}{SUFFIX}"
    shutil.copyfile(packaged.data_file(f"{BASEMAP}/{path.name}"), path)
    return described_file(path, len(PMTilesArchive(path)))


def _is_whole(path: Path) -> bool:
    """Whether an archive kept from before can be read; an empty file says there are no tiles."""
    if not path.is_file():
        return False
    try:
        return path.stat().st_size == 0 or bool(PMTilesArchive(path).metadata)
    except Damaged:
        return False


def _forget(workspace: Workspace, used: set[str]) -> None:
    """Remove archives the release just built does not use."""
    for path in workspace.tilesets.glob(f"[!.]*{SUFFIX}"):
        if path.name not in used:
            path.unlink()


def _tilesets(tables: Mapping[str, pd.DataFrame]) -> Iterator[Tileset]:
    """The packaged tilesets; where one cannot be drawn the build fails."""
    sources = packaged.sources()
    present = sorted(set(tables["snapshots"]["source"]))
    spoken = "; ".join(" ".join(sources[name].attribution.split()) for name in present)
    deposits = gpd.GeoDataFrame(tables["deposits"])
    frames = {c.id: FeatureTable.of(c, _table(tables, c.id)) for c in COLLECTIONS if c.id in WANTED}
    yield layers.control(frames["control"], spoken)
    yield layers.timelines(frames["timelines"], tables["standings"], deposits, spoken)
    yield layers.deposits(frames["deposits"], tables["estimates"], "Lodeline")


WANTED = frozenset(("control", "timelines", "deposits"))


def _table(tables: Mapping[str, pd.DataFrame], name: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(tables[name])


def tiles_can_be_read(folder: Path) -> None:
    """Every archive of tiles has its description, and its first and last tile can be unpacked."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        PMTilesArchive(path).check()
