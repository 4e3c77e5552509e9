"""How is the map of a picture drawn: ground, land held, contact line, signs and names, as SVG?"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from service.pages.picture import ground
from service.pages.picture.colours import Paint
from service.pages.picture.lettering import escaped, width_of
from service.pages.picture.scene import Moment, Scene, Sign
from service.pages.svg_window import KM_PER_DEGREE, SvgWindow
from service.params.map_state import Camera

COUNTRY = (21.6, 44.1, 40.6, 52.5)
"""What a map without a place shows at least, as on the map page; CRS84."""
POLE = 85.0
TILE_PX = 512
FEW_NAMED, FEW = 14, 40
"""Up to so many signs have names, up to so many are drawn large."""
ORDER = ("unknown", "not_tested", "government", "uncertain", "contested", "occupied")
"""The plainest verdicts lie undermost."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class MercatorWindow(SvgWindow):
    """A window as maps of tiles draw it, Web Mercator; its width in units of the drawing."""

    @classmethod
    def at(cls, camera: Camera, width: float, height: float, unit: float) -> "MercatorWindow":
        """What a map of this size shows; unit: units of the drawing to a pixel of the map."""
        per_degree = TILE_PX * 2**camera.zoom / 360 * unit
        return cls._about(camera.lon, _y(camera.lat), per_degree, width, height)

    @classmethod
    def holding(cls, bounds: Box, width: float, height: float) -> "MercatorWindow":
        """The window of this size in which bounds, CRS84, are as large as can be."""
        west, south, east, north = bounds
        per_degree = min(width / (east - west), height / (_y(north) - _y(south)))
        return cls._about((west + east) / 2, (_y(south) + _y(north)) / 2, per_degree, width, height)

    @classmethod
    def _about(
        cls, lon: float, y: float, per_degree: float, width: float, height: float
    ) -> "MercatorWindow":
        half_lon, half_y = width / per_degree / 2, height / per_degree / 2
        top = _y(POLE)
        south, north = (_lat(min(max(at, -top), top)) for at in (y - half_y, y + half_y))
        return cls(lon - half_lon, south, lon + half_lon, north, round(width))

    @property
    def scale(self) -> float:
        """Units per degree of longitude."""
        return self.width / (self.east - self.west)

    @property
    def height(self) -> int:
        """Units from south to north."""
        return round((_y(self.north) - _y(self.south)) * self.scale)

    @property
    def units_per_km(self) -> float:
        """Length of a kilometre in the middle."""
        middle = math.radians((self.south + self.north) / 2)
        return self.scale / KM_PER_DEGREE / math.cos(middle)

    def _move(self, at: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        lat = np.clip(at[:, 1], -POLE, POLE)
        y = np.degrees(np.arcsinh(np.tan(np.radians(lat))))
        return np.column_stack(
            [(at[:, 0] - self.west) * self.scale, (_y(self.north) - y) * self.scale]
        )


def _y(lat: float) -> float:
    """Mercator's y in degrees of the equator."""
    return math.degrees(math.asinh(math.tan(math.radians(lat))))


def _lat(y: float) -> float:
    return math.degrees(math.atan(math.sinh(math.radians(y))))


@dataclass
class Drawing:
    """The map of a picture in the making. unit: size of a pixel of the map page, in its units.

    taken: boxes of signs and names, which later names keep clear of.
    """

    scene: Scene
    window: MercatorWindow
    height: float
    unit: float
    paint: Paint
    taken: list[Box] = field(default_factory=list)

    @property
    def zoom(self) -> float:
        """Zoom of a map of tiles of 512 pixels at this scale."""
        return math.log2(self.window.scale / self.unit * 360 / TILE_PX)

    def svg(self) -> str:
        """Everything, upper left corner at 0, 0; what lies beyond is cut by whoever places it."""
        now, then = self.scene.now, self.scene.then
        country = f'<path clip-rule="evenodd" d="{self._path(self.scene.outline)}"/>'
        parts = [f'<clipPath id="country">{country}</clipPath>', self._day(now, "now")]
        if then is not None:
            edge = self.window.width * self.scene.state.split / 100
            parts.append(
                f'<clipPath id="left"><rect width="{edge:.1f}" height="{self.height:.1f}"/>'
                f'</clipPath><g clip-path="url(#left)">{self._day(then, "then")}</g>'
                f'<path d="M{edge:.1f} 0V{self.height:.1f}" stroke="{self.paint.ink}" '
                f'stroke-width="{2 * self.unit:.2f}"/>{self._badges(now, then, edge)}'
            )
        self._block_badges()
        return "".join([*parts, self._names(), self._scale_bar()])

    def _day(self, moment: Moment, name: str) -> str:
        signs = moment.signs
        return f'<g id="{name}">{self._land(moment)}{self._signs(signs)}</g>'

    def _land(self, moment: Moment) -> str:
        paint, unit = self.paint, self.unit
        whole = f'width="{self.window.width}" height="{self.height:.1f}"'
        wide = unit * min(max(1.7 * 1.35 ** (self.zoom - 6), 1.3), 4)
        return "".join([
            f'<rect {whole} fill="{paint.sea}"/>',
            *(self._area(s.geometry, paint.beyond) for s in self._shapes("land")),
            self._area(self.scene.outline, paint.land),
            f'<g clip-path="url(#country)">{self._held(moment)}</g>',
            *(self._area(s.geometry, paint.sea) for s in self._shapes("water")),
            *(self._line(s.geometry, paint.river, 0.8 * unit) for s in self._shapes("rivers")),
            self._line(ground.oblast_lines(), paint.oblast, 0.7 * unit),
            *(self._border(s) for s in self._shapes("borders")),
            self._line(moment.line, paint.casing, 2.2 * wide, "casing"),
            self._line(moment.line, paint.line, wide, "line"),
        ])  # fmt: skip

    def _held(self, moment: Moment) -> str:
        """Land by status. Sources draw the coast and the border elsewhere: it is cut to ours."""
        return "".join([
            self._area(moment.occupied, self.paint.held, "held"),
            self._area(moment.contested, self.paint.fought, "fought"),
            self._area(moment.contested, "url(#hatch-fought)"),
            self._area(self.scene.other, "url(#hatch-other)", "other"),
        ])  # fmt: skip

    def _shapes(self, layer: str) -> Iterable[ground.Shape]:
        return (shape for shape in ground.shapes(layer) if shape.min_zoom <= self.zoom + 1)

    def _area(self, shape: BaseGeometry | None, fill: str, name: str = "") -> str:
        path = self._path(shape)
        about = f' class="{name}"' if name else ""
        return f'<path{about} fill="{fill}" fill-rule="evenodd" d="{path}"/>' if path else ""

    def _line(self, shape: BaseGeometry, colour: str, width: float, name: str = "") -> str:
        path = self._path(shape)
        about = f' class="{name}"' if name else ""
        return (
            f'<path{about} fill="none" stroke="{colour}" stroke-width="{width:.2f}" '
            f'stroke-linejoin="round" stroke-linecap="round" d="{path}"/>'
            if path
            else ""
        )

    def _border(self, shape: ground.Shape) -> str:
        line = self._line(shape.geometry, self.paint.border, 1.2 * self.unit)
        dashes = f'<path stroke-dasharray="{3 * self.unit:.1f} {2 * self.unit:.1f}"'
        return line.replace("<path", dashes) if shape.disputed else line

    def _path(self, shape: BaseGeometry | None) -> str:
        return "" if shape is None or shape.is_empty else self.window.path(shape)

    # Signs

    def _signs(self, signs: Sequence[Sign]) -> str:
        size = self.unit * (19 if len(signs) <= FEW else 14)
        ordered = sorted(signs, key=lambda s: (s.is_chosen, ORDER.index(s.verdict)))
        return "".join(self._sign(sign, size) for sign in ordered)

    def _sign(self, sign: Sign, size: float) -> str:
        x, y = self.window.spot(sign.lon, sign.lat)
        if not (-size < x < self.window.width + size and -size < y < self.height + size):
            return ""
        half = size / 2
        self.taken.append((x - half, y - half, x + half, y + half))
        ring = (
            f'<circle cx="{x}" cy="{y}" r="{size * 0.85:.1f}" fill="none" '
            f'stroke="{self.paint.ink}" stroke-width="{2.2 * self.unit:.2f}"/>'
        )
        mark = sign_svg(sign.verdict, x - half, y - half, size, self.paint)
        return mark + (ring if sign.is_chosen else "")

    # Names

    def _names(self) -> str:
        """Names of deposits where they are few, then those of the base map, where there is room."""
        signs, size = self.scene.now.signs, 12.5 * self.unit
        named = [s for s in signs if s.is_chosen or len(signs) <= FEW_NAMED]
        ordered = sorted(named, key=lambda s: (not s.is_chosen, s.id))
        gaps = {True: 19, False: 11}
        texts = [
            self._beside(
                *self.window.spot(s.lon, s.lat), s.name, size, gaps[s.is_chosen], bold=True
            )
            for s in ordered
        ]
        return "".join([*texts, *(self._name(name) for name in ground.names())])

    def _name(self, name: ground.Name) -> str:
        lang = self.scene.words.lang
        text = name.names.get(lang) or name.names.get("en")
        if text is None or name.min_zoom > self.zoom + 0.6:
            return ""
        x, y = self.window.spot(name.lon, name.lat)
        if not (0 < x < self.window.width and 0 < y < self.height):
            return ""
        if name.kind != "place":
            return self._across(x, y, text, name.kind)
        reach = 3 * self.unit
        if any(_meet((x - reach, y - reach, x + reach, y + reach), box) for box in self.taken):
            return ""
        dot = f'<circle cx="{x}" cy="{y}" r="{1.9 * self.unit:.2f}" fill="{self.paint.ink}"/>'
        label = self._beside(x, y, text, 11.5 * self.unit, 5, bold=name.capital)
        return dot + label if label else ""

    def _across(self, x: float, y: float, text: str, kind: str) -> str:
        """A name over its middle: of a country or a sea."""
        size = (11.5 if kind == "sea" else 12) * self.unit
        shown = text if kind == "sea" else text.upper()
        width = width_of(shown, size) * (1.0 if kind == "sea" else 1.12)
        box = (x - width / 2, y - size * 0.7, x + width / 2, y + size * 0.4)
        if not self._take(box):
            return ""
        colour = self.paint.sea_label if kind == "sea" else self.paint.faint
        spacing = "" if kind == "sea" else f' letter-spacing="{size * 0.08:.2f}"'
        return (
            f'<text x="{x}" y="{y + size * 0.3:.1f}" font-size="{size:.1f}" fill="{colour}" '
            f'text-anchor="middle"{spacing}>{escaped(shown)}</text>'
        )

    def _beside(  # noqa: PLR0913 - a text, its type and its place
        self, x: float, y: float, text: str, size: float, gap: float, *, bold: bool
    ) -> str:
        """A name beside a spot, at the first of four places that are free; empty where none is."""
        width, away = width_of(text, size, bold=bold), gap * self.unit
        places = (
            (x + away, y + size * 0.32),
            (x - away - width, y + size * 0.32),
            (x - width / 2, y - away * 0.9),
            (x - width / 2, y + away * 0.9 + size * 0.75),
        )
        for left, base in places:
            if self._take((left, base - size * 0.75, left + width, base + size * 0.22)):
                return self._text(left, base, text, size, bold=bold)
        return ""

    def _text(self, x: float, y: float, text: str, size: float, *, bold: bool) -> str:
        """A name with a halo: the letters drawn twice, since not every reader knows paint-order."""
        place = (
            f'x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}"'
            f"{' font-weight=' + chr(34) + '700' + chr(34) if bold else ''}"
        )
        halo = (
            f'stroke="{self.paint.halo}" stroke-width="{size * 0.24:.2f}" stroke-linejoin="round"'
        )
        shown = escaped(text)
        return (
            f'<text {place} fill="{self.paint.halo}" {halo}>{shown}</text>'
            f'<text {place} fill="{self.paint.ink}">{shown}</text>'
        )

    def _take(self, box: Box) -> bool:
        """Take a place for a name, unless it is taken or outside."""
        west, north, east, south = box
        inside = west >= 2 and north >= 2 and east <= self.window.width - 2
        if not inside or south > self.height - 2 or any(_meet(box, other) for other in self.taken):
            return False
        self.taken.append(box)
        return True

    # Scale bar and the badges of two days

    def _scale_bar(self) -> str:
        km, length = self.window.scale_bar()
        size, ink = 11 * self.unit, self.paint.ink
        x, y = self.window.width - length - 12 * self.unit, self.height - 10 * self.unit
        tick = 5 * self.unit
        label = f"{km:g} {self.scene.words('km')}"
        left = x + (length - width_of(label, size)) / 2
        return (
            f'<path fill="none" stroke="{ink}" stroke-width="{1.3 * self.unit:.2f}" '
            f'd="M{x:.1f} {y - tick:.1f}V{y:.1f}H{x + length:.1f}V{y - tick:.1f}"/>'
            f"{self._text(left, y - 4 * self.unit, label, size, bold=False)}"
        )

    def _block_badges(self) -> None:
        """Keep names off the scale bar."""
        width, unit = self.window.width, self.unit
        length = self.window.scale_bar()[1]
        self.taken.append((width - length - 16 * unit, self.height - 30 * unit, width, self.height))

    def _badges(self, now: Moment, then: Moment, edge: float) -> str:
        """Which day is on which side of the divider."""
        size, gap = 12 * self.unit, 8 * self.unit
        texts = []
        for moment, is_left in ((then, True), (now, False)):
            text = self.scene.words.day(moment.day)
            width = width_of(text, size, bold=True)
            x = edge - gap - width if is_left else edge + gap
            self.taken.append((x - 2, gap / 2, x + width + 2, gap + 1.3 * size))
            texts.append(self._text(x, gap + size, text, size, bold=True))
        return "".join(texts)


def sign_svg(verdict: str, x: float, y: float, size: float, paint: Paint) -> str:
    """The sign of a verdict, as on every page, in a square whose upper left corner is given."""
    colour, halo = paint.verdict.get(verdict, paint.verdict["unknown"]), paint.halo
    disc = '<circle cx="8" cy="8" r="{}" fill="{}" stroke="{}" stroke-width="{}"/>'
    cross = '<path d="M3.5 3.5l9 9m0-9l-9 9" fill="none" stroke="{}" stroke-width="{}"/>'
    shapes = {
        "occupied": f'<rect x="2" y="2" width="12" height="12" fill="{colour}" stroke="{halo}"/>',
        "contested": f'<path d="M8 1.5L14.5 14h-13z" fill="{colour}" stroke="{halo}"/>',
        "uncertain": disc.format(6.6, halo, halo, 1) + disc.format(5.6, halo, colour, 1.6)
        + f'<path d="M8 2a6 6 0 0 0 0 12z" fill="{colour}"/>',
        "government": disc.format(6.6, halo, halo, 1) + disc.format(5.2, halo, colour, 2.4),
        "not_tested": disc.format(6.4, halo, halo, 1) + disc.format(5.2, halo, colour, 1.5),
        "unknown": cross.format(halo, 4.6) + cross.format(colour, 2.2),
    }  # fmt: skip
    return (
        f'<g class="sign {verdict}" transform="translate({x:.2f} {y:.2f}) '
        f'scale({size / 16:.4f})">{shapes[verdict]}</g>'
    )


def _meet(one: Box, other: Box) -> bool:
    return (one[0] < other[2] and other[0] < one[2]
            and one[1] < other[3] and other[1] < one[3])  # fmt: skip
