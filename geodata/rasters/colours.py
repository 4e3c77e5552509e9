"""Which colours do values have: ramps, scales, the legend, PNGs with a palette?"""

import math
import re
import struct
import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from geodata.errors import InvalidInput
from geodata.rasters.lettering import INKS, Letter, can_write, text_ink
from geodata.types import Mask
from schemas import Raster

Colours = npt.NDArray[np.uint8]
STEPS = 255
"""Colours of a ramp; with the one for nothing they fill a palette of 256."""
_STOPS: dict[str, tuple[str, ...]] = {
    # Lightness runs one way in each, so that they are told apart without seeing hues.
    "dusk": ("2b1550ff", "6a2c80ff", "b4476bff", "e5794cff", "f6bb58ff", "fdf3b8ff"),
    "glow": ("fde9a900", "fac766e0", "ef8f3df0", "d2522dff", "9c2138ff", "4d1036ff"),
    "tide": ("eef6f5ff", "b9dde0ff", "6fb6c8ff", "3586a8ff", "1c567fff", "0f2a4cff"),
    "moss": ("f5f6e3ff", "cfdf9fff", "92bd68ff", "4f9350ff", "226445ff", "0d3330ff"),
    "ash": ("f4f3f1ff", "c9c7c4ff", "99979aff", "6a696fff", "3f4047ff", "191a20ff"),
}
RAMPS = tuple(_STOPS)
DEFAULT_RAMP = "tide"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PALETTE_KIND = 3
"""Colour type of indexed colours in the IHDR of a PNG."""
LEVEL = 5
"""How hard pictures are compressed, of zlib's 0 to 9."""
RESCALES = ("default", "full")
EPOCH = date(1970, 1, 1)
BAR, MARGIN, TALL = 480, 40, 22
PAPER, INK = 256 - INKS, 255
"""Numbers of colours: from paper to ink; those before them are the ramp's."""
_POWER = re.compile(r"(?<=[m\u043c])[23]\b")
"""The 2 of km2 and the 3 of m3, in Latin or Cyrillic letters."""


@cache
def ramp(name: str) -> Colours:
    """The colours of a ramp, (STEPS, 4) RGBA from low to high. Raises InvalidInput."""
    if name not in _STOPS:
        raise InvalidInput(
            f"colormap is {name[:30]!r}; give one of {', '.join(RAMPS)}", parameter="colormap"
        )
    stops = np.array([list(bytes.fromhex(stop)) for stop in _STOPS[name]], dtype=float)
    at = np.linspace(0, len(stops) - 1, STEPS)
    channels = [np.interp(at, np.arange(len(stops)), channel) for channel in stops.T]
    return np.asarray(np.stack(channels, axis=-1).round(), dtype=np.uint8)


def palette(name: str) -> Colours:
    """The ramp with transparent nothing before it, (256, 4): number 0 is no value."""
    return np.vstack([np.zeros((1, 4), dtype=np.uint8), ramp(name)])


def palette_numbers(
    values: npt.NDArray[np.generic], valid: Mask, ends: tuple[float, float]
) -> Colours:
    """Each value's number in the palette, of the shape of values; beyond the ends that of the end.

    valid: which cells hold a value; the others get 0. ends: values at the ends of the ramp.
    """
    low, high = ends
    span = high - low if high > low else 1.0
    plain = np.where(valid, values, low).astype(float)  # what nodata is must not overflow
    steps = np.clip((plain - low) / span * (STEPS - 1), 0, STEPS - 1).round() + 1
    return np.where(valid, steps, 0).astype(np.uint8)


def png(numbers: npt.NDArray[np.uint8], colours: npt.NDArray[np.uint8]) -> bytes:
    """A PNG (ISO/IEC 15948) with a palette: a tile has a fifth of its bytes in true colour.

    numbers: (height, width) numbers of colours. colours: (n <= 256, 4) RGBA.
    """
    height, width = numbers.shape
    lines = np.zeros((height, width + 1), dtype=np.uint8)  # each begins with its filter: none
    lines[:, 1:] = numbers
    head = struct.pack(">IIBBBBB", width, height, 8, PALETTE_KIND, 0, 0, 0)
    return SIGNATURE + b"".join(
        (
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", colours[:, :3].tobytes()),
            _chunk(b"tRNS", colours[:, 3].tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), LEVEL)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)  # over type and data, not over the length
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


@dataclass(frozen=True)
class Scale:
    """How values become colours: the ramp's name, and the values at its ends."""

    colours: str
    low: float
    high: float

    @property
    def ends(self) -> tuple[float, float]:
        """Values at the ends."""
        return self.low, self.high


@dataclass(frozen=True)
class Stop:
    """A labelled value, 0..1 along the ramp, and its colour `#rrggbb` or `#rrggbbaa`."""

    value: float
    at: float
    label: str
    colour: str


def scale_of(raster: Raster, colours: str | None = None, rescale: str | None = None) -> Scale:
    """The scale asked for by names; the raster's own where none is named. Raises InvalidInput."""
    name = colours or raster.ramp
    ramp(name)
    if rescale not in {None, *RESCALES}:
        raise InvalidInput(
            f"rescale is {str(rescale)[:30]!r}; give one of {', '.join(RESCALES)}",
            parameter="rescale",
        )
    low, high = raster.value_range
    if rescale == "full" and raster.minimum is not None and raster.maximum is not None:
        low, high = raster.minimum, raster.maximum
    return Scale(name, low, high if high > low else low + 1)


