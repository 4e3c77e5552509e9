"""What was set aside, of every kind of input?"""

from dataclasses import dataclass

import pandas as pd

from geodata.batches.stored import ISSUES, all_batches, find_batch, read_issues
from geodata.errors import Damaged
from geodata.workspace import Workspace
from schemas import Batch, Issue
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

    Raises NotFound for a batch that is not here, Damaged for one that cannot be read; among others
    that is an issue of its own, `batch_is_readable`. Without batches the table is empty.
    """
    chosen = [find_batch(workspace, batch)] if batch else all_batches(workspace, source)
    read = _issues if batch else _issues_or_damage
    frames = [read(workspace, each).assign(source=each.source, batch=each.id) for each in chosen]
    names = ["batch", "source", *column_names(Issue)]
    if not frames:
        return pd.DataFrame(columns=names)
    every = pd.concat(frames, ignore_index=True)[names]
    return every[every["severity"].isin(severities)].reset_index(drop=True)


def show(workspace: Workspace, batch_id: str) -> Shown:
    """One batch with its issues of every severity. Raises NotFound and Damaged."""
    batch = find_batch(workspace, batch_id)
    return Shown(batch, _issues(workspace, batch))


def _issues(workspace: Workspace, batch: Batch) -> pd.DataFrame:
    return pd.DataFrame(read_issues(workspace, batch).to_pandas())


def _issues_or_damage(workspace: Workspace, batch: Batch) -> pd.DataFrame:
    """The issues of a batch; where they cannot be read, that is the one issue it has."""
    try:
        return _issues(workspace, batch)
    except Damaged as error:
        issue = Issue(
            file=ISSUES, rule="batch_is_readable", severity="refused", message=error.detail
        )
        return pd.DataFrame([issue.model_dump()])
