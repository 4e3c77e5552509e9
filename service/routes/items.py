"""Features of a collection: a page of them, all of them as a download, one, and its versions.

The routes of a page and of one feature are asked most, and their parameters follow the columns of
the collection: ReleaseRoute reads and calls them by itself.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from starlette.responses import Response

from geodata.answers.sources import source_facts
from geodata.answers.timelines import check_held, version_on, versions
from geodata.crs import CRS84_URI
from geodata.features.collections import MAPS, Collection
from geodata.formats.geojson import dumps, feature_sequence, joined_features
from geodata.formats.jsonfg import write_jsonfg
from geodata.formats.registry import FORMATS
from geodata.interval import parse_datetime, parse_day
from geodata.store.base import Selection
from service.http.context import (
    GEOJSON,
    HTML,
    JSON,
    SCHEMA_JSON,
    Context,
    Link,
    RequestContext,
    link,
    link_header,
    rel,
    self_link,
    url,
)
from service.http.downloads import CSV_FORMS, about_items, download_headers
from service.http.errors import problem_response
from service.http.files import streamed
from service.http.offer import CachePolicy, answers
from service.http.routing import release_router
from service.ogc import documents
from service.params.core import SourceQuery
from service.params.dated import ON, dated_name, described
from service.params.items import cursor_for, item_params, items_params, items_query

PAGED = ("json", "html")
"""Formats that give a page; all others give everything that matches."""
QUICK_LIMIT = 1000
MEDIA = {name: kind.media_type for name, kind in FORMATS.items()}
GONE: dict[int | str, dict[str, Any]] = {410: problem_response("It no longer existed on that date")}
router = release_router("data")


def is_quick(words: Mapping[str, str]) -> bool:
    """Whether a page of items is answered below about 2 ms: no filter, order, or many rows."""
    heavy = words.keys() & {
        "filter",
        "q",
        "sortby",
        "crs",
        "properties",
        "datetime",
        "source",
        "bbox-crs",
    }
    limit = words.get("limit", "10").lstrip("0")
    return not heavy and limit.isascii() and limit.isdigit() and int(limit[:9]) <= QUICK_LIMIT


def is_paged(ask: RequestContext) -> bool:
    """Whether a page is wanted; of GeoJSON as a file where it is limited, as GDAL reads it."""
    return ask.format in PAGED or (ask.format == "geojson" and "limit" in ask.query)


def items_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of a page or a download: its rows are counted, and none is encoded."""
    page = ask.once(_selected)
    headers = {
        "Content-Crs": f"<{_crs_uri(ask, page)}>",
        "OGC-NumberMatched": str(page.matched),
    }
    if ask.format == "jsonfg" or is_paged(ask):
        headers["Link"] = link_header(ask.once(_page_links))
    if is_paged(ask):
        return headers
    if ask.format in CSV_FORMS:
        headers["Link"] = link_header([_metadata_link(ask)])
    about = about_items(ask, page.collection)
    returned = {"OGC-NumberReturned": str(len(page.rows))}
    return {**headers, **returned, **download_headers(about, FORMATS[ask.format])}


def _metadata_link(ask: RequestContext) -> Link:
    """What stands beside a CSV file: licence, citation and columns."""
    href = ask.url_for(ask.path, {**ask.query, "f": "csvw"})
    return link(href, "describedby", FORMATS["csvw"].media_type)


def _crs_uri(ask: RequestContext, page: Selection) -> str:
    """The CRS of the coordinates as they leave."""
    kind = FORMATS.get(ask.format)
    return CRS84_URI if kind is not None and kind.crs84 else page.query.crs.uri


