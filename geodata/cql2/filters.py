"""How does a text become a Filter that selects rows, and which functions are there?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cql2.ast import Call, Items, Kind, Node, Property, Value, canonical, properties_of
from geodata.cql2.check import Scope, checked
from geodata.cql2.columns import MOMENT, Datum, FilterInput, column_of
from geodata.cql2.literals import CRS84_FILTER, FilterCrs
from geodata.cql2.operators import FUNCTIONS, OPERATORS, Operator
from geodata.cql2.parser import Language, parsed
from geodata.cql2.temporal import OPEN
from geodata.cql2.tokens import MOST
from geodata.errors import InvalidInput
from geodata.types import Mask
from schemas.record import Column

_TYPES: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": MOMENT,
}
_RESULT_TYPES: dict[str, list[str]] = {
    "string": ["string"],
    "number": ["number"],
    "instant": ["datetime"],
    "date": ["datetime"],
    "geometry": ["geometry"],
}
"""Names of types in the functions schema of OGC API Features Part 3."""


def mask_of(tree: Node, frame: FilterInput) -> Mask:
    """(n,) True where the filter is true; false and null leave a row out."""
    try:
        found = evaluate(tree, frame)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, shapely.GEOSException) as error:
        raise InvalidInput(f"filter cannot be evaluated: {error}", parameter="filter") from error
    if isinstance(found, pa.Scalar):
        return np.full(len(frame), found.as_py() is True)
    full = pc.fill_null(found, fill_value=False) if found.null_count else found
    return np.asarray(full.to_numpy(zero_copy_only=False))


def evaluate(node: Node, frame: FilterInput) -> Datum:
    """The value of a node: one datum per row, or a single one where it reads no column."""
    if isinstance(node, Value):
        return literal(node)
    if isinstance(node, Property):
        return column_of(frame, node.name, node.kind)
    if isinstance(node, Items):
        return [evaluate(member, frame) for member in node.members]
    return OPERATORS[node.name].arrays(*(evaluate(arg, frame) for arg in node.args))


def literal(node: Value) -> Datum:
    """A literal in the Arrow type of its kind; whole numbers as int64, so ids compare exactly."""
    value = node.value
    if isinstance(value, BaseGeometry):
        return value
    if node.kind == "open":
        return OPEN
    if node.kind == "number" and isinstance(value, int | float) and _is_whole(value):
        return pa.scalar(int(value), pa.int64())
    return pa.scalar(_bare(value), _TYPES[node.kind])


def _is_whole(value: float) -> bool:
    return float(value).is_integer() and -MOST <= value < MOST


def _bare(value: object) -> object:
    if isinstance(value, str | float | int | date | datetime) or value is None:
        return value
    raise TypeError(value)


def function_descriptions() -> list[dict[str, object]]:
    """Name, description, arguments and returned type of each function, in the table's order."""
    return [_description(row) for row in FUNCTIONS]


def _description(row: Operator) -> dict[str, object]:
    return {
        "name": row.name,
        "description": row.meaning,
        "arguments": [
            {"title": title, "type": _RESULT_TYPES[takes]}
            for title, takes in zip(row.arguments, row.takes, strict=True)
        ],
        "returns": _RESULT_TYPES[row.gives],
    }


@dataclass(frozen=True)
class Filter:
    """A checked filter.

    tree: typed nodes (`ast`), aliases resolved, geometries in CRS84. Whoever has no
    Arrow columns, as a database, walks it and says it in another language.
    properties: names of the columns it reads, in order of appearance. canonical: a text that is
    the same for all spellings of the filter, text or JSON, and differs for different filters.
    """

    tree: Node = field(repr=False)
    properties: tuple[str, ...]
    canonical: str

    def mask(self, frame: FilterInput) -> Mask:
        """(n,) True for the rows the filter selects; false and unknown are left out.

        Raises InvalidInput where evaluation meets a value it cannot work with.
        """
        return mask_of(self.tree, frame)


def both(first: Filter, second: Filter) -> Filter:
    """The filter of the rows that two filters select."""
    tree = Call("and", (first.tree, second.tree), "boolean")
    names = dict.fromkeys((*first.properties, *second.properties))
    return Filter(tree, tuple(names), canonical(tree))


def compile_filter(
    text: str,
    lang: Language,
    columns: tuple[Column, ...],
    *,
    aliases: Mapping[str, str] | None = None,
    crs: FilterCrs | None = None,
) -> Filter:
    """A filter read, bounded and checked against the columns of a collection.

    aliases: further names of columns, like `geom` for `geometry`, which is always known. crs: of
    coordinates in the filter; CRS84 where None. Raises InvalidInput with parameter `filter`.
    """
    scope = Scope.of(columns, aliases or {}, crs or CRS84_FILTER)
    tree = checked(parsed(text, lang), scope)
    return Filter(tree, tuple(dict.fromkeys(properties_of(tree))), canonical(tree))
