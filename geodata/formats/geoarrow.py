"""How are rows written as Arrow: a table with WKB geometry (GeoArrow), and an IPC stream?"""

from collections.abc import Iterator

import orjson
import pyarrow as pa
import pyproj
import shapely

from geodata.formats.columns import plain_table
from geodata.formats.files import Buffer, distinct_names
from geodata.formats.geometry_column import shapes_of
from geodata.formats.rows import Provenance, Rows, provenance_dict
from geodata.types import GeometryArray
from schemas.record import Column

GEOMETRY = "geometry"


def write_arrow_stream(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """An Arrow IPC stream: record batches of at most 10,000 rows, WKB marked `geoarrow.wkb`.

    The schema carries where the data comes from, and unit and meaning of every column.
    """
    schema = arrow_schema(rows, about)
    buffer = Buffer()
    with pa.ipc.new_stream(buffer, schema) as writer:
        for batch in rows.batches():
            writer.write_table(arrow_table(batch, schema))
            yield buffer.take()
    yield buffer.take()


def arrow_schema(rows: Rows, about: Provenance) -> pa.Schema:
    """Columns with `description` and `unit`, the geometry last, the provenance beside them."""
    kinds = plain_table(rows.table.slice(0, 0)).schema
    known = {column.name: column for column in rows.columns}
    fields = [field.with_metadata(_field_metadata(known.get(field.name))) for field in kinds]
    if rows.geometry is not None:
        fields.append(_geometry_field(rows))
    return pa.schema(fields, metadata=_provenance(rows, about))


def arrow_table(rows: Rows, schema: pa.Schema) -> pa.Table:
    """The rows as a table of that schema; shapes as ISO WKB, little-endian, empty ones null."""
    arrays = list(plain_table(rows.table).columns)
    if rows.geometry is not None:
        arrays.append(wkb(shapes_of(rows)))
    return pa.Table.from_arrays(arrays, schema=schema)


def wkb(shapes: GeometryArray) -> pa.Array:
    """Shapes as ISO WKB, little-endian; None as null."""
    return pa.array(shapely.to_wkb(shapes, byte_order=1, flavor="iso"), pa.binary())


def geometry_name(rows: Rows) -> str:
    """What the geometry column is called: `geometry`, numbered where a property has the name."""
    return distinct_names([GEOMETRY], len(GEOMETRY) + 6, rows.table.column_names)[GEOMETRY]


def projjson(crs: str) -> dict[str, object]:
    """The CRS as PROJJSON."""
    document: dict[str, object] = pyproj.CRS(crs).to_json_dict()
    return document


def _geometry_field(rows: Rows) -> pa.Field:
    metadata = {"crs": projjson(rows.crs), "crs_type": "projjson"}
    extension = {
        "ARROW:extension:name": "geoarrow.wkb",
        "ARROW:extension:metadata": orjson.dumps(metadata),
    }
    return pa.field(geometry_name(rows), pa.binary(), metadata=extension)


def _field_metadata(column: Column | None) -> dict[str, str]:
    if column is None:
        return {}
    return {"description": column.meaning} | ({"unit": column.unit} if column.unit else {})


def _provenance(rows: Rows, about: Provenance) -> dict[str, str]:
    """Where the rows come from, name by name, and with the columns as JSON under `lodeline`."""
    columns = [
        {"name": c.name, "type": c.type, "unit": c.unit, "meaning": c.meaning} for c in rows.columns
    ]
    return provenance_dict(about) | {
        "lodeline": orjson.dumps(provenance_dict(about) | {"columns": columns}).decode()
    }
