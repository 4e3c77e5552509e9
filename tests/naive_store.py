"""A second store: rows as plain dicts, looked at one after the other; slow, and of its own logic.

It shares with the embedded store what is no store's business (how a day's source reads, geometry
of land and lines in `geodata.control`, archives of tiles, rasters) and none of its tables, masks,
indexes or encoded features.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from cql2_walked import holds
from naive_control import NaiveControl, NaiveSources
from shapely.geometry.base import BaseGeometry

from geodata.cache import Cache
from geodata.control.overlay import footprints
from geodata.data.packaged import PRIORITY
from geodata.errors import InvalidInput, NotFound
from geodata.features.collections import COLLECTIONS, Collection, layer_collection
from geodata.features.query import BBox, Query
from geodata.formats.rows import Rows
from geodata.interval import Interval, parse_datetime, parse_day, today
from geodata.rasters.listing import Rasters
from geodata.release.manifest import read_manifest
from geodata.store.base import Selection
from geodata.store.tilesets import Tilesets
from geodata.types import ARROW, GeometryArray
from schemas import Layer, Manifest, Source, Territory
from schemas.record import Column

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


class NaiveStore:
    """A release read into lists of dicts."""

    def __init__(self, folder: Path, priority: tuple[str, ...] = PRIORITY) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        self._made: dict[Hashable, Any] = {}
        layers = [Layer.model_validate(r) for r in self._json("layers", ())]
        self._collections = {c.id: c for c in (*COLLECTIONS, *map(layer_collection, layers))}
        described = {r["id"]: Source.model_validate(r) for r in self._json("sources")}
        territories = {r["id"]: Territory.model_validate(r) for r in self._json("territories")}
        self.sources = NaiveSources(described, self.records("snapshots"), priority)
        self.facts = NaiveFacts(self)
        self.control = NaiveControl(self, territories)
        self.tilesets = Tilesets(folder, self, Cache(10_000_000))
        self.rasters = Rasters(folder)

    def __repr__(self) -> str:
        return f"NaiveStore({self.manifest.id})"

    def warmed(self) -> "NaiveStore":
        return self

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """What was made under a key before, for slow is enough and again and again is too much."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _json(self, name: str, default: Any = None) -> Any:
        path = self.folder / f"{name}.json"
        return orjson.loads(path.read_bytes()) if default is None or path.is_file() else default

    def records(self, name: str) -> list[Values]:
        """The rows of a file of the release, moments without zone as days."""
        rows = pq.read_table(self.folder / f"{name}.parquet").to_pylist()
        return [{column: _plain(value) for column, value in row.items()} for row in rows]

    # Collections

    def collections(self) -> tuple[Collection, ...]:
        return tuple(self._collections.values())

    def collection(self, name: str) -> Collection:
        if name not in self._collections:
            known = ", ".join(self._collections)
            raise NotFound(f"there is no collection {name[:60]!r}; there are {known}")
        return self._collections[name]

    def extent(self, name: str) -> BBox | None:
        bounds = [row.shape.bounds for row in self.rows_of(name) if row.shape and row.is_placed]
        if not bounds:
            return None
        west, south, east, north = zip(*bounds, strict=True)
        return min(west), min(south), max(east), max(north)

    def days(self, name: str) -> tuple[str | None, str | None]:
        collection = self.collection(name)
        if name == "deposits":
            return str(min(map(self.sources.first_day, self.sources.present))), None
        if collection.begins is None:
            return None, None
        begins = [day_of(row.properties[collection.begins]) for row in self.rows_of(name)]
        ends = [day_of(row.properties[collection.ends or collection.begins]) for row in
                self.rows_of(name)]  # fmt: skip
        known, closed = [day for day in begins if day], [day for day in ends if day]
        last = str(max(closed)) if closed and len(closed) == len(ends) else None
        return str(min(known)) if known else None, last

    # Questions

    def deposit_day(self, query: Query) -> date:
        if query.when is None:
            return today()
        return query.when.last if query.when.last < today() else max(today(), query.when.start)

    def select(self, query: Query) -> Selection:
        collection = self.collection(query.collection)
        key = (query.collection, self.deposit_day(query), *query.matching_key)
        rows = self.once(("matching", *key), lambda: self._matching(collection, query))
        stop = query.start + query.limit
        page = PlainRows(rows[query.start : stop], collection, query)
        return Selection(query, collection, page, len(rows), stop if stop < len(rows) else None)

    def _matching(self, collection: Collection, query: Query) -> list[Row]:
        """All rows that match, in the order asked."""
        asked, conditions = self._asked(query), list(self._conditions(collection, query))
        rows = [row for row in asked if all(condition(row) for condition in conditions)]
        for name, descends in reversed(query.sortby):
            rows = _sorted(rows, name, descends=descends)
        return rows

    def item(self, query: Query, item_id: str) -> Selection:
        collection = self.collection(query.collection)
        rows = [row for row in self._asked(query) if row.properties["id"] == item_id]
        if not rows:
            raise NotFound(f"{query.collection} has no item {item_id[:80]!r}")
        return Selection(query, collection, PlainRows(rows, collection, query), 1, None)

    def rows_of(self, name: str) -> list[Row]:
        """All rows of a collection, of deposits without the control of a day."""
        return self.once(("rows", name), lambda: self._read(self.collection(name)))

    def _asked(self, query: Query) -> list[Row]:
        if query.source is not None:
            self.sources.require(query.source)
        if query.collection != "deposits":
            return self.rows_of(query.collection)
        return self.control.rows_on(self.deposit_day(query), query.source)

    def _conditions(self, collection: Collection, query: Query) -> Iterator[Callable[[Row], bool]]:
        """All that a row must be."""
        columns = {column.name: column for column in collection.properties}
        for name, text in query.equals:
            yield _equal(columns, name, text)
        if query.bbox is not None or query.area is not None:
            areas = list(_areas(query))
            yield lambda row: not row.is_placed or any(row.meets(area) for area in areas)
        if query.when is not None and collection.begins is not None:
            yield lambda row: _shares_a_day(row.properties, collection, query.when)
        if query.filter is not None:
            yield lambda row: holds(query.filter, {**row.properties, "geometry": row.shape})
        source = self._source(query)
        if source is not None and collection.by_source and "source" in columns:
            yield lambda row: row.properties["source"] == source

    def _source(self, query: Query) -> str | None:
        """The source whose rows are wanted: on one day the map of control is one source's."""
        if query.source is None and query.collection == "control" and query.when is not None:
            one_day = query.when.stop - query.when.start == timedelta(days=1)
            return self.sources.select(query.when.start).source if one_day else None
        return query.source

    # Reading

    def _read(self, collection: Collection) -> list[Row]:
        name = collection.id.replace("-", "_")
        file = f"layer-{collection.id}" if collection.layer is not None else name
        spots = {}
        if name == "estimates":  # they are where their deposits are
            spots = {row.properties["id"]: row.shape.centroid for row in self.rows_of("deposits")
                     if row.shape is not None}  # fmt: skip
        return [
            Row(
                number,
                {c.name: record.get(c.name) for c in collection.properties},
                spots[record["deposit_id"]] if spots else _shape(record["geometry"]),
            )
            for number, record in enumerate(self.records(file), start=1)
        ]


