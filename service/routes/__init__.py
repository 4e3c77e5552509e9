"""Every path of the service on one screen."""

from dataclasses import replace

from geodata.formats.registry import FORMATS
from service.http.links import SCHEMA_JSON
from service.http.routing import Route
from service.ogc.openapi import OPENAPI_JSON
from service.ogc.tilesets import PMTILES
from service.params.items import VERSIONS, item_params, items_params
from service.params.tiles import DATASET, TILE_MEDIA, is_plain, selects_nothing, tile_params
from service.routes import (
    collections,
    control,
    items,
    landing,
    rasters,
    releases,
    reserves,
    styles,
    tiles,
)
from service.routes import landing as map_page
from service.routes.control import ATOM

PAGE = ("json", "html")
GEO = {"json": "application/geo+json"}
SCHEMA = {"json": SCHEMA_JSON}
ALL = (*FORMATS, "html")
MEDIA = {name: kind.media_type for name, kind in FORMATS.items()}
GONE = {"410": "It was no longer there then"}
NOW = ("never",)
TILED = "/collections/{collection}/tiles"
ZXY, OGC = "/tiles/{layer}/{z}/{x}/{y}", "WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"
_ALSO_AT = {"/api.html": "/docs", "/api": "/openapi.json"}
"""Where FastAPI's applications have the same, so that people and clients look there first."""


def _tile(path: str, name: str, summary: str, formats: tuple[str, ...]) -> Route:
    """A path of tiles: gzip is the one encoding they leave in, as they are kept in it."""
    return Route(path, tiles.tile, name, summary, tile_params, formats, ("datetime",), tag="tiles",
                 hot=True, media=TILE_MEDIA, encodings=("gzip",), quick=is_plain,
                 timeless=selects_nothing, empty="Nothing lies in this tile",
                 tiled=True)  # fmt: skip


TILES = (
    # Before the paths of layers: WebMercatorQuad stands where they have their id.
    replace(_tile(f"/tiles/{OGC}", "dataset.vector.getTile", "A tile of several layers", ("mvt",)),
            handler=tiles.dataset_tile, params=DATASET, quick=lambda _: False),
    _tile(f"{ZXY}.mvt", "mvt", "A Mapbox vector tile", ("mvt",)),
    _tile(f"{ZXY}.pbf", "pbf", "The same", ("mvt",)),
    _tile(f"{ZXY}.mlt", "mlt", "A MapLibre tile", ("mlt",)),
    _tile(ZXY, "tile", "A tile of a layer", ("mvt", "mlt")),
    _tile(f"{TILED}/{OGC}", "collection.vector.getTile", "A tile of a collection", ("mvt", "mlt")),
    Route("/tiles/{layer}.json", tiles.tile_json, "tilejson", "A layer as TileJSON 3.0.0",
          tile_params, tag="tiles", tiled=True),
    Route("/tiles/{layer}.pmtiles", tiles.archive, "pmtiles", "All tiles of a layer",
          formats=("pmtiles",), tag="tiles", media={"pmtiles": PMTILES}, encodings=(),
          others=rasters.PARTS, problems=rasters.RANGES,
          timeless=selects_nothing, tiled=True, headers=tiles.archive_headers),
    Route("/tiles", tiles.dataset_tilesets, "dataset.vector.getTileSetsList",
          "Tilesets of the dataset", DATASET, PAGE, tag="tiles"),
    Route("/tiles/WebMercatorQuad", tiles.dataset_tileset, "dataset.vector.getTileSet",
          "The tileset of the dataset", DATASET, PAGE, tag="tiles"),
    Route(TILED, tiles.collection_tilesets, "collection.vector.getTileSetsList",
          "Tilesets of a collection", tile_params, PAGE, tag="tiles", tiled=True),
    Route(f"{TILED}/WebMercatorQuad", tiles.collection_tileset, "collection.vector.getTileSet",
          "The tileset of a collection", tile_params, PAGE, tag="tiles", tiled=True),
    Route("/tileMatrixSets", tiles.tile_matrix_sets, "getTileMatrixSetsList", "Grids of tiles",
          formats=PAGE, tag="tiles"),
    Route("/tileMatrixSets/{tileMatrixSetId}", tiles.tile_matrix_set_document,
          "getTileMatrixSet", "A grid of tiles", formats=PAGE, tag="tiles"),
)  # fmt: skip

