"""What is the question: commodities, a day, a territory, according to whom, in which release."""

from dataclasses import dataclass
from datetime import date

from geodata.errors import InvalidInput

VERDICTS = ("occupied", "uncertain", "contested", "government", "unknown")
DEFAULT_COMMODITIES = ("lithium", "titanium", "rare-earths")
DEFAULT_CONTROL = ("occupied", "uncertain", "contested")
DEFAULT_TERRITORY = "occupied"
ROLES = ("main", "any")
"""Which pairings with a commodity count: deposits whose main one it is, or by-products too."""
RANKS = ("deposit", "any")
"""Which records count: deposits, or occurrences, prospects, fields and basins too."""


@dataclass(frozen=True)
class Question:
    """Which deposits of these commodities lie in this territory on this day.

    control: verdicts to list; all of them where `everything` is set. source: None for the one that
    answers for the day. role, rank: one of ROLES and of RANKS. deposits: ids it is confined to,
    None for all; no URL of `/reserves` has them.
    """

    commodities: tuple[str, ...]
    day: date
    territory: str = DEFAULT_TERRITORY
    control: tuple[str, ...] = DEFAULT_CONTROL
    source: str | None = None
    include_components: bool = False
    role: str = ROLES[0]
    rank: str = RANKS[0]
    deposits: frozenset[str] | None = None

    @property
    def listed(self) -> tuple[str, ...]:
        """Verdicts that are listed."""
        return VERDICTS if self.include_components else self.control

    def parameters(self, release: str) -> dict[str, str]:
        """The words of a URL that asks this question of a release again."""
        words = {
            "commodity": ",".join(self.commodities),
            "date": str(self.day),
            "territory": self.territory,
            "release": release,
        }
        defaults = {"role": ROLES[0], "rank": RANKS[0]}
        words |= {
            name: word for name in defaults if (word := getattr(self, name)) != defaults[name]
        }
        if self.source is not None:
            words["source"] = self.source
        if self.include_components:
            words["include"] = "all"
        elif self.control != DEFAULT_CONTROL:
            words["control"] = ",".join(self.control)
        return words


def parse_control(text: str) -> tuple[str, ...]:
    """Verdicts from a comma list, in the order of VERDICTS. Raises InvalidInput."""
    given = [word.strip() for word in text.split(",") if word.strip()]
    wrong = [word for word in given if word not in VERDICTS]
    if wrong or not given:
        raise InvalidInput(
            f"control is {text[:60]!r}; give a comma-separated list of {', '.join(VERDICTS)}",
            parameter="control",
        )
    return tuple(verdict for verdict in VERDICTS if verdict in given)
