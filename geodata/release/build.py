"""How is a release built: facts and accepted batches in, an immutable folder of tables out?"""

from dataclasses import dataclass
from datetime import UTC, datetime

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
from geodata.data import packaged
from geodata.errors import Damaged
from geodata.release.contents import (
    Tables,
    add_layer_list,
    add_layers,
    add_rasters,
    by_collection,
    release_tables,
    write_all_features,
    write_records,
    write_tables,
)
from geodata.release.manifest import (
    FORMAT,
    MANIFEST,
    check_files,
    content_sha256,
    newest_manifest,
)
from geodata.release.maps import check_batch
from geodata.release.tilesets import add_tilesets
from geodata.types import Progress, silent
from geodata.workspace import Workspace, file_sha256, only_writer, scratch_folder, settle
from schemas import Batch, Manifest, TableFile


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
        # By batch: several layers come of one file, and a batch is checked and named once.
        of_users = {used.batch.id: (used.folder, used.batch) for used in layers.values()}
        of_users |= {used.batch.id: (used.folder, used.batch) for used in rasters.values()}
        used = (*maps, *of_users.values())
        for folder, batch in used:
            check_batch(folder, batch, file_sha256)
        tables = release_tables(workspace, maps, progress)
        progress("write release", 0, 1)
        manifest = _write(
            workspace, tables, tuple(b for _, b in used), UserData(layers, rasters), progress
        )
        progress("write release", 1, 1)
    return manifest


def _write(
    workspace: Workspace,
    tables: Tables,
    batches: tuple[Batch, ...],
    user_data: UserData,
    progress: Progress,
) -> Manifest:
    """Write tables and manifest into a new release folder, unless nothing is new."""
    before = newest_manifest(workspace)
    with scratch_folder(workspace.releases) as folder:
        features = write_all_features(folder, by_collection(tables))
        layers = add_layers(folder, user_data.layers)
        rasters = add_rasters(folder, tables, user_data.rasters)
        user_layers = [used.layer for used in user_data.layers.values()]
        tiles, noticed = add_tilesets(workspace, folder, tables, user_layers, progress)
        layers += add_layer_list(folder, noticed)
        written = (*write_tables(folder, tables), *write_records(folder))
        files = (*written, *features, *layers, *rasters, *tiles)
        content = content_sha256(files)
        # Nothing new is the same release, and no further number: builds may run by the clock.
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
        licences={name: known[name].licence for name in used} | {"facts": packaged.FACTS_LICENCE},
        content_sha256=content,
    )
