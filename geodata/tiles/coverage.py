"""How are neighbouring areas made simpler without tearing: their shared borders move together."""

from dataclasses import dataclass

import numpy as np
import shapely

from geodata.tiles.cut import on_grid
from geodata.types import GeometryArray, IntArray

TOLERANCE = 4.0
"""Detail left out below the deepest level: the square root of the area of the triangles removed,
in tile units (Visvalingam's measure, as GEOS uses it). Half a pixel of a tile drawn 512 wide."""
FINER = 4
"""The arrangement is made on a grid this many times finer than the deepest level's."""


@dataclass(frozen=True)
class Coverage:
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


def arranged(areas: GeometryArray) -> Coverage:
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
    return Coverage(atoms[used], owners[order], members[order], len(areas))


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
