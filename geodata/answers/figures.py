"""How are numbers said, and amounts whose ends or whose share in occupied land may not be known?"""

from collections.abc import Callable, Mapping
from typing import Any

from geodata.language import gettext, ngettext
from geodata.language import gettext_noop as N_

Document = Mapping[str, Any]
THIN = "\u202f"
"""Between groups of digits, and between a number and its unit."""
Grouped = Callable[[float], str]
"""How a number is written: its digits grouped."""
NO_FIGURE = N_("no figure on record")


def grouped(value: int) -> str:
    """A whole number, its digits grouped by thin spaces."""
    return f"{value:,}".replace(",", THIN)


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 deposit`, `2 deposits`."""
    return f"{grouped(value)} {ngettext(one, many or one + 's', value)}"


def at_least(number: str) -> str:
    """`at least 5`."""
    return gettext("at least %(number)s", number=number)


def up_to(number: str) -> str:
    """`up to 5`."""
    return gettext("up to %(number)s", number=number)


def range_text(low: str, high: str) -> str:
    """`3 to 5`."""
    return gettext("%(low)s to %(high)s", low=low, high=high)


def occupied_text(row: Document, summary: Document, number: Grouped) -> str:
    """How much of an amount is in occupied land; what is not known or missing is said to be."""
    low, high = row["occupied_low"], row["occupied_high"]
    occupied, unknown = (summary["deposits"][verdict] for verdict in ("occupied", "unknown"))
    missing = gettext("no published figure for the %(number)s occupied", number=grouped(occupied))
    if unknown and low is None:
        return missing if occupied else gettext("not known")
    if low is not None and high is None:
        return gettext("at least %(amount)s; control of %(number)s is not known",
                       amount=number(low), number=grouped(unknown))  # fmt: skip
    if low is None:
        if high is None:
            return missing if occupied else gettext("no published figure for those that may be")
        return up_to(number(high)) + (f" ({missing})" if occupied else "")
    return number(low) if low == high else range_text(number(low), number(high))


def total_text(row: Document, number: Grouped) -> str:
    """The sum over all deposits counted, with what it is where figures in it are bounds."""
    low, total, bound = row["total_low"], row["total"], row["total_bound"]
    if total is None and low is None:
        return gettext(NO_FIGURE)
    most, least = (total if total is not None else low), (low if low is not None else total)
    text = number(most)
    if bound == "at least":
        text = at_least(number(least))
    elif bound == "up to" or (bound and low is None):
        text = up_to(text)
    elif bound and least != most:
        text = range_text(number(least), text)
    doubted = row["figures_in_doubt"]
    if not doubted:
        return text
    return gettext("%(amount)s (%(figures)s in doubt)", amount=text,
                   figures=count(doubted, "figure"))  # fmt: skip
