"""How is a map drawn on the server: the country, control on a day, and marks on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.answers.names import name_of, title_of
from geodata.answers.wording import map_text, unmapped_text
from geodata.data import packaged
from geodata.language import gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from schemas import Source
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import standing
from service.pages.vocabulary import verdict_name

Feature = Mapping[str, Any]
FEW = 40
"""Up to so many marks are drawn large."""
MANY = 400
"""More marks than this are drawn as plain dots, in one path."""
_MARKED = ("occupied", "uncertain", "contested", "government", "unknown", "not_tested")
CONTROL = (
    ("held", N_("occupied land")),
    ("fought", N_("contested land")),
    ("front", N_("contact line")),
)
"""What is drawn of control: CSS class and words of the legend."""


@dataclass(frozen=True)
class SvgPath:
    """A path and the CSS class that says what it is."""

    kind: str
    path: str


@dataclass(frozen=True)
class Mark:
    """A symbol at a spot, in units of the map."""

    x: float
    y: float
    kind: str
    title: str
    path: str | None = None


@dataclass(frozen=True)
class Label:
    """A name at a spot, to the east of it or to the west."""

    x: float
    y: float
    text: str
    west: bool = False


def legend(shapes: Iterable[SvgPath]) -> tuple[tuple[str, str], ...]:
    """Legend of what was drawn of control."""
    kinds = {shape.kind for shape in shapes}
    return tuple((kind, gettext(words)) for kind, words in CONTROL if kind in kinds)


def marks(window: SvgWindow, features: Iterable[Feature]) -> tuple[Mark, ...]:
    """A mark for each point feature in the window; the plainest verdicts lie undermost."""
    order = ("unknown", "not_tested", "government", "spot", "uncertain", "contested", "occupied")
    inside = []
    for feature in features:
        shape = geometry(feature)
        if shape is None or shape.is_empty or shapely.get_dimensions(shape) > 0:
            continue
        at = shape.centroid
        if window.holds((at.x, at.y, at.x, at.y)):
            inside.append(_mark(window, feature, at))
    return tuple(sorted(inside, key=lambda mark: order.index(mark.kind)))


@dataclass(frozen=True)
class Map:
    """A drawing for the `map` macro.

    name: its id in the page. legend: class and words. ground: name of an earlier map of the page
    whose shapes are the same: they are drawn from there, for they are most of a page.
    """

    name: str
    title: str
    about: str
    window: SvgWindow
    shapes: tuple[SvgPath, ...] = ()
    marks: tuple[Mark, ...] = ()
    labels: tuple[Label, ...] = ()
    legend: tuple[tuple[str, str], ...] = ()
    scaled: bool = True
    ground: str | None = None

    @property
    def role(self) -> str:
        """A picture, unless its marks lead somewhere."""
        return "group" if any(mark.path for mark in self.marks) else "img"

    @property
    def size(self) -> int:
        """Width of a mark."""
        return 17 if len(self.marks) <= FEW else 13


def country(store: Store, width: int = 720) -> SvgWindow:
    """The window that holds the country."""
    return SvgWindow.of(store.facts.outline.bounds, width)


def ground(store: Store, window: SvgWindow) -> tuple[SvgPath, ...]:
    """The country and its large waters."""
    return _shapes(window, (("land", store.facts.outline), ("water", store.facts.lakes)))


def control_text(source: Source, asof: str | date | None, stale_days: int | None) -> str:
    """Whose control of which day a map shows."""
    if asof is None:
        return gettext("%(source)s has no data for this date.", source=title_of(source))
    return gettext(
        "Control according to %(source)s: %(map)s.",
        source=title_of(source),
        map=map_text(source, asof, stale_days),
    )


def control(store: Store, window: SvgWindow, day: date, source: str) -> tuple[SvgPath, ...]:
    """Occupied land, contested land and the contact line of a source's map of a day."""
    return _shapes(
        window,
        (
            ("held", store.control.land_on(day, "occupied", source)),
            ("fought", store.control.land_on(day, "contested", source)),
            ("front-case", line := store.control.contact_line_on(day, source).line),
            ("front", line),
        ),
    )


