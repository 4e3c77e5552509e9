"""What is different between two releases: rows that came, went and changed, table by table?"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from geodata.features.user_layers import layer_tables
from geodata.release.manifest import read_manifest
from geodata.workspace import Workspace

COMPARED = (
    "deposits",
    "estimates",
    "control",
    "timelines",
    "changes",
    "settlements",
    "admin_areas",
)
EXAMPLES = 20


@dataclass(frozen=True)
class TableDiff:
    """Rows by id that are only in the later, only in the earlier, or in both and different."""

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Counts, and the first ids of each kind."""
        kinds = {"added": self.added, "removed": self.removed, "changed": self.changed}
        return {
            "table": self.table,
            **{kind: len(ids) for kind, ids in kinds.items()},
            "examples": {kind: list(ids[:EXAMPLES]) for kind, ids in kinds.items() if ids},
        }


def diff(workspace: Workspace, earlier: str, later: str) -> list[TableDiff]:
    """Compare two releases. Raises NotFound for an unknown id."""
    before, after = workspace.release_path(earlier), workspace.release_path(later)
    names = (*COMPARED, *layer_tables(before, after))
    return [_table_diff(name, before, after) for name in names]


def _table_diff(name: str, before: Path, after: Path) -> TableDiff:
    if _sha256(name, before) == _sha256(name, after):
        return TableDiff(name, (), (), ())
    old, new = _row_hashes(before / f"{name}.parquet"), _row_hashes(after / f"{name}.parquet")
    return TableDiff(
        name,
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(i for i in old.keys() & new.keys() if old[i] != new[i])),
    )


def _sha256(name: str, folder: Path) -> str | None:
    tables = {table.name: table.sha256 for table in read_manifest(folder).tables}
    return tables.get(f"{name}.parquet")


def _row_hashes(path: Path) -> dict[str, str]:
    """Hash of each row's values by id; a missing file has no rows."""
    if not path.is_file():
        return {}
    rows = pq.read_table(path).to_pylist()
    return {str(row["id"]): hashlib.sha256(repr(row).encode()).hexdigest() for row in rows}
