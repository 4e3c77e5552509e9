"""Which XML do layers of a QGIS project share: coordinate systems, symbols, letters.

Everything is built as elements, so that whatever stands in a text or an address is escaped. What
QGIS 3.22 and later take as a default is left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

GEOMETRY = {"marker": "0", "line": "1", "fill": "2"}
"""QGIS's number of the geometry a kind of symbol draws."""
_CLASS = {"marker": "SimpleMarker", "line": "SimpleLine", "fill": "SimpleFill"}
_SRSID = {"EPSG:3857": "3857", "EPSG:4326": "3452"}
"""QGIS's own numbers: without one it does not look at the code."""
Properties = Mapping[str, str]


def rgba(colour: str) -> str:
    """`#rrggbb` as QGIS writes it: red,green,blue,alpha of 255."""
    red, green, blue = bytes.fromhex(colour[1:])
    return f"{red},{green},{blue},255"


def texts(parent: Element, values: Mapping[str, str]) -> None:
    """A child with text for each value."""
    for tag, text in values.items():
        SubElement(parent, tag).text = text


def reference_system(parent: Element, code: str, tag: str | None = None) -> None:
    """A coordinate system by its code; QGIS knows the rest."""
    place = SubElement(parent, tag) if tag else parent
    system = SubElement(place, "spatialrefsys")
    texts(system, {"srsid": _SRSID[code], "authid": code})


def box(parent: Element, tag: str, bounds: tuple[float, float, float, float]) -> None:
    """West, south, east, north."""
    names = ("xmin", "ymin", "xmax", "ymax")
    texts(SubElement(parent, tag), {n: repr(v) for n, v in zip(names, bounds, strict=True)})


def symbol(parent: Element, kind: str, properties: Properties, name: str = "0") -> None:
    """A symbol of one layer. kind: marker, line or fill."""
    found = SubElement(parent, "symbol", type=kind, name=name, alpha="1", clip_to_extent="1")
    layer = SubElement(found, "layer", {"class": _CLASS[kind], "enabled": "1", "pass": "0"})
    options(layer, properties)


def options(parent: Element, properties: Properties) -> None:
    """Properties as QGIS's map of options."""
    held = SubElement(parent, "Option", type="Map")
    for name, value in properties.items():
        SubElement(held, "Option", type="QString", name=name, value=value)


def fill(colour: str) -> Properties:
    """An area; its edge has its colour, so that none shows where two areas meet."""
    return {
        "color": rgba(colour),
        "style": "solid",
        "outline_style": "solid",
        "outline_color": rgba(colour),
        "outline_width": "0.1",
    }


def line(colour: str, width_mm: float, *, dashed: bool = False) -> Properties:
    """A line."""
    return {
        "line_color": rgba(colour),
        "line_width": str(width_mm),
        "line_style": "dash" if dashed else "solid",
        "joinstyle": "round",
    }


def marker(colour: str, outline: str, size_mm: float) -> Properties:
    """A round mark with a rim."""
    return {
        "name": "circle",
        "color": rgba(colour),
        "outline_color": rgba(outline),
        "outline_width": "0.3",
        "size": str(size_mm),
    }


def categories(
    parent: Element, attribute: str, kind: str, found: Iterable[tuple[str, str, Properties]]
) -> None:
    """A symbol for each value of an attribute or expression: value, label, properties."""
    rows = list(found)
    renderer = SubElement(
        parent, "renderer-v2", type="categorizedSymbol", attr=attribute, symbollevels="1"
    )
    listed, drawn = SubElement(renderer, "categories"), SubElement(renderer, "symbols")
    for number, (value, label, properties) in enumerate(rows):
        SubElement(listed, "category", value=value, label=label, symbol=str(number), render="true")
        symbol(drawn, kind, properties, str(number))


@dataclass(frozen=True)
class Letters:
    """How names are written: colour, its halo, size, weight."""

    colour: str
    halo: str
    size_pt: float
    bold: bool = False


def labels(parent: Element, field: str, letters: Letters) -> None:
    """Labels of an expression."""
    settings = SubElement(parent, "settings", calloutType="simple")
    style = SubElement(
        settings,
        "text-style",
        fieldName=field,
        isExpression="1",
        fontSize=str(letters.size_pt),
        fontSizeUnit="Point",
        fontWeight="75" if letters.bold else "50",
        textColor=rgba(letters.colour),
        textOpacity="1",
    )
    SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.7",
        bufferSizeUnits="MM",
        bufferColor=rgba(letters.halo),
        bufferOpacity="1",
    )
    SubElement(settings, "placement", placement="0", dist="1", distUnits="MM", priority="5")
