"""FlatGeobuf: one layer with a packed Hilbert R-tree, read by clients over range requests."""

from collections.abc import Iterator
from pathlib import Path

import shapely

from geodata.formats.names import distinct_names, stem
from geodata.formats.ogr import GEOMETRY, Layer, renamed, write_layer
from geodata.formats.provenance import description
from geodata.formats.rows import About, Rows
from geodata.formats.shapes import shapes_of
from geodata.formats.spool import read_out


def write_flatgeobuf(rows: Rows, about: About) -> Iterator[bytes]:
    """A FlatGeobuf file; days become midnights, lists JSON text: the format has neither.

    With the index the rows come in the order of the curve; it is left out where a row has no
    shape (it cannot be indexed) and where the client asked for an order.
    """
    names = distinct_names(rows.table.column_names, 128, (GEOMETRY,))

    def build(folder: Path) -> Path:
        path = folder / "rows.fgb"
        write_layer(path, renamed(rows, names), _layer(rows, about, folder))
        return path

    return read_out(build)


def _layer(rows: Rows, about: About, folder: Path) -> Layer:
    gaps = bool(shapely.is_missing(shapes_of(rows)).any())
    options = {
        "SPATIAL_INDEX": "NO" if gaps or rows.ordered else "YES",
        "TEMPORARY_DIR": str(folder),
        "TITLE": about.title,
        "DESCRIPTION": description(about),
    }
    return Layer("FlatGeobuf", stem(about.name), options)
