"""The pages of the question: reserves in a territory on a day, the article, territories."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from geodata.answers.question import DEFAULT_COMMODITIES, VERDICTS
from geodata.data.commodities import commodities, members
from geodata.interval import today
from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.rendering import Document, page
from service.pages.svg_timeline import Bar
from service.pages.template_filters import VERDICT_NAMES, commodity, listing, number

OFTEN = (*DEFAULT_COMMODITIES, "graphite", "zirconium", "uranium", "manganese", "niobium")
"""Commodities offered first in the form."""
_ADJECTIVES = {"rare-earths": "rare-earth", "rare-metals": "rare-metal"}
FORMS = (("json", "GeoJSON"), ("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "GeoParquet"))


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/reserves`."""
    question = document["question"]
    territory = ask.store.control.territories[question["territory"]]
    return page(
        ask,
        "reserves.html",
        title=title(question),
        document=document,
        question=question,
        territory=territory,
        lead=lead(document["summary"], question),
        sentences=[sentence(s, question, territory.title) for s in document["summary"]],
        tallies=[(s, tally(s["deposits"])) for s in document["summary"]],
        groups=groups(document["features"]),
        disputes=disputes(document["features"]),
        speakers=speakers(document["features"]),
        chart=chart(ask, document),
        choices=choices(ask, question),
        forms=FORMS,
        today=str(today()),
    )


def title(question: Document) -> str:
    """What the page is called."""
    names = [commodity(name) for name in question["commodities"]]
    shown = listing(names) if len(names) <= 4 else f"{number(len(names))} commodities"
    return f"Deposits of {shown}, {question['date']}"


def sentence(summary: Document, question: Document, territory: str) -> str:
    """The answer for one commodity as a sentence."""
    counts = summary["deposits"]
    whole, asked = sum(counts.values()), summary["commodity"]
    name = _ADJECTIVES.get(asked, commodity(asked))
    if not whole:
        return f"No {name} deposit on record may lie in “{territory}”."
    anywhere = question["territory"] in {"occupied", "ukraine"}
    place = "in Ukraine" if anywhere else f"that may lie in “{territory}”"
    verb = "are" if question["date"] >= str(today()) else "were"
    if whole == 1:
        held = next(v for v in VERDICTS if counts[v])
        verb = "is" if verb == "are" else "was"
        return f"The one {name} deposit on record {place} {verb} {_held(held)}."
    told = [f"{number(counts[v])} {_held(v)}" for v in VERDICTS if counts[v]]
    if not counts["occupied"]:
        told.insert(0, "none in occupied land")
    return f"Of the {number(whole)} {name} deposits on record {place}, {_verbed(told, verb)}."


def lead(summaries: Sequence[Document], question: Document) -> str:
    """The answer for many commodities at once; a deposit of several counts for each of them."""
    held = [s for s in summaries if s["deposits"]["occupied"]]
    verb = "has" if len(held) == 1 else "have"
    on = "today" if question["date"] == str(today()) else f"on {question['date']}"
    return (
        f"{number(len(held))} of {number(len(summaries))} commodities {verb} a deposit in "
        f"occupied land {on}. A deposit of several commodities is counted with each of them."
    )


def _verbed(told: Sequence[str], verb: str) -> str:
    first, *rest = told
    amount, _, where = first.partition(" ")
    own = {"are": "is", "were": "was"}[verb] if amount == "1" else verb
    return listing([f"{amount} {own} {where}", *rest])


def _held(verdict: str) -> str:
    return {
        "occupied": "in occupied land",
        "contested": "in contested ground",
        "government": "in government-held land",
        "uncertain": "uncertain",
        "unknown": "unknown",
    }[verdict]


def tally(counts: Mapping[str, int]) -> list[Bar]:
    """Counts as pieces of one bar, per cents of its width."""
    whole, x, bars = sum(counts.values()) or 1, 0.0, []
    for verdict in VERDICTS:
        width = counts[verdict] / whole * 100
        if width:
            bars.append(Bar(round(x, 2), round(width, 2), 0, 100, verdict))
        x += width
    return bars


