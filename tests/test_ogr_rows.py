"""Are rows kept, mended or set aside by the rules, and every one accounted for?"""

import json
import sqlite3
import struct
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from ogr_inputs import (
    a_feature,
    a_file,
    a_polygon,
    folder_of,
    ingested,
    ingested_features,
    issues,
    rows,
    rules,
    set_aside,
)
from shapely import LineString, Point, box

import geodata.ingest
from geodata.errors import InvalidInput
from geodata.ingest.rules import LAYER_RULES, MOST_ROWS_SHOWN, row_issues
from geodata.ingest.vector.column_types import typed
from geodata.ingest.vector.geometry import clean, moved_from, read_shapes

BOW_TIE = a_polygon((0, 0), (2, 2), (2, 0), (0, 2))


def at(*place: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": place}


def test_rows_in_are_rows_accepted_and_set_aside(tmp_path: Path) -> None:
    batch = ingested_features(
        tmp_path,
        a_feature(at(30, 95), n=0),
        a_feature(BOW_TIE, n=1),
        a_feature(a_polygon((0, 0), (0, 0), (0, 0)), n=2),
        a_feature(at(200, 20), n=3),
        a_feature(at(1, 2, 3), n=4),
        a_feature(None, n=5),
        a_feature({"type": "LineString", "coordinates": []}, n=6),
    )
    assert (batch.rows_in, batch.rows_accepted, batch.rows_quarantined) == (7, 4, 3)
    assert set_aside(tmp_path, batch) == {"lies_on_earth": [0, 3], "polygon_has_area": [2]}
    table = rows(tmp_path, batch).set_index("n").geometry
    assert list(table.index) == [1, 4, 5, 6]
    assert table[1].is_valid
    assert table[1].geom_type == "MultiPolygon"
    assert not table[4].has_z
    assert table[5] is None
    assert table[6] is None
    assert {("polygon_is_valid", "repaired"), ("geometry_has_two_axes", "repaired")} <= rules(
        tmp_path, batch
    )


def test_coordinates_that_cannot_be_read_are_set_aside_and_absent_ones_are_kept(
    tmp_path: Path,
) -> None:
    text = "lon,lat,n\n30,50,0\nn/a,50,1\n,,2\n30,,3\n"
    batch = ingested(tmp_path, a_file(tmp_path / "p.csv", text))
    assert set_aside(tmp_path, batch) == {"geometry_can_be_read": [1, 3]}
    assert rows(tmp_path, batch)["n"].tolist() == [0, 2]


def test_lines_that_are_no_features_are_counted_as_set_aside(tmp_path: Path) -> None:
    good = json.dumps(a_feature(n=1))
    path = a_file(tmp_path / "l.geojsonl", f"{good}\n{good[:20]}\n\n{good}\n{good[:40]}")
    batch = ingested(tmp_path, path)
    assert (batch.rows_in, batch.rows_accepted, batch.rows_quarantined) == (4, 2, 2)
    assert ("line_is_a_feature", "quarantined") in rules(tmp_path, batch)


@pytest.mark.parametrize("suffix", ["shp", "dbf"])
def test_shapefile_that_was_cut_short_is_refused(tmp_path: Path, suffix: str) -> None:
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[Point(30, 50), Point(1, 2)], crs=4326)
    frame.to_file(tmp_path / "x.shp")
    cut = tmp_path / f"x.{suffix}"
    cut.write_bytes(cut.read_bytes()[:-12])
    batch = ingested(tmp_path, tmp_path / "x.shp")
    assert batch.verdict == "refused"
    assert f"x.{suffix} has" in batch.reasons[0]


def test_batch_without_any_row_left_is_refused(tmp_path: Path) -> None:
    batch = ingested_features(tmp_path, a_feature(at(0, 91), n=1))
    assert (batch.verdict, batch.rows_quarantined) == ("refused", 1)
    assert "--crs" in batch.reasons[0]
    assert not list(folder_of(tmp_path, batch).glob("layer-*"))


