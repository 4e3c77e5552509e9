"""Which archives of tiles are kept in the workspace, by the hash of their rows?"""

import logging
from pathlib import Path

from geodata.errors import Damaged
from geodata.features.user_layers import layer_frame
from geodata.tiles.pmtiles import SUFFIX, PMTilesArchive
from geodata.tiles.tileset import Tileset
from geodata.tiles.user_layer import user_layer
from geodata.types import Progress, silent
from geodata.workspace import Workspace, new_file
from schemas import Layer

log = logging.getLogger("lodeline")


def drawn_layer(
    workspace: Workspace, folder: Path, layer: Layer, progress: Progress = silent
) -> Path | None:
    """The archive kept of a layer a user brought; None, with a traceback, where drawing fails.

    folder: where its rows are. Raises OSError and MemoryError: a disk that is full says nothing of
    the layer.
    """
    try:
        return kept_archive(workspace, user_layer(layer_frame(folder, layer)), progress)
    except (OSError, MemoryError):
        raise
    except Exception:
        log.exception("no tiles of layer %s: drawing them failed", layer.id)
        return None


def kept_archive(workspace: Workspace, tileset: Tileset, progress: Progress) -> Path:
    """The archive kept of a tileset, written unless the same was before; empty without tiles."""
    path = workspace.tilesets / f"{tileset.id}-{tileset.sha256()[:24]}{SUFFIX}"
    if not _is_whole(path):
        with new_file(path) as scratch:
            tileset.write(scratch, progress)
    return path


def _is_whole(path: Path) -> bool:
    """Whether an archive kept from before can be read; an empty file says there are no tiles."""
    if not path.is_file():
        return False
    try:
        return path.stat().st_size == 0 or bool(PMTilesArchive(path).metadata)
    except Damaged:
        return False


def forget_unused(workspace: Workspace, used: set[str]) -> None:
    """Remove archives the release just built does not use."""
    for path in workspace.tilesets.glob(f"[!.]*{SUFFIX}"):
        if path.name not in used:
            path.unlink()
