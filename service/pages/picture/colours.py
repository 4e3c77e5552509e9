"""In which colours is a picture drawn? Those of the map page, from the palette all share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from service.styles.palette import palettes


@dataclass(frozen=True)
class Paint:
    """Colours as #rrggbb. ground: of the paper. beyond: land of other countries."""

    verdict: Mapping[str, str]
    ground: str
    ink: str
    soft: str
    rule: str
    land: str
    beyond: str
    sea: str
    river: str
    oblast: str
    border: str
    faint: str
    sea_label: str
    halo: str
    held: str
    fought: str
    fought_line: str
    line: str
    casing: str
    other: str


def blend(over: str, under: str, share: float) -> str:
    """A share of one colour laid over another, both #rrggbb."""
    pairs = zip(bytes.fromhex(over[1:]), bytes.fromhex(under[1:]), strict=True)
    return "#" + "".join(f"{round(top * share + low * (1 - share)):02x}" for top, low in pairs)


@cache
def paint_of(theme: str) -> Paint:
    """The colours of a theme, `light` or `dark`; shares as `paints` of the page's colours.js."""
    palette, dark = palettes()[theme], theme == "dark"
    base, control = palette.basemap, palette.control
    land = base["land"]
    return Paint(
        verdict=palette.verdict,
        ground="#14181c" if dark else "#fcfbf8",
        ink=base["label"],
        soft=base["faint_label"],
        rule="#333b42" if dark else "#dcd8ce",
        land=land,
        beyond=blend(base["sea"], land, 0.45 if dark else 0.22),
        sea=base["sea"],
        river=base["river"],
        oblast=base["oblast"],
        border=base["border"],
        faint=base["faint_label"],
        sea_label=base["sea_label"],
        halo=base["halo"],
        held=blend(control["occupied"], land, 0.33 if dark else 0.26),
        fought=blend(control["contested"], land, 0.26 if dark else 0.2),
        fought_line=blend(control["contested"], land, 0.75 if dark else 0.62),
        line="#ffd9d3" if dark else "#5c0a16",
        casing="#14181c" if dark else "#fffaf2",
        other="#7fd1e0" if dark else "#00626f",
    )
