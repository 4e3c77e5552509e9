"""The pages of the question: reserves in a territory on a day, the article, territories."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from geodata.answers.question import DEFAULT_COMMODITIES, VERDICTS
from geodata.data.commodities import commodities, members
from geodata.interval import today
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.claims import AGREEMENTS
from service.pages.rendering import Document, page, source_title
from service.pages.svg_timeline import Bar
from service.pages.template_filters import VERDICT_NAMES, commodity, listing, number

COMMON = (*DEFAULT_COMMODITIES, "graphite", "zirconium", "uranium", "manganese", "niobium")
"""Commodities offered first in the form."""
_ADJECTIVES = {"rare-earths": "rare-earth", "rare-metals": "rare-metal"}
_VERDICT_PHRASES = {
    "occupied": "in occupied land",
    "contested": "in contested land",
    "government": "in government-held land",
    "uncertain": "uncertain",
    "unknown": "not known",
}
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
        overview_text=overview_text(document["summary"], question),
        answer_texts=[answer_text(s, question, territory.title) for s in document["summary"]],
        tallies=[(s, tally(s["deposits"])) for s in document["summary"]],
        groups=groups(document["features"]),
        disagreements=disagreements(document["features"]),
        reporting_sources=reporting_sources(document["features"]),
        chart=chart(ask, document),
        choices=choices(ask, question),
        forms=FORMS,
        agreements=AGREEMENTS,
        today=str(today()),
    )


def title(question: Document) -> str:
    """What the page is called."""
    names = [commodity(name) for name in question["commodities"]]
    listed = listing(names) if len(names) <= 4 else f"{number(len(names))} commodities"
    return f"Deposits of {listed}, {question['date']}"


def answer_text(summary: Document, question: Document, territory: str) -> str:
    """The answer for one commodity as a sentence."""
    counts = summary["deposits"]
    whole, word = sum(counts.values()), summary["commodity"]
    name = _ADJECTIVES.get(word, commodity(word))
    if not whole:
        return f"No {name} deposit on record may lie in “{territory}”."
    anywhere = question["territory"] in {"occupied", "ukraine"}
    place = "in Ukraine" if anywhere else f"that may lie in “{territory}”"
    is_past = question["date"] < str(today())
    if whole == 1:
        verdict = next(v for v in VERDICTS if counts[v])
        verb = "was" if is_past else "is"
        return f"The one {name} deposit on record {place} {verb} {_VERDICT_PHRASES[verdict]}."
    phrases = _counts(counts, is_past=is_past)
    return f"Of the {number(whole)} {name} deposits on record {place}, {phrases}."


def _counts(counts: Mapping[str, int], *, is_past: bool) -> str:
    """`2 were in occupied land and 6 in government-held land`: the verb with the first count."""
    phrases = [(number(counts[v]), _VERDICT_PHRASES[v]) for v in VERDICTS if counts[v]]
    if not counts["occupied"]:
        phrases.insert(0, ("none", _VERDICT_PHRASES["occupied"]))
    (amount, place), *others = phrases
    one, many = ("was", "were") if is_past else ("is", "are")
    verb = one if amount == "1" else many
    return listing([f"{amount} {verb} {place}", *(f"{n} {where}" for n, where in others)])


def overview_text(summaries: Sequence[Document], question: Document) -> str:
    """The answer for many commodities at once; a deposit of several counts for each of them."""
    occupied = [s for s in summaries if s["deposits"]["occupied"]]
    verb = "has" if len(occupied) == 1 else "have"
    on = "today" if question["date"] == str(today()) else f"on {question['date']}"
    return (
        f"{number(len(occupied))} of {number(len(summaries))} commodities {verb} a deposit in "
        f"occupied land {on}. A deposit of several commodities is counted with each of them."
    )


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
    deposits = [f["properties"] for f in features]
    return [(v, rows) for v in VERDICTS if (rows := [d for d in deposits if d["control"] == v])]


def reporting_sources(features: Sequence[Document]) -> list[str]:
    """Sources that cover the day, in the order of priority."""
    reports = features[0]["properties"]["by_source"] if features else []
    return [report["source"] for report in reports if report["asof"]]


def disagreements(features: Sequence[Document]) -> list[Document]:
    """Deposits for which sources that cover the day give different verdicts."""
    deposits = [f["properties"] for f in features]
    return [d for d in deposits if len({r["control"] for r in d["by_source"] if r["asof"]}) > 1]


def chart(ask: RequestContext, document: Document) -> svg_map.Map:
    """The deposits listed, over control on the day."""
    question, features = document["question"], document["features"]
    counts = {v: len(rows) for v, rows in groups(features)}
    listed = listing([f"{number(n)} {VERDICT_NAMES[v]}" for v, n in counts.items()]) or "none"
    source = source_title(ask, question["source"])
    control = svg_map.control_text(source, question["control_asof"])
    return svg_map.of_day(
        ask.store,
        "map",
        f"Map of the deposits listed, {question['date']}",
        f"Deposits listed: {listed}. {control} Each is drawn at its representative point; the "
        "position uncertainty is in the table.",
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
        "include_all": ask.query.get("include") == "all",
    }


def commodity_choices(ask: RequestContext, picked: set[str]) -> dict[str, Any]:
    """Commodities with a deposit on record, the usual ones first, and which of them are picked."""
    on_record = {c for names in ask.store.facts.deposits["commodities"] for c in names}
    known = {c.id: c for c in commodities() if not members(c.id).isdisjoint(on_record)}
    every = "all" in picked or len(picked) == len(commodities())
    offered = {name: (c, not every and name in picked) for name, c in known.items()}
    return {
        "common": [offered[name] for name in COMMON if name in offered],
        "others": [entry for name, entry in offered.items() if name not in COMMON],
        "every": every,
    }


def territories(ask: RequestContext, document: Document) -> str:
    """All territories."""
    return page(ask, "territories.html", title="Territories", document=document)


def territory(ask: RequestContext, document: Document) -> str:
    """One territory on a day."""
    described = document["properties"]
    return page(
        ask,
        "territory.html",
        title=described["title"],
        document=document,
        territory=described,
        chart=territory_chart(ask, document),
        choices=[ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
    )


def territory_chart(ask: RequestContext, document: Document) -> svg_map.Map:
    """The territory, over the country and the contact line of the day."""
    store, described = ask.store, document["properties"]
    window, shape = svg_map.country(store), svg_map.geometry(document)
    parts = svg_map.ground(store, window)
    if shape is not None and not shape.is_empty:
        parts = (*parts, svg_map.SvgPath("territory", window.path(shape)))
    if described["control_asof"]:
        day = date.fromisoformat(described["date"])
        line = store.control.contact_line_on(day, described["source"]).line
        parts = (*parts, svg_map.SvgPath("front-case", window.path(line)),
                 svg_map.SvgPath("front", window.path(line)))  # fmt: skip
    legend = (("territory", "the territory"), *svg_map.legend(parts))
    about = f"{number(described['area_km2'])} km² on {described['date']}."
    shapes = (*parts, *svg_map.outline(store, window))
    return svg_map.Map("area", f"Map of {described['title']}", about, window, shapes, legend=legend)
