"""How are neighbours simplified together, and crowded points thinned?

Simplified one by one, two neighbours draw their common border as two lines, with gaps and overlaps
between. Here the borders of all areas cut the plane into *faces*; the faces are simplified as one
coverage, and an area is the union of its faces. So a border is one line in every area and on every
day.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.tiles.grid import EXTENT, LATITUDE_MAX, Coordinates, to_units
from geodata.tiles.varint import Signed
from geodata.types import FloatArray, GeometryArray, IntArray

TOLERANCE = 4.0
"""Detail left out below the deepest level: the square root of the area of the triangles removed,
in tile units (Visvalingam's measure, as GEOS uses it). Half a pixel of a tile drawn 512 wide."""
FINER = 4
"""The partition is made on a grid this many times finer than the deepest level's, so that snapping
to it shows on no level."""
MOST = 1000
"""Points in a tile above which its level is thinned."""
SIDE = 32
"""A thinned tile has at most SIDE x SIDE points: one for each square of this grid."""


@dataclass(frozen=True)
class PlanarPartition:
    """Areas as unions of faces, the parts of the plane between their borders.

    Areas may overlap (cells of different days do); faces do not. faces: (m,) polygons, noded, on
    whole units of a grid. areas, members: pairs (area, face), ordered by area. count: n areas.
    """

    faces: GeometryArray
    areas: IntArray
    members: IntArray
    count: int

    def at(self, scale: float, tolerance: float) -> GeometryArray:
        """The areas on a grid `scale` times coarser, simplified together, (n,); whole units.

        tolerance: in units of the coarser grid, 0 for none. Areas that become smaller than a unit
        are None.
        """
        faces = self.faces
        if tolerance:
            # Every edge two faces share is simplified once, for both.
            faces = shapely.coverage_simplify(faces, tolerance * scale)
        faces = np.asarray(shapely.transform(faces, lambda xy: xy / scale))
        # Noded together: put on the grid one by one, neighbours bend away from corners of their own
        # and leave hairlines between, 355 of them in one day's land on level 4.
        coarse = _faces_between(faces)
        tree = shapely.STRtree(faces)
        of, inside = tree.query(shapely.point_on_surface(coarse), predicate="intersects")
        of, first = np.unique(of, return_index=True)  # on an edge either neighbour will do
        return self._dissolved(coarse[of], inside[first])

    def _dissolved(self, coarse: GeometryArray, face: IntArray) -> GeometryArray:
        """The areas, (n,), each of the coarse faces in its faces. face: (k,) the face of each."""
        order = np.argsort(face, kind="stable")
        starts = np.searchsorted(face[order], np.arange(len(self.faces) + 1))
        areas = np.full(self.count, None, dtype=object)
        firsts = np.flatnonzero(np.diff(self.areas, prepend=-1))
        for start, stop in zip(firsts, np.append(firsts, len(self.areas))[1:], strict=True):
            spans = [order[starts[m] : starts[m + 1]] for m in self.members[start:stop]]
            parts = coarse[np.concatenate(spans)]
            if len(parts):
                # Edges that stand twice go; nothing is noded, as faces share their vertices.
                areas[self.areas[start]] = (
                    parts[0] if len(parts) == 1 else shapely.coverage_union_all(parts)
                )
        return areas


def partition(areas: GeometryArray) -> PlanarPartition:
    """The faces of areas, which may overlap. areas: (n,) polygons on whole units, prepared here.

    Areas that collapse on the grid have no faces; there may be none at all.
    """
    faces = _faces_between(areas)
    # No border runs through a face, so one point says for all of it whether it lies in an area.
    tree = shapely.STRtree(shapely.point_on_surface(faces))
    shapely.prepare(areas)
    owners, members = tree.query(areas, predicate="intersects")
    # Holes of areas are faces as well, of no area: they are left out.
    used, members = np.unique(members, return_inverse=True)
    order = np.lexsort((members, owners))
    return PlanarPartition(faces[used], owners[order], members[order], len(areas))


def _faces_between(areas: GeometryArray) -> GeometryArray:
    """What the borders of areas enclose, (k,) polygons on whole units.

    Noded on the grid: where borders cross both get a vertex, without which nothing is a coverage.
    """
    lines = shapely.union_all(_borders(areas), grid_size=1)
    return np.asarray(shapely.get_parts(shapely.polygonize([lines])))


def _borders(areas: GeometryArray) -> GeometryArray:
    """Every distinct edge once, however many areas share it: (k,) lines of two ends.

    Cells of a source repeat the same borders day after day; noded, each copy would cost again.
    """
    xy, owners = shapely.get_coordinates(
        shapely.get_parts(shapely.boundary(areas)), return_index=True
    )
    xy = np.rint(xy)
    same = owners[1:] == owners[:-1]
    ends = np.concatenate([xy[:-1][same], xy[1:][same]], axis=1)
    # Neighbours run along their border in opposite ways: all edges are turned one way.
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    ends = np.unique(ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)], axis=0)
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)))


