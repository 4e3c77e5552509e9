"""How are rows written as KML 2.2: placemarks with names, days and typed data, CRS84?

Written as text, not through GDAL, whose writer holds the whole document in memory.
"""

from collections.abc import Iterator
from itertools import repeat
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84, reproject
from geodata.formats.columns import Span, as_text, spans, xml_safe
from geodata.formats.geometry_column import shapes_of
from geodata.formats.rows import Provenance, Rows, description
from geodata.types import GeometryArray

BATCH = 1_000
NAMES = ("name_en", "name", "title", "id")
"""The columns a placemark may take its name from; the first there is."""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document id="rows">
"""


def write_kml(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A KML document, placemark by placemark. All text is escaped; control characters go.

    The document's description is read as HTML by globes, so it is escaped a second time.
    """
    yield (HEAD + _title(about) + _schema(rows)).encode()
    for batch in rows.batches(BATCH):
        yield "".join(_placemarks(batch)).encode()
    yield b"</Document></kml>\n"


def geometry_kml(shape: BaseGeometry | None) -> str:
    """The shape as KML, CRS84; nothing for None."""
    match shape:
        case None:
            return ""
        case shapely.Point():
            return f"<Point>{_coordinates(shape)}</Point>"
        case shapely.LinearRing():
            return f"<LinearRing>{_coordinates(shape)}</LinearRing>"
        case shapely.LineString():
            return f"<LineString>{_coordinates(shape)}</LineString>"
        case shapely.Polygon():
            inner = "".join(_boundary("inner", ring) for ring in shape.interiors)
            return f"<Polygon>{_boundary('outer', shape.exterior)}{inner}</Polygon>"
        case _:
            parts = "".join(map(geometry_kml, shapely.get_parts(shape)))
            return f"<MultiGeometry>{parts}</MultiGeometry>"


def _boundary(side: str, ring: shapely.LinearRing) -> str:
    return f"<{side}BoundaryIs>{geometry_kml(ring)}</{side}BoundaryIs>"


def _coordinates(shape: BaseGeometry) -> str:
    places = shapely.get_coordinates(shape, include_z=shape.has_z).tolist()
    return f"<coordinates>{' '.join(','.join(map(repr, place)) for place in places)}</coordinates>"


def _title(about: Provenance) -> str:
    # Twice: the text is XML, and what it holds is read as HTML.
    text = escape(escape(xml_safe(description(about))))
    return f"<name>{_text(about.title)}</name><description>{text}</description>\n"


def _schema(rows: Rows) -> str:
    fields = "".join(
        f"<SimpleField name={quoteattr(xml_safe(name))} type={quoteattr(_kml_type(column))}/>"
        for name, column in zip(rows.table.column_names, rows.table.columns, strict=True)
    )
    return f'<Schema name="rows" id="schema">{fields}</Schema>\n'


def _kml_type(column: pa.ChunkedArray) -> str:
    """KML's name of the type; its integers have 32 bits, longer ones are doubles."""
    # KML 2.2 (OGC 07-147r2): string, int, uint, short, ushort, float, double and bool; no dates.
    kind = column.type
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_integer(kind):
        largest = max(abs(bound or 0) for bound in pc.min_max(column).as_py().values())
        return "int" if largest < 2**31 else "double"
    return "double" if pa.types.is_floating(kind) else "string"


def _placemarks(rows: Rows) -> Iterator[str]:
    """The rows as placemarks, in the order the schema of KML wants their parts."""
    days = spans(rows)
    times = [""] * len(rows) if days is None else [_time(span) for span in days]
    # GDAL reads `id` from the attribute alone, even where there is a field of that name.
    ids = [quoteattr(xml_safe(text or "")) for text in as_text(rows.table.column(0)).to_pylist()]
    parts = zip(ids, _names(rows), times, _data(rows), _crs84(rows), strict=True)
    for number, name, time, data, shape in parts:
        yield f"<Placemark id={number}>{name}{time}{data}{geometry_kml(shape)}</Placemark>\n"


def _names(rows: Rows) -> Iterator[str]:
    column = next((n for n in NAMES if n in rows.table.column_names), None)
    texts = [] if column is None else as_text(rows.table.column(column)).to_pylist()
    named = (f"<name>{_text(text or '')}</name>" for text in texts)
    return named if column else iter(repeat("", len(rows)))


def _time(span: Span) -> str:
    begin, end = (
        f"<{tag}>{day}</{tag}>" if day else ""
        for tag, day in zip(("begin", "end"), span, strict=True)
    )
    return f"<TimeSpan>{begin}{end}</TimeSpan>" if begin or end else ""


def _data(rows: Rows) -> Iterator[str]:
    """The properties of each row; a null is left out."""
    tags = [f"<SimpleData name={quoteattr(xml_safe(n))}>" for n in rows.table.column_names]
    columns = [as_text(column).to_pylist() for column in rows.table.columns]
    for row in zip(*columns, strict=True):
        cells = [
            f"{tag}{_text(text)}</SimpleData>"
            for tag, text in zip(tags, row, strict=True)
            if text is not None
        ]
        yield (
            f'<ExtendedData><SchemaData schemaUrl="#schema">{"".join(cells)}'
            "</SchemaData></ExtendedData>"
        )


def _text(text: str) -> str:
    return escape(xml_safe(text))


def _crs84(rows: Rows) -> GeometryArray:
    shapes = shapes_of(rows)
    return shapes if rows.crs == CRS84 else np.asarray(reproject(shapes, rows.crs, CRS84))
