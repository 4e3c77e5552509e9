"""Which colours stand for which values: ramps by name, each a few colours of our own."""

from functools import cache

import numpy as np
import numpy.typing as npt

from geodata.errors import InvalidInput

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


def numbered(
    values: npt.NDArray[np.generic], valid: npt.NDArray[np.bool_], ends: tuple[float, float]
) -> Colours:
    """Each value's number in the palette; beyond the ends the colours of the ends hold."""
    low, high = ends
    span = high - low if high > low else 1.0
    held = np.where(valid, values, low).astype(float)
    steps = np.clip((held - low) / span * (STEPS - 1), 0, STEPS - 1).round() + 1
    return np.where(valid, steps, 0).astype(np.uint8)
