"""How are neighbours simplified together, and crowded points thinned?"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.tiles.clip import on_grid
from geodata.tiles.grid import EXTENT, LATITUDE_MAX, Coordinates, to_units
from geodata.tiles.varint import Signed
from geodata.types import GeometryArray, IntArray

TOLERANCE = 4.0
"""Detail left out below the deepest level: the square root of the area of the triangles removed,
in tile units (Visvalingam's measure, as GEOS uses it). Half a pixel of a tile drawn 512 wide."""
FINER = 4
"""The arrangement is made on a grid this many times finer than the deepest level's."""
MOST = 1000
"""Points in a tile above which its level is thinned."""
SIDE = 32
"""A thinned tile has at most SIDE x SIDE points: one for each square of this grid."""


@dataclass(frozen=True)
class PlanarPartition:
    """Areas as sets of atoms: the smallest pieces their borders cut the plane into.

    Areas may overlap (cells of different days do); atoms do not. atoms: (m,) polygons, noded, on
    whole units of a grid. areas, members: pairs (area, atom), ordered by area. count: n areas.
    """

    atoms: GeometryArray
    areas: IntArray
    members: IntArray
    count: int

    def at(self, scale: float, tolerance: float) -> GeometryArray:
        """The areas on a grid `scale` times coarser, simplified together; whole units.

        Areas that become smaller than a unit are None.
        """
        atoms = self.atoms
        if tolerance:
            atoms = shapely.coverage_simplify(atoms, tolerance * scale)
        result = np.full(self.count, None, dtype=object)
        kept = self._wide_enough(scale)
        result[kept] = self._dissolved(atoms, kept)
        result = on_grid(shapely.transform(result, lambda xy: xy / scale))
        result[shapely.is_empty(result)] = None
        return result

    def _wide_enough(self, scale: float) -> IntArray:
        """Areas whose box is wider or higher than half a unit of the coarser grid."""
        starts = self._starts
        if not len(starts):
            return starts
        bounds = shapely.bounds(self.atoms)[self.members]
        low = np.minimum.reduceat(bounds[:, :2], starts, axis=0)
        high = np.maximum.reduceat(bounds[:, 2:], starts, axis=0)
        wide = ((high - low) > scale / 2).any(axis=1)
        return np.asarray(self.areas[starts][wide])

    @property
    def _starts(self) -> IntArray:
        return np.flatnonzero(np.diff(self.areas, prepend=-1))

    def _dissolved(self, atoms: GeometryArray, wanted: IntArray) -> GeometryArray:
        stops = np.append(self._starts, len(self.areas))[1:]
        spans = {int(self.areas[a]): (a, b) for a, b in zip(self._starts, stops, strict=True)}
        result = np.empty(len(wanted), dtype=object)
        for at, area in enumerate(wanted.tolist()):
            start, stop = spans[area]
            mine = atoms[self.members[start:stop]]
            result[at] = mine[0] if len(mine) == 1 else shapely.coverage_union_all(mine)
        return result


def partition(areas: GeometryArray) -> PlanarPartition:
    """The atoms of areas, which may overlap. areas: (n,) polygons on whole units.

    Areas that collapse on the grid have no atoms; there may be none at all.
    """
    lines = shapely.union_all(_borders(areas), grid_size=1)
    atoms = shapely.get_parts(shapely.polygonize([lines]))
    tree = shapely.STRtree(shapely.point_on_surface(atoms))
    shapely.prepare(areas)
    owners, members = tree.query(areas, predicate="intersects")
    used, members = np.unique(members, return_inverse=True)
    order = np.lexsort((members, owners))
    return PlanarPartition(atoms[used], owners[order], members[order], len(areas))


def _borders(areas: GeometryArray) -> GeometryArray:
    """Every distinct stretch of border once, however many areas share it: (k,) lines."""
    xy, owners = shapely.get_coordinates(
        shapely.get_parts(shapely.boundary(areas)), return_index=True
    )
    xy = np.rint(xy)
    same = owners[1:] == owners[:-1]
    ends = np.concatenate([xy[:-1][same], xy[1:][same]], axis=1)
    turned = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[turned] = ends[turned][:, [2, 3, 0, 1]]
    ends = np.unique(ends[(ends[:, :2] != ends[:, 2:]).any(axis=1)], axis=0)
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)))


@dataclass(frozen=True)
class ThinnedPoints:
    """The points of a level. rows: (k,) of the layer. counts: (k,) points each stands for.

    columns, lines: (k,) the tile of each. xy: (k, 2) in whole units of it. Ordered by tile, then
    by row. The counts of a level sum to all points there are.
    """

    rows: IntArray
    counts: Signed
    columns: IntArray
    lines: IntArray
    xy: Signed

    def stretches(self) -> list[tuple[int, int]]:
        """First and past-last place of each tile's points."""
        if not len(self.rows):
            return []
        fresh = np.ones(len(self.rows), dtype=bool)
        fresh[1:] = (np.diff(self.columns) != 0) | (np.diff(self.lines) != 0)
        starts = np.flatnonzero(fresh).tolist()
        return list(zip(starts, [*starts[1:], len(self.rows)], strict=True))


def point_units(lonlat: Coordinates, zoom: float) -> Coordinates:
    """Points as `to_units` gives them, (n, 2); NaN beyond the square of Web Mercator.

    Held at its edge a pole would be a place 550 km from where it is.
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
    held = np.flatnonzero(~(shapely.is_missing(parts) | shapely.is_empty(parts)))
    order = held[np.argsort(rows[held], kind="stable")]
    return np.asarray(parts[order]), rows[order]


def single_points(shapes: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Every point among shapes, those of multipoints and collections too, and its row."""
    parts, rows = out_of_collections(shapes)
    held = shapely.get_dimensions(parts) == 0
    points, owners = shapely.get_parts(parts[held], return_index=True)
    held_rows = rows[held][owners]
    there = ~shapely.is_empty(points)
    return np.asarray(points[there]), held_rows[there]


def thin(
    units: Coordinates, rank: npt.NDArray[np.float64], zoom: int, most: int | None = None
) -> ThinnedPoints:
    """Points of a level: all of them, or where a tile has more than `most`, one for each square.

    units: (n, 2) in units of the level; NaN lies nowhere. rank: (n,) of several points in a
    square the one with the highest rank is shown, of equals the first.
    """
    rows = np.flatnonzero(np.isfinite(units).all(axis=1))
    whole = np.clip(np.floor(units[rows]), 0, EXTENT * 2.0**zoom - 1).astype(np.int64)
    tiles = whole // EXTENT
    if not crowded(tiles, MOST if most is None else most):
        return _ordered(rows, np.ones(len(rows), dtype=np.int64), whole)
    square = whole // (EXTENT // SIDE)
    order = np.lexsort((rows, -rank[rows], square[:, 1], square[:, 0]))
    square = square[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (square[1:] != square[:-1]).any(axis=1)
    starts = np.flatnonzero(first)
    counts = np.diff(np.append(starts, len(order)))
    kept = order[starts]
    return _ordered(rows[kept], counts, whole[kept])


def crowded(tiles: Signed, most: int) -> bool:
    """Whether any tile has more than `most` points."""
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
