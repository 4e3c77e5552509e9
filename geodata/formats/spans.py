"""When do rows hold: their days as first and last day, for formats that have a place for time."""

import pyarrow as pa
import pyarrow.compute as pc

from geodata.formats.columns import as_text
from geodata.formats.rows import Rows

Span = tuple[str | None, str | None]
"""First and last day, both inside; None where open."""


def spans(rows: Rows) -> list[Span] | None:
    """The days of each row, from `valid_from` and `valid_to` or from `day`; None without them.

    `valid_to` is the first day outside, so the last day inside is the one before.
    """
    days = {
        name: rows.table.column(name)
        for name in ("valid_from", "valid_to", "day")
        if name in rows.table.column_names
        and pa.types.is_date32(rows.table.schema.field(name).type)
    }
    if "valid_from" in days and "valid_to" in days:
        last = _day_before(days["valid_to"])
        return list(zip(_texts(days["valid_from"]), _texts(last), strict=True))
    if "day" in days:
        return [(day, day) for day in _texts(days["day"])]
    return None


def _day_before(days: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.subtract(days.cast(pa.int32()), pa.scalar(1, pa.int32())).cast(pa.date32())


def _texts(days: pa.ChunkedArray) -> list[str | None]:
    return list(as_text(days).to_pylist())
