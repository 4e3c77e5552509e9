"""How do table values become JSON values, and an answer a table?"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow as pa
import shapely

from geodata.features.collections import MAY_BE_EMPTY, NEVER_EMPTY, VERDICTS, Collection
from geodata.formats.rows import Rows
from geodata.interval import parse_day
from geodata.types import ARROW
from schemas.record import Column

EXTRA = (
    Column(
        "territory_control",
        "string",
        NEVER_EMPTY,
        "Verdict as far as the territory asked for goes.",
        choices=VERDICTS,
    ),
    Column("territory_share", "number", MAY_BE_EMPTY, "Share of the footprint in the territory."),
    Column(
        "flips_if_line_moves_km",
        "number",
        MAY_BE_EMPTY,
        "How far the contact line would have to move for the verdict to change.",
        "km",
    ),
)


def json_value(value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
    """One value for JSON; NaN, NaT and None become None, days `YYYY-MM-DD`."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.ndarray | tuple | list):
        return [json_value(entry) for entry in value]
    if isinstance(value, date | np.datetime64):
        return None if pd.isna(value) else str(pd.Timestamp(value).date())
    if value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if isinstance(value, np.generic) else value


def property_rows(table: pd.DataFrame, columns: Iterable[Column]) -> list[dict[str, Any]]:
    """Rows as dicts of JSON values, only the columns given; what holds JSON as the values it is."""
    rows = json_rows(table, [column.name for column in columns])
    for name in (column.name for column in columns if column.type == "json"):
        for row in rows:
            row[name] = None if row[name] is None else orjson.loads(row[name])
    return rows


def json_rows(table: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows as dicts of JSON values, only the columns named, in their order."""
    names = list(columns)
    values = [[json_value(v) for v in table[name]] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]


def answer_rows(document: Mapping[str, Any], deposits: Collection) -> Rows:
    """The features of an answer as rows: properties of deposits and of the answer, points CRS84."""
    columns = (*deposits.properties, *EXTRA)
    properties = [feature["properties"] for feature in document["features"]]
    arrays = [_column([row[c.name] for row in properties], c) for c in columns]
    table = pa.table(arrays, names=[c.name for c in columns])
    points = shapely.points([[row["lon"], row["lat"]] for row in properties] or np.empty((0, 2)))
    return Rows(columns, table, np.asarray(points, dtype=object))


def _column(values: list[Any], column: Column) -> pa.Array:
    if column.type == "json":
        values = [None if value is None else orjson.dumps(value).decode() for value in values]
    if column.type == "date":
        values = [None if value is None else parse_day(value) for value in values]
    return pa.array(values, ARROW[column.type])
