"""Features of a collection: a page of them, or one."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from geodata.crs import CRS84_URI
from geodata.formats.geojson import dumps
from geodata.query import Query
from geodata.store.base import Page
from geodata.store.embedded import EmbeddedStore
from schemas.table import Column
from service.ask import Ask
from service.links import GEOJSON, JSON, Link, link, link_header, next_link, self_link
from service.params import LIMIT_DEFAULT, LIMIT_MAX, Param, cursor_for, items_query, queryable_names

_JSON_TYPES: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "strings": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
}
SOURCE = Param("source", {"type": "string"}, "Control source; else the first that reaches the day.")
DATETIME = Param("datetime", {"type": "string"}, "A day, or an interval start/end, .. for open.")
PAGING = (
    Param(
        "bbox",
        {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 6},
        "Box west, south, east, north in CRS84.",
    ),
    DATETIME,
    Param(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
        "Features in a page.",
    ),
    Param("cursor", {"type": "string"}, "Where the next page begins; from a next link."),
)


def items_params(store: EmbeddedStore, path_words: Mapping[str, str]) -> tuple[Param, ...]:
    """Parameters of a collection's items: paging, days, and every property by name."""
    collection = store.collection(path_words["collection"])
    columns = {column.name: column for column in collection.columns}
    own = tuple(_property_param(columns[name]) for name in queryable_names(collection))
    return (*PAGING, *((SOURCE,) if collection.by_source else ()), *own)


def item_params(store: EmbeddedStore, path_words: Mapping[str, str]) -> tuple[Param, ...]:
    """Parameters of one item."""
    collection = store.collection(path_words["collection"])
    return (DATETIME, SOURCE) if collection.by_source else (DATETIME,)


def items(ask: Ask) -> Response:
    """A page of features, GeoJSON."""
    collection = ask.store.collection(ask.path_words["collection"])
    query = items_query(ask.words, collection)
    page = ask.store.select(query)
    links = _page_links(ask, query, page)
    about = dumps({"numberMatched": page.matched, "numberReturned": len(page), "links": links})
    body = b'{"type":"FeatureCollection","features":[%b],\n%b' % (page.features(), about[1:])
    response = Response(body, media_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{CRS84_URI}>"
    response.headers["OGC-NumberMatched"] = str(page.matched)
    response.headers["Link"] = link_header(links)
    return response


def item(ask: Ask) -> Response:
    """One feature, GeoJSON."""
    collection = ask.store.collection(ask.path_words["collection"])
    page = ask.store.item(items_query(ask.words, collection), ask.path_words["item"])
    links = [
        self_link(ask.base, ask.path, ask.words, GEOJSON),
        link(ask.href(f"/collections/{collection.id}"), "collection", JSON, collection.title),
    ]
    body = page.features()[:-1] + b"," + dumps({"links": links})[1:]
    response = Response(body, media_type=GEOJSON)
    response.headers["Content-Crs"] = f"<{CRS84_URI}>"
    return response


def _page_links(ask: Ask, query: Query, page: Page) -> list[Link]:
    links = [
        self_link(ask.base, ask.path, ask.words, GEOJSON),
        link(ask.href(f"/collections/{query.collection}"), "collection", JSON, "The collection"),
    ]
    if page.next_start is not None:
        cursor = cursor_for(ask.release, page.next_start)
        words = {name: text for name, text in ask.words.items() if name != "release"}
        links.append(next_link(ask.base, ask.path, words, cursor))
    return links


def _property_param(column: Column) -> Param:
    schema = (
        {"type": "string", "enum": list(column.choices)}
        if column.choices
        else _JSON_TYPES[column.type]
    )
    return Param(column.name, schema, column.meaning)
