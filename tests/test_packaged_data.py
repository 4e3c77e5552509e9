"""The packaged facts are made again from the readable tables."""

import gzip
import zlib
from pathlib import Path

import pytest
import shapely

from geodata.data import packaged as facts
from tools import packaged_data

TABLES = Path("data") / "facts"


@pytest.mark.needs_shared
def test_rebuilding_from_the_readable_tables_gives_the_packaged_files(
    shared: Path, tmp_path: Path
) -> None:
    made = packaged_data.rebuild(shared / TABLES, tmp_path)
    assert len(made) == 5
    for path in made:
        packaged = facts.data_file(path.name).read_bytes()
        assert _unpacked(path.read_bytes()) == _unpacked(packaged), path.name
        if "ng" not in zlib.ZLIB_RUNTIME_VERSION:
            assert path.read_bytes() == packaged, path.name


@pytest.mark.needs_shared
def test_boundaries_keep_every_digit(shared: Path) -> None:
    given = shapely.from_geojson((shared / TABLES / "ua_outline_ne10.geojson").read_text("utf-8"))
    assert shapely.equals_exact(shapely.get_parts(given)[0], facts.outline(), tolerance=0)


def test_rebuild_without_a_folder_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert packaged_data.main([]) == 2
    assert "give one folder" in capsys.readouterr().err


def _unpacked(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
