"""What is a checked filter: typed nodes, and the one text that stands for each tree?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, TypeAlias

from shapely.geometry.base import BaseGeometry

Kind = Literal[
    "string", "number", "boolean", "date", "datetime", "interval", "geometry",
    "strings", "numbers", "dates", "open",
]  # fmt: skip
"""What a node evaluates to. `strings` is a set of strings, `open` the unbounded end `'..'`.

A list in parentheses is of kind `strings` until it meets a column of another.
"""

Scalar: TypeAlias = str | int | float | bool | date | datetime | BaseGeometry | None


@dataclass(frozen=True)
class Value:
    """A literal. Geometry is CRS84, longitude first; a timestamp has zone UTC; None is null."""

    value: Scalar
    kind: Kind


@dataclass(frozen=True)
class Property:
    """A column by its own name, aliases resolved."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Items:
    """The members of a list in parentheses, in the order given."""

    members: tuple["Node", ...]
    kind: Kind = "strings"


@dataclass(frozen=True)
class Call:
    """An operator or function of the table in `operators`, applied to its arguments."""

    name: str
    args: tuple["Node", ...]
    kind: Kind


Node: TypeAlias = Value | Property | Items | Call


def properties_of(node: Node) -> Iterator[str]:
    """Names of the columns a tree reads, in order of appearance, repeated as they are used."""
    if isinstance(node, Property):
        yield node.name
    elif isinstance(node, Items):
        for member in node.members:
            yield from properties_of(member)
    elif isinstance(node, Call):
        for arg in node.args:
            yield from properties_of(arg)


def is_literal(node: Node) -> bool:
    """True where a tree reads no column."""
    return next(properties_of(node), None) is None


def canonical(node: Node) -> str:
    """A stable text of a tree, the same for text and JSON, whatever blanks, case and quotes."""
    if isinstance(node, Value):
        return _spelled(node.value)
    if isinstance(node, Property):
        return '"' + node.name.replace('"', '""') + '"'
    if isinstance(node, Items):
        return f"({','.join(map(canonical, node.members))})"
    return f"{node.name}({','.join(map(canonical, node.args))})"


def _spelled(value: Scalar) -> str:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    # In this order: a bool is an int to Python, and a datetime a date.
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return f"timestamp('{value.astimezone(UTC).isoformat()}')"
    if isinstance(value, date):
        return f"date('{value.isoformat()}')"
    return value.wkb_hex if isinstance(value, BaseGeometry) else repr(value)
