"""Is a raster's file what its record says: opened, and each of its figures compared?"""

from pathlib import Path

import numpy as np
import rasterio
from rasterio.crs import CRS
from rasterio.errors import RasterioError

from geodata.rasters.gdal import DRIVER, SETTINGS
from schemas import Raster


def differences(path: Path, raster: Raster) -> list[str]:
    """What differs between a file and its record; empty where nothing does."""
    if not path.is_file():
        return [f"{path.name} is lost"]
    try:
        with rasterio.Env(**SETTINGS), rasterio.open(path, driver=DRIVER) as dataset:
            found = _told(dataset)
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
        f"{name} is {found[name]}, not {value}"
        for name, value in wanted.items()
        if found[name] != value
    ]


def _told(dataset: rasterio.DatasetReader) -> dict[str, object]:
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
    return "nan" if isinstance(nodata, float) and np.isnan(nodata) else nodata
