"""What is one source-layer of vector tiles: rows, properties, and geometry on each level?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.features.table import FeatureTable, tile_ids
from geodata.formats.files import distinct_names
from geodata.tiles.clip import ClippedFeatures, clip_level, on_grid
from geodata.tiles.generalise import FINER, TOLERANCE, PlanarPartition, partition, point_units, thin
from geodata.tiles.grid import EXTENT, Coordinates, Tile, to_units
from geodata.types import GeometryArray, Int64Array, IntArray
from schemas.record import Column, ColumnType

Ranks = npt.NDArray[np.float64]
Partitions = list[tuple[IntArray, PlanarPartition]]
"""Rows of a group, and their areas as unions of faces."""
Extra = dict[str, Int64Array]
"""Properties that depend on the tile, by name, (n,) each."""
OMITTED, POINT_COUNT = "omitted", "point_count"
"""How many rows a tile leaves out; how many points a point stands for."""
OPEN_END, OPEN_START = 2147483647, -2147483648
"""Day numbers of an interval that goes on, and of one that always was: the ends of int32, so that
styles compare them like any day."""
DAY_NUMBERS = {"valid_from": OPEN_START, "valid_to": OPEN_END}
"""Columns given as days since 1970-01-01, and what stands for an open end."""
TYPES: dict[ColumnType, str] = {"integer": "Number", "number": "Number", "boolean": "Boolean"}
"""Field types of TileJSON; all else is text."""
RESERVED = (OMITTED, POINT_COUNT)
"""Properties that tiles have of their own."""
LONGEST_NAME = 140
"""Characters of a property's name; columns of layers have up to 128."""


def fields(columns: tuple[Column, ...]) -> dict[str, str]:
    """Names and types of the properties tiles have, as TileJSON gives them."""
    names = tile_names(column.name for column in columns)
    return {names[c.name]: _field_type(c) for c in columns if c.type not in {"geometry", "json"}}


