"""Which share of each cell lies in a polygon? Exact, by summing what the polygon's edges cut off.

Every edge is cut where it crosses a line of the grid. A piece within one cell cuts off the ground
to its right: a trapezium of its own cell, and of the cells after it in the row as much as the piece
is high. Pieces that go down add it and those that go up take it away, so the sum along a row is the
share of each cell (the signed-area accumulation of font rasterisers, as in FreeType). The work is
arithmetic on arrays, one step a piece, whatever the polygon: exactextract, which did this before,
wrote beyond its memory for valid polygons whose edges run along the edges of cells (7 of 983 odd
polygons ended the process). Shares are within 1e-12 of cutting every cell with the polygon.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput
from geodata.geometry import polygons_of
from geodata.rasters.grid import Grid, Window
from geodata.types import FloatArray, IntArray, Mask

Cells = tuple[IntArray, IntArray, FloatArray]
"""Rows, columns and covered shares, (n,) each."""

FARTHEST = 2.0**40
"""Cells from the grid's corner a vertex may lie: beyond, no digits are left for spots in a cell."""
STEP = 2.0**-40
"""Heights are rounded to this share of a cell, so that their sums along a row are exact."""
LEAST = 1e-11
"""Share of a cell, or of a polygon smaller than one, that counts as none: a vertex on the edge of a
cell, written in decimals, lies about 1e-12 of a cell beside it."""
AT_ONCE = 1 << 17
"""Pieces of edges worked on at a time; each takes about 200 bytes."""


@dataclass(frozen=True)
class Edges:
    """Directed edges with the inside on their left, (n,) each: columns x, rows y downwards."""

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray

    def __getitem__(self, at: slice | IntArray | Mask) -> "Edges":
        return Edges(self.x0[at], self.y0[at], self.x1[at], self.y1[at])

    def __len__(self) -> int:
        return len(self.x0)

    def seen_from(self, window: Window) -> "Edges":
        """The edges in columns and rows of a window."""
        left, top = window.col_off, window.row_off
        return Edges(self.x0 - left, self.y0 - top, self.x1 - left, self.y1 - top)


def coverage(shape: BaseGeometry, grid: Grid) -> Cells:
    """Rows, columns and covered shares (0..1) of the cells that meet a polygon, grid's CRS.

    shape: a valid Polygon or MultiPolygon. Cells come by rows, then columns. Raises InvalidInput
    for vertices that are infinite or lie beyond FARTHEST.
    """
    edges = _edges(shape, grid)
    window = grid.window(shape.bounds) if len(edges) else Window(0, 0, 0, 0)
    if not window.size:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    shares = _shares(edges.seen_from(window), window.height, window.width)
    # A polygon smaller than a cell covers little of it: what is none is measured by the smaller.
    met = shares > LEAST * min(1.0, shape.area / (grid.dx * grid.dy))
    rows, columns = np.nonzero(met)
    return rows + window.row_off, columns + window.col_off, np.minimum(shares[met], 1.0)


def pieces(shape: BaseGeometry, grid: Grid) -> int:
    """About how many pieces the grid cuts the edges of a polygon into. Raises as `coverage`."""
    return int(_counts(_edges(shape, grid), grid.height, grid.width).sum())


def _edges(shape: BaseGeometry, grid: Grid) -> Edges:
    """All edges but those along a row, which cut nothing off."""
    rings = shapely.get_rings(shapely.orient_polygons(polygons_of(shape)))
    places, ring = shapely.get_coordinates(rings, return_index=True)
    x, y = (places[:, 0] - grid.west) / grid.dx, (grid.north - places[:, 1]) / grid.dy
    if not ((np.abs(x) <= FARTHEST) & (np.abs(y) <= FARTHEST)).all():
        raise InvalidInput(
            "the area has vertices that cannot be projected to the CRS of this raster or lie too "
            "far from it; give an area closer to the raster"
        )
    # Multiples of one step add without rounding: what goes down and up in a row cancels exactly.
    y = np.round(y / STEP) * STEP
    falling = (ring[:-1] == ring[1:]) & (y[:-1] != y[1:])
    return Edges(x[:-1], y[:-1], x[1:], y[1:])[falling]


