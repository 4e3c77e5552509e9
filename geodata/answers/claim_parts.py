"""What does a claim count: of which commodities, where, and which figures does it state?

Nothing here knows a claim: its columns say it all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, floor, inf
from typing import Literal

from geodata.data.commodities import commodities, commodity_ids
from schemas import Claim

Agreement = Literal["yes", "partly", "no", "not-comparable"]
ROUNDED = 0.005
"""Shares are stated in whole per cents: half a one of slack on either side."""
METALS = ("metals", "rare earths", "titanium minerals")
"""Groups of commodities that are metals end with one of these (semimetals among them)."""
CRITICAL = frozenset(
    ("aluminium", "antimony", "barite", "beryllium", "cobalt", "copper", "feldspar", "fluorine",
     "fluorspar", "gallium", "germanium", "graphite", "hafnium", "lithium", "manganese", "nickel",
     "niobium", "phosphate", "platinum-group", "rare-earths", "rutile", "scandium", "strontium",
     "tantalum", "titanium", "tungsten", "vanadium", "yttrium")
)  # fmt: skip
"""Critical and strategic raw materials of Regulation (EU) 2024/1252, annexes I and II, as far as
they are commodities here; coking coal is left out."""
MAY_BE = ("uncertain", "contested", "unknown")
"""Verdicts of deposits that may be occupied beside those that are."""
RANKED = ("deposits", "other ranks")
"""Ranks of records a claim may count apart, in the order of its figures."""
BOTH_RANKS = "deposits and occurrences"
"""The unit of a claim that counts both."""
_CODE = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
"""ISO 3166-2."""


@dataclass(frozen=True)
class Part:
    """One thing a claim counts: the commodities meant, and the figure stated of it, if any.

    rank: `deposits` or `other ranks` where it counts the two apart; None for those of the claim.
    """

    word: str
    commodities: tuple[str, ...]
    least: float
    most: float
    rank: str | None = None

    @property
    def is_stated(self) -> bool:
        """Whether a figure is stated at all."""
        return (self.least, self.most) != (-inf, inf)

    def of_deposits(self, whole: int) -> "Part":
        """Shares as numbers of so many deposits.

        Where no number of deposits has the share, to the whole per cent, those next to it do: half
        of eleven is five or six.
        """
        least, most = (self.least - ROUNDED) * whole, (self.most + ROUNDED) * whole
        ends = (
            ceil(least) if least > -inf else least,
            floor(most) if most < inf else most,
        )
        return replace(self, least=min(ends), most=max(ends))

    def agreement(self, ours: "Measured") -> Agreement:
        """`yes` where all that may be ours is within what is stated, `no` where nothing is."""
        if self.least <= ours.low and ours.high <= self.most:
            return "yes"
        return "no" if ours.high < self.least or ours.low > self.most else "partly"

    def difference(self, ours: "Measured") -> float:
        """Ours, what is certain of it, less the nearest of what is stated."""
        return ours.low - min(max(ours.low, self.least), self.most)


@dataclass(frozen=True)
class Measured:
    """Ours: what is certain, what may be, and of how many deposits."""

    low: float
    high: float
    of: int

    @classmethod
    def counted(cls, counts: Mapping[str, object]) -> "Measured":
        """Deposits by verdict: the occupied ones, and those that may be."""
        number = {name: int(str(counts[name])) for name in ("occupied", "government", *MAY_BE)}
        high = number["occupied"] + sum(number[name] for name in MAY_BE)
        return cls(number["occupied"], high, high + number["government"])

    def without(self, some: "Measured") -> "Measured":
        """What is left beside some of the same."""
        return Measured(self.low - some.low, self.high - some.high, self.of - some.of)

    @property
    def share(self) -> "Measured":
        """The same as shares of all, which must be some."""
        return Measured(round(self.low / self.of, 4), round(self.high / self.of, 4), self.of)


def claimed_parts(claim: Claim) -> tuple[Part, ...]:
    """What a claim counts, with the figures stated; empty where a word is no commodity here.

    `lithium:1;iron:6` are two parts of exact figures, whatever the claim's own figures say; so are
    `gold:1;gold:3` in `deposits and occurrences`, the records of the two ranks apart.
    """
    pieces = [piece.partition(":") for piece in claim.commodity.split(";")]
    low = -inf if claim.figure_low is None else claim.figure_low
    high = inf if claim.figure_high is None else claim.figure_high
    parts = []
    for word, _, stated in pieces:
        members = _members(word.strip())
        if not members:
            return ()
        figures = (float(stated), float(stated)) if stated else (low, high)
        parts.append(Part(word.strip(), members, *figures))
    if claim.unit == BOTH_RANKS and len(parts) == len(RANKED) and parts[0].word == parts[1].word:
        parts = [replace(part, rank=rank) for part, rank in zip(parts, RANKED, strict=True)]
    return tuple(parts)


def _members(word: str) -> tuple[str, ...]:
    """The commodities a word of a claim stands for; none where one is not known."""
    words = re.split(r" and (?:other )?", word)
    if len(words) > 1:
        each = [_members(one) for one in words]
        return tuple(dict.fromkeys(c for some in each for c in some)) if all(each) else ()
    known = {
        "all": commodity_ids(),
        "metals": tuple(c.id for c in commodities() if c.group.endswith(METALS)),
        "critical": tuple(name for name in commodity_ids() if name in CRITICAL),
    }
    return known.get(word, (word,) if word in commodity_ids() else ())


def oblast_codes(claim: Claim) -> tuple[str, ...]:
    """ISO 3166-2 codes of the oblasts it is about; none where it names a territory."""
    codes = tuple(claim.territory.split("+"))
    return codes if all(_CODE.fullmatch(code) for code in codes) else ()
