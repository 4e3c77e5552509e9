"""Does every format give the same layer, with types, ids and coordinates kept?"""

import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pytest
from ogr_inputs import (
    a_collection,
    a_feature,
    a_file,
    a_zip,
    folder_of,
    ingested,
    ingested_features,
    issues,
    layers,
    rows,
    rules,
    the_layer,
    types,
)
from shapely import Point, box

from geodata.features.user_layers import layer_frame
from geodata.ingest.vector.options import layer_id
from schemas import Batch

COUNTED_3 = ["places.1", "places.2", "places.3"]
WRITTEN = {
    "gpkg": {"driver": "GPKG", "layer": "mines_2024"},
    "geojson": {"driver": "GeoJSON"},
    "geojsonl": {"driver": "GeoJSONSeq"},
    "fgb": {"driver": "FlatGeobuf", "SPATIAL_INDEX": "NO"},
    "kml": {"driver": "LIBKML"},
    "gdb": {"driver": "OpenFileGDB", "TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"},
    "shp": {"driver": "ESRI Shapefile", "ENCODING": "UTF-8"},
}


def a_frame() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "mine": ["Азов", "b", None],
            "ore": [7, 8, 9],
            "share": [0.5, None, 1.5],
            "day": pd.to_datetime(["2022-02-24", "2023-01-01", "2024-01-01"]).date,
        },
        geometry=[Point(30, 50), Point(31, 51), Point(32, 52)],
        crs="EPSG:4326",
    )


def written(frame: gpd.GeoDataFrame, path: Path) -> Path:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        pyogrio.write_dataframe(frame, path, **WRITTEN[path.suffix[1:]])
    return path


@pytest.mark.parametrize("suffix", [*WRITTEN, "parquet"])
def test_each_format_gives_the_rows_and_types_that_went_in(tmp_path: Path, suffix: str) -> None:
    path = written(a_frame(), tmp_path / f"mines_2024.{suffix}")
    batch = ingested(tmp_path, path)
    layer, table = the_layer(tmp_path, batch), rows(tmp_path, batch)
    mine = "Name" if suffix == "kml" and "mine" not in types(layer) else "mine"

    assert (batch.verdict, batch.rows_in, batch.rows_accepted) == ("accepted", 3, 3)
    assert (layer.id, layer.geometry_type, layer.rows) == ("mines_2024", "Point", 3)
    wanted = {mine: "string", "ore": "integer", "share": "number", "day": "date"}
    assert types(layer) == {"id": "string", **wanted}
    assert layer.begins == "day"
    assert table["ore"].tolist() == [7, 8, 9]
    assert table[mine].fillna("-").tolist() == ["Азов", "b", "-"]
    assert table["share"].fillna(-1).tolist() == [0.5, -1, 1.5]
    assert [str(day) for day in table["day"]] == ["2022-02-24", "2023-01-01", "2024-01-01"]
    assert [(p.x, p.y, p.has_z) for p in table.geometry] == [
        (30, 50, False), (31, 51, False), (32, 52, False),
    ]  # fmt: skip


def archived(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for each in sorted(folder.rglob("*")):
            archive.write(each, each.relative_to(folder))
    return path


@pytest.mark.parametrize(("suffix", "name"), [("shp", "a.zip"), ("gdb", "b.zip"), ("kml", "c.kmz")])
def test_archives_give_what_is_in_them(tmp_path: Path, suffix: str, name: str) -> None:
    (tmp_path / "in").mkdir()
    written(a_frame(), tmp_path / "in" / f"mines_2024.{suffix}")
    batch = ingested(tmp_path, archived(tmp_path / "in", tmp_path / name))
    assert the_layer(tmp_path, batch).id == "mines_2024"
    assert len(rows(tmp_path, batch)) == 3


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("lon,lat,n,code,ok\n30,50,1,007,true\n31.5,51,2,008,false\n", (31.5, 51)),
        ("Latitude;Longitude;n;code;ok\n50;30;1;007;true\n51;31.5;2;008;false\n", (31.5, 51)),
        ("WKT,n,code,ok\nPOINT (30 50),1,007,true\nPOINT (31.5 51),2,008,false\n", (31.5, 51)),
        ("geom\tn\tcode\tok\nSRID=4326;POINT (0 1)\t1\t007\ttrue\nPOINT (2 3)\t2\t008\tfalse\n",
         (2, 3)),
    ],
)  # fmt: skip
def test_csv_gives_points_or_wkt_and_types_of_all_its_values(
    tmp_path: Path, text: str, place: tuple[float, float]
) -> None:
    batch = ingested(tmp_path, a_file(tmp_path / "p.csv", text))
    layer, table = the_layer(tmp_path, batch), rows(tmp_path, batch)
    found = types(layer)
    assert {name: found[name] for name in ("n", "code", "ok")} == {
        "n": "integer", "code": "string", "ok": "boolean",
    }  # fmt: skip
    assert (table.geometry[1].x, table.geometry[1].y) == place
    assert ("crs_is_stated", "note") in rules(tmp_path, batch)
    assert not {"WKT", "geom"} & set(found)


