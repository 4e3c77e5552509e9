"""What does the tree of a filter say of one row? Walked node by node, as another store would.

No Arrow and no arrays: what each operator means is taken from the slow readings of `cql2_slowly`.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import reduce
from math import ceil, floor
from typing import Any

import pyproj
import shapely
from cql2_slowly import (
    ARITHMETIC,
    BARE,
    COMPARE,
    LISTS,
    SHAPES,
    TIMES,
    between_slowly,
    both,
    either,
    finite,
    in_slowly,
    like_slowly,
    opposite,
    span_slowly,
    strict,
)

from geodata.cql2 import Filter
from geodata.cql2.ast import Call, Items, Node, Property, Value

Work = Callable[..., Any]
_WGS84 = pyproj.Geod(ellps="WGS84")


def holds(condition: Filter, row: Mapping[str, Any]) -> bool:
    """Whether a filter is true of a row; neither false nor unknown is. row: values by column."""
    return walked(condition.tree, row) is True


def walked(node: Node, row: Mapping[str, Any]) -> Any:
    """The value of a node for a row, None where it is unknown."""
    if isinstance(node, Value):
        return ".." if node.kind == "open" else node.value
    if isinstance(node, Property):
        value = row[node.name]
        return None if value != value else value  # noqa: PLR0124 - NaN is no number
    if isinstance(node, Items):
        return [walked(member, row) for member in node.members]
    assert isinstance(node, Call)
    return WORK[node.name](*(walked(arg, row) for arg in node.args))


def _span(value: Any) -> Any:
    """A day as the span from it to it; a moment as the day it is on, UTC."""
    if isinstance(value, datetime):
        value = value.astimezone(UTC).date()
    return (value, value) if isinstance(value, date) else value


def _related(relation: Work) -> Work:
    return lambda *args: strict(relation)(*map(_span, args))


def _distance_km(one: shapely.Geometry, other: shapely.Geometry) -> float:
    (x, y), (a, b) = shapely.get_coordinates(shapely.shortest_line(one, other))
    return float(_WGS84.inv(x, y, a, b)[2]) / 1000


WORK: dict[str, Work] = {
    "and": lambda *args: reduce(both, args),
    "or": lambda *args: reduce(either, args),
    "not": opposite,
    "isnull": lambda value: value is None,
    "between": between_slowly,
    "in": lambda value, members: in_slowly(value, *members),
    "like": strict(like_slowly),
    "casei": strict(str.casefold),
    "accenti": strict(lambda text: text.translate(BARE).replace("ß", "ss")),
    "lower": strict(str.lower),
    "upper": strict(str.upper),
    "length": strict(len),
    "interval": span_slowly,
    "distance_km": strict(_distance_km),
    **{name: strict(work) for name, work in COMPARE.items()},
    **{name: finite(work) for name, work in ARITHMETIC.items()},
    **{w.__name__: finite(w) for w in (abs, round, floor, ceil)},
    **{
        name.lower(): strict(lambda a, b, work=work: work({*a}, {*b}))
        for name, work in LISTS.items()
    },
    **{name.lower(): _related(work) for name, work in TIMES.items()},
    **{
        name.lower(): strict(lambda a, b, work=work: bool(work(a, b)))
        for name, work in SHAPES.items()
    },
}
"""How each operator is done; of the others a KeyError says that they are not."""
