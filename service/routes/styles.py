"""What a map needs: styles as MapLibre reads them, the letters of labels, a project for QGIS."""

import gzip
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

import geodata
from geodata.answers.wording import map_text
from geodata.control.sources import SourceSelection
from geodata.errors import InvalidInput, NotFound
from geodata.interval import today
from geodata.store.base import Store
from service.http.context import JSON, Context, Link, RequestContext, link, self_link
from service.http.downloads import download_name
from service.http.offer import CachePolicy, answers
from service.http.routing import release_router
from service.ogc import documents
from service.params.core import OneOf, ReleaseQuery, Source, Today
from service.qgis.layers import Collections
from service.qgis.project import Project, qgs, qgz
from service.styles.document import KINDS, LANGUAGES, SHOWN, Scene, StyleKind, style_document
from service.styles.palette import palettes

MEDIA = {"pbf": "application/x-protobuf"}
CODE_POINT = re.compile(r"[0-9]{1,5}", re.ASCII)
FOLDER = Path(geodata.__file__).parent / "fonts"
FONTS = {"Lodeline Regular": "regular", "Lodeline Bold": "bold"}
"""Names of font stacks, and what the names of their files begin with."""
RANGE = 256
LAST_RANGE = 65_280
_ABOUT = (
    "Which mineral reserves lie in which territory on which day. It opens on {day}. To move "
    "through time, show the layers \u201cthrough time\u201d in place of those of the day and open "
    "the temporal controller. Tiles are those of release {release}; collections are {items}. "
    "Control on {day} is according to {source}: {behind}. Time ends where its data end. Deposits "
    "of Russia are shown as not known: no source here maps control there."
)

_CURRENT = "those the service has when QGIS asks"
STYLE_JSON = "application/vnd.mapbox.style+json"
"""Named by OGC API Styles (20-009); MapLibre and QGIS read the body whatever its type."""


QGS, QGZ = "application/x-qgis-project", "application/x-qgis-project-container"
"""No type is registered for them; those of QGIS's own packages."""
router = release_router("map")


class StyleQuery(ReleaseQuery):
    """What a map shows."""

    date: Today = None
    source: Source = None
    lang: Annotated[str, OneOf(tuple(LANGUAGES))] = Field(
        "en", description="Language of the names on the map."
    )


class ProjectQuery(StyleQuery):
    """The same in some colours."""

    theme: Annotated[str, OneOf(tuple(palettes()))] = Field(
        "light", description="Colours of the map."
    )


@router.get("/styles", name="styles", summary="Styles of the map")
@answers("json", "html", model=documents.Styles)
def styles(ask: Context) -> Response:
    """All styles."""
    found = [
        {"id": own.id, "title": own.title, "links": _links(ask, own)} for own in KINDS.values()
    ]
    links = [self_link(ask.base, "/styles", ask.query, JSON)]
    return ask.answer({"styles": found, "default": next(iter(KINDS)), "links": links})


@router.get("/styles/{style}", name="style", summary="A style for MapLibre")
@answers(media={"json": STYLE_JSON}, cache=CachePolicy(days=("date",)), model=documents.JsonObject)
def style(ask: Context, query: Annotated[StyleQuery, Query()]) -> Response:
    """One style, for a day, a source and a language."""
    return ask.json(style_document(_kind(ask.path_params["style"]), scene(ask, query)), STYLE_JSON)


def scene(ask: RequestContext, query: StyleQuery) -> Scene:
    """What the words of a request ask to be shown. Raises InvalidInput."""
    store = ask.store
    held = [name for name in SHOWN if name in store.tilesets.names()]
    pinned = {"release": ask.release}
    return Scene(
        release=ask.release,
        tilesets={name: store.tilesets.about(name) for name in held},
        tiles={name: ask.url_for(f"/tiles/{name}/{{z}}/{{x}}/{{y}}", pinned) for name in held},
        glyphs=ask.url_for("/fonts/{fontstack}/{range}.pbf"),
        choice=store.sources.select(query.date or today(), query.source),
        lang=query.lang,
    )


def _kind(name: str) -> StyleKind:
    """A style by its id. Raises NotFound."""
    if name not in KINDS:
        raise NotFound(f"no style {name[:60]!r}; there are {', '.join(KINDS)}")
    return KINDS[name]


def _links(ask: RequestContext, kind: StyleKind) -> list[Link]:
    """The stylesheet, pinned where the question is."""
    pinned: dict[str, Any] = {k: v for k, v in ask.query.items() if k == "release"}
    path = f"/styles/{kind.id}"
    return [
        link(ask.url_for(path, pinned), "stylesheet", STYLE_JSON, kind.title),
        link(ask.url_for(path, {"lang": "uk", **pinned}), "stylesheet", STYLE_JSON,
             f"{kind.title}, names in Ukrainian") | {"hreflang": "uk"},
    ]  # fmt: skip