def test_lists_nested_values_and_clashing_names_find_their_place(tmp_path: Path) -> None:
    batch = ingested_features(
        tmp_path,
        a_feature(tags=["a", "b"], nest={"a": 1}, flag=True, zero=0, Name=1, name=2, geometry="g",
                  bbox="x", empty=None, mixed=1),
        a_feature(None, tags=[], flag=False, zero=1, Name=1, name=2, mixed="x"),
    )  # fmt: skip
    layer, table = the_layer(tmp_path, batch), rows(tmp_path, batch)
    assert types(layer) == {
        "id": "string", "tags": "strings", "nest": "string", "flag": "boolean", "zero": "integer",
        "Name": "integer", "name_2": "integer", "geometry_2": "string", "bbox": "string",
        "empty": "string", "mixed": "string",
    }  # fmt: skip
    assert table["tags"].map(list).tolist() == [["a", "b"], []]
    assert table["bbox"].tolist()[0] == "x"
    assert table.geometry[1] is None
    assert ("column_name_is_free", "note") in rules(tmp_path, batch)


def test_days_and_times_are_known_by_every_value(tmp_path: Path) -> None:
    batch = ingested_features(
        tmp_path,
        a_feature(start="2020-01-01", end="2020-01-31", no="2020-02-30", at="2020-01-01T00:00:00",
                  z="2020-01-01T10:00:00+03:00"),
        a_feature(start=None, end="2020-02-29", no="2020-01-01", at="2020-01-01T00:00:00Z",
                  z="2020-01-01T10:00:00.5Z"),
    )  # fmt: skip
    layer, table = the_layer(tmp_path, batch), rows(tmp_path, batch)
    wanted = {"start": "date", "end": "date", "no": "string", "at": "datetime", "z": "datetime"}
    assert types(layer) == {"id": "string", **wanted}
    assert (layer.begins, layer.ends, layer.closed) == ("start", "end", True)
    assert table["z"].dt.hour.tolist() == [7, 10]
    assert ("time_has_a_zone", "note") in rules(tmp_path, batch)


@pytest.mark.parametrize(
    ("features", "ids"),
    [
        ([{"id": 0}, {"id": 1}], ["0", "1"]),
        ([{"id": 40}, {"id": 7}], ["40", "7"]),
        ([{"id": "way/1"}, {"id": "ü"}], ["way/1", "ü"]),
        ([{"properties": {"id": 5}}, {"properties": {"id": 6}}], ["5", "6"]),
        ([{"properties": {"ID": "x"}}, {"properties": {"ID": "y"}}], ["x", "y"]),
        ([{"properties": {"id": 5}}, {"properties": {"id": 5}}], ["places.1", "places.2"]),
        ([{"id": 5}, {"id": 5}], ["places.1", "places.2"]),
        ([{"properties": {"id": "a"}}, {"properties": {"id": None}}], ["a", "places.2"]),
        ([{"id": 7}, {"id": 7}, {"id": 8}], ["places.1", "places.2", "8"]),
        ([{"id": 7}, {"id": 7}, {"id": "7"}, {"id": 8}], [*COUNTED_3, "8"]),
        ([{"id": "x7"}, {"id": "x7"}, {"id": "x8"}], ["places.1", "places.2", "x8"]),
        ([{"id": "places.2"}, {"id": "b"}, {"id": "b"}], COUNTED_3),
        ([{"id": "a"}, {}, {"id": "b"}], ["a", "places.2", "b"]),
        ([{}, {}], ["places.1", "places.2"]),
    ],
)
def test_ids_are_the_files_own_where_they_name_every_feature(
    tmp_path: Path, features: list[dict[str, Any]], ids: list[str]
) -> None:
    batch = ingested_features(tmp_path, *({**a_feature(n=1), **own} for own in features))
    assert rows(tmp_path, batch)["id"].tolist() == ids


