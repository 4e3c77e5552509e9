"""How is a release described, read back and checked against its own description?"""

import hashlib
from pathlib import Path

from pydantic import ValidationError

from geodata.errors import Damaged, reason_of
from geodata.workspace import Workspace, file_sha256
from schemas import Manifest, TableFile

FORMAT = 2
"""Version of the release layout; readers keep opening every earlier one."""
MANIFEST = "manifest.json"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release folder. Raises Damaged where it cannot be read."""
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (OSError, ValidationError) as error:
        raise Damaged(
            f"manifest of release {folder.name} cannot be read: {reason_of(error)}"
        ) from error
    if manifest.format > FORMAT:
        raise Damaged(
            f"release {manifest.id} has layout {manifest.format}, this software reads up to "
            f"{FORMAT}; update the software"
        )
    return manifest


def described_file(path: Path, rows: int) -> TableFile:
    """A file's entry in the manifest."""
    return TableFile(name=path.name, sha256=file_sha256(path), bytes=path.stat().st_size, rows=rows)


def content_sha256(tables: tuple[TableFile, ...]) -> str:
    """SHA-256 over names and hashes of the files, in the order of names."""
    lines = sorted(f"{table.name} {table.sha256}\n" for table in tables)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raises Damaged where a file is missing, changed, or the content hash does not hold."""
    for table in manifest.tables:
        path = folder / table.name
        if not path.is_file():
            raise Damaged(f"release {manifest.id} has lost {table.name}; build it again")
        if file_sha256(path) != table.sha256:
            raise Damaged(f"{table.name} of release {manifest.id} has changed; build it again")
    if content_sha256(manifest.tables) != manifest.content_sha256:
        raise Damaged(f"manifest of release {manifest.id} does not match its own content hash")


def newest_manifest(workspace: Workspace) -> Manifest | None:
    """Manifest of the release built last; None where there is none."""
    ids = workspace.release_ids()
    return read_manifest(workspace.releases / ids[-1]) if ids else None
