"""How are cells read: by few open files shared among threads, as tiles, spots and windows?

Loads rasterio. A dataset is used by one thread at a time (GDAL asks for that), and stays open
between requests: opening costs as much as reading a tile.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from math import pi
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.crs import CRS
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import Affine, from_origin
from rasterio.vrt import WarpedVRT
from rasterio.warp import calculate_default_transform, transform_bounds
from rasterio.windows import Window as RasterioWindow

from geodata.errors import Damaged
from geodata.rasters.colours import Scale, palette, palette_numbers, png
from geodata.rasters.gdal import DRIVER, SETTINGS
from geodata.rasters.grid import Grid, Window, grid_of, is_geographic
from geodata.types import Mask
from schemas import Raster

OPEN_AT_ONCE = 4
"""Times one file may be open, and so threads that read it at once; others wait."""
MERCATOR = "EPSG:3857"
HALF = pi * 6_378_137
"""From the middle of the Mercator map to its edges, in its metres."""
NORTHMOST = 85.06
"""Latitude at which that map ends, a little beyond."""
Values = npt.NDArray[np.generic]


@dataclass(frozen=True)
class TileCells:
    """The cells of a tile, nearest cell to each pixel: (size, size), and which hold a value.

    transform: of the pixels, in metres of EPSG:3857. nodata: None where every cell counts.
    """

    values: Values
    valid: Mask
    transform: Affine
    nodata: float | None

    def encoded(self, form: str, scale: Scale) -> bytes:
        """The tile as `png` or `webp` in the colours of a scale, or as `tif` of the values."""
        if form == "tif":
            return self._geotiff()
        colours, numbers = (
            palette(scale.colours),
            palette_numbers(self.values, self.valid, scale.ends),
        )
        return png(numbers, colours) if form == "png" else _webp(colours[numbers])

    def _geotiff(self) -> bytes:
        """The values; a mask beside them where no value says that there is none."""
        profile = {
            "crs": MERCATOR, "transform": self.transform, "nodata": self.nodata,
            "compress": "DEFLATE",
        }  # fmt: skip
        mask = self.valid if self.nodata is None and not self.valid.all() else None
        return _file(DRIVER, self.values[None], mask, **profile)


def _webp(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A picture of (height, width, 4) RGBA without loss."""
    # rasterio warns of files without a place on earth; a picture has none.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        return _file("WEBP", np.moveaxis(pixels, -1, 0), None, lossless=True)


def _file(driver: str, bands: Values, mask: Mask | None, **profile: Any) -> bytes:  # noqa: ANN401
    """Bands, (n, height, width), as a file of a driver of GDAL."""
    count, height, width = bands.shape
    size = {"count": count, "height": height, "width": width, "dtype": bands.dtype}
    # Inside the file: a mask beside it would be lost, as one file is sent.
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), MemoryFile() as memory:
        with memory.open(driver=driver, **size, **profile) as target:
            target.write(bands)
            if mask is not None:
                target.write_mask(mask)
        return bytes(memory.read())


@dataclass(frozen=True)
class _OnMercator:
    """Where a raster lies on the Mercator map. bounds: west, south, east, north, metres.

    resolution: metres of one of its cells there.
    """

    bounds: tuple[float, float, float, float]
    resolution: float


class OpenFile:
    """One raster's file, opened at most OPEN_AT_ONCE times."""

    def __init__(self, path: Path, raster: Raster) -> None:
        self.raster = raster
        self._path = path
        self._room = threading.BoundedSemaphore(OPEN_AT_ONCE)
        self._free: list[_Levels] = []

    def tile(self, z: int, x: int, y: int, size: int) -> TileCells | None:
        """The cells under a tile of WebMercatorQuad; None where no cell there holds a value.

        z, x, y: level, column from the west, row from the north. size: pixels a side. Raises
        Damaged.
        """
        side = 2 * HALF / (1 << z)
        west, north = x * side - HALF, HALF - y * side
        box = (west, north - side, west + side, north)
        # Most tiles of the world lie beside the raster: they need no file.
        if self._place is None or not _meet(self._place.bounds, box):
            return None
        pixel = side / size
        transform = from_origin(west, north, pixel, pixel)
        with self._levels() as levels:
            dataset = levels.at_most(pixel / self._place.resolution)
            values, covered = _warped(dataset, transform, size)
            nodata = dataset.nodata
        valid = self.valid(values) & covered
        return TileCells(values, valid, transform, nodata) if valid.any() else None

    def cells(self, window: Window) -> Values:
        """The cells of a window, (height, width) from the north-west. Raises Damaged."""
        wanted = RasterioWindow(window.col_off, window.row_off, window.width, window.height)
        with self._levels() as levels:
            return np.asarray(levels.full.read(1, window=wanted))

    def valid(self, values: Values) -> Mask:
        """Which of the cells hold a value: finite and not the raster's nodata."""
        nodata = self.raster.nodata
        valid = np.ones(values.shape, dtype=bool)
        if np.issubdtype(values.dtype, np.floating):
            valid = np.isfinite(values)
        return valid if nodata is None or nodata == "nan" else valid & (values != nodata)

    @cached_property
    def _place(self) -> _OnMercator | None:
        """None where it lies beyond the ends of the map."""
        grid = grid_of(self.raster)
        # The poles lie at infinity on the map: a raster around one is shown as far as the map goes.
        if is_geographic(grid.crs):
            west, south, east, north = grid.bounds
            box = (west, max(south, -NORTHMOST), east, min(north, NORTHMOST))
            grid = grid.part(grid.window(box))
        return _on_mercator(grid) if grid.width and grid.height else None

    @contextmanager
    def _levels(self) -> Iterator["_Levels"]:
        """An open file nobody else uses. Raises Damaged where it cannot be read."""
        with self._room, rasterio.Env(**SETTINGS):
            try:
                try:
                    levels = self._free.pop()
                except IndexError:
                    levels = _Levels(self._path)
                yield levels
                self._free.append(levels)  # not after an error: a damaged file is opened anew
            except RasterioError as error:
                raise Damaged(f"{self._path.name} cannot be read: {error}") from error


