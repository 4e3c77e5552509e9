"""How do columns of a file get Lodeline's types: cast, or found by looking at every value."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.ingest.vector.formats import Values
from geodata.types import ARROW
from schemas.record import ColumnType

TIMES = pa.timestamp("us", "UTC")
CALENDAR = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
"""First and last instant that Python, JSON and spreadsheets have."""
DAY = r"^\d{4}-\d\d-\d\d$"
TIME = r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:?\d\d)?$"
NESTED = r'^(\{ ".*\}|\[ .*\])$'
"""How GDAL writes an object or a list among texts of GeoJSON."""
FINER = r"\.\d{6}\d*[1-9]"
ZONE = r"([Zz]|[+-]\d\d:?\d\d)$"
INTEGER = r"^-?(0|[1-9]\d*)$"
LONG = 30
"""Digits after which an integer is beyond 64 bits whatever the rest."""
NUMBER = r"^[+-]?(0|[1-9]\d*)?(\.\d*)?([eE][+-]?\d+)?$"
TRUTH = r"^(true|false|TRUE|FALSE|True|False)$"


@dataclass(frozen=True)
class TypedColumn:
    """A column in its type, with the rules its values did not hold: rule -> number of rows."""

    values: pa.ChunkedArray
    type: ColumnType
    broken: dict[str, int] = field(default_factory=dict)


def typed(column: pa.ChunkedArray, kind: Values, ogr_type: str | None = None) -> TypedColumn | None:
    """A column in Lodeline's vocabulary; None for bytes, which it has no word for.

    kind: what the format's texts may hide (see `Format.values`). ogr_type: GDAL's own type where
    Arrow has another: times come as text.
    """
    is_json = isinstance(column.type, pa.JsonType)
    column = _plain(column)
    if is_json:
        nested = _count(column, r"^\s*[\[{]")
        broken = {"value_is_plain": nested} if nested else {}
        return TypedColumn(column.cast(pa.string()), "string", broken)
    if pa.types.is_null(column.type):
        return TypedColumn(column.cast(pa.string()), "string")
    if ogr_type == "DateTime" and pa.types.is_string(column.type):
        return _times(column)
    if pa.types.is_string(column.type):
        return _texts(column, kind)
    for matches, make in CASTS:
        if matches(column.type):
            made = make(column)
            return _days_listed(made) if made.type == "strings" and kind != "typed" else made
    return None if _is_bytes(column.type) else _nested(column)


def _in_the_calendar(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """Days or times with those outside the years 1 to 9999 made empty, and how many there were.

    ISO 8601 cannot write them: PostGIS writes its infinity as a time in the year 294276.
    """
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":  # 1677 to 2262
        return column, 0
    zone = None if pa.types.is_date(column.type) or column.type.tz is None else "UTC"
    first, last = (
        pa.scalar(each, pa.timestamp("us", zone)).cast(column.type, safe=False) for each in CALENDAR
    )
    inside = pc.and_(pc.greater_equal(column, first), pc.less_equal(column, last))
    lost = pc.sum(pc.invert(inside)).as_py() or 0
    return pc.if_else(inside, column, pa.scalar(None, column.type)) if lost else column, lost


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Without extension types, dictionaries and wide offsets."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([c.storage for c in column.chunks], kind.storage_type)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    wide = pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type)
    return column.cast(pa.string()) if wide else column


def _texts(column: pa.ChunkedArray, kind: Values) -> TypedColumn:
    """Text, or what every value of it is the writing of."""
    column, broken = _utf8(column)
    if kind == "typed" or column.null_count == len(column):
        return TypedColumn(column, "string", broken)
    if kind == "dates" and (nested := _count(column, NESTED)):
        return TypedColumn(column, "string", {**broken, "value_is_plain": nested})
    for read in READINGS[kind]:
        found = read(column)
        if found is not None:
            return found
    return TypedColumn(column, "string", broken)


def _count(column: pa.ChunkedArray, pattern: str) -> int:
    return int(pc.sum(pc.match_substring_regex(column, pattern)).as_py() or 0)


def _utf8(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, dict[str, int]]:
    """Text whose bytes are UTF-8; drivers do not always see to it."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        values = column.cast(pa.binary()).to_pylist()
        texts = [None if v is None else v.decode("utf-8", "replace") for v in values]
        wrong = sum(t is not None and "\ufffd" in t for t in texts)
        return pa.chunked_array([pa.array(texts, pa.string())]), {"text_is_utf8": wrong}
    return column, {}


