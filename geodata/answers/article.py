"""The article of 25 February 2025: its phrases, the territory each names, the reserves in it.

Each phrase is paraphrased and comes to a question, which is answered for the day of the article
and for a later one. Nothing is quoted but the few words that decide what is asked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from geodata.answers.citation import citation
from geodata.answers.matching import MatchingDeposits, find, of_rank, of_role
from geodata.answers.question import DEFAULT_CONTROL, VERDICTS, Question
from geodata.answers.reserves import reserves
from geodata.answers.sources import source_facts
from geodata.answers.wording import counted_text, is_past, listing
from geodata.data.commodities import commodities
from geodata.store.base import Store
from geodata.types import Mask

ARTICLE_DAY = date(2025, 2, 25)
TITLE = "Rare earths for Washington: whose, and where?"
MOSCOW, WASHINGTON, REPORT = "Moscow", "Washington", "The report"
IN_PART = "occupied as a whole but only partly in this land"
"""Of a deposit that is occupied, while part of where it may lie is outside the territory."""
_STANDINGS: Mapping[str, str] = {
    "occupied": "in it",
    "in part": IN_PART,
    "uncertain": "in it in part or perhaps",
    "contested": "in contested land",
    "government": "government-held",
    "outside": "not in it",
    "unknown": "not known",
}
"""How a deposit stands to land that is held: verdicts, two of them told apart."""
_MEANT = "the occupied land meant"
_NOT_THERE = {"government": 0, "outside": 0}


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
        "headline": _headline(store, phrase, found, elsewhere),
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
    """The deposits listed, with their verdicts in the territory, and a note on those in part."""
    columns = (found.table["id"], found.table["name_en"], found.table["control"], found.verdict)
    rows = zip(*(np.asarray(column)[found.listed] for column in columns), strict=True)
    return [
        {"id": i, "name_en": name, "control": verdict}
        | ({"note": IN_PART} if (control, verdict) == ("occupied", "uncertain") else {})
        for i, name, control, verdict in rows
    ]


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
    store: Store, phrase: Phrase, found: MatchingDeposits, elsewhere: dict[str, object] | None
) -> str:
    """The answer in a sentence, with the day of the map where it is not the day asked."""
    choice, question = found.choice, _question(phrase, found.choice.day)
    if choice.asof is None:
        return f"No control source speaks of {choice.day}."
    territory = store.control.territory(phrase.territory)
    asof = "" if choice.asof == choice.day else f", by the map of {choice.asof}"
    past = is_past({"date": str(choice.day), **source_facts(choice)})
    land = None if territory.held is None else "it" if elsewhere is None else _MEANT
    if elsewhere is not None:
        counted = _offered(phrase, found, int(str(elsewhere["deposits"])), is_past=past)
    elif land is not None:
        counted = _where_held(phrase, found, is_past=past)
    else:
        counted = _in_country(phrase, found, territory.title, is_past=past)
    beside = [
        ("as a by-product", found.asked & ~_main(found, question)),
        ("in occurrences and other ranks", found.asked & _main(found, question) & ~found.selected),
    ]
    apart = [f"{what} {text}" for what, some in beside if (text := _apart(found, some, land))]
    return f"{choice.day}{asof}: {counted}." + (
        f" Apart from these: {'; '.join(apart)}." if apart else ""
    )


def _standings(found: MatchingDeposits, some: Mask) -> dict[str, int]:
    """How many of some deposits stand how to the land of the territory; components stand aside.

    What is occupied, but has a doubt in the territory, may be in it in part; what is none of the
    territory's though not held by the government lies outside.
    """
    whole = some & found.table["part_of"].isna().to_numpy()
    control, verdict = found.table["control"].to_numpy()[whole], found.verdict[whole]
    each = [
        "in part" if (c, v) == ("occupied", "uncertain")
        else "outside" if v == "government" != c
        else v
        for c, v in zip(control, verdict, strict=True)
    ]  # fmt: skip
    return {standing: each.count(standing) for standing in _STANDINGS}


def _standings_text(counts: Mapping[str, int], *, is_past: bool) -> list[str]:
    """`3 were in it`, `1 was government-held`: those that are any, each with its verb."""
    one, many = ("was", "were") if is_past else ("is", "are")
    return [f"{n} {one if n == 1 else many} {_STANDINGS[s]}" for s, n in counts.items() if n]


def _where_held(phrase: Phrase, found: MatchingDeposits, *, is_past: bool) -> str:
    """Of the deposits on record where held land may lie, how many are in it."""
    counts = _standings(found, found.selected)
    texts, whole = _standings_text(counts, is_past=is_past), sum(counts.values())
    what = "on record where this land may lie"
    if not whole:
        return f"no {phrase.name} deposit is {what}"
    if whole == 1:
        return f"the one {phrase.name} deposit {what} {texts[0].removeprefix('1 ')}"
    if len(texts) == 1:
        texts = [f"all {texts[0]}"]
    elif not counts["occupied"] and not counts["unknown"]:
        texts.insert(0, f"none {'was' if is_past else 'is'} {_STANDINGS['occupied']}")
    return f"of the {whole} {phrase.name} deposits {what}, {listing(texts)}"


def _offered(phrase: Phrase, found: MatchingDeposits, abroad: int, *, is_past: bool) -> str:
    """How many deposits an offer of held land and of Russia may mean, and where they are.

    What the government holds could not be offered, nor what lies outside.
    """
    counts = _standings(found, found.selected) | _NOT_THERE
    texts = [
        text.replace("in it", f"in {_MEANT}") for text in _standings_text(counts, is_past=is_past)
    ]
    whole = sum(counts.values()) + abroad
    places = listing([*texts, f"{abroad} in Russia, of which no source of control speaks"])
    return f"of {whole} {phrase.name} deposits that may be meant, {places}"


def _in_country(phrase: Phrase, found: MatchingDeposits, title: str, *, is_past: bool) -> str:
    """Of the deposits on record in a country, how many are in whose land."""
    counts = _counts(found, found.selected)
    if not (whole := sum(counts.values())):
        return f"no {phrase.name} deposit is on record in {title}"
    phrases = counted_text(counts, is_past=is_past)
    return f"of the {whole} {phrase.name} deposits on record in {title}, {phrases}"


def _apart(found: MatchingDeposits, some: Mask, land: str | None) -> str:
    """`1 occupied and 3 possibly so`; of held land `1 in it`; empty where there are none."""
    if land is not None:
        standings = _standings(found, some) | _NOT_THERE
        texts = [f"{n} {_STANDINGS[s]}" for s, n in standings.items() if n]
        return listing(texts).replace("in it", f"in {land}")
    counts = _counts(found, some)
    sure, maybe = counts["occupied"], counts["uncertain"] + counts["contested"]
    what = "possibly so" if sure else "possibly occupied"
    pairs = ((sure, "occupied"), (maybe, what), (counts["unknown"], "not known"))
    return listing([f"{n} {text}" for n, text in pairs if n])
