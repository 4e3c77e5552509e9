"""How are values put into words: numbers with thin spaces and units, shares, places, verdicts."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from geodata.answers.figures import (
    THIN,
    at_least,
    count,
    occupied_text,
    range_text,
    total_text,
    up_to,
)
from geodata.answers.names import commodity, country_name, listing, name_of, place, title_of
from geodata.answers.question import VERDICTS
from geodata.answers.wording import map_text, unmapped_text
from geodata.language import LANGUAGES, day_text, gettext, is_translated, language
from geodata.language import gettext_noop as N_
from service.pages.vocabulary import (
    ANY_SOURCE,
    COLUMN_HEADS,
    LANGUAGE_NAMES,
    VERDICT_HEADS,
    VERDICT_NAMES,
    basis_name,
    column_head,
    spaced,
    unit,
    verdict_meaning,
    verdict_name,
)

MINUS = "\u2212"
NOTHING = "\u2013"
_URL = re.compile(r"https?://[^\s<>\"'()]+")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
Rows = Sequence[Mapping[str, Any]]


EVENTS_KM = 3
"""Median error of estimated coordinates among dated places, km: see geodata/data/sources."""
SPOT_ZOOM = 9
"""How near the map is to a place a page leads to."""


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
    text = f"{abs(value):,.{digits}f}".replace(",", THIN).replace(".", _decimal_point())
    return f"{MINUS}{text}" if value < 0 and float(f"{value:.{digits}f}") != 0 else text


def _decimal_point() -> str:
    return "." if language() == LANGUAGES[0] else ","


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
        return f"<{THIN}{number(0.1, 1)}{THIN}%"
    if 0.999 < share < 1:
        return f">{THIN}{number(99.9, 1)}{THIN}%"
    per_cent = round(share * 100, 1)
    return f"{number(per_cent, 0 if per_cent == round(per_cent) else 1)}{THIN}%"


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
        return f"{number(value * 1000)}{THIN}{unit('m')}"
    digits = 1 if abs(value) < 100 and round(value, 1) != round(value) else 0
    return f"{number(value, digits)}{THIN}{unit('km')}"


def to_the_line(value: float | None, record: str = "maps") -> str:
    """A length to or of a shift of the contact line, as fine as the source's record of it is.

    record: of `Source`. A line drawn between dated places is known no better than where they are.
    """
    if value is None or record != "events":
        return kilometres(value)
    if abs(value) < EVENTS_KM:
        return gettext("less than %(distance)s", distance=kilometres(EVENTS_KM))
    return kilometres(round(value))


def area_km2(value: float, record: str = "maps") -> str:
    """An area in km², as fine as the source's record is; record: of `Source`."""
    if record == "events":
        return gettext("about %(area)s", area=f"{number(round(value, -2))}{THIN}{unit('km2')}")
    return f"{number(value, 1)}{THIN}{unit('km2')}"


def line_distance(value: float | None, record: str = "maps") -> str:
    """The signed distance from a deposit to the contact line in words.

    What lies beyond occupied land may be contested: it is not said to be the government's.
    """
    if value is None:
        return NOTHING
    distance = to_the_line(abs(value), record)
    if value < 0:
        return gettext("%(distance)s, inside occupied land", distance=distance)
    return gettext("%(distance)s, outside occupied land", distance=distance)


def amount(row: Mapping[str, Any]) -> str:
    """An estimate's amount with its range and unit, as published."""
    low, best, high = row["amount_low"], row["amount"], row["amount_high"]
    if best is None:
        text = _bounds(low, high)
    elif low == best and high is None:
        text = at_least(number(best))
    else:
        ends = [number(v) for v in (low, high) if v is not None and v != best]
        spread = range_text(*ends) if len(ends) > 1 else "".join(ends)
        text = number(best) + (f" ({spread})" if spread else "")
    return f"{text}{THIN}{unit(row['unit'])}"


def _bounds(low: float | None, high: float | None) -> str:
    """What is known of an amount of which only ends are."""
    if high is None:
        return at_least(number(low))
    return up_to(number(high)) if low is None else range_text(number(low), number(high))