def _counts(edges: Edges, height: int, width: int) -> IntArray:
    """Pieces inside the grid that each edge is cut into, at most."""
    x0, x1 = (np.clip(x, 0, width) for x in (edges.x0, edges.x1))
    y0, y1 = (np.clip(y, 0, height) for y in (edges.y0, edges.y1))
    # One piece for each line of the grid crossed, and both ends of an edge may lie within a cell.
    return (np.abs(x1 - x0) + np.abs(y1 - y0)).astype(np.intp) + 4


def _shares(edges: Edges, height: int, width: int) -> FloatArray:
    """Shares of the cells of a grid, (height, width)."""
    inside, after = np.zeros((2, height * (width + 1)))  # a last column for all that lies east
    for some in _batches(edges, height, width):
        cells, fall, share = _cut(some, height, width)
        # `bincount` adds up where one cell occurs more than once, which `+=` on indices does not.
        inside += np.bincount(cells, fall * share, inside.size)
        after += np.bincount(cells, fall, after.size)
    inside, after = inside.reshape(height, -1), after.reshape(height, -1)
    # What a piece cuts off of its own cell, and all of the cells east of it in the row.
    return (inside + np.cumsum(after, axis=1) - after)[:, :width]


def _batches(edges: Edges, height: int, width: int) -> Iterator[Edges]:
    """The edges in batches of about AT_ONCE pieces."""
    batch = np.cumsum(_counts(edges, height, width)) // AT_ONCE
    ends = np.flatnonzero(np.diff(batch, append=batch[-1:] + 1)) + 1
    for start, end in zip([0, *ends[:-1]], ends, strict=True):
        yield edges[start:end]


def _cut(edges: Edges, height: int, width: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Cells of the pieces of edges, how far each piece falls there, and the share right of it."""
    top, bottom = np.minimum(edges.y0, edges.y1), np.maximum(edges.y0, edges.y1)
    edge, row = _spread(_whole(np.floor(top), 0, height), _whole(np.ceil(bottom), 0, height))
    parts = _in_rows(edges[edge], row)
    left, right = np.minimum(parts.x0, parts.x1), np.maximum(parts.x0, parts.x1)
    first = _whole(np.floor(left), -1, width)
    part, column = _spread(first, np.maximum(_whole(np.ceil(right), 0, width + 1), first + 1))
    cut = _in_columns(parts[part], column, width)
    # The mean of both ends: the middle line of the trapezium.
    share = 1 - np.clip((cut.x0 + cut.x1) / 2 - column, 0, 1)
    share[column < 0] = 1  # what lies west of the grid covers the whole row
    return row[part] * (width + 1) + np.maximum(column, 0), cut.y1 - cut.y0, share


def _in_rows(edges: Edges, row: IntArray) -> Edges:
    """The part of each edge in a row it meets."""
    y0, y1 = (np.clip(y, row, row + 1) for y in (edges.y0, edges.y1))
    height, width = edges.y1 - edges.y0, edges.x1 - edges.x0
    x0, x1 = (edges.x0 + (y - edges.y0) / height * width for y in (y0, y1))
    return Edges(x0, y0, x1, y1)


def _in_columns(edges: Edges, column: IntArray, width: int) -> Edges:
    """The part of each edge in a column it meets; the outermost ones reach on for ever."""
    west = np.where(column < 0, -np.inf, column)
    east = np.where(column < width, column + 1.0, np.inf)
    x0, x1 = (np.clip(x, west, east) for x in (edges.x0, edges.x1))
    # An end that was not cut keeps its height to the last bit: computed, it could differ.
    y0 = np.where(x0 == edges.x0, edges.y0, _height(edges, x0))
    y1 = np.where(x1 == edges.x1, edges.y1, _height(edges, x1))
    return Edges(x0, y0, x1, y1)


def _height(edges: Edges, x: FloatArray) -> FloatArray:
    """Where edges pass x, in steps, so that pieces side by side end at the very same height."""
    span = np.where(edges.x1 == edges.x0, 1.0, edges.x1 - edges.x0)
    y = edges.y0 + (x - edges.x0) / span * (edges.y1 - edges.y0)
    return np.asarray(np.round(y / STEP) * STEP)


def _spread(first: IntArray, end: IntArray) -> tuple[IntArray, IntArray]:
    """For each whole number from `first` to before `end`, whose it is and which."""
    counts = end - first
    whose = np.repeat(np.arange(len(counts)), counts)
    return whose, np.arange(len(whose)) + np.repeat(first - np.cumsum(counts) + counts, counts)


def _whole(values: FloatArray, low: int, high: int) -> IntArray:
    return np.clip(values, low, high).astype(np.intp)
