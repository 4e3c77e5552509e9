"""Where is a tile: the grid WebMercatorQuad, its numbers and its OGC description?"""

from dataclasses import dataclass
from math import pi

import numpy as np
import numpy.typing as npt

from geodata.errors import NotFound

EXTENT = 4096
"""Units along the edge of a vector tile."""
ZOOM_MAX = 24
"""Deepest level of the grid."""
LATITUDE_MAX = 85.0511287798066
"""Where the square of Web Mercator ends, degrees: atan(sinh(pi))."""
HALF_WORLD_M = pi * 6378137.0
"""Half the edge of the square, metres of EPSG:3857 (radius of WGS 84, OGC 17-083r4, Annex D.2)."""
TMS_ID = "WebMercatorQuad"
TMS_URI = f"http://www.opengis.net/def/tilematrixset/OGC/1.0/{TMS_ID}"
CRS_URI = "http://www.opengis.net/def/crs/EPSG/0/3857"
PIXEL_M = 0.00028
"""Size of the standardised rendering pixel, metres (OGC 17-083r4, 6.1.1)."""
Coordinates = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, order=True)
class Tile:
    """One tile: level, column from the west, row from the north. Raises NotFound off the grid."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= ZOOM_MAX:
            raise NotFound(f"level {str(self.z)[:30]} is not on the grid; it has 0 to {ZOOM_MAX}")
        side = 1 << self.z
        if not (0 <= self.x < side and 0 <= self.y < side):
            raise NotFound(
                f"level {self.z} has columns and rows 0 to {side - 1}, "
                f"not column {str(self.x)[:30]} row {str(self.y)[:30]}"
            )


def to_units(lonlat: Coordinates, zoom: float) -> Coordinates:
    """CRS84 degrees (n, 2) to tile units of a level, counted from the north-west corner.

    Spherical Mercator, EPSG 1024; latitudes are held within LATITUDE_MAX. x to the east, y down.
    """
    sine = np.sin(np.radians(np.clip(lonlat[:, 1], -LATITUDE_MAX, LATITUDE_MAX)))
    x = (lonlat[:, 0] + 180) / 360
    y = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * pi)
    return np.asarray(np.column_stack([x, y]) * (2.0**zoom * EXTENT))


def from_units(units: Coordinates, zoom: float) -> Coordinates:
    """The inverse of `to_units`: degrees, CRS84."""
    x, y = (units / (2.0**zoom * EXTENT)).T
    return np.column_stack([x * 360 - 180, np.degrees(np.arctan(np.sinh(pi * (1 - 2 * y))))])


def bounds_crs84(tile: Tile) -> Bounds:
    """West, south, east, north of a tile, degrees."""
    corners = np.array([[tile.x, tile.y + 1], [tile.x + 1, tile.y]], dtype=float) * EXTENT
    (west, south), (east, north) = from_units(corners, tile.z).tolist()
    return west, south, east, north


def bounds_3857(tile: Tile) -> Bounds:
    """West, south, east, north of a tile, metres of EPSG:3857."""
    size = 2 * HALF_WORLD_M / (1 << tile.z)
    west, north = tile.x * size - HALF_WORLD_M, HALF_WORLD_M - tile.y * size
    return west, north - size, west + size, north


def covering(bounds: Bounds, zoom: int) -> tuple[int, int, int, int]:
    """First and last column and row of a level that meet a box, as column, row, column, row.

    bounds: west, south, east, north, CRS84 degrees, closed.
    """
    west, south, east, north = bounds
    corners = to_units(np.array([[west, north], [east, south]]), zoom) // EXTENT
    (left, top), (right, bottom) = np.clip(corners, 0, (1 << zoom) - 1).astype(int).tolist()
    return left, top, right, bottom


def tile_matrix_set() -> dict[str, object]:
    """WebMercatorQuad as a document (OGC 17-083r4, Annex D.2 and 6.2)."""
    return {
        "id": TMS_ID,
        "title": "Web Mercator, quartered from level to level",
        "uri": TMS_URI,
        "crs": CRS_URI,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_tile_matrix(zoom) for zoom in range(ZOOM_MAX + 1)],
    }


def _tile_matrix(zoom: int) -> dict[str, object]:
    cell = 2 * HALF_WORLD_M / (256 << zoom)
    return {
        "id": str(zoom),
        "scaleDenominator": cell / PIXEL_M,
        "cellSize": cell,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": [-HALF_WORLD_M, HALF_WORLD_M],
        "tileWidth": 256,
        "tileHeight": 256,
        "matrixWidth": 1 << zoom,
        "matrixHeight": 1 << zoom,
    }
