"""The embedded store: a release folder opened into arrays, answering queries by masks."""

from datetime import date
from pathlib import Path

import numpy as np

from geodata.cache import Cache, keeping
from geodata.control.sources import SourceRegistry
from geodata.data.packaged import PRIORITY
from geodata.errors import NotFound
from geodata.features.collections import COLLECTIONS, Collection, layer_collection
from geodata.features.query import Query
from geodata.features.table import FeatureTable
from geodata.features.user_layers import layer_frame
from geodata.formats.encoded import StoredFeatures
from geodata.interval import today
from geodata.rasters.listing import Rasters
from geodata.store.base import Page, StoreCaches, as_rows
from geodata.store.control import EmbeddedControl
from geodata.store.masks import matching_rows
from geodata.store.tables import Tables
from geodata.store.tilesets import Asker, Tilesets
from schemas import Manifest


class EmbeddedStore:
    """A release opened for questions; holds its tables in memory and only reads."""

    def __init__(
        self,
        folder: Path,
        priority: tuple[str, ...] = PRIORITY,
        caches: StoreCaches | None = None,
    ) -> None:
        caches = caches or StoreCaches.of()
        self.tables = Tables.opened(folder)
        self.book = SourceRegistry(self.tables.sources, self.tables.plain("snapshots"), priority)
        self.overlaid = EmbeddedControl(self.tables, self.book, caches.days)
        self.rasters = Rasters(folder)
        layers = (layer_collection(layer) for layer in self.tables.layers)
        self._collections = {c.id: c for c in (*COLLECTIONS, *layers)}
        frames: Cache[FeatureTable] = Cache(len(self._collections), lambda *_: 1, probation=1)
        self._frame = keeping(frames, self._read_frame)
        self._deposits = keeping(caches.days, self._read_deposits, self.manifest.id, "deposits")
        self._matches = caches.matches
        asker = Asker(self.select, self._source_of)
        self.tilesets = Tilesets(folder, self.manifest, asker, caches.tiles)

    def __repr__(self) -> str:
        return f"EmbeddedStore({self.manifest.id})"

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""
        return self.tables.manifest

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""
        return tuple(self._collections.values())

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound, naming what there is."""
        found = self._collections.get(name)
        if found is None:
            known = ", ".join(self._collections)
            raise NotFound(f"there is no collection {name[:60]!r}; there are {known}")
        return found

    def select(self, query: Query) -> Page:
        """The rows a query asks for, in the order of the release or as sorted."""
        frame, key = self._asked(query)
        rows = self._matches.get_or_make(
            key, lambda: matching_rows(frame, query, self._source_of(query))
        )
        stop = query.start + query.limit
        following = stop if stop < len(rows) else None
        return Page(frame, query, rows[query.start : stop], len(rows), following)

    def item(self, query: Query, item_id: str) -> Page:
        """One row by id. Raises NotFound."""
        frame, _ = self._asked(query)
        row = frame.row_of(item_id)
        if row is None:
            raise NotFound(f"{query.collection} has no item {item_id[:80]!r}")
        return Page(frame, query, as_rows([row]), 1, None)

    def extent(self, name: str) -> tuple[float, float, float, float] | None:
        """Bounds of a collection, CRS84 west, south, east, north; None where it has no place."""
        return self._frame(name).bounds

    def days(self, name: str) -> tuple[str | None, str | None]:
        """First and last day of a collection, None where open or timeless."""
        collection = self.collection(name)
        if name == "deposits":
            return str(min(self.book.first_day(s) for s in self.book.present)), None
        if collection.begins is None:
            return None, None
        begins = self._frame(name).days(collection.begins)
        ends = self._frame(name).days(collection.ends) if collection.ends else begins
        first = begins[~np.isnat(begins)]
        last = None if np.isnat(ends).any() or not len(ends) else str(ends.max())
        return (str(first.min()) if len(first) else None), last

    def warmed(self) -> "EmbeddedStore":
        """The store itself, read and with today's overlay ready, so the first answer is quick."""
        self._deposits(today(), None)
        for name in self._collections:
            self._frame(name).tree.query(None)
        return self

    def _asked(self, query: Query) -> tuple[FeatureTable, tuple[object, ...]]:
        """The frame a query looks into, and the key of its matches."""
        self.collection(query.collection)
        release = self.manifest.id
        if query.collection != "deposits":
            day = today() if query.collection == "control" else None
            key = (release, query.collection, day, *query.matching_key)
            return self._frame(query.collection), key
        day = self.deposit_day(query)
        return self._deposits(day, query.source), (release, "deposits", day, *query.matching_key)

    def deposit_day(self, query: Query) -> date:
        """The day deposits are laid over control for: the last of those asked, today if none."""
        if query.when is None:
            return today()
        return min(query.when.last, max(today(), query.when.start))

    def _source_of(self, query: Query) -> str | None:
        """The control source whose rows are wanted; None for all.

        The map of one day is one source's: where none is named, the rule of priority picks it.
        """
        if query.source is not None:
            return self.book.require(query.source)
        if query.collection == "control" and query.when is not None and query.when.is_day:
            return self.book.select(query.when.start).source
        return None

    def _read_deposits(self, day: date, source: str | None) -> FeatureTable:
        return FeatureTable.of(
            self.collection("deposits"), self.overlaid.deposits_on(day, source)
        ).encoded()

    def _read_frame(self, name: str) -> FeatureTable:
        collection = self.collection(name)
        path = self.tables.features_path(name)
        kept = StoredFeatures(path) if path.is_file() else None
        if collection.layer is not None:
            return layer_frame(self.tables.folder, collection.layer, kept)
        return FeatureTable.of(collection, self.tables.of_collection(collection), kept)
