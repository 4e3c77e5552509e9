"""What is a page shared as: title, sentence and picture (Open Graph, Twitter cards)?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geodata.language import LANGUAGES
from service.http.context import RequestContext, url
from service.http.proxy import root_of
from service.pages.picture.scene import scene_of
from service.params.map_state import MapState, last_day_shown

WIDTH, HEIGHT = 1200, 630
"""Pixels of a shared picture: the ratio every network shows whole."""
LONGEST = 300
"""Characters of a description; more is cut by those who show it."""


@dataclass(frozen=True)
class Card:
    """What a page is shared as. picture, url: absolute."""

    title: str
    description: str
    url: str
    picture: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


def card(
    ask: RequestContext, title: str, sentence: str, day: date | None = None, **words: str | None
) -> Card:
    """A page's card, whose picture is of a day, and of the release that answers.

    sentence: the answer. day: of the picture, the last of which there are data where none is
    given. words: the rest of the map's state.
    """
    lang = None if ask.language == LANGUAGES[0] else ask.language
    state = {"day": str(day or last_day_shown(ask.store)), **words, "lang": lang}
    given = {name: text for name, text in state.items() if text}
    picture = ask.url_for("/picture.png", {**given, "release": ask.release})
    asked = {name: text for name, text in ask.query.items() if name != "f"}
    asked |= {} if ask.lang is None else {"lang": ask.lang}
    text = sentence if len(sentence) <= LONGEST else sentence[: LONGEST - 1].rstrip() + "…"
    return Card(title, text, ask.url_for(ask.path, asked), picture, sentence)


def state_card(ask: RequestContext, state: MapState) -> Card:
    """The card of a page whose answer is what the map shows at a state."""
    scene = scene_of(ask.store, state.in_language(ask.language))
    words = {name: text for name, text in state_words(ask).items() if name not in {"day", "lang"}}
    return card(
        ask, f"Lodeline, {scene.now.day}", f"{scene.title} {scene.lead}", state.day, **words
    )


def state_words(ask: RequestContext) -> dict[str, str]:
    """The words of the map's state among those of a request, with the language if it was named."""
    names = {info.alias or name for name, info in MapState.model_fields.items()}
    words = {name: text for name, text in ask.query.items() if name in names - {"f", "release"}}
    return dict(sorted({**words, **({} if ask.lang is None else {"lang": ask.lang})}.items()))


def picture_path(ask: RequestContext, words: Mapping[str, str]) -> str:
    """The path of a state's picture, in the release that answers."""
    day = {} if "day" in words else {"day": str(last_day_shown(ask.store))}
    return url(root_of(ask.base), "/picture.png", {**day, **words, "release": ask.release})
