"""Can GIS programs read FlatGeobuf, GeoPackage and shapefiles with equal rows and shapes?"""

import io
import sqlite3
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyogrio import read_dataframe
from pyogrio.raw import read_arrow

from geodata.errors import Unavailable
from geodata.formats.ogr import Layer, write_layer
from geodata.formats.rows import Rows
from tests.format_rows import ABOUT, NAMES, POINTS, first, kept, polygons, sample, written


def rows_of(path: Path | str) -> list[dict[str, Any]]:
    """The features as GDAL reads them, by id."""
    _, table = read_arrow(path)
    return sorted(table.to_pylist(), key=lambda row: str(row["id"]))


def shapes(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [shapely.from_wkb(row[name]) if row[name] else None for row in rows]


def unzipped(folder: Path, rows: Rows) -> Path:
    with zipfile.ZipFile(io.BytesIO(written("shp", rows))) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_values_and_shapes_come_back(name: str, tmp_path: Path) -> None:
    path = kept(tmp_path, name, sample())
    rows = rows_of(path)

    wanted = sample().table.to_pylist()
    plain = ("id", "name_en", "rank", "checked", "name_of_the_licence_holder")
    assert [[row[key] for key in plain] for row in rows] == [
        [row[key] for key in plain] for row in wanted
    ]
    assert [row["amount"] for row in rows][:2] == [1.5, -2.0]
    assert [row["commodities"] for row in rows][:4] == [
        '["lithium","tantalum"]',
        '["=1+1"]',
        "[]",
        None,
    ]
    column = "geom" if name == "gpkg" else "wkb_geometry"
    assert shapes(rows, column) == list(POINTS)
    assert pyogrio.read_info(path)["geometry_type"] == "Point"


def test_a_geopackage_has_days_and_truth_values(tmp_path: Path) -> None:
    path = kept(tmp_path, "gpkg", sample())

    info = pyogrio.read_info(path)
    kinds = dict(
        zip(info["fields"], zip(info["ogr_types"], info["ogr_subtypes"], strict=True), strict=True)
    )
    assert kinds["valid_from"] == ("OFTDate", "OFSTNone")
    assert kinds["checked"] == ("OFTInteger", "OFSTBoolean")
    assert kinds["rank"][0] == "OFTInteger64"
    for name in ("valid_to", "seen"):
        assert [row[name] for row in rows_of(path)] == sample().table[name].to_pylist()


def test_a_geopackage_says_where_it_comes_from_and_when(tmp_path: Path) -> None:
    path = kept(tmp_path, "gpkg", sample())

    info = pyogrio.read_info(path)
    assert info["layer_name"] == "deposits"
    assert info["layer_metadata"]["licence"] == ABOUT.licence
    assert info["layer_metadata"]["IDENTIFIER"] == ABOUT.title
    with sqlite3.connect(path) as database:
        row = database.execute(
            "SELECT identifier, description, last_change FROM gpkg_contents"
        ).fetchone()
    database.close()
    assert row[0] == ABOUT.title
    assert ABOUT.citation in row[1]
    assert row[2] == "2025-02-25T12:00:00.000Z"


def test_flatgeobuf_has_title_and_index(tmp_path: Path) -> None:
    info = pyogrio.read_info(kept(tmp_path, "fgb", sample()))

    assert info["layer_metadata"]["TITLE"] == ABOUT.title
    assert ABOUT.licence in info["layer_metadata"]["DESCRIPTION"]
    assert info["capabilities"]["fast_spatial_filter"]


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_single_and_multiple_polygons_share_one_type(name: str, tmp_path: Path) -> None:
    path = kept(tmp_path, name, first(sample(polygons()), 6))

    assert pyogrio.read_info(path)["geometry_type"] == "MultiPolygon"
    found = pyogrio.read_dataframe(path).set_index("id").sort_index()
    assert all(shapely.equals(found.geometry.to_numpy(), polygons()[:6]))


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_a_row_without_a_shape_is_kept(name: str, tmp_path: Path) -> None:
    path = kept(tmp_path, name, sample([*POINTS[:6], None]))

    # Not by Arrow: GDAL 3.12 loses count there at a FlatGeobuf feature without a shape.
    frame = pyogrio.read_dataframe(path)
    assert frame["id"].tolist() == [f"d{i}" for i in range(7)]
    assert frame.geometry.tolist() == [*POINTS[:6], None]
    assert pyogrio.read_info(path)["geometry_type"] == "Point"


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_a_layer_without_rows_has_columns_and_the_declared_type(name: str, tmp_path: Path) -> None:
    info = pyogrio.read_info(kept(tmp_path, name, first(sample(geometry_type="Point"), 0)))

    assert info["geometry_type"] == "Point"
    assert list(info["fields"]) == sample().table.column_names


@pytest.mark.parametrize("crs", ["EPSG:3857", "EPSG:4326", "EPSG:3035", "OGC:CRS84"])
@pytest.mark.parametrize("name", ["gpkg", "fgb", "shp"])
def test_the_crs_is_written_and_x_comes_first(name: str, crs: str, tmp_path: Path) -> None:
    path = kept(tmp_path, name, sample(POINTS, crs=crs))

    frame = pyogrio.read_dataframe(path).set_index("id").sort_index()
    assert frame.crs.to_epsg() == int(crs.partition(":")[2].replace("CRS84", "4326"))
    assert [point.x for point in frame.geometry] == [point.x for point in POINTS]


def test_names_a_geopackage_needs_itself_are_numbered(tmp_path: Path) -> None:
    rows = sample()
    names = ["id", "fid", "geom", "RANK", "rank", *rows.table.column_names[5:]]

    path = kept(tmp_path, "gpkg", replace(rows, table=rows.table.rename_columns(names)))

    fields = pyogrio.read_info(path)["fields"].tolist()
    assert fields[:5] == ["id", "fid_1", "geom_1", "RANK", "rank_1"]


def test_a_shapefile_comes_with_its_five_files_and_a_readme(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(written("shp", sample()))) as archive:
        names = archive.namelist()
        dates = {entry.date_time for entry in archive.infolist()}
        codes = archive.read("deposits-2025-02-25_points.cpg")

    assert names == [
        "README.txt",
        *(f"deposits-2025-02-25_points.{e}" for e in ("cpg", "dbf", "prj", "shp", "shx")),
    ]
    assert dates == {(2025, 2, 25, 12, 0, 0)}
    assert codes == b"UTF-8"
    assert pyogrio.read_info(kept(tmp_path, "shp", sample()))["geometry_type"] == "Point"


def test_a_shapefile_holds_values_under_short_names(tmp_path: Path) -> None:
    rows = rows_of(kept(tmp_path, "shp", sample()))

    assert [row["name_en"] for row in rows] == [name or None for name in NAMES]
    assert [row["amount"] for row in rows] == [1.5, -2.0, None, None, 1e-7, 0.1, 1234567.25]
    assert [row["checked"] for row in rows] == sample().table["checked"].to_pylist()
    assert [row["valid_to"] for row in rows] == sample().table["valid_to"].to_pylist()
    assert rows[0]["seen"] == "2025-02-25T12:30:00Z"
    assert [row["commoditie"] for row in rows][:2] == ["lithium|tantalum", "=1+1"]
    assert rows[0]["name_of_th"] == "ї" * 127
    assert shapes(rows, "wkb_geometry") == list(POINTS)


def test_the_readme_tells_what_a_shapefile_lost(tmp_path: Path) -> None:
    text = (unzipped(tmp_path, sample()) / "README.txt").read_text(encoding="utf-8")

    assert "name_of_th = name_of_the_licence_holder" in text
    assert "name_of_the_licence_holder: 1 cut" in text
    assert ABOUT.citation in text
    assert "amount (number, t): About amount." in text


def test_each_kind_of_shape_has_its_shapefile(tmp_path: Path) -> None:
    mixed = [
        shapely.Point(1, 2),
        shapely.box(0, 0, 1, 1),
        shapely.LineString([(1, 2), (3, 4)]),
        None,
        shapely.MultiPolygon([shapely.box(5, 5, 6, 6)]),
        shapely.GeometryCollection([shapely.Point(1, 2), shapely.box(0, 0, 1, 1)]),
        shapely.MultiPoint([(1, 2), (3, 4)]),
    ]
    folder = unzipped(tmp_path, sample(mixed))

    found = {
        path.stem.rpartition("_")[2]: [r["id"] for r in rows_of(path)]
        for path in folder.glob("*.shp")
    }
    assert found == {
        "points": ["d0", "d3", "d5"],
        "polygons": ["d1", "d4"],
        "lines": ["d2"],
        "multipoints": ["d6"],
    }
    assert "1 rows with shapes of mixed kinds" in (folder / "README.txt").read_text(
        encoding="utf-8"
    )


def test_polygons_with_holes_come_back_from_a_shapefile(tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(kept(tmp_path, "shp", sample(polygons()))).sort_values("id")

    assert all(shapely.equals(frame.geometry.to_numpy()[:6], polygons()[:6]))


def test_rows_without_any_shape_are_a_table(tmp_path: Path) -> None:
    folder = unzipped(tmp_path, sample(None))

    assert not list(folder.glob("*.shp"))
    assert len(rows_of(next(folder.glob("*.dbf")))) == 7


def test_short_names_never_collide(tmp_path: Path) -> None:
    names = [f"commodity_share_{i}" for i in range(12)]
    table = pa.table({"id": ["a"]} | {name: [1.0] for name in names})
    rows = replace(first(sample(None), 1), table=table)

    fields = pyogrio.read_info(next(unzipped(tmp_path, rows).glob("*.dbf")))["fields"].tolist()
    assert fields[1:3] == ["commodity_", "commodit_1"]
    assert len({name.lower() for name in fields}) == 13
    assert all(len(name) <= 10 for name in fields)


def test_a_file_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="could not be written"):
        write_layer(tmp_path / "missing" / "x.gpkg", sample(), Layer("GPKG", "x"))


@pytest.mark.parametrize(
    "number", [1e24, -1e30, 1.5e300, 1e-16, 3.3333333333e-9, 10**18, -(10**17), 2**62]
)
def test_a_number_no_dbf_holds_is_text_and_said(tmp_path: Path, number: float) -> None:
    base = first(sample(), 2)
    table = pa.table({"id": ["a", "b"], "much": [number, 1], "few": [0.25, 1e-7]})
    rows = replace(base, columns=base.columns[:1], table=table)
    with zipfile.ZipFile(io.BytesIO(written("shp", rows))) as archive:
        archive.extractall(tmp_path)

    read = read_dataframe(next(tmp_path.glob("*.shp")))
    assert [type(number)(text) for text in read["much"]] == [number, 1]
    assert read["few"].tolist() == [0.25, 1e-7]
    readme = (tmp_path / "README.txt").read_text()
    assert "are text:\n  much\n" in readme


def test_numbers_a_dbf_holds_stay_numbers(tmp_path: Path) -> None:
    base = first(sample(), 2)
    values = {"a": [9.9e22, -1e22], "b": [1 / 3, 1e-6], "c": [10**18 - 1, -(10**16)], "d": [0, 0.0]}
    rows = replace(base, columns=base.columns[:1], table=pa.table({"id": ["x", "y"], **values}))
    with zipfile.ZipFile(io.BytesIO(written("shp", rows))) as archive:
        archive.extractall(tmp_path)

    read = read_dataframe(next(tmp_path.glob("*.shp")))
    for name, wanted in values.items():
        assert read[name].tolist() == pytest.approx(wanted, rel=1e-9)
    assert "are text" not in (tmp_path / "README.txt").read_text()


@pytest.mark.parametrize("name", ["gpkg", "fgb"])
def test_instants_before_1970_stay_in_their_second_and_day(name: str, tmp_path: Path) -> None:
    """GDAL has milliseconds, and none in the last second before 1970."""
    texts = [
        "1969-12-31T23:59:59.999", "1969-12-31T23:59:58.9999", "1905-01-22T12:00:00.2505",
        "9999-12-31T23:59:59.999999", "0001-01-01T00:00:00.5", "1970-01-01T00:00:00.0009",
        "1969-12-31T00:00:00",
    ]  # fmt: skip
    moments = pa.array(np.array(texts, dtype="datetime64[us]")).cast(pa.timestamp("us"))
    at = sample().table.column_names.index("seen")
    table = sample().table.set_column(at, "seen", moments.cast(pa.timestamp("us", "UTC")))
    path = kept(tmp_path, name, replace(sample(), table=table))
    with pyogrio.open_arrow(path, datetime_as_string=True, use_pyarrow=True) as (_, reader):
        back = reader.read_all()
    seen = dict(zip(back["id"].to_pylist(), back["seen"].to_pylist(), strict=True))
    assert [seen[f"d{n}"].removesuffix("Z") for n in range(7)] == [
        "1969-12-31T23:59:59", "1969-12-31T23:59:58.999", "1905-01-22T12:00:00.250",
        "9999-12-31T23:59:59.999", "0001-01-01T00:00:00.500", "1970-01-01T00:00:00",
        "1969-12-31T00:00:00",
    ]  # fmt: skip
