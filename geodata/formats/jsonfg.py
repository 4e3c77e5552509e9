"""How are rows written as JSON-FG 1.0 (OGC 21-045r1): GeoJSON with time, and in other CRSs?"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from geodata.crs import CRS84, CRS84_URI
from geodata.formats.columns import Span, json_values, spans
from geodata.formats.files import stem
from geodata.formats.geojson import BATCH, collection, geometries, provenance
from geodata.formats.geometry_column import is_north_first, shapes_of, swapped
from geodata.formats.rows import Provenance, Rows

MEDIA_TYPE = "application/vnd.ogc.fg+json"
CONFORMS_TO = (
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
    "http://www.opengis.net/spec/json-fg-1/1.0/conf/types-schemas",
)


def write_jsonfg(
    rows: Rows, about: Provenance, members: Mapping[str, Any] | None = None
) -> Iterator[bytes]:
    """All rows as one JSON-FG collection of one feature type.

    members: what a page says otherwise than the whole (`numberMatched`, `links`).

    In CRS84 the shapes are GeoJSON's `geometry` and `place` is null; in any other system they are
    `place`, in the order of axes of that system, and `geometry` is null.
    """
    head = {
        "conformsTo": CONFORMS_TO,
        "featureType": stem(about.layer),
        "coordRefSys": crs_uri(rows.crs),
        **provenance(rows, about, MEDIA_TYPE),
        **(members or {}),
    }
    parts = (encode_fg(batch) for batch in rows.batches(BATCH))
    return collection(parts, head)


def crs_uri(crs: str) -> str:
    """The OGC URI of a CRS given as `AUTHORITY:CODE`."""
    authority, _, code = crs.partition(":")
    return CRS84_URI if crs == CRS84 else f"http://www.opengis.net/def/crs/{authority}/0/{code}"


def encode_fg(rows: Rows) -> list[bytes]:
    """One JSON-FG feature a row, UTF-8."""
    names = rows.table.column_names
    columns = [json_values(column) for column in rows.table.columns]
    # `geometry` is for readers of GeoJSON, and CRS84 alone; every other CRS stands in `place`.
    is_crs84 = rows.crs == CRS84
    return [
        orjson.dumps(
            {
                "type": "Feature",
                "id": row[0],
                "time": time,
                "geometry": shape if is_crs84 else None,
                "place": None if is_crs84 else shape,
                "properties": dict(zip(names, row, strict=True)),
            }
        )
        for row, shape, time in zip(
            zip(*columns, strict=True), _shapes(rows), _times(rows), strict=True
        )
    ]


def _shapes(rows: Rows) -> list[orjson.Fragment | None]:
    shapes = shapes_of(rows)
    return geometries(swapped(shapes) if is_north_first(rows.crs) else shapes)


def _times(rows: Rows) -> list[dict[str, Any] | None]:
    days = spans(rows)
    return [None] * len(rows) if days is None else [time_member(span) for span in days]


def time_member(span: Span) -> dict[str, Any] | None:
    """The `time` member: a date for a single day, else an interval closed on both ends."""
    first, last = span
    if first is None and last is None:
        return None
    return {"date": first} if first == last else {"interval": [first or "..", last or ".."]}
