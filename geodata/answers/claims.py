"""What have others stated of the same, what do we count, and do the two agree?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from geodata.answers.claim_comparison import Comparison, added_up
from geodata.answers.claim_parts import Measured, Part, claimed_parts, oblast_codes
from geodata.answers.figures import count, grouped, range_text
from geodata.answers.question import RANKS, ROLES, Question
from geodata.answers.rows import json_rows, json_value
from geodata.answers.sources import source_facts
from geodata.language import day_text, gettext, language, ngettext
from geodata.store.base import Store
from schemas import Claim
from schemas.record import column_names

Link = Callable[[str, Mapping[str, str]], str]
"""The URL of a path of the service with parameters."""
NEAR_DAYS = 62
"""Up to so many days from the day asked a claim stands beside an answer: two months."""


@dataclass(frozen=True)
class Ours:
    """What the release says beside a claim.

    values: as JSON values. path, words: where it can be read again, None where it says nothing.
    """

    values: Mapping[str, object]
    path: str | None
    words: Mapping[str, str]

    def document(self, link: Link) -> dict[str, object]:
        """The values with their permanent address."""
        permalink = None if self.path is None else link(self.path, self.words)
        return {**self.values, "permalink": permalink}


_MADE: WeakKeyDictionary[Store, dict[tuple[str, str], Ours]] = WeakKeyDictionary()
"""Ours by store, claim and language: counting day by day takes a tenth of a second."""


def claims(store: Store) -> list[Claim]:
    """The claims of a release, in its order."""
    table = store.facts.claims
    names = [name for name in column_names(Claim) if name in table]
    rows = json_rows(table, names)
    return [Claim.model_validate({k: v for k, v in r.items() if v is not None}) for r in rows]


def claims_compared(store: Store, link: Link) -> list[dict[str, object]]:
    """Every claim as JSON values, with `ours` beside it."""
    return [
        {**claim.model_dump(mode="json"), "ours": ours(store, claim).document(link)}
        for claim in claims(store)
    ]


def claims_near(store: Store, question: Question, link: Link) -> list[dict[str, object]]:
    """What to tell of claims beside the answer to a question, the nearest in time first.

    They are of its commodities and its territory, about a day up to `NEAR_DAYS` from its own.
    """
    near = [claim for claim in claims(store) if _stands_beside(claim, question)]
    near.sort(key=lambda claim: abs((claim.about_day - question.day).days))
    return [_short(store, claim, link) for claim in near]


def ours(store: Store, claim: Claim) -> Ours:
    """What the release says of the same, and whether it agrees; made once for a release."""
    made, key = _MADE.setdefault(store, {}), (claim.id, language())
    if key not in made:
        made[key] = compared(Comparison(store, claim))
    return made[key]


def compared(comparison: Comparison) -> Ours:
    """What a comparison comes to.

    `value` counts what is certain, `value_high` also what may be, `of` all deposits on record; of
    a claim that cannot be compared they are numbers of deposits, to be looked at beside it.
    """
    store, claim = comparison.store, comparison.claim
    compares = comparison.agrees != "not-comparable"
    beside = () if comparison.unanswered else comparison.measured
    values = {
        "date": str(claim.about_day),
        **source_facts(store.sources.select(claim.about_day)),
        **added_up(comparison.values if compares else beside),
        "unit": claim.unit if compares else "deposits",
        "agrees": comparison.agrees,
        "difference": comparison.difference if compares else None,
        "reached_on": json_value(comparison.reached_on),
        "premature_days": comparison.premature_days,
        "reason": " ".join(_reasons(comparison)) or None,
        "by_source": comparison.by_source,
        "parts": _parts(comparison) if compares and len(comparison.parts) > 1 else [],
    }
    if comparison.unanswered:
        return Ours(values, None, {})
    return Ours(values, *_where(comparison))


def _stands_beside(claim: Claim, question: Question) -> bool:
    if abs((claim.about_day - question.day).days) > NEAR_DAYS:
        return False
    asked, whole = set(question.commodities), question.territory in {"occupied", "ukraine"}
    is_asked = any(asked.issuperset(part.commodities) for part in claimed_parts(claim))
    return is_asked and (whole or claim.territory == question.territory)


def _short(store: Store, claim: Claim, link: Link) -> dict[str, object]:
    names = ("id", "by", "made_on", "about_day", "statement", "url", "comparable")
    stated = claim.model_dump(mode="json", include=set(names))
    values = ours(store, claim).values
    return {
        **{name: stated[name] for name in names},
        "agrees": values["agrees"],
        "premature_days": values["premature_days"],
        "link": f"{link('/claims', {'release': store.manifest.id})}#{claim.id}",
    }


def _parts(comparison: Comparison) -> list[dict[str, object]]:
    return [
        {
            "commodity": part.word,
            "stated": part.least,
            **added_up([measured]),
            "agrees": part.agreement(measured),
        }
        for part, measured in comparison.pairs
    ]


def _where(comparison: Comparison) -> tuple[str, dict[str, str]]:
    """Path and parameters of the answer: the question, or the deposits it is confined to."""
    claim, question = comparison.claim, comparison.question
    release = comparison.store.manifest.id
    day = {"datetime": str(claim.about_day), "release": release}
    if claim.deposit_id is not None:
        return f"/collections/deposits/items/{claim.deposit_id}", day
    if oblast_codes(claim):
        return "/collections/deposits/items", {
            **day,
            "filter": _filter(comparison),
            "limit": "1000",
        }
    return "/reserves", question.parameters(release)


def _filter(comparison: Comparison) -> str:
    """The deposits of a claim about oblasts, as CQL2 text."""
    question = comparison.question
    codes, words = (
        ",".join(f"'{word}'" for word in words)
        for words in (oblast_codes(comparison.claim), question.commodities)
    )
    role = {
        ROLES[0]: f"commodity IN ({words})",
        ROLES[1]: f"A_OVERLAPS(commodities,({words}))",
    }[question.role]
    rank = "" if question.rank == RANKS[1] else f" AND rank='{question.rank}'"
    return f"A_OVERLAPS(oblasts,({codes})) AND {role} AND part_of IS NULL{rank}"


def _reasons(comparison: Comparison) -> Iterable[str]:
    """What decides, in sentences; none where the two simply agree."""
    claim, agrees = comparison.claim, comparison.agrees
    if agrees == "not-comparable":
        yield str(comparison.unanswered or comparison.incomparable)
        return
    if claim.comparable == "partly":
        head = gettext("Only partly comparable")
        if agrees == "no":
            head = gettext("Differs; only partly comparable")
        yield f"{head}{f': {gettext(claim.why)}' if claim.why else ''}."
    elif claim.why and agrees != "yes":
        why = gettext(claim.why)
        yield f"{why[:1].upper()}{why[1:]}."
    yield from (_ranked_text(*pair) for pair in comparison.pairs if pair[0].rank)
    if not comparison.same_whole:
        stated = int(str(claim.denominator))
        yield ngettext(
            "It counts %(number)s deposit in all, this record %(ours)s.",
            "It counts %(number)s deposits in all, this record %(ours)s.",
            stated,
            number=grouped(stated),
            ours=grouped(comparison.measured[0].of),
        )
    if agrees != "yes" and any(each.high > each.low for each in comparison.values):
        yield gettext("Those uncertain, contested or unknown on that day may be occupied too.")
    if comparison.reached_on is not None:
        yield _reached_text(comparison)
    spans = {(each["value"], each["value_high"]) for each in comparison.by_source}
    if len(spans) > 1:
        sources = "; ".join(map(_source_text, comparison.by_source))
        yield gettext("Sources differ: %(sources)s.", sources=sources)


def _source_text(entry: Mapping[str, object]) -> str:
    low, high = entry["value"], entry["value_high"]
    values = str(low) if low == high else range_text(str(low), str(high))
    return f"{entry['source']} {values}"


def _ranked_text(part: Part, measured: Measured) -> str:
    """Of one rank: `Deposits: 5 stated, 4 by our record`."""
    low, high = measured.low, measured.high
    by_record = f"{low:.0f}" if low == high else range_text(f"{low:.0f}", f"{high:.0f}")
    return gettext(
        "%(rank)s: %(stated)s stated, %(ours)s by our record.",
        rank=gettext(str(part.rank).capitalize()),
        stated=f"{part.least:.0f}",
        ours=by_record,
    )


def _reached_text(comparison: Comparison) -> str:
    """Since when as many deposits as stated were occupied, and how long after the claim's day."""
    values = {
        "day": day_text(str(comparison.reached_on)),
        "days": count(comparison.premature_days or 0, "day"),
    }
    if comparison.claim.deposit_id is not None:
        return gettext(
            "By our record the deposit was occupied from %(day)s, %(days)s after the day spoken "
            "of.",
            **values,
        )
    least = int(comparison.pairs[0][0].least)
    return ngettext(
        "By our record %(number)s such deposit was occupied from %(day)s, %(days)s after the day "
        "spoken of.",
        "By our record %(number)s such deposits were occupied from %(day)s, %(days)s after the day "
        "spoken of.",
        least,
        number=grouped(least),
        **values,
    )
