"""Where do the cells of a raster lie, and how much ground does each cover?"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely

from geodata.crs import CRS84, EQUAL_AREA, areas_km2
from geodata.geometry import as_array
from geodata.types import FloatArray
from schemas import Raster

GEOGRAPHIC = "EPSG:4326"
LATTICE = 33
"""Nodes a side of the lattice on which areas of projected cells are computed, then interpolated."""


@dataclass(frozen=True)
class Grid:
    """A north-up grid. west, north: its corner; dx, dy: size of a cell, both > 0; CRS units."""

    crs: str
    west: float
    north: float
    dx: float
    dy: float
    width: int
    height: int

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in units of the CRS."""
        east, south = self.west + self.dx * self.width, self.north - self.dy * self.height
        return self.west, south, east, self.north

    def window(self, bounds: tuple[float, float, float, float]) -> "Window":
        """The cells that meet a box given in the grid's CRS; empty where none does.

        bounds: west, south, east, north, closed.
        """
        west, south, east, north = bounds
        columns = _between(west - self.west, east - self.west, self.dx, self.width)
        rows = _between(self.north - north, self.north - south, self.dy, self.height)
        return Window(columns[0], rows[0], columns[1], rows[1])

    def part(self, window: "Window") -> "Grid":
        """The grid of a window."""
        west, north = self.west + window.col_off * self.dx, self.north - window.row_off * self.dy
        return Grid(self.crs, west, north, self.dx, self.dy, window.width, window.height)

    def cell_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the cell that holds a spot of the grid's CRS; None outside."""
        column, row = math.floor((x - self.west) / self.dx), math.floor((self.north - y) / self.dy)
        return (row, column) if 0 <= row < self.height and 0 <= column < self.width else None

    def cell_areas_km2(self) -> FloatArray:
        """Ground each cell covers on WGS 84, (height, 1) on degrees, else (height, width)."""
        return _areas_on_degrees(self) if is_geographic(self.crs) else _areas_on_a_plane(self)


@dataclass(frozen=True)
class Window:
    """Cells of a grid: first column and row, and how many of each, named as rasterio's are.

    A class of its own, because rasterio takes a second to load.
    """

    col_off: int
    row_off: int
    width: int
    height: int

    @property
    def size(self) -> int:
        """How many cells there are."""
        return self.height * self.width


def grid_of(raster: Raster) -> Grid:
    """The grid of a raster."""
    return Grid(raster.crs, *raster.corner, *raster.resolution, raster.width, raster.height)


def covering(bounds: tuple[float, float, float, float], cells_per_degree: int) -> Grid:
    """The grid of degrees that covers a CRS84 box, its edges on whole degrees.

    bounds: west, south, east, north. On whole degrees grids of releases lie upon each other, though
    their boxes differ.
    """
    west, south = math.floor(bounds[0]), math.floor(bounds[1])
    east, north = math.ceil(bounds[2]), math.ceil(bounds[3])
    size = 1 / cells_per_degree
    width, height = (east - west) * cells_per_degree, (north - south) * cells_per_degree
    return Grid(GEOGRAPHIC, west, north, size, size, width, height)


@lru_cache(maxsize=64)
def is_geographic(crs: str) -> bool:
    """Whether coordinates are degrees."""
    return bool(pyproj.CRS.from_user_input(crs).is_geographic)


def _between(low: float, high: float, size: float, count: int) -> tuple[int, int]:
    """First cell and number of cells between two distances from the grid's edge."""
    first = min(max(math.floor(low / size), 0), count)
    last = min(max(math.ceil(high / size), first), count)
    return first, last - first


def _areas_on_degrees(grid: Grid) -> FloatArray:
    """km2 by row, (height, 1): exact, a box of degrees is a rectangle in a cylindrical plane."""
    tops = grid.north - grid.dy * np.arange(grid.height)
    # A user's grid may reach 1e-6 degrees beyond a pole (`foreign`).
    south, north = np.maximum(tops - grid.dy, -90), np.minimum(tops, 90)
    boxes = shapely.box(np.zeros(grid.height), south, np.full(grid.height, grid.dx), north)
    return np.asarray(areas_km2(as_array(boxes))[:, None])


def _areas_on_a_plane(grid: Grid) -> FloatArray:
    """km2 of each cell, (height, width), interpolated between the nodes of a lattice.

    Scale changes slowly: over one UTM zone the error is below 1e-6.
    """
    west, south, east, north = grid.bounds
    x, y = np.linspace(west, east, LATTICE), np.linspace(north, south, LATTICE)
    nodes = _node_areas(grid, *np.meshgrid(x, y))
    columns = (np.arange(grid.width) + 0.5) / grid.width * (LATTICE - 1)
    rows = (np.arange(grid.height) + 0.5) / grid.height * (LATTICE - 1)
    across = np.array([np.interp(columns, np.arange(LATTICE), row) for row in nodes])
    low = np.minimum(rows.astype(int), LATTICE - 2)
    share = (rows - low)[:, None]
    return np.asarray(across[low] * (1 - share) + across[low + 1] * share)


def _node_areas(grid: Grid, x: FloatArray, y: FloatArray) -> FloatArray:
    """km2 of a cell centred on each node."""
    move = pyproj.Transformer.from_crs(grid.crs, EQUAL_AREA, always_xy=True).transform
    half_x, half_y = grid.dx / 2, grid.dy / 2
    corners = [
        move(x + i * half_x, y + j * half_y) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return np.asarray(np.abs((cx - ax) * (dy - by) - (dx - bx) * (cy - ay)) / 2e6)


@lru_cache(maxsize=64)
def from_crs84(crs: str) -> pyproj.Transformer:
    """Longitude and latitude into a CRS, x first in both."""
    return pyproj.Transformer.from_crs(CRS84, crs, always_xy=True)
