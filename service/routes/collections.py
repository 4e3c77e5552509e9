"""The collections, one of them, and the schemas of its features."""

from urllib.parse import quote

from starlette.responses import Response

from geodata.crs import CRS84_URI, OFFERED
from geodata.features.collections import Collection
from geodata.formats.registry import FORMATS
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
from service.params.dated import ON, dated_name, described

ON_A_DAY = "One day as a collection of its own, for clients that cannot send datetime"
SCHEMA = {"json": SCHEMA_JSON}
TWICE = {"json", "geojson", "csv-bom", "csvw"}
"""Formats whose media type another link of the items has already, or that are no items."""
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
    return ask.answer(_described(ask, described(ask.store, ask.path_params)))


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
        "extent": _extent(ask, found),
        "crs": list(OFFERED),
        "storageCrs": CRS84_URI,
        "links": _links(ask, found),
        **({"notices": list(notices)} if notices else {}),
        **({"linkTemplates": [_day_template(ask, found)]} if _has_map_days(ask, found) else {}),
    }


def _has_map_days(ask: RequestContext, found: Collection) -> bool:
    """Whether it is a collection whose days follow maps, and not one of its days already."""
    return found.by_source and ON not in ask.path_params


def _day_template(ask: RequestContext, found: Collection) -> dict[str, object]:
    """Where each day is a collection by itself (OGC 20-004, 8.2: a link with a variable)."""
    return {
        "rel": "related",
        "type": JSON,
        "title": ON_A_DAY,
        "uriTemplate": ask.url_for(f"/collections/{dated_name(found.id, '{day}')}"),
        "variables": {"day": {"type": "string", "format": "date"}},
    }


def _links(ask: RequestContext, found: Collection) -> list[Link]:
    base, of = ask.base, ask.path_params.get("collection", found.id)
    links = [
        *collection_links(base, found.id, built_in=found.layer is None),
        link(ask.url_for("/releases"), "version-history", JSON, "Releases"),
    ]
    if of in ask.store.tilesets.names():
        tiles = ask.url_for(f"/collections/{found.id}/tiles")
        links.append(link(tiles, rel("tilesets-vector"), JSON, "Its vector tiles"))
    if ON in ask.path_params:
        links.append(link(ask.url_for(f"/collections/{of}"), "related", JSON, "On all days"))
    elif _has_map_days(ask, found):
        last = dated_name(found.id, str(ask.store.sources.last_day_of_data))
        links.append(link(ask.url_for(f"/collections/{last}"), "related", JSON, ON_A_DAY))
    return links


def _extent(ask: RequestContext, found: Collection) -> dict[str, object]:
    """Where and when its features are; an interval open at both ends where any day finds some."""
    store, of = ask.store, ask.path_params.get("collection", found.id)
    extent: dict[str, object] = {}
    bounds = store.extent(of)
    if bounds is not None:
        extent["spatial"] = {"bbox": [list(bounds)], "crs": CRS84_URI}
    day = ask.path_params.get(ON)
    first, last = store.days(of) if day is None else (day, day)
    if found.dated or day is not None:
        begins = None if first is None else f"{first}T00:00:00Z"
        ends = None if last is None else f"{last}T23:59:59Z"
        extent["temporal"] = {"interval": [[begins, ends]]}
    return extent


CC_BY = "https://creativecommons.org/licenses/by/4.0/"


def collection_links(base: str, name: str, *, built_in: bool) -> list[Link]:
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
    if built_in:
        found.append(link(CC_BY, "license", HTML, "Licence of the compiled facts: CC BY 4.0"))
    found += [
        link(url(base, f"{path}/items", {"f": kind.name}), "items", kind.media_type, kind.name)
        for kind in FORMATS.values()
        if kind.name not in TWICE
    ]
    for what in ("queryables", "sortables", "schema"):
        found.append(link(url(base, f"{path}/{what}"), rel(what), SCHEMA_JSON, what))
    return found
