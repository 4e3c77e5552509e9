"""Which rasters are there, and what can be asked of each?"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from geodata.errors import NotFound
from geodata.rasters.colours import Scale
from geodata.rasters.grid import Window, from_crs84, grid_of
from geodata.workspace import read_json_records, write_json_records
from schemas import Raster

if TYPE_CHECKING:
    from geodata.rasters.reading import OpenFile
    from geodata.rasters.statistics import AreaStatistics


RASTERS = "rasters.json"
OCCUPATION, DENSITY = "occupation-since", "deposit-density"
BUILT_IN = (OCCUPATION, DENSITY)
"""Names no raster of a user may have."""


def read_rasters(folder: Path) -> tuple[Raster, ...]:
    """The rasters of a release or a batch; none where it has no list. Raises Damaged."""
    return read_json_records(folder / RASTERS, Raster)


def write_rasters(folder: Path, rasters: Sequence[Raster]) -> Path:
    """Write the list of rasters."""
    path = folder / RASTERS
    write_json_records(path, rasters)
    return path


class Rasters:
    """The rasters of a release folder, opened by its list and never by what a request names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, OpenFile] = {}

    def __repr__(self) -> str:
        return f"Rasters({', '.join(self._known)})"

    @cached_property
    def _known(self) -> dict[str, Raster]:
        return {raster.id: raster for raster in read_rasters(self._folder)}

    def all(self) -> tuple[Raster, ...]:
        """All rasters, in the order of the release; none in one made before there were any."""
        return tuple(self._known.values())

    def raster(self, name: str) -> Raster:
        """One raster. Raises NotFound, naming what there is."""
        if name not in self._known:
            known = ", ".join(self._known) or "none in this release"
            raise NotFound(f"raster {name[:60]!r} is not in this release; choose one of {known}")
        return self._known[name]

    def path(self, name: str) -> Path:
        """The file of a raster, a COG."""
        return self._folder / self.raster(name).file_name

    def tile(
        self, name: str, zxy: tuple[int, int, int], size: int, form: str, scale: Scale
    ) -> bytes | None:
        """A tile of WebMercatorQuad drawn as `png` or `webp`, or its values as `tif`.

        zxy: zoom, column, row. size: pixels a side. None where no cell there holds a value.
        """
        cells = self._file(name).tile(*zxy, size)
        return None if cells is None else cells.encoded(form, scale)

    def holds(self, name: str, zxy: tuple[int, int, int]) -> bool:
        """Whether some cell under a tile holds a value."""
        return self._file(name).tile(*zxy, 256) is not None

    def value_at(self, name: str, lon: float, lat: float) -> float | None:
        """The value of the cell at a spot, CRS84; None where it holds none.

        Raises NotFound for a spot outside the raster.
        """
        grid = grid_of(self.raster(name))
        cell = grid.cell_at(*from_crs84(grid.crs).transform(lon, lat))
        if cell is None:
            raise NotFound(f"{lon}, {lat} lies outside raster {name}")
        row, column = cell
        file = self._file(name)
        values = file.cells(Window(column, row, 1, 1))
        return float(values[0, 0]) if file.valid(values)[0, 0] else None

    def statistics(self, name: str, area: BaseGeometry) -> "AreaStatistics":
        """Statistics of the values in an area, CRS84 polygons; see `statistics.statistics`."""
        from geodata.rasters.statistics import statistics  # noqa: PLC0415 - loads rasterio

        return statistics(self._file(name), area)

    def _file(self, name: str) -> "OpenFile":
        """The raster's file, kept open; two threads may make it at once, and one is kept."""
        raster = self.raster(name)
        if name not in self._files:
            from geodata.rasters.reading import OpenFile  # noqa: PLC0415 - loads rasterio

            self._files.setdefault(name, OpenFile(self.path(name), raster))
        return self._files[name]


def warm() -> None:
    """Load what reads cells, so that the first tile need not wait for it."""
    import geodata.rasters.statistics  # noqa: F401, PLC0415 - loads rasterio
