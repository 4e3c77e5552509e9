"""The article of 25 February 2025: its phrases, the territory each names, the reserves in it."""

from dataclasses import dataclass
from datetime import date

from geodata.answers.matching import find
from geodata.answers.question import DEFAULT_CONTROL, Question
from geodata.answers.reserves import reserves
from geodata.answers.sources import source_facts
from geodata.interval import today
from geodata.store.base import Store

ARTICLE_DAY = date(2025, 2, 25)


@dataclass(frozen=True)
class Phrase:
    """What one side proposed, paraphrased, and the question it comes to."""

    text: str
    by: str
    territory: str
    commodities: tuple[str, ...]
    reading: str


PHRASES = (
    Phrase(
        "rare earths in the territories taken from Ukraine",
        "Moscow",
        "new-territories-held",
        ("rare-earths",),
        "The offer named the “new” regions; what could be offered is the occupied part of the four "
        "oblasts declared annexed on 2022-09-30.",
    ),
    Phrase(
        "the occupied land as a whole, Crimea included",
        "Moscow",
        "occupied",
        ("lithium", "titanium", "rare-earths"),
        "The widest reading of the offer: all land occupied on the date.",
    ),
    Phrase(
        "Ukraine's titanium and lithium",
        "Washington",
        "ukraine",
        ("titanium", "lithium"),
        "The deposits sought lie all over Ukraine; the verdicts show which were government-held.",
    ),
)


def article(store: Store, permalink: str) -> dict[str, object]:
    """The article answered: each phrase with its reserves on that day and today."""
    return {
        "title": "Rare earths for Washington: whose, and where?",
        "date": str(ARTICLE_DAY),
        "about": (
            "On 25 February 2025 it was reported that Moscow offered the United States rare "
            "earths from Russia and from the territories it occupies in Ukraine, while "
            "Washington sought Ukraine's titanium and lithium. Which reserves are those?"
        ),
        "phrases": [_answered(store, phrase) for phrase in PHRASES],
        "release": store.manifest.id,
        "citation": reserves(store, _question(PHRASES[1], ARTICLE_DAY), permalink)["citation"],
    }


def _answered(store: Store, phrase: Phrase) -> dict[str, object]:
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
        "today": _on(store, phrase, today()),
    }


def _on(store: Store, phrase: Phrase, day: date) -> dict[str, object]:
    question = _question(phrase, day)
    matching = find(store, question)
    answer = reserves(store, question, "")
    listed = matching.table[matching.listed]
    names = zip(listed["id"], listed["name_en"], listed["control"], strict=True)
    return {
        "date": str(day),
        **source_facts(matching.choice),
        "summary": answer["summary"],
        "caveats": answer["caveats"],
        "deposits": [{"id": i, "name_en": n, "control": c} for i, n, c in names],
        "question": question.parameters(store.manifest.id),
    }


def _question(phrase: Phrase, day: date) -> Question:
    control = (*DEFAULT_CONTROL, "government") if phrase.territory == "ukraine" else DEFAULT_CONTROL
    return Question(phrase.commodities, day, phrase.territory, control)
