"""The pages of control over time: verdict changes, counts, one point, timelines, versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from geodata.answers.names import commodity, listing
from geodata.answers.question import DEFAULT_COMMODITIES
from geodata.interval import today
from geodata.language import day_text, gettext
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.picture.scene import scene_of
from service.pages.rendering import Document, deposit_name, page
from service.pages.reserves import commodity_choices
from service.pages.share import card
from service.pages.svg_timeline import FIRST, Axis, Strip, Tick, near, strip
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import number, percent
from service.pages.vocabulary import verdict_name
from service.params.map_state import WordedState

AROUND_KM = 40.0
FORMS = (("json", "JSON"),)
CHOSEN = "chosen"
"""Stands where a strip has its source: the history of the source used for each date."""


def changes(ask: RequestContext, document: Document) -> str:
    """Verdict changes by day, newest first."""
    rows = [feature["properties"] for feature in document["features"]]
    picked = ask.query.get("commodity", ",".join(DEFAULT_COMMODITIES))
    names = [commodity(name) for name in picked.split(",")]
    last = date.fromisoformat(ask.query.get("to", str(today())))
    ends = ask.store.sources.last_day_of_data
    return page(
        ask,
        "changes.html",
        title=gettext("Verdict changes"),
        document=document,
        days=by_day(rows),
        first=ask.query.get("from"),
        last=str(last),
        of=gettext("all commodities") if picked == "all" else listing(names),
        ends=str(ends) if ends < last else None,
        several=len({entry["source"] for entry in document["sources"]}) > 1,
        choices=commodity_choices(ask, set(picked.split(","))),
        every=picked == "all",
        book=[ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
    )


def by_day(rows: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """Changes by day, the newest day first, deposits by name."""
    ordered = sorted(rows, key=lambda r: (r["day"], r["name_en"]))
    days = [(day, list(group)) for day, group in groupby(ordered, key=lambda r: str(r["day"]))]
    return days[::-1]


def at(ask: RequestContext, document: Document) -> str:
    """Control at a point."""
    return page(
        ask,
        "at.html",
        title=gettext(
            "%(lat)s° N, %(lon)s° E",
            lat=number(document["lat"], 4),
            lon=number(document["lon"], 4),
        ),
        document=document,
        chart=point_map(ask, document),
    )


def point_map(ask: RequestContext, document: Document) -> svg_map.Map | None:
    """The area around a point; none where no source covers it."""
    source, day = document["control_source"], document["date"]
    if source is None:
        return None
    lon, lat = document["lon"], document["lat"]
    window = SvgWindow.around(lon, lat, AROUND_KM)
    shapes = (
        *svg_map.ground(ask.store, window),
        *svg_map.control(ask.store, window, date.fromisoformat(day), source),
        *svg_map.outline(ask.store, window),
    )
    x, y = window.spot(lon, lat)
    mark = svg_map.Mark(x, y, document["control"], gettext("The point requested"))
    # The source has a status for the day, so its map reaches it.
    (report,) = [r for r in document["by_source"] if r["source"] == source]
    described = ask.store.sources.by_id[source]
    control = svg_map.control_text(described, report["asof"], report["stale_days"])
    about = f"{gettext('The mark is the point requested.')} {control}"
    title = gettext("Map of the area around the point on %(day)s", day=day_text(day))
    return svg_map.Map("spot", title, about, window, shapes, (mark,), (), svg_map.legend(shapes))


def versions(ask: RequestContext, document: Document) -> str:
    """The versions of a feature."""
    return page(
        ask,
        "versions.html",
        title=gettext("Versions of %(id)s", id=document["id"]),
        document=document,
        collection=ask.store.collection(ask.path_params["collection"]),
    )


@dataclass(frozen=True)
class TimelineChart:
    """Strips of every source over one axis. about: what each shows in words, by source."""

    name: str
    title: str
    ticks: tuple[Tick, ...]
    strips: tuple[Strip, ...]
    about: Mapping[str, str]


def timeline(ask: RequestContext, document: Document) -> str:
    """The answer to `/deposits/{id}/timeline`."""
    deposit = document["deposit"]
    state = WordedState.model_validate({"deposit": deposit["id"], "lang": ask.language})
    title = gettext("Control over time: %(name)s", name=deposit_name(ask, deposit))
    return page(
        ask,
        "timeline.html",
        title=title,
        document=document,
        deposit=deposit,
        charts=timeline_charts(document),
        forms=FORMS,
        card=card(
            ask,
            title,
            scene_of(ask.store, state).title,
            deposit=deposit["id"],
        ),
    )


def timeline_charts(document: Document) -> list[TimelineChart]:
    """All since 2014, and a close-up of the changes where they lie close together.

    document: of a deposit's timelines. Of several sources the spliced history comes first. They end
    with the latest map of any source, and each strip with that of its own.
    """
    timelines = list(document["timelines"])
    last = max(date.fromisoformat(t["last_map"]) for t in timelines)
    if "chosen" in document and len(timelines) > 1:
        first_day = document["chosen"]["sources"][0]["from"]
        about = {"source": CHOSEN, "first_day": first_day, "last_map": str(last)}
        timelines.insert(0, {**about, **document["chosen"]})
    title = gettext("%(year)s to %(day)s, where the data end", year=FIRST.year, day=day_text(last))
    whole = _timeline_chart("years", title, Axis(FIRST, last), timelines)
    close = near(document["timelines"], last)
    if close is None:
        return [whole]
    title = gettext(
        "Close-up, %(first)s to %(last)s", first=day_text(close.first), last=day_text(close.last)
    )
    return [whole, _timeline_chart("days", title, close, timelines)]


def _timeline_chart(
    name: str, title: str, axis: Axis, timelines: Sequence[Document]
) -> TimelineChart:
    strips = tuple(
        strip(t["source"], t["verdicts"], axis, date.fromisoformat(t["last_map"]))
        for t in timelines
    )
    about = {t["source"]: verdicts_text(t["verdicts"], t["last_map"]) for t in timelines}
    return TimelineChart(name, title, axis.ticks(), strips, about)


def verdicts_text(verdicts: Sequence[Document], last_map: str) -> str:
    """Verdicts in words, for those who do not see the strip; of long ones the last eight."""
    rows = [
        gettext(
            "from %(day)s %(verdict)s, %(share)s of the area occupied",
            day=day_text(row["valid_from"]),
            verdict=verdict_name(row["verdict"]),
            share=percent(row["occupied"]),
        )
        for row in verdicts[-8:]
    ]
    if not rows:
        return gettext("The source gives no verdict: it was not tested.")
    end = gettext("The data end on %(day)s.", day=day_text(last_map))
    return f"{'; '.join(rows)}. {end}"
