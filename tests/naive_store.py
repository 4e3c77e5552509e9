"""A second store: rows as plain dicts, looked at one after the other; slow, and of its own logic.

It shares with the embedded store what is no store's business (how a day's source reads, geometry
of land and lines in `geodata.control`, archives of tiles, rasters) and none of its tables, masks,
indexes or encoded features.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pyarrow.parquet as pq
import shapely
from cql2_walked import holds
from naive_control import NaiveControl
from naive_rows import (
    PlainRows,
    Row,
    Values,
    areas_of,
    day_of,
    equal_condition,
    first_and_last,
    shares_a_day,
    sorted_rows,
)
from naive_sources import NaiveSources
from shapely.geometry.base import BaseGeometry

from geodata.cache import Cache
from geodata.control.overlay import footprints
from geodata.control.sources import FRESH_DAYS
from geodata.data import packaged
from geodata.data.packaged import PRIORITY
from geodata.errors import NotFound
from geodata.features.collections import (
    COLLECTIONS,
    Collection,
    layer_collection,
)
from geodata.features.query import BBox, Query, on_day_of_item
from geodata.interval import today
from geodata.rasters.listing import Rasters
from geodata.release.manifest import read_manifest
from geodata.store.base import Selection
from geodata.store.tilesets import Tilesets
from geodata.types import GeometryArray
from schemas import Layer, Manifest, Source, Territory


class NaiveStore:
    """A release read into lists of dicts."""

    def __init__(
        self, folder: Path, priority: tuple[str, ...] = PRIORITY, fresh_days: int = FRESH_DAYS
    ) -> None:
        self.folder = folder
        self.manifest: Manifest = read_manifest(folder)
        self._made: dict[Hashable, Any] = {}
        layers = [Layer.model_validate(r) for r in self._json("layers", ())]
        built_in = [c for c in COLLECTIONS if c.id != "contact-line" or self.has_lines]
        self._collections = {c.id: c for c in (*built_in, *map(layer_collection, layers))}
        described = {r["id"]: Source.model_validate(r) for r in self._json("sources")}
        territories = {r["id"]: Territory.model_validate(r) for r in self._json("territories")}
        snapshots = self.records("snapshots")
        self.sources = NaiveSources(described, snapshots, priority, fresh_days)
        self.facts = NaiveFacts(self)
        self.control = NaiveControl(self, territories)
        self.tilesets = Tilesets(folder, self, Cache(10_000_000))
        self.rasters = Rasters(folder)

    def __repr__(self) -> str:
        return f"NaiveStore({self.manifest.id})"

    @property
    def has_lines(self) -> bool:
        return (self.folder / "contact_line.parquet").is_file()

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
        if name == "disagreements":
            return self.facts.outline.bounds
        bounds = [row.shape.bounds for row in self.rows_of(name) if row.shape and row.is_placed]
        if not bounds:
            return None
        west, south, east, north = zip(*bounds, strict=True)
        return min(west), min(south), max(east), max(north)

    def days(self, name: str) -> tuple[str | None, str | None]:
        collection = self.collection(name)
        if name == "deposits":
            return str(min(map(self.sources.first_day, self.sources.present))), None
        if name == "disagreements":
            second = sorted(map(self.sources.first_day, self.sources.present))[1:2]
            return (str(second[0]) if second else None), None
        if collection.begins is None:
            return None, None
        spans = [first_and_last(row.properties, collection) for row in self.rows_of(name)]
        firsts = [first for first, last in spans if first or last]
        lasts = [last for first, last in spans if first or last]
        first = None if None in firsts or not firsts else str(day_of(min(filter(None, firsts))))
        return first, None if None in lasts or not lasts else str(day_of(max(filter(None, lasts))))

    # Questions

    def deposit_day(self, query: Query) -> date:
        if query.when is None:
            return today()
        return query.when.last if query.when.last < today() else max(today(), query.when.start)

    def select(self, query: Query) -> Selection:
        collection = self.collection(query.collection)
        condition = query.filter and query.filter.canonical
        every_page = replace(query, start=0, limit=0, filter=None)
        key = ("matching", self.deposit_day(query), every_page, condition)
        rows = self.once(key, lambda: self._matching(collection, query))
        stop = query.start + query.limit
        page = PlainRows(rows[query.start : stop], collection, query)
        return Selection(query, collection, page, len(rows), stop if stop < len(rows) else None)

    def _matching(self, collection: Collection, query: Query) -> list[Row]:
        """All rows that match, in the order asked."""
        asked, conditions = self._asked(query), list(self._conditions(collection, query))
        rows = [row for row in asked if all(condition(row) for condition in conditions)]
        for name, descends in reversed(query.sortby):
            rows = sorted_rows(rows, name, descends=descends)
        return rows

    def item(self, query: Query, item_id: str) -> Selection:
        collection = self.collection(query.collection)
        asked = self._asked(on_day_of_item(query, item_id))
        rows = [row for row in asked if row.properties["id"] == item_id]
        if not rows:
            raise NotFound(f"{query.collection} has no item {item_id[:80]!r}")
        return Selection(query, collection, PlainRows(rows, collection, query), 1, None)

    def rows_of(self, name: str) -> list[Row]:
        """All rows of a collection, of deposits without the control of a day."""
        return self.once(("rows", name), lambda: self._read(self.collection(name)))

    def _asked(self, query: Query) -> list[Row]:
        if query.source is not None:
            self.sources.require(query.source)
        if query.collection == "disagreements":
            return self.control.differing_rows_on(self.deposit_day(query))
        if query.collection != "deposits":
            return self.rows_of(query.collection)
        return self.control.rows_on(self.deposit_day(query), query.source)

    def _conditions(self, collection: Collection, query: Query) -> Iterator[Callable[[Row], bool]]:
        """All that a row must be."""
        columns = {column.name: column for column in collection.queryables}
        for name, text in query.equals:
            yield equal_condition(columns, name, text)
        if query.bbox is not None or query.area is not None:
            areas = list(areas_of(query))
            yield lambda row: not row.is_placed or any(row.meets(area) for area in areas)
        if query.when is not None and collection.begins is not None:
            yield lambda row: shares_a_day(row.properties, collection, query.when)
        if query.filter is not None:
            yield lambda row: holds(query.filter, {**row.properties, "geometry": row.shape})
        if query.collection == "changes" and query.source is None:
            yield self._happens_in_a_stretch
        source = self._source(query)
        if source is not None and collection.by_source and "source" in columns:
            yield lambda row: row.properties["source"] == source

    def _source(self, query: Query) -> str | None:
        """The source whose rows are wanted: on one day control and its line are one source's."""
        maps = query.collection in {"control", "contact-line"}
        if query.source is None and maps and query.when is not None:
            one_day = query.when.stop - query.when.start == timedelta(days=1)
            return self.sources.select(query.when.start).source if one_day else None
        return query.source

    def _happens_in_a_stretch(self, row: Row) -> bool:
        """Whether the source of a change answers both for its day and for the day before."""
        day = row.properties["day"]
        stretches = [s for s in self.sources.stretches if s.source == row.properties["source"]]
        return any(s.first < day and (s.stop is None or day < s.stop) for s in stretches)

    # Reading

    def _read(self, collection: Collection) -> list[Row]:
        if collection.id == "disagreements":
            return []
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
                spots[record["deposit_id"]] if spots else _shape(record.get("geometry")),
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
    def claims(self) -> gpd.GeoDataFrame:
        return self._frame("claims", None).drop(columns="geometry")

    @cached_property
    def outline(self) -> BaseGeometry:
        rows = self._store.rows_of("admin-areas")
        return next(row.shape for row in rows if row.properties["id"] == packaged.theatre().country)

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
