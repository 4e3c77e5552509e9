"""Does a GeoTIFF become a raster, repaired where it must be and refused where it lies?"""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from raster_inputs import (
    a_geotiff,
    cells_of,
    folder_of,
    ingested,
    rules,
    the_raster,
    workspace,
)
from rasterio.transform import from_origin
from rio_cogeo.cogeo import cog_validate
from typer.testing import CliRunner

from geodata.errors import Conflict, InvalidInput, Refused
from geodata.ingest.geotiff import drive, tiff
from geodata.ingest.geotiff.tiff import checked_header
from geodata.ingest.geotiff.wishes import id_of
from geodata.rasters.gdal import DRIVER
from geodata.release.rasters import rasters_in_use
from service.cli import app

SLOPE = np.arange(48, dtype=np.float32).reshape(6, 8)
VRT = (
    "<VRTDataset rasterXSize='8' rasterYSize='6'><VRTRasterBand dataType='Byte' band='1' "
    "subClass='VRTRawRasterBand'><SourceFilename>/etc/passwd</SourceFilename></VRTRasterBand>"
    "</VRTDataset>"
)


def refusal(tmp_path: Path, path: Path, **wishes: Any) -> str:
    """Why a file is refused; nothing but its record stays in the batch."""
    batch = ingested(tmp_path, path, **wishes)
    assert (batch.verdict, batch.rows_in, batch.rows_quarantined) == ("refused", 1, 1)
    names = {each.name for each in folder_of(tmp_path, batch).iterdir()}
    assert names == {"batch.json", "issues.parquet", "rasters.json"}
    assert not [each for each in (workspace(tmp_path).raw / "geotiff").iterdir() if each.is_dir()]
    (reason,) = batch.reasons
    assert str(tmp_path) not in reason
    return reason


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


# Hostile files


@pytest.mark.parametrize(
    "data",
    [
        VRT.encode(),
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"II*",
        b"%PDF-1.7",
        b"<WMS_WMS/>",
        b"SQLite format 3",
    ],
)
def test_what_is_no_tiff_is_refused_before_gdal_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("GDAL was asked")

    monkeypatch.setattr(drive, "_run", never)
    (tmp_path / "evil.tif").write_bytes(data)
    assert "one GeoTIFF file" in refusal(tmp_path, tmp_path / "evil.tif")


@pytest.mark.parametrize(
    "path",
    ["/vsicurl/http://127.0.0.1:9/x.tif", "/vsistdin/", "http://127.0.0.1:9/x.tif",
     "GTIFF_DIR:1:/x.tif", "DERIVED_SUBDATASET:LOGAMPLITUDE:x", "no-such-file.tif"],
)  # fmt: skip
def test_only_files_of_this_machine_are_opened(tmp_path: Path, path: str) -> None:
    with pytest.raises(InvalidInput, match=r"is an address|no file"):
        ingested(tmp_path, Path(path))


def a_tiff(tags: dict[int, tuple[int, int, int]], extra: bytes = b"") -> bytes:
    """A little-endian TIFF of one image: tag -> (type, count, value), then bytes."""
    rows = b"".join(struct.pack("<HHII", tag, *given) for tag, given in sorted(tags.items()))
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + rows + bytes(4) + extra


