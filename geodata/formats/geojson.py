"""GeoJSON (RFC 7946): rows as features, coordinates CRS84."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.formats.features import SEPARATOR, encode
from geodata.formats.rows import Provenance, Rows, provenance_dict

BATCH = 1_000
"""Features in a chunk."""
RECORD = b"\x1e"
"""RFC 8142: what stands before each text of a sequence."""


def feature(properties: Mapping[str, Any], shape: BaseGeometry | None) -> dict[str, Any]:
    """One feature with its `id` taken from the properties."""
    return {
        "type": "Feature",
        "id": properties["id"],
        "geometry": geometry(shape),
        "properties": properties,
    }


def geometry(shape: BaseGeometry | None) -> orjson.Fragment | None:
    """A geometry as a JSON fragment; None and empty as null."""
    if shape is None or shape.is_empty:
        return None
    return orjson.Fragment(shapely.to_geojson(shape))


def dumps(document: Any) -> bytes:  # noqa: ANN401 - any JSON document
    """UTF-8 JSON. Raises TypeError for values JSON does not have; NaN becomes null."""
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def write_geojson(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """All rows as one FeatureCollection, coordinates as they are in the rows, x first."""
    parts = (encode(b.table, b.geometry) for b in rows.batches(BATCH))
    return collection(parts, {"name": about.name, **provenance(rows, about)})


def write_geojsonseq(rows: Rows, about: Provenance) -> Iterator[bytes]:  # noqa: ARG001 - the formats' seam
    """A GeoJSON text sequence (RFC 8142): record separator, feature, line feed."""
    for batch in rows.batches(BATCH):
        yield b"".join([RECORD + text + b"\n" for text in encode(batch.table, batch.geometry)])


def collection(parts: Iterator[list[bytes]], members: Mapping[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection of encoded features, written part by part; its members come first."""
    head = orjson.dumps({"type": "FeatureCollection", **members})
    yield head[:-1] + b',"features":[\n'
    first = True
    for features in parts:
        yield (b"" if first else SEPARATOR) + SEPARATOR.join(features)
        first = False
    yield b"\n]}\n"


def provenance(rows: Rows, about: Provenance) -> dict[str, Any]:
    """Members of a whole collection: how many features, where they come from, and a self link."""
    told = provenance_dict(about)
    link = {"href": told.pop("query"), "rel": "self", "title": about.title}
    stamp = told.pop("generated")
    counts = {"numberMatched": len(rows), "numberReturned": len(rows)}
    return {**told, "timeStamp": stamp, **counts, "links": [link]}
