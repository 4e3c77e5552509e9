"""How is geometry written in a MapLibre Tile: types, sizes level by level, positions (MLT v1)."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.tiles.mlt_streams import Data, Kind, Length, Words, integers, vertices
from geodata.tiles.varint import Signed
from geodata.types import GeometryArray

POINT, LINE, AREA = 0, 1, 2
_MULTI = 3
_KIND = np.array([POINT, LINE, LINE, AREA, POINT, LINE, AREA])
"""Type by shapely's type id; _MULTI is added where a feature has several parts."""


@dataclass(frozen=True)
class _Paths:
    """Points, lines and rings in order: positions, how many each has, and the part it is of."""

    xy: Signed
    sizes: Signed
    parts: Signed


def geometry_streams(geometry: GeometryArray) -> list[bytes]:
    """The streams of a geometry column.

    geometry: (n,) in whole tile units; none missing, empty or a collection. What is told by the
    type is not told again: a single geometry has one part, a point one position.
    """
    parts, owners = shapely.get_parts(geometry, return_index=True)
    counts = np.bincount(owners, minlength=len(geometry))
    kinds = _KIND[shapely.get_type_id(geometry)]
    multi = counts > 1
    part_kinds = kinds[owners]
    paths = _paths(parts, part_kinds)
    sizes = paths.sizes[part_kinds[paths.parts] != POINT]
    found = [_sizes(Data.PLAIN, kinds + _MULTI * multi), _sizes(Length.GEOMETRIES, counts[multi])]
    if (kinds == AREA).any():
        rings = np.bincount(paths.parts, minlength=len(parts))[part_kinds == AREA]
        found += [_sizes(Length.PARTS, rings), _sizes(Length.RINGS, sizes)]
    else:
        found.append(_sizes(Length.PARTS, sizes))
    return [*filter(None, found), vertices(paths.xy)]


def _sizes(kind: Kind, values: Signed) -> bytes:
    """A stream of sizes; b"" where there is none to tell."""
    if not len(values):
        return b""
    return integers(kind, Words(values.astype(np.int64), 0, signed=False, wide=False))


def _paths(parts: GeometryArray, kinds: Signed) -> _Paths:
    """Parts taken apart into points, lines and rings, rings without their last position."""
    areas = np.flatnonzero(kinds == AREA)
    others = np.flatnonzero(kinds != AREA)
    rings, ring_of = shapely.get_rings(parts[areas], return_index=True)
    owners = np.concatenate([others, areas[ring_of]])
    order = np.argsort(owners, kind="stable")
    lines = np.concatenate([parts[others], rings])[order]
    closed = (np.arange(len(lines)) >= len(others))[order]
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line_of, minlength=len(lines))
    last = np.cumsum(sizes)[closed] - 1
    whole = np.delete(np.rint(xy).astype(np.int64), last, axis=0)
    return _Paths(whole, sizes - closed, owners[order])
