"""How does a claim compare with what the release says: the counts, the verdict, the first day?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from geodata.answers.amounts import amounts
from geodata.answers.claim_parts import (
    RANKED,
    Agreement,
    Measured,
    Part,
    claimed_parts,
    oblast_codes,
)
from geodata.answers.matching import find
from geodata.answers.question import RANKS, ROLES, Question
from geodata.answers.rows import json_value
from geodata.answers.series import POINTS_MAX, last_mapped_day, series
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from schemas import Claim


@dataclass(frozen=True)
class Comparison:
    """A claim with what the release says of the same.

    Everything in it follows from the columns of the claim, the release, and the rule of sources.
    """

    store: Store
    claim: Claim

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """What the claim counts; none where a word of it is no commodity here."""
        return claimed_parts(self.claim)

    @cached_property
    def question(self) -> Question:
        """The question whose counts are set beside the claim's."""
        claim = self.claim
        words = dict.fromkeys(word for part in self.parts for word in part.commodities)
        is_any_rank = claim.deposit_id is not None or "occurrences" in claim.unit
        return Question(
            commodities=tuple(words),
            day=claim.about_day,
            territory="ukraine" if oblast_codes(claim) else claim.territory,
            role=claim.role if claim.deposit_id is None else ROLES[1],
            rank=RANKS[1] if is_any_rank else RANKS[0],
            deposits=self._confined_to(),
        )

    def _confined_to(self) -> frozenset[str] | None:
        """The deposit it is about, or those of the oblasts it names; None for all."""
        codes, deposits = set(oblast_codes(self.claim)), self.store.facts.deposits
        if self.claim.deposit_id is not None:
            return frozenset({self.claim.deposit_id})
        if not codes:
            return None
        pairs = zip(deposits["id"], deposits["oblasts"], strict=True)
        return frozenset(name for name, oblasts in pairs if codes & set(oblasts))

    # What is counted

    @cached_property
    def measured(self) -> tuple[Measured, ...]:
        """The deposits of each part on the day; empty where none of any is on record."""
        counted = tuple(self.counted(part) for part in self.parts)
        return counted if any(each.of for each in counted) else ()

    def counted(self, part: Part, source: str | None = None) -> Measured:
        """The deposits of a part on the day, by a source or by the rule."""
        measured = Measured.counted(self._points(part, "year", source)[0])
        if part.rank != RANKED[1]:
            return measured
        return measured.without(self.counted(replace(part, rank=RANKED[0]), source))

    def _points(self, part: Part, step: str, source: str | None = None) -> list[dict[str, object]]:
        """Counts from the day of the claim to the last mapped one.

        The counts of a day are the same whichever day they lead up to, and the land of one last
        day is made once for all claims.
        """
        first = self.claim.about_day
        last = min(last_mapped_day(self.store.sources), first + timedelta(days=POINTS_MAX - 1))
        rank = RANKS[0] if part.rank == RANKED[0] else self.question.rank
        question = replace(
            self.question,
            commodities=part.commodities,
            day=max(first, last),
            source=source,
            rank=rank,
        )
        points: list[dict[str, object]] = series(self.store, question, first, step)["series"]  # type: ignore[assignment]
        return points

    @cached_property
    def tonnage(self) -> Measured | None:
        """The one amount on record in the unit of the claim; None for none or for several.

        Amounts of different measures, schemes and kinds are not added up.
        """
        words = self.question.commodities
        if len(words) != 1:
            return None
        found = find(self.store, self.question)
        whole = found.selected & found.table["part_of"].isna().to_numpy()
        verdicts = dict(zip(found.table["id"][whole], found.verdict[whole], strict=True))
        rows = amounts(self.store.facts.estimates, verdicts, words[0])
        spans = [
            (r["occupied_low"], r["occupied_high"]) for r in rows if r["unit"] == self.claim.unit
        ]
        low, high = spans[0] if len(spans) == 1 else (None, None)
        if not isinstance(low, float) or not isinstance(high, float):
            return None
        return Measured(low, high, len(verdicts))

    # Whether it can be compared

    @cached_property
    def unanswered(self) -> str | None:
        """Why the release says nothing of what the claim is about; None where it does."""
        store, claim, made = self.store, self.claim, self.store.manifest.created[:10]
        if str(claim.about_day) > made:
            return gettext(
                "This release was made on %(day)s, before the day the claim speaks of.",
                day=day_text(made),
            )
        if store.sources.select(claim.about_day).asof is None:
            return gettext(
                "No control source of this release reaches back to %(day)s.",
                day=day_text(claim.about_day),
            )
        if not self.parts:
            return gettext(
                "“%(commodity)s” is no commodity on record here.", commodity=claim.commodity
            )
        if not oblast_codes(claim) and claim.territory not in store.control.territories:
            return gettext(
                "The territory “%(territory)s” is not defined in this release.",
                territory=claim.territory,
            )
        return None

    @cached_property
    def incomparable(self) -> str | None:
        """Why its figure and ours cannot be compared; None where they can."""
        claim = self.claim
        if claim.comparable == "no":
            return gettext(
                "Not comparable: %(why)s.",
                why=gettext(claim.why or N_("it measures something else")),
            )
        if claim.quantity in {"value", "area"}:
            return gettext(
                "Not comparable: no %(quantity)s is on record here.",
                quantity=gettext(claim.quantity),
            )
        if not self.measured:
            return gettext("No such deposit is on record here.")
        if not all(part.is_stated for part in self.parts):
            return gettext("It states no figure.")
        if claim.quantity == "tonnage" and self.tonnage is None:
            return gettext(
                "No figure in %(unit)s is on record here, or none that may be added up.",
                unit=gettext(claim.unit),
            )
        return None

    # Whether it agrees

    @property
    def is_share(self) -> bool:
        """Whether its figures are shares, and not numbers of deposits of however many."""
        return self.claim.quantity == "share" and self.claim.unit == "1"

    @cached_property
    def pairs(self) -> tuple[tuple[Part, Measured], ...]:
        """What is stated and what is ours, as it is compared: numbers of deposits, or tonnes."""
        if self.claim.quantity == "tonnage" and self.tonnage is not None:
            return ((self.parts[0], self.tonnage),)
        return tuple(
            (part.of_deposits(ours.of) if self.is_share else part, ours)
            for part, ours in zip(self.parts, self.measured, strict=True)
        )

    @cached_property
    def values(self) -> tuple[Measured, ...]:
        """Ours in the unit of the claim."""
        return tuple(ours.share if self.is_share else ours for _, ours in self.pairs)

    @cached_property
    def same_whole(self) -> bool:
        """Whether the claim's number of all deposits, where it states one, is ours."""
        stated = self.claim.denominator or ""
        return not stated.isdigit() or int(stated) == self.measured[0].of

    @cached_property
    def agrees(self) -> Agreement:
        """Whether ours is what the claim states; that it is partly comparable allows no `yes`."""
        if self.unanswered or self.incomparable:
            return "not-comparable"
        each = {part.agreement(ours) for part, ours in self.pairs}
        together: Agreement = each.pop() if len(each) == 1 else "partly"
        is_whole = self.claim.comparable == "yes" and self.same_whole
        return "partly" if together == "yes" and not is_whole else together

    @property
    def counts_another_whole(self) -> bool:
        """Whether it counts deposits of all minerals, of which only some are on record here."""
        claim = self.claim
        return (claim.comparable, claim.quantity, claim.commodity) == ("partly", "count", "all")

    @cached_property
    def difference(self) -> float | None:
        """Ours less the nearest of what is stated, in the unit of the claim.

        None where the two count deposits of different minerals: it would measure the scopes.
        """
        if self.counts_another_whole:
            return None
        pairs = zip(self.parts, self.values, strict=True)
        return round(sum(part.difference(ours) for part, ours in pairs), 4)

    @cached_property
    def reached_on(self) -> date | None:
        """The first day after that of the claim on which ours reaches what it states.

        None where it does on the day, where it never does, and for several parts at once.
        """
        if self.agrees == "not-comparable" or self.claim.quantity == "tonnage":
            return None
        (part, ours), *others = self.pairs
        if others or ours.low >= part.least:
            return None
        later = self._points(part, "day")[1:]
        days = (str(p["date"]) for p in later if Measured.counted(p).low >= part.least)
        first = next(days, None)
        return None if first is None else date.fromisoformat(first)

    @property
    def premature_days(self) -> int | None:
        """Days from the claim's day to `reached_on`."""
        return None if self.reached_on is None else (self.reached_on - self.claim.about_day).days

    @cached_property
    def by_source(self) -> list[dict[str, object]]:
        """The numbers of deposits by each source that reaches the day, all parts together."""
        if self.unanswered or not self.measured:
            return []
        day = self.claim.about_day
        choices = [c for c in self.store.sources.all_on(day) if c.asof is not None]
        ruling = self.store.sources.select(day).source
        return [
            {
                "source": choice.source,
                "asof": json_value(choice.asof),
                **added_up(
                    self.measured
                    if choice.source == ruling
                    else [self.counted(part, choice.source) for part in self.parts]
                ),
            }
            for choice in choices
        ]


def added_up(values: Iterable[Measured]) -> dict[str, object]:
    """Values of all parts added up; None where there are none."""
    each = list(values)
    names = ("value", "value_low", "value_high", "of")
    if not each:
        return dict.fromkeys(names)
    low, high = sum(v.low for v in each), sum(v.high for v in each)
    return dict(zip(names, (low, low, high, sum(v.of for v in each)), strict=True))
