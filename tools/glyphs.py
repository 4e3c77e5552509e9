"""How do letters of a font become what a map draws labels with: distance fields in glyph ranges?

For maintainers: `python -m tools.glyphs` writes the ranges of `RANGES` and the letters of legends
into `geodata/fonts`, the same bytes every time.

A map of MapLibre asks for 256 code points at a time and gets a protobuf of small pictures whose
values tell the distance to the letter's outline, so that one picture serves every size. Sizes and
values are those of Mapbox's fontnik, which the library expects: 24 pixels an em, a border of 3,
distances up to 8 pixels, of which a quarter lies inside.
"""

import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from geodata.rasters.lettering import INKS, STRIP
from service.routes.styles import FONTS, RANGE, range_file

FloatArray = npt.NDArray[np.floating]
Point = tuple[float, float]
PACKAGE = "font_source_sans_pro"
FILES = {
    "Lodeline Regular": "SourceSansPro-Regular.ttf",
    "Lodeline Bold": "SourceSansPro-Bold.ttf",
}
"""Files by font stack: Source Sans Pro, SIL Open Font License 1.1, which also holds for the ranges.
"Source" is a reserved font name, so that the stacks are named after this project."""
RANGES = (0, 256, 512, 1024, 8192, 8448)
"""Latin with the letters of all neighbours, Cyrillic, punctuation, and signs such as the numero."""
LEGEND_RANGES = (0, 256, 1024, 8192, 8448, 8704)
LEGEND_EM_PX = 18
LEGEND_PX = 24, 6
"""Height of a line, and how much of it lies below the baseline."""
EM_PX = 24
BORDER_PX = 3
RADIUS_PX = 8
CUTOFF = 0.25
OUTLINE, PER_PX = 255 - 256 * CUTOFF, 256 / RADIUS_PX
"""The value on an outline, and by how much it changes over a pixel."""
STEPS = np.linspace(0, 1, 5, dtype=np.float32)[:, None]
"""Where a curve is cut into chords; off by a hundredth of a pixel at most."""


def main() -> int:
    """Write the ranges of all fonts in place. Returns the exit status."""
    for stack in FONTS:
        for start in RANGES:
            path = range_file(stack, start)
            path.write_bytes(gzip.compress(glyph_range(stack, start), 9, mtime=0))
            sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    np.savez_compressed(STRIP, allow_pickle=False, **strip())
    sys.stdout.write(f"{STRIP.name}: {STRIP.stat().st_size:,} bytes\n")
    return 0


def glyph_range(stack: str, start: int) -> bytes:
    """The protobuf of the `RANGE` code points from `start` on, drawn of a font of `FONTS`."""
    font = _font(stack)
    codes = (code for code in range(start, start + RANGE) if code in font.names)
    glyphs = b"".join(_bytes(3, _glyph(font.glyph(code))) for code in codes)
    name, numbers = stack.encode(), f"{start}-{start + RANGE - 1}".encode()
    return _bytes(1, _bytes(1, name) + _bytes(2, numbers) + glyphs)


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
    """A font file, read once, at a number of pixels an em."""

    def __init__(self, path: Path, em_px: int) -> None:
        font = TTFont(BytesIO(path.read_bytes()), lazy=True)
        self._letters = font.getGlyphSet()
        self.names: dict[int, str] = font.getBestCmap()
        self.scale = em_px / int(font["head"].unitsPerEm)
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


# Letters of legends


def strip() -> dict[str, npt.NDArray[np.generic]]:
    """All letters of `LEGEND_RANGES` side by side, each as wide as it advances.

    codes, advances: (n,) of the letters in order. ink: (height, sum of advances), 0..`INKS` - 1.
    """
    font = _font("Lodeline Regular", LEGEND_EM_PX)
    codes = [c for start in LEGEND_RANGES for c in range(start, start + RANGE) if c in font.names]
    glyphs = [font.glyph(code) for code in codes]
    glyphs = [glyph for glyph in glyphs if glyph.advance]
    return {
        "codes": np.array([glyph.code for glyph in glyphs], dtype=np.uint16),
        "advances": np.array([glyph.advance for glyph in glyphs], dtype=np.uint8),
        "ink": np.hstack([_ink(glyph, font.ascender) for glyph in glyphs]),
    }


def _ink(glyph: Glyph, ascender: int) -> npt.NDArray[np.uint8]:
    """How much of each pixel of a line a letter covers, (height, advance), 0..`INKS` - 1."""
    height, below = LEGEND_PX
    room = height + 2 * BORDER_PX, glyph.advance + 2 * LEGEND_EM_PX
    line = np.zeros(room, dtype=np.uint8)
    if glyph.field is not None:
        covered = np.clip((glyph.field.astype(float) - OUTLINE) / PER_PX + 0.5, 0, 1)
        top = height - below - (glyph.top + ascender)
        left = glyph.left - BORDER_PX + LEGEND_EM_PX
        rows, columns = covered.shape
        line[top : top + rows, left : left + columns] = np.rint(covered * (INKS - 1))
    return line[BORDER_PX:-BORDER_PX, LEGEND_EM_PX : LEGEND_EM_PX + glyph.advance]


@cache
def _font(stack: str, em_px: int = EM_PX) -> _Font:
    """Raises ModuleNotFoundError where the font is not installed."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("the font is not installed; install font-source-sans-pro")
    return _Font(Path(spec.submodule_search_locations[0]) / "files" / FILES[stack], em_px)


# Protobuf: glyphs { stacks = 1 }, stack { name = 1, range = 2, glyphs = 3 }


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


if __name__ == "__main__":
    raise SystemExit(main())
