"""Letters of the map's labels: one range of a font's glyphs."""

import re

from starlette.responses import Response

from geodata.errors import InvalidInput
from service.ask import Ask
from service.glyphs import RANGE, glyph_range

MEDIA = {"pbf": "application/x-protobuf"}
CODE_POINT = re.compile(r"[0-9]{1,5}", re.ASCII)


def glyphs(ask: Ask) -> Response:
    """The glyphs of a font stack, 256 code points at a time."""
    words = ask.path_words
    start = _parse_range(words["range"])
    return ask.body(glyph_range(words["fontstack"], start), MEDIA["pbf"])


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
