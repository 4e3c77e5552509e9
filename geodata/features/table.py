"""What a collection is in memory: Arrow columns, geometry, a tree, and encoded features."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.cache import memory_bytes
from geodata.crs import CRS84, CRS84_AXES
from geodata.features.collections import Collection
from geodata.features.query import BBox, Query
from geodata.formats.geojson import SEPARATOR, EncodedFeatures, Features, encode
from geodata.formats.rows import Rows
from geodata.types import ARROW, DayArray, GeometryArray, IntArray
from schemas.record import Column

INDEXES = 200
"""Bytes a row takes in the indexes of a frame: its tree, points and order of ids."""


class FeatureTable:
    """A table opened for questions. Rows keep the order of the release.

    table: the properties in the collection's order. geometry: (n,) CRS84, None where missing.
    """

    def __init__(
        self,
        collection: Collection,
        table: pa.Table,
        geometry: GeometryArray,
        kept: Features | None = None,
    ) -> None:
        self.collection = collection
        self.table = table.combine_chunks()
        self.geometry = geometry
        self._kept = kept

    @classmethod
    def of(
        cls, collection: Collection, table: gpd.GeoDataFrame, kept: Features | None = None
    ) -> "FeatureTable":
        """A frame from a GeoDataFrame that has the collection's columns; missing ones are null."""
        arrays = [_arrow(table, column) for column in collection.properties]
        names = list(collection.column_names)
        return cls(collection, pa.table(arrays, names=names), table.geometry.to_numpy(), kept)

    def encoded(self) -> "FeatureTable":
        """The same with all its features encoded, so that none is encoded twice."""
        features = EncodedFeatures(encode(self.table, self.geometry))
        return FeatureTable(self.collection, self.table, self.geometry, features)

    @property
    def nbytes(self) -> int:
        """Bytes it takes in memory, with the indexes it may make and without its geometry.

        Geometry is of the release, which the frames of all days share.
        """
        return memory_bytes(self.table) + memory_bytes(self._kept) + INDEXES * len(self)

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def __repr__(self) -> str:
        return f"Frame({self.collection.id}, {len(self)} rows)"

    def column(self, name: str) -> pa.Array:
        """The values of a property, (n,)."""
        chunked = self.table.column(name)
        return chunked.chunk(0) if chunked.num_chunks else pa.array([], chunked.type)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """R-tree of the geometry."""
        return shapely.STRtree(self.geometry)

    @cached_property
    def points(self) -> "PointIndex | None":
        """The index of a frame that holds nothing but points; None for any other."""
        kinds = shapely.get_type_id(self.geometry)
        return PointIndex(self.geometry) if len(kinds) and (kinds == 0).all() else None

    def within(self, box: tuple[float, float, float, float]) -> IntArray:
        """Rows whose geometry meets a closed box west, south, east, north; west <= east."""
        if self.points is not None:
            return self.points.within(box)
        return np.asarray(self.tree.query(shapely.box(*box), predicate="intersects"))

    @cached_property
    def unplaced(self) -> IntArray:
        """Rows without geometry, which match every box."""
        return np.flatnonzero(shapely.is_missing(self.geometry) | shapely.is_empty(self.geometry))

    @cached_property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all rows; None where none has geometry."""
        if not len(self):  # GEOS has no box of nothing
            return None
        west, south, east, north = shapely.total_bounds(self.geometry)
        found = (float(west), float(south), float(east), float(north))
        return found if np.isfinite(found).all() else None

    def days(self, name: str) -> DayArray:
        """A column of days or instants as UTC days, `datetime64[D]`, NaT where empty."""
        return self.moments(name).astype("datetime64[D]")

    def moments(self, name: str) -> DayArray:
        """A column of days as `datetime64[D]`, of instants as `datetime64[us]`, NaT where empty."""
        return np.asarray(self.column(name).to_numpy(zero_copy_only=False))

    def spans(self) -> tuple[DayArray, DayArray]:
        """When each row begins, and the first day or instant after it, (n,); NaT where open.

        A row of a collection without a column of ends lasts the one day or instant it begins on.
        """
        collection = self.collection
        begins = self.moments(collection.begins or "")
        if collection.ends is None:
            return begins, begins + _one(begins)
        ends = self.moments(collection.ends)
        return begins, ends + _one(ends) if collection.closed else ends

    def row_of(self, item_id: str) -> int | None:
        """The row with an id."""
        ids, order = self.column("id"), self._by_id
        at = bisect_left(order, item_id, key=lambda row: ids[int(row)].as_py())
        found = at < len(order) and ids[int(order[at])].as_py() == item_id
        return int(order[at]) if found else None

    @cached_property
    def _by_id(self) -> IntArray:
        """Rows in the order of their ids: an index without a copy of them."""
        return np.asarray(pc.sort_indices(self.column("id")).to_numpy())

    def features(self, rows: IntArray) -> bytes:
        """The rows as GeoJSON features joined by commas, CRS84, all properties."""
        if self._kept is not None:
            return self._kept.joined(rows)
        return SEPARATOR.join(encode(self.table.take(pa.array(rows)), self.geometry[rows]))

    def rows(self, rows: IntArray, properties: Iterable[str] | None = None) -> Rows:
        """Some rows with some properties, `id` always first."""
        wanted = self._columns(properties)
        table = self.table.select([c.name for c in wanted]).take(pa.array(rows))
        return Rows(wanted, table, self.geometry[rows])

    def _columns(self, properties: Iterable[str] | None) -> tuple[Column, ...]:
        own = self.collection.properties
        if properties is None:
            return own
        names = {"id", *properties}
        return tuple(column for column in own if column.name in names)


@dataclass(frozen=True)
class TableRows:
    """Rows of a table by their numbers, in the order asked, as a query wants them presented.

    table: where they are. at: (n,) which they are.
    """

    table: FeatureTable
    at: IntArray
    query: Query

    def __len__(self) -> int:
        return len(self.at)

    @property
    def tile_ids(self) -> npt.NDArray[np.int64]:
        """(n,) ids of the rows in tiles."""
        return tile_ids(self.at)

    def within(self, box: BBox) -> "TableRows":
        """Those whose geometry meets a closed box, in the same order."""
        return TableRows(self.table, self.at[np.isin(self.at, self.table.within(box))], self.query)

    def features(self, start: int = 0, stop: int | None = None) -> bytes | None:
        """Some of them as they were encoded; None where a part or another CRS is asked."""
        query = self.query
        is_whole = query.properties is None and not query.skip_geometry
        as_encoded = is_whole and query.crs == CRS84_AXES
        return self.table.features(self.at[start:stop]) if as_encoded else None

    def read(self, *, authority_axes: bool = False) -> Rows:
        """The rows with the columns and in the CRS asked."""
        query = self.query
        rows = self.table.rows(self.at, query.properties)
        shapes = None
        if not query.skip_geometry:
            shapes = query.crs.from_crs84(self.table.geometry[self.at], authority=authority_axes)
        return Rows(
            rows.columns,
            rows.table,
            shapes,
            query.crs.code,
            geometry_type=self.table.collection.geometry_type,
            ordered=bool(query.sortby),
            closed=self.table.collection.closed,
        )


def tile_ids(rows: IntArray) -> npt.NDArray[np.int64]:
    """Ids in tiles of rows of a table, (n,): their numbers from 1, for 0 stands for no id.

    Archives hold these numbers (MVT 2.1, 4.2), so they may never be made otherwise.
    """
    return np.asarray(rows, dtype=np.int64) + 1


class PointIndex:
    """Points ordered by longitude: a box is a range of it, then a comparison of latitudes.

    For points this beats an R-tree, whose exact test costs more than the few thousand
    comparisons of a strip.
    """

    def __init__(self, points: GeometryArray) -> None:
        coordinates = shapely.get_coordinates(points)
        self._rows = np.argsort(coordinates[:, 0], kind="stable")
        self._x = np.ascontiguousarray(coordinates[self._rows, 0])
        self._y = np.ascontiguousarray(coordinates[self._rows, 1])

    def within(self, box: tuple[float, float, float, float]) -> IntArray:
        """Rows of the points in a closed box, in no order."""
        west, south, east, north = box
        first = int(np.searchsorted(self._x, west, side="left"))
        last = int(np.searchsorted(self._x, east, side="right"))
        y = self._y[first:last]
        return np.asarray(self._rows[first:last][(y >= south) & (y <= north)])


def _one(moments: DayArray) -> np.timedelta64:
    """A day for days, a microsecond for instants."""
    is_day = np.datetime_data(moments.dtype)[0] == "D"
    return np.timedelta64(1, "D") if is_day else np.timedelta64(1, "us")


def _arrow(table: gpd.GeoDataFrame, column: Column) -> pa.Array:
    """A column as Arrow; NaN, NaT and None are null."""
    kind = ARROW[column.type]
    if column.name not in table:
        return pa.nulls(len(table), kind)
    values = table[column.name]
    if column.type == "date":
        days: npt.NDArray[np.datetime64] = values.to_numpy().astype("datetime64[D]")
        return pa.array(days, kind)
    # A series of pandas' own texts makes an array of text whatever type is asked.
    is_plain = column.type not in {"strings", "json"}
    return pa.array(
        values if is_plain else values.to_numpy(dtype=object),
        kind,
        from_pandas=True,
    )


def with_points(estimates: pd.DataFrame, deposits: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Estimates at the point of their deposit."""
    points = pd.Series(shapely.centroid(deposits.geometry.to_numpy()), index=deposits["id"])
    at = points.loc[estimates["deposit_id"]].to_numpy()
    return gpd.GeoDataFrame(estimates, geometry=at, crs=CRS84)


def without_place(table: pd.DataFrame) -> gpd.GeoDataFrame:
    """Rows that are nowhere: their geometry is missing."""
    return gpd.GeoDataFrame(table, geometry=[None] * len(table), crs=CRS84)
