"""What stands beside a CSV file: its licence, citation and columns (CSV on the Web, W3C)?"""

from collections.abc import Iterator
from dataclasses import replace

import orjson

from geodata.formats.columns import LIST_SEPARATOR
from geodata.formats.geoarrow import geometry_name
from geodata.formats.geometry_column import are_points, coordinate_names
from geodata.formats.rows import Provenance, Rows, provenance_dict
from schemas.record import Column

MEDIA_TYPE = "application/csvm+json"
CONTEXT = "http://www.w3.org/ns/csvw"
DATATYPES = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "json": "json",
}
"""CSVW's names of types; all others are texts."""


def write_csvw(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """The metadata document of the CSV with the same rows (Tabular Metadata, 2015-12-17)."""
    csv = replace(about, query=about.query.replace("f=csvw", "f=csv"))
    facts = provenance_dict(csv)
    document = {
        "@context": CONTEXT,
        "url": csv.query,
        "dc:title": facts.pop("title"),
        "dc:license": facts.pop("licence"),
        "dc:creator": facts.pop("attribution"),
        "dc:bibliographicCitation": facts.pop("citation"),
        "dc:source": facts.pop("query"),
        "dc:issued": facts.pop("generated"),
        "dc:hasVersion": facts.pop("release"),
        "dialect": {"header": True, "encoding": "utf-8", "lineTerminators": "\r\n"},
        "tableSchema": {"columns": _columns(rows), "primaryKey": rows.columns[0].name},
    }
    yield orjson.dumps(document, option=orjson.OPT_INDENT_2)


def _columns(rows: Rows) -> list[dict[str, object]]:
    """Every column of the CSV, in its order; those of the place come last."""
    columns = [_column(column) for column in rows.columns]
    names = {column.name for column in rows.columns}
    if are_points(rows) and not set(coordinate_names(rows.crs)) <= names:
        columns += [
            {"name": name, "titles": name, "datatype": "number", "dc:description": rows.crs}
            for name in coordinate_names(rows.crs)
        ]
    if rows.geometry is not None:
        text = f"WKT, x or longitude first, {rows.crs}"
        name = geometry_name(rows)
        columns.append({"name": name, "titles": name, "datatype": "string", "dc:description": text})
    return columns


def _column(column: Column) -> dict[str, object]:
    said: dict[str, object] = {
        "name": column.name,
        "titles": column.name,
        "datatype": DATATYPES.get(column.type, "string"),
        "dc:description": f"{column.meaning}{f' Unit: {column.unit}.' if column.unit else ''}",
    }
    return {**said, "separator": LIST_SEPARATOR} if column.type == "strings" else said
