"""How many deposits lie where: `deposit-density`, footprints spread over a grid."""

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.rasters.coverage import coverage
from geodata.rasters.grid import Grid
from geodata.types import GeometryArray

CELLS_PER_DEGREE = 120
"""30 arc-seconds: 928 m from north to south, 621 m from west to east at 48 degrees north."""
NODATA = -9999.0
PER_KM2 = 1000.0
Density = npt.NDArray[np.float32]


def deposit_density(footprints: GeometryArray, outline: BaseGeometry, grid: Grid) -> Density:
    """Deposits expected in each cell per 1,000 km2, (height, width).

    footprints: (n,) CRS84 polygons or points, None and empty left out; each is one deposit spread
    evenly over its ground. Times the area of the cells the grid sums to the number of them.
    NODATA where a cell neither meets the outline nor a footprint.
    """
    areas = grid.cell_areas_km2()
    found = np.zeros((grid.height, grid.width))
    for shape in footprints:
        if shape is not None and not shape.is_empty:
            rows, columns, mass = _spread(shape, grid, areas)
            found[rows, columns] += mass / areas[rows, 0] * PER_KM2
    rows, columns, _ = coverage(outline, grid)
    inside = found > 0
    inside[rows, columns] = True
    return np.where(inside, found, NODATA).astype(np.float32)


def _spread(
    shape: BaseGeometry, grid: Grid, areas: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Rows and columns of the cells a footprint lies in, and the share of it in each."""
    if shapely.get_dimensions(shape) == 2:
        rows, columns, covered = coverage(shape, grid)
        ground = covered * areas[rows, 0]
        return rows, columns, ground / ground.sum()
    cell = grid.cell_at(*shapely.get_coordinates(shapely.point_on_surface(shape))[0])
    if cell is None:
        raise ValueError(f"{shape} lies outside the grid {grid}")
    return np.array([cell[0]]), np.array([cell[1]]), np.ones(1)
