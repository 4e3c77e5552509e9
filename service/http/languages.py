"""In which language is a page worded, and what does its answer say of that?

`lang` is read here alone: it is taken out of the words of a request before anything else sees them,
so that what is no page is the same in every language, its links included.
"""

from collections.abc import Mapping

from geodata.language import LANGUAGES
from service.http.context import RequestContext
from service.http.negotiation import ACCEPT_MAX, weighed
from service.params.core import parse_choice


def wanted_language(lang: str | None, accept_language: str) -> str:
    """The language to word a page in; the first of `LANGUAGES` where the client reads none.

    `lang` decides; else the language with most weight in `Accept-Language`, of whatever country
    (RFC 4647, basic filtering the other way round: `uk-UA` is answered in `uk`).
    """
    if lang in LANGUAGES:
        return lang
    weights: dict[str, float] = {}
    for entry in accept_language[:ACCEPT_MAX].split(","):
        tag, weight = weighed(entry)
        name = tag.partition("-")[0]
        weights[name] = max(weight, weights.get(name, 0.0))
    known = [(weights.get(name, weights.get("*", 0.0)), name) for name in LANGUAGES]
    weight, name = max(known, key=lambda pair: pair[0])
    return name if weight > 0 else LANGUAGES[0]


def taken_lang(words: dict[str, str]) -> str | None:
    """The language named, taken out of the words: what is no page is the same in each.

    Raises InvalidInput for a language pages are not in.
    """
    lang = words.pop("lang", None)
    return None if lang is None else parse_choice({"lang": lang}, "lang", LANGUAGES, lang)


def languages_of(ask: RequestContext) -> tuple[str | None, ...]:
    """What a page depends on: the language it is worded in, and the one its links keep."""
    return (ask.language, ask.lang) if ask.format == "html" else ()


def language_headers(ask: RequestContext) -> Mapping[str, str]:
    """The language of a page, and that it follows the client's where none was named."""
    if ask.format != "html":
        return {}
    named = {"Content-Language": ask.language}
    if ask.lang is not None:
        return named
    return {**named, "Vary": "Accept, Accept-Encoding, Accept-Language"}
