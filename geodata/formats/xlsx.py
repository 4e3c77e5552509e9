"""How are rows written as XLSX: a sheet of data, and a sheet that says what it is?

Nothing in it is ever a formula.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import shapely
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geodata.formats.columns import as_text, is_text, plain_table
from geodata.formats.files import read_file
from geodata.formats.geoarrow import geometry_name
from geodata.formats.geometry_column import are_points, coordinate_names, shapes_of, x_and_y
from geodata.formats.rows import Provenance, Rows, generated_at, provenance_dict

SHEET_ROWS = 1_000_000
"""Rows of data in a sheet (Excel has 1,048,576); the rest goes to further sheets."""
LONGEST = 32_767
"""Characters a cell holds; what is longer is cut, and the sheet `about` says how often."""
EXACT = 10**15
"""From here on integers become text: spreadsheets show 15 digits, and write no others back."""
FIRST_DATE = date(1900, 3, 1)
"""Before it spreadsheets disagree about days (1900 was no leap year); earlier days become text."""
_Write = Callable[[Worksheet, int, int, Any], object]


def write_xlsx(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A workbook: `data` (`data 2`, ... beyond a million rows), then `about`.

    Texts are texts whatever they begin with, days are dates, lists are joined by `|`. Points have
    their coordinates in two columns, other shapes are WKT.
    """
    table = sheet_table(rows)

    def build(folder: Path) -> Path:
        path = folder / "rows.xlsx"
        # Row by row into a file of its own: memory does not grow with the rows.
        options = {"constant_memory": True, "tmpdir": str(folder)}
        with xlsxwriter.Workbook(path, options) as book:
            book.set_properties({"title": about.title, "created": _naive(about)})
            _write_data(book, table)
            _write_about(book, rows, about, _cut(table))
        return path

    return read_file(build)


def sheet_table(rows: Rows) -> pa.Table:
    """The columns of the sheet: the properties, then the coordinates of points or WKT."""
    table = rows.table
    for number, field in enumerate(table.schema):
        if is_text(field.type) or pa.types.is_timestamp(field.type):
            table = table.set_column(number, field.name, as_text(table.column(number)))
    for name, values in _places(rows).items():
        if name not in table.column_names:
            table = table.append_column(name, values)
    return plain_table(table)


def _places(rows: Rows) -> dict[str, pa.Array]:
    """The columns that say where: two of coordinates for points, else WKT."""
    if rows.geometry is None:
        return {}
    shapes = shapes_of(rows)
    if not are_points(rows):
        return {geometry_name(rows): pa.array(shapely.to_wkt(shapes, -1), pa.string())}
    x, y = coordinate_names(rows.crs)
    return dict(zip((x, y), map(pa.array, x_and_y(shapes)), strict=True))


def _write_data(book: xlsxwriter.Workbook, table: pa.Table) -> None:
    bold = book.add_format({"bold": True})
    writers = [_writer(field.type, book) for field in table.schema]
    for number, start in enumerate(range(0, max(len(table), 1), SHEET_ROWS), start=1):
        sheet = book.add_worksheet("data" if number == 1 else f"data {number}")
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(table.column_names):
            sheet.write_string(0, place, name[:LONGEST], bold)
        _write_rows(sheet, table.slice(start, SHEET_ROWS), writers)


def _write_rows(sheet: Worksheet, table: pa.Table, writers: list[_Write]) -> None:
    row = 0
    for batch in table.to_batches(max_chunksize=10_000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for place, (value, write) in enumerate(zip(values, writers, strict=True)):
                if value is not None:
                    write(sheet, row, place, value)


def _write_about(book: xlsxwriter.Workbook, rows: Rows, about: Provenance, cut: int) -> None:
    sheet = book.add_worksheet("about")
    lines = [*provenance_dict(about).items(), ("rows", str(len(rows)))]
    lines += [("texts cut at 32,767 characters", str(cut))] if cut else []
    long = ", ".join(name for name in rows.table.column_names if _is_long(rows.table.column(name)))
    lines += [("integers of 16 digits and more, written as text", long)] if long else []
    lines += [("", ""), ("column", "meaning")]
    lines += [(c.name, f"{c.meaning}{f' Unit: {c.unit}.' if c.unit else ''}") for c in rows.columns]
    for row, (label, text) in enumerate(lines):
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, text[:LONGEST])


def _writer(kind: pa.DataType, book: xlsxwriter.Workbook) -> _Write:
    """How a value of the type is put into a cell."""
    if pa.types.is_boolean(kind):
        return _put_boolean
    if pa.types.is_integer(kind):
        return _put_integer
    if pa.types.is_floating(kind):
        return _put_number
    if pa.types.is_date(kind):
        return _date_writer(book.add_format({"num_format": "yyyy-mm-dd"}))
    return _put_text


def _put_boolean(sheet: Worksheet, row: int, place: int, truth: bool) -> None:  # noqa: FBT001
    sheet.write_boolean(row, place, truth)


def _put_text(sheet: Worksheet, row: int, place: int, text: str) -> None:
    sheet.write_string(row, place, text[:LONGEST])


def _put_number(sheet: Worksheet, row: int, place: int, number: float) -> None:
    sheet.write_number(row, place, number)


def _put_integer(sheet: Worksheet, row: int, place: int, number: int) -> None:
    if abs(number) < EXACT:
        sheet.write_number(row, place, number)
    else:
        sheet.write_string(row, place, str(number))


def _date_writer(style: Format) -> _Write:
    def put_date(sheet: Worksheet, row: int, place: int, day: date) -> None:
        if day >= FIRST_DATE:
            sheet.write_datetime(row, place, day, style)
        else:
            sheet.write_string(row, place, day.isoformat())

    return put_date


def _cut(table: pa.Table) -> int:
    """How many texts are longer than a cell."""
    texts = [c for c in table.columns if pa.types.is_string(c.type)]
    return sum(pc.sum(pc.greater(pc.utf8_length(c), LONGEST)).as_py() or 0 for c in texts)


def _is_long(column: pa.ChunkedArray) -> bool:
    """Whether integers of a column are beyond what a cell shows."""
    if not pa.types.is_integer(column.type) or column.null_count == len(column):
        return False
    ends = pc.min_max(column).as_py()
    return bool(max(-ends["min"], ends["max"]) >= EXACT)


def _naive(about: Provenance) -> datetime:
    return generated_at(about).replace(tzinfo=None)
