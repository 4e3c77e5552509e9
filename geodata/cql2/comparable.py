"""Which values can be compared, and what becomes of the pairs that cannot?

Two values of one kind compare. A date and a timestamp compare by UTC day. A plain string beside a
date or timestamp is read as one. Any other pair is unknown, neither equal nor unequal: the
standard leaves casts to the server, and its tests ask for an answer, not an error.
"""

from datetime import datetime

from geodata.cql2.literals import read_instant
from geodata.cql2.tree import UNKNOWN, Call, Items, Node, Value, is_literal

_INSTANTS = frozenset(("date", "datetime"))


def compared(name: str, left: Node, right: Node) -> Node:
    """The comparison of that name, or UNKNOWN where the two have nothing in common."""
    pair = in_common(left, right)
    return UNKNOWN if pair is None else Call(name, pair, "boolean")


def between(value: Node, low: Node, high: Node) -> Node:
    """BETWEEN; where its bounds are of another kind the two comparisons it stands for."""
    first, second = in_common(value, low), in_common(value, high)
    if first and second and first[0] == second[0]:
        return Call("between", (first[0], first[1], second[1]), "boolean")
    return Call("and", (compared(">=", value, low), compared("<=", value, high)), "boolean")


def among(value: Node, members: tuple[Node, ...]) -> Node:
    """IN: one look-up for the literals of the value's kind, a comparison for each other member."""
    pairs = [(member, in_common(value, member)) for member in members]
    sure = [pair[1] for _, pair in pairs if pair and pair[0] == value and is_literal(pair[1])]
    others = [
        compared("=", value, member)
        for member, pair in pairs
        if not (pair and pair[0] == value and is_literal(pair[1]))
    ]
    found = Call("in", (value, Items(tuple(dict.fromkeys(sure)))), "boolean")
    parts = [found, *dict.fromkeys(others)] if sure or not others else list(dict.fromkeys(others))
    return parts[0] if len(parts) == 1 else Call("or", tuple(parts), "boolean")


def in_common(left: Node, right: Node) -> tuple[Node, Node] | None:
    """Both sides in one kind, or None."""
    if left.kind == right.kind:
        return left, right
    if left.kind in _INSTANTS and right.kind in _INSTANTS:
        return _day(left), _day(right)
    if left.kind in _INSTANTS and (read := _instant(right)):
        return in_common(left, read)
    if right.kind in _INSTANTS and (read := _instant(left)):
        return in_common(read, right)
    return None


def _instant(node: Node) -> Value | None:
    """A plain string literal as the date or timestamp it spells."""
    if isinstance(node, Value) and isinstance(node.value, str) and node.kind == "string":
        return read_instant(node.value)
    return None


def _day(node: Node) -> Node:
    if node.kind == "date":
        return node
    if isinstance(node, Value) and isinstance(node.value, datetime):
        return Value(node.value.date(), "date")
    return Call("day_of", (node,), "date")
