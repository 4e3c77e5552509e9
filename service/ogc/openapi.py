"""The API document: FastAPI's own, with the collections served, brought down to OpenAPI 3.0.3."""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy, deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from geodata.store.base import Store
from service.http.context import GEOJSON_TYPES
from service.http.errors import Problem
from service.http.routing import ReleaseRoute
from service.params.core import COMMON, LANG, LIMIT, Param, plain_schema

OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.0"
SHARED = ("f", "release", "limit")
"""Parameters published as components: QGIS reads the page size from `components.parameters`."""
PATH_WORDS = {
    "collection": "Id of a collection.",
    "item": "Id of a feature.",
    "deposit": "Id of a deposit.",
    "territory": "Id of a territory.",
    "release": "Id of a release.",
    "name": "Name of a file.",
    "day": "Day of the article.",
    "fontstack": "Names of fonts, joined by commas; the first known one is taken.",
    "range": "256 code points, first and last, as 0-255.",
    "style": "Id of a style.",
    "layer": "Id of a tileset.",
    "raster": "Id of a raster.",
    "tileMatrixSetId": "Id of a tile matrix set.",
    "z": "Level.",
    "x": "Column from the west.",
    "y": "Row from the north.",
    "row": "Row from the north; followed by @2x for 512 pixels a side.",
    "tileMatrix": "Level.",
    "tileRow": "Row from the north.",
    "tileCol": "Column from the west.",
}
"""Told once, not at every handler: one word stands in up to nine paths."""
WHOLE = {"z", "x", "y", "tileMatrix", "tileRow", "tileCol"}
"""Words of a path that are whole numbers."""
LATER = ("$defs", "$schema", "contentMediaType", "contentEncoding", "propertyNames", "title")
"""Keywords of a schema that OpenAPI 3.0 has not, or that say no more than the name."""
Json = dict[str, Any]


def openapi_30(app: FastAPI, store: Store, base: str) -> Json:
    """The document of one release in OpenAPI 3.0.3, which OGC's conformance class asks for."""
    whole = as_openapi_30(app.openapi())
    paths: Json = {}
    for route in _described(app):
        operations = whole["paths"][route.path_format]
        for path, name in _paths(route, store):
            params = (*_of_collection(route, store, name), *_of_pages(route))
            paths[path] = {
                method: _operation(operation, path, name, params)
                for method, operation in operations.items()
            }
    components = {"parameters": {p.name: _parameter(p) for p in (*COMMON, LIMIT)}}
    return {
        **whole,
        "servers": [{"url": base}],
        "paths": paths,
        "components": {**components, **whole["components"]},
    }


def openapi(app: FastAPI) -> Json:
    """FastAPI's document of the routes over a release, OpenAPI 3.1; made once, as FastAPI does.

    A route of two methods is told as two operations, each with a name of its own; HEAD is not told.
    """
    if app.openapi_schema is None:
        app.openapi_schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            license_info={"name": "Apache-2.0"},
            tags=[{"name": name} for name in ("data", "answers", "releases", "tiles", "map")],
            routes=[one for route in _described(app) for one in _by_method(route)],
        )
        schemas = app.openapi_schema["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        for name in ("HTTPValidationError", "ValidationError"):  # parameters are refused with 400
            schemas.pop(name, None)
        for operation in _operations(app.openapi_schema):
            operation["responses"].pop("422", None)
    return app.openapi_schema


def as_openapi_30(document: Json) -> Json:
    """An OpenAPI 3.1 document as OpenAPI 3.0.3: what its schemas say in the words of 3.0."""
    older = deepcopy(document)
    older["openapi"] = "3.0.3"
    schemas = older.get("components", {}).get("schemas", {})
    schemas.update({name: schema_30(schema) for name, schema in schemas.items()})
    for operation in _operations(older):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = schema_30(plain_schema(parameter["schema"]))
        for answer in (operation.get("requestBody", {}), *operation["responses"].values()):
            for content in answer.get("content", {}).values():
                content["schema"] = schema_30(content.get("schema", {}))
    return older


def schema_30(schema: Any) -> Any:  # noqa: ANN401 - true and false are schemas too
    """A JSON Schema of OpenAPI 3.1 in the words of 3.0: nullable, enum of one, no type lists."""
    if not isinstance(schema, dict):
        return {} if schema is True else {"not": {}}
    older = {name: _within(name, value) for name, value in schema.items() if name not in LATER}
    for step in (_without_null, _without_lists, _without_numbers_as_bounds, _with_one_ref):
        older = step(older)
    return older


def _within(keyword: str, value: Any) -> Any:  # noqa: ANN401 - of any keyword
    """What stands under a keyword, with the schemas in it brought down."""
    if keyword == "properties":
        return {name: schema_30(schema) for name, schema in value.items()}
    if keyword in {"anyOf", "oneOf", "allOf", "prefixItems"}:
        return [schema_30(schema) for schema in value]
    if keyword in {"items", "not"} or (keyword == "additionalProperties" and value is not False):
        return schema_30(value)
    return value


def _without_null(schema: Json) -> Json:
    """`nullable` in place of a type null beside others."""
    for keyword in ("anyOf", "oneOf"):
        kinds = [kind for kind in schema.get(keyword, ()) if kind.get("type") != "null"]
        if keyword in schema and len(kinds) < len(schema[keyword]):
            rest = {name: value for name, value in schema.items() if name != keyword}
            one = kinds[0] if len(kinds) == 1 else {keyword: kinds}
            return {**one, **rest, "nullable": True}
    if isinstance(schema.get("type"), list):
        kinds = [kind for kind in schema["type"] if kind != "null"]
        rest = {name: value for name, value in schema.items() if name != "type"}
        one = {"type": kinds[0]} if len(kinds) == 1 else {"anyOf": [{"type": k} for k in kinds]}
        return {**rest, **one, **({"nullable": True} if "null" in schema["type"] else {})}
    return schema


def _without_lists(schema: Json) -> Json:
    """`enum` for `const`, one example for several, any items where each place has its own."""
    older = dict(schema)
    if "const" in older:
        older["enum"] = [older.pop("const")]
    if "examples" in older:
        older["example"] = older.pop("examples")[0]
    if "prefixItems" in older:
        kinds = older.pop("prefixItems")
        older["items"] = kinds[0] if all(kind == kinds[0] for kind in kinds) else {}
    if older.get("type") == "array":
        older.setdefault("items", {})
    return older


def _without_numbers_as_bounds(schema: Json) -> Json:
    """Bounds that are left out as a flag beside the bound."""
    older = dict(schema)
    for name, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if name in older and not isinstance(older[name], bool):
            older[bound], older[name] = older[name], True
    return older


def _with_one_ref(schema: Json) -> Json:
    """A reference that stands alone, as all beside it is passed over in 3.0."""
    if "$ref" not in schema or len(schema) == 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "$ref"}
    return {"allOf": [{"$ref": schema["$ref"]}], **rest}