class NaiveFacts:
    """What is on record, made of the same rows."""

    def __init__(self, store: NaiveStore) -> None:
        self._store = store

    @cached_property
    def deposits(self) -> gpd.GeoDataFrame:
        names = pq.read_schema(self._store.folder / "deposits.parquet").names
        return self._frame("deposits", set(names))

    @cached_property
    def estimates(self) -> gpd.GeoDataFrame:
        return self._frame("estimates", None).drop(columns="geometry")

    @cached_property
    def outline(self) -> BaseGeometry:
        rows = self._store.rows_of("admin-areas")
        return next(row.shape for row in rows if row.properties["level"] == 0)

    @cached_property
    def lakes(self) -> BaseGeometry:
        return shapely.union_all([_shape(r["geometry"]) for r in self._store.records("lakes")])

    @cached_property
    def footprints(self) -> GeometryArray:
        return footprints(self.deposits, self.outline, shapely.difference(self.outline, self.lakes))

    def _frame(self, name: str, wanted: set[str] | None) -> gpd.GeoDataFrame:
        collection = self._store.collection(name)
        some = None if wanted is None else tuple(c for c in collection.column_names if c in wanted)
        query = Query(name, properties=some)
        return PlainRows(self._store.rows_of(name), collection, query).read().to_geopandas()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.date()
    return value


def _shape(wkb: bytes | None) -> BaseGeometry | None:
    return None if wkb is None else shapely.from_wkb(wkb)


def day_of(value: Any) -> date | None:
    """A day, or the UTC day of a moment."""
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def _sorted(rows: list[Row], name: str, *, descends: bool) -> list[Row]:
    """Rows by one property, those without a value last, equals as they were."""
    known = [row for row in rows if row.properties[name] is not None]
    lacking = [row for row in rows if row.properties[name] is None]
    return sorted(known, key=lambda row: row.properties[name], reverse=descends) + lacking


def _areas(query: Query) -> Iterator[BaseGeometry]:
    """What a row must meet some of: two boxes where one crosses the antimeridian."""
    if query.area is not None:
        yield shapely.from_wkb(query.area)
    if query.bbox is not None:
        west, south, east, north = query.bbox
        spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
        yield from (shapely.box(left, south, right, north) for left, right in spans)


def _shares_a_day(values: Values, collection: Collection, when: Interval | None) -> bool:
    assert when is not None
    first = day_of(values[collection.begins or ""])
    if collection.ends is None:
        last = first
    else:
        end = day_of(values[collection.ends])
        is_last = collection.layer is not None and collection.layer.closed
        last = end if end is None or is_last else end - timedelta(days=1)
    return (first is None or first < when.stop) and (last is None or last >= when.start)


def _equal(columns: Mapping[str, Column], name: str, text: str) -> Callable[[Row], bool]:
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
    wanted = READ[kind](text, name)
    if isinstance(wanted, Interval):
        days = {wanted.start + timedelta(n) for n in range((wanted.stop - wanted.start).days)}
        return lambda row: day_of(row.properties[name]) in days
    return lambda row: row.properties[name] == wanted


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("inf")
    if value - value != 0:
        raise InvalidInput(f"{name} is {text[:40]!r}; give a number", parameter=name)
    return value


def _flag(text: str, name: str) -> bool:
    flags = {"true": True, "false": False}
    if text.lower() not in flags:
        raise InvalidInput(f"{name} is {text[:40]!r}; give true or false", parameter=name)
    return flags[text.lower()]


READ: dict[str, Callable[[str, str], Any]] = {
    "number": _number, "integer": _number, "boolean": _flag, "date": parse_day,
    "datetime": parse_datetime,
}  # fmt: skip
