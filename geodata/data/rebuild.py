"""How are the packaged data files made from the readable tables?

For maintainers: `python -m geodata.data.rebuild FOLDER_OF_READABLE_TABLES`. The same tables give
the same bytes. What is changed on the way stands in `mends.yml`, what becomes of quantities in
`splits.yml`; both refuse tables they were not written for.
"""

import csv
import gzip
import io
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from geodata.data import splitting
from geodata.data.boundaries import boundary_files, oblast_codes
from geodata.data.mending import Row, mended
from schemas import Deposit, Estimate
from schemas.fields import Record
from schemas.table import column_names

HERE = Path(__file__).parent
LIST_SEPARATOR = "|"
COMPONENT_OF = {
    "stankuvatske_li": "dobra_li",
    "nadiia_li": "dobra_li",
    "bukynska_ti": "mezhyrichne_ti",
    "yurske_ti": "mezhyrichne_ti",
    "motronivsko_annivske_ti": "malyshevske_ti",
}
"""Deposits that are parts of another one; their quantities never join sums."""
NEVER_TESTED = frozenset(
    {
        "ge_donbas_coal",  # a whole coal basin
        "ge_lviv_volyn_coal",  # a whole coal basin
        "mykhailivske_u",  # village not identified
        "kalynivske_u",  # computed from a rough distance and direction
        "lozuvatske_u",  # known to the district only
    }
)
"""Deposits without a position that could be laid over control."""


def main(arguments: Sequence[str] = ()) -> int:
    """Rebuild the packaged files in place. Returns the exit status."""
    if len(arguments) != 1:
        sys.stderr.write("give one folder: python -m geodata.data.rebuild FOLDER\n")
        return 2
    for path in rebuild(Path(arguments[0]), HERE):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


def rebuild(tables: Path, target: Path) -> list[Path]:
    """Write all derived files into `target`; returns their paths in order of their names."""
    files = _deposit_files(tables) | _settlement_file(tables) | boundary_files(tables)
    for name, content in files.items():
        (target / name).write_bytes(packed(content) if name.endswith(".gz") else content)
    return [target / name for name in sorted(files)]


# Deposits and estimates


def _deposit_files(tables: Path) -> dict[str, bytes]:
    rows = mended("deposits_ua.csv", _rows(tables / "deposits_ua.csv"), key="id")
    codes = oblast_codes(tables)
    return {
        "deposits.csv": _csv(Deposit, [_deposit(row, codes) for row in rows]),
        "estimates.csv": _csv(Estimate, splitting.estimates(rows)),
    }


def _deposit(row: Row, codes: Mapping[str, str]) -> Deposit:
    """One row of the readable table as a record."""
    main_commodity = _slug(row["primary_commodity"])
    others = [_slug(word) for word in _members(row["commodities"])]
    given: dict[str, Any] = {
        name: row[name] for name in column_names(Deposit) if row.get(name, "") != ""
    }
    return Deposit(
        **given
        | {
            "alt_names": _members(row["alt_names"]),
            "commodity": main_commodity,
            "commodities": tuple(dict.fromkeys([main_commodity, *others])),
            "oblasts": tuple(codes[name.strip()] for name in row["oblast"].split("/")),
            "overlay_basis": "none" if row["id"] in NEVER_TESTED else "disc",
            "part_of": COMPONENT_OF.get(row["id"]),
            "note": row["reserve_note"] or None,
            "sources": _members(row["sources"]),
        }
    )


def _slug(word: str) -> str:
    return word.strip().lower().replace(" ", "-")


def _members(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(LIST_SEPARATOR) if part.strip())


# Settlements


def _settlement_file(tables: Path) -> dict[str, bytes]:
    name = "settlement_control.csv.gz"
    rows = mended(name, _rows(tables / name), key="place_id")
    rows.sort(key=lambda row: (row["place_id"], row["valid_from"]))
    return {"settlements.csv.gz": _csv_bytes(list(rows[0]), [list(r.values()) for r in rows])}


# Reading and writing


def _rows(path: Path) -> list[Row]:
    """Rows of a readable CSV file, gzipped or not."""
    content = path.read_bytes()
    text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _csv(record: type[Record], records: Iterable[Record]) -> bytes:
    """Records as CSV in the order of the fields, without geometry."""
    names = [name for name in column_names(record) if name != "geometry"]
    return _csv_bytes(names, [[_text(getattr(r, name)) for name in names] for r in records])


def _csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return stream.getvalue().encode()


def _text(value: object) -> str:
    """A value as CSV text: lists joined, whole numbers without a fraction, None empty."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return LIST_SEPARATOR.join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)


def packed(content: bytes) -> bytes:
    """Gzip without a time or name in the header, so that the bytes depend on the content only."""
    stream = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=stream, mtime=0) as packer:
        packer.write(content)
    return stream.getvalue()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
