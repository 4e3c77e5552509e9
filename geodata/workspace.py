"""Where do things lie on disk, and how are they written so that nothing half-written stays?"""

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from geodata.errors import Conflict, Damaged, NotFound, reason_of
from schemas.record import Record

Kind = TypeVar("Kind", bound=Record)


@dataclass(frozen=True)
class Workspace:
    """The folder with `raw/ batches/ releases/ folds/ tilesets/` and the pointer `current`."""

    root: Path

    @cached_property
    def _pointer(self) -> str:
        return str(self.root / "current")

    @property
    def raw(self) -> Path:
        """Inputs as given: raw/<source>/<sha256>."""
        return self.root / "raw"

    @property
    def batches(self) -> Path:
        """Outcomes of ingest: batches/<source>/<batch id>/."""
        return self.root / "batches"

    @property
    def releases(self) -> Path:
        """Releases: releases/<release id>/."""
        return self.root / "releases"

    @property
    def folds(self) -> Path:
        """Cells folded so far, by hash of the maps that went in: a cache, safe to delete."""
        return self.root / "folds"

    @property
    def tilesets(self) -> Path:
        """Archives of tiles by hash of their rows: a cache, safe to delete."""
        return self.root / "tilesets"

    @property
    def current(self) -> Path:
        """Symbolic link to the release being served."""
        return self.root / "current"

    def current_id(self) -> str | None:
        """Id of the published release; None where nothing is published."""
        try:
            return os.readlink(self._pointer).rpartition("/")[2]  # noqa: PTH115 - asked each time
        except (FileNotFoundError, OSError):
            return None

    def release_path(self, release_id: str) -> Path:
        """Folder of a release. Raises NotFound, naming what there is."""
        if release_id in self.release_ids():
            return self.releases / release_id
        known = ", ".join(self.release_ids()[-5:]) or "none yet"
        raise NotFound(
            f"release {release_id[:40]!r} is not here; newest are: {known}", parameter="release"
        )

    def release_ids(self) -> list[str]:
        """Ids of all finished releases, oldest first."""
        if not self.releases.is_dir():
            return []
        names = (p.parent.name for p in self.releases.glob("r*/manifest.json"))
        return sorted(names, key=lambda name: (name.find("-"), name))  # r9999 before r10000

    def point_current_at(self, release_id: str) -> None:
        """Publish: one rename of a fresh link over `current`."""
        self.release_path(release_id)
        # rename(2) replaces a link at once: a reader sees the old release or the new one.
        fresh = self.root / f".current-{os.getpid()}"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(Path("releases") / release_id)
        fresh.replace(self.current)
        _sync_folder(self.root)


@contextmanager
def only_writer(workspace: Workspace) -> Iterator[None]:
    """Hold the workspace for one writer. Raises Conflict at once where another writes."""
    workspace.root.mkdir(parents=True, exist_ok=True)
    with (workspace.root / ".lock").open("w") as handle:
        # Freed by the kernel when the process ends, however it ends: no stale lock to remove.
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                f"another process is writing in {workspace.root.name}; wait for it to end"
            ) from None
        yield


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A scratch folder beside its future place; what is left of it at the end is removed."""
    parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".scratch-", dir=parent))
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def settle(scratch: Path, target: Path) -> None:
    """Make a finished scratch folder the target by one rename, after its bytes are on disk.

    Raises Conflict where the target exists.
    """
    # A rename may reach the disk before the bytes it names.
    for path in scratch.rglob("*"):
        if path.is_file():
            _sync_file(path)
    scratch.chmod(0o755)  # mkdtemp gives 0700, and another user may serve
    if target.exists():
        raise Conflict(f"{target.name} exists already; nothing was changed")
    scratch.rename(target)
    _sync_folder(target.parent)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A scratch folder that becomes `target` when the block ends well, else disappears.

    Raises Conflict where the target exists.
    """
    with scratch_folder(target.parent) as scratch:
        yield scratch
        settle(scratch, target)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A scratch file that replaces `target` by one rename when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.name[:40]}-", dir=target.parent)
    os.close(handle)
    scratch = Path(name)
    try:
        yield scratch
        _sync_file(scratch)
        scratch.chmod(0o644)
        scratch.replace(target)
    finally:
        scratch.unlink(missing_ok=True)


def read_json_records(path: Path, kind: type[Kind]) -> tuple[Kind, ...]:
    """The records of a JSON list; none where there is no file. Raises Damaged."""
    try:
        return tuple(kind.model_validate(row) for row in json.loads(path.read_bytes()))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError) as error:
        name = f"{path.name} of {path.parent.name}"
        raise Damaged(f"{name} cannot be read: {reason_of(error)}") from error


def write_json_records(path: Path, records: Sequence[Record]) -> None:
    """Write records as a JSON list, in their order."""
    rows = [record.model_dump(mode="json") for record in records]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sync_file(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _sync_folder(path: Path) -> None:
    """Have a rename in a folder on disk: names belong to the folder, not to the file."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
