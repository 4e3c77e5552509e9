"""Is a GeoTIFF that lies, is cut short or is none refused before it can do harm?"""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from raster_inputs import (
    SLOPE,
    VRT,
    a_geotiff,
    ingested,
    refusal,
)

from geodata.errors import InvalidInput, Refused
from geodata.ingest.raster import header as tiff
from geodata.ingest.raster import pipeline
from geodata.ingest.raster.header import checked_header
from geodata.ingest.sandbox import Sandbox
from geodata.rasters.gdal import DRIVER


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

    monkeypatch.setattr(Sandbox, "run", never)
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


def test_the_worker_has_one_driver_and_no_settings_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    settings = pipeline.sandbox_for(tmp_path / "x.tif", tmp_path).environment
    skipped = set(settings["GDAL_SKIP"].split(","))
    with rasterio.Env() as gdal:
        assert set(gdal.drivers()) - skipped == {DRIVER}
    assert {"VRT", "WMS", "HTTP", "PDF", "MEM"} <= skipped
    assert "SECRET_TOKEN" not in settings
    assert settings["GDAL_DISABLE_READDIR_ON_OPEN"] == "EMPTY_DIR"
    assert settings["PROJ_NETWORK"] == "OFF"


def test_the_worker_reads_nothing_where_another_driver_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "other_drivers", lambda: frozenset(("PNG",)))
    assert "other drivers" in refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))


def test_memory_of_the_worker_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = replace(pipeline.SANDBOX_LIMITS, memory_bytes=64 << 20)
    monkeypatch.setattr(pipeline, "SANDBOX_LIMITS", limits)
    assert refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))


def test_files_beside_the_file_are_not_read(tmp_path: Path) -> None:
    path = a_geotiff(tmp_path / "x.tif", SLOPE, crs=None)
    (tmp_path / "x.tif.aux.xml").write_text("<PAMDataset><SRS>EPSG:4326</SRS></PAMDataset>")
    (tmp_path / "x.tfw").write_text("1\n0\n0\n-1\n30\n50\n")
    assert "name it with --crs" in refusal(tmp_path, path)


def test_limits_are_those_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiff, "MOST_SIDE", 7)
    assert "8 x 6 cells" in refusal(tmp_path, a_geotiff(tmp_path / "x.tif", SLOPE))
