"""How does a filter, text or JSON, become one plain structure? The only door to `cql2`.

The structure is what CQL2 JSON describes: numbers, strings, booleans, lists, and objects with
`op`, `property`, `date`, `timestamp`, `interval`, `bbox` or `type`. What the package leaves to its
callers is done before (`tokens`, and here for JSON) or after (`check`): it does not bound depth,
lets a `bbox` member of a GeoJSON geometry replace the geometry, takes any name as a function and
any text as a date, and its schema validation refuses what it parsed (`-a`, one-member collections)
without saying where. Integers come as floats, exact to 2**53.
"""

import json
import re
from typing import Any, Literal, TypeAlias

import cql2

from geodata.cql2.tokens import EMPTY_ARRAY, MOST_DEPTH, Cleaned, cleaned, refuse_long, too_deep
from geodata.errors import InvalidInput

Language = Literal["cql2-text", "cql2-json"]
Plain: TypeAlias = Any

_PLACE = re.compile(r"--> (\d+):(\d+)")
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SNIPPET = 24


def parsed(text: str, lang: Language) -> Plain:
    """The structure of a filter. Raises InvalidInput naming the place where it cannot be read."""
    if not text.strip():
        raise InvalidInput("filter is empty; leave it out or give a condition", parameter="filter")
    structure = _from_json(text) if lang == "cql2-json" else _from_text(text)
    return _without_stand_ins(structure)


def _from_text(text: str) -> Plain:
    clean = cleaned(text)
    try:
        return cql2.parse_text(clean.text).to_json()
    except cql2.ParseError as error:
        raise _unreadable(text, clean, str(error)) from error
    except Exception as error:  # the package raises bare Exception for geometries it cannot write
        raise InvalidInput(f"filter cannot be read: {error}", parameter="filter") from error


def _unreadable(text: str, clean: Cleaned, complaint: str) -> InvalidInput:
    """What is wrong and where in the text as it was given."""
    place = _PLACE.search(complaint)
    if place is None:
        return InvalidInput(f"filter cannot be read: {complaint[:200]}", parameter="filter")
    lines = clean.text.split("\n")
    before = sum(len(line) + 1 for line in lines[: int(place[1]) - 1])
    position = clean.source_position(before + int(place[2]) - 1)
    found = repr(text[position : position + _SNIPPET]) if position < len(text) else "its end"
    return InvalidInput(
        f"filter is not CQL2 text at position {position + 1}, near {found}; "
        "write it like name LIKE 'A%' AND amount > 5",
        parameter="filter",
    )


def _from_json(text: str) -> Plain:
    refuse_long(text)
    _refuse_deep_json(text)
    try:
        plain = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
        return cql2.parse_json(json.dumps(plain)).to_json()
    except (ValueError, cql2.ParseError) as error:
        raise InvalidInput(f"filter is not CQL2 JSON: {error}", parameter="filter") from error


def _refuse_deep_json(text: str) -> None:
    """An operator takes two brackets in JSON where it takes one in text."""
    depth = deepest = 0
    for mark in _JSON_STRING.sub("", text):
        depth += (mark in "{[") - (mark in "}]")
        deepest = max(deepest, depth)
    if deepest > MOST_DEPTH:
        raise too_deep(deepest)


def _object(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError(f"a name is given twice in an object with {sorted(members)[:5]}")
    if "type" in members:
        members.pop("bbox", None)
    return members


def _no_constant(name: str) -> Plain:
    raise ValueError(f"{name} is no JSON number")


def _without_stand_ins(plain: Plain) -> Plain:
    """The structure with the empty arrays that stood in the text put back."""
    if isinstance(plain, list):
        return [_without_stand_ins(part) for part in plain]
    if isinstance(plain, dict):
        if plain.get("op") == EMPTY_ARRAY:
            return []
        return {name: _without_stand_ins(part) for name, part in plain.items()}
    return plain
