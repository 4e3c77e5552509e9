"""Letters of the map's labels: one range of a font's glyphs, made once by `tools/glyphs.py`."""

import gzip
import re
from pathlib import Path

from starlette.responses import Response

import geodata
from geodata.errors import InvalidInput, NotFound
from service.http.context import Ask

MEDIA = {"pbf": "application/x-protobuf"}
CODE_POINT = re.compile(r"[0-9]{1,5}", re.ASCII)
FOLDER = Path(geodata.__file__).parent / "fonts"
FONTS = {"Lodeline Regular": "regular", "Lodeline Bold": "bold"}
"""Names of font stacks, and what the names of their files begin with."""
RANGE = 256
LAST_RANGE = 65_280


def glyphs(ask: Ask) -> Response:
    """The glyphs of a font stack, 256 code points at a time."""
    words = ask.path_words
    start = _parse_range(words["range"])
    return ask.body(glyph_range(words["fontstack"], start), MEDIA["pbf"])


def glyph_range(stack: str, start: int) -> bytes:
    """The protobuf of the `RANGE` code points from `start` on, of the first known font.

    stack: names joined by commas. A range without letters gives a stack without glyphs, as
    MapLibre asks for ranges by the letters of a label and fails on a status that is no success.
    Raises NotFound for a stack of unknown names, or for what begins no range.
    """
    known = [name for name in (part.strip() for part in stack.split(",")) if name in FONTS]
    if not known:
        fonts = ", ".join(FONTS)
        raise NotFound(f"there is no font {stack[:60]!r}; there are {fonts}", parameter="fontstack")
    if start not in range(0, LAST_RANGE + 1, RANGE):
        wanted = f"{RANGE} code points from a multiple of {RANGE} on, up to {LAST_RANGE}"
        raise NotFound(f"no range of glyphs begins at {start}; ask {wanted}", parameter="range")
    path = range_file(known[0], start)
    return gzip.decompress(path.read_bytes()) if path.is_file() else _empty(known[0], start)


def range_file(name: str, start: int) -> Path:
    """Where the range of a font of `FONTS` lies, gzip; not every range has a file."""
    return FOLDER / f"{FONTS[name]}-{start}.pbf.gz"


def _empty(name: str, start: int) -> bytes:
    """A stack without glyphs in protobuf: glyphs { stacks = 1 }, stack { name = 1, range = 2 }."""
    return _field(1, _field(1, name.encode()) + _field(2, f"{start}-{start + RANGE - 1}".encode()))


def _field(number: int, value: bytes) -> bytes:
    return bytes((number << 3 | 2, len(value))) + value


def _parse_range(text: str) -> int:
    """The first code point of a range written as first and last.

    One word of the path: a pattern of two in one segment would try each hyphen for each.
    """
    start, _, end = text.partition("-")
    whole = all(CODE_POINT.fullmatch(text) for text in (start, end))
    if whole and int(end) - int(start) == RANGE - 1:
        return int(start)
    raise InvalidInput(
        f"the range is {text[:40]!r}; give {RANGE} code points, as 0-{RANGE - 1}",
        parameter="range",
    )
