"""How far apart do colours look to people with and without full colour vision?

Simulation: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes, A Physiologically-based Model for
Simulation of Color Vision Deficiency (2009), severity 1, on linear sRGB. Distance: CIEDE2000
(CIE 142-2001) over CIELAB, D65. Contrast: WCAG 2.2.
"""

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

SEEN = {
    "all colours": np.eye(3),
    "no red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue cones": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _XYZ.sum(axis=1)


class Lab(NamedTuple):
    """A colour in CIELAB."""

    light: float
    a: float
    b: float


def parse_hex(colour: str) -> Vector:
    """Red, green, blue as 0..1 from `#rrggbb`."""
    return np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])


def over(colour: str, ground: str, opacity: float) -> Vector:
    """What is seen of a colour laid over a ground."""
    return parse_hex(colour) * opacity + parse_hex(ground) * (1 - opacity)


def contrast(one: Vector, other: Vector) -> float:
    """WCAG's contrast ratio, 1..21."""
    darker, lighter = sorted(float(_XYZ[1] @ _linear(rgb)) for rgb in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def nearest(colours: dict[str, Vector]) -> tuple[float, str]:
    """The least distance between two of the colours to any eye, and which they are."""
    return min(
        (distance(lab(colours[one], seen), lab(colours[other], seen)), f"{one}, {other}: {eye}")
        for one, other in combinations(colours, 2)
        for eye, seen in SEEN.items()
    )


def lab(rgb: Vector, seen: Vector) -> Lab:
    """A colour as an eye sees it, in CIELAB."""
    whole = _XYZ @ np.clip(seen @ _linear(rgb), 0, 1) / _WHITE
    f = np.where(whole > 216 / 24389, np.cbrt(whole), (24389 / 27 * whole + 16) / 116)
    return Lab(116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2]))


def distance(one: Lab, other: Lab) -> float:
    """CIEDE2000 between two colours."""
    mean = (math.hypot(one.a, one.b) + math.hypot(other.a, other.b)) / 2
    stretch = 1.5 - 0.5 * math.sqrt(mean**7 / (mean**7 + 25**7))
    chroma, hue = zip(*(_polar(c.a * stretch, c.b) for c in (one, other)), strict=True)
    light, mid = (one.light + other.light) / 2, sum(chroma) / 2
    turn = (hue[1] - hue[0] + 180) % 360 - 180 if all(chroma) else 0.0
    across = 2 * math.sqrt(chroma[0] * chroma[1]) * math.sin(math.radians(turn / 2))
    at = hue[0] + turn / 2 if all(chroma) else sum(hue)
    bend = 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2)
    d_light = (other.light - one.light) / (1 + bend)
    d_chroma = (chroma[1] - chroma[0]) / (1 + 0.045 * mid)
    d_hue = across / (1 + 0.015 * mid * _hue_weight(at))
    return math.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + _turned(mid, at) * d_chroma * d_hue)


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _hue_weight(at: float) -> float:
    parts = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.2, 4, -63))
    return 1 + sum(size * math.cos(math.radians(n * at + by)) for size, n, by in parts)


def _turned(mid: float, at: float) -> float:
    """The term that turns the ellipses of blue."""
    spread = 2 * math.sqrt(mid**7 / (mid**7 + 25**7))
    return -spread * math.sin(math.radians(60 * math.exp(-(((at % 360 - 275) / 25) ** 2))))


def _linear(rgb: Vector) -> Vector:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
