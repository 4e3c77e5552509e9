"""The article of 25 February 2025: its phrases, the territory each names, the reserves in it."""

from dataclasses import dataclass
from datetime import date

from geodata.answers.question import DEFAULT_CONTROL, Question
from geodata.answers.reserves import find, reserves
from geodata.interval import today
from geodata.store.base import Store

ARTICLE_DAY = date(2025, 2, 25)


@dataclass(frozen=True)
class Phrase:
    """What one side put on the table, in our words, and the question it comes to."""

    said: str
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
        "The offer named the “new” regions; what could be offered is what was held of the four "
        "oblasts declared annexed on 2022-09-30.",
    ),
    Phrase(
        "the occupied land as a whole, Crimea included",
        "Moscow",
        "occupied",
        ("lithium", "titanium", "rare-earths"),
        "The widest reading of the offer: everything held on the day.",
    ),
    Phrase(
        "Ukraine's titanium and lithium",
        "Washington",
        "ukraine",
        ("titanium", "lithium"),
        "The deposits sought lie all over Ukraine; verdicts tell which its government held.",
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
        "phrase": phrase.said,
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
    asked = _question(phrase, day)
    found = find(store, asked)
    whole = reserves(store, asked, "")
    listed = found.table[found.listed]
    names = zip(listed["id"], listed["name_en"], listed["control"], strict=True)
    return {
        "date": str(day),
        "source": found.choice.source,
        "control_asof": None if found.choice.asof is None else str(found.choice.asof),
        "stale_days": found.choice.stale_days,
        "summary": whole["summary"],
        "caveats": whole["caveats"],
        "deposits": [{"id": i, "name_en": n, "control": c} for i, n, c in names],
        "question": asked.parameters(store.manifest.id),
    }


def _question(phrase: Phrase, day: date) -> Question:
    control = (*DEFAULT_CONTROL, "government") if phrase.territory == "ukraine" else DEFAULT_CONTROL
    return Question(phrase.commodities, day, phrase.territory, control)
