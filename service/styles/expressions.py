"""Which expressions do the layers share: what holds on a day, names, sizes on the ground.

Days in tiles are whole numbers since 1970-01-01, intervals half-open.
"""

from collections.abc import Mapping
from datetime import date
from math import cos, pi, radians
from typing import Any

Expression = list[Any]
EARTH_M = 6378137.0
"""Radius of the sphere of Web Mercator, metres."""
MIDDLE = 48.5
"""Latitude whose scale circles are drawn at: they are 8 % too small or large at 52 or 44 N."""
TILE_PIXELS = 512


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - date(1970, 1, 1).toordinal()


def valid_on(source: str, day: date) -> Expression:
    """Rows of a source that are valid on a day."""
    number = day_number(day)
    return [
        "all",
        ["==", ["get", "source"], source],
        ["<=", ["get", "valid_from"], number],
        [">", ["get", "valid_to"], number],
    ]


def name_in(lang: str) -> Expression:
    """The name of a feature; the English one where there is none in the language."""
    english: Expression = ["get", "name_en"]
    return english if lang == "en" else ["coalesce", ["get", f"name_{lang}"], english]


def match(column: str, values: Mapping[str, object], other: object) -> Expression:
    """A value for each word a column may hold."""
    pairs = [part for pair in values.items() for part in pair]
    return ["match", ["get", column], *pairs, other]


def by_zoom(stops: Mapping[float, object], base: float = 1.4) -> Expression:
    """A value that grows with the zoom."""
    pairs = [part for stop in stops.items() for part in stop]
    return ["interpolate", ["exponential", base], ["zoom"], *pairs]


def pixels_of_metres(column: str) -> Expression:
    """A length on the ground as pixels of the screen: doubled by every zoom."""
    metres: Expression = ["to-number", ["get", column]]
    return by_zoom({z: ["/", metres, metres_per_pixel(z)] for z in (0, 22)}, base=2)


def metres_per_pixel(zoom: float, latitude: float = MIDDLE) -> float:
    """Metres on the ground that a pixel shows."""
    return 2 * pi * EARTH_M * cos(radians(latitude)) / (TILE_PIXELS * 2**zoom)