@router.get("/collections/{collection}/items", name="items", summary="Features of a collection")
@answers(
    *FORMATS,
    "html",
    media=MEDIA,
    params=items_params,
    headers=items_headers,
    cache=CachePolicy(days=("datetime",), quick=is_quick, hot=True),
    model=documents.FeatureCollection,
)
def items(ask: Context) -> Response:
    """A page of features, or everything that matches as a download."""
    page = ask.once(_selected)
    if not is_paged(ask):
        return _download(ask, page)
    body = b'{"type":"FeatureCollection","features":[%b],\n%b' % (
        joined_features(page.rows),
        dumps(_page_members(ask, page))[1:],
    )
    return ask.encoded(body, GEOJSON)


def _page_members(ask: RequestContext, page: Selection) -> dict[str, object]:
    """What is said of a page beside its features.

    The time stamp is that of the release, so that the same question gives the same bytes.
    """
    return {
        "timeStamp": ask.store.manifest.created,
        "numberMatched": page.matched,
        "numberReturned": len(page.rows),
        **_map_facts(ask, page),
        "links": ask.once(_page_links),
    }


def _map_facts(ask: RequestContext, page: Selection) -> dict[str, object]:
    """Whose map control or the line of one day is, of which day and why; else nothing.

    Deposits have this as properties.
    """
    when = page.query.when
    if page.query.collection not in MAPS or when is None or not when.is_day:
        return {}
    return source_facts(ask.store.sources.select(when.start, page.query.source))


def _selected(ask: RequestContext) -> Selection:
    """The rows asked; of a download all that match, unless an explicit limit holds."""
    query = items_query(ask.query, ask.store.collection(ask.path_params["collection"]))
    whole = not is_paged(ask) and "limit" not in ask.query
    return ask.store.select(replace(query, limit=10**9) if whole else query)


def _download(ask: RequestContext, page: Selection) -> Response:
    """Everything that matches, streamed."""
    kind = FORMATS[ask.format]
    if ask.format == "geojsonseq":
        return streamed(feature_sequence(page.rows), kind.media_type)
    rows = page.rows.read(authority_axes=ask.format == "geojson")
    about = about_items(ask, page.collection)
    if ask.format == "jsonfg":
        return streamed(write_jsonfg(rows, about, _page_members(ask, page)), kind.media_type)
    return streamed(kind.write(rows, about), kind.media_type)


@router.get(
    "/collections/{collection}/items/{item:path}/versions",
    name="versions",
    summary="Versions of a feature",
)
@answers("json", "html", model=documents.Versions)
def item_versions(ask: Context, query: Annotated[SourceQuery, Query()]) -> Response:
    """All versions of one feature, each with the link that shows it."""
    collection = ask.store.collection(ask.path_params["collection"])
    item_id = ask.path_params["item"]
    own = ask.path.removesuffix("/versions")
    if ON in ask.path_params:  # its versions are of other days
        own = own.replace(
            f"/{dated_name(collection.id, ask.path_params[ON])}/", f"/{collection.id}/"
        )
    found = versions(ask.store, collection.id, item_id, query.source)
    entries = [{**version, "links": _version_links(ask, own, version)} for version in found]
    links = [
        self_link(ask.base, ask.path, ask.query, JSON),
        link(ask.url_for(own), "latest-version", GEOJSON, "As it is"),
    ]
    return ask.answer({"id": item_id, "release": ask.release, "versions": entries, "links": links})


