"""The page of the article: each phrase, how it is read, and the reserves then and today."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geodata.store.embedded import EmbeddedStore
from service.http.context import Ask
from service.pages.rendering import page

Document = Mapping[str, Any]


def view(ask: Ask, document: Document) -> str:
    """The answer to `/articles/{day}`."""
    return page(
        ask,
        "article.html",
        title=document["title"],
        document=document,
        turned=[turned(ask.store, phrase) for phrase in document["phrases"]],
    )


def turned(store: EmbeddedStore, phrase: Document) -> list[tuple[str, str, str, str]]:
    """Deposits of a phrase whose verdict differs between the two days: id, name, then, today."""
    then, now = (_verdicts(store, phrase[day]["date"]) for day in ("then", "today"))
    listed = [d for day in ("then", "today") for d in phrase[day]["deposits"]]
    names = {d["id"]: d["name_en"] for d in listed}
    return [(i, name, then[i], now[i]) for i, name in names.items() if then[i] != now[i]]


def _verdicts(store: EmbeddedStore, day: str) -> dict[str, str]:
    table = store.overlaid.on(date.fromisoformat(day), None)
    return dict(zip(table["id"], table["control"], strict=True))
