"""OGC API - Tiles 1.0, as its executable suite and its annex check it (TL01 to TL27)."""

from typing import Any

import pytest
from openapi_spec_validator import validate
from page_checks import Page, faults_of
from served import Client, local
from tile_checks import (
    DNIPRO,
    GRID,
    KYIV,
    LAYERS,
    MVT,
    OGC_REL,
    decoded,
    filled,
    link_of,
    ogc_path,
    path_of,
    tileset_documents,
)

CLASSES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf"
TMS_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
OAS = "application/vnd.oai.openapi+json;version=3.0"
FAR = 2147483647
JSON = "application/json"


def lists(client: Client) -> list[str]:
    """Targets of all lists of tilesets, as the landing page and the collections name them."""
    documents = [client.json("/"), *client.json("/collections")["collections"]]
    links = [k for document in documents for k in document["links"]]
    found = [k for k in links if k["rel"] == f"{OGC_REL}/tilesets-vector"]
    assert all(k["type"] == JSON for k in found)
    return [local(k["href"]) for k in found]


def test_the_classes_are_declared(client: Client) -> None:
    declared = client.json("/conformance")["conformsTo"]
    own = ("core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
           "collections-selection", "datetime", "mvt", "oas30")  # fmt: skip
    assert {f"{CLASSES}/{name}" for name in own} <= set(declared)


def test_landing_page_and_collections_lead_to_lists_of_tilesets(client: Client) -> None:
    assert lists(client) == [
        "/tiles",
        "/collections/deposits/tiles",
        "/collections/control/tiles",
        "/collections/contact-line/tiles",
        "/collections/timelines/tiles",
    ]


