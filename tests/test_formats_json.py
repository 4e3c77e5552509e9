"""Do GeoJSON, text sequences and JSON-FG say what the rows say?"""

from pathlib import Path
from typing import Any

import orjson
import pyogrio
import pytest
import shapely

from geodata.formats.jsonfg import crs_uri, time_member, write_jsonfg
from tests.format_rows import ABOUT, NAMES, POINTS, first, kept, polygons, sample, written


def features(data: bytes) -> list[dict[str, Any]]:
    return list(orjson.loads(data)["features"])


def test_geojson_holds_every_value_and_nan_is_null() -> None:
    found = features(written("json", sample()))

    assert [f["properties"]["name_en"] for f in found] == NAMES
    assert [f["properties"]["amount"] for f in found] == [
        1.5,
        -2.0,
        None,
        None,
        1e-7,
        0.1,
        1234567.25,
    ]
    assert found[0]["properties"]["valid_to"] == "2022-11-11"
    assert found[0]["properties"]["seen"] == "2025-02-25T12:30:00Z"
    assert found[0]["properties"]["commodities"] == ["lithium", "tantalum"]
    assert [f["id"] for f in found] == [f"d{i}" for i in range(7)]
    assert found[1]["geometry"] == {
        "type": "Point",
        "coordinates": [31.123456789012345, 49.987654321098765],
    }


def test_geojson_counts_its_features_and_names_its_source() -> None:
    document = orjson.loads(written("json", sample()))

    assert (document["numberMatched"], document["numberReturned"]) == (7, 7)
    assert document["licence"] == ABOUT.licence
    assert document["citation"] == ABOUT.citation
    assert document["links"][0]["href"] == ABOUT.query
    assert document["timeStamp"] == ABOUT.generated


def test_geojson_of_no_rows_is_an_empty_collection() -> None:
    assert features(written("json", first(sample(), 0))) == []


def test_geojson_without_shapes_has_null_geometries() -> None:
    assert {f["geometry"] for f in features(written("json", sample(None)))} == {None}


def test_more_rows_than_a_chunk_stay_one_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geodata.formats.geojson.BATCH", 2)

    assert [f["id"] for f in features(written("json", sample()))] == [f"d{i}" for i in range(7)]


def test_gdal_reads_geojson_and_the_sequence(tmp_path: Path) -> None:
    for name in ("json", "geojsonseq"):
        frame = pyogrio.read_dataframe(kept(tmp_path, name, sample(polygons())))
        assert len(frame) == 7
        assert shapely.equals(frame.geometry[1], polygons()[1])


def test_each_text_of_a_sequence_stands_between_a_separator_and_a_line_feed() -> None:
    data = written("geojsonseq", sample())

    assert data.count(b"\x1e") == 7
    assert [orjson.loads(text)["id"] for text in data.split(b"\x1e")[1:]] == [
        f"d{i}" for i in range(7)
    ]
    assert all(text.endswith(b"}\n") and text.count(b"\n") == 1 for text in data.split(b"\x1e")[1:])


def test_jsonfg_has_the_days_as_closed_intervals() -> None:
    times = [f["time"] for f in features(written("jsonfg", sample()))]

    assert times[0] == {"interval": ["2022-02-24", "2022-11-10"]}
    assert times[1] == {"interval": ["2022-02-24", ".."]}


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        (("2022-02-24", "2022-02-24"), {"date": "2022-02-24"}),
        ((None, "2022-02-24"), {"interval": ["..", "2022-02-24"]}),
        ((None, None), None),
    ],
)
def test_the_time_of_a_single_day_is_a_date(span: Any, wanted: Any) -> None:
    assert time_member(span) == wanted


def test_jsonfg_in_crs84_is_geojson_with_an_empty_place() -> None:
    document = orjson.loads(written("jsonfg", sample()))

    assert document["conformsTo"][0].endswith("/json-fg-1/1.0/conf/core")
    assert document["coordRefSys"].endswith("/OGC/1.3/CRS84")
    assert document["featureType"] == "deposits"
    assert document["features"][0]["place"] is None
    assert document["features"][0]["geometry"]["coordinates"] == [30.5, 48.5]


def test_a_page_of_jsonfg_says_its_own_counts_once() -> None:
    data = b"".join(write_jsonfg(sample(), ABOUT, {"numberMatched": 99, "links": []}))

    assert data.count(b'"numberMatched"') == data.count(b'"links"') == 1
    assert orjson.loads(data)["numberMatched"] == 99


def test_jsonfg_in_a_north_first_system_swaps_the_axes() -> None:
    document = orjson.loads(written("jsonfg", sample(POINTS, crs="EPSG:4326")))

    assert document["coordRefSys"] == "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert document["features"][0]["geometry"] is None
    assert document["features"][0]["place"] == {"type": "Point", "coordinates": [48.5, 30.5]}


def test_jsonfg_in_web_mercator_keeps_east_first() -> None:
    rows = sample(shapely.points([[4e6, 6e6]] * 7), crs="EPSG:3857")

    assert features(written("jsonfg", rows))[0]["place"]["coordinates"] == [4e6, 6e6]


def test_gdal_reads_jsonfg_in_its_own_crs(tmp_path: Path) -> None:
    rows = sample(shapely.points([[5.5e6, 3e6]] * 7), crs="EPSG:3035")

    frame = pyogrio.read_dataframe(kept(tmp_path, "jsonfg", rows))

    assert frame.crs.to_epsg() == 3035
    assert frame.geometry[0].equals(shapely.Point(5.5e6, 3e6))


def test_the_uri_of_a_crs_names_its_authority() -> None:
    assert crs_uri("EPSG:3035") == "http://www.opengis.net/def/crs/EPSG/0/3035"


def test_the_metadata_of_csv_name_its_columns_in_their_order() -> None:
    about = orjson.loads(written("csvw", sample()))
    head = written("csv", sample()).decode().splitlines()[0]

    columns = about["tableSchema"]["columns"]
    assert [column["name"] for column in columns] == head.split(",")
    assert about["dc:license"] == ABOUT.licence
    assert about["url"] == ABOUT.query
    kinds = {column["name"]: column["datatype"] for column in columns}
    assert (kinds["amount"], kinds["valid_from"], kinds["geometry"]) == ("number", "date", "string")
