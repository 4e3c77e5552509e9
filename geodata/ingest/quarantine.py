"""What was set aside, and how it is tried again under today's rules."""

import shutil
from dataclasses import dataclass

import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import ISSUES, all_batches, batch_path, find_batch
from geodata.batches.withdrawal import check_not_withdrawn
from geodata.errors import Conflict
from geodata.ingest.control.pipeline import ingest_kept, quiet
from geodata.ingest.stored_input import StoredInput
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Batch, Issue, Source
from schemas.record import column_names


@dataclass(frozen=True)
class Shown:
    """A batch and all its issues, one a row, with the columns of Issue."""

    batch: Batch
    issues: pd.DataFrame


def list_issues(
    workspace: Workspace,
    *,
    source: str | None = None,
    batch: str | None = None,
    severities: tuple[str, ...] = ("quarantined", "refused"),
) -> pd.DataFrame:
    """Issues of batches, one a row: columns `batch`, `source` and those of Issue.

    Raises NotFound for a batch that is not here. Without batches the table is empty.
    """
    chosen = [find_batch(workspace, batch)] if batch else all_batches(workspace, source)
    frames = [_issues(workspace, each).assign(source=each.source, batch=each.id) for each in chosen]
    names = ["batch", "source", *column_names(Issue)]
    if not frames:
        return pd.DataFrame(columns=names)
    every = pd.concat(frames, ignore_index=True)[names]
    return every[every["severity"].isin(severities)].reset_index(drop=True)


def show(workspace: Workspace, batch_id: str) -> Shown:
    """One batch with its issues of every severity. Raises NotFound."""
    batch = find_batch(workspace, batch_id)
    return Shown(batch, _issues(workspace, batch))


def retry(
    workspace: Workspace,
    source: Source,
    batch_id: str,
    *,
    coverage: BaseGeometry,
    progress: Progress = quiet,
) -> Batch:
    """Read a batch's kept input again under the present rules; the new batch replaces the old.

    The old one goes only when the new one stands. Where no rule has changed it is returned as
    it is. Raises NotFound, and Conflict where the batch is another source's or withdrawn.
    """
    old = find_batch(workspace, batch_id)
    if old.source != source.id:
        raise Conflict(f"batch {batch_id!r} is of source {old.source!r}, not {source.id!r}")
    check_not_withdrawn(workspace, old)
    kept = StoredInput(workspace.raw / old.source, old.input_sha256, old.input_name)
    new = ingest_kept(workspace, source, kept, coverage=coverage, progress=progress)
    if new.id != old.id:
        _remove(workspace, old)
    return new


def _remove(workspace: Workspace, batch: Batch) -> None:
    """Take a batch out of sight by one rename, then off the disk."""
    folder = batch_path(workspace, batch.source, batch.id)
    gone = folder.with_name(f".gone-{folder.name}")
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _issues(workspace: Workspace, batch: Batch) -> pd.DataFrame:
    return pd.read_parquet(batch_path(workspace, batch.source, batch.id) / ISSUES)
