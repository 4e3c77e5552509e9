"""GeoJSON (RFC 7946): rows as features, coordinates CRS84."""

from collections.abc import Mapping
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry


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
