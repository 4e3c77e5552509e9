"""How is a sheet of a workbook written: typed cells, widths, wrapped texts, a filter on the head?

Nothing in it is ever a formula.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geodata.formats.columns import as_text, is_text, plain_table
from geodata.formats.files import read_file
from geodata.formats.rows import Provenance, generated_at

SHEET_ROWS = 1_000_000
"""Rows of data in a sheet (Excel has 1,048,576); the rest goes to further sheets."""
LONGEST = 32_767
"""Characters a cell holds; what is longer is cut, and the sheet `about` says how often."""
EXACT = 10**15
"""From here on integers become text: spreadsheets show 15 digits, and write no others back."""
FIRST_DATE = date(1900, 3, 1)
"""Before it spreadsheets disagree about days (1900 was no leap year); earlier days become text."""
NARROWEST, WIDEST = 9, 56
"""Characters of a column's width; longer texts are wrapped."""
MEASURED = 1_000
"""Rows a column's width is taken from."""
_Write = Callable[[Worksheet, int, int, Any], object]


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name (31 characters), and columns of numbers, days, booleans and texts.

    plain: columns of labels and texts, without a filter.
    """

    name: str
    table: pa.Table
    plain: bool = False


def write_workbook(sheets: Callable[[], Iterable[Sheet]], about: Provenance) -> Iterator[bytes]:
    """A workbook of the sheets, in their order; one of more than a million rows goes on in others.

    The widths of columns are those of their first rows; the head stays in sight.
    """

    def build(folder: Path) -> Path:
        path = folder / "rows.xlsx"
        # Row by row into a file of its own: memory does not grow with the rows.
        options = {"constant_memory": True, "tmpdir": str(folder)}
        with xlsxwriter.Workbook(path, options) as book:
            moment = generated_at(about).replace(tzinfo=None)
            book.set_properties({"title": about.title, "created": moment})
            for sheet in sheets():
                _write_sheet(book, sheet)
        return path

    return read_file(build)


def sheet_of(name: str, records: Sequence[dict[str, object]], columns: Sequence[str] = ()) -> Sheet:
    """A sheet of records with the same keys; columns: those of a sheet that may be empty."""
    names = list(records[0]) if records else list(columns)
    arrays = [pa.array([record[column] for record in records]) for column in names]
    return Sheet(name, pa.table(arrays, names=names))


def cell_table(table: pa.Table) -> pa.Table:
    """The table with texts, lists and times as text, as cells hold them."""
    for number, field in enumerate(table.schema):
        if is_text(field.type) or pa.types.is_timestamp(field.type):
            table = table.set_column(number, field.name, as_text(table.column(number)))
    return plain_table(table)


def cut_texts(table: pa.Table) -> int:
    """How many texts are longer than a cell."""
    texts = [c for c in table.columns if pa.types.is_string(c.type)]
    return sum(pc.sum(pc.greater(pc.utf8_length(c), LONGEST)).as_py() or 0 for c in texts)


def is_long(column: pa.ChunkedArray) -> bool:
    """Whether integers of a column are beyond what a cell shows."""
    if not pa.types.is_integer(column.type) or column.null_count == len(column):
        return False
    ends = pc.min_max(column).as_py()
    return bool(max(-ends["min"], ends["max"]) >= EXACT)


def _write_sheet(book: xlsxwriter.Workbook, sheet: Sheet) -> None:
    head = book.add_format({"bold": True, "valign": "top"})
    writers = [_writer(field.type, book) for field in sheet.table.schema]
    widths = [_width(name, sheet.table.column(name)) for name in sheet.table.column_names]
    for number, start in enumerate(range(0, max(len(sheet.table), 1), SHEET_ROWS), start=1):
        part = sheet.table.slice(start, SHEET_ROWS)
        page = book.add_worksheet(sheet.name if number == 1 else f"{sheet.name} {number}")
        page.freeze_panes(1, 0)
        if not sheet.plain:
            page.autofilter(0, 0, len(part), max(len(widths) - 1, 0))
        for place, (name, width) in enumerate(zip(sheet.table.column_names, widths, strict=True)):
            page.set_column(place, place, width)
            page.write_string(0, place, name[:LONGEST], head)
        _write_rows(page, part, writers)


def _width(name: str, column: pa.ChunkedArray) -> int:
    """Characters of a column's width; with room for the arrow of the filter beside its name."""
    lengths = pc.utf8_length(column.slice(0, MEASURED).cast(pa.string()))
    widest = max(pc.max(lengths).as_py() or 0, len(name) + 2)
    return min(max(widest + 1, NARROWEST), WIDEST)


def _write_rows(page: Worksheet, table: pa.Table, writers: list[_Write]) -> None:
    row = 0
    for batch in table.to_batches(max_chunksize=10_000):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            row += 1
            for place, (value, write) in enumerate(zip(values, writers, strict=True)):
                if value is not None:
                    write(page, row, place, value)


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
    return _text_writer(book.add_format({"text_wrap": True, "valign": "top"}))


def _put_boolean(page: Worksheet, row: int, place: int, truth: bool) -> None:  # noqa: FBT001
    page.write_boolean(row, place, truth)


def _put_number(page: Worksheet, row: int, place: int, number: float) -> None:
    page.write_number(row, place, number)


def _put_integer(page: Worksheet, row: int, place: int, number: int) -> None:
    if abs(number) < EXACT:
        page.write_number(row, place, number)
    else:
        page.write_string(row, place, str(number))


def _text_writer(wrapped: Format) -> _Write:
    def put_text(page: Worksheet, row: int, place: int, text: str) -> None:
        style = wrapped if len(text) >= WIDEST else None
        page.write_string(row, place, text[:LONGEST], style)

    return put_text


def _date_writer(style: Format) -> _Write:
    def put_date(page: Worksheet, row: int, place: int, day: date) -> None:
        if day >= FIRST_DATE:
            page.write_datetime(row, place, day, style)
        else:
            page.write_string(row, place, day.isoformat())

    return put_date
