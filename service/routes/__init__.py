"""Every path of the service on one screen."""

from geodata.formats.registry import FORMATS
from service.ask import Route
from service.feed import ATOM
from service.item_params import VERSIONS, item_params, items_params
from service.links import SCHEMA_JSON
from service.openapi import OPENAPI_JSON
from service.routes import (
    articles,
    collections,
    control,
    items,
    landing,
    releases,
    reserves,
    standards,
    territories,
)
from service.routes import map as map_page

PAGE = ("json", "html")
GEO = {"json": "application/geo+json"}
SCHEMA = {"json": SCHEMA_JSON}
ALL = (*FORMATS, "html")
MEDIA = {name: kind.media_type for name, kind in FORMATS.items()}
GONE = {"410": "It was no longer there then"}
NOW = ("never",)

TABLE = (
    Route("/", landing.landing, "landing", "What this is", formats=PAGE, days=NOW),
    Route("/conformance", standards.conformance, "conformance", "Conformance classes met",
          formats=PAGE),
    Route("/api", standards.api, "api", "The API's description, OpenAPI 3.0",
          media={"json": OPENAPI_JSON}),
    Route("/api.html", standards.api_html, "api_html", "The same to read", formats=("html",)),
    Route("/functions", standards.functions, "functions", "Functions filters may use",
          formats=PAGE),
    Route("/collections", collections.collections, "collections", "All collections", formats=PAGE),
    Route("/collections/{collection}", collections.collection, "collection", "One collection",
          formats=PAGE),
    Route("/collections/{collection}/queryables", standards.queryables, "queryables",
          "Properties filters may name", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/sortables", standards.sortables, "sortables",
          "Properties that may be sorted by", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/schema", standards.schema, "schema",
          "The schema of a feature", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/items", items.items, "items", "Features of a collection",
          items_params, ALL, ("datetime",), quick=items.is_quick, media=MEDIA, hot=True),
    Route("/collections/{collection}/items/{item:path}/versions", items.item_versions, "versions",
          "Versions of a feature", VERSIONS, PAGE),
    Route("/collections/{collection}/items/{item:path}", items.item, "item", "One feature",
          item_params, PAGE, ("datetime",), quick=items.is_quick, media=GEO, problems=GONE),
    Route("/reserves", reserves.reserves, "reserves", "Reserves in a territory on a day",
          reserves.QUESTION, reserves.FORMATS_OF_RESERVES, ("date",), tag="answers",
          media={**MEDIA, **GEO}),
    Route("/reserves/series", reserves.reserves_series, "series", "Counts through time",
          reserves.SERIES, ("json", "html", "csv"), ("from", "to"), tag="answers"),
    Route("/changes", control.changes, "changes", "Deposits whose verdict changed",
          control.BETWEEN, PAGE, ("to",), tag="answers", media=GEO),
    Route("/changes.atom", control.changes_feed, "feed", "The same as a feed",
          control.BETWEEN, ("atom",), ("to",), tag="answers", media={"atom": ATOM}),
    Route("/control/at", control.at, "at", "Status of a spot", control.AT, PAGE, ("date",),
          tag="answers"),
    Route("/deposits/{deposit}/timeline", control.timeline, "timeline", "A deposit's history",
          control.BY_SOURCE, PAGE, tag="answers"),
    Route("/territories", territories.territories, "territories", "Territories and definitions",
          formats=PAGE, tag="answers"),
    Route("/territories/{territory}", territories.territory, "territory", "A territory on a day",
          territories.ON_DATE, PAGE, ("date",), tag="answers", media=GEO),
    Route("/articles/{day}", articles.articles, "article", "The article it began with",
          formats=PAGE, days=NOW, tag="answers"),
    Route("/map", map_page.map_, "map", "The map through time", formats=("html",), days=NOW,
          tag="tiles"),
    Route("/releases", releases.releases, "releases", "Releases", formats=PAGE, days=NOW,
          state=releases.known, tag="releases"),
    Route("/releases/diff", releases.release_diff, "diff", "What differs between two releases",
          releases.BETWEEN, PAGE, tag="releases"),
    Route("/releases/{release}", releases.release, "release", "Manifest of a release",
          formats=PAGE, tag="releases"),
    Route("/releases/{release}/files/{name}", releases.release_file, "file",
          "A file of a release", tag="releases", media={"json": "application/octet-stream"}),
)  # fmt: skip
"""`days=NOW`: the answer depends on the present day whatever the URL says."""
