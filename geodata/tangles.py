"""How much work will the edges of shapes make? Counted before they are checked or united.

Whether a polygon is valid and what a union of polygons is takes GEOS a step for every two edges, or
two rings, that come near each other. A body of 260 kB whose 5,000 holes all touch one spot took
42 seconds, one of 1.3 MB with 5,000 rings around one another 147, and one of 270 kB with
800 strips across 800 others 46. Real borders come near few others.
"""

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.geometry import parts_of
from geodata.types import GeometryArray, IntArray

MOST_MEETINGS = 4_000_000
"""Meetings of boxes of edges, or of rings, that take about half a second to check."""
MOST_STRANGERS = 300_000
"""Meetings of edges of different shapes that take about two seconds to unite."""
_AT_ONCE = 1 << 20
"""Meetings found at a time, so that counting takes little memory."""
Pairs = tuple[IntArray, IntArray]


def is_tangled(shapes: GeometryArray | BaseGeometry, most: int = MOST_MEETINGS) -> bool:
    """Whether more than `most` boxes of two edges, or of two rings, meet; each counts twice."""
    lines, _ = _lines(shapes)
    edges, _ = _edges(lines)
    # Of fewer boxes than the root of the limit no more than the limit can meet: nothing to count.
    return any(
        len(boxes) ** 2 > most and _exceeds((one for one, _ in _pairs(boxes)), most)
        for boxes in (lines, edges)
    )


def are_interwoven(shapes: GeometryArray, most: int = MOST_STRANGERS) -> bool:
    """Whether more than `most` boxes of edges of two different shapes meet; each counts twice.

    Edges with an end in common do not count: neighbours share their border.
    """
    lines, shape = _lines(shapes)
    edges, line = _edges(lines)
    ends, owner = shapely.get_coordinates(edges).reshape(-1, 2, 2), shape[line]

    def strangers(pairs: Pairs) -> IntArray:
        one, other = (chosen[owner[pairs[0]] != owner[pairs[1]]] for chosen in pairs)
        joined = (ends[one][:, :, None] == ends[other][:, None, :]).all(axis=-1).any(axis=(1, 2))
        return np.asarray(one[~joined])

    return _exceeds((strangers(pairs) for pairs in _pairs(edges)), most)


def _lines(
    shapes: GeometryArray | BaseGeometry,
) -> tuple[GeometryArray, IntArray]:
    """The rings and lines of shapes, and the place of the shape each belongs to."""
    parts, shape = parts_of(shapes)
    areal = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, part = shapely.get_rings(parts[areal], return_index=True)
    linear = shapely.get_type_id(parts) == shapely.GeometryType.LINESTRING
    lines = np.concatenate([rings, parts[linear]])
    return lines, np.concatenate([shape[areal][part], shape[linear]])


def _edges(lines: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Each edge as a line of two ends, and the line it is of."""
    places, line = shapely.get_coordinates(lines, return_index=True)
    joined = line[:-1] == line[1:]
    edges = shapely.linestrings(np.stack([places[:-1], places[1:]], axis=1)[joined])
    return np.asarray(edges), line[:-1][joined]


def _pairs(shapes: GeometryArray) -> Iterator[Pairs]:
    """Places of two shapes whose boxes meet, both ways round, about _AT_ONCE at a time at most."""
    tree, step = shapely.STRtree(shapes), max(1, _AT_ONCE // max(1, len(shapes)))
    for start in range(0, len(shapes), step):
        one, other = tree.query(shapes[start : start + step])
        yield one + start, other


def _exceeds(counted: Iterator[IntArray], most: int) -> bool:
    """Whether there are more than `most` in all; counting ends there."""
    count = 0
    for batch in counted:
        count += len(batch)
        if count > most:
            return True
    return False
