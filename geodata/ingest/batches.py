"""How is a Batch written, found and read: a folder with the record and three tables."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata.crs import CRS84
from geodata.errors import Damaged, NotFound
from geodata.ingest.daymaps import DayMap
from geodata.workspace import Workspace, file_sha256, new_folder
from schemas import Batch, Issue, Snapshot
from schemas.record import ColumnType, Record, columns

RECORD, MAPS, SNAPSHOTS, ISSUES = (
    "batch.json",
    "maps.parquet",
    "snapshots.parquet",
    "issues.parquet",
)
WAITING = "waiting"
"""Folder of the maps set aside for a jump, which later maps may confirm: maps and snapshots."""
ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "strings": pa.list_(pa.string()),
    "geometry": pa.binary(),
}


def batch_path(workspace: Workspace, source: str, batch_id: str) -> Path:
    """Folder of a batch, there or not."""
    return workspace.batches / source / batch_id


def read_batch(folder: Path) -> Batch:
    """The record of a batch. Raises NotFound where there is none, Damaged where it is broken."""
    try:
        return Batch.model_validate_json((folder / RECORD).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"batch {folder.name!r} is not here", parameter="batch") from error
    except ValueError as error:
        raise Damaged(f"the record of batch {folder.name!r} cannot be read: {error}") from error


def all_batches(workspace: Workspace, source: str | None = None) -> list[Batch]:
    """All batches, of one source where named, in the order they were ingested."""
    found = workspace.batches.glob(f"{source or '*'}/[!.]*/{RECORD}")
    read = (read_batch(path.parent) for path in found)
    return sorted(read, key=lambda batch: (batch.ingested, batch.id))


def find_batch(workspace: Workspace, batch_id: str) -> Batch:
    """The batch of this id. Raises NotFound, naming what there is."""
    known = all_batches(workspace)
    for batch in known:
        if batch.id == batch_id:
            return batch
    names = ", ".join(batch.id for batch in known[-5:]) or "none yet"
    raise NotFound(f"batch {batch_id!r} is not here; newest are: {names}", parameter="batch")


def write_batch(
    workspace: Workspace,
    batch: Batch,
    maps: Iterable[DayMap],
    issues: Sequence[Issue],
    waiting: Collection[DayMap] = (),
) -> Batch:
    """Write a batch by one rename; the record with the hashes of its tables.

    waiting: maps set aside for a jump, kept for the batches that may confirm them.
    """
    with new_folder(batch_path(workspace, batch.source, batch.id)) as folder:
        tables = _write_maps(batch.source, maps, folder, "")
        if waiting:
            (folder / WAITING).mkdir()
            tables += _write_maps(batch.source, waiting, folder, f"{WAITING}/")
        write_records(Issue, issues, folder / ISSUES)
        hashes = {name: file_sha256(folder / name) for name in (*tables, ISSUES)}
        batch = batch.model_copy(update={"sha256": hashes})
        (folder / RECORD).write_text(batch.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return batch


def write_records(kind: type[Record], records: Sequence[Record], path: Path) -> None:
    """Records as Parquet with the columns of their kind, also where there are none."""
    schema = pa.schema([(c.name, ARROW_TYPES[c.type]) for c in columns(kind)])
    rows = [record.model_dump() for record in records]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")


def _write_maps(source: str, maps: Iterable[DayMap], folder: Path, inside: str) -> tuple[str, ...]:
    """Write maps and their snapshots in order of days; the names of the files."""
    ordered = sorted(maps, key=lambda found: found.day)
    _write_areas(ordered, folder / f"{inside}{MAPS}")
    snapshots = [found.snapshot(source) for found in ordered]
    write_records(Snapshot, snapshots, folder / f"{inside}{SNAPSHOTS}")
    return f"{inside}{MAPS}", f"{inside}{SNAPSHOTS}"


def _write_areas(maps: Sequence[DayMap], path: Path) -> None:
    """GeoParquet: one row per day and status, in that order."""
    names = ("day", "status", "status_original", "file", "published", "sha256", "geometry")
    rows = [row for found in maps for row in _map_rows(found)]
    by_column: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in names}
    frame = gpd.GeoDataFrame(by_column, geometry="geometry", crs=CRS84)
    frame.to_parquet(path, compression="zstd", index=False)


def _map_rows(found: DayMap) -> Iterable[dict[str, object]]:
    stamp = found.reading.stamp
    for status in sorted(found.areas):
        area = found.areas[status]
        yield {
            "day": stamp.day,
            "status": status,
            "status_original": found.reading.captions.get(status) or None,
            "file": found.reading.file,
            "published": stamp.published,
            "sha256": _wkb_sha256(area),
            "geometry": area,
        }


def _wkb_sha256(area: shapely.Geometry) -> str:
    return hashlib.sha256(shapely.to_wkb(area, flavor="iso")).hexdigest()


def days_of(maps: Iterable[DayMap]) -> list[date]:
    """The days of maps, in order."""
    return sorted(found.reading.stamp.day for found in maps)
