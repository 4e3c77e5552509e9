"""What is a store: a release opened for questions, and the answer to a query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

import geopandas as gpd
import numpy as np

from geodata.cache import Cache
from geodata.crs import CRS84
from geodata.features.collections import Collection
from geodata.features.query import Query
from geodata.features.table import FeatureTable
from geodata.formats.encoded import SEPARATOR
from geodata.formats.geojson import encode
from geodata.formats.rows import BATCH, Rows
from geodata.tiles.mvt import TileLayer
from geodata.types import IntArray
from schemas import Manifest

if TYPE_CHECKING:
    from geodata.control.sources import SourceRegistry
    from geodata.rasters.listing import Rasters
    from geodata.store.control import EmbeddedControl
    from geodata.store.tables import Tables
    from geodata.store.tilesets import Tilesets

BYTES = 24_000_000
"""What a store may keep that is opened by itself."""
MATCHES, TILES = 0.2, 0.25
"""Shares of matches and of unpacked tiles; the rest is for days, which take longest to make."""


@dataclass(frozen=True)
class Page:
    """The rows of a query that were asked for, and how many match in all.

    at: rows of the frame, in the order asked. next_start: ordinal of the first row after this
    page among the matches, None on the last page.
    """

    frame: FeatureTable
    query: Query
    at: IntArray
    matched: int
    next_start: int | None

    def __len__(self) -> int:
        return len(self.at)

    def features(self) -> bytes:
        """The rows as GeoJSON features joined by commas, in the CRS and with the columns asked."""
        if self.query.is_plain:
            return self.frame.features(self.at)
        rows = self.selected()
        return SEPARATOR.join(encode(rows.table, rows.geometry))

    def sequence(self) -> Iterator[bytes]:
        """The rows as a GeoJSON text sequence (RFC 8142), as they were encoded; in stretches.

        A line end stands only between features: inside of one, JSON escapes it.
        """
        for start in range(0, len(self.at), BATCH):
            block = self.frame.features(self.at[start : start + BATCH])
            yield b"\x1e" + block.replace(SEPARATOR, b"\n\x1e") + b"\n"

    def selected(self, *, authority_axes: bool = True) -> Rows:
        """The rows with the columns asked, in the CRS asked.

        authority_axes: coordinates in the authority's order, as GeoJSON has them; else x first.
        """
        query = self.query
        rows = self.frame.rows(self.at, query.properties)
        shapes = None
        if not query.skip_geometry:
            shapes = query.crs.from_crs84(self.frame.geometry[self.at], authority=authority_axes)
        return Rows(
            rows.columns,
            rows.table,
            shapes,
            query.crs.code,
            geometry_type=self.frame.collection.geometry_type,
            ordered=bool(query.sortby),
        )

    @property
    def rows(self) -> gpd.GeoDataFrame:
        """The rows as a GeoDataFrame, CRS84, all properties."""
        found = self.frame.rows(self.at)
        table = found.table.to_pandas(date_as_object=False)
        return gpd.GeoDataFrame(table, geometry=found.geometry, crs=CRS84)


class Store(Protocol):
    """A release that has been opened; it only reads."""

    tables: "Tables"
    book: "SourceRegistry"
    overlaid: "EmbeddedControl"
    rasters: "Rasters"
    tilesets: "Tilesets"

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound."""

    def extent(self, name: str) -> tuple[float, float, float, float] | None:
        """Bounds of a collection, CRS84 west, south, east, north; None where it has no place."""

    def days(self, name: str) -> tuple[str | None, str | None]:
        """First and last day of a collection, None where open or timeless."""

    def deposit_day(self, query: Query) -> date:
        """The day deposits are laid over control for: the last of those asked, today if none."""

    def select(self, query: Query) -> Page:
        """The rows a query asks for. Raises InvalidInput, NotFound."""

    def item(self, query: Query, item_id: str) -> Page:
        """One row by id, the query's `when` and `source` applied. Raises NotFound."""


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


def as_rows(positions: object) -> IntArray:
    """Row numbers as an index array."""
    return np.asarray(positions, dtype=np.intp)
