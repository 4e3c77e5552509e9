"""What is the tileset of a layer a user brought: points, lines and areas, and how deep it goes?"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import shapely

from geodata.features.collections import Collection
from geodata.features.table import FeatureTable
from geodata.tiles.generalise import MOST, crowded, out_of_collections, single_points
from geodata.tiles.grid import EXTENT, LATITUDE_MAX, to_units
from geodata.tiles.source_layer import Ranks, SourceLayer, fields, tile_table
from geodata.tiles.tileset import Tileset
from geodata.types import GeometryArray, IntArray, Mask

DEEPEST, DEEPEST_POINTS = 10, 12
"""Deepest levels; clients draw deeper ones from them. A unit of level 10 is 6 m at 48 N."""
TILES_MOST = 10_000
"""Tiles of one level above which points have no deeper ones."""
AREA_TILES_MOST = 1 << 16
"""Tiles of one level above which a user's lines and areas have no deeper ones: the whole world to
level 8. Ukraine has 2,400 tiles on level 10."""


def user_layer(frame: FeatureTable) -> Tileset:
    """A layer a user brought: points, lines and areas of it in one source-layer.

    What is in a collection of geometries goes to the points, lines or areas it is; what lies
    beyond the square of Web Mercator is left out.
    """
    collection = frame.collection
    layer = collection.layer
    source_layers = tuple(_source_layers(frame))
    deepest = max((_depth(source_layer) for source_layer in source_layers), default=0)
    return tileset_of(collection, source_layers, deepest, layer.licence if layer else "")


def beyond_mercator(shapes: GeometryArray) -> Mask:
    """Which shapes lie wholly beyond the square of Web Mercator, (n,); missing ones do not."""
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, 1] > LATITUDE_MAX) | (bounds[:, 3] < -LATITUDE_MAX))


def _source_layers(frame: FeatureTable) -> Iterator[SourceLayer]:
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
    drawable = ~beyond_mercator(parts)
    parts, rows = parts[drawable], rows[drawable]
    dimensions, counts = np.unique(shapely.get_dimensions(parts), return_counts=True)
    for dimension in dimensions[np.argsort(-counts, kind="stable")].tolist():
        of_kind = shapely.get_dimensions(parts) == dimension
        if dimension:
            yield dimension, *_one_a_row(parts[of_kind], rows[of_kind])
        else:
            points, owners = single_points(parts[of_kind])
            yield dimension, points, rows[of_kind][owners]


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
    present = shapes[~shapely.is_missing(shapes)]
    # Overlapping areas of a user are no coverage: each is simplified alone.
    if dimension != 2 or not shapely.coverage_is_valid(present):
        return None
    return np.full(len(shapes), "all", dtype=object)


def _depth(source_layer: SourceLayer) -> int:
    if source_layer.dimension == 0:
        return points_depth(source_layer)
    return _shapes_depth(source_layer.geometry)


def _shapes_depth(shapes: GeometryArray) -> int:
    """The deepest level up to DEEPEST with at most AREA_TILES_MOST tiles.

    Counted from above: the tiles of every shape's box, or those of the box of all.
    """
    # One shape from antimeridian to antimeridian has a box of the whole world: it came to 92,000
    # tiles.
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


def points_depth(source_layer: SourceLayer) -> int:
    """The deepest level up to DEEPEST_POINTS with at most TILES_MOST tiles; deeper where crowded.

    A unit of level 12 is 1.6 m at 48 N.
    """
    known = source_layer.anchors[np.isfinite(source_layer.anchors).all(axis=1)]
    for zoom in range(DEEPEST_POINTS):
        tiles = (to_units(known, zoom + 1) // EXTENT).astype(np.int64)
        count = len(np.unique(tiles, axis=0))
        here = (to_units(known, zoom) // EXTENT).astype(np.int64)
        if count > TILES_MOST and not crowded(here, MOST):
            return zoom
    return DEEPEST_POINTS


def tileset_of(
    collection: Collection, source_layers: tuple[SourceLayer, ...], deepest: int, attribution: str
) -> Tileset:
    """The tileset of a collection: its id, title and description with these source-layers."""
    names = collection.id, collection.title, collection.description
    return Tileset(*names, source_layers, deepest, attribution)
