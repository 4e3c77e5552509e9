"""What is asked of a store: one frozen value made from the words of a request."""

from dataclasses import dataclass, replace
from datetime import date

from geodata.cql2 import Filter
from geodata.crs import CRS84_AXES, Axes
from geodata.interval import Interval, one_day

BBox = tuple[float, float, float, float]
"""west, south, east, north in CRS84 degrees; west > east crosses the antimeridian."""
SortKey = tuple[str, bool]
"""A property, and whether it descends."""
EVERYTHING = 10**9
"""A limit no collection reaches: all that matches."""


@dataclass(frozen=True)
class Query:
    """A question to one collection of one release.

    area: WKB of a polygon, CRS84: a box given in another CRS. when: days, or instants. equals:
    (property, text) pairs that must all hold; the text is read as the column's type. filter: a
    condition by its checked tree, of which a store makes what it evaluates. source: one control
    source, or None for the rule of priority. start: ordinal of the first row wanted
    among the matches. properties: None for all. crs: in which coordinates are wanted.
    """

    collection: str
    bbox: BBox | None = None
    area: bytes | None = None
    when: Interval | None = None
    equals: tuple[tuple[str, str], ...] = ()
    filter: Filter | None = None
    source: str | None = None
    sortby: tuple[SortKey, ...] = ()
    limit: int = 10
    start: int = 0
    properties: tuple[str, ...] | None = None
    skip_geometry: bool = False
    crs: Axes = CRS84_AXES


def on_day_of_item(query: Query, item_id: str) -> Query:
    """The query for one item: ids of disagreements begin with the day whose rows they are of."""
    if query.collection != "disagreements":
        return query
    try:
        return replace(query, when=one_day(date.fromisoformat(item_id[:10])))
    except ValueError:  # no id of ours: it is looked for where it was asked
        return query
