"""How are values put into words: numbers with thin spaces and units, shares, places, verdicts."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from geodata.answers.question import VERDICTS
from geodata.answers.wording import (
    THIN,
    commodity,
    count,
    listing,
    map_text,
    occupied_text,
    total_text,
    unmapped_text,
)
from geodata.data import packaged

MINUS = "\u2212"
NOTHING = "\u2013"
_URL = re.compile(r"https?://[^\s<>\"'()]+")
VERDICT_MEANINGS: Mapping[str, str] = {
    "occupied": "At least 95 % of the area where the deposit may lie is occupied.",
    "uncertain": "No firm verdict: part of the area where the deposit may lie is occupied or "
    "contested and part is not.",
    "not_tested": "No verdict: where the deposit is is not known well enough to compare it with a "
    "map of control.",
    "contested": "At least 95 % of the area where the deposit may lie is contested: claimed by "
    "both sides, or firmly held by neither.",
    "government": "At most 5 % of the area where the deposit may lie is occupied, and none of it "
    "is contested.",
    "unknown": "Not known: the source has no data for this place on the date requested.",
}
BASES: Mapping[str, str] = {
    "published_coordinates": "published coordinates",
    "settlement": "the settlement where it lies",
    "settlement_offset": "a published distance from a settlement",
    "district": "a description of the district",
}
UNITS: Mapping[str, str] = {"1": "share, 0 to 1", "d": "days", "har": "ha", "By": "bytes",
                            "deg": "degrees"}  # fmt: skip
ANY_SOURCE = "first in priority with a recent map"
"""Which source answers where none is chosen, as forms say it."""
Rows = Sequence[Mapping[str, Any]]

VERDICT_NAMES: Mapping[str, str] = {
    "occupied": "occupied",
    "uncertain": "uncertain",
    "contested": "contested",
    "government": "government-held",
    "unknown": "not known",
    "not_tested": "not tested",
}
VERDICT_HEADS: Mapping[str, str] = {
    "occupied": "In occupied land",
    "uncertain": "Uncertain",
    "contested": "In contested land",
    "government": "In government-held land",
    "unknown": "Not known",
    "not_tested": "Not tested",
}


class Piece(NamedTuple):
    """A piece of a text that may hold addresses; url is None for plain words."""

    text: str
    url: str | None


def number(value: float | None, digits: int = 0) -> str:
    """A number grouped by thin spaces, with a true minus; a dash for nothing."""
    if value is None:
        return NOTHING
    if isinstance(value, int) and not digits:  # as a double it would lose digits beyond 2**53
        return f"{MINUS if value < 0 else ''}{abs(value):,}".replace(",", THIN)
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{digits}f}") != 0 else text


def plain(value: float | None) -> str:
    """A number with the digits it was given with, at most four after the point."""
    if value is None:
        return NOTHING
    digits = f"{value:.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return number(value, len(digits.partition(".")[2]))


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
    """The signed distance from a deposit to the contact line in words.

    What lies beyond occupied land may be contested: it is not said to be the government's.
    """
    if value is None:
        return NOTHING
    side = "inside" if value < 0 else "outside"
    return f"{kilometres(abs(value))}, {side} occupied land"


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


def standing(row: Mapping[str, Any]) -> str:
    """The verdict on a deposit, as far as the territory asked goes; one not tested has none."""
    verdict = str(row.get("territory_control") or row.get("control") or "")
    return "not_tested" if verdict == "unknown" and row.get("tested") is False else verdict


def day_before(day: str) -> str:
    """The last day of an interval from the day it ends before, `YYYY-MM-DD` both.

    Data keep half-open intervals; a reader prints the last day of which something holds. Of an
    instant, as users' layers have them, the microsecond before.
    """
    if "T" in day:
        return (datetime.fromisoformat(day) - timedelta(microseconds=1)).isoformat()
    return str(date.fromisoformat(day) - timedelta(days=1))


def pieces(text: str) -> list[Piece]:
    """A text cut at the addresses in it; nothing but http and https becomes a link."""
    parts, reached = [], 0
    for match in _URL.finditer(text):
        address = match[0].rstrip(".,;:")
        if match.start() > reached:
            parts.append(Piece(text[reached : match.start()], None))
        parts.append(Piece(_short(address), address))
        reached = match.start() + len(address)
    return [*parts, Piece(text[reached:], None)] if reached < len(text) else parts


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


def _short(address: str) -> str:
    """An address without scheme, long ones cut in the middle."""
    parts = urlsplit(address)
    text = f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/")
    return text if len(text) <= 64 else f"{text[:40]}…{text[-20:]}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number, "plain": plain, "percent": percent, "metres": metres,
    "kilometres": kilometres, "line_distance": line_distance, "amount": amount,
    "day_before": day_before, "commodity": commodity, "listing": listing, "pieces": pieces,
    "value": value, "spaced": spaced, "bytes": bytes_,
}  # fmt: skip
GLOBALS: Mapping[str, Any] = {
    "VERDICTS": VERDICTS, "VERDICT_NAMES": VERDICT_NAMES, "VERDICT_HEADS": VERDICT_HEADS,
    "VERDICT_MEANINGS": VERDICT_MEANINGS, "BASES": BASES, "UNITS": UNITS, "NOTHING": NOTHING,
    "ANY_SOURCE": ANY_SOURCE, "count": count, "map_text": map_text, "span": span,
    "standing": standing,
    "unmapped_text": unmapped_text, "occupied_text": occupied_text, "total_text": total_text,
    "figure": number, "COUNTRIES": packaged.theatre().names,
}  # fmt: skip
