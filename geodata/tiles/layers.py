"""Which tilesets does a release have, and what is in each of them."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import shapely

from geodata.crs import areas_km2
from geodata.features.collections import OVERLAY_COLUMNS, Collection
from geodata.features.table import FeatureTable
from geodata.tiles.generalise import MOST, crowded, out_of_collections, single_points
from geodata.tiles.grid import EXTENT, LATITUDE_MAX, to_units
from geodata.tiles.source_layer import (
    DAY_NUMBERS,
    Ranks,
    SourceLayer,
    day_numbers,
    fields,
    tile_table,
)
from geodata.tiles.tileset import Tileset
from geodata.types import GeometryArray, IntArray
from schemas import VerdictInterval
from schemas.record import columns

DEEPEST, DEEPEST_POINTS = 10, 12
"""Deepest levels; clients draw deeper ones from them. A unit of level 10 is 6 m at 48 N."""
TILES_MOST = 10_000
"""Tiles of one level above which points have no deeper ones."""
AREA_TILES_MOST = 1 << 16
"""Tiles of one level above which a user's lines and areas have no deeper ones: the whole world to
level 8. Ukraine has 2,400 tiles on level 10."""
NAMED = ("name_en", "name_uk", "commodity", "deposit_type", "position_uncertainty_m")
"""What standings say of their deposit beside its commodities."""


def control(frame: FeatureTable, attribution: str) -> Tileset:
    """All cells of all sources through all time; cells of one source share borders."""
    collection = frame.collection
    sheet = SourceLayer(
        id="control",
        description=collection.description,
        fields=fields(collection.properties),
        table=tile_table(frame),
        geometry=frame.geometry,
        rank=areas_km2(frame.geometry),
        dimension=2,
        groups=frame.column("source").to_numpy(zero_copy_only=False),
    )
    return _tileset(collection, (sheet,), DEEPEST, attribution)


def timelines(
    spans: FeatureTable, standings: pd.DataFrame, deposits: gpd.GeoDataFrame, attribution: str
) -> Tileset:
    """Spans of deposits, and their standings: verdict and shares by stretch of days."""
    collection = spans.collection
    table = tile_table(spans)
    sheet = SourceLayer(
        id="timelines",
        description=collection.description,
        fields=fields(collection.properties),
        table=table,
        geometry=spans.geometry,
        rank=_days_long(table),
        dimension=0,
    )
    return _tileset(collection, (sheet, _standings(standings, deposits)), DEEPEST, attribution)


def _standings(standings: pd.DataFrame, deposits: gpd.GeoDataFrame) -> SourceLayer:
    """Standings at their deposits' points, with what a map says of the deposit."""
    own = columns(VerdictInterval)
    of = standings["deposit"].to_numpy()
    arrays = {
        column.name: _standing_column(standings[column.name], column.name)
        for column in own
        if column.name != "since"
    }
    for name in NAMED:
        arrays[name] = pa.array(deposits[name].to_numpy()[of], from_pandas=True)
    listed = [f",{','.join(each)}," for each in deposits["commodities"]]
    arrays["commodities"] = pa.array(np.array(listed, dtype=object)[of])
    table = pa.table(arrays)
    words = dict.fromkeys((*NAMED[:-1], "commodities"), "String")
    return SourceLayer(
        id="standings",
        description="Verdict and shares of deposits by source and stretch of days.",
        fields={**fields(own), **words, NAMED[-1]: "Number"},
        table=table,
        geometry=deposits.geometry.to_numpy()[of],
        rank=_days_long(table),
        dimension=0,
    )


def _standing_column(values: pd.Series, name: str) -> pa.Array:
    array = pa.array(values, from_pandas=True)
    if name in DAY_NUMBERS:
        return day_numbers(array.cast(pa.date32()), DAY_NUMBERS[name])
    return array.cast(pa.string()) if pa.types.is_large_string(array.type) else array


def _days_long(table: pa.Table) -> Ranks:
    begins, ends = (table.column(name).to_numpy() for name in DAY_NUMBERS)
    return np.asarray(ends - begins, dtype=np.float64)


def deposits(frame: FeatureTable, estimates: pd.DataFrame, attribution: str) -> Tileset:
    """Deposits without the control of a day; of crowded ones the better known are shown.

    Rank: deposits with published figures first, then by how well their position is known.
    """
    collection = frame.collection
    overlay = {column.name for column in OVERLAY_COLUMNS}
    own = tuple(c for c in collection.properties if c.name not in overlay)
    has_figure = np.isin(frame.column("id").to_pylist(), estimates["deposit_id"].unique())
    doubt = frame.column("position_uncertainty_m").to_numpy(zero_copy_only=False)
    sheet = SourceLayer(
        id="deposits",
        description=collection.description,
        fields=fields(own),
        table=tile_table(frame).select([column.name for column in own]),
        geometry=shapely.point_on_surface(frame.geometry),
        rank=has_figure * 1e9 - np.nan_to_num(doubt, nan=1e8),
        dimension=0,
        thinned=True,
    )
    return _tileset(collection, (sheet,), _points_depth(sheet), attribution)


def by_dimension(shapes: GeometryArray) -> Iterator[tuple[int, GeometryArray]]:
    """The shapes of each dimension there is, the commonest first; the others are None."""
    dimensions = np.where(shapely.is_missing(shapes), -1, shapely.get_dimensions(shapes))
    found, counts = np.unique(dimensions[dimensions >= 0], return_counts=True)
    for at in np.argsort(-counts, kind="stable"):
        mine = np.full(len(shapes), None, dtype=object)
        held = dimensions == found[at]
        mine[held] = shapes[held]
        yield int(found[at]), mine