def test_a_list_has_all_a_client_needs_to_fetch_tiles(client: Client) -> None:
    for target in lists(client):
        document = client.json(target)
        assert link_of(document, "self")["type"] == JSON
        for entry in document["tilesets"]:
            assert entry["dataType"] == "vector"
            assert entry["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
            assert (entry["tileMatrixSetId"], entry["tileMatrixSetURI"]) == (
                "WebMercatorQuad",
                TMS_URI,
            )
            assert local(link_of(entry, "self")["href"]) == f"{target}/WebMercatorQuad"
            assert link_of(entry, "self")["type"] == JSON
            assert client.json(local(link_of(entry, "tiling-scheme")["href"]))["uri"] == TMS_URI
            item = link_of(entry, "item")
            assert (item["type"], item["templated"]) == (MVT, True)


def test_the_edges_of_the_limits_hold(client: Client) -> None:
    for document in tileset_documents(client):
        template = link_of(document, "item")["href"]
        levels = [int(entry["tileMatrix"]) for entry in document["tileMatrixSetLimits"]]
        assert levels == list(range(levels[0], levels[-1] + 1)), "in the order of the grid"
        for entry in document["tileMatrixSetLimits"]:
            matrix, column = entry["tileMatrix"], entry["minTileCol"]
            inside = client.get(filled(template, matrix, entry["maxTileRow"], column))
            beyond = client.get(filled(template, matrix, entry["maxTileRow"] + 1, column))
            assert inside.status in {200, 204}, entry
            assert beyond.status == 404, entry


def test_far_beyond_the_grid_there_is_nothing(client: Client) -> None:
    for document in tileset_documents(client):
        template = link_of(document, "item")["href"]
        assert client.get(filled(template, 5, FAR, FAR)).status == 404


def test_every_tile_that_holds_something_is_200(client: Client) -> None:
    z, x, y = DNIPRO
    template = link_of(client.json(f"/collections/control{GRID}"), "item")["href"]
    for column in (x, x + 1):
        answer = client.get(filled(template, z, y, column))
        assert answer.status == 200
        assert answer.headers["content-type"] == MVT
        assert decoded(answer)["control"]


def test_an_empty_tile_within_the_limits_is_204(client: Client) -> None:
    limits = client.json(f"/collections/deposits{GRID}")["tileMatrixSetLimits"][10]
    z, row = int(limits["tileMatrix"]), limits["minTileRow"]
    columns = range(limits["minTileCol"], limits["maxTileCol"] + 1)
    answers = [client.get(f"/collections/deposits{GRID}/{z}/{row}/{c}") for c in columns]
    empty = [answer for answer in answers if answer.status == 204]
    assert empty
    assert {answer.status for answer in answers} == {200, 204}
    assert all(not answer.body and "content-length" not in answer.headers for answer in empty)
    assert empty[0].headers["etag"]


def test_a_tileset_is_described_in_full(client: Client) -> None:
    for document in tileset_documents(client):
        west, south = document["boundingBox"]["lowerLeft"]
        east, north = document["boundingBox"]["upperRight"]
        middle = document["centerPoint"]["coordinates"]
        assert west < middle[0] < east
        assert south < middle[1] < north
        assert document["attribution"]
        for layer in document["layers"]:
            assert layer["dataType"] == "vector"
            assert layer["geometryDimension"] in {0, 1, 2}
            kinds = {p["type"] for p in layer["propertiesSchema"]["properties"].values()}
            assert kinds <= {"string", "number", "boolean"}


def test_a_layer_has_the_properties_its_schema_names(client: Client) -> None:
    for name in ("deposits", "control", "timelines"):
        document = client.json(f"/collections/{name}{GRID}")
        named = {k["id"]: set(k["propertiesSchema"]["properties"]) for k in document["layers"]}
        found = decoded(client.get(ogc_path(f"/collections/{name}{GRID}", DNIPRO)))
        assert set(found) <= set(named)
        for layer, rows in found.items():
            assert set().union(*rows) <= named[layer]


def test_the_row_stands_before_the_column(client: Client) -> None:
    z, x, y = KYIV
    tile = decoded(client.get(path_of("deposits", KYIV)))
    assert decoded(client.get(f"/collections/deposits{GRID}/{z}/{y}/{x}")) == tile
    assert client.get(f"/collections/deposits{GRID}/{z}/{x}/{y}").status == 404


def test_a_tile_of_the_dataset_holds_every_layer(client: Client) -> None:
    alone = [decoded(client.get(path_of(name, DNIPRO))) for name in LAYERS[:4]]
    together = decoded(client.get(ogc_path(GRID, DNIPRO)))
    assert together == {name: rows for tile in alone for name, rows in tile.items()}
    assert set(together) == {
        "deposits", "control", "contact-line", "timelines", "standings",
    }  # fmt: skip


def test_only_the_layers_asked_are_in_it(client: Client) -> None:
    tile = ogc_path(GRID, DNIPRO)
    found = decoded(client.get(f"{tile}?collections=control,deposits,control"))
    assert list(found) == ["control", "deposits"]
    assert list(decoded(client.get(f"{tile}?collections=basemap"))) != []
    document = client.json(f"{GRID}?collections=control")
    assert [layer["id"] for layer in document["layers"]] == ["control"]
    assert filled(link_of(document, "item")["href"], *tile.split("/")[-3:]) == (
        f"{tile}?collections=control"
    )


@pytest.mark.parametrize("target", ["/tiles", GRID, ogc_path(GRID, DNIPRO)])
@pytest.mark.parametrize("words", ["nowhere", "control,nowhere", "", "control,,deposits",
                                   "a," * 1900, "a," * 5000])  # fmt: skip
def test_a_collection_that_is_not_there_is_refused(client: Client, target: str, words: str) -> None:
    answer = client.get(f"{target}?collections={words}")
    assert answer.status == 400
    assert answer.problem()["parameter"] == "collections"


def test_more_collections_than_there_are_are_each_taken_once(client: Client) -> None:
    flood = ",".join(["control"] * 500)
    tile = ogc_path(GRID, DNIPRO)
    assert client.get(f"{tile}?collections={flood}").body == (
        client.get(f"{tile}?collections=control").body
    )


def test_a_day_selects_in_tiles_of_collections_and_dataset(client: Client) -> None:
    day = "datetime=2025-02-25&source=settlements"
    everything = decoded(client.get(path_of("control", DNIPRO)))["control"]
    number = 20144  # 2025-02-25, days since 1970-01-01
    expected = sorted(row["id"] for row in everything
                      if row["valid_from"] <= number < row["valid_to"])  # fmt: skip
    targets = (path_of("control", DNIPRO), ogc_path(f"/collections/control{GRID}", DNIPRO),
               ogc_path(GRID, DNIPRO))  # fmt: skip
    assert 0 < len(expected) < len(everything)
    for target in targets:
        found = decoded(client.get(f"{target}?{day}"))["control"]
        assert sorted(row["id"] for row in found) == expected


def test_a_day_before_all_control_gives_an_empty_tile(client: Client) -> None:
    assert client.get(f"{path_of('control', DNIPRO)}?datetime=1950-01-01").status in {204, 400}


def test_the_grids_are_described(client: Client) -> None:
    (entry,) = client.json("/tileMatrixSets")["tileMatrixSets"]
    found = client.json(local(link_of(entry, "self")["href"]))
    assert (found["id"], found["uri"]) == ("WebMercatorQuad", TMS_URI)
    assert [matrix["id"] for matrix in found["tileMatrices"]] == [
        str(z) for z in range(len(found["tileMatrices"]))
    ]
    assert found["tileMatrices"][0]["scaleDenominator"] == pytest.approx(559082264.0287178)
    assert client.get("/tileMatrixSets/WorldCRS84Quad").problem()["status"] == 404
    assert client.get("/collections/control/tiles/WorldCRS84Quad").problem()["status"] == 404


@pytest.mark.parametrize("matrix", ["abc", "-1", "99", "1.5", "1e3", "%00", "\uff19", "05"])
def test_what_is_no_level_is_refused(client: Client, matrix: str) -> None:
    for base in (GRID, f"/collections/control{GRID}"):
        assert client.get(f"{base}/{matrix}/1/1").problem()["status"] in {400, 404}
        assert client.get(f"{base}/5/{matrix}/1").problem()["status"] in {400, 404}
        assert client.get(f"{base}/5/1/{matrix}").problem()["status"] in {400, 404}


def test_a_collection_without_tiles_has_no_tilesets(client: Client) -> None:
    for target in ("/collections/estimates/tiles", f"/collections/estimates{GRID}"):
        assert client.get(target).problem()["status"] == 404


@pytest.fixture(scope="module")
def api(client: Client) -> Any:
    return client.get("/api", accept=OAS).json()


def test_the_description_names_the_operations_of_the_standard(api: Any) -> None:
    validate(api)
    names = {item["get"]["operationId"] for item in api["paths"].values()}
    assert {"dataset.vector.getTile", "dataset.vector.getTileSet",
            "dataset.vector.getTileSetsList", "control.collection.vector.getTile",
            "getTileMatrixSet", "getTileMatrixSetsList"} <= names  # fmt: skip
    assert len(names) == len(api["paths"])


def test_the_description_tells_of_empty_tiles_and_whole_numbers(api: Any) -> None:
    tile = api["paths"][f"/collections/control{GRID}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"]["get"]
    assert {"200", "204", "304", "400", "404"} <= set(tile["responses"])
    assert set(tile["responses"]["200"]["content"]) == {MVT, "application/vnd.maplibre-tile"}
    by_name = {p["name"]: p for p in tile["parameters"] if "name" in p}
    assert by_name["tileRow"]["schema"] == {"type": "integer", "minimum": 0}
    assert {"datetime", "filter", "properties", "status"} <= set(by_name)


@pytest.mark.parametrize(
    "target",
    [
        "/tiles",
        GRID,
        f"{GRID}?collections=control",
        "/collections/control/tiles",
        f"/collections/timelines{GRID}",
        "/tileMatrixSets",
        "/tileMatrixSets/WebMercatorQuad",
    ],
)
def test_tilesets_and_grids_are_pages_too(client: Client, target: str) -> None:
    answer = client.get(target, accept="text/html")
    assert answer.status == 200
    assert faults_of(Page(answer.text)) == []
    assert not [h for h in Page(answer.text).values("href") if "{" in h]
