"""How are ground, land and deposits drawn?"""

from typing import Any

from service.styles.expressions import (
    Expression,
    by_zoom,
    match,
    name_in,
    pixels_of_metres,
)
from service.styles.palette import Colours, Palette

Layer = dict[str, Any]
SOURCE = "basemap"
REGULAR, BOLD = ["Lodeline Regular"], ["Lodeline Bold"]
_LINES: Expression = ["==", ["geometry-type"], "LineString"]
_POINTS: Expression = ["==", ["geometry-type"], "Point"]
DISC_ZOOM = 8
"""Where the disc in which a deposit may lie begins to be larger than its mark."""
_RADII: dict[float, object] = {4: 3.0, 7: 5.5, 11: 8.0}
_ABOVE = {"occupied": 4, "contested": 3, "uncertain": 2, "government": 1}


def land(colours: Colours) -> Layer:
    """Land; what no layer covers is sea."""
    return _fill("land", "land", colours["land"])


def water(colours: Colours) -> Layer:
    """Lakes and reservoirs, over control of their shores."""
    return _fill("water", "water", colours["lake"])


def lines(colours: Colours) -> list[Layer]:
    """Rivers, lines between oblasts, borders; those in dispute are dashed."""
    disputed: Expression = ["==", ["get", "disputed"], True]
    return [
        _line("rivers", "rivers", colours["river"], {4: 0.5, 10: 2.2}),
        _line("oblasts", "oblasts", colours["oblast"], {4: 0.4, 10: 1.6})
        | {"minzoom": 4, "filter": _LINES},
        _line("borders", "borders", colours["border"], {2: 0.5, 6: 1.3, 10: 2.6})
        | {"filter": ["!", disputed]},
        _dashed(_line("borders-disputed", "borders", colours["border"], {2: 0.5, 10: 2}))
        | {"filter": disputed},
    ]


def labels(colours: Colours, lang: str) -> list[Layer]:
    """Names of seas, countries, oblasts and places, in a language."""
    large = {"text-transform": "uppercase", "text-letter-spacing": 0.12}
    return [
        _label("sea-names", "seas", _text(colours, "sea_label"), lang, {3: 10, 8: 15})
        | {"maxzoom": 10},
        _label(
            "country-names",
            "countries",
            _text(colours, "faint_label"),
            lang,
            {3: 10, 7: 16},
            **large,
        )
        | {"maxzoom": 8},
        _label(
            "oblast-names", "oblasts", _text(colours, "faint_label"), lang, {6: 10, 9: 14}, **large
        )
        | {"minzoom": 6.5, "maxzoom": 10, "filter": _POINTS},
        _place_names(colours, lang),
    ]


def _place_names(colours: Colours, lang: str) -> Layer:
    """Capitals in bold, larger places first."""
    capital: Expression = ["==", ["get", "capital"], "country"]
    layer = _label("place-names", "places", _text(colours, "label"), lang, {4: 11, 10: 16})
    layer["layout"] |= {
        "text-font": ["case", capital, ["literal", BOLD], ["literal", REGULAR]],
        "symbol-sort-key": ["-", 0, ["to-number", ["get", "population"]]],
        "text-padding": 4,
    }
    return layer


def _fill(name: str, source_layer: str, colour: str) -> Layer:
    return {
        "id": name,
        "type": "fill",
        "source": SOURCE,
        "source-layer": source_layer,
        "paint": {"fill-color": colour},
    }


def _line(name: str, source_layer: str, colour: str, widths: dict[float, object]) -> Layer:
    return {
        "id": name,
        "type": "line",
        "source": SOURCE,
        "source-layer": source_layer,
        "layout": {"line-join": "round"},
        "paint": {"line-color": colour, "line-width": by_zoom(widths)},
    }


def _dashed(layer: Layer) -> Layer:
    return layer | {"paint": {**layer["paint"], "line-dasharray": [3, 2]}}


def _label(
    name: str,
    source_layer: str,
    paint: dict[str, object],
    lang: str,
    sizes: dict[float, object],
    **layout: object,
) -> Layer:
    return {
        "id": name,
        "type": "symbol",
        "source": SOURCE,
        "source-layer": source_layer,
        "layout": {
            "text-field": name_in(lang),
            "text-font": REGULAR,
            "text-size": by_zoom(sizes, base=1),
            "text-max-width": 8,
            **layout,
        },
        "paint": paint,
    }


def _text(colours: Colours, name: str) -> dict[str, object]:
    """Letters of a colour; at sea they need no halo."""
    halo = colours["sea"] if name == "sea_label" else colours["halo"]
    return {"text-color": colours[name], "text-halo-color": halo, "text-halo-width": 1.3}


def control(palette: Palette, valid: Expression) -> list[Layer]:
    """Land under a status: areas that hide all but the outer half of an edge of their colour.

    Cells of different ages meet inside; their borders mean nothing on a day. The edge is a hair,
    for smooth coasts: coast and state border are no front, and are drawn by the base map.
    """
    shared = {"source": "control", "source-layer": "control", "filter": valid}
    opaque = {status: palette.on_land(status) for status in palette.control}
    colour = match("status", opaque, palette.basemap["land"])
    return [
        {**shared, "id": "control-edge", "type": "line", "layout": {"line-join": "round"},
         "paint": {"line-color": colour, "line-width": 1}},
        {**shared, "id": "control", "type": "fill",
         "paint": {"fill-color": colour, "fill-antialias": False}},
    ]  # fmt: skip


def contact_line(palette: Palette, valid: Expression) -> Layer:
    """The front: the edge of occupied land towards free land."""
    return {
        "id": "contact-line",
        "type": "line",
        "source": "contact-line",
        "source-layer": "contact-line",
        "filter": valid,
        "layout": {"line-join": "round", "line-cap": "round"},
        "paint": {
            "line-color": palette.control["occupied"],
            "line-width": by_zoom({4: 1.2, 8: 2.4, 12: 4}),
        },
    }


def deposits(palette: Palette, valid: Expression, lang: str) -> list[Layer]:
    """Discs of uncertain position, marks coloured by verdict, names."""
    shared = {"source": "timelines", "source-layer": "standings", "filter": valid}
    colour = match("verdict", palette.verdict, palette.verdict["unknown"])
    return [
        {**shared, "id": "deposit-discs", "type": "circle", "minzoom": DISC_ZOOM,
         "paint": _disc(colour)},
        {**shared, "id": "deposits", "type": "circle",
         "layout": {"circle-sort-key": match("verdict", _ABOVE, 0)},
         "paint": {
             "circle-color": colour,
             "circle-radius": by_zoom(_RADII),
             "circle-stroke-color": palette.basemap["halo"],
             "circle-stroke-width": 1.2,
         }},
        {**shared, "id": "deposit-names", "type": "symbol", "minzoom": 7,
         "layout": {
             "text-field": name_in(lang),
             "text-font": BOLD,
             "text-size": 12,
             "text-variable-anchor": ["left", "right", "top", "bottom"],
             "text-radial-offset": 0.9,
             "text-justify": "auto",
             "text-max-width": 11,
         },
         "paint": {
             "text-color": palette.basemap["label"],
             "text-halo-color": palette.basemap["halo"],
             "text-halo-width": 1.5,
         }},
    ]  # fmt: skip


def _disc(colour: Expression) -> dict[str, object]:
    return {
        "circle-color": colour,
        "circle-opacity": 0.08,
        "circle-radius": pixels_of_metres("position_uncertainty_m"),
        "circle-stroke-color": colour,
        "circle-stroke-width": 1,
        "circle-stroke-opacity": 0.7,
        "circle-pitch-alignment": "map",
    }
