"""The answer as a table: one row a deposit listed, for spreadsheets and analysts."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geodata.features.collections import MAY_BE_EMPTY, Collection
from geodata.formats.rows import Rows
from geodata.interval import parse_day
from geodata.types import ARROW
from schemas.record import Column

EXTRA = (
    Column("territory_share", "number", MAY_BE_EMPTY, "Share of the footprint in the territory."),
    Column(
        "flips_if_line_moves_km",
        "number",
        MAY_BE_EMPTY,
        "How far the line of contact must move before the verdict changes.",
        "km",
    ),
)


def answer_rows(document: Mapping[str, Any], deposits: Collection) -> Rows:
    """The features of an answer as rows: properties of deposits and of the answer, points CRS84."""
    columns = (*deposits.properties, *EXTRA)
    properties = [feature["properties"] for feature in document["features"]]
    arrays = [_column([row[c.name] for row in properties], c) for c in columns]
    table = pa.table(arrays, names=[c.name for c in columns])
    points = shapely.points([[row["lon"], row["lat"]] for row in properties] or np.empty((0, 2)))
    return Rows(columns, table, np.asarray(points, dtype=object))


def _column(values: list[Any], column: Column) -> pa.Array:
    if column.type == "date":
        values = [None if value is None else parse_day(value) for value in values]
    return pa.array(values, ARROW[column.type])
