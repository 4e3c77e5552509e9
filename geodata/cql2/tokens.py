"""How is CQL2 text cut into tokens and bounded, and how are they read one after the other?

A token is found where the one before it ended, by patterns that never give back what they took, so
cutting takes time in proportion to the text. A literal that does not end is an error at once: tried
again at each of its characters, 16,000 quotes would take 16,000 times as long as one.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from typing import TypeVar

from geodata.errors import InvalidInput

MOST_BYTES = 32_768
"""Bytes of a filter in UTF-8."""
MOST_DEPTH = 100
"""Parts within parts: each takes some frames of the interpreter's stack, which has 1,000."""
END = "end"

# Possessive throughout (`++`, `*+`): nothing taken is given back, so nothing is tried twice.
_TOKEN = re.compile(
    r"""(?P<blank>\s++)
    | (?P<string>'(?:[^'\\]++|''|\\.)*+')
    | (?P<quoted>"(?:[^"]++|"")++")
    | (?P<unclosed>['"])
    | (?P<word>(?:[^\W\d]|:)[\w.:\u0300-\u036f\u203f\u2040]*+)
    | (?P<number>(?:[0-9]++(?:\.[0-9]*+)?+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?+)
    | (?P<mark><>|<=|>=|!=|[-+*/%^=<>(),])
    | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPED = re.compile(r"''|\\(.)", re.DOTALL)
_ESCAPES = dict(zip("abtnvfr'\\", "\a\b\t\n\v\f\r'\\", strict=True))
EXACT, MOST = 2**53, 2**63
"""Up to here doubles hold every integer; from here on 64 bits do not."""
SHOWN = 24
"""Characters of the text an error shows."""
T = TypeVar("T")


@dataclass(frozen=True)
class Token:
    """A piece of the text that is no blank: its sort, its text and where it starts.

    Sorts are string, quoted (a name in quotes), word, number, mark, other and END.
    """

    sort: str
    text: str
    start: int

    @property
    def key(self) -> str:
        """A word or mark as it is compared; empty for literals and names in quotes."""
        return self.text.upper() if self.sort in {"word", "mark"} else ""


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text, with one of sort END last.

    Raises InvalidInput where the text is too long or a literal does not end.
    """
    refuse_long(text)
    tokens = []
    for match in _TOKEN.finditer(text):
        sort = match.lastgroup or "other"
        if sort == "unclosed":
            raise _unclosed(match)
        if sort != "blank":
            tokens.append(Token(sort, match[0], match.start()))
    return [*tokens, Token(END, "", len(text))]


class Reader:
    """The tokens of a text, and how far they are read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._depth = 0

    @property
    def next(self) -> Token:
        """The token to be read."""
        return self._tokens[self._at]

    @property
    def after(self) -> Token:
        """The token after that; at the end the end."""
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    @property
    def is_apart(self) -> bool:
        """Whether a blank stands before the next token."""
        before = self._tokens[self._at - 1]
        return self.next.start > before.start + len(before.text)

    def take(self) -> Token:
        """Read a token."""
        token = self.next
        self._at += token.sort != END
        return token

    def takes(self, key: str) -> bool:
        """Read a word or mark if it is the next token, and whether it was."""
        if self.next.key != key:
            return False
        self.take()
        return True

    def expect(self, key: str) -> None:
        """Read a word or mark. Raises InvalidInput where another token stands."""
        if not self.takes(key):
            raise self.refusal()

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Read a part within a part. Raises InvalidInput at more than MOST_DEPTH of them."""
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise too_deep(self._depth)
        yield
        self._depth -= 1

    def listed(self, read: Callable[[], T]) -> list[T]:
        """One or more members with commas between them, up to the bracket that closes."""
        members = [read()]
        while not self.takes(")"):
            self.expect(",")
            members.append(read())
        return members

    def refusal(self) -> InvalidInput:
        """The error for a token that cannot stand where it does."""
        start = self.next.start
        near = repr(self._text[start : start + SHOWN]) if self.next.sort != END else "its end"
        return InvalidInput(
            f"filter is not CQL2 text at position {start + 1}, near {near}; "
            "write it like name LIKE 'A%' AND amount > 5",
            parameter="filter",
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


def string_of(token: Token) -> str:
    r"""The text of a string literal, `''` and backslash escapes resolved (/req/.../escaping).

    An unknown escape stays as it is: `\%` and `\_` mean something to LIKE.
    """
    return _ESCAPED.sub(
        lambda m: "'" if m[0] == "''" else _ESCAPES.get(m[1], m[0]), token.text[1:-1]
    )


def number_of(token: Token) -> int | float:
    """The value of a number. Raises InvalidInput where it is infinite."""
    value = exact_number(token.text)
    if not isfinite(value):
        raise InvalidInput(
            f"filter has the number {token.text[:40]}, which is too large", parameter="filter"
        )
    return value


def exact_number(text: str) -> int | float:
    """A number as a double; as an integer where it is whole, fits 64 bits and a double loses it."""
    value = float(text)
    if not EXACT <= abs(value) <= MOST:  # the double may be a neighbour
        return value
    whole = Decimal(text)
    is_whole = whole == whole.to_integral_value() and abs(whole) < MOST
    return int(whole) if is_whole else value


def _unclosed(match: re.Match[str]) -> InvalidInput:
    what = "text" if match[0] == "'" else "name"
    near = match.string[match.start() :][:SHOWN]
    return InvalidInput(
        f"filter has a {what} at position {match.start() + 1}, near {near!r}, that does not end; "
        f"close it with {match[0]}",
        parameter="filter",
    )
