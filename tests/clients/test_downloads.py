"""Every download is read back by the tools analysts use, with equal rows and places."""

import io
import json
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.request import Request, urlopen

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pytest
import shapely
from geoparquet_validator import check_bytes, conformant, failed
from served import DEPOSITS

pytestmark = pytest.mark.xdist_group("clients")
PATH = "/collections/deposits/items?datetime=2025-02-25"
ACCEPT = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}


def _geojsonseq(data: bytes) -> gpd.GeoDataFrame:
    features = [json.loads(part) for part in data.split(b"\x1e") if part.strip()]
    return gpd.GeoDataFrame.from_features(features, crs="OGC:CRS84")


def _csv(data: bytes) -> gpd.GeoDataFrame:
    table = pd.read_csv(io.BytesIO(data))
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]))


def _arrow(data: bytes) -> gpd.GeoDataFrame:
    table = pa.ipc.open_stream(data).read_all()
    frame = table.drop_columns(["geometry"]).to_pandas()
    return gpd.GeoDataFrame(frame, geometry=shapely.from_wkb(table["geometry"].to_pylist()))


def _shapefile(data: bytes) -> gpd.GeoDataFrame:
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert any(name.endswith(".prj") for name in names)
    return gpd.read_file(io.BytesIO(data))


def _geopackage(data: bytes) -> gpd.GeoDataFrame:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "download.gpkg"
        target.write_bytes(data)
        return gpd.read_file(target)


READERS: dict[str, Callable[[bytes], gpd.GeoDataFrame]] = {
    "geojsonseq": _geojsonseq,
    "csv": _csv,
    "fgb": lambda data: gpd.read_file(io.BytesIO(data)),
    "gpkg": _geopackage,
    "parquet": lambda data: gpd.read_parquet(io.BytesIO(data)),
    "arrow": _arrow,
    "kml": lambda data: gpd.read_file(io.BytesIO(data), driver="LIBKML"),
    "shp": _shapefile,
}


def fetched(url: str, accept: str = "*/*") -> tuple[bytes, dict[str, str]]:
    """Body and headers of an answer."""
    with urlopen(Request(url, headers={"Accept": accept}), timeout=60) as answer:
        return answer.read(), dict(answer.headers)


@pytest.fixture(scope="module")
def expected(served: str) -> gpd.GeoDataFrame:
    """The same rows as GeoJSON pages give them."""
    page = json.loads(fetched(f"{served}{PATH}&limit=1000")[0])
    return gpd.GeoDataFrame.from_features(page["features"], crs="OGC:CRS84").set_index("id")


@pytest.mark.parametrize("form", READERS)
def test_a_download_has_the_rows_and_places_of_the_pages(
    served: str, expected: gpd.GeoDataFrame, form: str
) -> None:
    data, headers = fetched(f"{served}{PATH}&f={form}")
    found = READERS[form](data)
    assert headers["ogc-numbermatched"] == str(DEPOSITS)
    key = "id" if "id" in found else "Name"
    assert len(found) == DEPOSITS
    found = found.set_index(key) if set(found[key]) == set(expected.index) else None
    if found is None:
        assert form == "kml"  # which names placemarks after the deposit
        return
    at = expected.loc[found.index].geometry.to_numpy()
    assert shapely.equals_exact(found.geometry.to_numpy(), at, tolerance=1e-9).all()


@pytest.mark.parametrize("form", ["parquet", "gpkg", "fgb", "csv", "arrow"])
def test_a_download_has_the_values_of_the_pages(
    served: str, expected: gpd.GeoDataFrame, form: str
) -> None:
    found = READERS[form](fetched(f"{served}{PATH}&f={form}")[0]).set_index("id")
    wanted = expected.loc[found.index]
    assert list(found["control"]) == list(wanted["control"])
    assert list(found["name_uk"]) == list(wanted["name_uk"])
    shares = pd.to_numeric(found["control_share"]).to_numpy(float)
    assert shares == pytest.approx(wanted["control_share"].to_numpy(float), nan_ok=True)


def test_accept_asks_for_a_download_as_f_does(served: str) -> None:
    for form, kind in ACCEPT.items():
        _, headers = fetched(f"{served}{PATH}", kind)
        assert headers["content-type"].startswith(kind)
        assert form in headers["content-disposition"]


def test_geoparquet_passes_the_validator(served: str) -> None:
    data, _ = fetched(f"{served}/collections/control/items?f=parquet")
    report = check_bytes("control.parquet", data)
    assert conformant(report), failed(report)
