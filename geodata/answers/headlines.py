"""How is a phrase of the article answered in a sentence: how many of what it names are where?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from geodata.answers.matching import MatchingDeposits, of_role
from geodata.answers.names import listing, title_of
from geodata.answers.question import DEFAULT_CONTROL, VERDICTS, Question
from geodata.answers.sources import source_facts
from geodata.answers.wording import counted_text, is_past
from geodata.control.sources import SourceSelection
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from geodata.types import Mask

IN_PART = N_("occupied as a whole but only partly in this land")
"""Of a deposit that is occupied, while part of where it may lie is outside the territory."""
_STANDINGS: Mapping[str, str] = {
    "occupied": N_("in it"),
    "in part": IN_PART,
    "uncertain": N_("in it in part or perhaps"),
    "contested": N_("in contested land"),
    "government": N_("government-held"),
    "outside": N_("not in it"),
    "unknown": N_("not known"),
}
"""How a deposit stands to land that is held: verdicts, two of them told apart."""
_STANDINGS_MEANT: Mapping[str, str] = {
    **_STANDINGS,
    "occupied": N_("in the occupied land meant"),
    "uncertain": N_("in the occupied land meant in part or perhaps"),
}
"""The same where a phrase means another land too, so that "it" would not say which."""
_NOT_THERE = {"government": 0, "outside": 0}


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


def headline_of(
    store: Store, phrase: Phrase, found: MatchingDeposits, elsewhere: dict[str, object] | None
) -> str:
    """The answer in a sentence, with the day of the map where it is not the day asked."""
    choice, question = found.choice, question_of(phrase, found.choice.day)
    if choice.asof is None:
        return gettext("No control source speaks of %(day)s.", day=day_text(choice.day))
    territory = store.control.territory(phrase.territory)
    past = is_past({"date": str(choice.day), **source_facts(choice)})
    standings = _STANDINGS if elsewhere is None else _STANDINGS_MEANT
    if elsewhere is not None:
        counted = _offered(phrase, found, int(str(elsewhere["deposits"])), is_past=past)
    elif territory.held is not None:
        counted = _where_held(phrase, found, is_past=past)
    else:
        counted = _in_country(phrase, found, title_of(territory), is_past=past)
    beside = [
        (N_("as a by-product %(deposits)s"), found.asked & ~of_main(found, question)),
        (
            N_("in occurrences and other ranks %(deposits)s"),
            found.asked & of_main(found, question) & ~found.selected,
        ),
    ]
    land = None if territory.held is None else standings
    apart = [
        gettext(what, deposits=text) for what, some in beside if (text := _apart(found, some, land))
    ]
    headline = f"{_day_and_map(choice)}: {counted}."
    if not apart:
        return headline
    rest = gettext("Apart from these: %(deposits)s.", deposits="; ".join(apart))
    return f"{headline} {rest}"


def _day_and_map(choice: SourceSelection) -> str:
    """The day asked, with the day of the map where that is another."""
    day = day_text(choice.day)
    if choice.asof in {None, choice.day}:
        return day
    return gettext("%(day)s, by the map of %(asof)s", day=day, asof=day_text(str(choice.asof)))


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


def _standings_text(
    counts: Mapping[str, int], words: Mapping[str, str], *, is_past: bool
) -> list[str]:
    """`3 were in it`, `1 was government-held`: those that are any, each with its verb."""
    return [_with_verb(str(n), words[s], is_past=is_past) for s, n in counts.items() if n]


def _with_verb(amount: str, where: str, *, is_past: bool) -> str:
    """`3 were in it`; of one and of none the verb is in the singular."""
    one, many = N_("%(amount)s is %(place)s"), N_("%(amount)s are %(place)s")
    if is_past:
        one, many = N_("%(amount)s was %(place)s"), N_("%(amount)s were %(place)s")
    is_one = amount in {"1", gettext("none")}
    return gettext(one if is_one else many, amount=amount, place=gettext(where))


def _where_held(phrase: Phrase, found: MatchingDeposits, *, is_past: bool) -> str:
    """Of the deposits on record where held land may lie, how many are in it."""
    counts = _standings(found, found.selected)
    texts, whole = _standings_text(counts, _STANDINGS, is_past=is_past), sum(counts.values())
    name = gettext(phrase.name)
    if not whole:
        return gettext("no %(name)s deposit is on record where this land may lie", name=name)
    if whole == 1:
        (where,) = [_STANDINGS[standing] for standing, n in counts.items() if n]
        return _the_one(name, where, is_past=is_past)
    if len(texts) == 1:
        texts = [gettext("all %(phrase)s", phrase=texts[0])]
    elif not counts["occupied"] and not counts["unknown"]:
        texts.insert(0, _with_verb(gettext("none"), _STANDINGS["occupied"], is_past=is_past))
    return gettext(
        "of the %(number)s %(name)s deposits on record where this land may lie, %(phrases)s",
        number=whole,
        name=name,
        phrases=listing(texts),
    )


def _the_one(name: str, where: str, *, is_past: bool) -> str:
    message = N_("the one %(name)s deposit on record where this land may lie is %(place)s")
    if is_past:
        message = N_("the one %(name)s deposit on record where this land may lie was %(place)s")
    return gettext(message, name=name, place=gettext(where))


def _offered(phrase: Phrase, found: MatchingDeposits, abroad: int, *, is_past: bool) -> str:
    """How many deposits an offer of held land and of Russia may mean, and where they are.

    What the government holds could not be offered, nor what lies outside.
    """
    counts = _standings(found, found.selected) | _NOT_THERE
    texts = _standings_text(counts, _STANDINGS_MEANT, is_past=is_past)
    there = gettext("%(number)s in Russia, of which no source of control speaks", number=abroad)
    return gettext(
        "of %(number)s %(name)s deposits that may be meant, %(places)s",
        number=sum(counts.values()) + abroad,
        name=gettext(phrase.name),
        places=listing([*texts, there]),
    )


def _in_country(phrase: Phrase, found: MatchingDeposits, title: str, *, is_past: bool) -> str:
    """Of the deposits on record in a country, how many are in whose land."""
    counts, name = counts_of(found, found.selected), gettext(phrase.name)
    if not (whole := sum(counts.values())):
        return gettext("no %(name)s deposit is on record in %(country)s", name=name, country=title)
    return gettext(
        "of the %(number)s %(name)s deposits on record in %(country)s, %(phrases)s",
        number=whole,
        name=name,
        country=title,
        phrases=counted_text(counts, is_past=is_past),
    )


def _apart(found: MatchingDeposits, some: Mask, land: Mapping[str, str] | None) -> str:
    """`1 occupied and 3 possibly so`; of held land `1 in it`; empty where there are none.

    land: words for how deposits stand to held land, None where the territory is none.
    """
    if land is not None:
        standings = _standings(found, some) | _NOT_THERE
        return listing([_amount(n, land[s]) for s, n in standings.items() if n])
    counts = counts_of(found, some)
    sure, maybe = counts["occupied"], counts["uncertain"] + counts["contested"]
    what = N_("possibly so") if sure else N_("possibly occupied")
    pairs = ((sure, "occupied"), (maybe, what), (counts["unknown"], "not known"))
    return listing([_amount(n, text) for n, text in pairs if n])


def _amount(n: int, where: str) -> str:
    return gettext("%(amount)s %(place)s", amount=n, place=gettext(where))


def question_of(phrase: Phrase, day: date) -> Question:
    """What a phrase asks of a day."""
    control = (*DEFAULT_CONTROL, "government") if phrase.territory == "ukraine" else DEFAULT_CONTROL
    return Question(phrase.commodities, day, phrase.territory, control)


def of_main(found: MatchingDeposits, question: Question) -> Mask:
    """Deposits whose main commodity is one of those asked, of any rank."""
    masks = [of_role(found.table, word, question.role) for word in question.commodities]
    return np.asarray(np.any(masks, axis=0))


def counts_of(found: MatchingDeposits, some: Mask) -> dict[str, int]:
    """How many of some deposits have each verdict; components stand aside."""
    whole = some & found.table["part_of"].isna().to_numpy()
    verdicts = found.verdict[whole].tolist()
    return {verdict: verdicts.count(verdict) for verdict in VERDICTS}
