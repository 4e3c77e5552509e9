"""Pages of what changes in time: counts by verdict and land held, as plot, sentence, table."""

from collections.abc import Sequence
from datetime import date

from geodata.answers.control_series import BY
from geodata.answers.control_series import control_series as areas_over_time
from geodata.answers.figures import count
from geodata.answers.names import commodity, listing, title_of
from geodata.answers.question import RANKS, ROLES, VERDICTS, Question
from geodata.answers.series import series as counts_over_time
from geodata.answers.wording import answer_text, map_text, together_text
from geodata.control.held_area import HELD
from geodata.interval import today
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from schemas import Territory
from service.http.context import RequestContext
from service.pages import svg_timeline
from service.pages.rendering import Document, page
from service.pages.reserves import RANK_NAMES, ROLE_NAMES, commodity_choices
from service.pages.template_filters import area_km2, number
from service.pages.vocabulary import verdict_name


def series(ask: RequestContext, document: Document) -> str:
    """Counts by verdict through time, drawn and as a table, up to where the data end."""
    points, ends = up_to_data(ask.store, document["series"])
    points = [*points, *closing_point(ask, document, points[-1]["date"], ends)]
    axis = svg_timeline.Axis(date.fromisoformat(points[0]["date"]), ends)
    order = tuple(v for v in VERDICTS if any(point[v] for point in points))
    names = [commodity(name) for name in document["commodities"]]
    role, rank = (
        ask.query.get(name, choice[0]) for name, choice in (("role", ROLES), ("rank", RANKS))
    )
    return page(
        ask,
        "series.html",
        title=gettext("Deposits by verdict over time"),
        document=document,
        points=points,
        order=order,
        strip=svg_timeline.counts(points, order, axis),
        ticks=axis.ticks(),
        whole=sum(points[-1][v] for v in VERDICTS),
        about=series_text(points, order),
        answer=latest_text(ask.store, document, points[-1], role, rank),
        end_text=end_text(ask.store, document["series"][-1], ends),
        last=document["series"][-1]["date"],
        names=listing(names) if len(names) <= 4 else count(len(names), "commodity", "commodities"),
        territory=ask.store.control.territories[document["territory"]],
        territories=list(ask.store.control.territories.values()),
        step=ask.query.get("step", "month"),
        role=role,
        rank=rank,
        roles=ROLE_NAMES,
        ranks=RANK_NAMES,
        choices=commodity_choices(ask, set(document["commodities"])),
    )


def control_series(ask: RequestContext, document: Document) -> str:
    """Occupied and contested land through time, drawn and as a table."""
    points = _of_all(ask, document)
    drawn = [p for p in up_to_data(ask.store, points)[0] if p["occupied_km2"] is not None]
    ends = up_to_data(ask.store, points)[1]
    order = tuple(s for s in HELD if any(point[f"{s}_km2"] for point in drawn))
    areas = [{"date": p["date"], **{s: p[f"{s}_km2"] or 0 for s in order}} for p in drawn]
    axis = svg_timeline.Axis(date.fromisoformat(points[0]["date"]), ends)
    most = max((sum(p[s] for s in order) for p in areas), default=0)
    territory = ask.store.control.territories[document["territory"]]
    return page(
        ask,
        "control_series.html",
        title=gettext("Occupied land over time"),
        document=document,
        territory=territory,
        territories=list(ask.store.control.territories.values()),
        answer=_area_text(ask.store, drawn, territory),
        is_silent=any(p["contested_km2"] is None for p in drawn),
        end_text=end_text(ask.store, points[-1], ends),
        order=order,
        strip=svg_timeline.counts(areas, order, axis) if areas and order else None,
        ticks=axis.ticks(),
        about=gettext("From the first date to the last; the plot's top is %(area)s km².")
        % {"area": number(most)},
        measured={"territory": N_("the territory as one"), "oblast": N_("each oblast of it")},
        first=points[0]["date"],
        last=points[-1]["date"],
        step=ask.query.get("step", "month"),
    )


def _of_all(ask: RequestContext, document: Document) -> Sequence[Document]:
    """The points of the territory as one, whatever the table has."""
    points: list[Document] = document["series"]
    if document["by"] == BY[0]:
        return points
    last = date.fromisoformat(ask.query.get("to", str(today())))
    first = ask.query.get("from", points[0]["date"] if points else str(last))
    words = (date.fromisoformat(first), last, ask.query.get("step", "month"))
    whole = areas_over_time(
        ask.store, document["territory"], *words, ask.query.get("source"), BY[0]
    )
    return list(whole["series"])


