"""The pages of the question: reserves in a territory on a day, the article, territories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geodata.answers.figures import count
from geodata.answers.names import commodity, listing, title_of
from geodata.answers.question import DEFAULT_COMMODITIES, DEFAULT_CONTROL
from geodata.answers.wording import (
    also_texts,
    answer_text,
    components_text,
    map_text,
    overview_text,
    split_counts,
    together_text,
    unconfirmed_text,
)
from geodata.data.commodities import commodities, members
from geodata.interval import today
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from schemas import Source, Territory
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.claims import beside
from service.pages.rendering import Document, page
from service.pages.share import Card, card
from service.pages.svg_timeline import Bar
from service.pages.template_filters import area_km2, number, standing
from service.pages.vocabulary import VERDICT_NAMES, verdict_name

COMMON = (*DEFAULT_COMMODITIES, "graphite", "zirconium", "uranium", "manganese", "niobium")
"""Commodities offered first in the form."""
FEW = 6
"""Up to so many commodities are answered by a sentence each."""
ROLE_NAMES: Mapping[str, str] = {
    "main": N_("as the main commodity"),
    "any": N_("as the main commodity or a by-product"),
}
RANK_NAMES: Mapping[str, str] = {
    "deposit": N_("deposits"),
    "any": N_("deposits, occurrences, prospects, fields and basins"),
}
FORMS = (("json", "GeoJSON"), ("csv", "CSV"), ("xlsx", "Excel"), ("parquet", "GeoParquet"))


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/reserves`."""
    question = document["question"]
    territory = ask.store.control.territories[question["territory"]]
    source = ask.store.sources.by_id[question["source"]]
    return page(
        ask,
        "reserves.html",
        title=title(question),
        document=document,
        question=question,
        territory=territory,
        overview_text=overview_text(document, source),
        together_text=together_text(document, territory, source),
        answers=[answer(s, question, territory, source) for s in document["summary"]],
        few=len(document["summary"]) <= FEW,
        groups=groups(document["features"]),
        disagreements=disagreements(document["features"]),
        reporting_sources=reporting_sources(document["features"]),
        chart=chart(ask, document),
        choices=choices(ask, question),
        map_state=map_state(ask, question),
        forms=FORMS,
        claims=beside(document["claims"]),
        today=str(today()),
        card=shared(ask, document, territory, source),
    )


def shared(ask: RequestContext, document: Document, territory: Territory, source: Source) -> Card:
    """What the page is shared as: the answer in a sentence, or of many commodities together."""
    question = document["question"]
    first = document["summary"][0]
    is_one = len(document["summary"]) == 1
    sentence = (
        answer_text(first, question, territory, source)
        if is_one
        else together_text(document, territory, source)
    )
    return card(
        ask,
        title(question),
        sentence,
        date.fromisoformat(question["date"]),
        minerals=ask.query.get("commodity", ",".join(question["commodities"])),
        territory=question["territory"],
        source=ask.query.get("source"),
        role=question["role"],
        rank=question["rank"],
    )


def map_state(ask: RequestContext, question: Document) -> dict[str, object]:
    """The same question as the map's address asks it; what it has by itself is left out."""
    minerals = [name for name in ask.query.get("commodity", "").split(",") if name]
    listed = ask.query.get("control", ",".join(DEFAULT_CONTROL))
    return {
        "day": question["date"],
        "source": ask.query.get("source"),
        "minerals": None if "all" in minerals else ",".join(question["commodities"]),
        "verdicts": None if ask.query.get("include") == "all" else listed,
        "territory": question["territory"],
        "role": question["role"],
        "rank": question["rank"],
    }


def title(question: Document) -> str:
    """What the page is called."""
    names = [commodity(name) for name in question["commodities"]]
    listed = listing(names)
    if len(names) > 4:
        listed = count(len(names), "commodity", "commodities")
    return gettext(
        "Deposits of %(commodities)s, %(day)s",
        commodities=listed,
        day=day_text(question["date"]),
    )