def size(width: int, height: int, **more: Any) -> dict[int, tuple[int, int, int]]:
    """The tags of an image of one strip of 16 bytes at its end."""
    own = {256: (4, 1, width), 257: (4, 1, height), 258: (3, 1, 8), 273: (4, 1, 110),
           277: (3, 1, 1), 278: (4, 1, height), 279: (4, 1, 16)}  # fmt: skip
    return {**own, **more.get("tags", {})}


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        (size(1 << 31, 1 << 31), "cells; 1 to"),
        (size(0, 5), "cells; 1 to"),
        (size(99_999, 99_999), "at most 4096 MB"),
        (size(20_000, 20_000), "times its size"),
        (size(4, 4, tags={279: (4, 1, 0xFFFFFFFF)}), "lies beyond the file's"),
        (size(4, 4, tags={273: (4, 1, 0xFFFFFFF0)}), "lies beyond the file's"),
        (size(4, 4, tags={279: (4, 0xFFFFFFFF, 0)}), "values; at most"),
        (size(4, 4, tags={279: (4, 1000, 0xFFFFFF00)}), "it was cut short"),
        (size(4, 4, tags={278: (4, 1, 1)}), "of blocks, and has 4"),
        (size(4, 4, tags={277: (3, 1, 60_000)}), "60000 bands"),
        (size(4, 4, tags={258: (3, 1, 4096)}), "of 4096 bits"),
        ({256: (4, 1, 4)}, "cells; 1 to"),
        (size(4, 4, tags={322: (4, 1, 0), 323: (4, 1, 0), 324: (4, 1, 110), 325: (4, 1, 16)}),
         "tiles have 0 x 0"),
        (size(4, 4, tags={322: (4, 1, 2), 323: (4, 1, 2), 324: (4, 1, 110),
                          325: (4, 1, 0xFFFFFF)}), "of blocks, and has 4"),
    ],
)  # fmt: skip
def test_a_header_that_lies_or_passes_the_limits_is_refused(
    tmp_path: Path, tags: dict[int, tuple[int, int, int]], words: str
) -> None:
    (tmp_path / "x.tif").write_bytes(a_tiff(tags, bytes(64)))
    assert words in refusal(tmp_path, tmp_path / "x.tif")


def test_the_header_made_by_hand_is_a_sound_one(tmp_path: Path) -> None:
    (tmp_path / "x.tif").write_bytes(a_tiff(size(4, 4), bytes(64)))
    header = checked_header(tmp_path / "x.tif")
    assert (header.width, header.height, header.blocks, header.packed_bytes) == (4, 4, 1, 16)


@pytest.mark.parametrize("about", [{}, {"BIGTIFF": "YES"}, {"ENDIANNESS": "BIG"},
                                   {"tiled": True, "blockxsize": 16, "blockysize": 16},
                                   {"BIGTIFF": "YES", "ENDIANNESS": "BIG"}])  # fmt: skip
def test_headers_of_every_kind_are_read(tmp_path: Path, about: dict[str, Any]) -> None:
    header = checked_header(a_geotiff(tmp_path / "x.tif", np.zeros((40, 50), np.int16), **about))
    assert (header.width, header.height, header.bits) == (50, 40, 16)


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    whole = a_geotiff(tmp_path / "x.tif", SLOPE).read_bytes()
    for length in range(0, len(whole) - 1, 7):
        (tmp_path / "cut.tif").write_bytes(whole[:length])
        with pytest.raises(Refused):
            checked_header(tmp_path / "cut.tif")


def test_cells_that_cannot_be_unpacked_are_refused(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", np.random.default_rng(1).random((64, 64)), compress="lzw")
    data = bytearray(path.read_bytes())
    header = checked_header(path)
    data[-header.packed_bytes // 2 :] = b"\xff" * len(data[-header.packed_bytes // 2 :])
    path.write_bytes(data)
    assert "reads all cells" in refusal(tmp_path, path)


def test_the_child_has_one_driver_and_no_settings_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    settings = drive.environment(tmp_path)
    skipped = set(settings["GDAL_SKIP"].split(","))
    with rasterio.Env() as gdal:
        assert set(gdal.drivers()) - skipped == {DRIVER}
    assert {"VRT", "WMS", "HTTP", "PDF", "MEM"} <= skipped
    assert "SECRET_TOKEN" not in settings
    assert settings["GDAL_DISABLE_READDIR_ON_OPEN"] == "EMPTY_DIR"
    assert settings["PROJ_NETWORK"] == "OFF"


def test_the_child_reads_nothing_where_another_driver_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drive, "other_drivers", lambda: frozenset(("PNG",)))
    assert "other drivers" in refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))


def test_memory_of_the_child_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drive, "MEMORY_BYTES", 64 << 20)
    assert refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))


def test_files_beside_the_file_are_not_read(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE, crs=None)
    (tmp_path / "x.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>")
    (tmp_path / "x.tfw").write_text("1\n0\n0\n-1\n30\n50\n")
    assert "name it with --crs" in refusal(tmp_path, path)


def test_limits_are_those_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff, "MOST_SIDE", 7)
    assert "8 x 6 cells" in refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))


# Names and batches


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
    [("a b.tif", "a-b"), ("Щ.tif", "raster"), ("x.y.tif", "x-y"), ("..tif", "raster")],
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
