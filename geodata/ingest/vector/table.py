"""How is a layer put on disk: GeoParquet 1.1 in the order of its file, with a box per row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata.formats.files import distinct_names
from geodata.types import GeometryArray

CORNERS = ("xmin", "ymin", "xmax", "ymax")
BOX = pa.struct([(name, pa.float64()) for name in CORNERS])
TYPES = (
    "Point",
    "LineString",
    "LinearRing",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "GeometryCollection",
)
"""Names by shapely's type number."""


class LayerFile:
    """A file being written, stretch by stretch; it keeps count of what went in."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._types: set[str] = set()
        self._bounds = np.array([np.inf, np.inf, -np.inf, -np.inf])
        self.rows = 0

    def write(self, table: pa.Table, geometry: GeometryArray) -> None:
        """Add rows: properties in the order of the schema, (n,) CRS84."""
        if not table.num_rows:
            return
        bounds = shapely.bounds(geometry)
        wkb = pa.array(shapely.to_wkb(geometry, flavor="iso"), pa.binary())
        columns = [*table.columns, wkb, _boxes(bounds, shapely.is_missing(geometry))]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._types |= _type_names(geometry)
        total = shapely.total_bounds(geometry)
        self._bounds[:2] = np.fmin(self._bounds[:2], total[:2])
        self._bounds[2:] = np.fmax(self._bounds[2:], total[2:])
        self.rows += table.num_rows

    @property
    def geometry_type(self) -> str:
        """The type all rows share, or 'Geometry'."""
        return next(iter(self._types)) if len(self._types) == 1 else "Geometry"

    def geo(self) -> bytes:
        """The `geo` document of GeoParquet. CRS84 is its default and left out."""
        covering = self._schema.names[-1]
        column = {
            "encoding": "WKB",
            "geometry_types": sorted(self._types),
            "edges": "planar",
            "covering": {"bbox": {corner: [covering, corner] for corner in CORNERS}},
        }
        if np.isfinite(self._bounds).all():
            column["bbox"] = self._bounds.tolist()
        document = {"version": "1.1.0", "primary_column": "geometry"}
        return orjson.dumps({**document, "columns": {"geometry": column}})


@contextmanager
def layer_file(path: Path, properties: pa.Schema) -> Iterator[LayerFile]:
    """A file for rows of these properties; finished when the block ends."""
    taken = [*properties.names, "geometry"]
    covering = distinct_names(["bbox"], 10, taken)["bbox"]
    schema = pa.schema([*properties, ("geometry", pa.binary()), (covering, BOX)])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        file = LayerFile(writer, schema)
        yield file
        writer.add_key_value_metadata({"geo": file.geo().decode()})


def _boxes(bounds: np.ndarray, missing: np.ndarray) -> pa.StructArray:
    corners = [pa.array(bounds[:, i]) for i in range(4)]
    return pa.StructArray.from_arrays(corners, fields=list(BOX), mask=pa.array(missing))


def _type_names(geometry: GeometryArray) -> set[str]:
    ids = np.unique(shapely.get_type_id(geometry))
    return {TYPES[i] for i in ids if i >= 0}
