"""Does whatever ingest accepts reach tiles and downloads, and can no layer stop a release?"""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from ogr_inputs import (
    POINT,
    a_collection,
    a_feature,
    a_file,
    a_polygon,
    a_zip,
    ingested,
    layers,
    workspace,
)
from releases import SmallFacts
from served import Client, client_of

from geodata.release.build import build
from geodata.release.publish import publish
from geodata.tiles.source_layer import tile_names

pytestmark = pytest.mark.xdist_group("ogr-published")
TINY = 1e-7
MICRO = "2024-06-30T23:59:59.123456Z"


def a_square(west: float, south: float, size: float) -> dict[str, Any]:
    east, north = west + size, south + size
    return a_polygon((west, south), (east, south), (east, north), (west, north))


def several(*geometries: dict[str, Any]) -> dict[str, Any]:
    return {"type": "GeometryCollection", "geometries": list(geometries)}


def a_point(*at: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": at}


LINE = {"type": "LineString", "coordinates": [[30, 48], [31, 49]]}
NAMES = {"point_count": 1, "Omitted": 2, "point_count_1": 3, "bbox": 4, "limit": 5, "f": 6,
         "datetime": "no day", "fid": 7, "ogc_fid": 8, "geom": 9, "geometry": 10, "": 11,
         "назва": 12, 'a"b': 13, "a.b": 14, "a'b": 15, "tab\there": 16, "x" * 200: 17,
         "valid_from": "spring", "standings": 18}  # fmt: skip
INPUTS: dict[str, list[dict[str, Any]]] = {
    "point_count": [a_feature(point_count=7)],
    "omitted": [a_feature(a_square(30, 48, 0.1), omitted=7),
                a_feature(a_square(30.5, 48, 1e-5), omitted=8)],
    "micro": [a_feature(edited=MICRO), a_feature(edited="1960-01-01T00:00:00.000001Z")],
    "tiny": [a_feature(a_square(30 + n / 100, 48, TINY), n=n) for n in range(50)],
    "tiny_lines": [a_feature({"type": "LineString", "coordinates": [[x, 48], [x + TINY, 48]]})
                   for x in (30, 30.1)],
    "slivers": [a_feature(a_polygon((30, y), (31, y), (31, y + 1e-8))) for y in (48, 49)],
    "of_points": [a_feature(several(a_point(30, 48), a_point(31, 48)))],
    "of_all": [a_feature(several(POINT, LINE, several(a_square(31, 48, 0.5)))), a_feature(POINT)],
    "of_none": [a_feature(several()), a_feature(several(several())), a_feature(POINT)],
    "neighbours": [a_feature(several(a_square(31, 48, 0.5))), a_feature(a_square(31.5, 48, 0.5))],
    "multipoint": [a_feature({"type": "MultiPoint", "coordinates": [[30, 48], [33, 48]]})],
    "edge": [a_feature(a_square(180 - 1e-8, 10, 1e-8)), a_feature(a_point(180, 0))],
    "poles": [a_feature(a_point(0, 90), n=1), a_feature(a_point(0, -90), n=2),
              a_feature(a_point(30, 48), n=3)],
    "no_geometry": [a_feature(None, n=1), a_feature(None, n=2)],
    "one_bare": [a_feature()],
    "names": [a_feature(**NAMES), a_feature(a_point(31, 48), **NAMES)],
    "values": [a_feature(a=2**63 - 1, b=[1], c=["x", None], d={"x": {"y": []}}, e=True, g=None),
               a_feature(a=-(2**63), b=None, c=[], d=None, e=None, g=None)],
    "standings": [a_feature(verdict="a layer of this name")],
}  # fmt: skip
WITHOUT_TILES = {"no_geometry"}
TILED = sorted(set(INPUTS) - WITHOUT_TILES)
FORMATS = ("json", "geojsonseq", "jsonfg", "csv", "fgb", "gpkg", "parquet", "arrow", "kml", "xlsx",
           "shp")  # fmt: skip


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose workspace `ws` has a published release of all INPUTS."""
    folder = tmp_path_factory.mktemp("published")
    members = {f"{name}.geojson": a_collection(*given) for name, given in INPUTS.items()}
    batch = ingested(folder, a_zip(folder / "all.zip", members))
    assert {layer.id for layer in layers(folder, batch)} == set(INPUTS)
    with pytest.MonkeyPatch.context() as patch:
        SmallFacts(patch)
        publish(workspace(folder), build(workspace(folder)).id)
        yield folder


@pytest.fixture(scope="module")
def client(root: Path) -> Client:
    return client_of(workspace(root))


def tile(client: Client, name: str, query: str = "") -> list[dict[str, Any]]:
    """The features of a layer on the tile of level 0, as another reader gives them."""
    body = client.get(f"/tiles/{name}/0/0/0{query}").body
    found = mapbox_vector_tile.decode(body) if body else {}
    return [feature for layer in found.values() for feature in layer["features"]]


def in_json(body: bytes) -> int:
    return len(json.loads(body)["features"])


COUNTS: dict[str, Callable[[bytes], int]] = {
    "json": in_json,
    "jsonfg": in_json,
    "geojsonseq": lambda body: body.count(b"\x1e"),
    "csv": lambda body: len(list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))),
    "arrow": lambda body: int(pa.ipc.open_stream(body).read_all().num_rows),
    "parquet": lambda body: int(pq.read_table(io.BytesIO(body)).num_rows),
}


def counted(form: str, body: bytes, path: Path) -> int:
    """How many rows a download has, as other programs count them."""
    if form in COUNTS:
        return COUNTS[form](body)
    file = a_file(path / f"rows.{form}", body)
    if form == "shp":
        zipfile.ZipFile(file).extractall(path)
        return sum(int(pyogrio.read_info(each)["features"]) for each in path.glob("*.dbf"))
    options = {"HEADERS": "FORCE"} if form == "xlsx" else {}
    name = pyogrio.list_layers(file)[0, 0]
    return int(pyogrio.read_info(file, layer=name, force_feature_count=True, **options)["features"])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", sorted(INPUTS))
def test_every_download_has_every_row(client: Client, tmp_path: Path, name: str, form: str) -> None:
    answer = client.get(f"/collections/{name}/items?limit=1000&f={form}")
    assert answer.status == 200
    assert counted(form, answer.body, tmp_path) == len(INPUTS[name])


@pytest.mark.parametrize("name", TILED)
def test_every_layer_has_tiles_built_and_made_alike(client: Client, name: str) -> None:
    built = tile(client, name)
    made = tile(client, name, "?filter=id%20IS%20NOT%20NULL")
    assert built
    assert sorted(f["id"] for f in built) == sorted(f["id"] for f in made)
    described = client.json(f"/tiles/{name}.json")["vector_layers"][0]["fields"]
    assert {key for f in (*built, *made) for key in f["properties"]} <= set(described)
    for suffix in (".mlt", ".mlt?filter=id%20IS%20NOT%20NULL"):
        assert client.get(f"/tiles/{name}/0/0/0{suffix}").status == 200


@pytest.mark.parametrize("name", sorted(INPUTS))
@pytest.mark.parametrize("path", ["", "/items", "/items/{id}", "/schema", "/queryables"])
def test_every_page_of_every_layer_opens(client: Client, name: str, path: str) -> None:
    first = client.json(f"/collections/{name}/items?limit=1")["features"][0]["id"]
    target = f"/collections/{name}{path.format(id=first)}"
    assert client.get(target).status == 200
    assert client.get(f"{target}?f=html").status == 200


def test_a_layer_without_any_geometry_is_published_without_tiles(client: Client) -> None:
    assert client.get("/tiles/no_geometry.json").status == 404
    links = client.json("/collections/no_geometry")["links"]
    assert not [link for link in links if "tilesets-vector" in link["rel"]]


def test_a_column_the_tiles_need_is_numbered_in_tiles_and_nowhere_else(client: Client) -> None:
    (feature,) = tile(client, "point_count")
    assert feature["properties"] == {
        "id": "point_count.1", "point_count_1": 7, "point_count": 1,
    }  # fmt: skip
    (area,) = tile(client, "omitted")
    assert area["properties"] == {"id": "omitted.1", "omitted_1": 7, "omitted": 1}
    for name in ("point_count", "omitted"):
        document = client.json(f"/collections/{name}/items?{name}=7")
        assert [f["properties"][name] for f in document["features"]] == [7]
        (notice,) = client.json(f"/collections/{name}")["notices"]
        assert f"in tiles '{name}_1'" in notice
        assert f"{name}_1" in client.get(f"/collections/{name}?f=html").text


def test_properties_of_a_tile_are_asked_by_the_names_of_columns(client: Client) -> None:
    (feature,) = tile(client, "point_count", "?properties=point_count")
    assert feature["properties"] == {"id": "point_count.1", "point_count_1": 7, "point_count": 1}
    (area,) = tile(client, "omitted", "?properties=omitted")
    assert area["properties"] == {"id": "omitted.1", "omitted_1": 7, "omitted": 1}
    for feature in tile(client, "names", "?properties=bbox,limit"):
        assert set(feature["properties"]) == {"id", "bbox", "limit", "point_count"}


def test_a_name_numbered_in_tiles_meets_no_other_column() -> None:
    names = tile_names(["id", "point_count", "point_count_1", "OMITTED", "n"])
    assert names == {"id": "id", "point_count": "point_count_2", "point_count_1": "point_count_1",
                     "OMITTED": "OMITTED_1", "n": "n"}  # fmt: skip


def test_columns_called_like_days_that_hold_text_are_described_as_text(client: Client) -> None:
    (described,) = client.json("/tiles/names.json")["vector_layers"]
    assert described["fields"]["valid_from"] == "String"
    assert tile(client, "names")[0]["properties"]["valid_from"] == "spring"


def test_times_keep_their_digits_and_tiles_have_them_to_the_millisecond(client: Client) -> None:
    base = "/collections/micro/items?f="
    document = client.json(f"{base}json")
    old = "1960-01-01T00:00:00.000001Z"
    assert [f["properties"]["edited"] for f in document["features"]] == [MICRO, old]
    table = list(csv.DictReader(io.StringIO(client.get(f"{base}csv").text)))
    assert [row["edited"] for row in table] == [MICRO, old]
    times = pq.read_table(io.BytesIO(client.get(f"{base}parquet").body)).column("edited")
    assert set(times.to_pylist()) == {
        datetime(2024, 6, 30, 23, 59, 59, 123456, tzinfo=UTC),
        datetime(1960, 1, 1, 0, 0, 0, 1, tzinfo=UTC),
    }
    found = {f["properties"]["edited"] for f in tile(client, "micro")}
    assert found == {"2024-06-30T23:59:59.123Z", "1960-01-01T00:00:00.000Z"}


def test_parts_of_a_collection_are_drawn_as_what_they_are(client: Client) -> None:
    kinds = sorted((f["id"], f["geometry"]["type"]) for f in tile(client, "of_all"))
    assert kinds == [(1, "LineString"), (1, "Point"), (1, "Polygon"), (2, "Point")]
    assert [f["id"] for f in tile(client, "of_points")] == [1, 1]
    assert [f["id"] for f in tile(client, "multipoint")] == [1, 1]
    assert [f["id"] for f in tile(client, "of_none")] == [3]


@pytest.mark.parametrize("name", ["tiny", "tiny_lines", "slivers"])
def test_shapes_too_small_for_a_level_are_one_speck_that_counts_the_others(
    client: Client, name: str
) -> None:
    (feature,) = tile(client, name)
    assert feature["properties"]["omitted"] == len(INPUTS[name]) - 1


def test_poles_are_left_out_of_tiles_and_counted(client: Client) -> None:
    (feature,) = tile(client, "poles")
    assert feature["properties"]["n"] == 3
    (notice,) = client.json("/collections/poles")["notices"]
    assert "2 rows" in notice


def test_the_styles_and_the_project_open_with_layers_of_any_kind(client: Client) -> None:
    for target in ("/styles", "/tiles", "/collections", "/api", "/map"):
        assert client.get(target).status == 200, target
