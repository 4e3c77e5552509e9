"""The tilesets of a release: built of its rows, taken from those built before, or packaged."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata import facts
from geodata.catalogue import COLLECTIONS
from geodata.errors import Damaged
from geodata.frame import Frame
from geodata.release.layers import layer_frame, read_layers
from geodata.release.manifest import described_file
from geodata.release.maps import Progress
from geodata.tiles import layers
from geodata.tiles.archive import SUFFIX, Archive
from geodata.tiles.tileset import Tileset
from geodata.workspace import Workspace, new_file
from schemas import TableFile

BASEMAP = "basemap"
"""The tileset that is the same in every release: packaged, and copied into each."""


def add_tilesets(
    workspace: Workspace, folder: Path, tables: Mapping[str, pd.DataFrame], progress: Progress
) -> list[TableFile]:
    """Put an archive of tiles for every tileset that has any into a release folder.

    tables: of the release by name. Layers users brought are read from the folder.
    """
    entries, used = [_packaged(folder)], set()
    for tileset in _tilesets(folder, tables):
        kept = workspace.tilesets / f"{tileset.id}-{tileset.sha256()[:24]}{SUFFIX}"
        if not _is_whole(kept):
            with new_file(kept) as scratch:
                tileset.write(scratch, progress)
        used.add(kept.name)
        if kept.stat().st_size == 0:
            continue
        path = folder / f"{tileset.id}{SUFFIX}"
        shutil.copyfile(kept, path)
        entries.append(described_file(path, len(Archive(path))))
    _forget(workspace, used)
    return entries


def _packaged(folder: Path) -> TableFile:
    """The packaged base map put into a release folder, so that a release shows what it showed."""
    path = folder / f"{BASEMAP}{SUFFIX}"
    shutil.copyfile(facts.data_file(f"{BASEMAP}/{path.name}"), path)
    return described_file(path, len(Archive(path)))


def _is_whole(path: Path) -> bool:
    """Whether an archive kept from before can be read; an empty file says there are no tiles."""
    if not path.is_file():
        return False
    try:
        return path.stat().st_size == 0 or bool(Archive(path).metadata)
    except Damaged:
        return False


def _forget(workspace: Workspace, used: set[str]) -> None:
    """Remove archives the release just built does not use."""
    for path in workspace.tilesets.glob(f"[!.]*{SUFFIX}"):
        if path.name not in used:
            path.unlink()


def _tilesets(folder: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Tileset]:
    sources = facts.sources()
    present = sorted(set(tables["snapshots"]["source"]))
    spoken = "; ".join(" ".join(sources[name].attribution.split()) for name in present)
    deposits = gpd.GeoDataFrame(tables["deposits"])
    frames = {c.id: Frame.of(c, _table(tables, c.id)) for c in COLLECTIONS if c.id in WANTED}
    yield layers.control(frames["control"], spoken)
    yield layers.timelines(frames["timelines"], tables["standings"], deposits, spoken)
    yield layers.deposits(frames["deposits"], tables["estimates"], "Lodeline")
    for layer in read_layers(folder):
        yield layers.user_layer(layer_frame(folder, layer))


WANTED = frozenset(("control", "timelines", "deposits"))


def _table(tables: Mapping[str, pd.DataFrame], name: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(tables[name])


def tiles_can_be_read(folder: Path) -> None:
    """Every archive of tiles has its description, and its first and last tile can be unpacked."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        Archive(path).check()
