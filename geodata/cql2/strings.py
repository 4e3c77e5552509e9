"""How are texts folded and matched: case, accents and patterns, over arrays of texts?"""

import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from geodata.cql2.columns import Datum
from geodata.cql2.scalars import on_distinct
from geodata.errors import InvalidInput

MOST_WILDCARDS = 50
MOST_PATTERN = 1_000
"""Wildcards and characters of a pattern of LIKE."""
MOST_MARKS = 30
"""Marks on a letter, as in the stream-safe format of Unicode (UAX 15)."""
_LETTERS = {
    **dict(zip("øØđĐłŁħĦŧŦƀɍɇƶƵıŋŊð", "oOdDlLhHtTbrezZinNd", strict=True)),
    **dict(zip("æÆœŒþÞß", ("ae", "AE", "oe", "OE", "th", "TH", "ss"), strict=True)),
}
"""Latin letters that Unicode does not decompose and ASCII has no sign for."""
_LETTER = re.compile(f"[{''.join(_LETTERS)}]")
_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)

_LIKE = re.compile(r"(?P<any>%+)|(?P<one>_)|(?:[^%_\\]|\\.|\\$)+", re.DOTALL)
_SIMPLE = {"%": pc.starts_with, "t%": pc.starts_with, "%t": pc.ends_with, "%t%": pc.match_substring}


def casei(value: Datum) -> Datum:
    """CASEI: Unicode full case folding."""
    return _on_strings(value, lambda texts: _folded(texts, pc.ascii_lower, str.casefold))


def accenti(value: Datum) -> Datum:
    """ACCENTI: without diacritics, after canonical decomposition; ø and its like become o.

    Raises InvalidInput for a text of the filter with more than MOST_MARKS in a row.
    """
    if isinstance(value, pa.Scalar) and value.is_valid:
        _refuse_marks(value.as_py())
    return _on_strings(value, lambda texts: _folded(texts, lambda ascii_: ascii_, without_accents))


def lower(value: Datum) -> Datum:
    """Small letters."""
    return _on_strings(value, pc.utf8_lower)


def upper(value: Datum) -> Datum:
    """Capital letters."""
    return _on_strings(value, pc.utf8_upper)


def length(value: Datum) -> Datum:
    """Number of characters."""
    return _on_strings(value, lambda texts: pc.utf8_length(texts).cast(pa.int64()))


def like(value: Datum, pattern: Datum) -> Datum:
    """LIKE: `%` any characters, `_` one, backslash before either takes it literally."""
    matches = _matcher(_pattern_parts(pattern.as_py()))
    return _on_strings(value, matches)


def _pattern_parts(pattern: str) -> list[str]:
    r"""A pattern cut into `%`, `_` and, marked by a backslash in front, plain text.

    `%%` counts as `%`: regular expressions need a time for each. A backslash before any other
    character, or at the end, stands for itself.
    """
    wild = [m[0] for m in _LIKE.finditer(pattern) if m.lastgroup]
    if len(pattern) > MOST_PATTERN or len(wild) > MOST_WILDCARDS:
        raise InvalidInput(
            f"LIKE takes at most {MOST_PATTERN} characters and {MOST_WILDCARDS} wildcards",
            parameter="filter",
        )
    return [
        m[0][0] if m.lastgroup else "\\" + re.sub(r"\\([%_\\])", r"\1", m[0])
        for m in _LIKE.finditer(pattern)
    ]


def _matcher(parts: list[str]) -> Callable[[pa.Array], pa.Array]:
    """The cheapest test for a pattern: exact, start, end, middle, else a regular expression."""
    text = "".join(part[1:] for part in parts)
    shape = "".join("t" if part[0] == "\\" else part for part in parts)
    if shape in {"", "t"}:
        return lambda texts: pc.equal(texts, text)
    if shape in _SIMPLE:
        return lambda texts: _SIMPLE[shape](texts, text)
    wild = {"%": ".*", "_": "."}
    # `(?s)`: `.` takes line breaks too. Arrow's RE2 does not backtrack, so no pattern takes for
    # ever.
    expression = "".join(wild.get(part) or re.escape(part[1:]) for part in parts)
    return lambda texts: pc.match_substring_regex(texts, f"(?s)^{expression}$")


def without_accents(text: str) -> str:
    """A text without diacritics, composed again."""
    spelled = _LETTER.sub(lambda letter: _LETTERS[letter[0]], text)
    # Only Latin, Cyrillic and symbol marks go: in other scripts marks are letters of their own.
    bare = _MARKS.sub("", unicodedata.normalize("NFD", spelled))
    return unicodedata.normalize("NFC", bare)


def _refuse_marks(text: str) -> None:
    """Raise InvalidInput for many marks in a row, which are put in order one by one."""
    run = 0
    for letter in text:
        run = run + 1 if unicodedata.combining(letter) else 0
        if run > MOST_MARKS:
            raise InvalidInput(
                f"ACCENTI takes at most {MOST_MARKS} marks on a letter", parameter="filter"
            )


def _on_strings(value: Datum, work: Callable[[pa.Array], pa.Array]) -> Datum:
    if isinstance(value, pa.Scalar):
        return work(pa.array([value.as_py()], pa.string()))[0]
    return on_distinct(value, work)


def _folded(
    texts: pa.Array, plain: Callable[[pa.Array], pa.Array], work: Callable[[str], str]
) -> pa.Array:
    """ASCII texts by `plain`, all in Arrow; others by `work`, one by one.

    9,000 names of settlements take 4 ms (CASEI) and 8 ms (ACCENTI) so, once a filter.
    """
    ascii_ = pc.string_is_ascii(texts)
    if pc.all(ascii_, min_count=0).as_py():
        return plain(texts)
    others = pc.fill_null(pc.invert(ascii_), fill_value=False)
    folded = [work(text) for text in texts.filter(others).to_pylist()]
    return pc.replace_with_mask(plain(texts), others, pa.array(folded, pa.string()))
