"""The article of 25 February 2025: its phrases, the territory each names, the reserves in it.

Each phrase is paraphrased and comes to a question, which is answered for the day of the article
and for a later one. Nothing is quoted but the few words that decide what is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from geodata.answers.citation import citation
from geodata.answers.matching import MatchingDeposits, find, of_rank, of_role
from geodata.answers.question import DEFAULT_CONTROL, VERDICTS, Question
from geodata.answers.reserves import reserves
from geodata.answers.sources import source_facts
from geodata.data.commodities import commodities
from geodata.store.base import Store
from geodata.types import Mask

ARTICLE_DAY = date(2025, 2, 25)
TITLE = "Rare earths for Washington: whose, and where?"
MOSCOW, WASHINGTON, REPORT = "Moscow", "Washington", "The report"


def _group(*groups: str) -> tuple[str, ...]:
    """The commodities of some groups, in the order of their ids."""
    return tuple(c.id for c in commodities() if c.group in groups)


@dataclass(frozen=True)
class Phrase:
    """What was offered, sought or told, paraphrased, and the question it comes to.

    elsewhere: a territory besides of which no control source speaks, whose deposits are counted.
    """

    text: str
    by: str
    territory: str
    commodities: tuple[str, ...]
    name: str
    reading: str
    elsewhere: str | None = None


PHRASES = (
    Phrase(
        "rare earths from Russia and from the “new territories”",
        MOSCOW,
        "new-territories-held",
        ("rare-earths",),
        "rare-earth",
        "The offer was of Russian deposits and of those in land taken from Ukraine. What could be "
        "offered of the latter is the occupied part of the four oblasts declared annexed on "
        "2022-09-30; of the former, deposits on record within Russia's recognised borders.",
        elsewhere="russia",
    ),
    Phrase(
        "land forcibly taken during the three years of war",
        REPORT,
        "occupied-since-2022",
        ("rare-earths",),
        "rare-earth",
        "Land occupied on the date that was not occupied on 2022-02-23: what Russia and its "
        "proxies held before counts for nothing here.",
    ),
    Phrase(
        "“rare and rare earth” minerals",
        MOSCOW,
        "new-territories-held",
        _group("rare metals", "rare earths"),
        "rare-metal and rare-earth",
        "The words name rare metals too (niobium, tantalum, zirconium, beryllium, lithium and "
        "their like), not rare earths alone.",
    ),
    Phrase(
        "occupied land in the east and south with large lithium deposits",
        REPORT,
        "east-south",
        ("lithium",),
        "lithium",
        "All land occupied on the date outside Crimea.",
    ),
    Phrase(
        "Ukraine's titanium and lithium",
        WASHINGTON,
        "ukraine",
        ("titanium", "lithium"),
        "titanium and lithium",
        "This is what Washington sought, not what Moscow offered. The deposits lie all over "
        "Ukraine; the verdicts show which were government-held.",
    ),
)


def article(store: Store, last: date, permalink: str) -> dict[str, object]:
    """The article answered: each phrase with its reserves on that day and on a later one.

    last: the later day, up to which the data go unless another was asked. permalink: of both days.
    """
    choices = [store.sources.select(day) for day in (ARTICLE_DAY, last)]
    title = f"{TITLE} The reserves on {ARTICLE_DAY} and on {last}"
    return {
        "title": TITLE,
        "date": str(ARTICLE_DAY),
        "to": str(last),
        "about": (
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
    asked = (_question(phrase, ARTICLE_DAY) for phrase in PHRASES)
    return (replace(question, territory="occupied") for question in asked)


def _answered(store: Store, phrase: Phrase, last: date) -> dict[str, object]:
    territory = store.control.territory(phrase.territory)
    return {
        "phrase": phrase.text,
        "by": phrase.by,
        "reading": phrase.reading,
        "territory": {
            "id": territory.id,
            "title": territory.title,
            "definition": territory.definition,
        },
        "commodities": list(phrase.commodities),
        "then": _on(store, phrase, ARTICLE_DAY),
        "last": _on(store, phrase, last),
    }


def _on(store: Store, phrase: Phrase, day: date) -> dict[str, object]:
    """The answer to a phrase on a day, its counts once for each deposit."""
    question = _question(phrase, day)
    found = find(store, question)
    answer = reserves(store, question, "")
    elsewhere = _elsewhere(store, phrase, day)
    counts = {
        "deposits": _counts(found, found.selected),
        "by_products": _counts(found, found.asked & ~_main(found, question)),
        "other_ranks": _counts(found, found.asked & _main(found, question) & ~found.selected),
    }
    summary = answer["summary"]
    return {
        "date": str(day),
        **source_facts(found.choice),
        "headline": _headline(phrase, found, counts, elsewhere),
        **counts,
        "elsewhere": elsewhere,
        "summary": [one for one in summary if _is_on_record(one)],  # type: ignore[attr-defined]
        "caveats": answer["caveats"],
        "named": _named(found),
        "question": question.parameters(store.manifest.id),
    }


def _question(phrase: Phrase, day: date) -> Question:
    control = (*DEFAULT_CONTROL, "government") if phrase.territory == "ukraine" else DEFAULT_CONTROL
    return Question(phrase.commodities, day, phrase.territory, control)


def _main(found: MatchingDeposits, question: Question) -> Mask:
    """Deposits whose main commodity is one of those asked, of any rank."""
    masks = [of_role(found.table, word, question.role) for word in question.commodities]
    return np.asarray(np.any(masks, axis=0))


def _counts(found: MatchingDeposits, some: Mask) -> dict[str, int]:
    """How many of some deposits have each verdict; components stand aside."""
    whole = some & found.table["part_of"].isna().to_numpy()
    verdicts = found.verdict[whole].tolist()
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}


def _is_on_record(summary: dict[str, dict[str, object]]) -> bool:
    """Whether there is any deposit of a commodity, in whatever role and rank."""
    also = summary["also"].values()
    return any(n for counts in (summary["deposits"], *also) for n in counts.values())  # type: ignore[attr-defined]


def _named(found: MatchingDeposits) -> list[dict[str, str]]:
    """The deposits listed, with their verdicts in the territory."""
    rows = found.table[found.listed]
    named = zip(rows["id"], rows["name_en"], found.verdict[found.listed], strict=True)
    return [{"id": i, "name_en": name, "control": verdict} for i, name, verdict in named]


def _elsewhere(store: Store, phrase: Phrase, day: date) -> dict[str, object] | None:
    """Deposits of the territory of which no source speaks, and amounts on record of them."""
    if phrase.elsewhere is None or phrase.elsewhere not in store.control.territories:
        return None
    question = replace(_question(phrase, day), territory=phrase.elsewhere, control=VERDICTS)
    found, territory = find(store, question), store.control.territory(phrase.elsewhere)
    main = _main(found, question)
    ranked = of_rank(found.table, question.rank)
    return {
        "territory": {
            "id": territory.id,
            "title": territory.title,
            "definition": territory.definition,
        },
        "deposits": sum(_counts(found, found.selected).values()),
        "by_products": sum(_counts(found, found.asked & ~main).values()),
        "other_ranks": sum(_counts(found, found.asked & main & ~ranked).values()),
        "summary": reserves(store, question, "")["summary"],
        "named": _named(found),
        "question": question.parameters(store.manifest.id),
    }


def _headline(
    phrase: Phrase,
    found: MatchingDeposits,
    counts: dict[str, dict[str, int]],
    elsewhere: dict[str, object] | None,
) -> str:
    """The answer in a sentence, with the day of the map where it is not the day asked."""
    choice, deposits = found.choice, dict(counts["deposits"])
    if choice.asof is None:
        return f"No control source speaks of {choice.day}."
    asof = "" if choice.asof == choice.day else f", by the map of {choice.asof}"
    if elsewhere is not None:  # what the government holds could not be offered with Russia's own
        deposits["government"] = 0
    places = [
        f"{deposits[v]} {text}" for v, text in _PLACES.items() if deposits[v] or v == "occupied"
    ]
    abroad = 0 if elsewhere is None else int(str(elsewhere["deposits"]))
    places += (
        [] if elsewhere is None else [f"{abroad} in Russia, of which no source of control speaks"]
    )
    where = "on record there" if elsewhere is None else "that may be meant"
    whole = sum(deposits.values()) + abroad
    return (
        f"{choice.day}{asof}: of {whole} {phrase.name} deposits {where}, {', '.join(places)}. "
        f"Apart from these: as a by-product {_apart(counts['by_products'])}; in occurrences and "
        f"other ranks {_apart(counts['other_ranks'])}."
    )


_PLACES = {
    "occupied": "in occupied land",
    "uncertain": "uncertain",
    "contested": "in contested land",
    "government": "in government-held land",
    "unknown": "not known",
}
_MAY_BE = ("uncertain", "contested", "unknown")


def _apart(counts: dict[str, int]) -> str:
    """`1 occupied, 3 that may be`."""
    return f"{counts['occupied']} occupied, {sum(counts[v] for v in _MAY_BE)} that may be"