@dataclass(frozen=True)
class Answer:
    """What is said of one commodity. also: what stands beside the count, and words that count it.

    notes: what else a reader of the count must know.
    """

    summary: Document
    text: str
    bars: Sequence[Bar]
    also: Sequence[tuple[str, Mapping[str, str]]]
    notes: Sequence[str]


def answer(summary: Document, question: Document, territory: Territory, source: Source) -> Answer:
    """One commodity in words."""
    notes = (components_text(summary), unconfirmed_text(summary))
    return Answer(
        summary,
        answer_text(summary, question, territory, source),
        tally(split_counts(summary)),
        also_texts(summary),
        [note for note in notes if note],
    )


def tally(counts: Mapping[str, int]) -> list[Bar]:
    """Counts as pieces of one bar, per cents of its width."""
    whole, x, bars = sum(counts.values()) or 1, 0.0, []
    for verdict in VERDICT_NAMES:
        width = counts[verdict] / whole * 100
        if width:
            bars.append(Bar(round(x, 2), round(width, 2), 0, 100, verdict))
        x += width
    return bars


def groups(features: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """Deposits by verdict as far as the territory goes, in the order of verdicts."""
    deposits = [f["properties"] for f in features]
    return [(v, rows) for v in VERDICT_NAMES if (rows := [d for d in deposits if standing(d) == v])]


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
    listed = listing(
        gettext("%(amount)s %(place)s", amount=number(n), place=verdict_name(v))
        for v, n in counts.items()
    ) or gettext("none")
    source = ask.store.sources.by_id[question["source"]]
    control = svg_map.control_text(source, question["control_asof"], question["stale_days"])
    return svg_map.of_day(
        ask.store,
        "map",
        gettext("Map of the deposits listed, %(day)s", day=day_text(question["date"])),
        gettext(
            "Deposits listed: %(listed)s. %(control)s Each is drawn at its representative point; "
            "the position uncertainty is in the table.",
            listed=listed,
            control=control,
        ),
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
        "role": question["role"],
        "rank": question["rank"],
        "roles": ROLE_NAMES,
        "ranks": RANK_NAMES,
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
    return page(ask, "territories.html", title=gettext("Territories"), document=document)


def territory(ask: RequestContext, document: Document) -> str:
    """One territory on a day."""
    described = document["properties"]
    return page(
        ask,
        "territory.html",
        title=title_of(described),
        document=document,
        territory=described,
        area=area_text(ask, described),
        map_behind=map_behind(ask, described),
        chart=territory_chart(ask, document),
        choices=[ask.store.sources.by_id[s] for s in ask.store.sources.ordered],
    )


def area_text(ask: RequestContext, described: Document) -> str:
    """The area of a territory; of land held on a day no source reaches, that it is not known."""
    if described["source"] and not described["control_asof"]:
        return gettext("Area not known")
    source = ask.store.sources.by_id.get(described["source"] or "")
    return area_km2(described["area_km2"], source.record if source else "maps")


def map_behind(ask: RequestContext, described: Document) -> str | None:
    """The map a territory held on a day is drawn from; None where boundaries alone make it."""
    if described["source"] is None:
        return None
    asof, day = described["control_asof"], date.fromisoformat(described["date"])
    stale = (day - date.fromisoformat(asof)).days if asof else None
    return map_text(ask.store.sources.by_id[described["source"]], asof, stale)


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
    legend = (("territory", gettext("the territory")), *svg_map.legend(parts))
    behind = map_behind(ask, described)
    about = gettext(
        "%(area)s on %(day)s",
        area=area_text(ask, described),
        day=day_text(described["date"]),
    )
    about = f"{about} ({behind})." if behind else f"{about}."
    shapes = (*parts, *svg_map.outline(store, window))
    return svg_map.Map(
        "area",
        gettext("Map: %(name)s", name=title_of(described)),
        about,
        window,
        shapes,
        legend=legend,
    )
