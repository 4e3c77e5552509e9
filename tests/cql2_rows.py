"""A small frame to filter: every kind of column, with nulls, and how a test asks for its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geodata.cql2 import Filter, FilterCrs, compile_filter
from geodata.types import GeometryArray
from schemas.record import Column, ColumnType

KINDS: dict[str, Any] = {
    "name": "string",
    "word": "string",
    "amount": "number",
    "count": "integer",
    "ok": "boolean",
    "day": "date",
    "until": "date",
    "seen": "datetime",
    "tags": "strings",
    "geometry": "geometry",
}
COLUMNS = tuple(Column(name, kind, nullable=True, meaning="") for name, kind in KINDS.items())
ALIASES = {"geom": "geometry"}

_ARROW: dict[ColumnType | str, pa.DataType] = {
    "string": pa.string(),
    "number": pa.float64(),
    "integer": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
    "strings": pa.list_(pa.string()),
}


@dataclass
class Rows:
    """Rows as a frame. columns: Arrow arrays by name. geometry: (n,) shapes, None where missing."""

    columns: Mapping[str, pa.Array]
    geometry: GeometryArray

    def column(self, name: str) -> pa.Array:
        """The values of a column."""
        return self.columns[name]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The index over `geometry`."""
        return shapely.STRtree(self.geometry)

    def __len__(self) -> int:
        return len(self.geometry)


def rows(records: Sequence[Mapping[str, Any]]) -> Rows:
    """A frame of records; what a record leaves out is null."""
    shapes = np.empty(len(records), dtype=object)
    shapes[:] = [record.get("geometry") for record in records]
    columns = {
        name: pa.array([record.get(name) for record in records], _ARROW[kind])
        for name, kind in KINDS.items()
        if kind != "geometry"
    }
    columns["word"] = columns["word"].dictionary_encode()
    return Rows(columns, shapes)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


DEPOSITS = [
    {
        "name": "Shevchenko",
        "word": "lithium",
        "amount": 13.8,
        "count": 3,
        "ok": True,
        "day": date(2022, 4, 16),
        "until": date(2022, 6, 30),
        "seen": moment("2022-04-16T10:13:19"),
        "tags": ["lithium", "tantalum"],
        "geometry": shapely.Point(36.3, 47.8),
    },
    {
        "name": "København",
        "word": "LITHIUM",
        "amount": -2.5,
        "count": 0,
        "ok": False,
        "day": date(2023, 1, 1),
        "seen": moment("2023-01-01T00:00:00"),
        "tags": [],
        "geometry": shapely.box(10, 50, 20, 60),
    },
    {
        "name": "50% O'Brien_\\x",
        "word": "Україна",
        "amount": 0.0,
        "count": 7,
        "day": date(2021, 1, 1),
        "until": date(2021, 1, 1),
        "seen": moment("2021-01-01T12:00:00.5"),
        "tags": ["lithium", "lithium"],
        "geometry": shapely.LineString([(0, 0), (15, 55)]),
    },
    {},
    {
        "name": "",
        "word": "straße",
        "amount": float("nan"),
        "count": -4,
        "ok": True,
        "until": date(2024, 12, 31),
        "tags": ["titanium", "lithium"],
        "geometry": shapely.Point(179.5, -17.0),
    },
]
FRAME = rows(DEPOSITS)
EVERYTHING = [0, 1, 2, 3, 4]


def compiled(text: str, lang: Any = "cql2-text", crs: FilterCrs | None = None) -> Filter:
    return compile_filter(text, lang, COLUMNS, aliases=ALIASES, crs=crs)


def found(text: str, lang: Any = "cql2-text", frame: Rows = FRAME) -> list[int]:
    """The row numbers a filter selects."""
    return np.flatnonzero(compiled(text, lang).mask(frame)).tolist()