def test_curves_are_turned_into_lines(tmp_path: Path) -> None:
    path = tmp_path / "arcs.gpkg"
    frame = gpd.GeoDataFrame({"n": [1, 2]}, geometry=[Point(30, 50), Point(1, 2)], crs=4326)
    frame.to_file(path, geometry_type="Unknown")
    header = b"GP\0\1" + struct.pack("<i", 4326)
    arc = struct.pack("<BII6d", 1, 8, 3, 30, 50, 31, 51, 32, 50)
    with sqlite3.connect(path) as database:
        triggers = database.execute("select name from sqlite_master where type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'drop trigger "{name}"')
        database.execute("update arcs set geom = ? where n = 1", (header + arc,))
    database.close()
    batch = ingested(tmp_path, path)
    line, point = rows(tmp_path, batch).geometry
    assert line.geom_type == "LineString"
    assert line.length == pytest.approx(np.pi, abs=1e-2)
    assert point == Point(1, 2)
    assert ("geometry_is_straight", "repaired") in rules(tmp_path, batch)


# Geometries, by hand and over many


@pytest.mark.parametrize(
    ("shape", "wanted", "rule"),
    [
        (Point(180.0000005, -90.0000005), Point(180, -90), "lies_within_the_edge"),
        (Point(180.1, 0), None, "lies_on_earth"),
        (Point(float("inf"), 0), None, "lies_on_earth"),
        (shapely.Polygon(), None, "geometry_is_not_empty"),
        (LineString([(0, 0), (0, 0)]), LineString([(0, 0), (0, 0)]), None),
        (shapely.from_wkt("POINT M (1 2 3)"), Point(1, 2), "geometry_has_two_axes"),
        (
            shapely.from_wkt("POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (0 0, 0 1, 0 0))"),
            box(0, 0, 4, 4),
            "polygon_is_valid",
        ),
    ],
)
def test_geometry_obeys_the_rules(
    shape: shapely.Geometry, wanted: shapely.Geometry | None, rule: str | None
) -> None:
    found = clean(np.array([shape, None], dtype=object), np.array([True, False]), None)
    assert {*found.faults, *found.repairs} == ({rule} if rule else set())
    assert (found.geometry[0] is None) == (wanted is None)
    if wanted is not None:
        assert found.geometry[0].equals(wanted)
    assert found.passed[1]


def test_coordinate_that_is_no_number_sets_its_row_aside() -> None:
    line = shapely.to_wkb(LineString([(0, 0), (9, 1), (2, 2)]))
    wkb = line.replace(struct.pack("<d", 9), struct.pack("<d", float("nan")))
    found = read_shapes(pa.array([wkb, line, b"?", None], pa.binary()), None)
    assert found.passed.tolist() == [False, True, False, True]
    assert set(found.faults) == {"lies_on_earth", "geometry_can_be_read"}


@given(
    st.lists(
        st.tuples(st.floats(-400, 400), st.floats(-200, 200)).map(Point) | st.none(), max_size=20
    )
)
def test_every_row_is_kept_on_earth_or_set_aside(points: list[Point | None]) -> None:
    shapes = np.array([*points, None], dtype=object)
    found = clean(shapes, ~shapely.is_missing(shapes), None)
    on_earth = [p is None or (abs(p.x) <= 180.000001 and abs(p.y) <= 90.000001) for p in points]
    assert found.passed.tolist() == [*on_earth, True]


@pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84", "EPSG:4979", "EPSG:4326+3855"])
def test_wgs_84_in_any_dress_is_not_moved(crs: str) -> None:
    assert moved_from(crs) == ""


@pytest.mark.parametrize("crs", ["EPSG:9999999", 'LOCAL_CS["Undefined Cartesian SRS"]', "nonsense"])
def test_crs_without_a_way_to_wgs_84_is_refused(crs: str) -> None:
    with pytest.raises(InvalidInput, match="--crs"):
        moved_from(crs)


def test_axis_order_of_a_northing_first_crs_is_heeded() -> None:
    x, y = pyproj.Transformer.from_crs(4326, 2180, always_xy=True).transform(20, 52)
    moved = clean(np.array([Point(x, y)], dtype=object), np.array([True]), moved_from("EPSG:2180"))
    assert moved.geometry[0].equals_exact(Point(20, 52), 1e-6)


# Columns


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["1", "-20", None], "integer"),
        (["0", "1"], "integer"),
        (["01", "2"], "string"),
        (["1", "2.5", "1e3", ".5"], "number"),
        (["1", "n/a"], "string"),
        (["9" * 18, "9" * 19, "-" + "9" * 25], "string"),
        (["9" * 18, str(2**63 - 1)], "integer"),
        (["9" * 25, "1.5"], "number"),
        (["2020-02-29"], "date"),
        (["2021-02-29"], "string"),
        (["2020-1-1"], "string"),
        (["2020-01-01T00:00:00Z", "2020-01-01 00:00:00+03:00"], "datetime"),
        (["2020-13-01T00:00:00Z"], "string"),
        (["2020-01-01", "2020-01-01T00:00:00Z"], "string"),
        (["true", "False"], "boolean"),
        (["yes", "no"], "string"),
        ([".", "-"], "string"),
        ([None, None], "string"),
        ([], "string"),
    ],
)
def test_texts_are_what_every_one_of_them_says(texts: list[str | None], wanted: str) -> None:
    found = typed(pa.chunked_array([pa.array(texts, pa.string())]), "texts")
    assert found is not None
    assert found.type == wanted
    assert found.values.null_count == texts.count(None)