def span(low: float | None, high: float | None) -> str:
    """A range of sums; missing figures are said to be missing."""
    if low is None and high is None:
        return gettext("no figure published")
    if low is None:
        return up_to(number(high))
    return number(low) if low == high or high is None else range_text(number(low), number(high))


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
        return gettext("yes") if entry else gettext("no")
    if isinstance(entry, int | float):
        return plain(entry)
    if isinstance(entry, list) and not any(isinstance(e, list | dict) for e in entry):
        return ", ".join(value(e) for e in entry)
    return entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False)


def text(message: str) -> str:
    """A word or text of the data in the language of the page; as it is where it has none in it."""
    return gettext(message) if message else message


def foreign(message: str) -> bool:
    """Whether a text of the data is in English on a page that is not."""
    if is_translated(message):
        return False
    words = _URL.sub("", message)
    return re.search("[A-Za-z]{3}", words) is not None and _CYRILLIC.search(words) is None


def translated(message: str) -> Markup:
    """A text of the data in the language of the page; marked as English where it has none in it."""
    if foreign(message):
        return Markup('<span lang="en">{}</span>').format(message)
    return escape(text(message))


def moment(when: str) -> str:
    """An instant `YYYY-MM-DDThh:mm:ssZ` as readers of the language write it."""
    day, _, clock = when.partition("T")
    if language() == LANGUAGES[0] or not clock:
        return when
    return f"{day_text(day)} {clock.removesuffix('Z')[:5]} UTC"


def spot(lon: float, lat: float) -> str:
    """A place of the map, as its address has it: zoom, latitude and longitude."""
    return f"{SPOT_ZOOM:.2f}/{lat:.4f}/{lon:.4f}"


def first_capital(words: str) -> str:
    """Words with their first letter large, the others as they are."""
    return words[:1].upper() + words[1:]


def bytes_(size: int) -> str:
    """A file's size."""
    for name, of in ((N_("MB"), 1_000_000), (N_("kB"), 1000)):
        if size >= of:
            return f"{number(size / of, 1)}{THIN}{text(name)}"
    return f"{size}{THIN}{text('B')}"


def _short(address: str) -> str:
    """An address without scheme, long ones cut in the middle."""
    parts = urlsplit(address)
    text = f"{parts.netloc.removeprefix('www.')}{parts.path}".rstrip("/")
    return text if len(text) <= 64 else f"{text[:40]}…{text[-20:]}"


FILTERS: Mapping[str, Callable[..., Any]] = {
    "number": number, "plain": plain, "percent": percent, "metres": metres,
    "kilometres": kilometres, "line_distance": line_distance, "to_the_line": to_the_line,
    "amount": amount,
    "day_before": day_before, "commodity": commodity, "listing": listing, "pieces": pieces,
    "value": value, "spaced": spaced, "bytes": bytes_, "day": day_text, "moment": moment,
    "unit": unit, "text": text, "translated": translated, "foreign": foreign, "place": place,
    "column_head": column_head, "has_head": COLUMN_HEADS.__contains__,
    "first_capital": first_capital,
}  # fmt: skip
GLOBALS: Mapping[str, Any] = {
    "VERDICTS": VERDICTS, "VERDICT_NAMES": VERDICT_NAMES, "VERDICT_HEADS": VERDICT_HEADS,
    "NOTHING": NOTHING, "ANY_SOURCE": ANY_SOURCE, "language": language,
    "LANGUAGE_NAMES": LANGUAGE_NAMES,
    "verdict_name": verdict_name, "verdict_meaning": verdict_meaning, "basis_name": basis_name,
    "country_name": country_name, "title_of": title_of, "name_of": name_of, "count": count,
    "map_text": map_text,
    "span": span, "spot": spot, "standing": standing, "unmapped_text": unmapped_text,
    "occupied_text": occupied_text, "total_text": total_text, "figure": number,
}  # fmt: skip
