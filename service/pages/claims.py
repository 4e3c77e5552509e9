"""The page of claims: what was stated, and what the release says beside it."""

from collections.abc import Mapping, Sequence
from typing import Any

from geodata.answers.figures import at_least, count, range_text
from geodata.answers.names import commodity, listing
from geodata.language import gettext, ngettext
from geodata.language import gettext_noop as N_
from service.http.context import RequestContext
from service.pages.rendering import Document, page
from service.pages.template_filters import number

AGREEMENTS: Mapping[str, str] = {
    "yes": N_("agrees"),
    "partly": N_("agrees in part"),
    "no": N_("does not agree"),
    "not-comparable": N_("cannot be compared"),
}


DIFFERS = N_("differs; only partly comparable")
"""What a `no` comes to where the two do not count quite the same."""
ANY_ROLE = N_("main commodity or by-product")


def view(ask: RequestContext, document: Document) -> str:
    """The answer to `/claims`."""
    entries = document["claims"]
    words = [agreement_text(entry, entry["ours"]["agrees"]) for entry in entries]
    return page(
        ask,
        "claims.html",
        title=gettext("Public claims beside our count"),
        document=document,
        rows=[
            (entry, stated_text(entry), ours_text(entry), gettext(word), word == DIFFERS)
            for entry, word in zip(entries, words, strict=True)
        ],
        tally=[
            (gettext(text).replace(";", ","), number(n))
            for text in _WORDS
            if (n := words.count(text))
        ],
    )


def agreement_text(claim: Document, agrees: str) -> str:
    """Whether ours agrees with a claim, in words."""
    partly = claim["comparable"] == "partly"
    return DIFFERS if agrees == "no" and partly else AGREEMENTS[agrees]


def beside(claims: Sequence[Document]) -> list[Document]:
    """Claims told beside an answer, with the words for their agreement."""
    return [{**near, "agreement": gettext(agreement_text(near, near["agrees"]))} for near in claims]


def stated_text(claim: Document) -> str:
    """The figure of a claim, with its unit."""
    low, high, unit = claim["figure_low"], claim["figure_high"], claim["unit"]
    if low is None and high is None:
        return _pieces_text(claim) or gettext("no figure")
    of = claim["denominator"]
    figure = _range(low, high, unit)
    return gettext("%(figure)s of %(whole)s", figure=figure, whole=gettext(of)) if of else figure


def ours_text(claim: Document) -> str:
    """What the release says beside a claim, with its unit; what may be besides what is certain.

    The role is named where by-products count too: another count would come of main commodities.
    """
    ours = claim["ours"]
    low, high, of, unit = ours["value_low"], ours["value_high"], ours["of"], ours["unit"]
    if low is None:
        return gettext("nothing on record")
    if ours["parts"] and (parts := _ranked(claim)):
        of_parts = zip(parts, ours["parts"], strict=True)
        text = listing([_figure(p["value_low"], p["value_high"], one) for one, p in of_parts])
    elif unit == "1":
        text = gettext("%(figure)s of %(whole)s", figure=_shares(low, high, of),
                       whole=count(of, "deposit"))  # fmt: skip
    else:
        whole = number(of) if "deposits" in unit else count(of, "deposit")
        text = gettext("%(figure)s of %(whole)s", figure=_figure(low, high, unit), whole=whole)
    decides = claim["role"] == "any" and claim["deposit_id"] is None and claim["commodity"] != "all"
    return f"{text} ({gettext(ANY_ROLE)})" if decides else text


_WORDS = (AGREEMENTS["yes"], AGREEMENTS["partly"], DIFFERS, AGREEMENTS["no"],
          AGREEMENTS["not-comparable"])  # fmt: skip


def _pieces_text(claim: Document) -> str:
    """Figures of several commodities, or of the deposits and the occurrences of one."""
    pieces = [piece.partition(":") for piece in claim["commodity"].split(";")]
    if units := _ranked(claim):
        figures = (float(n) for _, _, n in pieces)
        return listing([_figure(n, n, u) for n, u in zip(figures, units, strict=True)])
    return listing([f"{commodity(word)} {n}" for word, _, n in pieces if n])


def _ranked(claim: Document) -> list[str]:
    """The units of a claim that counts deposits and occurrences apart; else none."""
    words = [piece.partition(":")[0] for piece in claim["commodity"].split(";")]
    units: list[str] = claim["unit"].split(" and ")
    return units if len(units) == len(words) > 1 == len({*words}) else []


def _range(low: float | None, high: float | None, unit: str) -> str:
    """A figure stated, an open end in words."""
    if low is None:
        return gettext("at most %(number)s", number=_figure(high, high, unit))
    return at_least(_figure(low, low, unit)) if high is None else _figure(low, high, unit)


def _figure(low: Any, high: Any, unit: str) -> str:  # noqa: ANN401 - numbers of JSON
    """Figures with their unit, of which there may be one: `1 deposit`."""
    scale, name = (100, "%") if unit == "1" else (1, unit)
    ends = dict.fromkeys(number(round(end * scale, 6)) for end in (low, high))
    text = range_text(*ends) if len(ends) > 1 else next(iter(ends))
    n = high * scale if len(ends) == 1 else max(high * scale, 2)  # the last number decides the form
    if name == "deposits":
        return f"{text} {ngettext('deposit', 'deposits', n)}"
    if name == "occurrences":
        return f"{text} {ngettext('occurrence', 'occurrences', n)}"
    return f"{text} {gettext(name)}"


def _shares(low: float, high: float, of: int) -> str:
    """Shares of so many deposits in whole per cents, rounded once and half up."""
    numbers = [round(end * of) for end in (low, high)]
    ends = dict.fromkeys(number((200 * n + of) // (2 * of)) for n in numbers)
    return f"{range_text(*ends) if len(ends) > 1 else next(iter(ends))} %"
