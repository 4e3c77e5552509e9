"""How are the readable tables mended: the entries of `mends.yml`, applied or refused."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

Row = dict[str, str]
_INTERVAL = ("status", "valid_from", "valid_to")
MENDS = Path(__file__).with_name("mends.yml")


def mended(table: str, rows: Iterable[Row], key: str) -> list[Row]:
    """Copies of a table's rows with its mends applied; `key` is the column that names a row.

    Raises ValueError where a mend no longer finds what it was written for.
    """
    mends = yaml.safe_load(MENDS.read_text("utf-8"))
    copies = [dict(row) for row in rows]
    for mend in _of(table, mends["cells"]):
        _mend_cell(mend, copies, key)
    for mend in _of(table, mends["intervals"]):
        copies = _with_intervals(mend, copies, key)
    for mend in _of(table, mends["columns"]):
        _mend_columns(mend, copies)
    return copies


def _of(table: str, mends: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [mend for mend in mends if mend["table"] == table]


def _mend_cell(mend: Mapping[str, Any], rows: Iterable[Row], key: str) -> None:
    """Put the new value into every row of that name (a settlement has one row per interval)."""
    named = [row for row in rows if row[key] == mend["row"]]
    found = [row for row in named if row[mend["field"]] == mend["old"]]
    if not found or len(found) != len(named):
        raise ValueError(
            f"{mend['table']} {mend['row']}: {mend['field']} is not {mend['old']!r}; "
            "look at the table and rewrite or remove the mend"
        )
    for row in found:
        row[mend["field"]] = mend["new"]


def _with_intervals(mend: Mapping[str, Any], rows: list[Row], key: str) -> list[Row]:
    """The rows with one place's dated statuses replaced, at the end of the table."""
    others = [row for row in rows if row[key] != mend["row"]]
    found = [row for row in rows if row[key] == mend["row"]]
    if [{name: row[name] for name in _INTERVAL} for row in found] != mend["old"]:
        raise ValueError(f"{mend['table']} {mend['row']}: its intervals are not {mend['old']}")
    common = found[0] | {"basis": mend["basis"], "confidence": mend["confidence"]}
    return others + [common | interval for interval in mend["new"]]


def _mend_columns(mend: Mapping[str, Any], rows: Iterable[Row]) -> None:
    pattern, found = re.compile(mend["pattern"]), 0
    for row in rows:
        for field in mend["fields"]:
            row[field], count = pattern.subn(mend["new"], row[field])
            found += count
    if not found:
        raise ValueError(f"{mend['table']}: nothing matches {mend['pattern']!r}; remove the mend")
