"""GeoPackage 1.4: one layer with a spatial index, typed columns and its provenance inside."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from geodata.formats.names import distinct_names, stem
from geodata.formats.ogr import GEOMETRY, Layer, renamed, write_layer
from geodata.formats.provenance import description, facts, generated_at
from geodata.formats.rows import About, Rows
from geodata.formats.spool import read_out

FID = "fid"


def write_geopackage(rows: Rows, about: About) -> Iterator[bytes]:
    """A GeoPackage; lists are JSON text. Title, licence and citation are in the layer's metadata.

    A property called `fid` or `geom` is numbered (`fid_1`): the format has these names itself.
    """
    names = distinct_names(rows.table.column_names, 128, (FID, GEOMETRY))

    def build(folder: Path) -> Path:
        path = folder / "rows.gpkg"
        write_layer(path, renamed(rows, names), _layer(about))
        _date(path, about)
        return path

    return read_out(build)


def _layer(about: About) -> Layer:
    options = {
        "FID": FID,
        "GEOMETRY_NAME": GEOMETRY,
        "IDENTIFIER": about.title,
        "DESCRIPTION": description(about),
    }
    return Layer("GPKG", stem(about.name), options, metadata=facts(about))


def _date(path: Path, about: About) -> None:
    """Date the contents to the release, not to the clock: the same rows, the same bytes."""
    moment = generated_at(about).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (moment,))
