"""Does a filter make sense for these columns? It becomes a typed tree, or a clear error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite

from geodata.cql2.arguments import (
    among,
    between,
    compared,
    fitted,
    refuse_backwards,
    related_lists,
)
from geodata.cql2.ast import Call, Items, Kind, Node, Property, Value
from geodata.cql2.literals import FilterCrs, read_box, read_date, read_geometry, read_timestamp
from geodata.cql2.operators import FUNCTIONS, OPERATORS, Operator
from geodata.cql2.scalars import COMPARISONS
from geodata.cql2.sets import CLAIMS
from geodata.cql2.text import Plain
from geodata.cql2.tokens import EXACT, MOST
from geodata.errors import InvalidInput
from schemas.record import Column

MOST_MEMBERS = 10_000
"""Members of a list."""
GEOMETRY = "geometry"
_KINDS: dict[str, Kind] = {
    "string": "string",
    "strings": "strings",
    "integers": "numbers",
    "numbers": "numbers",
    "dates": "dates",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "geometry": "geometry",
}


@dataclass(frozen=True)
class Scope:
    """What a filter may speak of: the kinds of columns by name, further names, its CRS."""

    kinds: Mapping[str, Kind]
    aliases: Mapping[str, str]
    crs: FilterCrs

    @classmethod
    def of(cls, columns: tuple[Column, ...], aliases: Mapping[str, str], crs: FilterCrs) -> "Scope":
        """The scope of a collection; a column of type geometry is also known as `geometry`."""
        kinds = {column.name: _KINDS[column.type] for column in columns if column.type in _KINDS}
        if GEOMETRY in kinds.values():
            kinds[GEOMETRY] = "geometry"
        return cls(kinds, aliases, crs)


def checked(plain: Plain, scope: Scope) -> Node:
    """The typed tree of a filter. Raises InvalidInput naming what was wanted and what was found."""
    tree = _node(plain, scope)
    if tree.kind != "boolean":
        raise _refused(
            f"filter is a {tree.kind}, which is neither true nor false; compare it with something"
        )
    return tree


def _node(plain: Plain, scope: Scope) -> Node:
    if isinstance(plain, dict):
        return _object(plain, scope)
    if isinstance(plain, list):
        return _items(plain, scope)
    if isinstance(plain, bool):
        return Value(plain, "boolean")
    if isinstance(plain, int | float):
        return _number(plain)
    if isinstance(plain, str):
        return Value(plain, "string")
    raise _refused("NULL is no value to compare with; write name IS NULL")


def _object(plain: dict[str, Plain], scope: Scope) -> Node:
    for key, read in _READERS.items():
        if key in plain:
            return read(plain, scope)
    raise _refused(f"filter has an object with {sorted(plain)[:5]}; it needs op or property")


def _number(value: float) -> Value:
    """A double, or an integer that a double would not hold; 1 and 1.0 are one literal."""
    if not isfinite(value):
        raise _refused("filter has a number that is too large")
    is_exact = isinstance(value, int) and EXACT < abs(value) < MOST
    return Value(value if is_exact else float(value), "number")


def _items(plain: list[Plain], scope: Scope) -> Items:
    if len(plain) > MOST_MEMBERS:
        raise _refused(f"filter has a list of {len(plain)}; the most is {MOST_MEMBERS}")
    return Items(tuple(_node(member, scope) for member in plain))


def _property(plain: dict[str, Plain], scope: Scope) -> Property:
    written = plain["property"]
    name = scope.aliases.get(written, written)
    kind = scope.kinds.get(name)
    if kind is None:
        raise _refused(_unknown("property", written, [*scope.kinds, *scope.aliases]))
    return Property(GEOMETRY if kind == "geometry" else name, kind)


def _unknown(what: str, name: str, known: list[str]) -> str:
    near = get_close_matches(name[:100], known, 3) or sorted(known)[:20]
    return f"filter names the {what} {name[:60]!r}, which is not here; there is {', '.join(near)}"


def _interval(plain: dict[str, Plain], scope: Scope) -> Node:
    return _called("interval", plain["interval"], scope)


def _operation(plain: dict[str, Plain], scope: Scope) -> Node:
    return _called(str(plain["op"]).lower(), plain.get("args", []), scope)


def _called(name: str, plain_args: list[Plain], scope: Scope) -> Node:
    row = OPERATORS.get(name)
    if row is None:
        raise _refused(_unknown("function", name, [function.name for function in FUNCTIONS]))
    _refuse_wrong_count(row, len(plain_args))
    nodes = [_node(arg, scope) for arg in plain_args]
    takes = (*row.takes, *([row.takes[-1]] * (len(nodes) - len(row.takes))))
    args = tuple(fitted(row.name, node, want) for node, want in zip(nodes, takes, strict=True))
    rewrite = _REWRITES.get(name)
    return rewrite(*args) if rewrite else Call(name, args, row.gives)


def _refuse_wrong_count(row: Operator, count: int) -> None:
    wanted = len(row.takes)
    if count < wanted or (count > wanted and not row.variadic):
        raise _refused(f"{row.name.upper()} takes {wanted} arguments and has {count}")


def _in(value: Node, members: Node) -> Node:
    return among(value, members.members if isinstance(members, Items) else (members,))


def _ordered_interval(start: Node, end: Node) -> Node:
    refuse_backwards(start, end)
    return Call("interval", (start, end), "interval")


def _comparing(name: str) -> Callable[[Node, Node], Node]:
    return lambda left, right: compared(name, left, right)


def _relating(name: str) -> Callable[[Node, Node], Node]:
    return lambda left, right: related_lists(name, left, right)


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(detail, parameter="filter")


_READERS: dict[str, Callable[[dict[str, Plain], Scope], Node]] = {
    "op": _operation,
    "property": _property,
    "date": lambda plain, _: read_date(plain["date"]),
    "timestamp": lambda plain, _: read_timestamp(plain["timestamp"]),
    "interval": _interval,
    "bbox": lambda plain, scope: read_box(plain["bbox"], scope.crs),
    "type": lambda plain, scope: read_geometry(plain, scope.crs),
}
_REWRITES: dict[str, Callable[..., Node]] = {
    **{name: _comparing(name) for name in COMPARISONS},
    "between": between,
    "in": _in,
    "interval": _ordered_interval,
    **{name: _relating(name) for name in CLAIMS},
}
