"""How are the vector tiles drawn in QGIS: the ground with its names, and the land of one day."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement

from geodata.store.choice import Choice
from geodata.store.tilesets import TilesetAbout
from service.qgis.elements import (
    GEOMETRY,
    Letters,
    Properties,
    fill,
    labels,
    line,
    marker,
    reference_system,
    symbol,
    texts,
)
from service.styles.expressions import day_number
from service.styles.palette import Colours, Palette

_LINE, _POINT = "geometry_type(@geometry) = 'Line'", "geometry_type(@geometry) = 'Point'"


@dataclass(frozen=True)
class Drawn:
    """How a source-layer is drawn: kind of symbol and its properties, which features, from where.

    zoom: the first level it is drawn on, -1 for all.
    """

    source_layer: str
    kind: str
    properties: Properties
    where: str = ""
    zoom: int = -1


@dataclass(frozen=True)
class Named:
    """How the features of a source-layer are named."""

    source_layer: str
    letters: Letters
    where: str = ""
    zoom: int = -1


def ground(colours: Colours) -> list[Drawn]:
    """The ground, from land up to borders."""
    disputed = '"disputed" = true'
    return [
        Drawn("land", "fill", fill(colours["land"])),
        Drawn("water", "fill", fill(colours["lake"])),
        Drawn("rivers", "line", line(colours["river"], 0.25)),
        Drawn("oblasts", "line", line(colours["oblast"], 0.25), _LINE, 4),
        Drawn("borders", "line", line(colours["border"], 0.4), f"not ({disputed})"),
        Drawn("borders", "line", line(colours["border"], 0.4, dashed=True), disputed),
        Drawn("places", "marker", marker(colours["label"], colours["halo"], 1.2), zoom=5),
    ]


def names(colours: Colours) -> list[Named]:
    """Names on the ground."""
    halo = colours["halo"]
    faint = Letters(colours["faint_label"], halo, 9)
    return [
        Named("seas", Letters(colours["sea_label"], colours["sea"], 9)),
        Named("countries", faint),
        Named("oblasts", faint, _POINT, 6),
        Named("places", Letters(colours["label"], halo, 8), zoom=4),
    ]


def land(palette: Palette, choice: Choice) -> list[Drawn]:
    """Land by its status on one day, by one source."""
    day = day_number(choice.day)
    held = f'"source" = \'{choice.source}\' and "valid_from" <= {day} and "valid_to" > {day}'
    return [
        Drawn("control", "fill", fill(colour), f"{held} and \"status\" = '{name}'")
        for name, colour in palette.control.items()
    ]


def tile_source(url: str, about: TilesetAbout) -> str:
    """The address of tiles as QGIS keeps it: its own marks are written as they are in a URL."""
    return f"type=xyz&url={quote(url, safe='')}&zmin={about.minzoom}&zmax={about.maxzoom}"


def tile_layer(  # noqa: PLR0913 - all that makes a layer
    layer_id: str,
    title: str,
    source: str,
    drawn: Iterable[Drawn],
    named: Iterable[Named] = (),
    *,
    lang: str = "en",
    opacity: float = 1.0,
) -> Element:
    """A layer of vector tiles; opacity: of the layer as a whole."""
    layer = Element("maplayer", type="vector-tile", styleCategories="AllStyleCategories")
    texts(layer, {"id": layer_id, "datasource": source, "layername": title})
    reference_system(layer, "EPSG:3857", "srs")
    texts(layer, {"provider": "vectortile", "layerOpacity": str(opacity), "blendMode": "0"})
    styles = SubElement(SubElement(layer, "renderer", type="basic"), "styles")
    for own in drawn:
        style = _style(styles, own.source_layer, own.where, own.zoom, GEOMETRY[own.kind])
        symbol(SubElement(style, "symbols"), own.kind, own.properties)
    written = SubElement(SubElement(layer, "labeling", type="basic"), "styles")
    for name in named:
        style = _style(written, name.source_layer, name.where, name.zoom, GEOMETRY["marker"])
        labels(style, name_in(lang), name.letters)
    return layer


def name_in(lang: str) -> str:
    """The name of a feature; the English one where there is none in the language."""
    return '"name_en"' if lang == "en" else f'coalesce("name_{lang}", "name_en")'


def _style(parent: Element, source_layer: str, where: str, zoom: int, geometry: str) -> Element:
    return SubElement(
        parent,
        "style",
        {
            "name": source_layer,
            "layer": source_layer,
            "geometry": geometry,
            "expression": where,
            "enabled": "1",
            "min-zoom": str(zoom),
            "max-zoom": "-1",
        },
    )
