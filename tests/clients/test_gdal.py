"""GDAL reads the collections: through the wheel's library and the command-line tools."""

import json
import shutil
import subprocess
from pathlib import Path
from urllib.request import urlopen

import geopandas as gpd
import pyogrio
import pytest
from served import DEPOSITS

pytestmark = pytest.mark.xdist_group("clients")


def test_gdal_lists_every_collection(served: str) -> None:
    layers = {str(name) for name, _ in pyogrio.list_layers(f"OAPIF:{served}")}
    assert layers == {
        "deposits",
        "estimates",
        "control",
        "timelines",
        "changes",
        "settlements",
        "admin-areas",
        "claims",
        "contact-line",
        "disagreements",
    }


def test_gdal_reads_all_deposits_through_the_pages(served: str) -> None:
    found = pyogrio.read_dataframe(f"OAPIF:{served}", layer="deposits", PAGE_SIZE="40")
    assert len(found) == DEPOSITS
    assert found["id"].is_unique
    assert set(found.geometry.geom_type) == {"Point"}


def test_gdal_reads_the_cells_in_a_box(served: str) -> None:
    box = (36.5, 47.8, 36.9, 48.0)
    found = pyogrio.read_dataframe(f"OAPIF:{served}", layer="control", bbox=box)
    everything = pyogrio.read_dataframe(f"OAPIF:{served}", layer="control")
    west, south, east, north = box
    assert 0 < len(found) < len(everything)
    assert len(found) == len(everything.cx[west:east, south:north])


def test_gdal_pushes_an_equal_property_down(served: str) -> None:
    found = pyogrio.read_dataframe(f"OAPIF:{served}", layer="deposits", where="commodity='lithium'")
    assert len(found) == 8
    assert set(found["commodity"]) == {"lithium"}


def test_gdal_asks_for_another_crs(served: str) -> None:
    url = f"OAPIF:{served}/collections/deposits"
    plain = gpd.read_file(url, engine="pyogrio").to_crs(3035)
    asked = pyogrio.read_dataframe(url, CRS="EPSG:3035")
    assert asked.crs.to_epsg() == 3035
    assert asked.geometry.distance(plain.geometry).max() < 0.01


def test_gdal_reads_one_day_of_control_by_its_name(served: str) -> None:
    days = {"2025-02-25": 0, "2025-07-15": 0}
    for day in (*days, *days):  # each twice
        found = pyogrio.read_dataframe(f"OAPIF:{served}/collections/control-on-{day}")
        with urlopen(f"{served}/collections/control/items?datetime={day}", timeout=60) as answer:
            assert len(found) == json.load(answer)["numberMatched"]
        days[day] = len(found)
    assert len(set(days.values())) == 2
    url = f"OAPIF:{served}/collections/deposits-on-2025-02-25"
    assert len(pyogrio.read_dataframe(url, where="control='occupied'")) == 26


def test_ogr2ogr_copies_a_collection_into_a_geopackage(served: str, tmp_path: Path) -> None:
    if shutil.which("ogr2ogr") is None:
        pytest.skip("ogr2ogr is not installed (Debian: gdal-bin)")
    target = tmp_path / "settlements.gpkg"
    command = ["ogr2ogr", str(target), f"OAPIF:{served}", "admin-areas"]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    info = subprocess.run(
        ["ogrinfo", "-json", "-so", str(target), "admin-areas"],
        check=False,
        capture_output=True,
        timeout=60,
    )
    if info.returncode == 0 and info.stdout.startswith(b"{"):
        assert json.loads(info.stdout)["layers"][0]["featureCount"] == 165
    assert len(gpd.read_file(target)) == 165