def _operations(document: Json) -> Iterator[Json]:
    return (operation for path in document["paths"].values() for operation in path.values())


def _described(app: FastAPI) -> list[ReleaseRoute]:
    """The routes over a release that are described, in the order of their table."""
    return [r for r in app.routes if isinstance(r, ReleaseRoute) and r.include_in_schema]


def _by_method(route: ReleaseRoute) -> Iterator[ReleaseRoute]:
    for method in sorted((route.methods or set()) - {"HEAD"}):
        one = copy(route)
        one.methods = {method}
        one.unique_id = f"{route.unique_id}_of_body" if method == "POST" else route.unique_id
        yield one


def _paths(route: ReleaseRoute, store: Store) -> Iterator[tuple[str, str]]:
    """The path of a route, or one for each collection or tileset where it is about one; a name."""
    word = next((word for word in ("collection", "layer") if f"{{{word}}}" in route.path), None)
    if word is None:
        yield route.path_format, ""
        return
    for name in _names(route, store, word):
        yield route.path_format.replace(f"{{{word}}}", name), name


def _names(route: ReleaseRoute, store: Store, word: str) -> list[str]:
    """What may stand for a word of the route's path."""
    tilesets = store.tilesets.names()
    if word == "layer":
        return list(tilesets)
    ids = [collection.id for collection in store.collections()]
    return [name for name in ids if name in tilesets] if route.offer.tiled else ids


def _of_collection(route: ReleaseRoute, store: Store, name: str) -> tuple[Param, ...]:
    """Parameters of a route that ReleaseRoute reads, for one collection or tileset."""
    params = route.offer.params
    if callable(params):
        words = {"collection": name, "layer": name}
        return tuple(params(store, words).values())
    return params or ()


def _of_pages(route: ReleaseRoute) -> tuple[Param, ...]:
    """The parameter of pages, where a route has one."""
    return (LANG,) if "html" in route.offer.formats else ()


def _operation(operation: Json, path: str, name: str, params: Iterable[Param]) -> Json:
    """One operation of one path, with its parameters in the order they are told."""
    given = [_in_form(parameter) for parameter in operation.get("parameters", ())]
    own = [p for p in (*given, *map(_parameter, params)) if p["name"] not in SHARED[:2]]
    words = [_path_word(word.split("}")[0]) for word in path.split("{")[1:]]
    query = [_reference(p["name"]) if p["name"] in SHARED else p for p in own]
    told = {
        **operation,
        "operationId": f"{name}.{operation['operationId']}".lstrip(".").replace("-", "_"),
        "parameters": [*words, *query, *map(_reference, SHARED[:2])],
    }
    return {**told, **_BODY} if operation["operationId"].endswith("_of_body") else told


_AREA = {"schema": {"type": "object", "description": "GeoJSON polygons, CRS84."}}
_BODY: Mapping[str, Any] = {"requestBody": {"content": dict.fromkeys(GEOJSON_TYPES, _AREA)}}
"""What is sent along; it is counted and read by `read_body`."""


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{name}"}


def _path_word(word: str) -> Json:
    return {
        "name": word,
        "in": "path",
        "required": True,
        "description": PATH_WORDS.get(word, word),
        "schema": {"type": "integer", "minimum": 0} if word in WHOLE else {"type": "string"},
    }


def _parameter(param: Param) -> Json:
    """A parameter that ReleaseRoute reads."""
    return _in_form({
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.meaning,
        "schema": dict(param.schema),
    })  # fmt: skip


def _in_form(parameter: Json) -> Json:
    """A parameter with style and explode written out, for clients that assume no defaults."""
    return {**parameter, "style": "form", "explode": False}
