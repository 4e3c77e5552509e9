"""How is what the map is about drawn: who holds the land, and the deposits with their verdict."""

from service.styles.basemap import BOLD, Layer
from service.styles.expressions import (
    Expression,
    by_zoom,
    match,
    name_in,
    pixels_of_metres,
)
from service.styles.palette import Palette

DISC_ZOOM = 8
"""Where the disc in which a deposit may lie begins to be larger than its mark."""
_RADII: dict[float, object] = {4: 3.0, 7: 5.5, 11: 8.0}
_ABOVE = {"occupied": 4, "contested": 3, "uncertain": 2, "government": 1}


def land(palette: Palette, held: Expression) -> list[Layer]:
    """Land under a status: an edge, and over it areas that hide it but where free land begins.

    Cells of different ages meet inside; their borders mean nothing on a day.
    """
    shared = {"source": "control", "source-layer": "control", "filter": held}
    own = {status: palette.on_land(status) for status in palette.control}
    return [
        {**shared, "id": "control-outline", "type": "line", "layout": {"line-join": "round"},
         "paint": {
             "line-color": match("status", palette.control, palette.verdict["unknown"]),
             "line-width": by_zoom({4: 1.6, 8: 3, 12: 5}),
         }},
        {**shared, "id": "control", "type": "fill",
         "paint": {
             "fill-color": match("status", own, palette.basemap["land"]),
             "fill-antialias": False,
         }},
    ]  # fmt: skip


def deposits(palette: Palette, held: Expression, lang: str) -> list[Layer]:
    """Discs of uncertain position, marks coloured by verdict, names."""
    shared = {"source": "timelines", "source-layer": "standings", "filter": held}
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
