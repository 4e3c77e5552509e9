"""How do a collection's columns become properties of tiles, which are text, numbers and flags."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geodata.features.table import Frame
from geodata.formats.files import distinct_names
from geodata.tiles.sheets import OMITTED, POINT_COUNT
from schemas.record import Column, ColumnType

OPEN_END, OPEN_START = 2147483647, -2147483648
"""Day numbers of an interval that goes on, and of one that always was."""
DAY_NUMBERS = {"valid_from": OPEN_START, "valid_to": OPEN_END}
"""Columns given as days since 1970-01-01, and what stands for an open end."""
TYPES: dict[ColumnType, str] = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
"""Field types of TileJSON; all else is text."""


RESERVED = (OMITTED, POINT_COUNT)
"""Properties that tiles have of their own."""
LONGEST_NAME = 140
"""Characters of a property's name; columns of layers have up to 128."""


def fields(columns: tuple[Column, ...]) -> dict[str, str]:
    """Names and types of the properties tiles have, as TileJSON gives them."""
    names = tile_names(column.name for column in columns)
    return {names[c.name]: _field_type(c) for c in columns if c.type != "geometry"}


def _field_type(column: Column) -> str:
    is_day_number = column.name in DAY_NUMBERS and column.type == "date"
    return "Number" if is_day_number else TYPES.get(column.type, "String")


def tile_names(columns: Iterable[str]) -> dict[str, str]:
    """What each column is called in tiles: as it is, numbered where the tiles have the name.

    `point_count` becomes `point_count_1`, or the next number no column has.
    """
    names = list(columns)
    clashing = [name for name in names if name.lower() in RESERVED]
    free = distinct_names(clashing, LONGEST_NAME, {*names, *RESERVED})
    return {name: free.get(name, name) for name in names}


def tile_table(frame: Frame) -> pa.Table:
    """All columns of a frame as properties of tiles, in order, named by `tile_names`.

    Lists are joined by commas; days and instants are text, but valid_from and valid_to are day
    numbers with OPEN_START and OPEN_END for open ends.
    """
    columns = frame.collection.properties
    arrays = [scalar(frame.column(column.name), column.name) for column in columns]
    return pa.table(arrays, names=list(tile_names(column.name for column in columns).values()))


def scalar(values: pa.Array, name: str) -> pa.Array:
    """One column as text, int64, float64 or flags; instants to the millisecond before."""
    kind = values.type
    if name in DAY_NUMBERS and pa.types.is_date(kind):
        return day_numbers(values, DAY_NUMBERS[name])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pc.binary_join(values, ",")
    if pa.types.is_date(kind):
        return pc.strftime(values, "%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        whole = pc.floor_temporal(values, unit="millisecond").cast(pa.timestamp("ms", kind.tz))
        return pc.strftime(whole, "%Y-%m-%dT%H:%M:%SZ")
    for found, wanted in ((pa.types.is_integer, pa.int64()), (pa.types.is_floating, pa.float64())):
        if found(kind):
            return values.cast(wanted)
    return values if pa.types.is_boolean(kind) else values.cast(pa.string())


def day_numbers(values: pa.Array, missing: int) -> pa.Array:
    """Days as numbers since 1970-01-01. missing: what stands for an empty one."""
    days = values.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return pa.array(np.where(np.isnat(days), missing, days.astype(np.int64)))
