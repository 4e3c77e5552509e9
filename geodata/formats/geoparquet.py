"""GeoParquet 1.1, written with a covering box per row, downloads in Hilbert order; ours read."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
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
from geodata.types import FloatArray, GeometryArray

ROW_GROUP = 50_000
CORNERS = ("xmin", "ymin", "xmax", "ymax")
BOX = pa.struct([(name, pa.float64()) for name in CORNERS])
Extent = tuple[float, float, float, float]
Filter = tuple[str, str, object]


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


def read_geoparquet(path: Path, filters: Sequence[Filter] | None = None) -> gpd.GeoDataFrame:
    """A table with a `geometry` in CRS84, as batches and releases have it, without covering boxes.

    filters: conditions on rows, `(column, operator, value)`, that must all hold.
    """
    # Not by geopandas: it writes WGS 84 without the ids of its ensemble's members, which PROJ then
    # looks up by their names, 20 ms a file; and it makes a dict of every row's box.
    table = pq.read_table(path, filters=filters, partitioning=None)
    names = [name for name in table.column_names if name != "bbox"]
    shapes = shapely.from_wkb(table.column("geometry").to_numpy())
    frame = table.drop_columns(["geometry", *({"bbox"} & set(table.column_names))]).to_pandas()
    return gpd.GeoDataFrame(frame.assign(geometry=shapes)[names], geometry="geometry", crs=CRS84)


def parquet_schema(rows: Rows, about: Provenance) -> pa.Schema:
    """The Arrow schema with the covering column and the `geo` metadata."""
    schema = arrow_schema(rows, about)
    if rows.geometry is None:
        return schema
    # GeoParquet says what the column is; an Arrow extension beside it would say it twice.
    plain = schema.field(-1).remove_metadata()
    covering, shapes = covering_name(rows.table.column_names), shapes_of(rows)
    geo = geo_metadata(geometry_name(rows), covering, _types(shapes), _extent(shapes), crs=rows.crs)
    words = {**schema.metadata, b"geo": orjson.dumps(geo)}
    boxes = pa.field(covering, BOX)
    return schema.set(len(schema) - 1, plain).append(boxes).with_metadata(words)


def geo_metadata(
    name: str, covering: str, types: Iterable[str], extent: Extent | None, crs: str = CRS84
) -> dict[str, Any]:
    """The `geo` document of GeoParquet 1.1. CRS84 is its default and left out.

    name, covering: the columns of geometry and of boxes. extent: west, south, east, north in crs.
    """
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": sorted(types),
        "edges": "planar",
        "covering": {"bbox": {corner: [covering, corner] for corner in CORNERS}},
    }
    if crs != CRS84:
        column["crs"] = projjson(crs)
    if extent is not None:
        column["bbox"] = list(extent)
    return {"version": "1.1.0", "primary_column": name, "columns": {name: column}}


def covering_name(names: Iterable[str]) -> str:
    """What the column of boxes is called: `bbox`, numbered where a property has the name."""
    return distinct_names(["bbox"], 10, names)["bbox"]


def covering_boxes(shapes: GeometryArray) -> pa.StructArray:
    """The bounds of each shape, (n,) of BOX; null where there is none, NaN where it is empty."""
    bounds = shapely.bounds(shapes)
    corners = [pa.array(bounds[:, i]) for i in range(4)]
    missing = pa.array(shapely.is_missing(shapes))
    return pa.StructArray.from_arrays(corners, fields=list(BOX), mask=missing)


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
    boxes = covering_boxes(shapes_of(rows))
    return pa.Table.from_arrays([*table.columns, boxes], schema=schema)


def _types(shapes: GeometryArray) -> set[str]:
    """Types as GeoParquet spells them, `Point Z` with heights."""
    high = shapely.has_z(shapes)
    return type_names(shapes[~high]) | {f"{name} Z" for name in type_names(shapes[high])}


def _extent(shapes: GeometryArray) -> Extent | None:
    """The bounding box of all rows; none without shapes or (six numbers, optional) with heights."""
    given = shapes[~shapely.is_missing(shapes)]
    if not len(given) or shapely.has_z(given).any():
        return None
    return _as_extent(shapely.total_bounds(given))


def _as_extent(bounds: FloatArray) -> Extent:
    west, south, east, north = bounds.tolist()
    return west, south, east, north


class GeoParquetFile:
    """A file written stretch by stretch, in the order rows come; it counts what went in.

    Its `geo` document stands at the end of the file: types and extent are known only then, and
    no more than a stretch is held in memory.
    """

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._types: set[str] = set()
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.rows = 0

    def write(self, table: pa.Table, geometry: GeometryArray) -> None:
        """Add rows: properties in the order of the schema, (n,) CRS84, two axes."""
        if not table.num_rows:
            return
        wkb = pa.array(shapely.to_wkb(geometry, flavor="iso"), pa.binary())
        columns = [*table.columns, wkb, covering_boxes(geometry)]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._types |= type_names(geometry)
        total = shapely.total_bounds(geometry)  # NaN where all of them are empty: fmin skips it
        self._bounds[:2] = np.fmin(self._bounds[:2], total[:2])
        self._bounds[2:] = np.fmax(self._bounds[2:], total[2:])
        self.rows += table.num_rows

    @property
    def geometry_type(self) -> str:
        """The type all rows share, or 'Geometry'."""
        return next(iter(self._types)) if len(self._types) == 1 else "Geometry"

    def geo(self) -> dict[str, Any]:
        """The `geo` document of what was written so far."""
        extent = _as_extent(self._bounds) if np.isfinite(self._bounds).all() else None
        return geo_metadata("geometry", self._schema.names[-1], self._types, extent)


@contextmanager
def geoparquet_file(path: Path, properties: pa.Schema) -> Iterator[GeoParquetFile]:
    """A file for rows of these properties, then `geometry` and its boxes.

    Finished when the block ends.
    """
    covering = covering_name([*properties.names, "geometry"])
    schema = pa.schema([*properties, ("geometry", pa.binary()), (covering, BOX)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        file = GeoParquetFile(writer, schema)
        yield file
        writer.add_key_value_metadata({"geo": orjson.dumps(file.geo()).decode()})
