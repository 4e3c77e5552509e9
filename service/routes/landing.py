"""The landing page: what this is and where to go."""

from starlette.responses import Response

from geodata.interval import today
from service.ask import Ask
from service.links import GEOJSON, HTML, JSON, Link, link
from service.pages import render

TITLE = "Lodeline"
DESCRIPTION = (
    "Which mineral reserves lie in which territory on which day, according to whom, "
    "and how sure we are."
)


def landing(ask: Ask) -> Response:
    """The landing page in JSON, or to read."""
    links = _links(ask)
    if ask.form == "html":
        return ask.html(_page(ask))
    return ask.json({"title": TITLE, "description": DESCRIPTION, "links": links})


def _links(ask: Ask) -> list[Link]:
    return [
        link(ask.href("/", {"f": "json"}), "self", JSON, "This document"),
        link(ask.href("/", {"f": "html"}), "alternate", HTML, "This document to read"),
        link(ask.href("/collections"), "data", JSON, "The collections"),
        link(ask.href("/reserves"), "related", GEOJSON, "The question: reserves in a territory"),
        link(ask.href("/reserves/series"), "related", JSON, "Counts through time"),
        link(ask.href("/changes"), "related", GEOJSON, "Deposits whose verdict changed"),
        link(ask.href("/territories"), "related", JSON, "Territories and their definitions"),
        link(ask.href("/articles/2025-02-25"), "related", JSON, "The article it began with"),
        link(ask.href("/releases"), "version-history", JSON, "Releases"),
    ]


def _page(ask: Ask) -> str:
    store, day = ask.store, today()
    choice = store.book.choose(day)
    table = store.overlaid.on(day, None)
    counts = table.loc[table["part_of"].isna(), "control"].value_counts()
    return render(
        "landing.html",
        title=TITLE,
        description=DESCRIPTION,
        base=ask.base,
        day=day,
        choice=choice,
        source=store.tables.sources[choice.source],
        counts={str(k): int(v) for k, v in counts.items()},
        occupied=[
            {"id": r.id, "name": r.name_en, "commodity": r.commodity, "since": r.control_since}
            for r in table[(table["control"] == "occupied").to_numpy()].itertuples()
        ],
        collections=store.collections(),
        territories=store.tables.territories.values(),
        manifest=store.manifest,
    )
