"""What of a release is drawn: its tilesets and its rasters, as protocols."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from shapely.geometry.base import BaseGeometry

from geodata.features.query import Query
from geodata.rasters.colours import Scale
from geodata.tiles.grid import Bounds
from geodata.tiles.tileset import VectorLayer
from schemas import Raster

if TYPE_CHECKING:
    from geodata.rasters.statistics import AreaStatistics  # loads rasterio, which takes a second


@dataclass(frozen=True)
class TilesetAbout:
    """What a tileset is. bounds: CRS84."""

    id: str
    title: str
    description: str
    minzoom: int
    maxzoom: int
    bounds: Bounds
    vector_layers: tuple[VectorLayer, ...]
    attribution: str


class TilesetStore(Protocol):
    """The vector tiles of a release."""

    def names(self) -> tuple[str, ...]:
        """Ids of all tilesets; none where the release was built without."""

    def archive(self, name: str) -> Path:
        """The PMTiles file of a tileset. Raises NotFound."""

    def about(self, name: str) -> TilesetAbout:
        """A tileset. Raises NotFound, naming what there is."""

    def tile(self, name: str, z: int, x: int, y: int) -> bytes | None:
        """A tile as it was built, gzip; None where it is empty. Raises NotFound outside limits."""

    def made(  # noqa: PLR0913 - a tile's address is three numbers
        self, name: str, z: int, x: int, y: int, query: Query | None, form: str = "mvt"
    ) -> bytes:
        """A tile with only the rows a query asks for; not compressed, b"" where it is empty.

        query: None for all rows; its box, page and CRS play no part. form: mvt or mlt.
        Raises NotFound outside limits, InvalidInput where the tileset has nothing to ask.
        """


class RasterStore(Protocol):
    """The rasters of a release; every method raises NotFound for an unknown one."""

    def all(self) -> tuple[Raster, ...]:
        """All rasters, in the order of the release."""

    def raster(self, name: str) -> Raster:
        """One raster."""

    def path(self, name: str) -> Path:
        """The file of a raster, a COG."""

    def tile(
        self, name: str, zxy: tuple[int, int, int], size: int, form: str, scale: Scale
    ) -> bytes | None:
        """A tile of WebMercatorQuad drawn as `png` or `webp`, or its values as `tif`.

        zxy: zoom, column, row. size: pixels a side. None where no cell there holds a value.
        """

    def holds(self, name: str, zxy: tuple[int, int, int]) -> bool:
        """Whether some cell under a tile holds a value."""

    def value_at(self, name: str, lon: float, lat: float) -> float | None:
        """The value of the cell at a spot, CRS84; None where it holds none.

        Raises NotFound for a spot outside the raster.
        """

    def statistics(self, name: str, area: BaseGeometry) -> "AreaStatistics":
        """Statistics of the values in an area, CRS84 polygons. Raises TooLarge."""
