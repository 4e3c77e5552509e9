"""What are the values in an area: counts, extremes and means over exact shares of cells?"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84, areas_km2, reproject
from geodata.errors import InvalidInput, TooLarge
from geodata.geometry import as_array
from geodata.rasters.coverage import coverage, pieces
from geodata.rasters.grid import GEOGRAPHIC, Grid, Window, grid_of, is_geographic
from geodata.rasters.reading import OpenFile
from geodata.types import FloatArray

MOST_CELLS = 16_000_000
"""Cells of the box around an area; those inside that hold values take 24 bytes each."""
MOST_PIECES = 8_000_000
"""Pieces that the cells cut the outline of an area into; each takes about 0.3 microseconds."""
MOST_DENSE = 500_000
"""Vertices added to an area before it is moved to a plane."""
CELLS_AT_ONCE = 1 << 20
"""Cells read at a time: an area as large as the raster takes no more memory for it."""
AT_ONCE = threading.BoundedSemaphore(2)
"""Areas summed up at a time, so that many requests take no more memory than two."""
DENSE_DEG = 0.02
"""Longest edge before an area is moved to a plane, about 2 km: straight edges of degrees bend
there."""


@dataclass(frozen=True)
class AreaStatistics:
    """Values in an area. Where no cell of it holds a value, all but the areas and count are None.

    count: cells that hold a value, each by its share inside. area_km2: that of the area itself.
    covered_km2: the part of it where cells hold values. mean, median and stdev weigh each cell by
    the ground of it inside the area; total is the sum of value times share of the cell; integral
    that of value times km2 of ground inside.
    """

    count: float
    area_km2: float
    covered_km2: float
    min: float | None = None
    max: float | None = None
    mean: float | None = None
    median: float | None = None
    stdev: float | None = None
    total: float | None = None
    integral: float | None = None


def statistics(file: OpenFile, area: BaseGeometry) -> AreaStatistics:
    """Statistics of a raster in an area, CRS84 polygons.

    Raises TooLarge for too many cells or crossings, InvalidInput where the area has no place in the
    raster's CRS.
    """
    grid, area_km2 = grid_of(file.raster), float(areas_km2(as_array(area))[0])
    with AT_ONCE:
        shape = _on_grid(area, grid.crs)
        window = grid.window(shape.bounds) if not shape.is_empty else None
        if window is None or not window.size:
            return AreaStatistics(0.0, area_km2, 0.0)
        _refuse_large(shape, grid, window)
        strips = [_values_inside(file, grid, shape, strip) for strip in _strips(window)]
        values, covered, ground = (np.concatenate(parts) for parts in zip(*strips, strict=True))
        return _summary(values, covered, ground, area_km2)


def _refuse_large(shape: BaseGeometry, grid: Grid, window: Window) -> None:
    """Raise TooLarge for too many cells, or edges that cross them too often."""
    if window.size > MOST_CELLS:
        raise TooLarge(
            f"the bounding box of the area has {window.size:,} cells of this raster; give an area "
            f"with at most {MOST_CELLS:,}"
        )
    # Counted before anything is cut: a comb over the whole raster crosses every cell many times.
    crossed = pieces(shape, grid)
    if crossed > MOST_PIECES:
        raise TooLarge(
            f"the edges of the area cross cells of this raster {crossed:,} times; simplify it, or "
            f"give an area whose edges cross at most {MOST_PIECES:,}"
        )


def _strips(window: Window) -> Iterator[Window]:
    """The window in strips of rows, a row of very many cells in parts."""
    width = min(window.width, CELLS_AT_ONCE)
    rows = CELLS_AT_ONCE // width
    for top in range(0, window.height, rows):
        for left in range(0, window.width, width):
            across, height = min(width, window.width - left), min(rows, window.height - top)
            yield Window(window.col_off + left, window.row_off + top, across, height)


def _values_inside(
    file: OpenFile, grid: Grid, shape: BaseGeometry, strip: Window
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Value, share inside and km2 of ground inside of the cells that hold a value, (n,) each."""
    part = grid.part(strip)
    rows, columns, covered = coverage(shape, part)
    values, areas = file.cells(strip)[rows, columns], part.cell_areas_km2()
    ground = covered * areas[rows, columns if areas.shape[1] > 1 else 0]
    valid = file.valid(values)
    return values[valid].astype(float), covered[valid], ground[valid]


def _summary(
    values: FloatArray, covered: FloatArray, ground: FloatArray, area_km2: float
) -> AreaStatistics:
    if not len(values):
        return AreaStatistics(0.0, area_km2, 0.0)
    # By ground, not by cells: cells of degrees shrink towards the north.
    mean = float((values * ground).sum() / ground.sum())
    spread = float(((values - mean) ** 2 * ground).sum() / ground.sum())
    return AreaStatistics(
        count=float(covered.sum()),
        area_km2=area_km2,
        covered_km2=float(ground.sum()),
        min=float(values.min()),
        max=float(values.max()),
        mean=mean,
        median=weighted_median(values, ground),
        stdev=spread**0.5,
        total=float((values * covered).sum()),
        integral=float((values * ground).sum()),
    )


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The least value at or below which half of the weight lies. values, weights: (n,), n > 0."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def _on_grid(area: BaseGeometry, crs: str) -> BaseGeometry:
    """The area in the grid's CRS. Raises InvalidInput where it has no place in it, and TooLarge."""
    if crs == GEOGRAPHIC:  # CRS84 with the axes named otherwise; x is first in both here
        return area
    moved: BaseGeometry = reproject(as_array(_bendable(area, crs)), CRS84, crs)[0]
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise InvalidInput(
            f"part of the area cannot be projected to {crs}, the CRS of this raster; give only the "
            "part that lies near the raster"
        )
    return moved if shapely.is_valid(moved) else shapely.make_valid(moved)  # an edge may fold over


def _bendable(area: BaseGeometry, crs: str) -> BaseGeometry:
    """The area with vertices close enough together to follow the bends of a CRS."""
    if is_geographic(crs):
        return area
    if shapely.length(area) / DENSE_DEG > MOST_DENSE:
        raise TooLarge(
            f"the outline of the area is {shapely.length(area):,.0f} degrees long; give one of "
            f"at most {MOST_DENSE * DENSE_DEG:,.0f} degrees of this raster"
        )
    dense: BaseGeometry = shapely.segmentize(area, DENSE_DEG)
    return dense
