"""The page of claims: what was stated, and what the release says beside it."""

from collections.abc import Mapping
from typing import Any

from geodata.answers.wording import commodity, listing
from service.http.context import RequestContext
from service.pages.rendering import Document, page
from service.pages.template_filters import number

AGREEMENTS: Mapping[str, str] = {
    "yes": "agrees",
    "partly": "agrees in part",
    "no": "does not agree",
    "not-comparable": "cannot be compared",
}


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/claims`."""
    entries = document["claims"]
    return page(
        ask,
        "claims.html",
        title="Public claims beside our count",
        document=document,
        rows=[(entry, stated_text(entry), ours_text(entry["ours"])) for entry in entries],
        tally=[(text, _count(entries, word)) for word, text in AGREEMENTS.items()],
        agreements=AGREEMENTS,
    )


def stated_text(claim: Document) -> str:
    """The figure of a claim, with its unit."""
    low, high, unit = claim["figure_low"], claim["figure_high"], claim["unit"]
    if low is None and high is None:
        pieces = [piece.partition(":") for piece in claim["commodity"].split(";")]
        return listing([f"{commodity(word)} {n}" for word, _, n in pieces if n]) or "no figure"
    of = claim["denominator"]
    return f"{_range(low, high, unit)}{f' of {of}' if of else ''}"


def ours_text(ours: Mapping[str, Any]) -> str:
    """What the release says, with its unit; what may be besides what is certain."""
    low, high, of, unit = ours["value_low"], ours["value_high"], ours["of"], ours["unit"]
    if low is None:
        return "nothing on record"
    if unit == "1":
        return f"{_figure(low, high, '1')} of {number(of)} deposits"
    return f"{_figure(low, high, unit)} of {number(of)}" if of else _figure(low, high, unit)


def _count(entries: list[Document], word: str) -> str:
    return number(sum(entry["ours"]["agrees"] == word for entry in entries))


def _range(low: float | None, high: float | None, unit: str) -> str:
    """A figure stated, an open end in words."""
    if low is None:
        return f"at most {_figure(high, high, unit)}"
    return f"at least {_figure(low, low, unit)}" if high is None else _figure(low, high, unit)


def _figure(low: Any, high: Any, unit: str) -> str:  # noqa: ANN401 - numbers of JSON
    scale, name = (100, "%") if unit == "1" else (1, unit)
    ends = dict.fromkeys(number(round(end * scale, 1)) for end in (low, high))
    return f"{' to '.join(ends)} {name}"