def stops(raster: Raster, scale: Scale) -> tuple[Stop, ...]:
    """Round values along the ramp with their labels and colours."""
    ticks = _days(scale) if raster.reading == "days" else _numbers(scale)
    span, (low, high) = scale.high - scale.low, beyond(raster, scale)
    signs = {scale.low: "≤" if low else "", scale.high: "≥" if high else ""}
    return tuple(
        Stop(value, (value - scale.low) / span, signs.get(value, "") + label,
             colour_at(scale, value))
        for value, label in ticks
    )  # fmt: skip


def colour_at(scale: Scale, value: float) -> str:
    """The colour of a value as CSS writes it."""
    at = round((min(max(value, scale.low), scale.high) - scale.low) / (scale.high - scale.low)
               * (STEPS - 1))  # fmt: skip
    red, green, blue, alpha = ramp(scale.colours)[at].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}" + (f"{alpha:02x}" if alpha < 255 else "")


def day_of(value: float) -> date | None:
    """The day a number of days stands for; None beyond the calendar."""
    try:
        return EPOCH + timedelta(days=round(value))
    except (OverflowError, ValueError):
        return None


def beyond(raster: Raster, scale: Scale) -> tuple[bool, bool]:
    """Whether there are values below the low end, and above the high end."""
    low = raster.minimum is not None and raster.minimum < scale.low
    return low, raster.maximum is not None and raster.maximum > scale.high


def legend_png(raster: Raster, scale: Scale) -> bytes:
    """The ramp with its labels as a picture, on paper of its own."""
    unit = "" if raster.reading == "days" else _POWER.sub(_raised, raster.unit)
    head = text_ink(unit) if unit and can_write(unit) else None
    top = 8 + (0 if head is None else head.shape[0] + 6)
    canvas = np.full((top + TALL + 30, BAR + 2 * MARGIN), PAPER, dtype=np.uint8)
    if head is not None:
        _put(canvas, head, 8, MARGIN)
    canvas[top - 1 : top + TALL + 1, MARGIN - 1 : MARGIN + BAR + 1] = INK
    along = np.arange(BAR) * PAPER // BAR
    canvas[top : top + TALL, MARGIN : MARGIN + BAR] = along.astype(np.uint8)
    reached = 0
    for stop in stops(raster, scale):
        x = MARGIN + round(stop.at * (BAR - 1))
        label = text_ink(stop.label)
        left = min(max(x - label.shape[1] // 2, 2), canvas.shape[1] - label.shape[1] - 2)
        if left > reached:  # a label over the one before is left out, with its tick
            canvas[top + TALL : top + TALL + 6, x] = INK
            _put(canvas, label, top + TALL + 7, left)
            reached = left + label.shape[1] + 8
    return png(canvas, _colours(scale))


def _raised(power: re.Match[str]) -> str:
    return "²" if power[0] == "2" else "³"


def _put(canvas: npt.NDArray[np.uint8], text: Letter, row: int, left: int) -> None:
    """Lay a text on the paper, as far as the canvas reaches."""
    part = canvas[row : row + text.shape[0], left : left + text.shape[1]]
    part[:] = PAPER + text[: part.shape[0], : part.shape[1]]


def _colours(scale: Scale) -> Colours:
    """The ramp laid on white, then paper to ink."""
    picked = ramp(scale.colours)[np.linspace(0, STEPS - 1, PAPER).round().astype(int)].astype(float)
    alpha = picked[:, 3:] / 255
    solid = (picked[:, :3] * alpha + 255 * (1 - alpha)).round()
    inks = np.linspace([255, 255, 255], [22, 26, 29], INKS).round()
    table = np.vstack([solid, inks])
    return np.hstack([table, np.full((len(table), 1), 255)]).astype(np.uint8)


def _numbers(scale: Scale, wanted: int = 5) -> list[tuple[float, str]]:
    """Multiples of 1, 2 or 5 times a power of ten within the ends."""
    rough = (scale.high - scale.low) / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    # A hair is allowed everywhere: 0.3 / 0.1 is 2.9999999999999996.
    step = power * next(m for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9))
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    digits = max(0, -math.floor(math.log10(step)))
    marks = [n * step for n in range(first, last + 1)]
    near = (scale.high - scale.low) * 0.12  # a label this near to an end would run into its label
    inner = [v for v in marks if scale.low + near < v < scale.high - near]
    labelled = [(value, _short(value, f".{digits}f")) for value in inner]
    ends = ((end, _short(end, ".0f" if abs(end) >= 1e4 else ".4g")) for end in scale.ends)
    return [next(ends), *labelled, next(ends)]


def _short(value: float, form: str) -> str:
    return format(value, form if 1e-4 <= abs(value) < 1e7 or not value else ".4g")


def _days(scale: Scale) -> list[tuple[float, str]]:
    """Both ends as days, and the first days of years between them."""
    first, last = day_of(scale.low), day_of(scale.high)
    if first is None or last is None:
        return _numbers(scale)
    years = [date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    step = max(1, math.ceil(len(years) / 6))
    marks = [(float((day - EPOCH).days), str(day.year)) for day in years[::step]]
    ends = (scale.low, str(first)), (scale.high, str(last))
    near = (scale.high - scale.low) * 0.16  # days are longer than numbers
    inner = [mark for mark in marks if scale.low + near < mark[0] < scale.high - near]
    return [ends[0], *inner, ends[1]]
