"""How do Arrow columns become texts, values of JSON, and the first and last days of rows?"""

import re
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from geodata.formats.rows import Rows

LIST_SEPARATOR = "|"
FORMULA = r"^([=+\-@\t\r\n＝＋－＠])"  # noqa: RUF001 - spreadsheets take the wide signs too
"""What makes a spreadsheet read a text as a formula (OWASP, CSV injection)."""
NUMBER = r"^[+-](?: *|[0-9][0-9.,]*(?:%|[eE][+-]?[0-9]+)?(?: [\p{L}0-9.,%°]*)*)$"
"""A lone sign, or a number and words behind it: no spreadsheet finds a formula there."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
Span = tuple[str | None, str | None]
"""First and last day, both inside; None where open."""


def is_text(kind: pa.DataType) -> bool:
    """Whether values of the type are texts or lists of them, not numbers or dates."""
    return _is_string(kind) or _is_list(kind)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as text; null and NaN as null.

    Numbers in their shortest exact form, days as 2025-02-25, times as RFC 3339 in UTC with six
    digits of a second where it has a fraction (as GeoJSON has them), lists joined by `|`, booleans
    true and false.
    """
    kind = column.type
    if _is_list(kind):
        return _joined(column)
    if pa.types.is_floating(kind):
        return _finite(column).cast(pa.string())
    if pa.types.is_timestamp(kind):
        return _times(column)
    return column.cast(pa.string())


def _times(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pc.strftime(column.cast(pa.timestamp("us", "UTC")), "%Y-%m-%dT%H:%M:%SZ")
    return pc.replace_substring(texts, ".000000Z", "Z")  # %S writes the fraction of the unit


def without_formulas(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts that a spreadsheet would take for a formula get a single quote in front."""
    quoted = pc.replace_substring_regex(texts, FORMULA, r"'\1")
    return pc.if_else(pc.match_substring_regex(texts, NUMBER), texts, quoted)


def json_values(column: pa.ChunkedArray) -> list[Any]:
    """The column as values orjson writes: days and times as text; NaN it writes as null."""
    if isinstance(column.type, pa.JsonType):
        return [None if text is None else orjson.Fragment(text) for text in column.to_pylist()]
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        column = as_text(column)
    return list(column.to_pylist())


def lists_as_json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Lists as JSON text, e.g. `["a","b"]`, for formats without lists; null stays null."""
    texts = [None if v is None else orjson.dumps(v).decode() for v in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def xml_safe(text: str) -> str:
    """The text without characters XML 1.0 cannot hold; each becomes U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)


def plain_table(table: pa.Table) -> pa.Table:
    """The table with texts as plain strings, whatever they were kept as, and NaN as null."""
    fields = [pa.field(f.name, _plain_type(f.type)) for f in table.schema]
    plain = table.cast(pa.schema(fields))
    for number, field in enumerate(fields):
        if pa.types.is_floating(field.type):
            plain = plain.set_column(number, field, _finite(plain.column(number)))
    return plain


def _finite(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.is_finite(numbers), numbers, None)


def _joined(column: pa.ChunkedArray) -> pa.ChunkedArray:
    lists = column.cast(pa.list_(pa.string()))
    return pa.chunked_array(
        [pc.binary_join(chunk, LIST_SEPARATOR) for chunk in lists.chunks], pa.string()
    )


def _plain_type(kind: pa.DataType) -> pa.DataType:
    if _is_list(kind):
        return pa.list_(pa.string())
    return pa.string() if _is_string(kind) or pa.types.is_dictionary(kind) else kind


def _is_string(kind: pa.DataType) -> bool:
    is_json = isinstance(kind, pa.JsonType)  # kept as text, and text to all formats but JSON
    return bool(is_json or pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


def spans(rows: Rows) -> list[Span] | None:
    """The days of each row, from `valid_from` and `valid_to` or from `day`; None without them.

    `valid_to` is the first day outside, so the last day inside is the one before, unless the rows
    say that it is the last itself.
    """
    days = {
        name: rows.table.column(name)
        for name in ("valid_from", "valid_to", "day")
        if name in rows.table.column_names
        and pa.types.is_date32(rows.table.schema.field(name).type)
    }
    if "valid_from" in days and "valid_to" in days:
        last = days["valid_to"] if rows.closed else _day_before(days["valid_to"])
        return list(zip(_texts(days["valid_from"]), _texts(last), strict=True))
    if "day" in days:
        return [(day, day) for day in _texts(days["day"])]
    return None


def _day_before(days: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.subtract(days.cast(pa.int32()), pa.scalar(1, pa.int32())).cast(pa.date32())


def _texts(days: pa.ChunkedArray) -> list[str | None]:
    return list(as_text(days).to_pylist())
