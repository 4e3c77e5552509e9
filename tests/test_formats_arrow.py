"""Do GeoParquet and Arrow streams hold the rows, their types, their places and their source?"""

import io
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

from geodata.formats.rows import Rows
from tests.format_rows import ABOUT, POINTS, first, kept, many, polygons, sample, written

VALIDATOR = shutil.which("geoparquet-validator", path=str(Path(sys.executable).parent))


def parquet(rows: Rows) -> pq.ParquetFile:
    return pq.ParquetFile(io.BytesIO(written("parquet", rows)))


def arrow(rows: Rows) -> pa.Table:
    return pa.ipc.open_stream(written("arrow", rows)).read_all()


def sample_without_nan() -> list[dict[str, Any]]:
    """The sample's rows; NaN is written as null."""
    rows = sample().table.to_pylist()
    return [
        row | {"amount": None if row["amount"] != row["amount"] else row["amount"]} for row in rows
    ]


def test_parquet_comes_back_with_equal_values_and_types() -> None:
    rows = sample()
    table = parquet(rows).read().sort_by("id")

    found = table.select(rows.table.column_names)
    assert found.to_pylist() == sample_without_nan()
    assert found.schema.types == rows.table.schema.types


def test_geopandas_reads_shapes_crs_and_boxes(tmp_path: Path) -> None:
    path = kept(tmp_path, "parquet", sample(polygons()))

    frame = gpd.read_parquet(path).set_index("id").sort_index()
    assert frame.crs.to_string() == "OGC:CRS84"
    assert all(shapely.equals(frame.geometry.to_numpy()[:6], polygons()[:6]))
    assert frame.geometry.to_numpy()[6] is None
    assert len(gpd.read_parquet(path, bbox=(0, 44, 1.1, 47))) == 2


def test_geo_metadata_names_types_extent_and_covering() -> None:
    geo = orjson.loads(parquet(sample(polygons())).schema_arrow.metadata[b"geo"])

    column = geo["columns"]["geometry"]
    assert geo["version"] == "1.1.0"
    assert column["geometry_types"] == ["MultiPolygon", "Polygon"]
    assert column["bbox"] == [0, 45, 6, 48]
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert "crs" not in column


def test_another_crs_is_projjson() -> None:
    rows = sample(shapely.points([[5.5e6, 3e6]] * 7), crs="EPSG:3035")

    geo = orjson.loads(parquet(rows).schema_arrow.metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 3035}


def test_neighbours_lie_together_and_row_groups_are_bounded() -> None:
    rows = many(120_000)
    file = parquet(rows)

    assert [file.metadata.row_group(i).num_rows for i in range(3)] == [50_000, 50_000, 20_000]
    assert {file.metadata.row_group(0).column(i).compression for i in range(5)} == {"ZSTD"}
    box = file.read_row_group(0, columns=["bbox"])["bbox"].combine_chunks()
    width = pa.compute.max(box.field("xmax")).as_py() - pa.compute.min(box.field("xmin")).as_py()
    height = pa.compute.max(box.field("ymax")).as_py() - pa.compute.min(box.field("ymin")).as_py()
    assert width * height < 0.7 * 18 * 8
    assert set(file.read(columns=["id"])["id"].to_pylist()) == set(rows.table["id"].to_pylist())


def test_an_order_that_was_asked_for_is_kept() -> None:
    assert parquet(sample(ordered=True)).read()["id"].to_pylist() == [f"d{i}" for i in range(7)]


def test_rows_without_a_shape_are_there_too() -> None:
    shapes = POINTS.copy()
    shapes[:5] = None

    assert sorted(parquet(sample(shapes)).read()["id"].to_pylist()) == [f"d{i}" for i in range(7)]


def test_without_shapes_it_is_plain_parquet() -> None:
    file = parquet(sample(None))

    assert b"geo" not in file.schema_arrow.metadata
    assert "bbox" not in file.schema_arrow.names


def test_a_property_called_geometry_or_bbox_keeps_its_name() -> None:
    rows = sample()
    names = ["geometry", "bbox", *rows.table.column_names[2:]]

    file = parquet(replace(rows, table=rows.table.rename_columns(names)))
    geo = orjson.loads(file.schema_arrow.metadata[b"geo"])
    assert geo["primary_column"] == "geometry_1"
    assert file.schema_arrow.names[:2] == ["geometry", "bbox"]
    assert file.schema_arrow.names[-2:] == ["geometry_1", "bbox_1"]


@pytest.mark.parametrize("name", ["parquet", "arrow"])
def test_source_unit_and_meaning_travel_inside(name: str) -> None:
    schema = parquet(sample()).schema_arrow if name == "parquet" else arrow(sample()).schema

    told = orjson.loads(schema.metadata[b"lodeline"])
    assert told["licence"] == schema.metadata[b"licence"].decode() == ABOUT.licence
    assert told["columns"][2] == {
        "name": "amount",
        "type": "number",
        "unit": "t",
        "meaning": "About amount.",
    }
    assert schema.field("amount").metadata[b"unit"] == b"t"
    assert schema.field("amount").metadata[b"description"] == b"About amount."


@pytest.mark.skipif(VALIDATOR is None, reason="geoparquet-validator is not installed")
@pytest.mark.parametrize(
    "rows",
    [sample(), sample(polygons()), first(sample(), 0), sample(POINTS, crs="EPSG:4326"), many(1000)],
    ids=["points", "polygons", "no rows", "EPSG:4326", "many"],
)
def test_the_validator_passes_every_class(rows: Rows, tmp_path: Path) -> None:
    path = kept(tmp_path, "parquet", rows)

    done = subprocess.run(  # noqa: S603
        [str(VALIDATOR), "check", "--class", "all", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_an_arrow_stream_keeps_rows_in_order_with_equal_values() -> None:
    rows = sample(polygons())
    table = arrow(rows)

    assert table.drop_columns("geometry").to_pylist() == sample_without_nan()
    assert shapely.from_wkb(table["geometry"].to_pylist()).tolist() == polygons()


def test_an_arrow_stream_marks_its_shapes_for_geoarrow() -> None:
    field = arrow(sample(POINTS, crs="EPSG:4326")).schema.field("geometry")

    assert field.metadata[b"ARROW:extension:name"] == b"geoarrow.wkb"
    words = orjson.loads(field.metadata[b"ARROW:extension:metadata"])
    assert words["crs_type"] == "projjson"
    assert words["crs"]["id"] == {"authority": "EPSG", "code": 4326}


def test_geopandas_reads_an_arrow_stream() -> None:
    frame = gpd.GeoDataFrame.from_arrow(arrow(sample()))

    assert frame.crs.to_string() == "OGC:CRS84"
    assert frame.geometry.tolist() == list(POINTS)


def test_an_arrow_stream_of_no_rows_has_its_schema() -> None:
    table = arrow(first(sample(), 0))

    assert len(table) == 0
    assert table.schema.names[-1] == "geometry"
