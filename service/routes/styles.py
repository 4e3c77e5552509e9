"""The styles of the map, as OGC API Styles lists them and MapLibre reads them."""

from typing import Any

from starlette.responses import Response

from geodata.errors import NotFound
from service.http.context import Ask
from service.http.links import JSON, Link, link, self_link
from service.params.core import Param, parse_choice, parse_date
from service.routes.reserves import DAY, SOURCE
from service.styles.document import KINDS, LANGUAGES, SHOWN, Scene, StyleKind, style_document

STYLE_JSON = "application/vnd.mapbox.style+json"
"""Named by OGC API Styles (20-009); MapLibre and QGIS read the body whatever its type."""
LANG = Param("lang", {"type": "string", "enum": list(LANGUAGES), "default": "en"},
             "Language of the names on the map.")  # fmt: skip
OF_STYLE = (Param("date", DAY, "Day; today where none is given."), SOURCE, LANG)


def styles(ask: Ask) -> Response:
    """All styles."""
    found = [
        {"id": own.id, "title": own.title, "links": _links(ask, own)} for own in KINDS.values()
    ]
    links = [self_link(ask.base, "/styles", ask.words, JSON)]
    return ask.answer({"styles": found, "default": next(iter(KINDS)), "links": links})


def style(ask: Ask) -> Response:
    """One style, for a day, a source and a language."""
    return ask.json(style_document(_kind(ask.path_words["style"]), scene(ask)), STYLE_JSON)


def scene(ask: Ask) -> Scene:
    """What the words of a request ask to be shown. Raises InvalidInput."""
    store = ask.store
    held = [name for name in SHOWN if name in store.tilesets.names()]
    pinned = {"release": ask.release}
    return Scene(
        release=ask.release,
        tilesets={name: store.tilesets.about(name) for name in held},
        tiles={name: ask.href(f"/tiles/{name}/{{z}}/{{x}}/{{y}}", pinned) for name in held},
        glyphs=ask.href("/fonts/{fontstack}/{range}.pbf"),
        choice=store.book.choose(parse_date(ask.words), ask.words.get("source")),
        lang=parse_choice(ask.words, "lang", LANGUAGES, "en"),
    )


def _kind(name: str) -> StyleKind:
    """A style by its id. Raises NotFound."""
    if name not in KINDS:
        raise NotFound(f"no style {name[:60]!r}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _links(ask: Ask, kind: StyleKind) -> list[Link]:
    """The stylesheet, pinned where the question is."""
    pinned: dict[str, Any] = {k: v for k, v in ask.words.items() if k == "release"}
    path = f"/styles/{kind.id}"
    return [
        link(ask.href(path, pinned), "stylesheet", STYLE_JSON, kind.title),
        link(ask.href(path, {"lang": "uk", **pinned}), "stylesheet", STYLE_JSON,
             f"{kind.title}, names in Ukrainian") | {"hreflang": "uk"},
    ]  # fmt: skip