@pytest.mark.parametrize("given", [[7, 7, 8], ["x7", "x7", "x8"], [None, "a", "b"], [7, "7", 8]])
def test_ids_that_name_two_features_stay_in_a_column_and_their_number_is_told(
    tmp_path: Path, given: list[Any]
) -> None:
    features = [a_feature(n=1) | ({} if own is None else {"id": own}) for own in given]
    batch = ingested_features(tmp_path, *features)
    kept = rows(tmp_path, batch)["id_2"].tolist()
    assert [None if pd.isna(k) else str(k) for k in kept] == [g and str(g) for g in given]
    told = issues(tmp_path, batch).query("rule == 'id_is_unique'")
    renumbered = sum(id_.startswith("places.") for id_ in rows(tmp_path, batch)["id"])
    assert told["count"].tolist() == [renumbered]


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("ne_110m_Places.v1", "ne_110m_Places.v1"), ("Райони 2 Ünit", "raiony-2-unit"), (".x", "x"),
        ("a/b", "a-b"), ("—", "layer"), ("x" * 65, "x" * 64), ("-", "-"), ("", "layer"),
    ],
)  # fmt: skip
def test_layer_keeps_its_name_where_a_url_can_hold_it(name: str, given: str) -> None:
    assert layer_id(name) == given


def test_every_layer_with_geometry_is_taken_and_names_alike_are_numbered(tmp_path: Path) -> None:
    first, second = tmp_path / "many.gpkg", tmp_path / "MANY.geojson"
    for name in ("one", "many"):
        a_frame().to_file(first, layer=name)
    pyogrio.write_dataframe(pd.DataFrame({"x": ["x"]}), first, layer="layer_styles", append=True)
    a_file(second, a_collection(a_feature(n=1)))
    both = {path.name: path.read_bytes() for path in (first, second)}
    batch = ingested(tmp_path, a_zip(tmp_path / "both.zip", both))
    assert [layer.id for layer in layers(tmp_path, batch)] == ["MANY", "one", "many-2"]
    assert (batch.files_in, batch.rows_in) == (2, 7)
    assert ("layer_has_geometry", "note") in rules(tmp_path, batch)
    assert ("layer_name_is_free", "note") in rules(tmp_path, batch)


def test_table_without_geometry_is_taken_where_it_is_named(tmp_path: Path) -> None:
    path = written(a_frame(), tmp_path / "two.gpkg")
    pyogrio.write_dataframe(pd.DataFrame({"n": [1, 2]}), path, layer="plain", append=True)
    batch = ingested(tmp_path, path, layers=("plain",))
    assert the_layer(tmp_path, batch).geometry_type == "Geometry"
    assert rows(tmp_path, batch).geometry.isna().all()


def test_coordinates_of_any_crs_become_longitude_and_latitude(tmp_path: Path) -> None:
    there = gpd.GeoDataFrame({"n": [1]}, geometry=[box(30, 50, 30.1, 50.1)], crs="EPSG:4326")
    for code in (32636, 3857):
        path = tmp_path / f"at_{code}.gpkg"
        there.to_crs(code).to_file(path)
        (polygon,) = rows(tmp_path, ingested(tmp_path, path)).geometry
        assert polygon.equals_exact(there.geometry[0], 1e-3), code


def test_without_a_crs_metres_are_set_aside_until_the_user_names_it(tmp_path: Path) -> None:
    path = a_file(tmp_path / "survey.csv", "x,y\n400000,5500000\n")
    batch = ingested(tmp_path, path)
    assert (batch.verdict, batch.rows_quarantined) == ("refused", 1)
    assert "--crs" in batch.reasons[0]
    (point,) = rows(tmp_path, ingested(tmp_path, path, crs="EPSG:32636")).geometry
    assert (point.x, point.y) == pytest.approx((31.615, 49.644), abs=1e-3)


def test_geoparquet_of_arrow_keeps_lists_and_forgets_its_boxes(tmp_path: Path) -> None:
    frame = a_frame().assign(tags=[["a"], [], None])
    frame.to_parquet(tmp_path / "p.parquet", write_covering_bbox=True)
    layer = the_layer(tmp_path, ingested(tmp_path, tmp_path / "p.parquet"))
    assert types(layer)["tags"] == "strings"
    assert "bbox" not in types(layer)


def test_file_written_is_geoparquet_with_the_columns_described(tmp_path: Path) -> None:
    batch: Batch = ingested_features(tmp_path, a_feature(n=1), a_feature(None, n=2))
    layer = the_layer(tmp_path, batch)
    schema = pq.read_schema(folder_of(tmp_path, batch) / "layer-places.parquet")
    assert schema.names == ["id", "n", "geometry", "bbox"]
    assert schema.field("n").type == pa.int64()
    frame = layer_frame(folder_of(tmp_path, batch), layer)
    assert (len(frame), frame.bounds) == (2, (30, 50, 30, 50))
    table = gpd.read_parquet(folder_of(tmp_path, batch) / "layer-places.parquet", bbox=(0, 0, 1, 1))
    assert table.empty


def test_old_geojson_that_names_mercator_is_moved(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [3339584.723798, 6446275.841017]}
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
    data = a_collection(a_feature(point), crs=crs)
    (moved,) = rows(tmp_path, ingested(tmp_path, a_file(tmp_path / "m.json", data))).geometry
    assert (moved.x, moved.y) == pytest.approx((30, 50))