def outline(store: Store, window: SvgWindow) -> tuple[SvgPath, ...]:
    """The state border and coast, over what lies on the land."""
    return _shapes(window, (("border", store.facts.outline),))


def of_day(  # noqa: PLR0913 - what a map of a day is of
    store: Store,
    name: str,
    title: str,
    about: str,
    day: date,
    source: str,
    features: Sequence[Feature] = (),
    width: int = 720,
) -> Map:
    """The country on a day with deposits marked by their verdict."""
    window = country(store, width)
    shapes = (*ground(store, window), *control(store, window, day, source), *outline(store, window))
    return marked(Map(name, title, about, window, shapes), features)


def marked(chart: Map, features: Sequence[Feature]) -> Map:
    """A map of the country with deposits marked by their verdict, and its legend."""
    spots = marks(chart.window, features)
    return replace(chart, marks=spots, legend=(*_verdicts(spots[::-1]), *legend(chart.shapes)))


def locator(store: Store, features: Sequence[Feature], title: str, about: str) -> Map:
    """Where the features of a page lie: over the country, or over their properties bounds."""
    present = [s for f in features if (s := geometry(f)) is not None and not s.is_empty]
    window = country(store)
    if present and not window.holds(bounds := shapely.total_bounds(present).tolist()):
        window = SvgWindow.of(tuple(bounds))
    areas = ((_area_kind(f), shape) for f in features if (shape := geometry(f)) is not None)
    wide = ((kind, shape) for kind, shape in areas if shapely.get_dimensions(shape) > 0)
    shapes = (*ground(store, window), *_shapes(window, wide))
    spots = marks(window, features)
    whole = (*shapes, *outline(store, window))
    if len(spots) > MANY:
        whole, spots = (*whole, _dots(spots)), ()
    return Map(
        "locator", title, about, window, whole, spots, (), (*legend(shapes), *_verdicts(spots))
    )


def geometry(feature: Feature) -> BaseGeometry | None:
    """A feature's geometry, which may be one already; None where it is not in degrees."""
    member = feature.get("geometry")
    if isinstance(member, BaseGeometry):
        return member
    if not member or not member.get("coordinates"):
        return None
    shape = shapely.geometry.shape(member)
    west, south, east, north = shape.bounds
    inside = west >= -180 and east <= 180 and south >= -90 and north <= 90
    return shapely.make_valid(shape) if inside else None


def _dots(spots: Iterable[Mark]) -> SvgPath:
    """Marks as one path of dots; what each is, the table says."""
    return SvgPath("dots", "".join(f"M{mark.x} {mark.y}h0" for mark in spots))


def _area_kind(feature: Feature) -> str:
    """How an area is filled: by its status, where it has one."""
    status = (feature.get("properties") or {}).get("status")
    return {"occupied": "held", "contested": "fought"}.get(str(status), "area")


def _verdicts(spots: Iterable[Mark]) -> tuple[tuple[str, str], ...]:
    kinds = dict.fromkeys(mark.kind for mark in spots)
    return tuple((f"v-{kind}", verdict_name(kind)) for kind in kinds if kind != "spot")


def _mark(window: SvgWindow, feature: Feature, at: shapely.Point) -> Mark:
    properties = feature.get("properties") or {}
    verdict = standing(properties) or properties.get("status")
    kind = verdict if verdict in _MARKED else "spot"
    name = properties.get("deposit_id") or feature.get("id")
    if properties.get("name_en"):
        name = name_of(properties)
    x, y = window.spot(at.x, at.y)
    reason = unmapped_text(properties.get("country") or packaged.theatre().country)
    words = f"{verdict_name(kind)}{f': {reason}' if reason else ''}" if kind != "spot" else ""
    text = f"{name}, {words}" if words else str(name)
    link = f"/collections/deposits/items/{feature['id']}" if "control" in properties else None
    return Mark(x, y, kind, text, link)


def _shapes(window: SvgWindow, shapes: Iterable[tuple[str, BaseGeometry]]) -> tuple[SvgPath, ...]:
    paths = ((kind, window.path(shape)) for kind, shape in shapes if not shape.is_empty)
    return tuple(SvgPath(kind, path) for kind, path in paths if path)
