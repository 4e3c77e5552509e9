"""Rows as plain dicts, and what a query wants of each: place, days, properties, order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput
from geodata.features.collections import Collection
from geodata.features.query import BBox, Query
from geodata.formats.rows import Rows
from geodata.interval import Interval, parse_datetime, parse_day
from geodata.types import ARROW, GeometryArray
from schemas.record import LISTS, Column

Values = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """A row: its id in tiles, its properties, and where it is."""

    tile_id: int
    properties: Values
    shape: BaseGeometry | None

    @property
    def is_placed(self) -> bool:
        return self.shape is not None and not self.shape.is_empty

    def meets(self, area: BaseGeometry) -> bool:
        """Whether it has a point in common with an area, on the edge too."""
        return self.is_placed and bool(shapely.intersects(area, self.shape))


@dataclass(frozen=True)
class PlainRows:
    """Rows a query gave, as a list."""

    rows: list[Row]
    collection: Collection
    query: Query

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def tile_ids(self) -> npt.NDArray[np.int64]:
        return np.array([row.tile_id for row in self.rows], dtype=np.int64)

    def within(self, box: BBox) -> "PlainRows":
        area = shapely.box(*box)
        return PlainRows([r for r in self.rows if r.meets(area)], self.collection, self.query)

    def features(self, start: int = 0, stop: int | None = None) -> bytes | None:  # noqa: ARG002
        """None are kept encoded."""
        return None

    def read(self, *, authority_axes: bool = False) -> Rows:
        asked = self.query.properties
        wanted = {"id", *(self.collection.column_names if asked is None else asked)}
        columns = tuple(c for c in self.collection.properties if c.name in wanted)
        shapes = None
        if not self.query.skip_geometry:
            plain = shapes_of(row.shape for row in self.rows)
            shapes = self.query.crs.from_crs84(plain, authority=authority_axes)
        return Rows(
            columns,
            table_of([row.properties for row in self.rows], columns),
            shapes,
            self.query.crs.code,
            geometry_type=self.collection.geometry_type,
            ordered=bool(self.query.sortby),
            closed=self.collection.closed,
        )


def shapes_of(shapes: Iterator[BaseGeometry | None]) -> GeometryArray:
    """Shapes as an array, one place for each whatever it is."""
    listed = list(shapes)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def table_of(rows: list[Values], columns: tuple[Column, ...]) -> pa.Table:
    """Values by row as typed columns."""
    arrays = [pa.array([row[c.name] for row in rows], ARROW[c.type]) for c in columns]
    return pa.table(arrays, names=[c.name for c in columns])


def day_of(value: Any) -> date | None:
    """A day, or the UTC day of a moment."""
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def sorted_rows(rows: list[Row], name: str, *, descends: bool) -> list[Row]:
    """Rows by one property, those without a value last, equals as they were."""
    known = [row for row in rows if row.properties[name] is not None]
    lacking = [row for row in rows if row.properties[name] is None]
    return sorted(known, key=lambda row: row.properties[name], reverse=descends) + lacking


def areas_of(query: Query) -> Iterator[BaseGeometry]:
    """What a row must meet some of: two boxes where one crosses the antimeridian."""
    if query.area is not None:
        yield shapely.from_wkb(query.area)
    if query.bbox is not None:
        west, south, east, north = query.bbox
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        yield from (shapely.box(left, south, right, north) for left, right in spans)


def shares_a_day(values: Values, collection: Collection, when: Interval | None) -> bool:
    assert when is not None
    first, last = first_and_last(values, collection)
    starts, stops = asked_from_to(when)
    return (first is None or first <= stops) and (last is None or last >= starts)


def first_and_last(
    values: Values, collection: Collection
) -> tuple[datetime | None, datetime | None]:
    """The first and the last microsecond of a row, None where open."""
    first = at_start(values[collection.begins or ""])
    if collection.ends is None:
        return first, at_end(values[collection.begins or ""])
    end = values[collection.ends]
    if collection.layer is not None and collection.layer.closed:
        return first, at_end(end)
    stop = at_start(end)
    return first, None if stop is None else stop - timedelta(microseconds=1)


def asked_from_to(when: Interval) -> tuple[datetime, datetime]:
    """The first and the last microsecond asked."""
    starts, stops = at_start(when.since or when.start), at_end(when.until or when.last)
    assert starts is not None
    assert stops is not None
    return starts, stops


def at_start(value: date | None) -> datetime | None:
    """A moment, or the first of a day."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time.min, UTC)


def at_end(value: date | None) -> datetime | None:
    """A moment, or the last of a day."""
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time.max, UTC)


def equal_condition(columns: Mapping[str, Column], name: str, text: str) -> Callable[[Row], bool]:
    """Whether a property is what a text says. Raises InvalidInput where it can say nothing."""
    if name not in columns:
        raise InvalidInput(
            f"there is no property {name[:60]!r}; there are {', '.join(columns)}", parameter=name
        )
    kind = columns[name].type
    if kind in {"string", "strings"}:
        words = {text}
        if name in {"commodity", "commodities"}:
            words.add("-".join(text.strip().lower().replace("_", " ").split(" ")))
        if kind == "string":
            return lambda row: row.properties[name] in words
        return lambda row: any(entry in words for entry in row.properties[name] or ())
    if kind in LISTS:
        sought = READ[LISTS[kind]](text, name)
        return lambda row: sought in (row.properties[name] or ())
    wanted = READ[kind](text, name)
    if isinstance(wanted, Interval):
        starts, stops = asked_from_to(wanted)
        return lambda row: (at := row.properties[name]) is not None and starts <= at <= stops
    return lambda row: row.properties[name] == wanted


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if value - value != 0:
        raise InvalidInput(f"{name} is {text[:40]!r}; give a number", parameter=name)
    return value


def _integer(text: str, name: str) -> int:
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("+", text)
    whole, _, rest = digits.partition(".")
    if not (whole.isascii() and whole.isdigit() and not rest.strip("0")):
        raise InvalidInput(f"{name} is {text[:40]!r}; give a whole number", parameter=name)
    return int(whole) * (-1 if sign == "-" else 1)


def _flag(text: str, name: str) -> bool:
    flags = {"true": True, "false": False}
    if text.lower() not in flags:
        raise InvalidInput(f"{name} is {text[:40]!r}; give true or false", parameter=name)
    return flags[text.lower()]


READ: dict[str, Callable[[str, str], Any]] = {
    "number": _number, "integer": _integer, "boolean": _flag, "date": parse_day,
    "datetime": parse_datetime,
}  # fmt: skip
