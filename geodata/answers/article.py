"""The article of 25 February 2025: its phrases, the territory each names, the reserves in it.

Each phrase is paraphrased and comes to a question, which is answered for the day of the article
and for a later one. Nothing is quoted but the few words that decide what is asked.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import numpy as np

from geodata.answers.citation import citation
from geodata.answers.headlines import (
    IN_PART,
    Phrase,
    counts_of,
    headline_of,
    of_main,
    question_of,
)
from geodata.answers.matching import MatchingDeposits, find, of_rank
from geodata.answers.names import title_of
from geodata.answers.question import VERDICTS, Question
from geodata.answers.reserves import reserves
from geodata.answers.sources import source_facts
from geodata.data.commodities import commodities
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store

ARTICLE_DAY = date(2025, 2, 25)
TITLE = N_("Rare earths for Washington: whose, and where?")
MOSCOW, WASHINGTON, REPORT = N_("Moscow"), N_("Washington"), N_("The report")


def _group(*groups: str) -> tuple[str, ...]:
    """The commodities of some groups, in the order of their ids."""
    return tuple(c.id for c in commodities() if c.group in groups)


PHRASES = (
    Phrase(
        N_("rare earths from Russia and from the “new territories”"),
        MOSCOW,
        "new-territories-held",
        ("rare-earths",),
        N_("rare-earth"),
        N_(
            "The offer was of Russian deposits and of those in land taken from Ukraine. What could "
            "be offered of the latter is the occupied part of the four oblasts declared annexed on "
            "2022-09-30; of the former, deposits on record within Russia's recognised borders."
        ),
        elsewhere="russia",
    ),
    Phrase(
        N_("land forcibly taken during the three years of war"),
        REPORT,
        "occupied-since-2022",
        ("rare-earths",),
        N_("rare-earth"),
        N_(
            "Land occupied on the date that was not occupied on 2022-02-23: what Russia and its "
            "proxies held before counts for nothing here."
        ),
    ),
    Phrase(
        N_("“rare and rare earth” minerals"),
        MOSCOW,
        "new-territories-held",
        _group("rare metals", "rare earths"),
        N_("rare-metal and rare-earth"),
        N_(
            "The words name rare metals too (niobium, tantalum, zirconium, beryllium, lithium and "
            "their like), not rare earths alone."
        ),
    ),
    Phrase(
        N_("occupied land in the east and south with large lithium deposits"),
        REPORT,
        "east-south",
        ("lithium",),
        N_("lithium"),
        N_("All land occupied on the date outside Crimea."),
    ),
    Phrase(
        N_("Ukraine's titanium and lithium"),
        WASHINGTON,
        "ukraine",
        ("titanium", "lithium"),
        N_("titanium and lithium"),
        N_(
            "This is what Washington sought, not what Moscow offered. The deposits lie all over "
            "Ukraine; the verdicts show which were government-held."
        ),
    ),
)


def article(store: Store, last: date, permalink: str) -> dict[str, object]:
    """The article answered: each phrase with its reserves on that day and on a later one.

    last: the later day, up to which the data go unless another was asked. permalink: of both days.
    """
    choices = [store.sources.select(day) for day in (ARTICLE_DAY, last)]
    title = gettext(
        "%(title)s The reserves on %(first)s and on %(last)s",
        title=gettext(TITLE),
        first=day_text(ARTICLE_DAY),
        last=day_text(last),
    )
    return {
        "title": gettext(TITLE),
        "date": str(ARTICLE_DAY),
        "to": str(last),
        "about": gettext(
            "On 25 February 2025 it was reported that Moscow offered the United States rare "
            "earths from Russia and from the territories it occupies in Ukraine, while "
            "Washington sought Ukraine's titanium and lithium. Which reserves are those?"
        ),
        "phrases": [_answered(store, phrase, last) for phrase in PHRASES],
        "release": store.manifest.id,
        "citation": citation(store, title, permalink, *choices),
    }


def article_questions() -> Iterable[Question]:
    """What the phrases ask of the day of the article, of all occupied land, as claims do."""
    asked = (question_of(phrase, ARTICLE_DAY) for phrase in PHRASES)
    return (replace(question, territory="occupied") for question in asked)


def _answered(store: Store, phrase: Phrase, last: date) -> dict[str, object]:
    territory = store.control.territory(phrase.territory)
    return {
        "phrase": gettext(phrase.text),
        "by": gettext(phrase.by),
        "reading": gettext(phrase.reading),
        "territory": {
            "id": territory.id,
            "title": title_of(territory),
            "definition": gettext(territory.definition),
        },
        "commodities": list(phrase.commodities),
        "then": _on(store, phrase, ARTICLE_DAY),
        "last": _on(store, phrase, last),
    }


def _on(store: Store, phrase: Phrase, day: date) -> dict[str, object]:
    """The answer to a phrase on a day, its counts once for each deposit."""
    question = question_of(phrase, day)
    found = find(store, question)
    answer = reserves(store, question, "")
    elsewhere = _elsewhere(store, phrase, day)
    counts = {
        "deposits": counts_of(found, found.selected),
        "by_products": counts_of(found, found.asked & ~of_main(found, question)),
        "other_ranks": counts_of(found, found.asked & of_main(found, question) & ~found.selected),
    }
    summary = answer["summary"]
    return {
        "date": str(day),
        **source_facts(found.choice),
        "headline": headline_of(store, phrase, found, elsewhere),
        **counts,
        "elsewhere": elsewhere,
        "summary": [one for one in summary if _is_on_record(one)],  # type: ignore[attr-defined]
        "caveats": answer["caveats"],
        "named": _named(found),
        "question": question.parameters(store.manifest.id),
    }


def _is_on_record(summary: dict[str, dict[str, object]]) -> bool:
    """Whether there is any deposit of a commodity, in whatever role and rank."""
    also = summary["also"].values()
    return any(n for counts in (summary["deposits"], *also) for n in counts.values())  # type: ignore[attr-defined]


def _named(found: MatchingDeposits) -> list[dict[str, str]]:
    """The deposits listed, with their verdicts in the territory, and a note on those in part."""
    columns = (found.table["id"], found.table["name_en"], found.table["control"], found.verdict)
    rows = zip(*(np.asarray(column)[found.listed] for column in columns), strict=True)
    return [
        {"id": i, "name_en": name, "control": verdict}
        | ({"note": gettext(IN_PART)} if (control, verdict) == ("occupied", "uncertain") else {})
        for i, name, control, verdict in rows
    ]


def _elsewhere(store: Store, phrase: Phrase, day: date) -> dict[str, object] | None:
    """Deposits of the territory of which no source speaks, and amounts on record of them."""
    if phrase.elsewhere is None or phrase.elsewhere not in store.control.territories:
        return None
    question = replace(question_of(phrase, day), territory=phrase.elsewhere, control=VERDICTS)
    found, territory = find(store, question), store.control.territory(phrase.elsewhere)
    main = of_main(found, question)
    ranked = of_rank(found.table, question.rank)
    return {
        "territory": {
            "id": territory.id,
            "title": title_of(territory),
            "definition": gettext(territory.definition),
        },
        "deposits": sum(counts_of(found, found.selected).values()),
        "by_products": sum(counts_of(found, found.asked & ~main).values()),
        "other_ranks": sum(counts_of(found, found.asked & main & ~ranked).values()),
        "summary": reserves(store, question, "")["summary"],
        "named": _named(found),
        "question": question.parameters(store.manifest.id),
    }
