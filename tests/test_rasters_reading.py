"""Does a tile show the cells that lie under it: every pixel, every CRS, at and beyond the edges?"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyproj
import pytest
import rasterio
from raster_inputs import a_geotiff, folder_of, ingested, pixels_of, the_raster
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from geodata.rasters.colours import scale_of
from geodata.rasters.grid import grid_of
from geodata.rasters.reading import MERCATOR, OpenFile, TileCells

NOISE = np.random.default_rng(7).integers(0, 1000, (600, 800)).astype(np.int16)
ON_MERCATOR = {"crs": MERCATOR, "transform": from_origin(3_700_000, 6_200_000, 300, 300)}
ON_DEGREES = {"crs": "EPSG:4326", "transform": from_origin(30, 50, 0.01, 0.01)}
ON_UTM = {"crs": "EPSG:32636", "transform": from_origin(300_000, 5_500_000, 500, 500)}
DNIPRO = (34.004, 48.004)


def opened(tmp_path: Path, cells: Any, **about: Any) -> OpenFile:
    tmp_path.mkdir(exist_ok=True)
    batch = ingested(tmp_path, a_geotiff(tmp_path / "given.tif", cells, **about), id="r", unit="m")
    raster = the_raster(tmp_path, batch)
    return OpenFile(folder_of(tmp_path, batch) / raster.file_name, raster)


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int, int]:
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    return zoom, int(x), int(y)


def places(file: OpenFile, cells: TileCells) -> npt.NDArray[np.float64]:
    """Column and row, with fractions, of each pixel's centre on the raster: (2, size, size)."""
    size = len(cells.values)
    columns, rows = np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5)
    grid, pixels = grid_of(file.raster), cells.transform
    x, y = pyproj.Transformer.from_crs(MERCATOR, grid.crs, always_xy=True).transform(
        pixels.a * columns + pixels.c, pixels.e * rows + pixels.f
    )
    return np.stack([(x - grid.west) / grid.dx, (grid.north - y) / grid.dy])


@pytest.mark.parametrize("size", [256, 512])
@pytest.mark.parametrize("about", [ON_MERCATOR, ON_DEGREES, ON_UTM])
@pytest.mark.parametrize("zoom", [9, 11, 14, 18])
def test_a_pixel_shows_the_cell_its_centre_lies_in(
    tmp_path: Path, about: dict[str, Any], zoom: int, size: int
) -> None:
    file = opened(tmp_path, NOISE, nodata=-1, **about)
    cells = file.tile(*tile_at(*DNIPRO, zoom), size)
    assert cells is not None
    at = places(file, cells)
    column, row = np.floor(at).astype(int)
    inside = (column >= 0) & (column < NOISE.shape[1]) & (row >= 0) & (row < NOISE.shape[0])
    # GDAL interpolates where pixels lie, to an eighth of a cell: near an edge it may take another.
    sure = np.abs(at - np.round(at)).min(0) > 0.125
    assert (sure & inside).sum() > size * size / 8
    assert (cells.valid == inside)[sure].all()
    wanted = NOISE[row[sure & inside], column[sure & inside]]
    assert (cells.values[sure & inside] == wanted).all()


def test_a_pixel_beyond_a_raster_where_every_cell_counts_is_left_blank(tmp_path: Path) -> None:
    file = opened(tmp_path, NOISE, **ON_DEGREES)
    assert file.raster.nodata is None
    cells = file.tile(*tile_at(30.01, 49.99, 9), 256)
    assert cells is not None
    assert 0 < cells.valid.mean() < 1
    drawn = pixels_of(cells.encoded("png", scale_of(file.raster)))
    assert ((drawn[..., 3] > 0) == cells.valid).all()
    with MemoryFile(cells.encoded("tif", scale_of(file.raster))) as memory, memory.open() as values:
        assert ((values.dataset_mask() > 0) == cells.valid).all()


def test_a_zero_that_counts_is_drawn_where_no_value_says_nothing(tmp_path: Path) -> None:
    file = opened(tmp_path, np.zeros((600, 800), dtype=np.int16), **ON_DEGREES)
    cells = file.tile(*tile_at(*DNIPRO, 11), 256)
    assert cells is not None
    assert cells.valid.all()


@pytest.mark.parametrize("about", [ON_MERCATOR, ON_DEGREES, ON_UTM])
def test_a_tile_of_the_world_is_read_from_an_overview(
    tmp_path: Path, about: dict[str, Any]
) -> None:
    file = opened(tmp_path, np.full((2048, 2048), 7, dtype=np.int16), nodata=-1, **about)
    cells = file.tile(0, 0, 0, 256)
    assert cells is not None
    assert set(cells.values[cells.valid].tolist()) == {7}
    with file._levels() as levels:
        assert levels.at_most(1) is levels.full
        assert levels.at_most(1.99) is levels.full
        assert levels.at_most(2).width == 1024
        assert levels.at_most(1e9).width == levels.at_most(8).width == 256
        assert levels.at_most(8) is levels.at_most(8.5), "an overview is opened once"


def test_a_raster_beyond_the_ends_of_the_map_has_no_tiles_and_one_across_has_some(
    tmp_path: Path,
) -> None:
    arctic = {"crs": "EPSG:4326", "transform": from_origin(-180, 90, 1, 0.2), "nodata": -1}
    beyond = opened(tmp_path / "a", NOISE[:20, :360], **arctic)
    across = opened(tmp_path / "b", NOISE[:60, :360], **arctic)
    for zoom in range(4):
        assert beyond.tile(zoom, 0, 0, 256) is None
        assert across.tile(zoom, 0, 0, 256) is not None


@pytest.mark.parametrize(("zoom", "column"), [(0, 0), (2, 2), (3, 4)])
def test_a_raster_around_a_pole_is_shown(tmp_path: Path, zoom: int, column: int) -> None:
    polar = {"crs": "EPSG:3413", "transform": from_origin(-3e6, 3e6, 10_000, 10_000), "nodata": -1}
    file = opened(tmp_path, NOISE[:600, :600], **polar)
    cells = file.tile(zoom, column, 0, 256)
    assert cells is not None
    assert cells.valid.any()


def test_a_tile_beside_the_raster_is_none_without_opening_the_file(tmp_path: Path) -> None:
    file = opened(tmp_path, NOISE, nodata=-1, **ON_DEGREES)
    assert file.tile(*tile_at(-60, 10, 8), 256) is None
    assert file._free == []


def test_values_sent_as_a_file_lie_where_the_tile_lies(tmp_path: Path) -> None:
    file = opened(tmp_path, NOISE, nodata=-1, **ON_UTM)
    cells = file.tile(*tile_at(*DNIPRO, 9), 256)
    assert cells is not None
    with MemoryFile(cells.encoded("tif", scale_of(file.raster))) as memory, memory.open() as values:
        assert values.crs == rasterio.CRS.from_epsg(3857)
        assert values.transform.almost_equals(cells.transform)
        assert values.nodata == -1
        assert (values.read(1) == cells.values).all()