def item_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of one feature. Raises NotFound and Gone where it was not there on the day."""
    page = ask.once(_one)
    headers = {
        "Content-Crs": f"<{page.query.crs.uri}>",
        "Link": link_header(ask.once(_item_links)),
    }
    memento = _memento(ask, page.collection, ask.path_params["item"])
    return headers if memento is None else {**headers, "Memento-Datetime": memento}


@router.get(
    "/collections/{collection}/items/{item:path}",
    name="item",
    summary="One feature",
    responses=GONE,
)
@answers(
    "json",
    "html",
    media={"json": GEOJSON},
    params=item_params,
    headers=item_headers,
    cache=CachePolicy(days=("datetime",), quick=is_quick),
    model=documents.Feature,
)
def item(ask: Context) -> Response:
    """One feature, as it was on the day asked."""
    page = ask.once(_one)
    ask.once(item_headers)  # raises where the feature was not there on the day
    links = dumps({"links": ask.once(_item_links)})
    return ask.encoded(joined_features(page.rows)[:-1] + b"," + links[1:], GEOJSON)


def _one(ask: RequestContext) -> Selection:
    query = items_query(ask.query, ask.store.collection(ask.path_params["collection"]))
    return ask.store.item(query, ask.path_params["item"])


def _item_links(ask: RequestContext) -> list[Link]:
    collection = described(ask.store, ask.path_params)
    return [
        self_link(ask.base, ask.path, ask.query, GEOJSON),
        link(ask.url_for(ask.path, {**ask.query, "f": "html"}), "alternate", HTML, "HTML page"),
        link(ask.url_for(f"/collections/{collection.id}"), "collection", JSON, collection.title),
        link(ask.url_for(f"{ask.path}/versions"), "version-history", JSON, "Its versions"),
    ]


def _memento(ask: RequestContext, collection: Collection, item_id: str) -> str | None:
    """Since when the version shown has held, as an HTTP date; None where no day was asked.

    Raises NotFound and Gone where the feature was not there on the day.
    """
    if "datetime" not in ask.query:
        return None
    when = parse_datetime(ask.query["datetime"])
    known = versions(ask.store, collection.id, item_id, ask.query.get("source"))
    if collection.id != "deposits":
        check_held(known[0], when, f"{item_id} of {collection.id}")
    found = version_on(known, when)
    if found is None or found["valid_from"] is None:
        return None
    day = parse_day(str(found["valid_from"]))
    return format_datetime(datetime(day.year, day.month, day.day, tzinfo=UTC), usegmt=True)


def _version_links(ask: RequestContext, path: str, version: dict[str, object]) -> list[Link]:
    words = {"release": ask.release}
    if version["valid_from"] is not None:
        words["datetime"] = str(version["valid_from"])
    if "control_source" in version and "source" in ask.query:
        words["source"] = ask.query["source"]
    return [link(ask.url_for(path, words), "memento", GEOJSON, "The feature then")]


def _page_links(ask: RequestContext) -> list[Link]:
    """Links of a page, written from its parameters as they were read."""
    page = ask.once(_selected)
    collection = page.query.collection
    links = [
        self_link(ask.base, ask.path, ask.query, MEDIA.get(ask.format, GEOJSON)),
        link(ask.url_for(ask.path, {**ask.query, "f": "html"}), "alternate", HTML, "HTML page"),
        *_standing_links(ask.base, described(ask.store, ask.path_params).id),
    ]
    if page.next_start is not None:
        next_page = _page_url(ask, collection, page.next_start)
        links.append(link(next_page, "next", MEDIA.get(ask.format, GEOJSON)))
    if page.query.start:
        before = max(page.query.start - page.query.limit, 0)
        previous_page = _page_url(ask, collection, before)
        links.append(link(previous_page, "prev", MEDIA.get(ask.format, GEOJSON)))
    return links


def _page_url(ask: RequestContext, collection: str, start: int) -> str:
    """The URL of the page that begins with a row; the cursor pins the release."""
    words = {name: text for name, text in ask.query.items() if name != "release"}
    cursor = cursor_for(ask.query, collection, ask.release, start)
    return ask.url_for(ask.path, {**words, "cursor": cursor})


@lru_cache(maxsize=512)
def _standing_links(base: str, collection: str) -> tuple[Link, ...]:
    """Links every page of a collection has."""
    path = f"/collections/{quote(collection)}"
    return (
        link(url(base, path), "collection", JSON, "The collection"),
        link(url(base, f"{path}/queryables"), rel("queryables"), SCHEMA_JSON),
        link(url(base, f"{path}/sortables"), rel("sortables"), SCHEMA_JSON),
    )
