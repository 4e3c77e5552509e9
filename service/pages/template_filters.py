"""How are values put into words: numbers with thin spaces and units, shares, places, verdicts."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from geodata.answers.question import VERDICTS
from geodata.data.commodities import commodities

THIN = "\u202f"
MINUS = "\u2212"
NOTHING = "\u2013"
_URL = re.compile(r"https?://[^\s<>\"'()]+")
VERDICT_MEANINGS: Mapping[str, str] = {
    "occupied": "At least 95 % of the ground where the deposit may lie is occupied.",
    "uncertain": "The position is not known well enough for a verdict: part of the ground where "
    "the deposit may lie is occupied or contested and part is not, or it was not tested.",
    "contested": "At least 95 % of the ground where the deposit may lie is contested: claimed by "
    "both sides, or held firmly by neither.",
    "government": "At most 5 % of the ground where the deposit may lie is occupied, and none is "
    "contested.",
    "unknown": "The source does not reach back to the day asked.",
}
BASES: Mapping[str, str] = {
    "published_coordinates": "published coordinates",
    "settlement": "the settlement it lies at",
    "settlement_offset": "a stated distance from a settlement",
    "district": "a description of its district",
}
UNITS: Mapping[str, str] = {"1": "share, 0 to 1", "d": "days", "har": "ha", "By": "bytes",
                            "deg": "degrees"}  # fmt: skip
_NAMES = {entry.id: entry.name_en for entry in commodities()}
Rows = Sequence[Mapping[str, Any]]

VERDICT_NAMES: Mapping[str, str] = {
    "occupied": "occupied",
    "uncertain": "uncertain",
    "contested": "contested",
    "government": "government-held",
    "unknown": "unknown",
}
VERDICT_HEADS: Mapping[str, str] = {
    "occupied": "In occupied land",
    "uncertain": "Uncertain",
    "contested": "In contested ground",
    "government": "In government-held land",
    "unknown": "Unknown",
}


class Piece(NamedTuple):
    """A piece of a text that may hold addresses; url is None for plain words."""

    text: str
    url: str | None


def number(value: float | None, digits: int = 0) -> str:
    """A number grouped by thin spaces, with a true minus; a dash for nothing."""
    if value is None:
        return NOTHING
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{digits}f}") != 0 else text


def plain(value: float | None) -> str:
    """A number with the digits it was given with, at most four after the point."""
    if value is None:
        return NOTHING
    shown = f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return number(value, len(shown.partition(".")[2]))


def percent(share: float | None) -> str:
    """A share 0..1 in per cent; what is not quite none or all is never rounded to it."""
    if share is None:
        return NOTHING
    if 0 < share < 0.001:
        return f"<{THIN}0.1{THIN}%"
    if 0.999 < share < 1:
        return f">{THIN}99.9{THIN}%"
    text = f"{share * 100:.1f}".removesuffix(".0")
    return f"{text}{THIN}%"


def metres(value: float | None) -> str:
    """A length: metres below one kilometre, else kilometres."""
    if value is None:
        return NOTHING
    return kilometres(value / 1000)


def kilometres(value: float | None) -> str:
    """A length in km, with a decimal below 100; below one kilometre in metres."""
    if value is None:
        return NOTHING
    if 0 < abs(value) < 1:
        return f"{number(value * 1000)}{THIN}m"
    digits = 1 if abs(value) < 100 and round(value, 1) != round(value) else 0
    return f"{number(value, digits)}{THIN}km"


def line_distance(value: float | None) -> str:
    """The signed distance to the line of contact in words."""
    if value is None:
        return NOTHING
    side = "on the occupied side" if value < 0 else "on the government side"
    return f"{kilometres(abs(value))} {side}"


def amount(row: Mapping[str, Any]) -> str:
    """An estimate's amount with its range and unit, as published."""
    low, best, high = row["amount_low"], row["amount"], row["amount_high"]
    if best is None:
        ends = [
            f"at least {number(low)}" if low is not None and high is None else "",
            f"up to {number(high)}" if high is not None and low is None else "",
        ]
        text = "".join(ends) or f"{number(low)} to {number(high)}"
    elif low == best and high is None:
        text = f"at least {number(best)}"
    else:
        spread = [number(v) for v in (low, high) if v is not None and v != best]
        text = number(best) + (f" ({' to '.join(spread)})" if spread else "")
    return f"{text}{THIN}{row['unit']}"


def span(low: float | None, high: float | None) -> str:
    """A range of sums; missing figures are said to be missing."""
    if low is None and high is None:
        return "no figure published"
    if low is None:
        return f"up to {number(high)}"
    return number(low) if low == high or high is None else f"{number(low)} to {number(high)}"


def commodity(name: str) -> str:
    """The English name of a commodity, in lower case within a sentence."""
    return _NAMES.get(name, name).lower()


def listing(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    found = list(names)
    return (
        f" {last} ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)
    )


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 deposit`, `2 deposits`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def pieces(text: str) -> list[Piece]:
    """A text cut at the addresses in it; nothing but http and https becomes a link."""
    found, reached = [], 0
    for match in _URL.finditer(text):
        address = match[0].rstrip(".,;:")
        if match.start() > reached:
            found.append(Piece(text[reached : match.start()], None))
        found.append(Piece(_short(address), address))
        reached = match.start() + len(address)
    return [*found, Piece(text[reached:], None)] if reached < len(text) else found


def value(entry: object) -> str:
    """Any value of a document as text: lists with commas, nothing as a dash."""
    if entry is None or entry == []:
        return NOTHING
    if isinstance(entry, bool):
        return "yes" if entry else "no"
    if isinstance(entry, int | float):
        return plain(entry)
    if isinstance(entry, list) and not any(isinstance(e, list | dict) for e in entry):
        return ", ".join(value(e) for e in entry)
    return entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)


def spaced(name: str) -> str:
    """A column's name with blanks, to read."""
    return name.replace("_", " ")


def bytes_(size: int) -> str:
    """A file's size."""
    for unit, of in (("MB", 1_000_000), ("kB", 1000)):
        if size >= of:
            return f"{size / of:.1f}{THIN}{unit}"
    return f"{size}{THIN}B"


def held(day: str, today: str) -> str:
    """Is or was: what a verdict of a day is told in."""
    return "are" if day >= today else "were"


def _short(address: str) -> str:
    """An address without scheme, long ones cut in the middle."""
    parts = urlsplit(address)
    text = f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/")
    return text if len(text) <= 64 else f"{text[:40]}…{text[-20:]}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number, "plain": plain, "percent": percent, "metres": metres,
    "kilometres": kilometres, "line_distance": line_distance, "amount": amount,
    "commodity": commodity, "listing": listing, "pieces": pieces, "value": value,
    "spaced": spaced, "bytes": bytes_,
}  # fmt: skip
GLOBALS: Mapping[str, Any] = {
    "VERDICTS": VERDICTS, "VERDICT_NAMES": VERDICT_NAMES, "VERDICT_HEADS": VERDICT_HEADS,
    "VERDICT_MEANINGS": VERDICT_MEANINGS, "BASES": BASES, "UNITS": UNITS, "NOTHING": NOTHING,
    "count": count, "span": span, "held": held,
}  # fmt: skip
