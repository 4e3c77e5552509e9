"""What do the tests of rasters share: small grids made by hand, PNGs read back, slow answers."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
import shapely
from rasterio.transform import from_origin

from geodata.crs import areas_km2
from geodata.geometry import as_array
from geodata.ingest import RasterOptions, RasterPipeline, ingest
from geodata.rasters.grid import Grid
from geodata.rasters.listing import read_rasters
from geodata.workspace import Workspace
from schemas import Batch, Raster

Pixels = npt.NDArray[np.uint8]
SLOPE = np.arange(48, dtype=np.float32).reshape(6, 8)
VRT = (
    "<VRTDataset rasterXSize='8' rasterYSize='6'><VRTRasterBand dataType='Byte' band='1' "
    "subClass='VRTRawRasterBand'><SourceFilename>/etc/passwd</SourceFilename></VRTRasterBand>"
    "</VRTDataset>"
)


def a_geotiff(path: Path, cells: Any, **about: Any) -> Path:
    """A GeoTIFF of (height, width) or (bands, height, width) cells; 1 degree from 30 E, 50 N."""
    cells = np.atleast_3d(np.asarray(cells)) if np.ndim(cells) < 2 else np.asarray(cells)
    bands = cells[None] if cells.ndim == 2 else cells
    own = {
        "driver": "GTiff", "count": len(bands), "height": bands.shape[1], "width": bands.shape[2],
        "dtype": bands.dtype, "crs": "EPSG:4326", "transform": from_origin(30, 50, 1, 1),
    }  # fmt: skip
    with rasterio.open(path, "w", **{**own, **about}) as target:
        target.write(bands)
    return path


def ingested(tmp_path: Path, path: Path, **wishes: Any) -> Batch:
    return ingest(workspace(tmp_path), RasterPipeline(RasterOptions(**wishes)), path).batch


def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def folder_of(tmp_path: Path, batch: Batch) -> Path:
    return workspace(tmp_path).batches / "geotiff" / batch.id


def the_raster(tmp_path: Path, batch: Batch) -> Raster:
    assert batch.verdict == "accepted", batch.reasons
    (found,) = read_rasters(folder_of(tmp_path, batch))
    return found


def cells_of(tmp_path: Path, batch: Batch) -> Any:
    with rasterio.open(folder_of(tmp_path, batch) / the_raster(tmp_path, batch).file_name) as file:
        return file.read(1)


def rules(tmp_path: Path, batch: Batch) -> set[tuple[str, str]]:
    table = pd.read_parquet(folder_of(tmp_path, batch) / "issues.parquet")
    return set(zip(table["rule"], table["severity"], strict=True))


def refusal(tmp_path: Path, path: Path, **wishes: Any) -> str:
    """Why a file is refused; nothing but its record stays in the batch."""
    batch = ingested(tmp_path, path, **wishes)
    assert (batch.verdict, batch.rows_in, batch.rows_quarantined) == ("refused", 1, 1)
    names = {each.name for each in folder_of(tmp_path, batch).iterdir()}
    recorded = {"options.json"} if wishes else set()
    assert names == {"batch.json", "issues.parquet", "rasters.json"} | recorded
    assert not [each for each in (workspace(tmp_path).raw / "geotiff").iterdir() if each.is_dir()]
    (reason,) = batch.reasons
    assert str(tmp_path) not in reason
    return reason


def pixels_of(data: bytes) -> Pixels:
    """A PNG with a palette as (height, width, 4) RGBA, read by the letter of its format."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at : at + 4]), data[at + 4 : at + 8]
        body = data[at + 8 : at + 8 + length]
        assert (
            zlib.crc32(kind + body)
            == struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0]
        )
        chunks[kind] = body
        at += 12 + length
    width, height, depth, kind_of = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, kind_of) == (8, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not lines[:, 0].any()
    colours = np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3)
    alpha = np.frombuffer(chunks[b"tRNS"], np.uint8)
    return np.dstack([colours[lines[:, 1:]], alpha[lines[:, 1:]]])


def slow_shares(shape: Any, grid: Grid) -> Any:
    """Share of each cell inside a shape, (height, width): every cell cut by itself."""
    west, _, _, north = grid.bounds
    shares = np.zeros((grid.height, grid.width))
    for row in range(grid.height):
        for column in range(grid.width):
            x, y = west + column * grid.dx, north - row * grid.dy
            cell = shapely.box(x, y - grid.dy, x + grid.dx, y)
            shares[row, column] = cell.intersection(shape).area / cell.area
    return shares


def slow_areas(grid: Grid) -> Any:
    """km2 of each row's cells, (height, 1), each cell as a polygon with many corners."""
    west, _, _, north = grid.bounds
    rows = []
    for row in range(grid.height):
        y = north - row * grid.dy
        cell = shapely.segmentize(shapely.box(west, y - grid.dy, west + grid.dx, y), grid.dx / 50)
        rows.append(areas_km2(as_array(cell))[0])
    return np.array(rows)[:, None]