@pytest.mark.parametrize(
    ("values", "wanted", "listed"),
    [
        (pa.array([1, 2], pa.int8()), "integer", [1, 2]),
        (pa.array([2**63, 7], pa.uint64()), "string", ["9223372036854775808", "7"]),
        (pa.array([2**63 - 1], pa.uint64()), "integer", [2**63 - 1]),
        (pa.array([1.5, float("nan"), float("inf")], pa.float32()), "number", [1.5, None, None]),
        (pa.array(["a", "b"]).dictionary_encode(), "string", ["a", "b"]),
        (pa.array([["a"], None], pa.large_list(pa.large_string())), "strings", [["a"], None]),
        (pa.array([[1, 2]]), "integers", [[1, 2]]),
        (pa.array([[True]]), "string", ["[true]"]),
        (pa.array([{"a": 1}]), "string", ['{"a":1}']),
        (pa.array([None, None]), "string", [None, None]),
        (pa.array(["2020-01-01"]), "string", ["2020-01-01"]),
    ],
)
def test_arrow_values_get_the_types_of_lodeline(
    values: pa.Array, wanted: str, listed: list[object]
) -> None:
    found = typed(pa.chunked_array([values]), "typed")
    assert found is not None
    assert found.type == wanted
    assert found.values.to_pylist() == listed


def test_bytes_have_no_type() -> None:
    assert typed(pa.chunked_array([pa.array([b"x"])]), "typed") is None


def test_text_that_is_no_utf_8_is_replaced_and_told() -> None:
    bad = pa.array([b"\xcf\xf0", b"ok", None]).cast(pa.string(), safe=False)
    found = typed(pa.chunked_array([bad]), "typed")
    assert found is not None
    assert found.values.to_pylist() == ["\ufffd\ufffd", "ok", None]
    assert found.broken == {"text_is_utf8": 1}


def test_many_rows_of_one_rule_are_told_one_by_one_up_to_a_number() -> None:
    told = row_issues("lies_on_earth", "quarantined", "x", list(range(MOST_ROWS_SHOWN + 5)))
    assert sum(issue.count for issue in told) == MOST_ROWS_SHOWN + 5
    assert len(told) == MOST_ROWS_SHOWN + 1


def test_every_rule_used_has_its_words() -> None:
    folder = Path(geodata.ingest.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    assert [rule for rule in LAYER_RULES if text.count(f'"{rule}"') < 2] == []


def test_issues_name_their_layer_row_and_way_out(tmp_path: Path) -> None:
    batch = ingested_features(tmp_path, a_feature(n=0), a_feature(at(0, 91), n=1))
    (found,) = issues(tmp_path, batch).to_dict("records")
    assert (found["file"], found["row"], found["severity"]) == ("places", 1, "quarantined")
    assert "--crs" in found["message"]
