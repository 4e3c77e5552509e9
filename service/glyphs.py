"""How do letters of a font become what a map draws labels with: distance fields in glyph ranges?

A map of MapLibre asks for 256 code points at a time and gets a protobuf of small pictures whose
values tell the distance to the letter's outline, so that one picture serves every size. Sizes and
values are those of Mapbox's fontnik, which the library expects: 24 pixels an em, a border of 3,
distances up to 8 pixels, of which a quarter lies inside.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from geodata.errors import NotFound, Unavailable

FloatArray = npt.NDArray[np.floating]
Point = tuple[float, float]
PACKAGE = "font_source_sans_pro"
FONTS = {
    "Lodeline Regular": "SourceSansPro-Regular.ttf",
    "Lodeline Bold": "SourceSansPro-Bold.ttf",
}
"""Names of font stacks by file: Source Sans Pro, SIL Open Font License 1.1."""
RANGE = 256
LAST_RANGE = 65_280
EM_PX = 24
BORDER_PX = 3
RADIUS_PX = 8
CUTOFF = 0.25
_ONE_AT_A_TIME = Lock()
"""fontTools unpacks a letter when it is first asked for, which two threads must not do at once."""
STEPS = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
"""Where a curve is cut into chords; off by a hundredth of a pixel at most."""


def glyph_range(stack: str, start: int) -> bytes:
    """The protobuf of the `RANGE` code points from `start` on, of the first known font.

    stack: names joined by commas. A range without letters gives a stack without glyphs.
    Raises NotFound for a stack of unknown names, or for what begins no range.
    """
    known = [name for name in (part.strip() for part in stack.split(",")) if name in FONTS]
    if not known:
        fonts = ", ".join(FONTS)
        raise NotFound(f"there is no font {stack[:60]!r}; there are {fonts}", parameter="fontstack")
    if start not in range(0, LAST_RANGE + 1, RANGE):
        wanted = f"{RANGE} code points from a multiple of {RANGE} on, up to {LAST_RANGE}"
        raise NotFound(f"no range of glyphs begins at {start}; ask {wanted}", parameter="range")
    with _ONE_AT_A_TIME:
        return _encoded(known[0], start)


# Letters


@dataclass(frozen=True)
class Glyph:
    """One letter: its picture and where it stands, in pixels at `EM_PX` an em.

    field: (height + 2 borders, width + 2 borders) of bytes, 191 on the outline, more inside; None
    for a blank. top: of the picture's letter above the baseline, less the ascender.
    """

    code: int
    field: npt.NDArray[np.uint8] | None
    left: int
    top: int
    advance: int


class _Font:
    """A font file, read once."""

    def __init__(self, path: Path) -> None:
        font = TTFont(BytesIO(path.read_bytes()), lazy=True)
        self._letters = font.getGlyphSet()
        self.names: dict[int, str] = font.getBestCmap()
        self.scale = EM_PX / int(font["head"].unitsPerEm)
        self.ascender = round(font["hhea"].ascent * self.scale)

    def glyph(self, code: int) -> Glyph:
        """The letter of a code point that is in `names`."""
        letter = self._letters[self.names[code]]
        pen = _Outline(self._letters)
        letter.draw(pen)
        chords = pen.chords() * self.scale
        advance = round(letter.width * self.scale)
        if not len(chords):
            return Glyph(code, None, 0, -self.ascender, advance)
        (west, south), (east, north) = np.rint([chords.min((0, 1)), chords.max((0, 1))])
        xs = np.arange(west - BORDER_PX, east + BORDER_PX) + 0.5
        ys = np.arange(north + BORDER_PX, south - BORDER_PX, -1) - 0.5
        field = _field(chords, xs.astype(np.float32), ys.astype(np.float32))
        return Glyph(code, field, int(west), int(north) - self.ascender, advance)


class _Outline(BasePen):  # type: ignore[misc] # fontTools is not typed
    """Takes down the lines and the quadratic curves of a TrueType outline."""

    def __init__(self, letters: object) -> None:
        super().__init__(letters)
        self._lines: list[tuple[Point, Point]] = []
        self._curves: list[tuple[Point, Point, Point]] = []
        self._start: Point = (0, 0)

    def chords(self) -> FloatArray:
        """All of it as straight chords, (n, 2, 2) from and to."""
        lines = np.array(self._lines, dtype=np.float32).reshape(-1, 2, 2)
        curves = np.array(self._curves, dtype=np.float32).reshape(-1, 3, 1, 2)
        here, middle, there = curves[:, 0], curves[:, 1], curves[:, 2]
        points = (1 - STEPS) ** 2 * here + 2 * STEPS * (1 - STEPS) * middle + STEPS**2 * there
        bent = np.stack([points[:, :-1], points[:, 1:]], axis=2).reshape(-1, 2, 2)
        return np.concatenate([lines, bent])

    def _moveTo(self, pt: Point) -> None:  # noqa: N802 - named by fontTools
        self._start = pt

    def _lineTo(self, pt: Point) -> None:  # noqa: N802
        self._lines.append((self._getCurrentPoint(), pt))

    def _qCurveToOne(self, pt1: Point, pt2: Point) -> None:  # noqa: N802
        self._curves.append((self._getCurrentPoint(), pt1, pt2))

    def _closePath(self) -> None:  # noqa: N802
        self._lines.append((self._getCurrentPoint(), self._start))


def _field(chords: FloatArray, xs: FloatArray, ys: FloatArray) -> npt.NDArray[np.uint8]:
    """Distances to the outline as bytes, (rows, columns), the first row the highest.

    chords: (n, 2, 2) from and to; xs, ys: of the columns and rows. Pixels with y upwards.
    """
    (x, y), (run, rise) = chords[:, 0].T, (chords[:, 1] - chords[:, 0]).T
    length2 = np.maximum(run**2 + rise**2, 1e-9)
    right, up = xs[:, None] - x, ys[:, None] - y
    part = np.clip((right * run / length2)[None] + (up * rise / length2)[:, None], 0, 1)
    nearest = (right[None] - part * run) ** 2 + (up[:, None] - part * rise) ** 2
    distance = np.sqrt(nearest.min(-1))
    outside = np.where(_is_inside(right, up, run, rise), -distance, distance)
    steps = outside * 256 / RADIUS_PX + CUTOFF * 256
    return np.asarray(255 - np.clip(steps, 0, 255).astype(np.uint8), dtype=np.uint8)


def _is_inside(
    right: FloatArray, up: FloatArray, run: FloatArray, rise: FloatArray
) -> npt.NDArray[np.bool_]:
    """Whether points are inside by the rule of non-zero winding, (rows, columns).

    right: of the chords' beginnings, (columns, n); up: above them, (rows, n).
    """
    winding = np.where(rise > 0, 1, -1) * (((up >= 0) & (up < rise)) | ((up < 0) & (up >= rise)))
    row, chord = np.nonzero(winding)
    crossing = up[row, chord] * run[chord] / rise[chord]
    turns = np.zeros((len(up), len(right)), dtype=int)
    np.add.at(turns, row, (right[:, chord] < crossing).T * winding[row, chord][:, None])
    return np.asarray(turns != 0)


# Protobuf: glyphs { stacks = 1 }, stack { name = 1, range = 2, glyphs = 3 }


@cache
def _font(stack: str) -> _Font:
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable("the font of the labels is not installed; install font-source-sans-pro")
    return _Font(Path(spec.submodule_search_locations[0]) / "files" / FONTS[stack])


@cache
def _encoded(stack: str, start: int) -> bytes:
    font = _font(stack)
    codes = (code for code in range(start, start + RANGE) if code in font.names)
    glyphs = b"".join(_bytes(3, _glyph(font.glyph(code))) for code in codes)
    name, numbers = stack.encode(), f"{start}-{start + RANGE - 1}".encode()
    return _bytes(1, _bytes(1, name) + _bytes(2, numbers) + glyphs)


def _glyph(glyph: Glyph) -> bytes:
    """A glyph: id = 1, bitmap = 2, width = 3, height = 4, left = 5, top = 6, advance = 7."""
    high, wide = (2 * BORDER_PX,) * 2 if glyph.field is None else glyph.field.shape
    numbers = {
        3: wide - 2 * BORDER_PX,
        4: high - 2 * BORDER_PX,
        5: _zigzag(glyph.left),
        6: _zigzag(glyph.top),
        7: glyph.advance,
    }
    picture = b"" if glyph.field is None else _bytes(2, glyph.field.tobytes())
    return _number(1, glyph.code) + picture + b"".join(_number(*pair) for pair in numbers.items())


def _number(field: int, value: int) -> bytes:
    return bytes(_varint(field << 3)) + bytes(_varint(value))


def _bytes(field: int, value: bytes) -> bytes:
    return bytes(_varint(field << 3 | 2)) + bytes(_varint(len(value))) + value


def _varint(value: int) -> Iterator[int]:
    while value > 127:
        yield value & 127 | 128
        value >>= 7
    yield value


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1