class _Levels:
    """One file opened: its cells in full, and its overviews as they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.full: DatasetReader = rasterio.open(path, driver=DRIVER)
        self._factors: list[int] = self.full.overviews(1)
        self._opened: dict[int, DatasetReader] = {}

    def at_most(self, factor: float) -> DatasetReader:
        """The coarsest level whose cells are at most `factor` times as large as those in full.

        A coarser one would show cells broader than the pixels.
        """
        level = sum(each <= factor for each in self._factors) - 1
        if level < 0:
            return self.full
        if level not in self._opened:
            self._opened[level] = rasterio.open(self._path, driver=DRIVER, overview_level=level)
        return self._opened[level]


def _warped(dataset: DatasetReader, transform: Affine, size: int) -> tuple[Values, Mask]:
    """The cell nearest to each pixel of a Mercator tile, and which pixels lie on the raster."""
    tile = {"crs": MERCATOR, "transform": transform, "width": size, "height": size}
    # Without nodata GDAL fills what lies beyond the raster with zeros, which look like values: an
    # alpha band says where it ends.
    whole = dataset.nodata is None
    with WarpedVRT(dataset, **tile, nodata=dataset.nodata, add_alpha=whole) as warped:
        values = np.asarray(warped.read(1))
        covered = warped.read(2) > 0 if whole else np.ones(values.shape, dtype=bool)
    return values, covered


def _on_mercator(grid: Grid) -> _OnMercator:
    bounds = transform_bounds(grid.crs, MERCATOR, *grid.bounds)
    transform, _, _ = calculate_default_transform(
        grid.crs, MERCATOR, grid.width, grid.height, *grid.bounds
    )
    return _OnMercator(bounds, float(transform.a))


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes have ground in common."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def differences(path: Path, raster: Raster) -> list[str]:
    """What differs between a file and its record; empty where nothing does."""
    if not path.is_file():
        return [f"{path.name} is lost"]
    try:
        with rasterio.Env(**SETTINGS), rasterio.open(path, driver=DRIVER) as dataset:
            header = _header(dataset)
            # Both ends of the file: one cut short keeps its header and loses its last block.
            corners = [(0, 0), (dataset.height - 1, dataset.width - 1)]
            for row, column in corners:
                dataset.read(1, window=((row, row + 1), (column, column + 1)))
    except RasterioError as error:
        return [f"it cannot be read: {error}"]
    wanted = {
        "bands": 1,
        "type": raster.dtype,
        "size": (raster.width, raster.height),
        "grid": _grid(*raster.corner, *raster.resolution),
        "nodata": _plain(raster.nodata),
        "CRS": CRS.from_user_input(raster.crs),
    }
    return [
        f"{name} is {header[name]}, not {value}"
        for name, value in wanted.items()
        if header[name] != value
    ]


def _header(dataset: rasterio.DatasetReader) -> dict[str, object]:
    """What a file says of itself, in the terms of a record."""
    move = dataset.transform
    return {
        "bands": dataset.count,
        "type": dataset.dtypes[0],
        "size": (dataset.width, dataset.height),
        "grid": _grid(move.c, move.f, move.a, -move.e),
        "nodata": _plain(dataset.nodata),
        "CRS": dataset.crs,
    }


def _grid(*figures: float) -> tuple[float, ...]:
    """Figures of a grid to ten digits: a file and a list may round the last ones otherwise."""
    return tuple(float(f"{figure:.10g}") for figure in figures)


def _plain(nodata: object) -> object:
    """A nodata value that equals itself, as NaN does not."""
    return "nan" if isinstance(nodata, float) and np.isnan(nodata) else nodata
