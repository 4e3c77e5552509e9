"""Does an argument fit its place, and can two values be compared?"""

from collections.abc import Callable
from datetime import date, datetime

from geodata.cql2.ast import Call, Items, Kind, Node, Property, Value, is_literal
from geodata.cql2.literals import read_instant
from geodata.cql2.operators import Takes
from geodata.errors import InvalidInput

_SCALARS: frozenset[Kind] = frozenset(("string", "number", "boolean", "date", "datetime"))
_ENTRIES: dict[Kind, Kind] = {"strings": "string", "numbers": "number", "dates": "date"}
"""Kinds of lists, and those of their entries."""
_WANTED: dict[Takes, frozenset[Kind]] = {
    "scalar": _SCALARS,
    "string": frozenset(("string",)),
    "pattern": frozenset(("string",)),
    "number": frozenset(("number",)),
    "boolean": frozenset(("boolean",)),
    "instant": frozenset(("date", "datetime", "open")),
    "temporal": frozenset(("date", "datetime", "interval")),
    "geometry": frozenset(("geometry",)),
    "strings": frozenset(("strings", "numbers", "dates")),
    "members": frozenset(("strings",)),
    "any": frozenset((*_SCALARS, "interval", "geometry", *_ENTRIES)),
}
_WANTED_TEXTS: dict[Takes, str] = {
    "scalar": "a text, number, boolean, date or timestamp",
    "string": "a text",
    "pattern": "a pattern in quotes",
    "number": "a number",
    "boolean": "a condition",
    "instant": "a date or timestamp",
    "temporal": "a date, timestamp or interval",
    "geometry": "a geometry",
    "strings": "a list of texts, numbers or days",
    "members": "a list in parentheses",
    "any": "a value",
}
_NAMES: dict[Kind, str] = {
    "string": "text",
    "number": "number",
    "boolean": "boolean",
    "date": "date",
    "datetime": "timestamp",
    "interval": "interval",
    "geometry": "geometry",
    "strings": "list of texts",
    "numbers": "list of numbers",
    "dates": "list of days",
    "open": "open end",
}
_INSTANTS = frozenset(("date", "datetime"))


def fitted(operator: str, argument: Node, wants: Takes) -> Node:
    """The argument as the operator takes it. Raises InvalidInput with what was wanted and found."""
    node = _READ.get(wants, _as_it_is)(operator, argument)
    if isinstance(argument, Items) and wants not in {"strings", "members"}:
        raise _misfit(operator, argument, wants)
    if node.kind not in _WANTED[wants]:
        raise _misfit(operator, node, wants)
    return node


def _as_it_is(_: str, argument: Node) -> Node:
    return argument


def _instant(operator: str, argument: Node) -> Node:
    """A plain string as the date, timestamp or, in an interval, open end it spells."""
    if not (
        isinstance(argument, Value)
        and isinstance(argument.value, str)
        and argument.kind == "string"
    ):
        return argument
    if argument.value == ".." and operator == "interval":
        return Value("..", "open")
    return read_instant(argument.value) or argument


def _pattern(operator: str, argument: Node) -> Node:
    if not is_literal(argument):
        raise _misfit(operator, argument, "pattern")
    return argument


def _strings(operator: str, argument: Node) -> Node:
    """A list; one value in parentheses is a list of one."""
    listed = Items((argument,)) if argument.kind in _ENTRIES.values() else argument
    for member in listed.members if isinstance(listed, Items) else ():
        if member.kind not in _ENTRIES.values() or isinstance(member, Items):
            raise _misfit(operator, member, "string")
    return listed


def related_lists(name: str, left: Node, right: Node) -> Node:
    """The array function of that name. Raises InvalidInput for lists of different kinds."""
    columns = [each.kind for each in (left, right) if not isinstance(each, Items)]
    entries = [m.kind for each in (left, right) if isinstance(each, Items) for m in each.members]
    wanted: Kind = _ENTRIES[columns[0]] if columns else next(iter(entries), "string")
    args = [_of_kind(name, each, wanted) for each in (left, right)]
    return Call(name, tuple(args), "boolean")


def _of_kind(name: str, node: Node, wanted: Kind) -> Node:
    """A list whose entries are of the kind wanted; texts that are days are days."""
    if not isinstance(node, Items):
        if _ENTRIES[node.kind] != wanted:
            raise _mixed(name, node, wanted)
        return node
    members = []
    for member in node.members:
        read = _as_instant(member) if wanted == "date" else None
        if (read or member).kind != wanted:
            raise _mixed(name, member, wanted)
        members.append(read or member)
    return Items(tuple(members))