def _all_match(column: pa.ChunkedArray, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(column, pattern)).as_py() is True


def _as_days(column: pa.ChunkedArray) -> TypedColumn | None:
    return _cast_where(column, DAY, pa.date32(), "date")


def _as_integers(column: pa.ChunkedArray) -> TypedColumn | None:
    """Integers; text still where one is beyond 64 bits, since a double would lose its digits."""
    if not _all_match(column, INTEGER):
        return None
    try:
        return TypedColumn(column.cast(pa.int64()), "integer")
    except pa.ArrowInvalid:
        return _long_integers(column)


def _as_numbers(column: pa.ChunkedArray) -> TypedColumn | None:
    if not _all_match(column, r"\d"):
        return None
    found = _cast_where(column, NUMBER, pa.float64(), "number")
    return None if found is None else _finite(found.values)


def _as_truths(column: pa.ChunkedArray) -> TypedColumn | None:
    if not _all_match(column, TRUTH):
        return None
    return TypedColumn(pc.equal(pc.utf8_lower(column), "true"), "boolean")


def _as_times(column: pa.ChunkedArray) -> TypedColumn | None:
    if not _all_match(column, TIME):
        return None
    found = _times(column)
    return None if "value_fits_its_type" in found.broken else found


def _cast_where(
    column: pa.ChunkedArray, pattern: str, kind: pa.DataType, name: ColumnType
) -> TypedColumn | None:
    """The column cast where every value matches; None where one does not, or is out of range."""
    if not _all_match(column, pattern):
        return None
    try:
        return TypedColumn(column.cast(kind), name)
    except pa.ArrowInvalid:
        return None


def _times(column: pa.ChunkedArray) -> TypedColumn:
    """Times from ISO 8601 text; those without a zone are UTC."""
    finer = _count(column, FINER)
    # Cut as text: with nine digits pandas has nanoseconds, which reach from 1677 to 2262.
    column = pc.replace_substring_regex(column, r"(\.\d{6})\d+", r"\1")
    texts = column.to_pandas().astype(object)
    times = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    lost = int((times.isna() & texts.notna()).sum())
    zoned = pc.sum(pc.match_substring_regex(column, ZONE)).as_py() or 0
    naive = len(column) - column.null_count - lost - zoned
    values, _ = _to_microseconds(pa.chunked_array([pa.array(times, from_pandas=True)]))
    broken = {
        "value_fits_its_type": lost,
        "time_has_a_zone": max(naive, 0),
        "time_fits_microseconds": finer,
    }
    return TypedColumn(values.cast(TIMES), "datetime", {rule: n for rule, n in broken.items() if n})


def _timestamps(column: pa.ChunkedArray) -> TypedColumn:
    count = 0 if column.type.tz else len(column) - column.null_count
    column, beyond = _in_the_calendar(column)
    values, finer = _to_microseconds(column)
    values = values.cast(TIMES) if column.type.tz else pc.assume_timezone(values, "UTC")
    broken = {
        "value_fits_its_type": beyond,
        "time_has_a_zone": count,
        "time_fits_microseconds": finer,
    }
    return TypedColumn(values, "datetime", {rule: n for rule, n in broken.items() if n})


def _dates(column: pa.ChunkedArray) -> TypedColumn:
    column, beyond = _in_the_calendar(column)
    broken = {"value_fits_its_type": beyond} if beyond else {}
    whole = column.cast(pa.timestamp("ms"))  # of days in milliseconds some are at no midnight
    return TypedColumn(whole.cast(pa.date32(), safe=False), "date", broken)


def _to_microseconds(column: pa.ChunkedArray) -> tuple[pa.ChunkedArray, int]:
    """Times to the microsecond before, and how many of them had finer digits."""
    wanted = pa.timestamp("us", column.type.tz)
    if column.type.unit != "ns":
        return column.cast(wanted), 0
    # In whole numbers: Arrow's own floor overflows for times at the ends of what nanoseconds reach.
    nanoseconds = column.cast(pa.int64())
    whole = pc.divide(nanoseconds, 1000)  # towards zero, so one too many before 1970
    rest = pc.subtract(nanoseconds, pc.multiply(whole, 1000))
    whole = pc.subtract(whole, pc.less(rest, 0).cast(pa.int64()))
    return whole.cast(wanted), pc.sum(pc.not_equal(rest, 0)).as_py() or 0


