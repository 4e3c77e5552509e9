"""How are collections drawn in QGIS: land and deposits that follow its temporal controller."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from service.qgis.elements import (
    Letters,
    categories,
    fill,
    labels,
    marker,
    reference_system,
    texts,
)
from service.qgis.tiles import name_in
from service.styles.palette import Palette

PAGE_SIZE = 1000
HALF_OPEN = "0"
"""QGIS's number of intervals without their end (IncludeBeginExcludeEnd)."""
FROM_FIELDS = "2"
"""QGIS's number of features with start and end in fields."""
_SHARE = """CASE WHEN "share" >= 0.95 THEN "status" WHEN "share" > 0.05 THEN 'uncertain' END"""
_STATUS = {
    "government": "held by the government (95 % or more of where it may lie)",
    "unknown": "no source speaks, or the position is not known well enough",
    "occupied": "occupied (95 % or more)",
    "contested": "contested (95 % or more)",
    "uncertain": "in part, 5 to 95 %",
}
_VERDICT = {
    "government": "held by the government",
    "unknown": "not known",
    "occupied": "occupied",
    "contested": "contested",
    "uncertain": "uncertain",
}


@dataclass(frozen=True)
class Items:
    """Items of a collection. source: whose, None where the collection is of no source."""

    base: str
    collection: str
    source: str | None = None

    @property
    def address(self) -> str:
        """As QGIS keeps it; what is not in view is not asked for."""
        only = f" filter='\"source\" = \\'{self.source}\\''" if self.source else ""
        return (
            f" url='{self.base}' typename='{self.collection}' pagingEnabled='true' "
            f"pageSize='{PAGE_SIZE}' restrictToRequestBBOX='1'{only}"
        )


def land_layer(layer_id: str, title: str, items: Items, palette: Palette) -> Element:
    """Land under a status, through time."""
    layer = _layer(layer_id, title, items, "Polygon", palette.opacity)
    _temporal(layer)
    categories(layer, "status", "fill", (
        (status, status, fill(colour))
        for status, colour in palette.control.items()
    ))  # fmt: skip
    return layer


def spans_layer(layer_id: str, title: str, items: Items, palette: Palette) -> Element:
    """Deposits through time, coloured by who holds where they may lie."""
    layer = _layer(layer_id, title, items, "Point")
    _temporal(layer)
    categories(layer, _SHARE, "marker", (
        (status, label, marker(palette.verdict[status], palette.basemap["halo"], 2.6))
        for status, label in _STATUS.items()
    ))  # fmt: skip
    return layer


def deposits_layer(layer_id: str, title: str, items: Items, palette: Palette, lang: str) -> Element:
    """Deposits by their verdict of the present day, with names."""
    layer = _layer(layer_id, title, items, "Point")
    layer.set("labelsEnabled", "1")
    categories(layer, "control", "marker", (
        (verdict, label, marker(palette.verdict[verdict], palette.basemap["halo"], 2.6))
        for verdict, label in _VERDICT.items()
    ))  # fmt: skip
    ground = palette.basemap
    written = Letters(ground["label"], ground["halo"], 8, bold=True)
    labels(SubElement(layer, "labeling", type="simple"), name_in(lang), written)
    return layer


def _layer(layer_id: str, title: str, items: Items, geometry: str, opacity: float = 1.0) -> Element:
    layer = Element(
        "maplayer", type="vector", geometry=geometry, styleCategories="AllStyleCategories"
    )
    texts(layer, {"id": layer_id, "datasource": items.address, "layername": title})
    reference_system(layer, "EPSG:4326", "srs")
    SubElement(layer, "provider", encoding="").text = "OAPIF"
    texts(layer, {"layerOpacity": str(opacity), "blendMode": "0"})
    return layer


def _temporal(layer: Element) -> None:
    """Shown on the days from `valid_from` to the one before `valid_to`; open where it is empty."""
    SubElement(
        layer,
        "temporal",
        enabled="1",
        mode=FROM_FIELDS,
        startField="valid_from",
        endField="valid_to",
        limitMode=HALF_OPEN,
        durationUnit="d",
        fixedDuration="0",
        accumulate="0",
    )