@router.get("/fonts/{fontstack}/{range}.pbf", name="glyphs", summary="Letters of the map's labels")
@answers("pbf", media=MEDIA, cache=CachePolicy(lasting=True))
def glyphs(ask: Context) -> Response:
    """The glyphs of a font stack, 256 code points at a time."""
    words = ask.path_params
    start = _parse_range(words["range"])
    return ask.encoded(glyph_range(words["fontstack"], start), MEDIA["pbf"])


def glyph_range(stack: str, start: int) -> bytes:
    """The protobuf of the `RANGE` code points from `start` on, of the first known font.

    stack: names joined by commas. A range without letters gives a stack without glyphs, as
    MapLibre asks for ranges by the letters of a label and fails on a status that is no success.
    Raises NotFound for a stack of unknown names, or for what begins no range.
    """
    known = [name for name in (part.strip() for part in stack.split(",")) if name in FONTS]
    if not known:
        fonts = ", ".join(FONTS)
        raise NotFound(f"there is no font {stack[:60]!r}; there are {fonts}", parameter="fontstack")
    if start not in range(0, LAST_RANGE + 1, RANGE):
        wanted = f"{RANGE} code points from a multiple of {RANGE} on, up to {LAST_RANGE}"
        raise NotFound(f"no range of glyphs begins at {start}; ask {wanted}", parameter="range")
    path = range_file(known[0], start)
    return gzip.decompress(path.read_bytes()) if path.is_file() else _empty(known[0], start)


def range_file(name: str, start: int) -> Path:
    """Where the range of a font of `FONTS` lies, gzip; not every range has a file."""
    return FOLDER / f"{FONTS[name]}-{start}.pbf.gz"


def _empty(name: str, start: int) -> bytes:
    """A stack without glyphs in protobuf: glyphs { stacks = 1 }, stack { name = 1, range = 2 }."""
    return _field(1, _field(1, name.encode()) + _field(2, f"{start}-{start + RANGE - 1}".encode()))


def _field(number: int, value: bytes) -> bytes:
    return bytes((number << 3 | 2, len(value))) + value


def _parse_range(text: str) -> int:
    """The first code point of a range written as first and last.

    One word of the path: a pattern of two in one segment would try each hyphen for each.
    """
    start, _, end = text.partition("-")
    whole = all(CODE_POINT.fullmatch(text) for text in (start, end))
    if whole and int(end) - int(start) == RANGE - 1:
        return int(start)
    raise InvalidInput(
        f"the range is {text[:40]!r}; give {RANGE} code points, as 0-{RANGE - 1}",
        parameter="range",
    )


def project_headers(ask: RequestContext, _query: ProjectQuery) -> dict[str, str]:
    """The name of the file."""
    return download_name(f"lodeline.{ask.format}")


@router.get("/map/lodeline.qgs", name="qgs", summary="A project for QGIS")
@answers("qgs", media={"qgs": QGS}, headers=project_headers, cache=CachePolicy(days=("date",)))
def project(ask: Context, query: Annotated[ProjectQuery, Query()]) -> Response:
    """The project as plain XML."""
    return Response(_content(ask, query), media_type=QGS)


@router.get("/map/lodeline.qgz", name="qgz", summary="The same, packed")
@answers("qgz", media={"qgz": QGZ}, headers=project_headers, cache=CachePolicy(days=("date",)))
def packed_project(ask: Context, query: Annotated[ProjectQuery, Query()]) -> Response:
    """The same as QGIS packs it."""
    return Response(qgz(_content(ask, query)), media_type=QGZ)


def _content(ask: RequestContext, query: ProjectQuery) -> bytes:
    shown = scene(ask, query)
    choice, source = shown.choice, ask.store.sources.by_id[shown.choice.source]
    behind = map_text(source, choice.asof, choice.stale_days)
    west, south, east, north = ask.store.facts.outline.bounds
    return qgs(
        Project(
            collections=_collections(ask, shown.choice),
            scene=shown,
            palette=palettes()[query.theme],
            begins=_first_day(ask.store, shown.choice),
            bounds=(west, south, east, north),
            about=_ABOUT.format(
                release=ask.release,
                items="those of the same" if "release" in ask.query else _CURRENT,
                day=shown.choice.day,
                source=source.title,
                behind=behind,
            ),
            behind=behind,
        )
    )


def _collections(ask: RequestContext, choice: SourceSelection) -> Collections:
    """Where QGIS finds the items; they keep to the release where one was asked."""
    return Collections(
        base=ask.base.replace("'", "%27"),
        day=choice.day,
        source=choice.source,
        chosen=choice.source != ask.store.sources.select(choice.day).source,
        release=ask.query.get("release"),
    )


def _first_day(store: Store, choice: SourceSelection) -> date:
    """The first day a source shows any land under a status, or the day asked where it is before."""
    first = store.control.first_cell_day(choice.source)
    return choice.day if first is None else min(first, choice.day)