def _integers(column: pa.ChunkedArray) -> TypedColumn:
    try:
        return TypedColumn(column.cast(pa.int64()), "integer")
    except pa.ArrowInvalid:  # unsigned, or a decimal, beyond 2^63
        return _long_integers(column.cast(pa.string()))


def _long_integers(texts: pa.ChunkedArray) -> TypedColumn:
    """Integers of which some are beyond 64 bits, as the text of all their digits."""
    numbers = (int(text[:LONG]) for text in texts.to_pylist() if text is not None)
    beyond = sum(not -(2**63) <= number < 2**63 for number in numbers)
    return TypedColumn(texts, "string", {"integer_fits_64_bits": beyond})


def _decimals(column: pa.ChunkedArray) -> TypedColumn:
    return _integers(column) if column.type.scale == 0 else _floats(column)


def _floats(column: pa.ChunkedArray) -> TypedColumn:
    if pa.types.is_float32(column.type):  # as it is written: 0.1, not 0.10000000149011612
        column = column.cast(pa.string())
    return _finite(column.cast(pa.float64()))


def _finite(column: pa.ChunkedArray) -> TypedColumn:
    finite = pc.fill_null(pc.is_finite(column), True)  # noqa: FBT003 - Arrow's signature
    wrong = len(column) - (pc.sum(finite).as_py() or 0)
    values = pc.if_else(finite, column, pa.scalar(None, pa.float64())) if wrong else column
    return TypedColumn(values, "number", {"number_is_finite": wrong} if wrong else {})


def _lists(column: pa.ChunkedArray) -> TypedColumn:
    """Lists of texts, numbers and days as such; other lists as JSON text."""
    inner = column.type.value_type
    for matches, kind in LISTED:
        if matches(inner):
            try:
                return TypedColumn(column.cast(ARROW[kind]), kind)
            except pa.ArrowInvalid:  # an integer beyond 64 bits
                break
    return _nested(column)


def _days_listed(column: TypedColumn) -> TypedColumn:
    """Lists of texts that all are days as lists of days."""
    entries = pc.list_flatten(column.values)
    if len(entries) == 0 or not _all_match(entries, DAY):
        return column
    try:
        return replace(column, values=pc.cast(column.values, ARROW["dates"]), type="dates")
    except pa.ArrowInvalid:  # no such day
        return column


def _nested(column: pa.ChunkedArray) -> TypedColumn:
    """Values of other types as text, JSON where they are objects and lists."""
    count = len(column) - column.null_count if pa.types.is_nested(column.type) else 0
    return TypedColumn(_as_json(column), "string", {"value_is_plain": count} if count else {})


def _as_json(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Values as text: as JSON where they are nested."""
    texts = [_text(value) for value in column.to_pylist()]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _text(value: Any) -> str | None:  # noqa: ANN401 - any value of Arrow
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list | np.ndarray):
        return orjson.dumps(value, default=str, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return str(value)


def _is_bytes(kind: pa.DataType) -> bool:
    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


LISTED: tuple[tuple[Callable[[pa.DataType], bool], ColumnType], ...] = (
    (pa.types.is_string, "strings"),
    (pa.types.is_large_string, "strings"),
    (pa.types.is_integer, "integers"),
    (pa.types.is_floating, "numbers"),
    (pa.types.is_date, "dates"),
)
CASTS: tuple[
    tuple[Callable[[pa.DataType], bool], Callable[[pa.ChunkedArray], TypedColumn]], ...
] = (
    (pa.types.is_boolean, lambda column: TypedColumn(column, "boolean")),
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _floats),
    (pa.types.is_decimal, _decimals),
    (pa.types.is_date, _dates),
    (pa.types.is_timestamp, _timestamps),
    (_is_list, _lists),
)
READINGS: dict[Values, tuple[Callable[[pa.ChunkedArray], TypedColumn | None], ...]] = {
    "typed": (),
    "dates": (_as_days, _as_times),
    "texts": (_as_integers, _as_numbers, _as_days, _as_times, _as_truths),
}
"""What texts are tried as, in order, by what the format can say of types itself."""