@dataclass(frozen=True, eq=False)
class SourceLayer:
    """Rows of a source-layer.

    table: (n,) properties as `tile_table` gives them. geometry: (n,) CRS84, of one dimension, None
    where missing. rank: (n,) which rows are kept first where there is no room for all.
    thinned: points that stand for others where they are crowded, with `point_count`.
    groups: (n,) areas of one group share borders, which then move together when simplified.
    begins: (n,) the first level each row is on.
    rows: (n,) the row of the collection each is of, where these are not the same.
    partitions: the partition of every group by the deepest level, made when first needed.
    """

    id: str
    description: str
    fields: dict[str, str]
    table: pa.Table
    geometry: GeometryArray
    rank: Ranks
    dimension: int
    thinned: bool = False
    groups: npt.NDArray[np.object_] | None = None
    begins: Int64Array | None = None
    rows: IntArray | None = None
    partitions: dict[int, Partitions] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.geometry)

    def ids(self, rows: IntArray) -> Int64Array:
        """Ids of features, (k,): those of their rows in the collection; see `tile_ids`."""
        return tile_ids(rows if self.rows is None else self.rows[rows])

    @cached_property
    def anchors(self) -> Coordinates:
        """A position of each row, CRS84 (n, 2): the point itself, or one on the shape; NaN."""
        shapes = self.geometry if self.dimension == 0 else shapely.point_on_surface(self.geometry)
        return np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])

    def features(self, zoom: int, last: int) -> Iterator[tuple[ClippedFeatures, Extra]]:
        """What lies in each tile of a level, with columns to add to the properties.

        last: the deepest level of the tileset, which is not simplified. Every row that has a place
        is in some tile, or counted in its OMITTED or POINT_COUNT.
        """
        if self.dimension == 0:
            yield from self._points(zoom)
            return
        shapes = self.shapes(zoom, last)
        small = self._too_small(shapes, zoom)
        for clipped in clip_level(shapes, zoom):
            lost = small.pop((clipped.tile.x, clipped.tile.y), ())
            yield clipped, _omitted(len(lost), len(clipped.rows))
        # Tiles of which nothing else is drawn would leave no feature to carry the count.
        for (x, y), rows in small.items():
            yield self._placeholder(Tile(zoom, x, y), rows)

    def shapes(self, zoom: int, last: int) -> GeometryArray:
        """Lines and areas on the grid of a level, (n,) in its units; None where they are not shown.

        last: the deepest level of the tileset, which is not simplified.
        """
        tolerance = 0.0 if zoom >= last else TOLERANCE
        if self.groups is None:
            shapes = self._simplified(zoom, tolerance)
        else:
            shapes = np.full(len(self), None, dtype=object)
            for rows, parted in self._partitions(last):
                shapes[rows] = parted.at(FINER * 2.0 ** (last - zoom), tolerance)
        if self.begins is not None:
            shapes[self.begins > zoom] = None
        return shapes

    def _simplified(self, zoom: int, tolerance: float) -> GeometryArray:
        shapes = shapely.transform(self.geometry, lambda xy: to_units(xy, zoom))
        if tolerance:
            # Douglas and Peucker's measure: a distance, where `coverage_simplify` takes the root of
            # an area.
            shapes = shapely.simplify(shapes, tolerance / 2)
        shapes = on_grid(shapes)
        # An area that collapses to a line on the grid is no area any more.
        lost = shapely.get_dimensions(shapes) < self.dimension
        if self.begins is None:  # the base map does not say what is too small for a level
            lost |= shapely.is_empty(shapes)
        shapes[lost] = None
        return np.asarray(shapes)

    def _partitions(self, last: int) -> Partitions:
        """The partition of every group, made once: all levels are simplified from it."""
        if last not in self.partitions:
            groups = self._group_rows()
            self.partitions[last] = [(rows, partition(self._fine(rows, last))) for rows in groups]
        return self.partitions[last]

    def _fine(self, rows: IntArray, last: int) -> GeometryArray:
        zoom = last + np.log2(FINER)
        return np.asarray(shapely.transform(self.geometry[rows], lambda xy: to_units(xy, zoom)))

    def _group_rows(self) -> list[IntArray]:
        groups = np.asarray(self.groups)
        filled = ~(shapely.is_missing(self.geometry) | shapely.is_empty(self.geometry))
        names = sorted(set(groups[filled].tolist()))
        return [np.flatnonzero(filled & (groups == name)) for name in names]

    def _points(self, zoom: int) -> Iterator[tuple[ClippedFeatures, Extra]]:
        units = point_units(self.anchors, zoom)
        if self.begins is not None:
            units[self.begins > zoom] = np.nan
        most = None if self.thinned else len(units)  # as many as there are never crowd a tile
        points = thin(units, self.rank, zoom, most)
        for start, stop in points.tile_slices():
            tile = Tile(zoom, int(points.columns[start]), int(points.lines[start]))
            shapes = np.asarray(shapely.points(points.xy[start:stop]))
            counts = {POINT_COUNT: points.counts[start:stop]} if self.thinned else {}
            yield ClippedFeatures(tile, points.rows[start:stop], shapes), counts

    def _too_small(self, shapes: GeometryArray, zoom: int) -> dict[tuple[int, int], list[int]]:
        """Rows that have a place and no shape on the level, by the tile they are in."""
        wanted = shapely.is_missing(shapes) & ~shapely.is_missing(self.geometry)
        if self.begins is not None:
            wanted &= self.begins <= zoom
        by_tile: dict[tuple[int, int], list[int]] = {}
        tiles = np.clip(to_units(self.anchors, zoom) // EXTENT, 0, (1 << zoom) - 1)
        for row in np.flatnonzero(wanted & np.isfinite(tiles).all(axis=1)).tolist():
            by_tile.setdefault((int(tiles[row, 0]), int(tiles[row, 1])), []).append(row)
        return by_tile

    def _placeholder(self, tile: Tile, rows: list[int]) -> tuple[ClippedFeatures, Extra]:
        """A tile with nothing but rows too small to draw: the first in rank, as one unit."""
        row = max(rows, key=lambda r: self.rank[r])
        corner = np.array([tile.x, tile.y]) * EXTENT
        place = np.clip(to_units(self.anchors[[row]], tile.z)[0] - corner, 0, EXTENT - 1)
        x, y = place.astype(int).tolist()
        shape = shapely.box(x, y, x + 1, y + 1)
        if self.dimension == 1:
            shape = shapely.LineString([(x, y), (x + 1, y)])
        return ClippedFeatures(tile, np.array([row]), np.array([shape])), _omitted(len(rows) - 1, 1)


def _omitted(count: int, rows: int) -> Extra:
    return {OMITTED: np.full(rows, count)} if count else {}


def _field_type(column: Column) -> str:
    is_day_number = column.name in DAY_NUMBERS and column.type == "date"
    return "Number" if is_day_number else TYPES.get(column.type, "String")


def tile_names(columns: Iterable[str]) -> dict[str, str]:
    """What each column is called in tiles: as it is, numbered where the tiles have the name.

    `point_count` becomes `point_count_1`, or the next number no column has.
    """
    names = list(columns)
    clashing = [name for name in names if name.lower() in RESERVED]
    free = distinct_names(clashing, LONGEST_NAME, {*names, *RESERVED})
    return {name: free.get(name, name) for name in names}


def tile_table(frame: FeatureTable) -> pa.Table:
    """All columns of a collection's rows as properties of tiles, in order, named by `tile_names`.

    Lists are joined by commas; days and instants are text, but valid_from and valid_to are day
    numbers with OPEN_START and OPEN_END for open ends.
    """
    columns = frame.collection.queryables  # records of their own have no place in a tile
    arrays = [scalar(frame.column(column.name), column.name) for column in columns]
    return pa.table(arrays, names=list(tile_names(column.name for column in columns).values()))


def scalar(values: pa.Array, name: str) -> pa.Array:
    """One column as text, int64, float64 or flags, (n,); instants to the millisecond before."""
    kind = values.type
    if name in DAY_NUMBERS and pa.types.is_date(kind):
        return day_numbers(values, DAY_NUMBERS[name])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pc.binary_join(values.cast(pa.list_(pa.string())), ",")
    if pa.types.is_date(kind):
        return pc.strftime(values, "%Y-%m-%d")
    if pa.types.is_timestamp(kind):
        # Floored first: a cast to milliseconds raises where it would lose microseconds.
        whole = pc.floor_temporal(values, unit="millisecond").cast(pa.timestamp("ms", kind.tz))
        return pc.strftime(whole, "%Y-%m-%dT%H:%M:%SZ")
    for is_kind, wide in ((pa.types.is_integer, pa.int64()), (pa.types.is_floating, pa.float64())):
        if is_kind(kind):
            return values.cast(wide)
    return values if pa.types.is_boolean(kind) else values.cast(pa.string())


def day_numbers(values: pa.Array, missing: int) -> pa.Array:
    """Days as numbers since 1970-01-01, (n,) int64. missing: what stands for an empty one."""
    days = values.to_numpy(zero_copy_only=False).astype("datetime64[D]")
    return pa.array(np.where(np.isnat(days), missing, days.astype(np.int64)))
