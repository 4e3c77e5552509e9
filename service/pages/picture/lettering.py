"""How wide is a text, where does it break, how does it stand in SVG? In one packaged font.

Source Sans Pro (SIL Open Font License 1.1) comes as a package, so a machine needs no font of its
own; the letters of the map's labels are made from it too (`tools/glyphs.py`).
"""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.util import find_spec
from pathlib import Path

from fontTools.ttLib import TTFont

FAMILY = "Source Sans Pro"
_PACKAGE = "font_source_sans_pro"
_CONTROLS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
ELLIPSIS = "…"


@cache
def font_files() -> tuple[Path, Path]:
    """The files of the font: regular and bold."""
    spec = find_spec(_PACKAGE)
    (folder,) = (spec.submodule_search_locations if spec else None) or ("",)
    regular, bold = (Path(folder, "files", f"SourceSansPro-{w}.ttf") for w in ("Regular", "Bold"))
    return regular, bold


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a text set in one line, in the unit of size, without kerning, which narrows it."""
    return sum(_advance(letter, bold) for letter in text) * size


def wrapped(text: str, size: float, width: float, *, bold: bool = False) -> list[str]:
    """Lines of a text that are no wider than width; a word that is, is broken where it must."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines += _broken(word, size, width, bold=bold)
    return [line for line in lines if line]


def shortened(text: str, size: float, width: float, *, bold: bool = False) -> str:
    """A text cut to a width, with an ellipsis where something is missing."""
    if width_of(text, size, bold=bold) <= width:
        return text
    while text and width_of(text + ELLIPSIS, size, bold=bold) > width:
        text = text[:-1].rstrip()
    return text + ELLIPSIS


def escaped(text: str) -> str:
    """A text as XML may hold it, in content or an attribute."""
    return escape(_CONTROLS.sub("", text), quote=True)


def _broken(word: str, size: float, width: float, *, bold: bool) -> Iterable[str]:
    """A word in pieces that fit, one letter each at the least."""
    pieces = [""]
    for letter in word:
        if pieces[-1] and width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append(letter)
        else:
            pieces[-1] += letter
    return pieces


@cache
def _advances(bold: bool) -> dict[int, float]:  # noqa: FBT001 - a key of the cache
    """Advance by code point, in ems."""
    with TTFont(font_files()[bold], lazy=True) as font:
        em, metrics = font["head"].unitsPerEm, font["hmtx"]
        return {code: metrics[name][0] / em for code, name in font.getBestCmap().items()}


def _advance(letter: str, bold: bool) -> float:  # noqa: FBT001 - between us
    """The advance of a letter; one the font does not have is taken to be a square."""
    return _advances(bold).get(ord(letter), 1.0)
