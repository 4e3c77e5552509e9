"""How is an answer said: what is counted, how many of it are where, and on the map of which day?"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from geodata.answers.question import RANKS, ROLES, VERDICTS
from geodata.data import packaged
from geodata.data.commodities import commodities
from geodata.interval import today
from schemas import Source, Territory

Document = Mapping[str, Any]
Grouped = Callable[[float], str]
"""How a number is written: its digits grouped."""
PLACES: Mapping[str, str] = {
    "occupied": "in occupied land",
    "uncertain": "uncertain",
    "contested": "in contested land",
    "government": "in government-held land",
    "unknown": "not known",
    "not_tested": "not tested",
}
"""What is said of deposits of a verdict, and of those too vaguely placed to have one."""
THIN = "\u202f"
"""Between groups of digits, and between a number and its unit."""
NO_FIGURE = "no figure on record"
_ADJECTIVES = {"rare-earths": "rare-earth", "rare-metals": "rare-metal"}
_OTHER_RANKS = "occurrences, prospects, fields and basins"
_NAMES = {entry.id: entry.name_en for entry in commodities()}
"""Territories in which every deposit of the country may lie: they narrow nothing."""


def commodity(name: str) -> str:
    """The English name of a commodity, in lower case within a sentence."""
    return _NAMES.get(name, name).lower()


def listing(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    *others, final = [*names] or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def grouped(value: int) -> str:
    """A whole number, its digits grouped by thin spaces."""
    return f"{value:,}".replace(",", THIN)


def count(value: int, one: str, many: str | None = None) -> str:
    """`1 deposit`, `2 deposits`."""
    return f"{grouped(value)} {one if value == 1 else many or one + 's'}"


def map_text(source: Source, asof: str | date | None, stale_days: int | None) -> str:
    """`map of 2026-04-30, 209 days earlier`: the map behind an answer, and how old it was.

    Dated events have no map: they are complete up to the day they were compiled. asof: None
    where the source does not reach back that far.
    """
    if asof is None:
        return "no data for that date"
    if source.record == "events" and not stale_days:
        return f"dated events up to {asof}"
    what = "settlements compiled up to" if source.record == "events" else "map of"
    return f"{what} {asof}" + (f", {count(stale_days, 'day')} earlier" if stale_days else "")


def unmapped_text(country: str) -> str | None:
    """Why control of a deposit is not known, where it lies in a country no source maps."""
    theatre = packaged.theatre()
    if country == theatre.country:
        return None
    return f"no source here maps control in {theatre.names.get(country, country)}"


def what_is_counted(word: str, role: str, rank: str) -> tuple[str, str, str]:
    """One, many, and which of them: `lithium deposit`, `lithium deposits`, `main commodity`."""
    name = commodity(word)
    kind = "deposit" if rank == RANKS[0] else "site"
    aside = "main commodity" if role == ROLES[0] else "main commodity or by-product"
    if rank != RANKS[0]:
        aside += f"; deposits, {_OTHER_RANKS}"
    if role == ROLES[0]:
        adjective = _ADJECTIVES.get(word, name)
        return f"{adjective} {kind}", f"{adjective} {kind}s", aside
    return f"{kind} with {name}", f"{kind}s with {name}", aside


def answer_text(summary: Document, question: Document, territory: Territory, source: Source) -> str:
    """The answer for one commodity as a sentence a reader may print by itself.

    source: the one that answers.
    """
    one, many, aside = what_is_counted(summary["commodity"], summary["role"], summary["rank"])
    counts = split_counts(summary)
    whole, where = sum(counts.values()), territory.extent_words
    when = _when(question, source)
    if not whole:
        return f"No {one} ({aside}) {where} is on record here."
    if territory.country is not None and not is_known(counts):
        which = f"1 {one}" if whole == 1 else f"{grouped(whole)} {many}"
        reason = unmapped_text(territory.country)
        return f"On record {where}: {which} ({aside}); {reason}."
    if not is_known(counts):
        which = one if whole == 1 else f"{grouped(whole)} {many}"
        return f"Control of the {which} on record {where} ({aside}) is not known {when}."
    if whole == 1:
        (place,) = [PLACES[verdict] for verdict, number in counts.items() if number]
        verb = "was" if is_past(question) else "is"
        return f"The one {one} on record {where} ({aside}) {verb} {place} {when}."
    phrases = counted_text(counts, is_past=is_past(question))
    text = f"Of the {grouped(whole)} {many} on record {where} ({aside}), {phrases} {when}."
    return f"{text}{_in_part_text(summary)}"


def _in_part_text(summary: Document) -> str:
    """How many of the uncertain are occupied as a whole, but only in part in the territory."""
    if not (n := summary.get("occupied_in_part", 0)):
        return ""
    which = "1 of the uncertain is" if n == 1 else f"{grouped(n)} of the uncertain are"
    lies = "lies" if n == 1 else "lie"
    return f" {which} occupied as a whole and {lies} in this territory only in part."


def together_text(document: Document, territory: Territory, source: Source) -> str:
    """All commodities asked together, each deposit counted once, as a sentence."""
    counts, question = document["counted_once"], document["question"]
    whole, when = sum(counts.values()), _when(question, source)
    record = "deposits" if question["rank"] == RANKS[0] else "sites of any rank"
    role = "main commodity" if question["role"] == ROLES[0] else "main commodity or by-product"
    number = grouped(len(question["commodities"]))
    what = f"{record} on record {territory.extent_words} ({role}: any of these {number})"
    if not sum(counts.values()):
        return f"Together: no {what} are on record here."
    if not is_known(counts):
        return f"Together: control of the {grouped(whole)} {what} is not known {when}."
    phrases = counted_text(counts, is_past=is_past(question))
    return f"Together: of the {grouped(whole)} {what}, each counted once, {phrases} {when}."


def country_text(counts: Mapping[str, int], question: Document, source: Source) -> str:
    """All deposits of the country, each counted once, as a sentence."""
    whole, when = sum(counts.values()), _when(question, source)
    country = packaged.theatre().name
    one = f"Of the {grouped(whole)} deposits of critical minerals on record in {country}"
    if not is_known(counts):
        return f"Control of the deposits on record in {country} is not known {when}."
    phrases = counted_text(counts, is_past=is_past(question))
    return f"{one}, each counted once, {phrases} {when}."


def overview_text(document: Document, source: Source) -> str:
    """In how many of many commodities some deposit counted is occupied."""
    summaries: Sequence[Document] = document["summary"]
    occupied = [s for s in summaries if s["deposits"]["occupied"]]
    unknown = [s for s in summaries if s["deposits"]["unknown"] and s not in occupied]
    role = "main commodity" if summaries[0]["role"] == ROLES[0] else "main commodity or by-product"
    verb = "has" if len(occupied) == 1 else "have"
    text = (
        f"{grouped(len(occupied))} of {count(len(summaries), 'commodity', 'commodities')} {verb} a "
        f"deposit in occupied land ({role}) {_when(document['question'], source)}"
    )
    return f"{text}; of {grouped(len(unknown))} it is not known." if unknown else f"{text}."


def also_texts(summary: Document) -> list[tuple[str, dict[str, str]]]:
    """What role and rank leave out, with the words of a question that counts it."""
    name = commodity(summary["commodity"])
    adjective = _ADJECTIVES.get(summary["commodity"], name)
    by_products, others = (summary["also"][key] for key in ("by_products", "other_ranks"))
    texts: list[tuple[str, dict[str, str]]] = []
    if n := sum(by_products.values()):
        kind = count(n, "site, of any rank, that has", "sites, of any rank, that have")
        texts.append((f"{kind} {name} as a by-product ({_places(by_products)})",
                      {"role": ROLES[1], "rank": RANKS[1]}))  # fmt: skip
    if n := sum(others.values()):
        one, many = (
            "occurrence, prospect, field or basin",
            "occurrences, prospects, fields or basins",
        )
        kind = f"{grouped(n)} {adjective} {one if n == 1 else many}"
        texts.append((f"{kind} ({_places(others)})", {"rank": RANKS[1]}))
    return texts


def unconfirmed_text(summary: Document) -> str | None:
    """How many of the records, counted or beside the count, hold the commodity by memory only."""
    if not (n := summary["unconfirmed"]):
        return None
    sites = "1 of these sites" if n == 1 else f"{grouped(n)} of these sites"
    hold = "it holds" if n == 1 else "they hold"
    return (
        f"Not confirmed: of {sites}, counted or beside the count, it was entered from memory "
        f"that {hold} {commodity(summary['commodity'])}; no source here says so."
    )


def components_text(summary: Document) -> str | None:
    """How many records are parts of others and counted with them."""
    if not (n := summary["components_left_aside"]):
        return None
    return (
        f"{count(n, 'component of a larger deposit is', 'components of larger deposits are')} "
        "not counted separately."
    )


def occupied_text(row: Document, summary: Document, number: Grouped) -> str:
    """How much of an amount is in occupied land; what is not known or missing is said to be."""
    low, high = row["occupied_low"], row["occupied_high"]
    occupied, unknown = (summary["deposits"][verdict] for verdict in ("occupied", "unknown"))
    missing = f"no published figure for the {grouped(occupied)} occupied"
    if unknown and low is None:
        return missing if occupied else "not known"
    if low is not None and high is None:
        return f"at least {number(low)}; control of {grouped(unknown)} is not known"
    if low is None:
        if high is None:
            return missing if occupied else "no published figure for those that may be"
        return f"up to {number(high)}" + (f" ({missing})" if occupied else "")
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def total_text(row: Document, number: Grouped) -> str:
    """The sum over all deposits counted, with what it is where figures in it are bounds."""
    low, total, bound = row["total_low"], row["total"], row["total_bound"]
    if total is None and low is None:
        return NO_FIGURE
    most, least = (total if total is not None else low), (low if low is not None else total)
    text = number(most)
    if bound == "at least":
        text = f"at least {number(least)}"
    elif bound == "up to" or (bound and low is None):
        text = f"up to {text}"
    elif bound and least != most:
        text = f"{number(least)} to {text}"
    doubted = row["figures_in_doubt"]
    return f"{text} ({count(doubted, 'figure')} in doubt)" if doubted else text


def split_counts(summary: Document) -> dict[str, int]:
    """Counts by verdict, those not tested apart from the others that are not known."""
    counts, untested = summary["deposits"], summary.get("not_tested", 0)
    return {
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "unknown": counts["unknown"] - untested,
        "not_tested": untested,
    }


def counted_text(counts: Mapping[str, int], *, is_past: bool) -> str:
    """`2 were in occupied land and 6 in government-held land`: the verb with the first count.

    That none is occupied is said only where control of each is known.
    """
    phrases = [(f"{grouped(counts[v])}", place) for v, place in PLACES.items() if counts.get(v)]
    if not counts["occupied"] and not counts["unknown"] and not counts.get("not_tested"):
        phrases.insert(0, ("none", PLACES["occupied"]))
    (amount, place), *others = phrases
    one, many = ("was", "were") if is_past else ("is", "are")
    verb = one if amount == "1" else many
    return listing([f"{amount} {verb} {place}", *(f"{n} {where}" for n, where in others)])


def is_known(counts: Mapping[str, int]) -> bool:
    """Whether control of any of the deposits counted is known."""
    return any(n for verdict, n in counts.items() if verdict not in {"unknown", "not_tested"})


def is_past(question: Document) -> bool:
    """Whether the map that answers is of an earlier day than today."""
    return bool(question["date"] < str(today()) or question["stale_days"])


def _when(question: Document, source: Source) -> str:
    """For which day, after whom, by which map where that is of another day."""
    asof, stale = question["control_asof"], question["stale_days"]
    if asof is None:
        return f"on {question['date']}: {source.title} has no data for that date"
    by = f" ({map_text(source, asof, stale)})" if stale else ""
    return f"on {question['date']}, according to {source.title}{by}"


def _places(counts: Mapping[str, int]) -> str:
    """`1 in occupied land, 3 in government-held land`; one place alone without its number."""
    given = [(n, place) for v, place in PLACES.items() if (n := counts.get(v, 0))]
    if len(given) == 1:
        (n, place) = given[0]
        return place if n == 1 else f"all {place}"
    return ", ".join(f"{grouped(n)} {place}" for n, place in given)
