"""How are cells read: by few open files shared among threads, as tiles, spots and windows.

Loads rasterio and rio-tiler. A dataset is used by one thread at a time (GDAL asks for that), and
stays open between requests: opening costs as much as reading a tile.
"""

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window as RasterioWindow
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.models import ImageData
from rio_tiler.utils import render

from geodata.errors import Damaged
from geodata.rasters.gdal import DRIVER, SETTINGS
from geodata.rasters.grid import Window
from geodata.rasters.legend import Scale
from geodata.rasters.png import png
from geodata.rasters.ramps import numbered, palette
from schemas import Raster

warnings.filterwarnings("ignore", "Adjusting dataset latitudes")  # Mercator ends before the poles
OPEN_AT_ONCE = 4
Values = npt.NDArray[np.generic]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class TileCells:
    """The cells of a tile, nearest cell to each pixel: (size, size), and which hold a value."""

    values: Values
    valid: Mask
    image: ImageData

    def drawn(self, form: str, scale: Scale) -> bytes:
        """The tile as `png` or `webp` in the colours of a scale, or as `tif` of the values."""
        if form == "tif":
            return self.image.render(img_format="GTIFF", add_mask=False, nodata=self.image.nodata,
                                     compress="DEFLATE")  # fmt: skip
        colours, numbers = palette(scale.colours), numbered(self.values, self.valid, scale.ends)
        if form == "png":
            return png(numbers, colours)
        pixels = np.moveaxis(colours[numbers], -1, 0)
        return bytes(render(pixels[:3], pixels[3], img_format="WEBP", lossless=True))


class OpenFile:
    """One raster's file, opened at most OPEN_AT_ONCE times."""

    def __init__(self, path: Path, raster: Raster) -> None:
        self.raster = raster
        self._path = path
        self._room = threading.BoundedSemaphore(OPEN_AT_ONCE)
        self._free: list[Reader] = []

    def tile(self, z: int, x: int, y: int, size: int) -> TileCells | None:
        """The cells under a tile of WebMercatorQuad; None where no cell there holds a value."""
        with self._reader() as reader:
            try:
                image = reader.tile(x, y, z, tilesize=size)
            except TileOutsideBounds:
                return None
        values = image.array.data[0]
        valid = self.valid(values)
        return TileCells(values, valid, image) if valid.any() else None

    def cells(self, window: Window) -> Values:
        """The cells of a window, (height, width)."""
        wanted = RasterioWindow(window.column, window.row, window.width, window.height)
        with self._reader() as reader:
            dataset: Any = reader.dataset
            return np.asarray(dataset.read(1, window=wanted))

    def valid(self, values: Values) -> Mask:
        """Which of the values are values."""
        nodata = self.raster.nodata
        held = np.ones(values.shape, dtype=bool)
        if np.issubdtype(values.dtype, np.floating):
            held = np.isfinite(values)
        return held if nodata is None or nodata == "nan" else held & (values != nodata)

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        """A reader nobody else uses. Raises Damaged where the file cannot be read."""
        with self._room, rasterio.Env(**SETTINGS):
            try:
                try:
                    reader = self._free.pop()
                except IndexError:
                    reader = Reader(None, dataset=rasterio.open(self._path, driver=DRIVER))
                yield reader
                self._free.append(reader)
            except RasterioError as error:
                raise Damaged(f"{self._path.name} cannot be read: {error}") from error
