"""How are rows written by GDAL: FlatGeobuf, GeoPackage, and the door to its writers?"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError
from pyogrio.raw import write_arrow

from geodata.crs import CRS84
from geodata.errors import Unavailable
from geodata.formats.columns import lists_as_json, plain_table
from geodata.formats.files import distinct_names, read_file, stem
from geodata.formats.geoarrow import wkb
from geodata.formats.geometry_column import layer_type, promoted, shapes_of
from geodata.formats.rows import Provenance, Rows, description, generated_at, provenance_dict

GEOMETRY = "geom"
"""Name of the geometry among the columns given to GDAL; no property may have it."""
SECOND_US = 1_000_000
_FAILURES = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError)
FID = "fid"
LONGEST_NAME = 128
"""Characters of a column's name; columns of layers have no more."""


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
        elif pa.types.is_timestamp(column.type):
            table = table.set_column(number, column.name, _to_milliseconds(table.column(number)))
    if rows.geometry is None:
        return table
    return table.append_column(GEOMETRY, wkb(promoted(shapes_of(rows), wanted)))


def _to_milliseconds(moments: pa.ChunkedArray) -> pa.ChunkedArray:
    """Instants to the millisecond before, which is all that GDAL writes.

    It would round them: 23:59:59.9999 to a 60th second. Of the second before 1970 it makes the
    first of 1970 (a quotient cut towards zero), so there fractions are left out.
    """
    floored = pc.floor_temporal(moments.cast(pa.timestamp("us")), unit="millisecond")
    numbers = floored.cast(pa.int64())
    is_last = pc.and_(pc.greater(numbers, -SECOND_US), pc.less(numbers, 0))
    return pc.if_else(is_last, -SECOND_US, numbers).cast(moments.type)


def _ogr_type(rows: Rows, layer: Layer) -> str:
    name = layer.geometry_type or layer_type(rows)
    return f"{name} Z" if shapely.has_z(shapes_of(rows)).any() else name


def write_flatgeobuf(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A FlatGeobuf file; days become midnights, lists JSON text: the format has neither.

    With the index the rows come in the order of the curve; it is left out where a row has no
    shape (it cannot be indexed) and where the client asked for an order.
    """
    names = distinct_names(rows.table.column_names, LONGEST_NAME, (GEOMETRY,))

    def build(folder: Path) -> Path:
        path = folder / "rows.fgb"
        write_layer(path, renamed(rows, names), _flatgeobuf_layer(rows, about, folder))
        return path

    return read_file(build)


def _flatgeobuf_layer(rows: Rows, about: Provenance, folder: Path) -> Layer:
    gaps = bool(shapely.is_missing(shapes_of(rows)).any())
    options = {
        "SPATIAL_INDEX": "NO" if gaps or rows.ordered else "YES",
        "TEMPORARY_DIR": str(folder),
        "TITLE": about.title,
        "DESCRIPTION": description(about),
    }
    return Layer("FlatGeobuf", stem(about.layer), options)


def write_geopackage(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A GeoPackage; lists are JSON text. Title, licence and citation are in the layer's metadata.

    A property called `fid` or `geom` is numbered (`fid_1`): the format has these names itself.
    """
    names = distinct_names(rows.table.column_names, LONGEST_NAME, (FID, GEOMETRY))

    def build(folder: Path) -> Path:
        path = folder / "rows.gpkg"
        write_layer(path, renamed(rows, names), _geopackage_layer(about))
        _date(path, about)
        return path

    return read_file(build)


def _geopackage_layer(about: Provenance) -> Layer:
    options = {
        "FID": FID,
        "GEOMETRY_NAME": GEOMETRY,
        "IDENTIFIER": about.title,
        "DESCRIPTION": description(about),
    }
    return Layer("GPKG", stem(about.layer), options, metadata=provenance_dict(about))


def _date(path: Path, about: Provenance) -> None:
    """Date the contents to the release, not to the clock: the same rows, the same bytes."""
    moment = generated_at(about).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))
