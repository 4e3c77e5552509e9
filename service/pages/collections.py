"""The pages of the data: all collections, one of them and its schemas, and the releases."""

from collections.abc import Mapping
from typing import Any

from geodata.answers.names import title_of
from geodata.language import LANGUAGES, gettext, language
from geodata.language import gettext_noop as N_
from service.http.context import RequestContext
from service.pages.items import FORMS
from service.pages.rendering import Document, page


def collections(ask: RequestContext, document: Document) -> str:
    """All collections."""
    return page(
        ask,
        "collections.html",
        title=gettext("Data"),
        document=document,
        extents=_extents(document),
    )


def collection(ask: RequestContext, document: Document) -> str:
    """One collection: its columns with meaning and unit, and where to go from here."""
    described = ask.store.collection(ask.path_params["collection"])  # on a day, as on every other
    return page(
        ask,
        "collection.html",
        title=gettext(str(document["title"])),
        document=document,
        columns=described.properties,
        by_source=described.by_source,
        extent=extent(document),
        forms=FORMS,
        tiled=document["id"] in ask.store.tilesets.names(),
    )


def schema(ask: RequestContext, document: Document) -> str:
    """Queryables, sortables or the schema of a collection: a JSON Schema to read."""
    return page(
        ask,
        "schema.html",
        title=_schema_title(ask, document),
        document=document,
        collection=ask.store.collection(ask.path_params["collection"]),
    )


SCHEMAS: Mapping[str, str] = {
    "queryables": N_("queryables"),
    "sortables": N_("sortables"),
    "schema": N_("schema"),
}
"""What a schema of a collection is of, by the end of its path."""


def _schema_title(ask: RequestContext, document: Document) -> str:
    """The title of a schema as it is in English, else after the name of its collection."""
    if language() == LANGUAGES[0]:
        return str(document["title"])
    described = ask.store.collection(ask.path_params["collection"])
    return f"{title_of(described)}: {gettext(SCHEMAS[ask.path.rpartition('/')[2]])}"


def extent(document: Document) -> dict[str, Any]:
    """Bounds, first and last day of a described collection, where it has them."""
    extents = document.get("extent") or {}
    boxes = extents.get("spatial", {}).get("bbox") or [None]
    spans = extents.get("temporal", {}).get("interval") or [[None, None]]
    first, last = ((t or "")[:10] or None for t in spans[0])
    return {"box": boxes[0], "first": first, "last": last, "timed": "temporal" in extents}


def _extents(document: Document) -> dict[str, dict[str, Any]]:
    return {entry["id"]: extent(entry) for entry in document["collections"]}


def releases(ask: RequestContext, document: Document) -> str:
    """All releases, newest first."""
    return page(ask, "releases.html", title=gettext("Releases"), document=document)


def release(ask: RequestContext, document: Document) -> str:
    """One release: its manifest."""
    title = gettext("Release %(release)s", release=document["id"])
    return page(ask, "release.html", title=title, document=document)


def diff(ask: RequestContext, document: Document) -> str:
    """What differs between two releases."""
    title = gettext("From %(first)s to %(last)s", first=document["from"], last=document["to"])
    return page(ask, "diff.html", title=title, document=document)
