"""GeoParquet 1.1: row groups in Hilbert order with a covering box per row."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata.crs import CRS84
from geodata.formats.files import Buffer, distinct_names
from geodata.formats.geoarrow import arrow_schema, arrow_table, geometry_name, projjson
from geodata.formats.geometry_column import shapes_of, type_names
from geodata.formats.rows import Provenance, Rows
from geodata.types import GeometryArray

ROW_GROUP = 50_000
CORNERS = ("xmin", "ymin", "xmax", "ymax")


def write_parquet(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A GeoParquet 1.1 file (plain Parquet without geometry), one row group at a time.

    Rows near each other lie near each other in the file (Hilbert order), except where the client
    asked for an order. Besides a row group, boxes and places on the curve of all rows are held.
    """
    schema = parquet_schema(rows, about)
    order = hilbert_order(rows)
    sink = Buffer()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for start in range(0, len(rows), ROW_GROUP):
            group = _taken(rows, order[start : start + ROW_GROUP])
            writer.write_table(_with_boxes(group, schema), row_group_size=ROW_GROUP)
            yield sink.take()
    yield sink.take()


def parquet_schema(rows: Rows, about: Provenance) -> pa.Schema:
    """The Arrow schema with the covering column and the `geo` metadata."""
    schema = arrow_schema(rows, about)
    if rows.geometry is None:
        return schema
    # GeoParquet says what the column is; an Arrow extension beside it would say it twice.
    plain = schema.field(-1).remove_metadata()
    boxes = pa.field(covering_name(rows), pa.struct([(name, pa.float64()) for name in CORNERS]))
    words = {**schema.metadata, b"geo": orjson.dumps(geo_metadata(rows))}
    return schema.set(len(schema) - 1, plain).append(boxes).with_metadata(words)


def geo_metadata(rows: Rows) -> dict[str, Any]:
    """The `geo` document of GeoParquet 1.1. CRS84 is the default and left out."""
    name, covering = geometry_name(rows), covering_name(rows)
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": _types(shapes_of(rows)),
        "edges": "planar",
        "covering": {"bbox": {corner: [covering, corner] for corner in CORNERS}},
    }
    if rows.crs != CRS84:
        column["crs"] = projjson(rows.crs)
    column |= _extent(shapes_of(rows))
    return {"version": "1.1.0", "primary_column": name, "columns": {name: column}}


def covering_name(rows: Rows) -> str:
    """What the column of boxes is called: `bbox`, numbered where a property has the name."""
    return distinct_names(["bbox"], 10, rows.table.column_names)["bbox"]


def hilbert_order(rows: Rows) -> npt.NDArray[np.int64]:
    """Row numbers along a Hilbert curve, (n,); rows without a shape last, ties as they came."""
    if rows.geometry is None or rows.ordered:
        return np.arange(len(rows))
    shapes = shapes_of(rows)
    given = np.flatnonzero(~shapely.is_missing(shapes))
    missing = np.flatnonzero(shapely.is_missing(shapes))
    if not len(given):
        return missing
    distance = gpd.GeoSeries(shapes[given]).hilbert_distance().to_numpy()
    return np.concatenate([given[np.argsort(distance, kind="stable")], missing])


def _taken(rows: Rows, numbers: npt.NDArray[np.int64]) -> Rows:
    shapes = None if rows.geometry is None else rows.geometry[numbers]
    return Rows(rows.columns, rows.table.take(pa.array(numbers)), shapes, rows.crs)


def _with_boxes(rows: Rows, schema: pa.Schema) -> pa.Table:
    if rows.geometry is None:
        return arrow_table(rows, schema)
    table = arrow_table(rows, pa.schema(list(schema)[:-1]))
    boxes = _boxes(shapes_of(rows))
    return pa.Table.from_arrays([*table.columns, boxes], schema=schema)


def _boxes(shapes: GeometryArray) -> pa.StructArray:
    bounds = shapely.bounds(shapes)
    corners = [pa.array(bounds[:, i]) for i in range(4)]
    missing = pa.array(shapely.is_missing(shapes))
    return pa.StructArray.from_arrays(corners, names=list(CORNERS), mask=missing)


def _types(shapes: GeometryArray) -> list[str]:
    """Types as GeoParquet spells them, `Point Z` with heights; sorted."""
    high = shapely.has_z(shapes)
    flat = type_names(shapes[~high])
    return sorted(flat | {f"{name} Z" for name in type_names(shapes[high])})


def _extent(shapes: GeometryArray) -> dict[str, list[float]]:
    """The bounding box of all rows; none without shapes or (six numbers, optional) with heights."""
    given = shapes[~shapely.is_missing(shapes)]
    if not len(given) or shapely.has_z(given).any():
        return {}
    return {"bbox": shapely.total_bounds(given).tolist()}
