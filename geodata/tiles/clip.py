"""What of a source-layer's geometry lies in each tile: clipped, and on the grid of the tile?

Units are those of a level: 4096 to the side of a tile, from the north-west corner, y down.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from geodata.tiles.grid import EXTENT, Tile
from geodata.tiles.varint import ranges
from geodata.types import GeometryArray, IntArray

BUFFER = 64
"""Units drawn beyond each edge of a tile, so that no outline shows along it: 4 pixels of a tile
drawn 256 wide."""


@dataclass(frozen=True)
class ClippedFeatures:
    """What some rows have in one tile. rows: (n,) of the source-layer, ascending.

    geometry: (n,) in whole units of the tile, y down, valid, none empty.
    """

    tile: Tile
    rows: IntArray
    geometry: GeometryArray


def on_grid(shapes: GeometryArray) -> GeometryArray:
    """Shapes on whole units, valid, (n,); what is smaller than a unit becomes empty."""
    return np.asarray(shapely.set_precision(shapes, 1.0))


def clip_level(shapes: GeometryArray, zoom: int) -> Iterator[ClippedFeatures]:
    """All tiles of a level that anything lies in, by column, then row.

    shapes: (n,) lines and polygons in units of the level, as `on_grid` gives them; missing and
    empty ones lie nowhere.
    """
    rows, columns, lines = _candidates(shapes, zoom)
    if not len(rows):
        return
    order = np.lexsort((rows, lines, columns))
    rows, columns, lines = rows[order], columns[order], lines[order]
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (columns[1:] != columns[:-1]) | (lines[1:] != lines[:-1])
    starts = np.flatnonzero(is_first)
    for start, stop in zip(starts, np.append(starts[1:], len(rows)), strict=True):
        tile = Tile(zoom, int(columns[start]), int(lines[start]))
        features = clip_tile(shapes, rows[start:stop], tile)
        if len(features.rows):  # a box may meet a tile its shape does not
            yield features


def clip_tile(shapes: GeometryArray, rows: IntArray, tile: Tile) -> ClippedFeatures:
    """What some rows have in one tile. shapes: (m,) of the whole layer, in units of its level."""
    west, north = tile.x * EXTENT, tile.y * EXTENT
    box = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
    clipped = shapes[rows]
    bounds = shapely.bounds(clipped)
    # Most shapes lie within one tile, and are given on as they are.
    over = ~(
        (bounds[:, :2] >= np.array(box[:2])).all(axis=1)
        & (bounds[:, 2:] <= np.array(box[2:])).all(axis=1)
    )
    clipped[over] = _clipped(clipped[over], box)
    inside = ~(shapely.is_empty(clipped) | shapely.is_missing(clipped))
    moved = shapely.transform(clipped[inside], lambda xy: xy - np.array([west, north]))
    return ClippedFeatures(tile, rows[inside], moved)


def _clipped(shapes: GeometryArray, box: tuple[int, int, int, int]) -> GeometryArray:
    """The parts within a box, of the kind they were: a polygon that only touches it is not in."""
    # On the grid at once: edges cross the box between units, and points rounded afterwards can make
    # a ring cross itself.
    clipped = shapely.intersection(shapes, shapely.box(*box), grid_size=1.0)
    lost = shapely.get_dimensions(clipped) < shapely.get_dimensions(shapes)
    clipped[lost] = None
    # Where a polygon both reaches into the box and touches its edge, GEOS gives an area and a line.
    mixed = shapely.get_type_id(clipped) == shapely.GeometryType.GEOMETRYCOLLECTION
    for at in np.flatnonzero(mixed):
        clipped[at] = _of_dimension(clipped[at], int(shapely.get_dimensions(shapes[at])))
    return np.asarray(clipped)


def _of_dimension(collection: shapely.Geometry, wanted: int) -> shapely.Geometry | None:
    """The parts of a collection that are points, lines or polygons, as one geometry."""
    parts = shapely.get_parts(collection)
    parts = parts[shapely.get_dimensions(parts) == wanted]
    return shapely.union_all(parts) if len(parts) else None


def _candidates(shapes: GeometryArray, zoom: int) -> tuple[IntArray, IntArray, IntArray]:
    """Rows, and columns and rows of the tiles whose buffered box their own box meets."""
    usable = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    bounds = shapely.bounds(shapes[usable])
    last = (1 << zoom) - 1  # buffers reach beyond the first and last tile of a level
    first = np.clip((bounds[:, :2] - BUFFER) // EXTENT, 0, last).astype(np.intp)
    end = np.clip((bounds[:, 2:] + BUFFER) // EXTENT, 0, last).astype(np.intp)
    spans = end - first + 1
    counts = spans[:, 0] * spans[:, 1]
    place = ranges(counts)
    heights = np.repeat(spans[:, 1], counts)
    columns = np.repeat(first[:, 0], counts) + place // heights
    lines = np.repeat(first[:, 1], counts) + place % heights
    return np.repeat(usable, counts), columns, lines
