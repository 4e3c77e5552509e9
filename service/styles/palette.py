"""Which colour has what: the palette that styles, the map and the QGIS project share."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import orjson

_FILE = Path(__file__).parent.parent / "static" / "map" / "palette.json"
Colours = Mapping[str, str]


@dataclass(frozen=True)
class Palette:
    """Colours as #rrggbb. opacity: how much a status hides of the land below, 0..1."""

    verdict: Colours
    control: Colours
    opacity: float
    commodity: Colours
    basemap: Colours

    def on_land(self, status: str) -> str:
        """The colour of land under a status: as opaque as land itself."""
        pairs = zip(_parts(self.control[status]), _parts(self.basemap["land"]), strict=True)
        mixed = (round(top * self.opacity + land * (1 - self.opacity)) for top, land in pairs)
        return "#" + "".join(f"{part:02x}" for part in mixed)


@cache
def palettes() -> Mapping[str, Palette]:
    """The palettes by mode: `light` and `dark`."""
    return {mode: _palette(colours) for mode, colours in orjson.loads(_FILE.read_bytes()).items()}


def _palette(colours: dict[str, dict[str, str]]) -> Palette:
    control = {name: text for name, text in colours["control"].items() if name != "opacity"}
    return Palette(
        colours["verdict"],
        control,
        float(colours["control"]["opacity"]),
        colours["commodity"],
        colours["basemap"],
    )


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))
