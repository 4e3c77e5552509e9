"""The OpenAPI 3.0.3 document, made from the table of routes and the collections served."""

from collections.abc import Iterable, Mapping
from typing import Any

from geodata import __version__
from geodata.store.base import Store
from service.http.context import GEOJSON_TYPES
from service.http.errors import Problem
from service.http.routing import Route
from service.params.core import COMMON, LIMIT, Param

OPENAPI_JSON = "application/vnd.oai.openapi+json;version=3.0"
SHARED = ("f", "release", "limit")
"""Parameters published as components: QGIS reads the page size from `components.parameters`."""
MEDIA = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "html": "text/html",
    "csv": "text/csv",
}
PROBLEMS = {"400": "A parameter is wrong", "404": "Not there", "500": "A failure", "503": "Not now"}
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
WHOLE = {"z", "x", "y", "tileMatrix", "tileRow", "tileCol"}
"""Words of a path that are whole numbers."""


def document(routes: Iterable[Route], store: Store, base: str) -> dict[str, Any]:
    """The document for one release."""
    paths: dict[str, Any] = {}
    for route in routes:
        paths.update(_paths(route, store))
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Lodeline",
            "version": __version__,
            "description": "Which mineral reserves lie in which territory on which day.",
            "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "tags": [{"name": name} for name in ("data", "answers", "releases", "tiles", "map")],
        "paths": paths,
        "components": {"parameters": _shared(), "schemas": {"Problem": _problem_schema()}},
    }


def _shared() -> dict[str, Any]:
    return {param.name: _parameter(param) for param in (*COMMON, LIMIT)}


def _problem_schema() -> dict[str, Any]:
    whole = Problem.model_json_schema()
    own = {
        name: {"type": "integer" if name == "status" else "string"} for name in whole["properties"]
    }
    return {"type": "object", "required": ["type", "title", "status"], "properties": own}


def _paths(route: Route, store: Store) -> dict[str, Any]:
    """The path of a route, or one for each collection or tileset where it is about one."""
    whole = route.path.replace(":path", "")
    word = next((word for word in ("collection", "layer") if f"{{{word}}}" in whole), None)
    if word is None:
        params = route.params if isinstance(route.params, tuple) else ()
        return {whole: _item(route, params, whole, route.name)}
    found = {}
    for name in _names(route, store, word):
        path = whole.replace(f"{{{word}}}", name)
        params = _own(route, store, {word: name})
        found[path] = _item(route, params, path, f"{name}.{route.name}")
    return found


def _names(route: Route, store: Store, word: str) -> list[str]:
    """What may stand for a word of the route's path."""
    tilesets = store.tilesets.names()
    if word == "layer":
        return list(tilesets)
    ids = [collection.id for collection in store.collections()]
    return [name for name in ids if name in tilesets] if route.tiled else ids


def _own(route: Route, store: Store, path_words: Mapping[str, str]) -> tuple[Param, ...]:
    """Parameters of a route for one collection or tileset, without those every route takes."""
    if isinstance(route.params, tuple):
        return route.params
    common = {param.name for param in COMMON}
    by_name = route.params(store, path_words)
    return tuple(param for name, param in by_name.items() if name not in common)


def _item(route: Route, params: Iterable[Param], path: str, operation: str) -> dict[str, Any]:
    """One path item: its methods with their parameters and every answer they can give."""
    given = [_reference(p) if p.name in SHARED else _parameter(p) for p in (*params, *COMMON)]
    words = [w.split("}")[0] for w in path.split("{")[1:]]
    asked = {
        "operationId": operation.replace("-", "_"),
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*(_path_word(word) for word in words), *given],
        "responses": _responses(route),
    }
    return {method.lower(): _sent(asked) if method == "POST" else asked for method in route.methods}


def _sent(asked: dict[str, Any]) -> dict[str, Any]:
    """The same operation with a body."""
    area = {"schema": {"type": "object", "description": "GeoJSON polygons, CRS84."}}
    return {
        **asked,
        "operationId": f"{asked['operationId']}_of_body",
        "requestBody": {"content": dict.fromkeys(GEOJSON_TYPES, area)},
    }


def _responses(route: Route) -> dict[str, Any]:
    kinds = dict.fromkeys(route.media.get(form) or MEDIA.get(form, form) for form in route.formats)
    good = {"description": route.summary, "content": {kind: {} for kind in kinds}}
    problem = {"schema": {"$ref": "#/components/schemas/Problem"}}
    bad = {
        status: {"description": text, "content": {"application/problem+json": problem}}
        for status, text in {**PROBLEMS, **route.problems}.items()
    }
    plain = {"304": "Not modified", **route.others}
    if route.empty:
        plain["204"] = route.empty
    return {"200": good, **{status: {"description": t} for status, t in plain.items()}, **bad}


def _reference(param: Param) -> dict[str, str]:
    return {"$ref": f"#/components/parameters/{param.name}"}


def _path_word(word: str) -> dict[str, Any]:
    return {
        "name": word,
        "in": "path",
        "required": True,
        "description": PATH_WORDS.get(word, word),
        "schema": {"type": "integer", "minimum": 0} if word in WHOLE else {"type": "string"},
    }


def _parameter(param: Param) -> dict[str, Any]:
    """A parameter; style and explode written out, for clients that assume no defaults."""
    return {
        "name": param.name,
        "in": "query",
        "required": param.required,
        "description": param.meaning,
        "style": "form",
        "explode": False,
        "schema": dict(param.schema),
    }
