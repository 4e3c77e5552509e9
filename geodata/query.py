"""What is asked of a store: one frozen value made from the words of a request."""

from dataclasses import dataclass

from geodata.interval import Interval

BBox = tuple[float, float, float, float]
"""west, south, east, north in CRS84 degrees; west > east crosses the antimeridian."""


@dataclass(frozen=True)
class Query:
    """A question to one collection of one release.

    equals: (property, text) pairs that must all hold; the text is read as the column's type.
    when: half-open days. source: one control source, or None for the rule of priority.
    start: ordinal of the first row wanted among the matches.
    """

    collection: str
    bbox: BBox | None = None
    when: Interval | None = None
    equals: tuple[tuple[str, str], ...] = ()
    source: str | None = None
    limit: int = 10
    start: int = 0
