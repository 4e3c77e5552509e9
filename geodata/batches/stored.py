"""How is a Batch written, found and read: a folder with the record and three tables."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from geodata.errors import Damaged, NotFound, reason_of
from geodata.types import ARROW
from geodata.workspace import Workspace
from schemas import Batch, Issue
from schemas.record import Record, column_names, columns

RECORD, MAPS, SNAPSHOTS, ISSUES = (
    "batch.json",
    "maps.parquet",
    "snapshots.parquet",
    "issues.parquet",
)
WAITING = "waiting"
"""Folder of the maps set aside for a jump, which later maps may confirm: maps and snapshots."""


def batch_path(workspace: Workspace, source: str, batch_id: str) -> Path:
    """Folder of a batch, there or not."""
    return workspace.batches / source / batch_id


def read_batch(folder: Path) -> Batch:
    """The record of a batch. Raises NotFound where there is none, Damaged where it is broken."""
    try:
        return Batch.model_validate_json((folder / RECORD).read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NotFound(f"batch {folder.name!r} is not here", parameter="batch") from error
    except (OSError, ValueError) as error:
        raise Damaged(
            f"the record of batch {folder.name!r} cannot be read: {reason_of(error)}"
        ) from error


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


def read_issues(workspace: Workspace, batch: Batch) -> pa.Table:
    """The issues of a batch, with the columns of Issue. Raises Damaged, with the way out."""
    folder, names = batch_path(workspace, batch.source, batch.id), column_names(Issue)
    try:
        return pq.read_table(BytesIO((folder / ISSUES).read_bytes())).select(names)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise Damaged(
            f"{ISSUES} of batch {batch.id} cannot be read ({reason_of(error)}); restore it, or "
            f"remove the folder batches/{batch.source}/{batch.id} and ingest {batch.input_name} "
            f"again"
        ) from error


def write_records(kind: type[Record], records: Sequence[Record], path: Path) -> None:
    """Records as Parquet with the columns of their kind, also where there are none."""
    schema = pa.schema([(c.name, ARROW[c.type]) for c in columns(kind)])
    rows = [record.model_dump() for record in records]
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")
