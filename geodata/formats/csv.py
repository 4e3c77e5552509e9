"""How are rows written as CSV (RFC 4180): UTF-8 without a byte-order mark, CRLF, WKT?

Spreadsheets evaluate cells, so a *text* one would run gets a single quote in front: what begins
with = @ TAB CR LF (or their wide forms), and what begins with + or - unless it is a lone sign or a
number, maybe with words behind it. Nulls and empty texts are both empty.
"""

import codecs
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.formats.columns import as_text, is_text, without_formulas
from geodata.formats.geoarrow import geometry_name
from geodata.formats.geometry_column import are_points, coordinate_names, shapes_of, x_and_y
from geodata.formats.rows import Provenance, Rows
from geodata.types import GeometryArray

END = "\r\n"


def write_csv(rows: Rows, about: Provenance) -> Iterator[bytes]:  # noqa: ARG001 - the seam of all formats
    """The header, then the rows in their order, batch by batch.

    Points get two columns of coordinates, x (or longitude) first, where the table has none; every
    shape is WKT, x first, in the column `geometry`.
    """
    points = are_points(rows) and not _has_coordinates(rows)
    yield _line_of_names(rows, points=points)
    for batch in rows.batches():
        yield _lines(_cells(batch, points=points))


def write_csv_bom(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """The same with a byte-order mark, by which Excel knows UTF-8."""
    yield codecs.BOM_UTF8
    yield from write_csv(rows, about)


def _line_of_names(rows: Rows, *, points: bool) -> bytes:
    names = [*rows.table.column_names]
    names += coordinate_names(rows.crs) if points else ()
    names += [] if rows.geometry is None else [geometry_name(rows)]
    cells = _quoted(without_formulas(pa.chunked_array([names])))
    return (",".join(cells.to_pylist()) + END).encode()


def _cells(rows: Rows, *, points: bool) -> list[pa.ChunkedArray]:
    """Every column as finished cells, (n,) each; null where there is nothing."""
    cells = [_column_cells(column) for column in rows.table.columns]
    if rows.geometry is None:
        return cells
    shapes = shapes_of(rows)
    if points:
        cells += [as_text(pa.chunked_array([pa.array(c)])) for c in x_and_y(shapes)]
    return [*cells, _quoted(_wkt(shapes))]


def _column_cells(column: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = as_text(column)
    return _quoted(without_formulas(texts)) if is_text(column.type) else texts


def _wkt(shapes: GeometryArray) -> pa.ChunkedArray:
    """WKT with all digits the coordinates have."""
    texts = shapely.to_wkt(shapes, rounding_precision=-1, output_dimension=3)
    return pa.chunked_array([pa.array(texts, pa.string())])


def _quoted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts with a comma, a quote or a line break in quotes, quotes doubled."""
    special = pc.match_substring_regex(texts, '[",\r\n]')
    doubled = pc.replace_substring(texts, '"', '""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), texts)


def _lines(cells: list[pa.ChunkedArray]) -> bytes:
    joined = pc.binary_join_element_wise(*cells, ",", null_handling="replace", null_replacement="")
    return (END.join(joined.to_pylist()) + END).encode()


def _has_coordinates(rows: Rows) -> bool:
    return set(coordinate_names(rows.crs)) <= set(rows.table.column_names)
