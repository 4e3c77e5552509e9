"""What this is and where to go: landing page, conformance, API definition, functions, the map."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from geodata.cql2 import function_descriptions
from geodata.language import gettext_noop as N_
from service.http.context import (
    GEOJSON,
    HTML,
    JSON,
    Context,
    Link,
    RequestContext,
    link,
    link_header,
    rel,
)
from service.http.files import version
from service.http.offer import FOLLOWS_TODAY, CachePolicy, answers
from service.http.routing import release_router
from service.ogc import documents
from service.ogc.conformance import CONFORMS_TO
from service.ogc.openapi import OPENAPI_JSON, openapi_30
from service.pages import api_page, docs_page
from service.pages.map import map_page
from service.params.map_state import MapState

TITLE = "Lodeline"
DESCRIPTION = N_(
    "Which mineral reserves lie in which territory on a date, according to which source, "
    "and how certain that is."
)
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; script-src 'self'; "
    "connect-src 'self'; worker-src blob:; child-src blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""As for every page, and what MapLibre needs: workers and pictures it makes itself."""
DOCS_CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


router = release_router()


def landing_headers(ask: RequestContext) -> dict[str, str]:
    """The links as a header."""
    return {"Link": link_header(ask.once(_links))}


@router.get("/", name="landing", tags=["data"], summary="What this is")
@answers(
    "json",
    "html",
    headers=landing_headers,
    cache=CachePolicy(days=FOLLOWS_TODAY),
    model=documents.Landing,
)
def landing(ask: Context) -> Response:
    """The landing page in JSON, or to read."""
    links = ask.once(_links)
    return ask.answer({"title": TITLE, "description": DESCRIPTION, "links": links})


def _links(ask: RequestContext) -> list[Link]:
    return [
        link(ask.url_for("/"), "self", JSON, "This document"),
        link(ask.url_for("/", {"f": "html"}), "alternate", HTML, "This document to read"),
        link(ask.url_for("/api"), "service-desc", OPENAPI_JSON, "The API's description"),
        link(ask.url_for("/api.html"), "service-doc", HTML, "The API's description to read"),
        link(ask.url_for("/conformance"), "conformance", JSON, "Conformance classes met"),
        link(ask.url_for("/conformance"), rel("conformance"), JSON, "Conformance classes met"),
        link(ask.url_for("/collections"), "data", JSON, "The collections"),
        link(ask.url_for("/collections"), rel("data"), JSON, "The collections"),
        link(ask.url_for("/functions"), rel("functions"), JSON, "Functions filters may use"),
        link(ask.url_for("/reserves"), "related", GEOJSON, "The question: reserves in a territory"),
        link(ask.url_for("/reserves/series"), "related", JSON, "Counts over time"),
        link(ask.url_for("/changes"), "related", GEOJSON, "Deposits whose verdict changed"),
        link(ask.url_for("/territories"), "related", JSON, "Territories and their definitions"),
        link(ask.url_for("/claims"), "related", JSON, "Public claims beside our count"),
        link(ask.url_for("/rasters"), "related", JSON, "Rasters, as tiles and values"),
        link(ask.url_for("/articles/2025-02-25"), "related", JSON, "The article it began with"),
        link(ask.url_for("/map"), "related", HTML, "The map"),
        link(ask.url_for("/picture.png"), "preview", "image/png", "A picture of the map"),
        link(ask.url_for("/embed"), "related", HTML, "The map, to frame on a page of yours"),
        link(ask.url_for("/styles"), rel("styles"), JSON, "Styles of the map"),
        link(ask.url_for("/releases"), "version-history", JSON, "Releases"),
        *_tile_links(ask),
    ]


def _tile_links(ask: RequestContext) -> list[Link]:
    """The tilesets and their grid; none where the release was made before there were any."""
    if not ask.store.tilesets.names():
        return []
    return [
        link(ask.url_for("/tiles"), rel("tilesets-vector"), JSON, "Vector tiles"),
        link(ask.url_for("/tileMatrixSets"), rel("tiling-schemes"), JSON, "Tile grids"),
    ]


@router.get("/conformance", name="conformance", tags=["data"], summary="Conformance classes met")
@answers("json", "html", model=documents.Conformance)
def conformance(ask: Context) -> Response:
    """The conformance classes met."""
    return ask.answer({"conformsTo": list(CONFORMS_TO)})


@router.get("/api", name="api", tags=["data"], summary="The API's description, OpenAPI 3.0")
@answers("json", "html", media={"json": OPENAPI_JSON}, model=documents.JsonObject)
def api(ask: Context, request: Request) -> Response:
    """The OpenAPI 3.0 document, or to read."""
    document = openapi_30(request.app, ask.store, ask.base)
    return (
        ask.html(api_page(ask, document))
        if ask.format == "html"
        else ask.json(document, OPENAPI_JSON)
    )


@router.get("/openapi.json", name="api_alias", include_in_schema=False)
@answers(media={"json": OPENAPI_JSON})
def api_alias(ask: Context, request: Request) -> Response:
    """The document where FastAPI's applications have theirs, as JSON whoever asks."""
    return ask.json(openapi_30(request.app, ask.store, ask.base), OPENAPI_JSON)


@router.get("/api.html", name="api_html", tags=["data"], summary="The same to read")
@answers("html")
def api_html(ask: Context, request: Request) -> Response:
    """The same to read."""
    return ask.html(api_page(ask, openapi_30(request.app, ask.store, ask.base)))


@router.get("/functions", name="functions", tags=["data"], summary="Functions filters may use")
@answers("json", "html", model=documents.Functions)
def functions(ask: Context) -> Response:
    """Functions filters may use."""
    return ask.answer({"functions": function_descriptions()})


def docs_headers(_: RequestContext) -> dict[str, str]:
    """The page's own policy: it reads the document, and asks what a reader tries."""
    return {"Content-Security-Policy": DOCS_CSP}


@router.get("/docs", name="docs", include_in_schema=False)
@answers("html", headers=docs_headers)
def docs(ask: Context, request: Request) -> Response:
    """Swagger UI over the document; the page of `/api.html` where its package is not installed."""
    assets = {name: version(name) for name in ("swagger-ui-bundle.js", "swagger-ui.css")}
    if None in assets.values():
        return ask.html(api_page(ask, openapi_30(request.app, ask.store, ask.base)))
    return ask.html(docs_page(ask, assets))


def map_headers(_: RequestContext, _query: MapState) -> dict[str, str]:
    """The page's own policy."""
    return {"Content-Security-Policy": CSP}


@router.get("/map", name="map", summary="The map through time", tags=["map"])
@answers("html", headers=map_headers, cache=CachePolicy(days=FOLLOWS_TODAY))
def map_(ask: Context, query: Annotated[MapState, Query()]) -> Response:
    """The page; it reads the rest itself. Its state stands behind `?` or `#`."""
    return ask.html(map_page(ask, query))
