"""How is a Ukrainian name written in Latin letters? As the Cabinet of Ministers ruled in 2010."""

from itertools import pairwise

LETTERS = "абвгґдежзиіклмнопрстуфхцчшщ"
LATIN = "a b v h g d e zh z y i k l m n o p r s t u f kh ts ch sh shch"
ANYWHERE = dict(zip(LETTERS, LATIN.split(" "), strict=True))
FIRST = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
"""At the beginning of a word."""
LATER = {"є": "ie", "ї": "i", "й": "i", "ю": "iu", "я": "ia"}
SILENT = "ь'’ʼ"
BETWEEN_WORDS = " -"


def romanised(name: str) -> str:
    """A Ukrainian name in Latin letters (resolution 55 of 27 January 2010): Київ -> Kyiv.

    Letters of no Ukrainian alphabet stay as they are.
    """
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
        return FIRST[letter] if before in BETWEEN_WORDS else LATER[letter]
    if before == "з" and letter == "г":
        return "gh"
    return ANYWHERE.get(letter, letter)
