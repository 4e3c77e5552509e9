"""Rows for the tests of the formats: every type, every awkward value, and how to write them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geodata.formats.registry import FORMATS
from geodata.formats.rows import Provenance, Rows
from schemas.record import Column, ColumnType

ABOUT = Provenance(
    name="deposits 2025-02-25",
    title="Deposits on 25 February 2025",
    release="r20250225-0001",
    query="https://lodeline.example/collections/deposits/items?f=csv&datetime=2025-02-25",
    licence="CC-BY-4.0",
    attribution="Державна служба геології",
    citation="Lodeline (2025), release r20250225-0001",
    generated="2025-02-25T12:00:00Z",
    layer="deposits",
)
NAMES = [
    "Шевченківське",
    'comma, "quote"\nline',
    '=HYPERLINK("https://evil.example";"x")',
    "<img src=x onerror=1>",
    "+1-2@x\ttab",
    "",
    None,
]
MOMENT = datetime(2025, 2, 25, 12, 30, tzinfo=UTC)
VALUES: dict[str, tuple[ColumnType, pa.DataType, list[Any]]] = {
    "id": ("string", pa.string(), [f"d{i}" for i in range(7)]),
    "name_en": ("string", pa.string(), NAMES),
    "amount": ("number", pa.float64(), [1.5, -2.0, float("nan"), None, 1e-7, 0.1, 1234567.25]),
    "rank": ("integer", pa.int64(), [1, -2, None, 4, 5, 2**40, 0]),
    "checked": ("boolean", pa.bool_(), [True, False, None, True, False, True, False]),
    "valid_from": ("date", pa.date32(), [date(2022, 2, 24)] * 6 + [date(1990, 1, 1)]),
    "valid_to": ("date", pa.date32(), [date(2022, 11, 11), None] + [date(2025, 1, 1)] * 5),
    "seen": ("date", pa.timestamp("us", "UTC"), [MOMENT, None] + [MOMENT] * 5),
    "commodities": (
        "strings",
        pa.list_(pa.string()),
        [["lithium", "tantalum"], ["=1+1"], [], None, ["a|b"], ["кварц"], ["x"]],
    ),
    "name_of_the_licence_holder": ("string", pa.string(), ["ї" * 200] + ["@x"] * 6),
}
POINTS = shapely.points(
    [30.5, 31.123456789012345, 36.25, 37.0, 38.0, 24.5, 33.0],
    [48.5, 49.987654321098765, 47.0, 48.0, 49.0, 50.5, 45.25],
)


def sample(geometry: Any = POINTS, **changes: Any) -> Rows:
    """Seven rows of all types; the geometry is points unless given."""
    columns = tuple(
        Column(
            name,
            kind,
            nullable=True,
            meaning=f"About {name}.",
            unit="t" if name == "amount" else None,
        )
        for name, (kind, _, _) in VALUES.items()
    )
    table = pa.table({name: pa.array(values, kind) for name, (_, kind, values) in VALUES.items()})
    shapes = None if geometry is None else np.asarray(geometry, dtype=object)
    return replace(Rows(columns, table, shapes), **changes)


def first(rows: Rows, count: int) -> Rows:
    """The first rows of them."""
    shapes = None if rows.geometry is None else rows.geometry[:count]
    return replace(rows, table=rows.table.slice(0, count), geometry=shapes)


def polygons() -> Any:
    """Seven squares with a hole, the fourth of them two squares, the last one missing."""
    boxes = [
        shapely.box(x, 45, x + 1, 46) - shapely.box(x + 0.2, 45.2, x + 0.4, 45.4) for x in range(7)
    ]
    boxes[3] = shapely.MultiPolygon([shapely.box(3, 45, 4, 46), shapely.box(3, 47, 4, 48)])
    return [*boxes[:-1], None]


def many(count: int) -> Rows:
    """Points with twelve columns, as many as asked."""
    dice = np.random.default_rng(7)
    numbers = {f"number_{i}": dice.normal(size=count) for i in range(5)}
    texts = {
        f"text_{i}": pa.array(np.char.add("word ", dice.integers(0, 10**9, count).astype(str)))
        for i in range(5)
    }
    days = pa.array(dice.integers(15_000, 20_000, count).astype("int32")).cast(pa.date32())
    table = pa.table(
        {"id": pa.array(np.arange(count).astype(str)), **numbers, **texts, "day": days}
    )
    columns = tuple(
        Column(name, "string", nullable=True, meaning="") for name in table.column_names
    )
    return Rows(
        columns, table, shapely.points(dice.uniform(22, 40, count), dice.uniform(44, 52, count))
    )


def written(name: str, rows: Rows, about: Provenance = ABOUT) -> bytes:
    """The whole download."""
    return b"".join(FORMATS[name].write(rows, about))


def kept(folder: Path, name: str, rows: Rows, about: Provenance = ABOUT) -> Path:
    """The download as a file."""
    path = folder / f"rows.{FORMATS[name].extension}"
    path.write_bytes(written(name, rows, about))
    return path
