"""The embedded store: a release folder opened into arrays, answering queries by masks."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from geodata.cache import Cache, keeping
from geodata.control.sources import FRESH_DAYS, SourceRegistry
from geodata.control.splice import happens_within
from geodata.data.packaged import PRIORITY
from geodata.errors import NotFound
from geodata.features.collections import (
    COLLECTIONS,
    DAILY,
    MAPS,
    SINCE_FORMAT_2,
    Collection,
    first_day_of,
    layer_collection,
)
from geodata.features.query import Query, on_day_of_item
from geodata.features.table import FeatureTable, TableRows
from geodata.features.user_layers import layer_frame
from geodata.formats.geojson import StoredFeatures
from geodata.interval import MICROSECOND, today
from geodata.rasters.listing import Rasters
from geodata.store.base import Selection
from geodata.store.control import EmbeddedControl
from geodata.store.masks import equals, matching_key, matching_rows
from geodata.store.tables import Tables
from geodata.store.tilesets import Tilesets
from geodata.tiles.grid import Bounds
from geodata.tiles.mvt import TileLayer
from geodata.types import IntArray, Mask
from schemas import Manifest

BYTES = 24_000_000
"""What a store may keep that is opened by itself."""
MATCHES, TILES = 0.2, 0.25
"""Shares of matches and of unpacked tiles; the rest is for days, which take longest to make."""


@dataclass(frozen=True)
class StoreCaches:
    """Caches that all open releases share; keys begin with the id of the release.

    days: maps, lines, overlays and deposits by day. matches: the rows of recent queries, so that
    a count is made once per release and filter. tiles: layers of tiles, from which those of a
    day, a source or a filter are made.
    """

    days: Cache[Any]
    matches: Cache[IntArray]
    tiles: Cache[tuple[TileLayer, ...]]

    @classmethod
    def of(cls, max_bytes: float = BYTES) -> "StoreCaches":
        """Caches that hold a number of bytes together."""
        days = 1 - MATCHES - TILES
        return cls(Cache(max_bytes * days), Cache(max_bytes * MATCHES), Cache(max_bytes * TILES))


class EmbeddedStore:
    """A release opened for questions; holds its tables in memory and only reads."""

    def __init__(
        self,
        folder: Path,
        priority: tuple[str, ...] = PRIORITY,
        caches: StoreCaches | None = None,
        fresh_days: int = FRESH_DAYS,
    ) -> None:
        caches = caches or StoreCaches.of()
        self.tables = Tables.opened(folder)
        snapshots = self.tables.plain("snapshots")
        self.sources = SourceRegistry(self.tables.sources, snapshots, priority, fresh_days)
        self.control = EmbeddedControl(self.tables, self.sources, caches.days)
        self.rasters = Rasters(folder)
        layers = (layer_collection(layer) for layer in self.tables.layers)
        lacking = {name for name in SINCE_FORMAT_2 if not self.tables.has(name)}
        built_in = (c for c in COLLECTIONS if c.id not in lacking)
        self._collections = {c.id: c for c in (*built_in, *layers)}
        tables: Cache[FeatureTable] = Cache(len(self._collections), lambda *_: 1, probation=1)
        self._table = keeping(tables, self._read_table)
        self._of_day = keeping(caches.days, self._read_of_day, self.manifest.id, "of a day")
        self._matches = caches.matches
        self.tilesets = Tilesets(folder, self, caches.tiles)

    def __repr__(self) -> str:
        return f"EmbeddedStore({self.manifest.id})"

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""
        return self.tables.manifest

    @property
    def facts(self) -> Tables:
        """Deposits, estimates and land."""
        return self.tables

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""
        return tuple(self._collections.values())

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound, naming what there is."""
        collection = self._collections.get(name)
        if collection is None:
            known = ", ".join(self._collections)
            raise NotFound(f"there is no collection {name[:60]!r}; there are {known}")
        return collection

    def select(self, query: Query) -> Selection:
        """The rows a query asks for, in the order of the release or as sorted."""
        table, key = self._asked(query)
        rows = self._matches.get_or_make(
            key, lambda: matching_rows(table, query, self._by_source(table, query))
        )
        stop = query.start + query.limit
        following = stop if stop < len(rows) else None
        page = TableRows(table, rows[query.start : stop], query)
        return Selection(query, table.collection, page, len(rows), following)

    def item(self, query: Query, item_id: str) -> Selection:
        """One row by id. Raises NotFound."""
        table, _ = self._asked(on_day_of_item(query, item_id))
        row = table.row_of(item_id)
        if row is None:
            raise NotFound(f"{query.collection} has no item {item_id[:80]!r}")
        rows = TableRows(table, np.array([row], dtype=np.intp), query)
        return Selection(query, table.collection, rows, 1, None)

    def extent(self, name: str) -> Bounds | None:
        """Bounds of a collection, CRS84 west, south, east, north; None where it has no place."""
        if name == "disagreements":  # of whatever day
            west, south, east, north = self.tables.outline.bounds
            return west, south, east, north
        return self._table(name).bounds

    def days(self, name: str) -> tuple[str | None, str | None]:
        """First and last day of a collection, None where open or timeless."""
        collection = self.collection(name)
        if name in DAILY:
            return first_day_of(name, map(self.sources.first_day, self.sources.present)), None
        if collection.begins is None:
            return None, None
        begins, after = self._table(name).spans()
        dated = ~(np.isnat(begins) & np.isnat(after))  # the others say nothing of the whole
        begins, last = begins[dated], after[dated] - MICROSECOND
        if not len(begins):
            return None, None
        first = None if np.isnat(begins).any() else str(begins.min().astype("datetime64[D]"))
        return first, None if np.isnat(last).any() else str(last.max().astype("datetime64[D]"))

    def warmed(self) -> "EmbeddedStore":
        """The store itself, read and with today's overlay ready, so the first answer is quick."""
        self._of_day("deposits", today(), None)
        for name in self._collections.keys() - {"disagreements"}:  # made when they are asked for
            self._table(name).tree.query(None)
        return self

    def _asked(self, query: Query) -> tuple[FeatureTable, tuple[object, ...]]:
        """The table a query looks into, and the key of its matches.

        The present day is part of the key where it decides what a query means that names no day:
        control, whose cells of today are one source's, and deposits, which stand as on a day. A
        count kept over midnight would else be yesterday's.
        """
        self.collection(query.collection)
        release = self.manifest.id
        if query.collection not in DAILY:
            day = today() if query.collection in MAPS else None
            key = (release, query.collection, day, *matching_key(query))
            return self._table(query.collection), key
        day = self.deposit_day(query)
        source = query.source if query.collection == "deposits" else None
        key = (release, query.collection, day, *matching_key(query))
        return self._of_day(query.collection, day, source), key

    def deposit_day(self, query: Query) -> date:
        """The day deposits are laid over control for: the last of those asked, today if none."""
        if query.when is None:
            return today()
        return min(query.when.last, max(today(), query.when.start))

    def _by_source(self, table: FeatureTable, query: Query) -> Mask | None:
        """Rows of the control source that is wanted; None for all.

        Where none is named, the map of one day is that of the source which answers for it, and
        changes are those of the spliced history.
        """
        rests_on_source = table.collection.by_source and "source" in table.collection.column_names
        if query.source is not None:
            wanted = self.sources.require(query.source)
            return equals(table, "source", wanted) if rests_on_source else None
        if query.collection in MAPS and query.when is not None and query.when.is_day:
            return equals(table, "source", self.sources.select(query.when.start).source)
        if query.collection == "changes":
            source = table.column("source").to_numpy(zero_copy_only=False)
            return happens_within(self.sources.stretches, source, table.days("day"))
        return None

    def _read_of_day(self, name: str, day: date, source: str | None) -> FeatureTable:
        is_deposits = name == "deposits"
        rows = self.control.deposits_on(day, source) if is_deposits else (
            self.control.disagreements_on(day)
        )  # fmt: skip
        return FeatureTable.of(self.collection(name), rows).encoded()

    def _read_table(self, name: str) -> FeatureTable:
        collection = self.collection(name)
        path = self.tables.features_path(name)
        kept = StoredFeatures(path) if path.is_file() else None
        if collection.layer is not None:
            return layer_frame(self.tables.folder, collection.layer, kept)
        return FeatureTable.of(collection, self.tables.of_collection(collection), kept)
