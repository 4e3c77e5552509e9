"""The page of a deposit's history, and the strips through time that it shares with others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geodata.interval import today
from service.http.context import Ask
from service.pages.rendering import page
from service.pages.strips import FIRST, Axis, Strip, Tick, near, strip
from service.pages.words import percent

Document = Mapping[str, Any]
FORMS = (("json", "JSON"),)


@dataclass(frozen=True)
class Drawn:
    """Strips of every source over one axis, and what they show in words."""

    name: str
    title: str
    ticks: tuple[Tick, ...]
    strips: tuple[Strip, ...]
    about: Mapping[str, str]


def view(ask: Ask, document: Document) -> str:
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
