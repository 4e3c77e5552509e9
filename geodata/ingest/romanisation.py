"""How is a name of any script written in ASCII letters?

Ukrainian letters as the Cabinet of Ministers ruled (resolution 55 of 27 January 2010), whatever the
language of the word: a name of a file does not say which it is. What that table lacks (Russian
`ы э ё ъ`, other scripts, signs) is written as anyascii writes it.
"""

# ruff: noqa: RUF001 - the letters are Cyrillic, the quotes what people type

import unicodedata
from itertools import pairwise

from anyascii import anyascii

LETTERS = "абвгґдежзиіклмнопрстуфхцчшщ"
LATIN = "a b v h g d e zh z y i k l m n o p r s t u f kh ts ch sh shch"
ANYWHERE = dict(zip(LETTERS, LATIN.split(" "), strict=True))
FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
"""At the beginning of a word."""
LATER = {"є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia"}
SILENT = "ь'’ʼ"
QUOTES = str.maketrans("", "", "'`\"")
"""What anyascii writes for hard and soft signs, ayin and the like."""


def ascii_name(name: str) -> str:
    """A name in printable ASCII: Шар №1 -> Shar No1; empty where no character has a reading.

    The same for a letter and for its parts (NFC and NFD).
    """
    return anyascii(romanised(unicodedata.normalize("NFC", name))).translate(QUOTES)


def romanised(name: str) -> str:
    """A Ukrainian name in Latin letters: Київ -> Kyiv. Other letters stay as they are."""
    pairs = pairwise(f" {name}")
    return "".join(_letter(before.lower(), letter) for before, letter in pairs)


def _letter(before: str, letter: str) -> str:
    small = letter.lower()
    latin = _latin(before, small)
    return latin.capitalize() if letter != small else latin


def _latin(before: str, letter: str) -> str:
    if letter in SILENT:
        return ""
    if letter in FIRST:
        inside = before.isalpha() or before in SILENT
        return LATER[letter] if inside else FIRST[letter]
    if before == "з" and letter == "г":
        return "gh"
    return ANYWHERE.get(letter, letter)
