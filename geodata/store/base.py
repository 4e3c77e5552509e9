"""What is a store: a release opened for questions, and the answer to a query."""

from dataclasses import dataclass
from typing import Protocol

import geopandas as gpd

from geodata.query import Query
from schemas import Manifest
from schemas.table import Column


@dataclass(frozen=True)
class Page:
    """The rows of a query that were asked for, and how many match in all.

    rows: columns of the collection and `geometry`, CRS84, in the order of the collection.
    next_start: ordinal of the first row after this page, None on the last page.
    """

    rows: gpd.GeoDataFrame
    matched: int
    next_start: int | None


@dataclass(frozen=True)
class Collection:
    """What a collection is called, which columns it has, and which of them are its days.

    by_source: its rows depend on a control source.
    """

    id: str
    title: str
    description: str
    columns: tuple[Column, ...]
    begins: str | None = None
    ends: str | None = None
    by_source: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns that are properties, in order."""
        return tuple(c.name for c in self.columns if c.type != "geometry")


class Store(Protocol):
    """A release that has been opened; it only reads."""

    @property
    def manifest(self) -> Manifest:
        """What the release is made of."""

    def collections(self) -> tuple[Collection, ...]:
        """All collections, in the order they are listed."""

    def collection(self, name: str) -> Collection:
        """One collection. Raises NotFound."""

    def select(self, query: Query) -> Page:
        """The rows a query asks for. Raises InvalidInput, NotFound."""

    def item(self, query: Query, item_id: str) -> gpd.GeoDataFrame:
        """One row by id, the query's `when` and `source` applied. Raises NotFound."""
