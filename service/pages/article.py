"""The page of an article: its phrases, answered for its day and a later one, with maps."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import svg_map
from service.pages.claims import AGREEMENTS
from service.pages.rendering import Document, page
from service.pages.template_filters import number

WIDTH = 420
"""Width of a map, of which there are two to a phrase."""
SIDES = ("then", "last")


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/articles/{day}`."""
    phrases = document["phrases"]
    return page(
        ask,
        "article.html",
        title=document["title"],
        document=document,
        changed=[changed(ask.store, phrase) for phrase in phrases],
        charts={side: charts(ask, phrases, side) for side in SIDES},
        agreements=AGREEMENTS,
    )


def changed(store: Store, phrase: Document) -> list[tuple[str, str, str, str]]:
    """Deposits of a phrase whose verdict differs between the two days: id, name, then, last."""
    then, now = (_verdicts(store, phrase[side]["date"]) for side in SIDES)
    names = {d["id"]: d["name_en"] for side in SIDES for d in phrase[side]["named"]}
    return [(i, name, then[i], now[i]) for i, name in names.items() if then[i] != now[i]]


def _verdicts(store: Store, day: str) -> dict[str, str]:
    table = store.control.deposits_on(date.fromisoformat(day), None)
    return dict(zip(table["id"], table["control"], strict=True))


def charts(ask: RequestContext, phrases: Sequence[Document], side: str) -> list[svg_map.Map]:
    """Where the deposits of each phrase lie, over the control of a day, which is drawn once."""
    answer = phrases[0][side]
    about = svg_map.control_text(
        ask.store.sources.by_id[answer["source"]], answer["control_asof"], answer["stale_days"]
    )
    day = date.fromisoformat(answer["date"])
    first = svg_map.of_day(
        ask.store, f"map-1-{side}", "", about, day, answer["source"], width=WIDTH
    )
    grounds = [first, *(replace(first, ground=first.name) for _ in phrases[1:])]
    return [
        _marked(ask, replace(ground, name=f"map-{place}-{side}"), phrase, side)
        for place, (ground, phrase) in enumerate(zip(grounds, phrases, strict=True), start=1)
    ]


def _marked(ask: RequestContext, ground: svg_map.Map, phrase: Document, side: str) -> svg_map.Map:
    """The map of a day with the deposits of a phrase."""
    deposits, named = ask.store.facts.deposits, phrase[side]["named"]
    points = dict(zip(deposits["id"], deposits.geometry, strict=True))
    features = [{"id": d["id"], "properties": d, "geometry": points[d["id"]]} for d in named]
    chart = replace(
        ground,
        title=f"{phrase['phrase']}, {phrase[side]['date']}",
        about=f"{number(len(named))} deposits listed. {ground.about}",
    )
    return svg_map.marked(chart, features)
