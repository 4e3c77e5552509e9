"""How is a cloud-optimised GeoTIFF written, so that the same cells give the same bytes?

Loads rasterio, and stands on nothing else of Lodeline but `gdal` and `labels`: the worker that
opens foreign files writes with it too.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling
from rasterio.io import DatasetWriter, MemoryFile
from rasterio.rio.overview import get_maximum_overview_level
from rasterio.shutil import copy
from rasterio.transform import from_origin

from geodata.rasters.gdal import DRIVER, SETTINGS
from geodata.rasters.labels import Labels

Overviews = Literal["nearest", "average"]
BLOCK = 256
"""Cells along a side of a block: as a tile has them, so that few blocks make a tile."""


def profile(dtype: str) -> dict[str, Any]:
    """How cells are laid out and packed: DEFLATE, which every reader has."""
    # TIFF's predictors: 3 for floating point, 2 the difference of whole numbers side by side.
    predictor = 3 if dtype.startswith("float") else 2
    return {
        "driver": DRIVER,
        "interleave": "pixel",
        "tiled": True,
        "blockxsize": BLOCK,
        "blockysize": BLOCK,
        "compress": "DEFLATE",
        "zlevel": 6,
        "predictor": predictor,
    }


def write_cog(source: DatasetWriter, path: Path, about: Labels, *, overviews: Overviews) -> None:
    """Write one band as a COG with labels and overviews, which the source has afterwards too.

    overviews: how cells are put together in them: 'average' for quantities, 'nearest' for what has
    no mean (days, classes).
    """
    levels = get_maximum_overview_level(source.width, source.height, minsize=BLOCK)
    with rasterio.Env(**SETTINGS, GDAL_TIFF_OVR_BLOCKSIZE=BLOCK):
        source.units = (about.unit,)
        source.set_band_description(1, about.title)
        source.update_tags(**about.tags, OVERVIEW_RESAMPLING=overviews.upper())
        source.build_overviews([2**level for level in range(1, levels + 1)], Resampling[overviews])
        # Overviews taken over in the copy stand behind the header, before the cells.
        copy(source, str(path), copy_src_overviews=True, **profile(source.dtypes[0]))


def write_cells(  # noqa: PLR0913 - a grid, its cells and what they mean
    cells: npt.NDArray[np.generic],
    path: Path,
    about: Labels,
    *,
    crs: str,
    corner: tuple[float, float],
    resolution: tuple[float, float],
    nodata: float,
    overviews: Overviews,
) -> None:
    """Write cells, (height, width) from the north-west, as a COG.

    corner: x and y of the north-west corner; resolution: width and height of a cell, both > 0; in
    units of the CRS.
    """
    height, width = cells.shape
    layout = {
        "driver": DRIVER,
        "count": 1,
        "height": height,
        "width": width,
        "dtype": str(cells.dtype),
        "crs": crs,
        "transform": from_origin(*corner, *resolution),
        "nodata": nodata,
    }
    with rasterio.Env(**SETTINGS), MemoryFile() as memory:
        with memory.open(**layout) as plain:
            plain.write(cells, 1)
        with rasterio.open(memory.name, "r+", driver=DRIVER) as plain:
            write_cog(plain, path, about, overviews=overviews)
