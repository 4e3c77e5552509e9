"""How do the words of a picture and its map share a sheet of any size, so that nothing overflows?

The words stand in a column beside the map or above and below it. The largest type is taken with
which all fits and the map keeps its share; then the shorter credit, then the legend give way.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from service.pages.picture.colours import Paint, paint_of
from service.pages.picture.legend import Key, key_svg, legend_of, patterns
from service.pages.picture.lettering import ELLIPSIS, FAMILY, escaped, shortened, width_of, wrapped
from service.pages.picture.map_svg import COUNTRY, Drawing, MercatorWindow
from service.pages.picture.scene import Scene

LINE = 1.27
"""Height of a line, in sizes of its type."""
USUAL = (1200, 630, 17.0)
"""Width and height of a sheet, and the size of its type: other sheets follow its area."""
COLUMNS = (0.3, 0.34, 0.4, 0.46, 0.52)
"""Widths of the column of words, shares of the sheet."""
STEPS = 26
KEY = 1.9
"""Room for the sign of an entry of the legend, in sizes of its type."""
TALLEST = 1.5
"""Height of a map at most, in widths: there is no more of the country to show."""
LONG, LARGER = 2.2, 1.5
"""From which ratio of its sides a sheet is so long that its type may be larger, and how much."""


@dataclass(frozen=True)
class Plan:
    """What is said, how small the type may get for it, and the least share of the map."""

    full_credit: bool
    legend: bool
    least_px: float
    map_share: float
    lead: bool = True


PLANS = (
    Plan(full_credit=True, legend=True, least_px=11.5, map_share=0.46),
    Plan(full_credit=False, legend=True, least_px=9.5, map_share=0.46),
    Plan(full_credit=False, legend=True, least_px=7.5, map_share=0.4),
    Plan(full_credit=False, legend=False, least_px=7, map_share=0.36),
    Plan(full_credit=False, legend=False, least_px=5.5, map_share=0.2),
)


@dataclass(frozen=True)
class Text:
    """One line: its left end and baseline, type, colour."""

    x: float
    y: float
    text: str
    size: float
    colour: str
    bold: bool = False

    def svg(self) -> str:
        """As an element."""
        weight = ' font-weight="700"' if self.bold else ""
        return (
            f'<text x="{self.x:.1f}" y="{self.y:.1f}" font-size="{self.size:.2f}"{weight} '
            f'fill="{self.colour}">{escaped(self.text)}</text>'
        )

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + width_of(self.text, self.size, bold=self.bold)


@dataclass(frozen=True)
class Sheet:
    """A picture laid out: lines, signs of the legend, and where the map is: x, y, width, height."""

    width: int
    height: int
    texts: tuple[Text, ...]
    keys: tuple[tuple[Key, float, float], ...]
    body: float
    map_box: tuple[float, float, float, float]


def svg_of(scene: Scene, width: int, height: int) -> str:
    """The picture as SVG, which names no file and no address."""
    paint = paint_of(scene.state.theme or "light")
    sheet = laid_out(scene, width, height, paint)
    x, y, map_width, map_height = sheet.map_box
    unit = sheet.body / USUAL[2]
    camera = scene.state.at
    window = (
        MercatorWindow.holding(COUNTRY, map_width, map_height)
        if camera is None
        else MercatorWindow.at(camera, map_width, map_height, unit)
    )
    drawing = Drawing(scene, window, map_height, unit, paint)
    legend = "".join(key_svg(key, at_x, at_y, sheet.body, paint) for key, at_x, at_y in sheet.keys)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="{FAMILY}">'
        f"<title>{escaped(scene.title)}</title><desc>{escaped(scene.lead)}</desc>"
        f"{patterns(paint, unit)}"
        f'<clipPath id="map-box"><rect width="{map_width:.1f}" height="{map_height:.1f}"/>'
        f'</clipPath><rect width="{width}" height="{height}" fill="{paint.ground}"/>'
        f'<g transform="translate({x:.1f} {y:.1f})"><g clip-path="url(#map-box)">{drawing.svg()}'
        f"</g></g>{legend}{''.join(text.svg() for text in sheet.texts)}</svg>"
    )


def laid_out(scene: Scene, width: int, height: int, paint: Paint) -> Sheet:
    """The first sheet that fits, by plan, then by size of type; the last one with lines cut."""
    most = USUAL[2] * (width * height / (USUAL[0] * USUAL[1])) ** 0.5
    if max(width, height) > LONG * min(width, height):
        most *= LARGER
    for plan in PLANS:
        for body in _sizes(most, plan.least_px):
            for arrange in _arrangements(width, height):
                sheet = arrange(_Words(scene, plan, body, paint))
                if sheet is not None:
                    return sheet
    return _cut(_Words(scene, PLANS[-1], PLANS[-1].least_px, paint), width, height)


def _sizes(most: float, least: float) -> Iterator[float]:
    """Sizes of type from the largest to the least, which comes too where it is the larger."""
    largest = max(most, least)
    for step in range(STEPS):
        yield largest * (least / largest) ** (step / (STEPS - 1))
        if largest == least:
            return


def _arrangements(width: int, height: int) -> list[Callable[["_Words"], Sheet | None]]:
    """Words beside the map where the sheet is wide, else above and below it."""
    if width <= 1.35 * height:
        return [partial(_stacked, width=width, height=height)]
    return [partial(_beside, width=width, height=height, share=share) for share in COLUMNS]


@dataclass(frozen=True)
class _Words:
    """The words of a scene in one size of type."""

    scene: Scene
    plan: Plan
    body: float
    paint: Paint

    @property
    def pad(self) -> float:
        return self.body * 0.9

    @property
    def title_size(self) -> float:
        """The sentence is set smaller where it is long."""
        length = len(self.scene.title)
        return self.body * (1.55 if length < 110 else 1.35 if length < 200 else 1.15)

    def title(self, width: float) -> list[Text]:
        """The sentence, bold."""
        return self._lines(self.scene.title, self.title_size, width, self.paint.ink, bold=True)

    def breaks(self, width: float) -> bool:
        """Whether a word of the sentence is wider than a line."""
        words = self.scene.title.split()
        return any(width_of(word, self.title_size, bold=True) > width for word in words)

    def lead(self, width: float) -> list[Text]:
        """Day, source and age of the map."""
        return self._lines(self.scene.lead, self.body, width, self.paint.soft)

    def credit(self, width: float) -> list[Text]:
        """Whose data, under which licence, in which release."""
        scene = self.scene
        text = scene.credit if self.plan.full_credit else scene.short_credit
        return self._lines(text, max(self.body * 0.66, 6.5), width, self.paint.soft)

    def keys(self) -> list[Key]:
        """The entries of the legend."""
        return legend_of(self.scene) if self.plan.legend else []

    def _lines(
        self, text: str, size: float, width: float, colour: str, *, bold: bool = False
    ) -> list[Text]:
        lines = wrapped(text, size, width, bold=bold)
        return [
            Text(0, (n + 0.8) * size * LINE, line, size, colour, bold)
            for n, line in enumerate(lines)
        ]


def _height(texts: list[Text]) -> float:
    return len(texts) * texts[0].size * LINE if texts else 0.0


def _moved(texts: list[Text], x: float, y: float) -> list[Text]:
    return [replace(text, x=text.x + x, y=text.y + y) for text in texts]


def _beside(words: _Words, width: int, height: int, share: float) -> Sheet | None:
    """Words in a column on the left, the map on all that is right of it; None where it is full."""
    pad, column = words.pad, width * share
    inner = column - 2 * pad
    title, lead, credit = (part(inner) for part in (words.title, words.lead, words.credit))
    top = pad + _height(title) + 0.5 * pad + _height(lead) + 0.8 * pad
    keys, end = _flow(words.keys(), words.body * 0.92, pad, top, inner, columns=1)
    used = end + 0.6 * pad + _height(credit) + pad
    flat = width - column < words.plan.map_share * width
    if used > height or flat or words.breaks(inner):
        return None
    texts = [
        *_moved(title, pad, pad),
        *_moved(lead, pad, pad + _height(title) + 0.5 * pad),
        *_moved(credit, pad, height - pad - _height(credit)),
    ]
    return _sheet(words, width, height, texts, keys, (column, 0, width - column, height))


def _stacked(words: _Words, width: int, height: int) -> Sheet | None:
    """Words above and below the map, which has the full width; None where it would be too flat."""
    pad = words.pad * (0.6 if min(width, height) < 320 else 1)
    inner = width - 2 * pad
    title, lead, credit = (part(inner) for part in (words.title, words.lead, words.credit))
    top = pad * 0.7 + _height(title) + 0.3 * pad + _height(lead) + 0.6 * pad
    foot = 0.5 * pad + _height(credit) + 0.6 * pad
    keys, end = _flow(words.keys(), words.body * 0.92, pad, 0.5 * pad, inner, columns=0)
    left = height - top - end - foot
    if left < words.plan.map_share * height or words.breaks(inner):
        return None
    left = min(left, TALLEST * width)
    texts = [
        *_moved(title, pad, pad * 0.7),
        *_moved(lead, pad, pad * 0.7 + _height(title) + 0.3 * pad),
        *_moved(credit, pad, top + left + end + 0.5 * pad),
    ]
    placed = [(key, x, y + top + left) for key, x, y in keys]
    map_box = (0, top, width, left)
    return _sheet(words, width, height, texts, placed, map_box)


def _cut(words: _Words, width: int, height: int) -> Sheet:
    """Where nothing else fits: what leaves the map its share, the sentence cut and not the rest."""
    inner, size = width - 4, words.body
    title, rest = words.title(inner), [*words.lead(inner), *words.credit(inner)]
    count = max(int(height * (1 - words.plan.map_share) / (size * LINE)), 1)
    shown = title[: max(count - len(rest), 1)]
    if len(shown) < len(title):
        shown[-1] = replace(shown[-1], text=f"{shown[-1].text} {ELLIPSIS}")
    lines = [
        replace(
            text, x=2, y=(n + 0.8) * size * LINE, size=size,
            text=shortened(text.text, size, inner, bold=text.bold),
        )
        for n, text in enumerate([*shown, *rest][:count])
    ]  # fmt: skip
    top = count * size * LINE + 2
    return Sheet(width, height, tuple(lines), (), size, (0, top, width, height - top))


def _sheet(  # noqa: PLR0913 - the parts of a sheet
    words: _Words, width: int, height: int, texts: list[Text],
    keys: list[tuple[Key, float, float]], map_box: tuple[float, float, float, float],
) -> Sheet:  # fmt: skip
    entries = [text for key, x, y in keys for text in _key_texts(words, key, x, y)]
    return Sheet(width, height, (*texts, *entries), tuple(keys), words.body, map_box)


def _flow(  # noqa: PLR0913 - what flows, where, how
    keys: list[Key], size: float, x: float, y: float, width: float, *, columns: int
) -> tuple[list[tuple[Key, float, float]], float]:
    """Entries with the left end and first baseline of each, and where they end.

    columns: 1 for one entry a line, 0 for as many as fit. An entry wider than a line is wrapped.
    """
    placed: list[tuple[Key, float, float]] = []
    line, at = size * LINE * 1.12, x
    base = y + 0.8 * line
    for key in keys:
        lines = wrapped(key.text, size, width - KEY * size)
        entry = KEY * size + max(width_of(text, size) for text in lines)
        if at > x and (columns == 1 or len(lines) > 1 or at + entry > x + width):
            at, base = x, base + line
        placed.append((Key(key.kind, "\n".join(lines)), at, base))
        base += (len(lines) - 1) * line
        at += entry + (1.1 * size if len(lines) == 1 else width)
    return placed, (base + 0.35 * line if placed else y)


def _key_texts(words: _Words, key: Key, x: float, y: float) -> list[Text]:
    """The lines of an entry."""
    size = words.body * 0.92
    return [
        Text(x + KEY * size, y + n * size * LINE * 1.12, line, size, words.paint.ink)
        for n, line in enumerate(key.text.split("\n"))
    ]
