"""The embedded store: a release folder opened into arrays, answering queries by masks."""

from functools import lru_cache
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from geodata.errors import NotFound
from geodata.interval import today
from geodata.query import Query
from geodata.store.base import Collection, Page
from geodata.store.catalogue import COLLECTIONS
from geodata.store.choice import PRIORITY, SourceBook
from geodata.store.masks import Mask, box_mask, day_mask, equal_mask
from geodata.store.overlaid import Overlaid
from geodata.store.tables import Tables, days_of
from schemas import Manifest


class EmbeddedStore:
    """A release opened for questions; holds its tables in memory and only reads."""

    def __init__(self, folder: Path, priority: tuple[str, ...] = PRIORITY) -> None:
        self.tables = Tables.opened(folder)
        self.book = SourceBook(self.tables.sources, self.tables.plain("snapshots"), priority)
        self.overlaid = Overlaid(self.tables, self.book)
        self._table = lru_cache(maxsize=None)(self._read_table)

    def __repr__(self) -> str:
        return f"EmbeddedStore({self.manifest.id})"

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""
        return self.tables.manifest

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""
        return COLLECTIONS

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound, naming what there is."""
        found = next((c for c in COLLECTIONS if c.id == name), None)
        if found is None:
            known = ", ".join(c.id for c in COLLECTIONS)
            raise NotFound(f"there is no collection {name[:60]!r}; there are {known}")
        return found

    def select(self, query: Query) -> Page:
        """The rows a query asks for, in the order of the release."""
        table, mask = self._matching(query)
        rows = np.flatnonzero(mask)
        stop = query.start + query.limit
        page = table.iloc[rows[query.start : stop]]
        return Page(page, len(rows), stop if stop < len(rows) else None)

    def item(self, query: Query, item_id: str) -> gpd.GeoDataFrame:
        """One row by id. Raises NotFound."""
        table = self._asked(query)
        rows = table[(table["id"] == item_id).to_numpy()]
        if rows.empty:
            raise NotFound(f"{query.collection} has no item {item_id[:80]!r}")
        return rows

    def extent(self, name: str) -> tuple[float, float, float, float]:
        """Bounds of a collection, CRS84 west, south, east, north."""
        bounds = self._table(name).total_bounds
        return tuple(float(b) for b in bounds)  # type: ignore[return-value]

    def days(self, name: str) -> tuple[str | None, str | None]:
        """First and last day of a collection, None where open or timeless."""
        collection = self.collection(name)
        if name == "deposits":
            first = min(self.book.first_day(s) for s in self.book.present)
            return str(first), None
        if collection.begins is None:
            return None, None
        begins = days_of(self._table(name), collection.begins)
        ends = days_of(self._table(name), collection.ends) if collection.ends else begins
        last = None if np.isnat(ends).any() or not len(ends) else str(ends.max())
        return (str(begins.min()) if len(begins) else None), last

    def warmed(self) -> "EmbeddedStore":
        """The store itself, with today's overlay ready, so that the first answer is quick."""
        self.overlaid.on(today(), None)
        for collection in COLLECTIONS:
            self._table(collection.id)
        return self

    def _matching(self, query: Query) -> tuple[gpd.GeoDataFrame, Mask]:
        """The table asked and the mask of its rows that match."""
        table = self._asked(query)
        mask = np.ones(len(table), dtype=bool)
        if query.bbox is not None:
            mask &= box_mask(table, query.bbox)
        columns = {c.name: c for c in self.collection(query.collection).columns}
        for name, text in query.equals:
            mask &= equal_mask(table, columns[name], text)
        return table, mask & self._time_mask(table, query)

    def _asked(self, query: Query) -> gpd.GeoDataFrame:
        """The table a query looks into; deposits as they stand on the day asked."""
        self.collection(query.collection)
        if query.collection != "deposits":
            return self._table(query.collection)
        day = (
            today() if query.when is None else min(query.when.last, max(today(), query.when.start))
        )
        return self.overlaid.on(day, query.source)

    def _time_mask(self, table: gpd.GeoDataFrame, query: Query) -> Mask:
        """Rows of the days and the source asked."""
        collection = self.collection(query.collection)
        mask = np.ones(len(table), dtype=bool)
        if collection.begins is not None and query.when is not None:
            begins = days_of(table, collection.begins)
            ends = days_of(table, collection.ends) if collection.ends else begins + 1
            mask &= day_mask(begins, ends, query.when)
        source = self._source_of(query)
        if source is not None and "source" in table:
            mask &= (table["source"] == source).to_numpy()
        return mask

    def _source_of(self, query: Query) -> str | None:
        """The control source whose rows are wanted; None for all.

        The map of one day is one source's: where none is named, the rule of priority picks it.
        """
        if query.source is not None:
            return self.book.known(query.source)
        if query.collection == "control" and query.when is not None and query.when.is_day:
            return self.book.choose(query.when.start).source
        return None

    def _read_table(self, name: str) -> gpd.GeoDataFrame:
        if name == "estimates":
            return self._estimates()
        if name in {"deposits", "control", "admin-areas"}:
            return getattr(self.tables, name.replace("-", "_"))
        return self.tables.geo(name)

    def _estimates(self) -> gpd.GeoDataFrame:
        """Estimates at the point of their deposit."""
        deposits = self.tables.deposits.set_index("id").geometry
        points = shapely.centroid(deposits.loc[self.tables.estimates["deposit_id"]].to_numpy())
        return gpd.GeoDataFrame(self.tables.estimates, geometry=points, crs="OGC:CRS84")
