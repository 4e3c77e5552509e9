"""The collections, and one of them."""

from starlette.responses import Response

from geodata.catalogue import Collection
from geodata.crs import CRS84_URI
from geodata.store.embedded import EmbeddedStore
from service.ask import Ask
from service.links import JSON, collection_links, link


def collections(ask: Ask) -> Response:
    """All collections."""
    return ask.json(
        {
            "links": [link(ask.href("/collections"), "self", JSON, "This document")],
            "collections": [_described(ask, c) for c in ask.store.collections()],
        }
    )


def collection(ask: Ask) -> Response:
    """One collection, as it is described among all."""
    return ask.json(_described(ask, ask.store.collection(ask.path_words["collection"])))


def _described(ask: Ask, found: Collection) -> dict[str, object]:
    return {
        "id": found.id,
        "title": found.title,
        "description": found.description,
        "itemType": "feature",
        "extent": _extent(ask.store, found.id),
        "crs": [CRS84_URI],
        "links": collection_links(ask.base, found.id),
    }


def _extent(store: EmbeddedStore, name: str) -> dict[str, object]:
    extent: dict[str, object] = {}
    bounds = store.extent(name)
    if bounds is not None:
        extent["spatial"] = {"bbox": [list(bounds)], "crs": CRS84_URI}
    first, last = store.days(name)
    if first is not None:
        begins = f"{first}T00:00:00Z"
        ends = None if last is None else f"{last}T23:59:59Z"
        extent["temporal"] = {"interval": [[begins, ends]]}
    return extent