def _area_text(store: Store, points: Sequence[Document], territory: Territory) -> str:
    """The last areas drawn as a sentence a reader may print."""
    title = title_of(territory)
    if not points:
        text = gettext(
            "No source has a map of these dates: what was held is not known (%(place)s)."
        )
        return text % {"place": title}
    point = points[-1]
    source = store.sources.by_id[point["source"]]
    words = {
        "day": day_text(point["date"]),
        "occupied": area_km2(point["occupied_km2"], source.record),
        "contested": area_km2(point["contested_km2"] or 0, source.record),
        "place": title,
        "source": title_of(source),
    }
    if point["contested_km2"]:
        text = gettext(
            "%(place)s: on %(day)s %(occupied)s were occupied and %(contested)s contested, "
            "according to: %(source)s."
        )
    else:
        text = gettext(
            "%(place)s: on %(day)s %(occupied)s were occupied, according to: %(source)s."
        )
    return text % words


def closing_point(
    ask: RequestContext, document: Document, latest: str, ends: date
) -> list[Document]:
    """The counts of the last day of the data, where no step of the series falls on it."""
    if latest >= str(ends):
        return []
    words = {name: ask.query[name] for name in ("source", "role", "rank") if name in ask.query}
    question = Question(tuple(document["commodities"]), ends, document["territory"], **words)  # type: ignore[arg-type]
    points: list[Document] = counts_over_time(ask.store, question, ends, "day")["series"]  # type: ignore[assignment]
    return points


def latest_text(store: Store, document: Document, point: Document, role: str, rank: str) -> str:
    """The last counts drawn as a sentence a reader may print."""
    choice = store.sources.resolve(point["source"], date.fromisoformat(point["date"]))
    question = {
        "date": point["date"],
        "territory": document["territory"],
        "commodities": document["commodities"],
        "control_asof": choice.asof,
        "stale_days": choice.stale_days,
        "role": role,
        "rank": rank,
    }
    counts = {verdict: point[verdict] for verdict in VERDICTS}
    territory = store.control.territories[document["territory"]]
    source = store.sources.by_id[choice.source]
    if len(document["commodities"]) == 1:
        summary = {"commodity": document["commodities"][0], "role": role, "rank": rank,
                   "deposits": counts, "not_tested": document["not_tested"]}  # fmt: skip
        return answer_text(summary, question, territory, source)
    return together_text({"counted_once": counts, "question": question}, territory, source)


def up_to_data(store: Store, points: Sequence[Document]) -> tuple[Sequence[Document], date]:
    """Points up to the last that its source has data of, and the day the drawing ends.

    After that day a count would stand for what nobody looked at. Where no point is that early the
    first is left, so that there is something to say.
    """
    last = {p["source"]: store.sources.last_day(p["source"]) for p in points}
    is_covered = [date.fromisoformat(p["date"]) <= last[p["source"]] for p in points]
    stop = max((n + 1 for n, covered in enumerate(is_covered) if covered), default=1)
    end = date.fromisoformat(points[-1]["date"])
    if stop < len(points):
        latest = date.fromisoformat(points[stop - 1]["date"])
        end = max(latest, min(end, last[points[stop]["source"]]))
    return points[:stop], end


def end_text(store: Store, last: Document, ends: date) -> str | None:
    """That the data end before the last day asked; None where they do not."""
    day = date.fromisoformat(last["date"])
    choice = store.sources.resolve(last["source"], day)
    if ends >= day or not choice.stale_days:
        return None
    source = store.sources.by_id[choice.source]
    what = map_text(source, choice.asof, None)
    return gettext(
        "The data end on %(end)s (%(source)s: %(map)s); what changed up to %(day)s is not known.",
        end=day_text(ends),
        source=title_of(source),
        map=what,
        day=day_text(day),
    )


def series_text(points: Sequence[Document], order: Sequence[str]) -> str:
    """The first and the last counts in words."""
    ends = [
        f"{day_text(point['date'])}: {listing(_count_of(point, v) for v in order)}"
        for point in (points[0], points[-1])
    ]
    return "; ".join(ends) + "."


def _count_of(point: Document, verdict: str) -> str:
    """`6 government-held`."""
    return gettext("%(amount)s %(place)s", amount=number(point[verdict]),
                   place=verdict_name(verdict))  # fmt: skip