def _mixed(name: str, node: Node, wanted: Kind) -> InvalidInput:
    return InvalidInput(
        f"{name.upper()} has {_shown(node)} in lists of {_NAMES[wanted]}s; give both of one kind",
        parameter="filter",
    )


def _members(operator: str, argument: Node) -> Node:
    """The list after IN, of comparable members."""
    if not isinstance(argument, Items):
        raise _misfit(operator, argument, "members")
    for member in argument.members:
        fitted(operator, member, "scalar")
    return argument


def _advice(node: Node, wants: Takes) -> str:
    if node.kind in _ENTRIES and isinstance(node, Property):
        return f"; write A_CONTAINS({node.name}, ('…'))"
    if node.kind == "geometry" and wants == "scalar":
        return "; write S_INTERSECTS(geometry, BBOX(…)) or geometry IS NULL"
    return ""


def _misfit(operator: str, node: Node, wants: Takes) -> InvalidInput:
    wanted, present = _WANTED_TEXTS[wants], _shown(node)
    return InvalidInput(
        f"{operator.upper()} wants {wanted} and has {present}{_advice(node, wants)}",
        parameter="filter",
    )


def _shown(node: Node) -> str:
    if isinstance(node, Property):
        return f"the property {node.name} ({_NAMES[node.kind]})"
    if isinstance(node, Items):
        return "a list in parentheses"
    if isinstance(node, Call):
        return f"{node.name.upper()}(…) ({_NAMES[node.kind]})"
    return f"the {_NAMES[node.kind]} {str(node.value)[:40]!r}"


_READ: dict[Takes, Callable[[str, Node], Node]] = {
    "instant": _instant,
    "temporal": _instant,
    "pattern": _pattern,
    "strings": _strings,
    "members": _members,
}


def refuse_backwards(start: Node, end: Node) -> None:
    """Raise InvalidInput for an interval of two literals that ends before it starts."""
    if isinstance(start, Value) and isinstance(end, Value) and start.kind == end.kind:
        first, last = start.value, end.value
        if isinstance(first, date) and isinstance(last, date) and first > last:
            raise InvalidInput(
                f"INTERVAL ends on {last.isoformat()}, before it starts on {first.isoformat()}",
                parameter="filter",
            )


def compared(name: str, left: Node, right: Node) -> Node:
    """The comparison of that name. Raises InvalidInput for two of different kinds."""
    return Call(name, in_common(name, left, right), "boolean")


def between(value: Node, low: Node, high: Node) -> Node:
    """BETWEEN; where one bound knows only days, the two comparisons it stands for.

    Raises InvalidInput for a bound of another kind.
    """
    first, second = in_common("between", value, low), in_common("between", value, high)
    if first[0] == second[0]:
        return Call("between", (first[0], first[1], second[1]), "boolean")
    return Call("and", (compared(">=", value, low), compared("<=", value, high)), "boolean")


def among(value: Node, members: tuple[Node, ...]) -> Node:
    """IN: one look-up for literals, a comparison for each other member.

    Raises InvalidInput for a member of another kind.
    """
    # A list of 10,000 literals is one look-up; as comparisons it would be 10,000 passes over the
    # rows.
    pairs = [in_common("in", value, member) for member in members]
    sure = [pair[1] for pair in pairs if pair[0] == value and is_literal(pair[1])]
    others = [
        Call("=", pair, "boolean")
        for pair in pairs
        if not (pair[0] == value and is_literal(pair[1]))
    ]
    look_up = Call("in", (value, Items(tuple(dict.fromkeys(sure)))), "boolean")
    parts = [look_up, *dict.fromkeys(others)] if sure or not others else list(dict.fromkeys(others))
    return parts[0] if len(parts) == 1 else Call("or", tuple(parts), "boolean")


def in_common(name: str, left: Node, right: Node) -> tuple[Node, Node]:
    """Both sides in one kind. Raises InvalidInput where they have none.

    A number never equals a text: whoever compares them means something else, and would be told
    that nothing matches.
    """
    if left.kind == right.kind:
        return left, right
    if left.kind in _INSTANTS and right.kind in _INSTANTS:
        return _day(left), _day(right)
    if left.kind in _INSTANTS and (read := _as_instant(right)):
        return in_common(name, left, read)
    if right.kind in _INSTANTS and (read := _as_instant(left)):
        return in_common(name, read, right)
    raise InvalidInput(
        f"{name.upper()} compares {_shown(left)} with {_shown(right)}; give both of one kind",
        parameter="filter",
    )


def _as_instant(node: Node) -> Value | None:
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
