"""Which share of each cell lies in a polygon: exact, by `exactextract`."""

import numpy as np
import numpy.typing as npt
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geodata.rasters.grid import Grid

Cells = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]


def coverage(shape: BaseGeometry, grid: Grid) -> Cells:
    """Rows, columns and covered shares (0..1) of the cells that meet a polygon, grid's CRS."""
    window = grid.window(shape.bounds)
    part = grid.part(window)
    if not window.size:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0)
    west, south, east, north = part.bounds
    blank = np.broadcast_to(np.zeros(1, dtype=np.uint8), (window.height, window.width))
    plane = NumPyRasterSource(blank, xmin=west, ymin=south, xmax=east, ymax=north)
    feature = {"type": "Feature", "properties": {}, "geometry": mapping(shape)}
    (found,) = exact_extract(plane, feature, ["cell_id", "coverage"])
    rows, columns = np.divmod(found["properties"]["cell_id"].astype(np.intp), window.width)
    covered = np.asarray(found["properties"]["coverage"], dtype=float)
    met = covered > 0
    return rows[met] + window.row, columns[met] + window.column, covered[met]