TABLE = (
    Route("/", landing.landing, "landing", "What this is", formats=PAGE, days=NOW,
          headers=landing.landing_headers),
    Route("/conformance", landing.conformance, "conformance", "Conformance classes met",
          formats=PAGE),
    Route("/api", landing.api, "api", "The API's description, OpenAPI 3.0",
          media={"json": OPENAPI_JSON}),
    Route("/api.html", landing.api_html, "api_html", "The same to read", formats=("html",)),
    Route("/functions", landing.functions, "functions", "Functions filters may use",
          formats=PAGE),
    Route("/collections", collections.collections, "collections", "All collections", formats=PAGE),
    Route("/collections/{collection}", collections.collection, "collection", "One collection",
          formats=PAGE),
    Route("/collections/{collection}/queryables", landing.queryables, "queryables",
          "Properties filters may name", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/sortables", landing.sortables, "sortables",
          "Properties that may be sorted by", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/schema", landing.schema, "schema",
          "The schema of a feature", formats=PAGE, media=SCHEMA),
    Route("/collections/{collection}/items", items.items, "items", "Features of a collection",
          items_params, ALL, ("datetime",), quick=items.is_quick, media=MEDIA, hot=True,
          headers=items.items_headers),
    Route("/collections/{collection}/items/{item:path}/versions", items.item_versions, "versions",
          "Versions of a feature", VERSIONS, PAGE),
    Route("/collections/{collection}/items/{item:path}", items.item, "item", "One feature",
          item_params, PAGE, ("datetime",), quick=items.is_quick, media=GEO, problems=GONE,
          headers=items.item_headers),
    Route("/reserves", reserves.reserves, "reserves", "Reserves in a territory on a day",
          reserves.QUESTION, reserves.FORMATS_OF_RESERVES, ("date",), tag="answers",
          media={**MEDIA, **GEO}, headers=reserves.reserves_headers),
    Route("/reserves/series", reserves.reserves_series, "series", "Counts through time",
          reserves.SERIES, ("json", "html", "csv"), ("from", "to"), tag="answers",
          headers=reserves.series_headers),
    Route("/changes", control.changes, "changes", "Deposits whose verdict changed",
          control.BETWEEN, PAGE, ("to",), tag="answers", media=GEO),
    Route("/changes.atom", control.changes_feed, "feed", "The same as a feed",
          control.BETWEEN, ("atom",), ("to",), tag="answers", media={"atom": ATOM}),
    Route("/control/at", control.at, "at", "Status of a spot", control.AT, PAGE, ("date",),
          tag="answers"),
    Route("/deposits/{deposit}/timeline", control.timeline, "timeline", "A deposit's history",
          control.BY_SOURCE, PAGE, tag="answers"),
    Route("/territories", reserves.territories, "territories", "Territories and definitions",
          formats=PAGE, tag="answers"),
    Route("/territories/{territory}", reserves.territory, "territory", "A territory on a day",
          reserves.ON_DATE, PAGE, ("date",), tag="answers", media=GEO),
    Route("/fonts/{fontstack}/{range}.pbf", styles.glyphs, "glyphs",
          "Letters of the map's labels", formats=("pbf",), tag="map", media=styles.MEDIA,
          lasting=True),
    Route("/rasters", rasters.rasters, "rasters", "Rasters", formats=PAGE, tag="tiles"),
    Route("/rasters/{raster}.tif", rasters.download, "raster_file", "A raster as COG",
          formats=("tif",), tag="tiles", media={"tif": rasters.COG}, others=rasters.PARTS,
          problems=rasters.RANGES, headers=rasters.download_headers),
    Route("/rasters/{raster}", rasters.raster, "raster", "One raster, as TileJSON too",
          formats=PAGE, tag="tiles"),
    *(Route(f"/rasters/{{raster}}/tiles/{{z}}/{{x}}/{{row}}.{form}", rasters.tile,
            f"raster_tile_{form}", f"A tile of a raster as {form}", params, (form,),
            tag="tiles", media={form: kind}, others=rasters.EMPTY)
      for form, params, kind in rasters.TILE_FORMS),
    Route("/rasters/{raster}/legend.png", rasters.legend_png, "raster_legend_png",
          "What its colours mean, drawn", rasters.DRAWN, ("png",), tag="tiles",
          media={"png": "image/png"}),
    Route("/rasters/{raster}/legend.json", rasters.legend_json, "raster_legend",
          "What its colours mean", rasters.DRAWN, tag="tiles"),
    Route("/rasters/{raster}/point", rasters.point, "raster_point", "The value at a spot",
          rasters.SPOT, PAGE, tag="tiles"),
    Route("/rasters/{raster}/statistics", rasters.statistics, "raster_statistics",
          "Values in an area", rasters.AREA, PAGE, ("date",), tag="tiles",
          methods=("GET", "POST"), problems=rasters.SENT),
    Route("/articles/{day}", reserves.articles, "article", "The article it began with",
          formats=PAGE, days=NOW, tag="answers"),
    Route("/map", map_page.map_, "map", "The map through time", formats=("html",), days=NOW,
          tag="map", headers=map_page.map_headers),
    Route("/releases", releases.releases, "releases", "Releases", formats=PAGE, days=NOW,
          state=releases.known, tag="releases"),
    Route("/releases/diff", releases.release_diff, "diff", "What differs between two releases",
          releases.BETWEEN, PAGE, tag="releases"),
    Route("/releases/{release}", releases.release, "release", "Manifest of a release",
          formats=PAGE, tag="releases"),
    Route("/releases/{release}/files/{name}", releases.release_file, "file",
          "A file of a release", tag="releases", media={"json": "*/*"},  # each file has its own
          others=rasters.PARTS, problems=rasters.RANGES, headers=releases.file_of_release_headers),
    Route("/styles", styles.styles, "styles", "Styles of the map", formats=PAGE, tag="map"),
    Route("/styles/{style}", styles.style, "style", "A style for MapLibre", styles.OF_STYLE,
          days=("date",), tag="map", media={"json": styles.STYLE_JSON}),
    Route("/map/lodeline.qgs", styles.project, "qgs", "A project for QGIS", styles.PROJECT,
          ("qgs",), ("date",), tag="map", media={"qgs": styles.QGS},
          headers=styles.project_headers),
    Route("/map/lodeline.qgz", styles.packed_project, "qgz", "The same, packed", styles.PROJECT,
          ("qgz",), ("date",), tag="map", media={"qgz": styles.QGZ},
          headers=styles.project_headers),
    *TILES,
)  # fmt: skip
"""`days=NOW`: the answer depends on the present day whatever the URL says."""
ALIASES = tuple(
    replace(route, path=_ALSO_AT[route.path], name=f"{route.name}_alias")
    for route in TABLE
    if route.path in _ALSO_AT
)
