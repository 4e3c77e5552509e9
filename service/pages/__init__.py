"""Pages for people: which view shows which route, rendered on the server, no script needed."""

from collections.abc import Callable, Mapping
from typing import Any

from service.http.context import Ask
from service.pages import (
    article,
    collections,
    history,
    items,
    landing,
    rasters,
    releases,
    reserves,
    standards,
    styles,
    territories,
    tilesets,
    timelines,
)
from service.pages.api import api_page
from service.pages.problem import problem_page
from service.pages.rendering import render

VIEWS: Mapping[str, Callable[[Ask, Any], str]] = {
    "landing": landing.view,
    "conformance": standards.conformance,
    "functions": standards.functions,
    "collections": collections.collections,
    "collection": collections.collection,
    "queryables": collections.schema,
    "sortables": collections.schema,
    "schema": collections.schema,
    "items": items.view,
    "item": items.item,
    "versions": history.versions,
    "reserves": reserves.view,
    "series": history.series,
    "changes": history.changes,
    "at": history.at,
    "timeline": timelines.view,
    "territories": territories.territories,
    "territory": territories.territory,
    "rasters": rasters.rasters,
    "raster": rasters.raster,
    "raster_point": rasters.point,
    "raster_statistics": rasters.statistics,
    "article": article.view,
    "releases": releases.releases,
    "diff": releases.diff,
    "release": releases.release,
    "styles": styles.styles,
    "dataset.vector.getTileSetsList": tilesets.tilesets,
    "dataset.vector.getTileSet": tilesets.tileset,
    "collection.vector.getTileSetsList": tilesets.tilesets,
    "collection.vector.getTileSet": tilesets.tileset,
    "getTileMatrixSetsList": tilesets.tile_matrix_sets,
    "getTileMatrixSet": tilesets.tile_matrix_set,
}
"""Views by the name of their route. A view is given the document the same path gives as JSON."""
__all__ = ["VIEWS", "api_page", "problem_page", "render"]
