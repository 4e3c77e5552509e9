"""How is geometry written as the drawing commands of a vector tile (MVT 2.1, section 4.3)?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.tiles.varint import Signed, Unsigned, ranges, zigzag
from geodata.types import GeometryArray, Mask

POINT, LINESTRING, POLYGON = 1, 2, 3
MOVE_TO, LINE_TO, CLOSE_PATH = 1, 2, 7
_KIND = np.array([POINT, LINESTRING, LINESTRING, POLYGON, POINT, LINESTRING, POLYGON, 0])
"""Type of feature by shapely's type id."""


@dataclass(frozen=True)
class GeometryCommands:
    """Commands of n features. values: all numbers, one feature after the other.

    counts: (n,) how many are each feature's. kinds: (n,) 1 point, 2 line, 3 polygon.
    """

    values: Unsigned
    counts: Signed
    kinds: Signed


@dataclass(frozen=True)
class _Paths:
    """Runs of positions: a multipoint, a line, or a ring without its last position."""

    xy: Signed
    sizes: Signed
    owners: Signed


def geometry_commands(geometry: GeometryArray) -> GeometryCommands:
    """The commands that draw each geometry.

    geometry: (n,) in whole tile units, y down; none missing, empty or a collection. Exterior
    rings get positive area by the surveyor's formula, holes negative (4.3.4.4).
    """
    kinds = _KIND[shapely.get_type_id(geometry)]
    paths = _paths(geometry, kinds)
    path_kinds = kinds[paths.owners]
    deltas = zigzag(_deltas(paths))
    counts = _path_counts(paths.sizes, path_kinds)
    values = _laid_out(deltas, paths.sizes, path_kinds, counts)
    totals = np.bincount(paths.owners, weights=counts, minlength=len(geometry))
    return GeometryCommands(values, totals.astype(np.int64), kinds.astype(np.int64))


def _paths(geometry: GeometryArray, kinds: npt.NDArray[np.int_]) -> _Paths:
    oriented = geometry.copy()
    areas = kinds == POLYGON
    oriented[areas] = shapely.orient_polygons(geometry[areas])
    parts, owners = shapely.get_parts(oriented, return_index=True)
    is_ring = kinds[owners] == POLYGON
    rings, ring_parts = shapely.get_rings(parts[is_ring], return_index=True)
    lines = np.concatenate([parts[~is_ring], rings])
    line_owners = np.concatenate([owners[~is_ring], owners[is_ring][ring_parts]])
    is_ring = np.arange(len(lines)) >= len(lines) - len(rings)
    order = np.argsort(line_owners, kind="stable")
    return _positions(lines[order], line_owners[order], is_ring[order], kinds)


def _positions(
    lines: GeometryArray,
    owners: Signed,
    is_ring: Mask,
    kinds: npt.NDArray[np.int_],
) -> _Paths:
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line_of, minlength=len(lines))
    # ClosePath goes back to the start of a ring by itself: its last position is not written.
    closing = np.cumsum(sizes)[is_ring] - 1
    whole = np.delete(np.rint(xy).astype(np.int64), closing, axis=0)
    sizes = sizes - is_ring
    if (kinds == POINT).any():  # one MoveTo takes all points of a feature (4.3.4.2)
        together = np.concatenate([[True], (owners[1:] != owners[:-1])]) | (kinds[owners] != POINT)
        starts = np.flatnonzero(together)
        sizes, owners = np.add.reduceat(sizes, starts), owners[starts]
    return _Paths(whole, sizes, owners)


def _deltas(paths: _Paths) -> Signed:
    """Each position as the way from the one before within its feature, from 0, 0 at its start."""
    # The cursor goes on from path to path, and to 0, 0 with each feature (4.3).
    way = np.diff(paths.xy, axis=0, prepend=0)
    ends = np.cumsum(paths.sizes)
    first = np.concatenate([[True], paths.owners[1:] != paths.owners[:-1]])
    starts = (ends - paths.sizes)[first]
    way[starts] = paths.xy[starts]
    return np.asarray(way)


def _path_counts(sizes: Signed, kinds: Signed) -> Signed:
    """Numbers each path takes: commands and two for every position."""
    commands = np.where(kinds == POINT, 1, np.where(kinds == POLYGON, 3, 2))
    return np.asarray(2 * sizes + commands)


def _laid_out(deltas: Unsigned, sizes: Signed, kinds: Signed, counts: Signed) -> Unsigned:
    """Commands and parameters in the order they are written."""
    values = np.empty(int(counts.sum()), dtype=np.uint64)
    starts = np.cumsum(counts) - counts
    points = kinds == POINT
    # A command is its id in the lowest three bits and a count above them (4.3.1).
    values[starts] = np.where(points, sizes << 3 | MOVE_TO, 1 << 3 | MOVE_TO)
    values[starts[~points] + 3] = (sizes[~points] - 1) << 3 | LINE_TO
    closed = kinds == POLYGON
    values[starts[closed] + counts[closed] - 1] = 1 << 3 | CLOSE_PATH
    place = ranges(sizes)
    # After the first position of a line or ring stands LineTo, one number more.
    extra = np.repeat((~points).astype(np.int64), sizes) * (place > 0)
    at = np.repeat(starts, sizes) + 1 + 2 * place + extra
    values[at], values[at + 1] = deltas[:, 0], deltas[:, 1]
    return values
