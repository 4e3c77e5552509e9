"""How does CQL2 text (OGC 21-065r2) become the structure that CQL2 JSON describes?

By operator precedence, one token after the other, none read twice. The grammar of the `cql2`
package tries brackets as a group and again as a list: it took 5 seconds to refuse 20 opening
brackets, twice as long for each one more, and held the interpreter meanwhile.

Loosest first: OR, AND, NOT, comparisons (from the right), LIKE BETWEEN IN IS, + -, * / % DIV, ^,
and the sign of a value. What operators take is checked after, so `a = NOT b` passes here.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from geodata.cql2.tokens import END, MOST_DEPTH, Reader, Token, number_of, string_of, too_deep
from geodata.cql2.wkt import geometry_of, is_geometry
from geodata.errors import InvalidInput

Plain: TypeAlias = Any
_OR, _AND, _NOT, _COMPARISON, _PREDICATE, _SUM, _PRODUCT, _POWER, _SIGN = range(1, 10)
_MARKS = {
    **dict.fromkeys(("=", "<>", "!=", "<", ">", "<=", ">="), _COMPARISON),
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "%", "DIV"), _PRODUCT),
    "^": _POWER,
    "OR": _OR,
    "AND": _AND,
    **dict.fromkeys(("LIKE", "BETWEEN", "IN", "IS", "NOT"), _PREDICATE),
}
"""How closely what stands between two values, or after one, binds."""
_CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}
_ON_LISTS = frozenset(("a_contains", "a_containedby", "a_equals", "a_overlaps"))
_LITERALS: dict[str, Callable[[Token], Plain]] = {
    "string": string_of,
    "number": number_of,
    "quoted": lambda token: {"property": token.text[1:-1].replace('""', '"')},
}


def read_text(text: str) -> Plain:
    """The structure of a filter in CQL2 text.

    Raises InvalidInput naming the first token that cannot stand where it does.
    """
    reader = Reader(text)
    structure = _expression(reader, 0)
    if reader.next.sort != END:
        raise reader.refusal()
    _refuse_deep(structure)
    return structure


def _refuse_deep(structure: Plain) -> None:
    """Raise InvalidInput at more than MOST_DEPTH calls within calls, as in `1+1+1+…`."""
    # By a list of its own: a walk that calls itself could pass the interpreter's depth.
    parts = [(structure, 0)]
    while parts:
        part, depth = parts.pop()
        if isinstance(part, dict):
            depth += 1
            parts.extend((member, depth) for member in part.get("args", ()))
        elif isinstance(part, list):
            parts.extend((member, depth) for member in part)
        if depth > MOST_DEPTH:
            raise too_deep(depth)


def _expression(reader: Reader, least: int) -> Plain:
    """A value with all that binds to it at least so closely; no two predicates side by side."""
    with reader.deeper():
        left, most = _value(reader), _SIGN
        while least <= (power := _MARKS.get(reader.next.key, -1)) <= most:
            left = _joined(reader, left, power)
            # `a LIKE b LIKE c` has no reading: after a predicate only what binds more loosely.
            most = power - (power == _PREDICATE)
        return left


def _joined(reader: Reader, left: Plain, power: int) -> Plain:
    """A value with the operator after it, and what that takes."""
    if power == _PREDICATE:
        return _predicate(reader, left)
    name = reader.take().key
    if power in {_AND, _OR}:
        return _chained(name.lower(), left, _expression(reader, power + 1))
    # Comparisons group from the right, as in the grammar of the `cql2` package; sums from the left.
    right = _expression(reader, power if power == _COMPARISON else power + 1)
    return _call({"!=": "<>", "DIV": "div"}.get(name, name), left, right)


def _chained(name: str, left: Plain, right: Plain) -> Plain:
    """AND or OR of both sides, where one is already of the sort with its members."""
    # Flat, so that a thousand conditions are one call and not a thousand within each other.
    chain = left if _is_call(left, name) else _call(name, left)
    chain["args"].extend(right["args"] if _is_call(right, name) else [right])
    return chain


def _predicate(reader: Reader, left: Plain) -> Plain:
    """`left [NOT] LIKE | BETWEEN | IN`, or `left IS [NOT] NULL`."""
    if reader.takes("IS"):
        negated = reader.takes("NOT")
        reader.expect("NULL")
        return _negated(_call("isNull", left), negated=negated)
    negated = reader.takes("NOT")
    read = _PREDICATES.get(reader.next.key)
    if read is None:
        raise reader.refusal()
    reader.take()
    return _negated(read(reader, left), negated=negated)


def _like(reader: Reader, left: Plain) -> Plain:
    return _call("like", left, _expression(reader, _SUM))


def _between(reader: Reader, left: Plain) -> Plain:
    low = _expression(reader, _SUM)
    reader.expect("AND")
    return _call("between", left, low, _expression(reader, _SUM))


def _in(reader: Reader, left: Plain) -> Plain:
    reader.expect("(")
    return _call("in", left, reader.listed(lambda: _expression(reader, 0)))


def _value(reader: Reader) -> Plain:
    """A literal, a property, a call, or what is in brackets; with NOT or a sign before it."""
    token = reader.next
    if token.key in _PREFIXES:
        reader.take()
        return _PREFIXES[token.key](reader)
    if token.sort == "word":
        return _named(reader)
    if token.sort not in _LITERALS:
        raise reader.refusal()
    return _LITERALS[token.sort](reader.take())


def _bracket(reader: Reader) -> Plain:
    """`()`, a group, or a list of two and more."""
    if reader.takes(")"):
        return []
    # Read once, whichever it is: the comma decides afterwards.
    members = reader.listed(lambda: _expression(reader, 0))
    return members[0] if len(members) == 1 else members


def _not(reader: Reader) -> Plain:
    return _call("not", _expression(reader, _COMPARISON))


def _minus(reader: Reader) -> Plain:
    value = _expression(reader, _SIGN)
    # A number takes its sign at once, so that -1 is a literal and no product.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return -value if is_number else _call("*", -1.0, value)


def _plus(reader: Reader) -> Plain:
    if reader.next.sort != "number":
        raise reader.refusal()
    return number_of(reader.take())


def _named(reader: Reader) -> Plain:
    """A constant, a geometry, a call or a property."""
    token = reader.next
    if token.key in _CONSTANTS:
        return _CONSTANTS[reader.take().key]
    if is_geometry(token, reader.after):
        return geometry_of(reader)
    reader.take()
    return _called(reader, token) if reader.takes("(") else {"property": token.text}


def _called(reader: Reader, token: Token) -> Plain:
    """A call of a function, read to its closing bracket."""
    name = token.text.lower()
    args = [] if reader.takes(")") else reader.listed(lambda: _expression(reader, 0))
    if name in {"date", "timestamp"}:
        if len(args) != 1:
            raise InvalidInput(
                f"{name.upper()} takes 1 arguments and has {len(args)}", parameter="filter"
            )
        return {name: args[0]}
    if name in {"interval", "bbox"}:
        return {name: args}
    # One text in brackets is a group by the grammar; as an argument of these it is a list of one.
    if name in _ON_LISTS:
        args = [[arg] if isinstance(arg, str | int | float) else arg for arg in args]
    return _call(name, *args)


def _call(name: str, *args: Plain) -> Plain:
    return {"op": name, "args": [*args]}


def _is_call(plain: Plain, name: str) -> bool:
    return isinstance(plain, dict) and plain.get("op") == name


def _negated(plain: Plain, *, negated: bool) -> Plain:
    return _call("not", plain) if negated else plain


_PREFIXES = {"(": _bracket, "NOT": _not, "-": _minus, "+": _plus}


_PREDICATES = {"LIKE": _like, "BETWEEN": _between, "IN": _in}
