"""What does the answer to an article hold: its phrases, each answered for two days?

As in `documents`: for the API document and for the test that holds answers against it.
"""

import datetime as dt

from schemas.record import Record, Verdict
from service.ogc.answers import Citation, Summary
from service.ogc.claims import NearClaim


class Elsewhere(Record):
    """Deposits of a territory of which no control source speaks."""

    territory: dict[str, str]
    deposits: int
    by_products: int
    other_ranks: int
    summary: list[Summary]
    named: list[dict[str, str]]
    question: dict[str, str]


class PhraseAnswer(Record):
    """The answer to a phrase on a day; each deposit counts once, `named` are those listed."""

    date: dt.date
    source: str
    control_asof: dt.date | None
    stale_days: int | None
    source_reason: str
    headline: str
    deposits: dict[Verdict, int]
    by_products: dict[Verdict, int]
    other_ranks: dict[Verdict, int]
    elsewhere: Elsewhere | None
    summary: list[Summary]
    caveats: list[str]
    named: list[dict[str, str]]
    question: dict[str, str]


class Phrase(Record):
    """A phrase of the article, as it is read, answered for the article's day and a later one."""

    phrase: str
    by: str
    reading: str
    territory: dict[str, str]
    commodities: list[str]
    then: PhraseAnswer
    last: PhraseAnswer


class Article(Record):
    """The article answered."""

    title: str
    date: dt.date
    to: dt.date
    about: str
    phrases: list[Phrase]
    claims: list[NearClaim]
    release: str
    citation: Citation
