"""How is a batch withdrawn from later builds, and restored?"""

from datetime import UTC, datetime
from pathlib import Path

from geodata.batches.stored import read_batch
from geodata.errors import Conflict, Damaged, InvalidInput, reason_of
from geodata.workspace import Workspace, new_file, only_writer
from schemas import Batch, Withdrawal

WITHDRAWN = "withdrawn.json"
"""What lies beside the record of a batch from `withdraw` to `restore`."""


def withdrawal(folder: Path) -> Withdrawal | None:
    """When and why a batch was withdrawn; None where it was not. Raises Damaged."""
    try:
        return Withdrawal.model_validate_json((folder / WITHDRAWN).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise Damaged(
            f"{WITHDRAWN} of batch {folder.name!r} cannot be read: {reason_of(error)}"
        ) from error


def withdraw(workspace: Workspace, batch: Batch, why: str) -> Withdrawal:
    """Let later builds do as if a batch had never been accepted; releases there are stay.

    Raises InvalidInput without a reason, NotFound where it is gone by now, Conflict where it is
    withdrawn already, was refused, or another process writes in the workspace.
    """
    folder = _folder(workspace, batch)
    if not why.strip():
        raise InvalidInput("a withdrawal needs its reason: --why 'the file was cut short'")
    with only_writer(workspace):
        batch = read_batch(folder)  # another process may have replaced it since it was looked up
        known = withdrawal(folder)
        if known is not None:
            raise Conflict(f"batch {batch.id} is withdrawn already{_since(known)}")
        if batch.verdict == "refused":
            raise Conflict(f"batch {batch.id} was refused, so no release uses it")
        record = Withdrawal(batch=batch.id, withdrawn=_now(), why=why.strip())
        with new_file(folder / WITHDRAWN) as scratch:
            scratch.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return record


def restore(workspace: Workspace, batch: Batch) -> Withdrawal:
    """Take a withdrawal back; what it was. The batch has its old place among the others again.

    Raises Conflict where the batch is not withdrawn, or another process writes in the workspace.
    """
    folder = _folder(workspace, batch)
    with only_writer(workspace):
        known = withdrawal(folder)
        if known is None:
            raise Conflict(f"batch {batch.id} is not withdrawn; there is nothing to restore")
        (folder / WITHDRAWN).unlink()
    return known


def check_not_withdrawn(workspace: Workspace, batch: Batch) -> None:
    """Raises Conflict, with the way out, where an input given again was withdrawn before.

    It is not restored silently: a job that fetches the same file each day would undo a decision.
    """
    known = withdrawal(_folder(workspace, batch))
    if known is not None:
        raise Conflict(
            f"this input is batch {batch.id}, withdrawn{_since(known)}; to use it again: "
            f"lodeline batch restore {batch.id}"
        )


def _folder(workspace: Workspace, batch: Batch) -> Path:
    return workspace.batches / batch.source / batch.id


def _since(known: Withdrawal) -> str:
    return f" since {known.withdrawn} ({known.why})"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
