"""How is a cloud-optimised GeoTIFF written: the same cells give the same bytes.

Loads rasterio, and stands on nothing else of Lodeline but `gdal`: the worker that opens foreign
files writes with it too.
"""

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.io import DatasetReader, MemoryFile
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_translate

from geodata.rasters.gdal import DRIVER, SETTINGS

Overviews = Literal["nearest", "average"]
BLOCK = 256
"""Cells along a side of a block: as a tile has them, so that few blocks make a tile."""


def profile(dtype: str) -> dict[str, Any]:
    """How cells are laid out and packed: DEFLATE, which every reader has."""
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


def write_cog(source: DatasetReader, path: Path, *, overviews: Overviews) -> None:
    """Write one band as a COG with overviews.

    overviews: how cells are put together in them, 'nearest' or 'average'.
    """
    with rasterio.Env(**SETTINGS):
        cog_translate(
            source,
            str(path),
            profile(source.dtypes[0]),
            indexes=[1],
            overview_resampling=overviews,
            in_memory=source.width * source.height <= 1 << 24,
            quiet=True,
            config={"GDAL_TIFF_OVR_BLOCKSIZE": str(BLOCK)},
        )


def write_cells(  # noqa: PLR0913 - a grid, its cells and what they mean
    cells: npt.NDArray[np.generic],
    path: Path,
    *,
    crs: str,
    corner: tuple[float, float],
    resolution: tuple[float, float],
    nodata: float,
    overviews: Overviews,
) -> None:
    """Write cells, (height, width) from the north-west, as a COG."""
    height, width = cells.shape
    about = {
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
        with memory.open(**about) as plain:
            plain.write(cells, 1)
        with memory.open(driver=DRIVER) as plain:
            write_cog(plain, path, overviews=overviews)