@dataclass(frozen=True)
class ThinnedPoints:
    """The points of a level. rows: (k,) of the source-layer. counts: (k,) points each stands for.

    columns, lines: (k,) the tile of each. xy: (k, 2) in whole units of it. Ordered by tile, then
    by row. The counts of a level sum to all points there are.
    """

    rows: IntArray
    counts: Signed
    columns: IntArray
    lines: IntArray
    xy: Signed

    def tile_slices(self) -> list[tuple[int, int]]:
        """First and past-last place of each tile's points."""
        if not len(self.rows):
            return []
        is_first = np.ones(len(self.rows), dtype=bool)
        is_first[1:] = (np.diff(self.columns) != 0) | (np.diff(self.lines) != 0)
        starts = np.flatnonzero(is_first).tolist()
        return list(zip(starts, [*starts[1:], len(self.rows)], strict=True))


def point_units(lonlat: Coordinates, zoom: float) -> Coordinates:
    """Points as `to_units` gives them, (n, 2); NaN beyond the square of Web Mercator.

    Held at its edge, as `to_units` does, a pole would be drawn 550 km from where it is.
    """
    units = to_units(lonlat, zoom)
    units[np.abs(lonlat[:, 1]) > LATITUDE_MAX] = np.nan
    return units


def out_of_collections(shapes: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Shapes none of which is a GeometryCollection, and the row each is of, ascending.

    shapes: (n,); those in collections are taken out, however deep; None and empty ones are left
    out.
    """
    parts, rows = shapes, np.arange(len(shapes))
    mixed = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
    while mixed.any():
        inner, owners = shapely.get_parts(parts[mixed], return_index=True)
        parts = np.concatenate([parts[~mixed], inner])
        rows = np.concatenate([rows[~mixed], rows[mixed][owners]])
        mixed = shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION
    filled = np.flatnonzero(~(shapely.is_missing(parts) | shapely.is_empty(parts)))
    order = filled[np.argsort(rows[filled], kind="stable")]
    return np.asarray(parts[order]), rows[order]


def single_points(shapes: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Every point among shapes, those of multipoints and collections too, and its row."""
    parts, rows = out_of_collections(shapes)
    punctual = shapely.get_dimensions(parts) == 0
    points, owners = shapely.get_parts(parts[punctual], return_index=True)
    point_rows = rows[punctual][owners]
    filled = ~shapely.is_empty(points)  # a multipoint may have members without a place
    return np.asarray(points[filled]), point_rows[filled]


def thin(units: Coordinates, rank: FloatArray, zoom: int, most: int | None = None) -> ThinnedPoints:
    """Points of a level: all of them, or where a tile has more than `most`, one for each square.

    units: (n, 2) in units of the level; NaN lies nowhere. rank: (n,) of several points in a
    square the one with the highest rank is shown, of equals the first. most: points in a tile, MOST
    where None.
    """
    rows = np.flatnonzero(np.isfinite(units).all(axis=1))
    # 180 degrees east is the first unit past the last column.
    whole = np.clip(np.floor(units[rows]), 0, EXTENT * 2.0**zoom - 1).astype(np.int64)
    tiles = whole // EXTENT
    # A level is thinned as a whole: a tile that is not, beside one that is, would show an edge.
    if not crowded(tiles, MOST if most is None else most):
        return _ordered(rows, np.ones(len(rows), dtype=np.int64), whole)
    square = whole // (EXTENT // SIDE)
    order = np.lexsort((rows, -rank[rows], square[:, 1], square[:, 0]))
    square = square[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (square[1:] != square[:-1]).any(axis=1)
    starts = np.flatnonzero(is_first)
    counts = np.diff(np.append(starts, len(order)))
    shown = order[starts]
    return _ordered(rows[shown], counts, whole[shown])


def crowded(tiles: Signed, most: int) -> bool:
    """Whether any tile has more than `most` points. tiles: (n, 2) column and row of each point."""
    if len(tiles) <= most:
        return False
    _, counts = np.unique(tiles, axis=0, return_counts=True)
    return bool(counts.max() > most)


def _ordered(rows: IntArray, counts: Signed, whole: Signed) -> ThinnedPoints:
    tiles = whole // EXTENT
    order = np.lexsort((rows, tiles[:, 1], tiles[:, 0]))
    tiles = tiles[order]
    xy = whole[order] - tiles * EXTENT
    return ThinnedPoints(rows[order], counts[order], tiles[:, 0], tiles[:, 1], xy)
