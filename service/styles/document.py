"""What is a style: a MapLibre document (version 8) of one release, day, source and language."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from geodata.control.sources import SourceSelection
from geodata.language import gettext_noop as N_
from geodata.store.drawings import TilesetAbout
from service.styles import layers
from service.styles.expressions import valid_on
from service.styles.palette import Palette, palettes

CENTRE, ZOOM = (31.2, 48.6), 5.0
"""Where a map first looks: all of Ukraine, degrees."""
LANGUAGES = ("en", "uk")
SHOWN = ("basemap", "control", "contact-line", "timelines")
"""Tilesets a style draws, as far as the release has them."""


@dataclass(frozen=True)
class StyleKind:
    """One of the styles: its id, title and palette."""

    id: str
    title: str
    mode: str

    @property
    def palette(self) -> Palette:
        """Its colours."""
        return palettes()[self.mode]


KINDS = {
    kind.id: kind
    for kind in (
        StyleKind("lodeline", N_("Lodeline, light"), "light"),
        StyleKind("lodeline-dark", N_("Lodeline, dark"), "dark"),
    )
}


@dataclass(frozen=True)
class Scene:
    """What a style shows: the tilesets there are, whose map of which day, in which language.

    tiles: the URL of the tiles of each tileset. glyphs: the URL of letters.
    """

    release: str
    tilesets: Mapping[str, TilesetAbout]
    tiles: Mapping[str, str]
    glyphs: str
    choice: SourceSelection
    lang: str


def style_document(kind: StyleKind, scene: Scene) -> dict[str, Any]:
    """The style as maps read it; layers of a tileset that is not there are left out."""
    choice = scene.choice
    return {
        "version": 8,
        "name": kind.title,
        "metadata": {
            "lodeline:release": scene.release,
            "lodeline:date": str(choice.day),
            "lodeline:source": choice.source,
            "lodeline:asof": None if choice.asof is None else str(choice.asof),
            "lodeline:language": scene.lang,
        },
        "center": list(CENTRE),
        "zoom": ZOOM,
        "glyphs": scene.glyphs,
        "sources": {name: _source(scene, name) for name in scene.tilesets},
        "layers": _layers(kind.palette, scene),
    }


def _source(scene: Scene, name: str) -> dict[str, Any]:
    """A tileset as a source: what TileJSON says, so that a map need not ask for it."""
    about = scene.tilesets[name]
    return {
        "type": "vector",
        "tiles": [scene.tiles[name]],
        "minzoom": about.minzoom,
        "maxzoom": about.maxzoom,
        "bounds": list(about.bounds),
        # Map clients write it into their page as HTML.
        "attribution": escape(about.attribution),
    }


def _layers(palette: Palette, scene: Scene) -> list[dict[str, Any]]:
    """All layers from the ground up."""
    valid, colours = valid_on(scene.choice.source, scene.choice.day), palette.basemap
    sea = {"id": "sea", "type": "background", "paint": {"background-color": colours["sea"]}}
    drawn_on_sea = [
        layers.land(colours),
        *layers.control(palette, valid),
        layers.water(colours),
        *layers.lines(colours),
        layers.contact_line(palette, valid),
        *layers.labels(colours, scene.lang),
        *layers.deposits(palette, valid, scene.lang),
    ]
    return [sea, *(layer for layer in drawn_on_sea if layer["source"] in scene.tilesets)]
