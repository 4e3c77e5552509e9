"""How is a function of text applied to a whole column at once?

All words become one string, joined by a break no fold changes. Where its letters are of scripts in
which the function works letter by letter, a table of code points does the work; elsewhere the
function itself, on the one string.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Fold: TypeAlias = Callable[[str], str]
Points: TypeAlias = npt.NDArray[np.uint32]

BREAK = "\x1f"
_TABLE_END = 0x0900
"""Latin, Greek, Cyrillic, Hebrew, Arabic: below it no two letters compose but by marks."""
_PART = 10_000
"""Words joined at a time, so that the work stays in the processor's cache."""
_DROPPED = 0xFFFFFFFF
_UNSURE = 0xFFFFFFFE


def all_at_once(words: pa.Array, fold: Fold) -> pa.Array:
    """The fold of each word, (n,) strings. words: (n,) strings without nulls."""
    parts = [_joined(words.slice(start, _PART), fold) for start in range(0, len(words), _PART)]
    return pa.concat_arrays(parts) if parts else words


def _joined(words: pa.Array, fold: Fold) -> pa.Array:
    listed = pa.ListArray.from_arrays([0, len(words)], words)
    joined = str(pc.binary_join(listed, BREAK)[0])
    done = _by_table(joined, fold) or fold(joined)
    if done.count(BREAK) != len(words) - 1:  # a word holds the break itself
        return pa.array([fold(word) for word in words.to_pylist()], pa.string())
    return _cut(done.encode())


def _by_table(text: str, fold: Fold) -> str | None:
    """The fold of a text letter by letter; None where a letter is not safe to fold alone."""
    points = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    if not len(points) or points.max() >= _TABLE_END:
        return None
    folded = _table(fold)[points]
    if (folded == _UNSURE).any():
        return None
    return str(folded[folded != _DROPPED].tobytes(), "utf-32-le")


@lru_cache(maxsize=4)
def _table(fold: Fold) -> Points:
    return np.array([_point(chr(code), fold) for code in range(_TABLE_END)], np.uint32)


def _point(letter: str, fold: Fold) -> int:
    folded = fold(letter)
    if len(folded) == 1:
        loose = folded == letter and unicodedata.combining(letter)
        return _UNSURE if loose else ord(folded)
    return _UNSURE if folded else _DROPPED


def _cut(text: bytes) -> pa.Array:
    """Strings from bytes with breaks between them."""
    letters = np.frombuffer(text, np.uint8)
    breaks = np.flatnonzero(letters == ord(BREAK))
    ends = np.append(breaks, len(letters)) - np.arange(len(breaks) + 1)
    offsets = np.concatenate([[0], ends]).astype(np.int32)
    kept = letters[letters != ord(BREAK)]
    return pa.StringArray.from_buffers(
        len(breaks) + 1, pa.py_buffer(offsets.tobytes()), pa.py_buffer(kept.tobytes())
    )
