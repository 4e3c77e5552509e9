"""How does a filter, text or JSON, become one plain structure?

The structure is what CQL2 JSON describes: numbers, strings, booleans, lists, and objects with
`op`, `property`, `date`, `timestamp`, `interval`, `bbox` or `type`. Text is read in `text`; JSON
goes through the `cql2` package, of which this is the only door, once its size and depth are known.
What the package leaves to its callers is done before, here, or after, in `check`: it lets a `bbox`
member of a GeoJSON geometry replace the geometry, and takes any name as a function and any text as
a date. It has doubles alone: numbers beyond 2**53 go through it as others that stand for them.
"""

import json
import re
from math import copysign, isfinite
from typing import Literal

import cql2

from geodata.cql2.text import Plain, read_text
from geodata.cql2.tokens import EXACT, MOST_DEPTH, SHOWN, exact_number, refuse_long, too_deep
from geodata.errors import InvalidInput

Language = Literal["cql2-text", "cql2-json"]

_JSON_MARK = re.compile(r'"(?:[^"\\]++|\\.)*+"|["{}[\]]', re.DOTALL)
"""A string that ends, the quote of one that does not, or a bracket."""


def parsed(text: str, lang: Language) -> Plain:
    """The structure of a filter. Raises InvalidInput naming the place where it cannot be read."""
    if not text.strip():
        raise InvalidInput("filter is empty; leave it out or give a condition", parameter="filter")
    return _from_json(text) if lang == "cql2-json" else read_text(text)


def _from_json(text: str) -> Plain:
    refuse_long(text)
    _refuse_deep(text)
    try:
        large = _LargeNumbers()
        plain = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_int=large.stand_in,
            parse_float=large.stand_in,
        )
        return large.restored(cql2.parse_json(json.dumps(plain)).to_json())
    except (ValueError, cql2.ParseError) as error:
        raise InvalidInput(f"filter is not CQL2 JSON: {error}", parameter="filter") from error


class _LargeNumbers:
    """Numbers that a double may not hold, each with one that it does, of the same sign."""

    def __init__(self) -> None:
        self._numbers: dict[float, float] = {}

    def stand_in(self, text: str) -> float:
        """The number itself up to 2**53, else the next even number above that."""
        value = exact_number(text)
        if abs(value) <= EXACT or not isfinite(value):
            return value
        other = copysign(EXACT + 2 * (len(self._numbers) + 1), value)
        self._numbers[other] = value
        return other

    def restored(self, plain: Plain) -> Plain:
        """The structure with the numbers that were in the text."""
        if isinstance(plain, dict):
            return {name: self.restored(member) for name, member in plain.items()}
        if isinstance(plain, list):
            return [self.restored(member) for member in plain]
        is_number = isinstance(plain, int | float) and not isinstance(plain, bool)
        return self._numbers.get(plain, plain) if is_number else plain


def _refuse_deep(text: str) -> None:
    """An operator takes two brackets in JSON where it takes one in text.

    A string that does not end is refused where it begins: what is within it is not known.
    """
    depth = 0
    for mark in _JSON_MARK.finditer(text):
        if mark[0] == '"':
            near = text[mark.start() :][:SHOWN]
            raise InvalidInput(
                f"filter has a string at position {mark.start() + 1}, near {near!r}, that does "
                "not end; close it with a quote",
                parameter="filter",
            )
        depth += (mark[0] in {"{", "["}) - (mark[0] in {"}", "]"})
        if depth > MOST_DEPTH:
            raise too_deep(depth)


def _object(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError(f"a name is given twice in an object with {sorted(members)[:5]}")
    if "type" in members:
        members.pop("bbox", None)
    return members


def _no_constant(name: str) -> Plain:
    raise ValueError(f"{name} is no JSON number")