def groups(features: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """Deposits by verdict, in the order of verdicts."""
    own = [f["properties"] for f in features]
    return [(v, rows) for v in VERDICTS if (rows := [p for p in own if p["control"] == v])]


def speakers(features: Sequence[Document]) -> list[str]:
    """Sources that speak of the day, in the order of priority."""
    says = features[0]["properties"]["by_source"] if features else []
    return [entry["source"] for entry in says if entry["asof"]]


def disputes(features: Sequence[Document]) -> list[Document]:
    """Deposits of which sources that speak of the day give different verdicts."""
    own = [f["properties"] for f in features]
    return [p for p in own if len({e["control"] for e in p["by_source"] if e["asof"]}) > 1]


def chart(ask: RequestContext, document: Document) -> svg_map.Map:
    """The deposits listed, over the land held on the day."""
    question, features = document["question"], document["features"]
    counts = {v: len(rows) for v, rows in groups(features)}
    told = listing([f"{number(n)} {VERDICT_NAMES[v]}" for v, n in counts.items()]) or "none"
    asof = question["control_asof"]
    land = f"Land of {asof} after {question['source']}." if asof else "No map reaches the day."
    return svg_map.of_day(
        ask.store,
        "map",
        f"Map of the deposits listed, {question['date']}",
        f"Deposits listed: {told}. {land} Each is drawn at its representative point; how far "
        "it may lie from there is in the table.",
        date.fromisoformat(question["date"]),
        question["source"],
        features,
    )


def choices(ask: RequestContext, question: Document) -> dict[str, Any]:
    """What the form offers, and what of it is chosen."""
    return {
        **commodity_choices(ask, set(question["commodities"])),
        "territories": list(ask.store.control.territories.values()),
        "sources": [ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
        "source": ask.query.get("source", ""),
        "everything": ask.query.get("include") == "all",
    }


def commodity_choices(ask: RequestContext, picked: set[str]) -> dict[str, Any]:
    """Commodities with a deposit on record, the usual ones first, and which of them are picked."""
    have = {c for own in ask.store.facts.deposits["commodities"] for c in own}
    known = {c.id: c for c in commodities() if not members(c.id).isdisjoint(have)}
    every = "all" in picked or len(picked) == len(commodities())
    offered = {name: (c, not every and name in picked) for name, c in known.items()}
    return {
        "often": [offered[name] for name in OFTEN if name in offered],
        "others": [entry for name, entry in offered.items() if name not in OFTEN],
        "every": every,
    }


def article(ask: RequestContext, document: Document) -> str:
    """The answer to `/articles/{day}`."""
    return page(
        ask,
        "article.html",
        title=document["title"],
        document=document,
        turned=[turned(ask.store, phrase) for phrase in document["phrases"]],
    )


def turned(store: Store, phrase: Document) -> list[tuple[str, str, str, str]]:
    """Deposits of a phrase whose verdict differs between the two days: id, name, then, today."""
    then, now = (_verdicts(store, phrase[day]["date"]) for day in ("then", "today"))
    listed = [d for day in ("then", "today") for d in phrase[day]["deposits"]]
    names = {d["id"]: d["name_en"] for d in listed}
    return [(i, name, then[i], now[i]) for i, name in names.items() if then[i] != now[i]]


def _verdicts(store: Store, day: str) -> dict[str, str]:
    table = store.control.deposits_on(date.fromisoformat(day), None)
    return dict(zip(table["id"], table["control"], strict=True))


def territories(ask: RequestContext, document: Document) -> str:
    """All territories."""
    return page(ask, "territories.html", title="Territories", document=document)


def territory(ask: RequestContext, document: Document) -> str:
    """One territory on a day."""
    own = document["properties"]
    return page(
        ask,
        "territory.html",
        title=own["title"],
        document=document,
        own=own,
        chart=territory_chart(ask, document),
        choices=[ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
    )


def territory_chart(ask: RequestContext, document: Document) -> svg_map.Map:
    """The territory, over the country and the line of contact of the day."""
    store, own = ask.store, document["properties"]
    window, shape = svg_map.country(store), svg_map.geometry(document)
    parts = svg_map.ground(store, window)
    if shape is not None and not shape.is_empty:
        parts = (*parts, svg_map.SvgPath("territory", window.path(shape)))
    if own["control_asof"]:
        line = store.control.contact_line_on(date.fromisoformat(own["date"]), own["source"]).line
        parts = (*parts, svg_map.SvgPath("front-case", window.path(line)),
                 svg_map.SvgPath("front", window.path(line)))  # fmt: skip
    legend = (("territory", "the territory"), *svg_map.legend(parts))
    about = f"{number(own['area_km2'])} km² on {own['date']}."
    shapes = (*parts, *svg_map.outline(store, window))
    return svg_map.Map("area", f"Map of {own['title']}", about, window, shapes, legend=legend)