def user_layer(frame: FeatureTable) -> Tileset:
    """A layer a user brought: points, lines and areas of it in one source-layer.

    What is in a collection of geometries goes to the points, lines or areas it is; what lies
    beyond the square of Web Mercator is left out.
    """
    collection = frame.collection
    layer = collection.layer
    sheets = tuple(_user_sheets(frame))
    deepest = max((_depth(sheet) for sheet in sheets), default=0)
    return _tileset(collection, sheets, deepest, layer.licence if layer else "")


def beyond_mercator(shapes: GeometryArray) -> npt.NDArray[np.bool_]:
    """Which shapes lie wholly beyond the square of Web Mercator, (n,); missing ones do not."""
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, 1] > LATITUDE_MAX) | (bounds[:, 3] < -LATITUDE_MAX))


def _user_sheets(frame: FeatureTable) -> Iterator[SourceLayer]:
    collection, table = frame.collection, tile_table(frame)
    for dimension, shapes, rows in _drawn(frame.geometry):
        yield SourceLayer(
            id=collection.id,
            description=collection.description,
            fields=fields(collection.properties),
            table=table.take(pa.array(rows)),
            geometry=shapes,
            rank=_size(shapes, dimension),
            dimension=dimension,
            thinned=dimension == 0,
            groups=_neighbours(shapes, dimension),
            rows=rows,
        )


def _drawn(geometry: GeometryArray) -> Iterator[tuple[int, GeometryArray, IntArray]]:
    """Dimension, shapes and their rows, the commonest dimension first.

    A row has one shape of lines, one of areas, and as many points as there are in it.
    """
    parts, rows = out_of_collections(geometry)
    there = ~beyond_mercator(parts)
    parts, rows = parts[there], rows[there]
    dimensions, counts = np.unique(shapely.get_dimensions(parts), return_counts=True)
    for dimension in dimensions[np.argsort(-counts, kind="stable")].tolist():
        held = shapely.get_dimensions(parts) == dimension
        if dimension:
            yield dimension, *_one_a_row(parts[held], rows[held])
        else:
            points, owners = single_points(parts[held])
            yield dimension, points, rows[held][owners]


def _one_a_row(parts: GeometryArray, rows: IntArray) -> tuple[GeometryArray, IntArray]:
    """Shapes of one dimension; those of one row (in ascending order) as one shape."""
    distinct, starts, counts = np.unique(rows, return_index=True, return_counts=True)
    shapes = parts[starts]
    for at in np.flatnonzero(counts > 1):
        shapes[at] = shapely.union_all(parts[starts[at] : starts[at] + counts[at]])
    return shapes, distinct


def _size(shapes: GeometryArray, dimension: int) -> Ranks:
    """Larger shapes first; of points the first."""
    if dimension == 0:
        return np.zeros(len(shapes))
    measured = shapely.length(shapes) if dimension == 1 else shapely.area(shapes)
    return np.nan_to_num(np.asarray(measured, dtype=np.float64))


def _neighbours(shapes: GeometryArray, dimension: int) -> GeometryArray | None:
    """One group where areas are neighbours that do not overlap; None where each stands alone."""
    held = shapes[~shapely.is_missing(shapes)]
    if dimension != 2 or not shapely.coverage_is_valid(held):
        return None
    return np.full(len(shapes), "all", dtype=object)


def _depth(sheet: SourceLayer) -> int:
    return _points_depth(sheet) if sheet.dimension == 0 else _shapes_depth(sheet.geometry)


def _shapes_depth(shapes: GeometryArray) -> int:
    """The deepest level up to DEEPEST with at most AREA_TILES_MOST tiles.

    Counted from above: the tiles of every shape's box, or those of the box of all.
    """
    boxes = np.vstack([shapely.bounds(shapes), shapely.total_bounds(shapes)])
    for zoom in range(DEEPEST, 0, -1):
        first, last = (
            np.clip(to_units(boxes[:, at], zoom) // EXTENT, 0, (1 << zoom) - 1)
            for at in ([0, 3], [2, 1])
        )
        tiles = (last - first + 1).prod(axis=1)
        if min(tiles[:-1].sum(), tiles[-1]) <= AREA_TILES_MOST:
            return zoom
    return 0


def _points_depth(sheet: SourceLayer) -> int:
    """The deepest level up to DEEPEST_POINTS with at most TILES_MOST tiles; deeper where crowded.

    A unit of level 12 is 1.6 m at 48 N.
    """
    known = sheet.anchors[np.isfinite(sheet.anchors).all(axis=1)]
    for zoom in range(DEEPEST_POINTS):
        tiles = (to_units(known, zoom + 1) // EXTENT).astype(np.int64)
        count = len(np.unique(tiles, axis=0))
        here = (to_units(known, zoom) // EXTENT).astype(np.int64)
        if count > TILES_MOST and not crowded(here, MOST):
            return zoom
    return DEEPEST_POINTS


def _tileset(
    collection: Collection, sheets: tuple[SourceLayer, ...], deepest: int, attribution: str
) -> Tileset:
    about = collection.id, collection.title, collection.description
    return Tileset(*about, sheets, deepest, attribution)
