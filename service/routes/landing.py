"""The landing page: what this is and where to go."""

from starlette.responses import Response

from service.http.context import Ask
from service.http.links import GEOJSON, HTML, JSON, Link, link, link_header, rel
from service.ogc.openapi import OPENAPI_JSON

TITLE = "Lodeline"
DESCRIPTION = (
    "Which mineral reserves lie in which territory on which day, according to whom, "
    "and how sure we are."
)


def landing(ask: Ask) -> Response:
    """The landing page in JSON, or to read."""
    links = ask.once(_links)
    return ask.answer({"title": TITLE, "description": DESCRIPTION, "links": links})


def landing_headers(ask: Ask) -> dict[str, str]:
    """The links as a header."""
    return {"Link": link_header(ask.once(_links))}


def _links(ask: Ask) -> list[Link]:
    return [
        link(ask.href("/"), "self", JSON, "This document"),
        link(ask.href("/", {"f": "html"}), "alternate", HTML, "This document to read"),
        link(ask.href("/api"), "service-desc", OPENAPI_JSON, "The API's description"),
        link(ask.href("/api.html"), "service-doc", HTML, "The API's description to read"),
        link(ask.href("/conformance"), "conformance", JSON, "Conformance classes met"),
        link(ask.href("/conformance"), rel("conformance"), JSON, "Conformance classes met"),
        link(ask.href("/collections"), "data", JSON, "The collections"),
        link(ask.href("/collections"), rel("data"), JSON, "The collections"),
        link(ask.href("/functions"), rel("functions"), JSON, "Functions filters may use"),
        link(ask.href("/reserves"), "related", GEOJSON, "The question: reserves in a territory"),
        link(ask.href("/reserves/series"), "related", JSON, "Counts through time"),
        link(ask.href("/changes"), "related", GEOJSON, "Deposits whose verdict changed"),
        link(ask.href("/territories"), "related", JSON, "Territories and their definitions"),
        link(ask.href("/rasters"), "related", JSON, "Rasters, as tiles and values"),
        link(ask.href("/articles/2025-02-25"), "related", JSON, "The article it began with"),
        link(ask.href("/styles"), rel("styles"), JSON, "Styles of the map"),
        link(ask.href("/releases"), "version-history", JSON, "Releases"),
        *_tile_links(ask),
    ]


def _tile_links(ask: Ask) -> list[Link]:
    """The tilesets and their grid; none where the release was made before there were any."""
    if not ask.store.tilesets.names():
        return []
    return [
        link(ask.href("/tiles"), rel("tilesets-vector"), JSON, "Vector tiles"),
        link(ask.href("/tileMatrixSets"), rel("tiling-schemes"), JSON, "Grids of tiles"),
    ]
