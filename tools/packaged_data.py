"""How are settlements and boundaries made from the readable tables?

For maintainers: `python -m tools.packaged_data FOLDER_OF_READABLE_TABLES`. The same tables give
the same bytes. What is changed on the way stands in `geodata/data/mends.yml`, which refuses
tables it was not written for. Deposits and estimates are kept by hand.
"""

import csv
import gzip
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from geodata.data.packaged import DATA
from tools.boundaries import boundary_files
from tools.inferred import inferred_again

Row = dict[str, str]
MENDS = DATA / "mends.yml"
_INTERVAL = ("status", "valid_from", "valid_to")


def main(arguments: Sequence[str] = ()) -> int:
    """Rebuild the packaged files in place. Returns the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("give one folder: python -m tools.packaged_data FOLDER\n")
        return 2
    for path in rebuild(Path(arguments[0]), DATA):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


def rebuild(tables: Path, target: Path) -> list[Path]:
    """Write all derived files into `target`; returns their paths in order of their names."""
    files = _settlement_file(tables) | boundary_files(tables)
    for name, content in files.items():
        (target / name).write_bytes(packed(content) if name.endswith(".gz") else content)
    return [target / name for name in sorted(files)]


# Settlements


def _settlement_file(tables: Path) -> dict[str, bytes]:
    name = "settlement_control.csv.gz"
    rows = mended(name, _rows(tables / name), key="place_id")
    rows = inferred_again(rows, newly_dated(name))
    rows.sort(key=lambda row: (row["place_id"], row["valid_from"]))
    return {"settlements.csv.gz": _csv_bytes(list(rows[0]), [list(r.values()) for r in rows])}


# Mends: the entries of `mends.yml`, applied or refused


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
    for mend in _of(table, mends.get("dated", ())):
        copies = _with_dates(mend, copies, key)
    for mend in _of(table, mends["columns"]):
        _mend_columns(mend, copies)
    return copies


def newly_dated(table: str) -> set[str]:
    """Ids of the settlements whose dates or positions come from `mends.yml`."""
    mends = yaml.safe_load(MENDS.read_text("utf-8"))
    moved = {m["row"] for m in _of(table, mends["cells"]) if m["field"] in {"lon", "lat"}}
    replaced = {mend["row"] for mend in _of(table, mends["intervals"])}
    return moved | replaced | {n for m in _of(table, mends["dated"]) for n in m["places"]}


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


def _with_dates(mend: Mapping[str, Any], rows: list[Row], key: str) -> list[Row]:
    """The rows with some inferred places dated, at the end of the table."""
    given = {"basis": mend["basis"], "confidence": mend["confidence"], "record": "explicit"}
    dated: list[Row] = []
    for place, name in mend["places"].items():
        found = [row for row in rows if row[key] == place]
        if not found or any((r["name_en"], r["record"]) != (name, "inferred") for r in found):
            raise ValueError(
                f"{mend['table']} {place}: there is no {name!r} with inferred dates only; "
                "look at the table and rewrite or remove the mend"
            )
        dated += [found[0] | given | interval for interval in mend["history"]]
    return [row for row in rows if row[key] not in mend["places"]] + dated


def _mend_columns(mend: Mapping[str, Any], rows: Iterable[Row]) -> None:
    pattern, found = re.compile(mend["pattern"]), 0
    for row in rows:
        for field in mend["fields"]:
            row[field], count = pattern.subn(mend["new"], row[field])
            found += count
    if not found:
        raise ValueError(f"{mend['table']}: nothing matches {mend['pattern']!r}; remove the mend")


# Reading and writing


def _rows(path: Path) -> list[Row]:
    """Rows of a readable CSV file, gzipped or not."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue().encode()


def packed(content: bytes) -> bytes:
    """Gzip without a time or name in the header, so that the bytes depend on the content only."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packer:
        packer.write(content)
    return stream.getvalue()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
