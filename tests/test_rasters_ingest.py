"""Does a GeoTIFF become a raster, repaired where it must be and refused where it lies?"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from raster_inputs import (
    SLOPE,
    VRT,
    a_geotiff,
    cells_of,
    folder_of,
    ingested,
    refusal,
    rules,
    the_raster,
    workspace,
)
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_validate
from typer.testing import CliRunner

from geodata.batches.usable import rasters_in_use
from geodata.errors import Conflict, InvalidInput
from geodata.ingest.raster.options import id_of
from service.cli import app


def test_a_plain_geotiff_becomes_a_cog_of_the_same_cells(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "slope of land.tif", SLOPE, nodata=47)
    batch = ingested(tmp_path, path, title="Slope", unit="deg", licence="CC0")
    raster = the_raster(tmp_path, batch)
    assert (raster.id, raster.title, raster.unit) == ("slope-of-land", "Slope", "deg")
    assert (raster.minimum, raster.maximum, raster.cells) == (0, 46, 47)
    assert (raster.nodata, raster.crs, raster.bounds) == (47, "EPSG:4326", (30, 44, 38, 50))
    assert (cells_of(tmp_path, batch) == SLOPE).all()
    assert cog_validate(folder_of(tmp_path, batch) / raster.file_name, quiet=True)[0]


def test_a_large_geotiff_gets_overviews(tmp_path: Path) -> None:
    cells = np.tile(np.arange(1200, dtype=np.int16), (700, 1))
    path = a_geotiff(tmp_path / "wide.tif", cells, transform=from_origin(30, 50, 0.005, 0.005))
    batch = ingested(tmp_path, path)
    with rasterio.open(folder_of(tmp_path, batch) / "raster-wide.tif") as file:
        assert file.overviews(1) == [2, 4]
        assert file.block_shapes == [(256, 256)]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float64"])
def test_cells_keep_their_type(tmp_path: Path, dtype: str) -> None:
    cells = SLOPE.astype(dtype)
    batch = ingested(tmp_path, a_geotiff(tmp_path / "x.tif", cells, nodata=0))
    assert the_raster(tmp_path, batch).dtype == dtype
    assert (cells_of(tmp_path, batch) == cells).all()


@pytest.mark.parametrize("stretch", [0, 1, -1])
def test_nodata_off_in_the_last_digits_is_made_plain(tmp_path: Path, stretch: int) -> None:
    written = np.float32(-3.4028231e38)
    cells = SLOPE.copy()
    cells[2, 3:5] = written
    told = float(written) * (1 + stretch * 5e-8)
    batch = ingested(tmp_path, a_geotiff(tmp_path / "x.tif", cells, nodata=told))
    raster = the_raster(tmp_path, batch)
    assert (raster.nodata, raster.cells, raster.minimum) == (-9999, 46, 0)
    assert ("nodata_is_plain", "repaired") in rules(tmp_path, batch)
    wanted = SLOPE.copy()
    wanted[2, 3:5] = -9999
    assert (cells_of(tmp_path, batch) == wanted).all()


def test_plain_nodata_that_is_taken_gives_way_to_nan(tmp_path: Path) -> None:
    cells = SLOPE.copy()
    cells[0, 0], cells[0, 1] = np.finfo(np.float32).min, -9999
    path = a_geotiff(tmp_path / "x.tif", cells, nodata=float(np.finfo(np.float32).min))
    batch = ingested(tmp_path, path)
    assert (the_raster(tmp_path, batch).nodata, the_raster(tmp_path, batch).minimum) == (
        "nan",
        -9999,
    )
    assert np.isnan(cells_of(tmp_path, batch)[0, 0])


def test_nan_and_infinity_are_nothing(tmp_path: Path) -> None:
    cells = SLOPE.copy()
    cells[1, 1], cells[1, 2] = np.nan, np.inf
    batch = ingested(tmp_path, a_geotiff(tmp_path / "x.tif", cells))
    assert ("value_is_finite", "repaired") in rules(tmp_path, batch)
    assert the_raster(tmp_path, batch).cells == 46
    assert np.isnan(cells_of(tmp_path, batch)).sum() == 2


def test_nodata_cells_cannot_hold_is_left_out_with_a_word(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE.astype(np.uint8))
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="", GDAL_NODATA="")
    batch = ingested(tmp_path, path, nodata=-1.0)
    assert {("nodata_fits_its_type", "repaired"), ("nodata_is_stated", "note")} <= rules(
        tmp_path, batch
    )
    assert the_raster(tmp_path, batch).nodata is None


def test_a_mask_becomes_nodata(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE.astype(np.uint8))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as file:
        mask = np.full(SLOPE.shape, 255, dtype=np.uint8)
        mask[0] = 0
        file.write_mask(mask)
    batch = ingested(tmp_path, path)
    assert (the_raster(tmp_path, batch).nodata, the_raster(tmp_path, batch).cells) == (255, 40)
    assert (cells_of(tmp_path, batch)[0] == 255).all()


def test_scale_and_offset_are_worked_into_the_values(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE.astype(np.int16), nodata=0)
    with rasterio.open(path, "r+") as file:
        file.scales, file.offsets = (0.5,), (10.0,)
    batch = ingested(tmp_path, path)
    assert ("scale_is_applied", "repaired") in rules(tmp_path, batch)
    assert cells_of(tmp_path, batch)[0, 1] == 10.5
    assert np.isnan(cells_of(tmp_path, batch)[0, 0])


def test_a_projected_grid_keeps_its_crs(tmp_path: Path) -> None:
    place = {"crs": "EPSG:32636", "transform": from_origin(300_000, 5_500_000, 100, 100)}
    batch = ingested(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE, **place))
    raster = the_raster(tmp_path, batch)
    assert (raster.crs, raster.corner, raster.resolution) == (
        "EPSG:32636", (300_000, 5_500_000), (100, 100),
    )  # fmt: skip
    assert raster.bounds == pytest.approx((30.231, 49.614, 30.242, 49.62), abs=0.001)


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"crs": None}, "name it with --crs"),
        ({"transform": Affine(1, 0.1, 30, 0, -1, 50)}, "warp it first"),
        ({"transform": Affine(1, 0, 30, 0, 1, 40)}, "warp it first"),
        ({"transform": from_origin(200, 50, 1, 1)}, "within longitudes -180..180"),
        ({"transform": from_origin(0, 95, 1, 1)}, "within longitudes -180..180"),
        ({"nodata": 7}, "some cell holds a value"),
    ],
)
def test_a_file_that_cannot_be_placed_is_refused_with_the_way_out(
    tmp_path: Path, about: dict[str, Any], words: str
) -> None:
    cells = np.full((6, 8), 7, dtype=np.float32)
    assert words in refusal(tmp_path, a_geotiff(tmp_path / "x.tif", cells, **about))


def test_a_crs_can_be_named(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE, crs=None)
    assert the_raster(tmp_path, ingested(tmp_path, path, crs="EPSG:4326")).crs == "EPSG:4326"
    assert "name it with --crs" in refusal(tmp_path, path, crs="EPSG:999999")


def test_one_of_several_bands_is_named(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", np.stack([SLOPE, SLOPE + 100]))
    assert "pick one with --band" in refusal(tmp_path, path)
    assert the_raster(tmp_path, ingested(tmp_path, path, band=2)).minimum == 100
    assert "2 bands, and --band 3" in refusal(tmp_path, path, band=3)


@pytest.mark.parametrize("dtype", ["complex64", "int64"])
def test_cells_of_other_types_are_refused(tmp_path: Path, dtype: str) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE.astype(dtype))
    assert "cells are whole numbers" in refusal(tmp_path, path)


@pytest.mark.parametrize(
    "wishes",
    [{"id": "a.b"}, {"id": ""}, {"id": "../x"}, {"id": "occupation-since"}, {"ramp": "rainbow"},
     {"crs": "+proj=longlat"}, {"band": 0}, {"nodata": float("inf")}],
)  # fmt: skip
def test_wishes_that_cannot_be_met_are_refused(tmp_path: Path, wishes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        ingested(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE), **wishes)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("a b.tif", "a-b"),
        ("Щ.tif", "Shch"),
        ("—.tif", "raster"),
        ("x.y.tif", "x-y"),
        ("..tif", "raster"),
    ],
)
def test_an_id_is_made_from_the_files_name(name: str, wanted: str) -> None:
    assert id_of(name) == wanted


def test_the_same_bytes_with_the_same_wishes_are_the_same_batch(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE)
    first = ingested(tmp_path, path)
    assert ingested(tmp_path, path) == first
    other = ingested(tmp_path, path, unit="m")
    assert other.id != first.id
    assert rasters_in_use(workspace(tmp_path))["x"].batch.id == other.id
    back = ingested(tmp_path, path)
    assert back.id == first.id
    assert rasters_in_use(workspace(tmp_path))["x"].batch.id == first.id


def test_an_id_in_use_is_taken_only_by_wish(tmp_path: Path) -> None:
    ingested(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))
    with pytest.raises(Conflict, match="--replace"):
        ingested(tmp_path, a_geotiff(tmp_path / "y.tif", SLOPE + 1), id="x")
    other = ingested(tmp_path, tmp_path / "y.tif", id="x", replace=True)
    assert rasters_in_use(workspace(tmp_path))["x"].batch.id == other.id


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, two = ingested(tmp_path / "a", path), ingested(tmp_path / "b", path)
    assert one.sha256 == two.sha256


def test_the_command_tells_what_became_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LODELINE_WORKSPACE", str(tmp_path / "ws"))
    path = str(a_geotiff(tmp_path / "x.tif", SLOPE))
    good = CliRunner().invoke(app, ["ingest", "geotiff", path, "--unit", "m", "--json"])
    assert good.exit_code == 0, good.output
    assert json.loads(good.stdout)["rasters"][0]["unit"] == "m"
    (tmp_path / "evil.tif").write_text(VRT)
    bad = CliRunner().invoke(app, ["ingest", "geotiff", str(tmp_path / "evil.tif")])
    assert bad.exit_code == 1
    wrong = CliRunner().invoke(app, ["ingest", "ogr", path, "--unit", "m"])
    assert isinstance(wrong.exception, InvalidInput)


def test_the_population_grid_is_repaired_with_a_word(tmp_path: Path, shared: Path) -> None:
    path = shared / "data" / "rasters" / "gpw_v4_population_density_rev11_2020_15_min.tif"
    batch = ingested(tmp_path, path, id="population", unit="people per km2", licence="CC BY 4.0")
    raster = the_raster(tmp_path, batch)
    assert rules(tmp_path, batch) == {("nodata_is_plain", "repaired")}
    assert (raster.nodata, raster.cells, raster.minimum) == (-9999, 266_090, 0)
    assert raster.bounds == pytest.approx((-180, -90, 180, 90))
    with rasterio.open(path) as source:
        plain = source.read(1)
    cells = cells_of(tmp_path, batch)
    assert (cells[plain >= 0] == plain[plain >= 0]).all()
    assert (cells[plain < 0] == -9999).all()
    assert cog_validate(folder_of(tmp_path, batch) / raster.file_name, quiet=True)[0]
