"""What is asked of a store: one frozen value made from the words of a request."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from geodata.crs import CRS84_AXES, Axes
from geodata.interval import Interval

BBox = tuple[float, float, float, float]
"""west, south, east, north in CRS84 degrees; west > east crosses the antimeridian."""
SortKey = tuple[str, bool]
"""A property, and whether it descends."""


class Predicate(Protocol):
    """A condition on rows: a compiled filter."""

    @property
    def canonical(self) -> str:
        """Text that is the same for the same condition."""

    def mask(self, frame: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401 - what it reads is its own
        """Which rows of a frame it holds for; unknown counts as no."""


@dataclass(frozen=True)
class Query:
    """A question to one collection of one release.

    area: WKB of a polygon, CRS84: a box given in another CRS. when: half-open days. equals:
    (property, text) pairs that must all hold; the text is read as the column's type. source: one
    control source, or None for the rule of priority. start: ordinal of the first row wanted
    among the matches. properties: None for all. crs: in which coordinates are wanted.
    """

    collection: str
    bbox: BBox | None = None
    area: bytes | None = None
    when: Interval | None = None
    equals: tuple[tuple[str, str], ...] = ()
    filter: Predicate | None = None
    source: str | None = None
    sortby: tuple[SortKey, ...] = ()
    limit: int = 10
    start: int = 0
    properties: tuple[str, ...] | None = None
    skip_geometry: bool = False
    crs: Axes = CRS84_AXES

    @property
    def matching_key(self) -> tuple[object, ...]:
        """What decides which rows match, and in which order."""
        canonical = None if self.filter is None else self.filter.canonical
        return (self.bbox, self.area, self.when, self.equals, canonical, self.source, self.sortby)

    @property
    def is_plain(self) -> bool:
        """Whether whole features are wanted, as they were encoded."""
        return self.properties is None and not self.skip_geometry and self.crs == CRS84_AXES
