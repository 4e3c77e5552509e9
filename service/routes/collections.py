"""The collections, one of them, and the schemas of its features."""

from urllib.parse import quote

from starlette.responses import Response

from geodata.crs import CRS84_URI, OFFERED
from geodata.features.collections import BUILT_IN, Collection
from geodata.formats.registry import FORMATS
from geodata.store.base import Store
from service.http.context import (
    GEOJSON,
    HTML,
    JSON,
    SCHEMA_JSON,
    Context,
    Link,
    RequestContext,
    link,
    rel,
    url,
)
from service.http.offer import answers
from service.http.routing import release_router
from service.ogc import documents, schemas

SCHEMA = {"json": SCHEMA_JSON}
router = release_router("data")


@router.get("/collections", name="collections", summary="All collections")
@answers("json", "html", model=documents.Collections)
def collections(ask: Context) -> Response:
    """All collections."""
    links = [
        link(ask.url_for("/collections"), "self", JSON, "This document"),
        link(ask.url_for("/collections", {"f": "html"}), "alternate", HTML, "HTML page"),
    ]
    found = [_described(ask, c) for c in ask.store.collections()]
    return ask.answer({"links": links, "crs": list(OFFERED), "collections": found})


@router.get("/collections/{collection}", name="collection", summary="One collection")
@answers("json", "html", model=documents.Collection)
def collection(ask: Context) -> Response:
    """One collection, as it is described among all."""
    return ask.answer(_described(ask, ask.store.collection(ask.path_params["collection"])))


@router.get(
    "/collections/{collection}/queryables", name="queryables", summary="Properties filters may name"
)
@answers("json", "html", media=SCHEMA, model=documents.JsonObject)
def queryables(ask: Context) -> Response:
    """Properties filters may name, as JSON Schema."""
    return _schema_json(ask, schemas.queryables)


@router.get(
    "/collections/{collection}/sortables",
    name="sortables",
    summary="Properties that may be sorted by",
)
@answers("json", "html", media=SCHEMA, model=documents.JsonObject)
def sortables(ask: Context) -> Response:
    """Properties that may be sorted by, as JSON Schema."""
    return _schema_json(ask, schemas.sortables)


@router.get("/collections/{collection}/schema", name="schema", summary="The schema of a feature")
@answers("json", "html", media=SCHEMA, model=documents.JsonObject)
def schema(ask: Context) -> Response:
    """The schema of a feature, as JSON Schema."""
    return _schema_json(ask, schemas.schema)


def _schema_json(ask: RequestContext, make: schemas.Maker) -> Response:
    collection = ask.store.collection(ask.path_params["collection"])
    return ask.answer(make(collection, ask.url_for(ask.path)), SCHEMA_JSON)


def _described(ask: RequestContext, found: Collection) -> dict[str, object]:
    notices = found.layer.notices if found.layer else ()
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "itemType": "feature",
        "extent": _extent(ask.store, found),
        "crs": list(OFFERED),
        "storageCrs": CRS84_URI,
        "links": _links(ask, found),
        **({"notices": list(notices)} if notices else {}),
    }


def _links(ask: RequestContext, found: Collection) -> list[Link]:
    links = [
        *collection_links(ask.base, found.id),
        link(ask.url_for("/releases"), "version-history", JSON, "Releases"),
    ]
    if found.id in ask.store.tilesets.names():
        tiles = ask.url_for(f"/collections/{found.id}/tiles")
        links.append(link(tiles, rel("tilesets-vector"), JSON, "Its vector tiles"))
    return links


def _extent(store: Store, collection: Collection) -> dict[str, object]:
    """Where and when its features are; an interval open at both ends where any day finds some."""
    extent: dict[str, object] = {}
    bounds = store.extent(collection.id)
    if bounds is not None:
        extent["spatial"] = {"bbox": [list(bounds)], "crs": CRS84_URI}
    first, last = store.days(collection.id)
    if collection.dated:
        begins = None if first is None else f"{first}T00:00:00Z"
        ends = None if last is None else f"{last}T23:59:59Z"
        extent["temporal"] = {"interval": [[begins, ends]]}
    return extent


CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def collection_links(base: str, name: str) -> list[Link]:
    """Links of one collection: itself, its items in every format, and what describes it."""
    path = f"/collections/{quote(name)}"
    found = [
        link(url(base, path), "self", JSON, "This collection"),
        link(url(base, path, {"f": "html"}), "alternate", HTML, "HTML page"),
        link(url(base, f"{path}/items"), "items", GEOJSON, "Its items"),
        link(url(base, f"{path}/items", {"f": "html"}), "items", HTML, "Its items to read"),
        link(url(base, f"{path}/schema"), "describedby", SCHEMA_JSON, "Schema of its features"),
        link(url(base, "/", {"f": "html"}), "license", HTML, "Terms and origins"),
    ]
    if name in BUILT_IN:
        found.append(link(CC_BY, "license", HTML, "Licence of the compiled facts: CC BY 4.0"))
    found += [
        link(url(base, f"{path}/items", {"f": kind.name}), "items", kind.media_type, kind.name)
        for kind in FORMATS.values()
        if kind.name != "json"
    ]
    for what in ("queryables", "sortables", "schema"):
        found.append(link(url(base, f"{path}/{what}"), rel(what), SCHEMA_JSON, what))
    return found
