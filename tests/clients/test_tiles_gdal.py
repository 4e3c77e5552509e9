"""GDAL reads the tiles: a level of them over HTTP, and the archive by ranges."""

import shutil
import subprocess

import geopandas as gpd
import pyogrio
import pytest

from geodata.tiles.grid import Tile, bounds_3857

pytestmark = pytest.mark.xdist_group("clients")
LEVEL = 5


def test_gdal_reads_a_part_of_a_level_of_tiles(served: str) -> None:
    # GDAL asks for one tile more to the east and south; what is 404 pyogrio takes for a failure.
    west, south, east, north = bounds_3857(Tile(LEVEL, 18, 10))
    box = (west, south, east - 1000, north)
    tiles = f"MVT:{served}/tiles/settlements-of-nowhere/{LEVEL}"
    with pytest.raises(pyogrio.errors.DataSourceError):
        pyogrio.read_dataframe(tiles)
    tiles = f"MVT:{served}/tiles/timelines/{LEVEL}"
    found = pyogrio.read_dataframe(tiles, layer="standings", bbox=box)
    items = f"{served}/collections/deposits/items?limit=1000"
    deposits = gpd.read_file(items, engine="pyogrio").to_crs(3857)
    assert set(deposits.cx[west : east - 1000, south:north]["id"]) <= set(found["deposit_id"])
    assert set(found["deposit_id"]) <= set(deposits["id"])
    assert found.crs.to_epsg() == 3857


def test_gdal_reads_the_archive_by_ranges(served: str) -> None:
    source = f"/vsicurl/{served}/tiles/deposits.pmtiles"
    assert {str(name) for name, _ in pyogrio.list_layers(source)} == {"deposits"}
    found = pyogrio.read_dataframe(source, layer="deposits")
    deposits = gpd.read_file(f"{served}/collections/deposits/items?limit=1000", engine="pyogrio")
    assert set(found["id"]) == set(deposits["id"])
    assert found["point_count"].sum() >= len(deposits)


def test_ogrinfo_reads_a_level_of_tiles(served: str) -> None:
    if shutil.which("ogrinfo") is None:
        pytest.skip("ogrinfo is not installed (Debian: gdal-bin)")
    told = subprocess.run(
        ["ogrinfo", "-al", "-so", f"MVT:{served}/tiles/timelines/{LEVEL}"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout
    assert "Layer name: standings" in told
    assert "Feature Count: 0" not in told
