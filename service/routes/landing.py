"""What this is and where to go: landing page, conformance, API definition, functions, the map."""

from starlette.responses import Response

from geodata.cql2 import function_descriptions
from service.http.context import RequestContext
from service.http.links import GEOJSON, HTML, JSON, SCHEMA_JSON, Link, link, link_header, rel
from service.ogc import schemas
from service.ogc.conformance import CONFORMS_TO
from service.ogc.openapi import OPENAPI_JSON, document
from service.pages import api_page
from service.pages.map import map_page

TITLE = "Lodeline"
DESCRIPTION = (
    "Which mineral reserves lie in which territory on which day, according to whom, "
    "and how sure we are."
)
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; script-src 'self'; "
    "connect-src 'self'; worker-src blob:; child-src blob:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""As for every page, and what MapLibre needs: workers and pictures it makes itself."""


def landing(ask: RequestContext) -> Response:
    """The landing page in JSON, or to read."""
    links = ask.once(_links)
    return ask.answer({"title": TITLE, "description": DESCRIPTION, "links": links})


def landing_headers(ask: RequestContext) -> dict[str, str]:
    """The links as a header."""
    return {"Link": link_header(ask.once(_links))}


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
        link(ask.url_for("/reserves/series"), "related", JSON, "Counts through time"),
        link(ask.url_for("/changes"), "related", GEOJSON, "Deposits whose verdict changed"),
        link(ask.url_for("/territories"), "related", JSON, "Territories and their definitions"),
        link(ask.url_for("/rasters"), "related", JSON, "Rasters, as tiles and values"),
        link(ask.url_for("/articles/2025-02-25"), "related", JSON, "The article it began with"),
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
        link(ask.url_for("/tileMatrixSets"), rel("tiling-schemes"), JSON, "Grids of tiles"),
    ]


def conformance(ask: RequestContext) -> Response:
    """The conformance classes met."""
    return ask.answer({"conformsTo": list(CONFORMS_TO)})


def api(ask: RequestContext) -> Response:
    """The OpenAPI 3.0 document."""
    return ask.json(_document(ask), OPENAPI_JSON)


def api_html(ask: RequestContext) -> Response:
    """The same to read."""
    return ask.html(api_page(_document(ask)))


def _document(ask: RequestContext) -> dict[str, object]:
    from service.routes import TABLE  # noqa: PLC0415 - the table of routes holds this one too

    return document(TABLE, ask.store, ask.base)


def queryables(ask: RequestContext) -> Response:
    """Properties filters may name, as JSON Schema."""
    return _schema_json(ask, schemas.queryables)


def sortables(ask: RequestContext) -> Response:
    """Properties that may be sorted by, as JSON Schema."""
    return _schema_json(ask, schemas.sortables)


def schema(ask: RequestContext) -> Response:
    """The schema of a feature, as JSON Schema."""
    return _schema_json(ask, schemas.schema)


def _schema_json(ask: RequestContext, make: schemas.Maker) -> Response:
    collection = ask.store.collection(ask.path_params["collection"])
    return ask.answer(make(collection, ask.url_for(ask.path)), SCHEMA_JSON)


def functions(ask: RequestContext) -> Response:
    """Functions filters may use."""
    return ask.answer({"functions": function_descriptions()})


def map_(ask: RequestContext) -> Response:
    """The page; it reads the rest itself."""
    return ask.html(map_page(ask))


def map_headers(_: RequestContext) -> dict[str, str]:
    """The page's own policy."""
    return {"Content-Security-Policy": CSP}
