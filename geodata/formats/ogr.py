"""The door to GDAL for writing: rows into a file that we name, in a folder that is ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import write_arrow

from geodata.crs import CRS84
from geodata.errors import Unavailable
from geodata.formats.columns import lists_as_json, plain_table
from geodata.formats.geoarrow import wkb
from geodata.formats.rows import Rows
from geodata.formats.shapes import layer_type, promoted, shapes_of

GEOMETRY = "geom"
"""Name of the geometry among the columns given to GDAL; no property may have it."""
_FAILURES = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)


@dataclass(frozen=True)
class Layer:
    """How rows become a layer: GDAL's driver, the layer's name, its options and metadata.

    geometry_type: where another one than the rows' own is wanted.
    """

    driver: str
    name: str
    options: Mapping[str, str] = field(default_factory=dict)
    metadata: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    geometry_type: str | None = None


def write_layer(path: Path, rows: Rows, layer: Layer) -> None:
    """Write rows as the one layer of a new file; lists as JSON text, empty shapes null.

    No column may be called `geom`. Raises Unavailable where GDAL cannot write.
    """
    spatial = rows.geometry is not None
    try:
        write_arrow(
            _reader(rows),
            path,
            layer=layer.name,
            driver=layer.driver,
            geometry_name=GEOMETRY if spatial else None,
            geometry_type=_ogr_type(rows, layer) if spatial else None,
            crs=ogr_crs(rows.crs) if spatial else None,
            encoding=layer.encoding,
            layer_metadata=dict(layer.metadata) or None,
            layer_options=dict(layer.options),
        )
    except _FAILURES as error:
        kind = path.suffix[1:]
        raise Unavailable(
            f"the {kind} could not be written ({error}); ask for another f"
        ) from error


def ogr_crs(crs: str) -> str:
    """The CRS as GDAL's formats know it: CRS84 is kept as EPSG:4326, x first all the same."""
    return "EPSG:4326" if crs == CRS84 else crs


def renamed(rows: Rows, names: Mapping[str, str]) -> Rows:
    """The rows with other names on their Arrow columns."""
    fresh = [names[name] for name in rows.table.column_names]
    return replace(rows, table=rows.table.rename_columns(fresh))


def _reader(rows: Rows) -> pa.RecordBatchReader:
    """The rows batch by batch, so that they are never held twice."""
    wanted = layer_type(rows)
    shapes = None if rows.geometry is None else rows.geometry[:0]
    nothing = replace(rows, table=rows.table.slice(0, 0), geometry=shapes)
    batches = (b for part in rows.batches() for b in _table(part, wanted).to_batches())
    return pa.RecordBatchReader.from_batches(_table(nothing, wanted).schema, batches)


def _table(rows: Rows, wanted: str) -> pa.Table:
    table = plain_table(rows.table)
    for number, column in enumerate(table.schema):
        if pa.types.is_list(column.type):
            table = table.set_column(number, column.name, lists_as_json(table.column(number)))
    if rows.geometry is None:
        return table
    return table.append_column(GEOMETRY, wkb(promoted(shapes_of(rows), wanted)))


def _ogr_type(rows: Rows, layer: Layer) -> str:
    name = layer.geometry_type or layer_type(rows)
    return f"{name} Z" if shapely.has_z(shapes_of(rows)).any() else name
