"""How is CQL2 text bounded and cleaned before the parser sees it?

The parser recurses without limit (10,000 opening brackets end the process) and reads a few things
differently from the standard's grammar. So the text is cut into tokens here first:
depth is measured, and each token is written again in the one spelling the parser reads right:

- names are quoted: it refuses `_a` and `:a` and splits `div2` into `div 2`;
- `.5` gets its zero, `1.5e1` loses its exponent, which it refuses inside geometries;
- backslash escapes of string literals (Requirement /req/cql2-text/escaping) are resolved;
- the empty array `()` becomes a call of EMPTY_ARRAY.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise
from math import isfinite

from geodata.errors import InvalidInput

MOST_BYTES = 32_768
MOST_DEPTH = 100
EMPTY_ARRAY = "lodeline.empty"

_TOKEN = re.compile(
    r"""(?P<blank>\s+)
    | (?P<string>'(?:[^'\\]|''|\\.)*')
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<word>(?:[^\W\d]|:)[\w.:\u0300-\u036f\u203f\u2040]*)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<mark><>|<=|>=|!=|[-+*/%^=<>(),])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_KEYWORDS = frozenset(
    ("AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL", "TRUE", "FALSE", "DIV")
)
_GEOMETRY = re.compile(
    r"(?:MULTI)?(?:POINT|LINESTRING|POLYGON)(?:Z|M|ZM)?|GEOMETRYCOLLECTION(?:Z|M|ZM)?",
    re.IGNORECASE,
)
_DIMENSIONS = frozenset(("Z", "M", "ZM", "EMPTY"))
_DEEPENS = frozenset((*"+-*/%^=<>", "<>", "<=", ">=", "!=", "NOT", "LIKE", "BETWEEN", "IN", "DIV"))
_ESCAPES = dict(zip("abtnvfr'\\", "\a\b\t\n\v\f\r'\\", strict=True))
_END = "end"


@dataclass(frozen=True)
class Token:
    """A piece of the text that is no blank: its sort, its text and where it starts."""

    sort: str
    text: str
    start: int

    @property
    def key(self) -> str:
        """The text as a keyword is compared."""
        return self.text.upper()


@dataclass(frozen=True)
class Cleaned:
    """Text as the parser takes it, and where each piece of it stood in the text as given."""

    text: str
    offsets: tuple[int, ...]
    starts: tuple[int, ...]

    def source_position(self, position: int) -> int:
        """Where in the text as given (from 0) a position in the cleaned text comes from."""
        place = bisect_right(self.offsets, position) - 1
        return self.starts[max(place, 0)] if self.starts else 0


def cleaned(text: str) -> Cleaned:
    """The text, bounded and respelled. Raises InvalidInput where it is too long, deep or odd."""
    refuse_long(text)
    tokens = [*_tokens(text), Token(_END, "", len(text))]
    _refuse_deep(tokens)
    pieces = list(_respelled(tokens))
    ends = accumulate(len(piece) for piece, _ in pieces)
    return Cleaned(
        "".join(piece for piece, _ in pieces),
        (0, *ends),
        (*(start for _, start in pieces), len(text)),
    )


def refuse_long(text: str) -> None:
    """Raise InvalidInput where a filter has more than MOST_BYTES bytes or no proper characters."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput(
            "filter has half a surrogate pair; send UTF-8", parameter="filter"
        ) from error
    if size > MOST_BYTES:
        raise InvalidInput(f"filter has {size} bytes; the most is {MOST_BYTES}", parameter="filter")


def too_deep(depth: int) -> InvalidInput:
    """The error for a filter whose parts are nested too deeply."""
    return InvalidInput(
        f"filter is nested {depth} deep; the most is {MOST_DEPTH}", parameter="filter"
    )


def _tokens(text: str) -> Iterator[Token]:
    for match in _TOKEN.finditer(text):
        sort = match.lastgroup or "other"
        if sort != "blank":
            yield Token(sort, match[0], match.start())


def _refuse_deep(tokens: list[Token]) -> None:
    """Bound the depth of the tree: brackets around, plus operators chained between AND, OR, comma.

    Each level is [operators in this stretch, deepest bracket in it, deepest stretch so far].
    """
    levels = [[0, 0, 0]]
    for token in tokens:
        if token.text == "(":
            levels.append([0, 0, 0])
        elif token.text == ")" and len(levels) > 1:
            inner = _stretch_ended(levels.pop()) + 1
            levels[-1][1] = max(levels[-1][1], inner)
        elif token.text == "," or token.key in {"AND", "OR"}:
            _stretch_ended(levels[-1])
        elif token.sort in {"mark", "word"} and token.key in _DEEPENS:
            levels[-1][0] += 1
        depth = len(levels) + levels[-1][0] + levels[-1][1]
        if depth > MOST_DEPTH:
            raise too_deep(depth)


def _stretch_ended(level: list[int]) -> int:
    level[2] = max(level[2], level[0] + level[1])
    level[0] = level[1] = 0
    return level[2]


def _respelled(tokens: list[Token]) -> Iterator[tuple[str, int]]:
    before = ""
    for token, after in pairwise(tokens):
        if token.text == ")" and before == "[]":
            before = ")"
            continue
        text = _spelling(token, after, before)
        before = "[]" if text == f"{EMPTY_ARRAY}()" else token.text
        yield text + _gap(token, after), token.start


def _gap(token: Token, after: Token) -> str:
    """A blank, but none between a sign and its number: `POINT(1 - 2)` is no point."""
    glued = token.text in {"+", "-"} and token.start + 1 == after.start
    return "" if glued else " "


def _spelling(token: Token, after: Token, before: str) -> str:
    if token.sort == "string":
        return "'" + _unescaped(token.text[1:-1]).replace("'", "''") + "'"
    if token.sort == "number":
        return _plain_number(token.text)
    if token.sort == "word":
        return _plain_word(token, after)
    if token.text == "(" and after.text == ")" and before in {"(", ","}:
        return f"{EMPTY_ARRAY}()"
    return token.text


def _unescaped(body: str) -> str:
    r"""A string literal's body with `''` and backslash escapes resolved.

    An unknown escape stays as it is: `\%` and `\_` mean something to LIKE.
    """
    return re.sub(
        r"''|\\(.)",
        lambda m: "'" if m[0] == "''" else _ESCAPES.get(m[1], m[0]),
        body,
        flags=re.DOTALL,
    )


def _plain_number(text: str) -> str:
    if not isfinite(float(text)):
        raise InvalidInput(
            f"filter has the number {text[:40]}, which is too large", parameter="filter"
        )
    if "e" in text.lower():
        return format(Decimal(repr(float(text))), "f")
    return "0" + text if text.startswith(".") else text


def _plain_word(token: Token, after: Token) -> str:
    if token.key == "EMPTY" or (_is_geometry(token) and after.key == "EMPTY"):
        raise InvalidInput(
            "filter has an EMPTY geometry, which selects nothing", parameter="filter"
        )
    if token.key in _KEYWORDS or after.text == "(":
        return token.text
    if _is_geometry(token) and after.key in _DIMENSIONS:
        return token.text
    return f'"{token.text}"'


def _is_geometry(token: Token) -> bool:
    return _GEOMETRY.fullmatch(token.text) is not None
