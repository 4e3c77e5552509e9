"""Pages for people: which view shows which route, rendered on the server, no script needed."""

from collections.abc import Callable, Mapping
from typing import Any

from service.http.context import RequestContext
from service.pages import (
    article,
    claims,
    collections,
    history,
    items,
    landing,
    rasters,
    reserves,
    series,
    tiles,
)
from service.pages.landing import api_page, docs_page
from service.pages.rendering import problem_page

VIEWS: Mapping[str, Callable[[RequestContext, Any], str]] = {
    "landing": landing.view,
    "conformance": landing.conformance,
    "functions": landing.functions,
    "collections": collections.collections,
    "collection": collections.collection,
    "queryables": collections.schema,
    "sortables": collections.schema,
    "schema": collections.schema,
    "items": items.view,
    "item": items.item,
    "versions": history.versions,
    "reserves": reserves.view,
    "series": series.series,
    "control_series": series.control_series,
    "changes": history.changes,
    "at": history.at,
    "timeline": history.timeline,
    "claims": claims.view,
    "territories": reserves.territories,
    "territory": reserves.territory,
    "rasters": rasters.rasters,
    "raster": rasters.raster,
    "raster_point": rasters.point,
    "raster_statistics": rasters.statistics,
    "article": article.view,
    "releases": collections.releases,
    "diff": collections.diff,
    "release": collections.release,
    "styles": tiles.styles,
    "dataset.vector.getTileSetsList": tiles.tilesets,
    "dataset.vector.getTileSet": tiles.tileset,
    "collection.vector.getTileSetsList": tiles.tilesets,
    "collection.vector.getTileSet": tiles.tileset,
    "getTileMatrixSetsList": tiles.tile_matrix_sets,
    "getTileMatrixSet": tiles.tile_matrix_set,
}
"""Views by the name of their route. A view is given the document the same path gives as JSON."""
__all__ = ["VIEWS", "api_page", "docs_page", "problem_page"]
