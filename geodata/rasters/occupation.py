"""Since which day is each piece of land occupied: `occupation-since`, dated cells on a grid."""

from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from rasterio.features import rasterize
from rasterio.transform import from_origin

from geodata.control.cells import as_of
from geodata.interval import as_days
from geodata.rasters.grid import Grid

CELLS_PER_DEGREE = 240
"""15 arc-seconds: 464 m from north to south, 310 m from west to east at 48 degrees north."""
NODATA = int(np.iinfo(np.int32).min)
Days = npt.NDArray[np.int32]


def newest_source(ends: dict[str, date], priority: Sequence[str]) -> str:
    """The source that answers for the newest day of all: the first of the priority list.

    ends: the newest day of each source of the release. Sources not listed come last, by name.
    """
    return next((source for source in priority if source in ends), min(ends))


def occupation_since(cells: gpd.GeoDataFrame, day: date, grid: Grid) -> Days:
    """Day the land at the centre of each grid cell was last taken, if it is held on `day`.

    cells: of one source, CRS84. Returns (height, width) days since 1970-01-01; NODATA where the
    land is not occupied on `day`.
    """
    today = as_of(cells, day)
    held = today[(today["status"] == "occupied").to_numpy()]
    taken = as_days(held["valid_from"]).astype("datetime64[D]").astype(int)
    shapes = list(zip(held.geometry, taken.tolist(), strict=True))
    if not shapes:
        return np.full((grid.height, grid.width), NODATA, dtype=np.int32)
    return np.asarray(
        rasterize(
            shapes,
            out_shape=(grid.height, grid.width),
            transform=from_origin(grid.west, grid.north, grid.dx, grid.dy),
            fill=NODATA,
            dtype="int32",
        )
    )
