"""The pages of tiles: tilesets of a collection or of all, one of them, and the grid they lie on."""

from geodata.answers.names import title_of
from geodata.language import gettext
from service.http.context import RequestContext
from service.pages.rendering import Document, page
from service.styles.document import KINDS


def tilesets(ask: RequestContext, document: Document) -> str:
    """The tilesets of a collection, or of the dataset."""
    title = gettext("Tiles: %(layers)s", layers=_of(ask))
    return page(ask, "tilesets.html", title=title, document=document)


def tileset(ask: RequestContext, document: Document) -> str:
    """One tileset: its layers, their properties, and how to fetch it."""
    links = document["links"]
    return page(
        ask,
        "tileset.html",
        title=gettext("Tiles: %(layers)s", layers=_of(ask)),
        document=document,
        tiles=next(entry["href"] for entry in links if entry.get("templated")),
        links=[entry for entry in links if not entry.get("templated")],
        collection=ask.path_params.get("collection"),
    )


def tile_matrix_sets(ask: RequestContext, document: Document) -> str:
    """The grids there are."""
    return page(ask, "grids.html", title=gettext("Tile grids"), document=document)


def tile_matrix_set(ask: RequestContext, document: Document) -> str:
    """One grid, level by level."""
    return page(ask, "grid.html", title=str(document["id"]), document=document)


def _of(ask: RequestContext) -> str:
    """What the tiles show."""
    if "collection" in ask.path_params:
        return title_of(ask.store.collection(ask.path_params["collection"]))
    return ask.query.get("collections", gettext("all collections")).replace(",", ", ")


def styles(ask: RequestContext, document: Document) -> str:
    """All styles."""
    palettes = {kind.id: kind.palette for kind in KINDS.values()}
    return page(
        ask, "styles.html", title=gettext("Map styles"), document=document, palettes=palettes
    )
