"""Which batches may a release use, and which layers and rasters do they bring?"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from geodata.batches.stored import RECORD, read_batch
from geodata.batches.withdrawal import withdrawal
from geodata.features.user_layers import read_layers
from geodata.rasters.listing import read_rasters
from geodata.workspace import Workspace
from schemas import Batch, Layer, Raster

VECTOR = "ogr"
"""The source of batches that hold layers rather than maps of control."""
RASTER = "geotiff"
"""The source of batches that hold rasters rather than maps of control."""
Described = TypeVar("Described", Layer, Raster)
Used = TypeVar("Used")


def usable_batches(workspace: Workspace, source: str = "*") -> list[tuple[Path, Batch]]:
    """Folder and record of each accepted batch not withdrawn, in the order they were ingested.

    source: of all sources where none is named. Raises Damaged where a record cannot be read.
    """
    folders = [path.parent for path in workspace.batches.glob(f"{source}/[!.]*/{RECORD}")]
    read = [(folder, read_batch(folder)) for folder in folders if withdrawal(folder) is None]
    accepted = [item for item in read if item[1].verdict == "accepted"]
    return sorted(accepted, key=lambda item: (item[1].ingested, item[1].id))


def accepted_batches(workspace: Workspace) -> list[tuple[Path, Batch]]:
    """All batches releases may use, ordered by source and time of ingest.

    Of several batches of one input, read under different rules, the latest counts.
    """
    ordered = sorted(usable_batches(workspace), key=lambda item: item[1].source)
    latest = {(batch.source, batch.input_sha256): (path, batch) for path, batch in ordered}
    return list(latest.values())


@dataclass(frozen=True)
class LayerInUse:
    """A layer, the batch it is taken from, and that batch's folder."""

    layer: Layer
    batch: Batch
    folder: Path


def layers_in_use(workspace: Workspace) -> dict[str, LayerInUse]:
    """Layers of all usable batches by id, ordered by it; of two of one id the later ingested."""
    return _in_use(workspace, VECTOR, read_layers, LayerInUse)


@dataclass(frozen=True)
class RasterInUse:
    """A raster of a user, the batch it is taken from, and that batch's folder."""

    raster: Raster
    batch: Batch
    folder: Path


def rasters_in_use(workspace: Workspace) -> dict[str, RasterInUse]:
    """Rasters of all usable batches by id, ordered by it; of two of one id the later ingested."""
    return _in_use(workspace, RASTER, read_rasters, RasterInUse)


def _in_use(
    workspace: Workspace,
    source: str,
    read: Callable[[Path], tuple[Described, ...]],
    used: Callable[[Described, Batch, Path], Used],
) -> dict[str, Used]:
    latest = {
        record.id: used(record, batch, folder)
        for folder, batch in usable_batches(workspace, source)
        for record in read(folder)
    }
    return dict(sorted(latest.items()))
