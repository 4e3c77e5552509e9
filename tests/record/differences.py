"""What differs between two records, in words short enough to read."""

import difflib
import gzip
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import mapbox_vector_tile

ZIP, SQLITE = b"PK\x03\x04", b"SQLite format 3"
MOST = 8
"""Differences told of one body."""
WIDTH = 160
Entry = Mapping[str, Any]


def compared(before: Path, after: Path) -> Iterator[str]:
    """A line for each difference and one for the sum, which stands alone where there is none.

    Ids of releases are taken for the same where they are of the same release: theirs follow the
    bytes of its tables. Archives are compared by what is in them, not by when they were packed.
    """
    (ids, old), (new_ids, new) = _read(before), _read(after)
    if ids != new_ids:
        yield f"(releases {ids} and {new_ids} are taken for the same)"
    names = list(dict.fromkeys([*old, *new]))
    different = 0
    for name in names:
        lines = list(_of_request(name, old, new, (before, ids), (after, new_ids)))
        different += bool(lines)
        if lines:
            yield f"\n{name}"
            yield from (f"  {line[:WIDTH]}" for line in lines)
    yield f"\n{different} of {len(names)} answers differ".lstrip("\n" if not different else "")


def _read(folder: Path) -> tuple[dict[str, str], dict[str, Entry]]:
    document = json.loads((folder / "index.json").read_text())
    entries: dict[str, Entry] = {}
    for entry in document["answers"]:
        name, number = entry["request"], 2
        while name in entries:
            name, number = f"{entry['request']} (time {number})", number + 1
        entries[name] = entry
    return document["ids"], entries


def _of_request(
    name: str,
    old: Mapping[str, Entry],
    new: Mapping[str, Entry],
    before: tuple[Path, Mapping[str, str]],
    after: tuple[Path, Mapping[str, str]],
) -> Iterator[str]:
    if name not in old or name not in new:
        yield f"only in the {'second' if name in new else 'first'} record"
        return
    one, other = old[name], new[name]
    if one["status"] != other["status"]:
        yield f"status {one['status']} -> {other['status']}"
    yield from _of_headers(one["headers"], other["headers"], before[1], after[1])
    kind = one["headers"].get("content-type", "")
    bodies = [
        _plain((folder / entry["body"]).read_bytes(), entry["headers"])
        for (folder, _), entry in ((before, one), (after, other))
    ]
    if one["sha256"] != other["sha256"]:
        left, right = _named(bodies[0], before[1]), _named(bodies[1], after[1])
        lines = list(_of_bodies(left, right, kind)) if left != right else []
        is_archive = left.startswith((ZIP, SQLITE))
        same_but_for_ids = left == right and before[1] != after[1]
        yield from lines or (
            [] if is_archive or same_but_for_ids else ["body: the same, in other bytes"]
        )


def _of_headers(
    one: Mapping[str, str],
    other: Mapping[str, str],
    ids: Mapping[str, str],
    new_ids: Mapping[str, str],
) -> Iterator[str]:
    for name in sorted({*one, *other}):
        left, right = _text(one.get(name), ids), _text(other.get(name), new_ids)
        if left != right:
            yield f"{name}: {left} -> {right}"


def _text(value: str | None, ids: Mapping[str, str]) -> str | None:
    return None if value is None else _named(value.encode(), ids).decode()


def _named(body: bytes, ids: Mapping[str, str]) -> bytes:
    """The body with names in place of the ids of releases."""
    for name, release in ids.items():
        body = body.replace(release.encode(), b"{%s}" % name.encode())
    return body


def _plain(body: bytes, headers: Mapping[str, str]) -> bytes:
    return gzip.decompress(body) if headers.get("content-encoding") == "gzip" else body


def _of_bodies(one: bytes, other: bytes, kind: str) -> Iterator[str]:
    left, right = _document(one, kind), _document(other, kind)
    if left is None or right is None:
        at = next((n for n, pair in enumerate(zip(one, other, strict=False)) if len({*pair}) > 1),
                  min(len(one), len(other)))  # fmt: skip
        yield f"body: {len(one)} -> {len(other)} bytes, which differ from byte {at} on"
        return
    lines = iter(_of_text(left, right) if isinstance(left, str) else _of_values(left, right, "$"))
    yield from islice(lines, MOST)
    yield from ("…" for _ in islice(lines, 1))


def _document(body: bytes, kind: str) -> Any:
    """A body as something whose differences can be told: values, lines, or None for bytes."""
    try:
        if "json" in kind and "seq" not in kind:
            return json.loads(body)
        if body.startswith(ZIP):
            return _members(body)
        if body.startswith(SQLITE):
            return _tables(body)
        if "mapbox-vector-tile" in kind:
            return mapbox_vector_tile.decode(body)
        return body.decode()
    except (ValueError, KeyError):
        return None


def _members(body: bytes) -> dict[str, Any]:
    """The files in an archive; of a dBASE file all but the day it was written on."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    for name, data in files.items():
        if name.endswith(".dbf"):
            files[name] = data[:1] + b"\0\0\0" + data[4:]
    return {name: _shown(data) for name, data in files.items()}


def _tables(body: bytes) -> list[str]:
    """The rows of a database, as they would be put in again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database"
        path.write_bytes(body)
        database = sqlite3.connect(path)
        try:
            tables = [n for (n,) in database.execute("SELECT name FROM sqlite_master ORDER BY 1")]
            return [f"{table} {row!r}" for table in tables for row in _rows(database, table)]
        finally:
            database.close()


def _rows(database: sqlite3.Connection, table: str) -> list[Any]:
    try:
        return database.execute(f'SELECT * FROM "{table}"').fetchall()  # noqa: S608 - its own name
    except sqlite3.Error:  # an index, or a table of a module that is not here
        return []


def _shown(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.hex()


def _of_text(one: str, other: str) -> Iterator[str]:
    lines = difflib.unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0)
    return (line for line in lines if not line.startswith(("---", "+++", "@@")))


def _of_values(one: Any, other: Any, at: str) -> Iterator[str]:
    """Paths to values that differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        if list(one) != list(other) and set(one) == set(other):
            yield f"{at}: the order of members"
        for name in {**one, **other}:
            if name not in one or name not in other:
                yield f"{at}.{name}: only in the {'second' if name in other else 'first'}"
            else:
                yield from _of_values(one[name], other[name], f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list):
        if len(one) != len(other):
            yield f"{at}: {len(one)} -> {len(other)} entries"
        for number, pair in enumerate(zip(one, other, strict=False)):
            yield from _of_values(*pair, f"{at}[{number}]")
    elif one != other or type(one) is not type(other):
        yield f"{at}: {str(one)[:60]!r} -> {str(other)[:60]!r}"
