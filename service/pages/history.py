"""The pages of what changed: verdicts that turned, counts through time, one spot, versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from geodata.answers.question import DEFAULT_COMMODITIES, VERDICTS
from geodata.interval import today
from service.http.context import RequestContext
from service.pages import svg_map, svg_timeline
from service.pages.rendering import Document, page
from service.pages.reserves import commodity_choices
from service.pages.svg_timeline import FIRST, Axis, Strip, Tick, near, strip
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import VERDICT_NAMES, commodity, listing, number, percent

AROUND_KM = 40.0
FORMS = (("json", "JSON"),)


def changes(ask: RequestContext, document: Document) -> str:
    """Verdicts that turned, by day, newest first."""
    own = [feature["properties"] for feature in document["features"]]
    picked = ask.query.get("commodity", ",".join(DEFAULT_COMMODITIES))
    return page(
        ask,
        "changes.html",
        title="Changes of verdict",
        document=document,
        days=by_day(own),
        first=ask.query.get("from"),
        last=ask.query.get("to", str(today())),
        choices=commodity_choices(ask, set(picked.split(","))),
        every=picked == "all",
        book=[ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
    )


def by_day(rows: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """Changes by day, the newest day first, deposits by name."""
    ordered = sorted(rows, key=lambda r: (r["day"], r["name_en"]))
    days = [(day, list(own)) for day, own in groupby(ordered, key=lambda r: str(r["day"]))]
    return days[::-1]


def series(ask: RequestContext, document: Document) -> str:
    """Counts by verdict through time, drawn and as a table."""
    points = document["series"]
    days = [date.fromisoformat(point["date"]) for point in points]
    axis = svg_timeline.Axis(days[0], days[-1])
    order = tuple(v for v in VERDICTS if any(point[v] for point in points))
    names = [commodity(name) for name in document["commodities"]]
    return page(
        ask,
        "series.html",
        title="Deposits by verdict through time",
        document=document,
        points=points,
        order=order,
        strip=svg_timeline.counts(points, order, axis),
        ticks=axis.ticks(),
        whole=sum(points[-1][v] for v in VERDICTS),
        about=series_told(points, order),
        names=listing(names) if len(names) <= 4 else f"{number(len(names))} commodities",
        territory=ask.store.control.territories[document["territory"]],
        territories=list(ask.store.control.territories.values()),
        step=ask.query.get("step", "month"),
        choices=commodity_choices(ask, set(document["commodities"])),
    )


def series_told(points: Sequence[Document], order: Sequence[str]) -> str:
    """The first and the last counts in words."""
    told = [
        f"{point['date']}: {listing(f'{number(point[v])} {VERDICT_NAMES[v]}' for v in order)}"
        for point in (points[0], points[-1])
    ]
    return "; ".join(told) + "."


def at(ask: RequestContext, document: Document) -> str:
    """What holds at a spot."""
    return page(
        ask,
        "at.html",
        title=f"{number(document['lat'], 4)}° N, {number(document['lon'], 4)}° E",
        document=document,
        chart=spot(ask, document),
    )


def spot(ask: RequestContext, document: Document) -> svg_map.Map | None:
    """The ground around a spot; none where no source speaks of it."""
    source, day = document["control_source"], document["date"]
    if source is None:
        return None
    lon, lat = document["lon"], document["lat"]
    window = SvgWindow.around(lon, lat, AROUND_KM)
    shapes = (
        *svg_map.ground(ask.store, window),
        *svg_map.held(ask.store, window, date.fromisoformat(day), source),
        *svg_map.outline(ask.store, window),
    )
    x, y = window.spot(lon, lat)
    mark = svg_map.Mark(x, y, document["control"], "The spot asked for")
    about = f"The mark is the spot; land after {source}."
    title = f"Map of the ground around the spot on {day}"
    return svg_map.Map("spot", title, about, window, shapes, (mark,), (), svg_map.legend(shapes))


def versions(ask: RequestContext, document: Document) -> str:
    """The versions of a feature."""
    return page(
        ask,
        "versions.html",
        title=f"Versions of {document['id']}",
        document=document,
        collection=ask.store.collection(ask.path_params["collection"]),
    )


@dataclass(frozen=True)
class Drawn:
    """Strips of every source over one axis, and what they show in words."""

    name: str
    title: str
    ticks: tuple[Tick, ...]
    strips: tuple[Strip, ...]
    about: Mapping[str, str]


def timeline(ask: RequestContext, document: Document) -> str:
    """The answer to `/deposits/{id}/timeline`."""
    own = document["deposit"]
    return page(
        ask,
        "timeline.html",
        title=f"History of {own['name_en']}",
        document=document,
        own=own,
        strips=drawn(document["timelines"]),
        forms=FORMS,
    )


def drawn(timelines: Sequence[Document]) -> list[Drawn]:
    """The whole history since 2014, and a close-up of its turns where they lie close together."""
    now = today()
    whole = _drawn("years", f"{FIRST:%Y} to today", Axis(FIRST, now), timelines)
    close = near(timelines, now)
    if close is None:
        return [whole]
    title = f"Close-up, {close.first} to {close.last}"
    return [whole, _drawn("days", title, close, timelines)]


def _drawn(name: str, title: str, axis: Axis, timelines: Sequence[Document]) -> Drawn:
    strips = tuple(strip(t["source"], t["verdicts"], axis) for t in timelines)
    about = {t["source"]: _told(t["verdicts"]) for t in timelines}
    return Drawn(name, title, axis.ticks(), strips, about)


def _told(verdicts: Sequence[Document]) -> str:
    """A history in words, for those who do not see the strip; long ones are cut short."""
    rows = [
        f"from {row['valid_from']} {row['verdict']}, {percent(row['occupied'])} occupied"
        for row in verdicts[-8:]
    ]
    return "; ".join(rows) + "." if rows else "The source says nothing of this deposit."
