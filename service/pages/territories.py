"""The pages of territories: all definitions, and one of them on a day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.http.context import Ask
from service.pages import maps
from service.pages.rendering import page
from service.pages.words import number

Document = Mapping[str, Any]


def territories(ask: Ask, document: Document) -> str:
    """All territories."""
    return page(ask, "territories.html", title="Territories", document=document)


def territory(ask: Ask, document: Document) -> str:
    """One territory on a day."""
    own = document["properties"]
    return page(
        ask,
        "territory.html",
        title=own["title"],
        document=document,
        own=own,
        chart=chart(ask, document),
        choices=[ask.store.tables.sources[s] for s in ask.store.book.ordered],
    )


def chart(ask: Ask, document: Document) -> maps.Map:
    """The territory, over the country and the line of contact of the day."""
    store, own = ask.store, document["properties"]
    window, shape = maps.country(store), maps.geometry(document)
    parts = maps.ground(store, window)
    if shape is not None and not shape.is_empty:
        parts = (*parts, maps.Shape("territory", window.path(shape)))
    if own["control_asof"]:
        line = store.overlaid.front_on(date.fromisoformat(own["date"]), own["source"]).line
        parts = (*parts, maps.Shape("front-case", window.path(line)),
                 maps.Shape("front", window.path(line)))  # fmt: skip
    legend = (("territory", "the territory"), *maps.legend(parts))
    about = f"{number(own['area_km2'])} km² on {own['date']}."
    shapes = (*parts, *maps.outline(store, window))
    return maps.Map("area", f"Map of {own['title']}", about, window, shapes, legend=legend)
