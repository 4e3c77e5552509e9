"""How is a collection described to machines: queryables, sortables, schema, as JSON Schema."""

from collections.abc import Callable, Mapping
from typing import Any

from geodata.features.collections import Collection, sortable_columns
from schemas.record import Column
from service.params.core import TYPES

Maker = Callable[[Collection, str], dict[str, Any]]
DIALECT = "https://json-schema.org/draft/2020-12/schema"
KNOWN = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")


def queryables(collection: Collection, url: str) -> dict[str, Any]:
    """Properties that filters and parameters may name; nothing else may."""
    own = {c.name: property_schema(c) for c in collection.queryables}
    is_placed = any(column.type == "geometry" for column in collection.columns)
    shape = {"geometry": _geometry_reference(collection)} if is_placed else {}
    return _document(collection, url, {**own, **shape}, "Queryables") | {
        "additionalProperties": False
    }


def sortables(collection: Collection, url: str) -> dict[str, Any]:
    """Properties that may be sorted by: all but lists and geometry."""
    own = {c.name: property_schema(c) for c in sortable_columns(collection)}
    return _document(collection, url, own, "Sortables") | {"additionalProperties": False}


def schema(collection: Collection, url: str) -> dict[str, Any]:
    """The schema of a feature: properties in order, with their roles."""
    own: dict[str, Any] = {}
    for number, column in enumerate(collection.properties, 1):
        own[column.name] = {
            **property_schema(column),
            **_role(collection, column),
            "x-ogc-propertySeq": number,
        }
    own["geometry"] = {
        "x-ogc-role": "primary-geometry",
        "format": f"geometry-{geometry_type(collection).lower()}",
    }
    return _document(collection, url, own, "Schema")


def property_schema(column: Column) -> dict[str, Any]:
    """A column as JSON Schema."""
    extra = {"enum": list(column.choices)} if column.choices and column.type == "string" else {}
    unit = {"x-ogc-unit": column.unit} if column.unit and column.type != "string" else {}
    return {**TYPES[column.type], **extra, **unit, "title": column.name} | (
        {"description": column.meaning} if column.meaning else {}
    )


def geometry_type(collection: Collection) -> str:
    """The geometry type all rows share, or `any`."""
    shared = collection.geometry_type
    return shared if shared in KNOWN else "any"


def _geometry_reference(collection: Collection) -> dict[str, str]:
    """QGIS sees a geometry only where it is a reference into geojson.org, without a type."""
    kind = geometry_type(collection)
    name = "Geometry" if kind == "any" else kind
    return {"$ref": f"https://geojson.org/schema/{name}.json", "title": "geometry"}


def _role(collection: Collection, column: Column) -> dict[str, str]:
    roles = {"id": "id", collection.begins: "primary-interval-start"}
    roles[collection.ends] = "primary-interval-end"
    if collection.ends is None and collection.begins is not None:
        roles[collection.begins] = "primary-instant"
    return {"x-ogc-role": roles[column.name]} if column.name in roles else {}


def _document(
    collection: Collection, url: str, properties: Mapping[str, Any], what: str
) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "$id": url,
        "type": "object",
        "title": f"{what} of {collection.title}",
        "description": collection.description,
        "properties": dict(properties),
    }
