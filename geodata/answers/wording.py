"""How is an answer said: what is counted, how many of it are where, and on the map of which day?

Sentences are worded in the language of the answer being made (`geodata.language`); each is one
message, because the order of its parts differs between languages.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from geodata.answers.figures import count, grouped
from geodata.answers.names import commodity, country_name, listing, title_of, where_text
from geodata.answers.question import RANKS, ROLES, VERDICTS
from geodata.data import packaged
from geodata.interval import today
from geodata.language import day_text, gettext, ngettext
from geodata.language import gettext_noop as N_
from schemas import Source, Territory

Document = Mapping[str, Any]
PLACES: Mapping[str, str] = {
    "occupied": N_("in occupied land"),
    "uncertain": N_("uncertain"),
    "contested": N_("in contested land"),
    "government": N_("in government-held land"),
    "unknown": N_("not known"),
    "not_tested": N_("not tested"),
}
"""What is said of deposits of a verdict, and of those too vaguely placed to have one."""
_ADJECTIVES = {"rare-earths": "rare-earth", "rare-metals": "rare-metal"}


def map_text(source: Source, asof: str | date | None, stale_days: int | None) -> str:
    """`map of 2026-04-30, 209 days earlier`: the map behind an answer, and how old it was.

    Dated events have no map: they are complete up to the day they were compiled. asof: None
    where the source does not reach back that far.
    """
    if asof is None:
        return gettext("no data for that date")
    day = day_text(asof)
    if source.record == "events" and not stale_days:
        return gettext("dated events up to %(day)s", day=day)
    if source.record == "events":
        what = gettext("settlements compiled up to %(day)s", day=day)
    else:
        what = gettext("map of %(day)s", day=day)
    if not stale_days:
        return what
    return gettext("%(map)s, %(days)s earlier", map=what, days=count(stale_days, "day"))


def unmapped_text(country: str) -> str | None:
    """Why control of a deposit is not known, where it lies in a country no source maps."""
    if country == packaged.theatre().country:
        return None
    return gettext("no source here maps control in %(country)s", country=country_name(country))


def what_is_counted(word: str, role: str, rank: str) -> tuple[str, str, str]:
    """One, many, and which of them: `lithium deposit`, `lithium deposits`, `main commodity`."""
    name = commodity(word)
    values = {"commodity": name, "adjective": _ADJECTIVES.get(word, name)}
    one, many = (_counted(role, rank, n, values) for n in (1, 5))
    return one, many, _aside(role, rank)


def _counted(role: str, rank: str, n: int, values: Mapping[str, str]) -> str:
    if role == ROLES[0] and rank == RANKS[0]:
        return ngettext("%(adjective)s deposit", "%(adjective)s deposits", n, **values)
    if role == ROLES[0]:
        return ngettext("%(adjective)s site", "%(adjective)s sites", n, **values)
    if rank == RANKS[0]:
        return ngettext("deposit with %(commodity)s", "deposits with %(commodity)s", n, **values)
    return ngettext("site with %(commodity)s", "sites with %(commodity)s", n, **values)


def _counted_of(summary: Document, whole: int) -> str:
    """`4 lithium deposits`: as many as there are, in the form that follows their number."""
    name = commodity(summary["commodity"])
    values = {"commodity": name, "adjective": _ADJECTIVES.get(summary["commodity"], name)}
    return f"{grouped(whole)} {_counted(summary['role'], summary['rank'], whole, values)}"


def _aside(role: str, rank: str) -> str:
    """Which pairings with the commodity count, and which ranks where not deposits alone."""
    if role == ROLES[0]:
        aside = gettext("main commodity")
    else:
        aside = gettext("main commodity or by-product")
    if rank == RANKS[0]:
        return aside
    return gettext("%(role)s; deposits, occurrences, prospects, fields and basins", role=aside)


def answer_text(summary: Document, question: Document, territory: Territory, source: Source) -> str:
    """The answer for one commodity as a sentence a reader may print by itself.

    source: the one that answers.
    """
    one, many, aside = what_is_counted(summary["commodity"], summary["role"], summary["rank"])
    counts = split_counts(summary)
    whole = sum(counts.values())
    values = {"one": one, "many": many, "aside": aside, "number": grouped(whole),
              "where": where_text(territory), "when": _when(question, source),
              "commodity": commodity(summary["commodity"]),
              "counted": _counted_of(summary, whole)}  # fmt: skip
    if not whole:
        return gettext("No %(one)s (%(aside)s) %(where)s is on record here.", **values)
    if territory.country is not None and not is_known(counts):
        reason = unmapped_text(territory.country)
        return ngettext(
            "On record %(where)s: %(number)s %(one)s (%(aside)s); %(reason)s.",
            "On record %(where)s: %(number)s %(many)s (%(aside)s); %(reason)s.",
            whole, **values, reason=reason,
        )  # fmt: skip
    if not is_known(counts):
        return _unknown_text(whole, values)
    if whole == 1:
        return _one_text(counts, values, is_past=is_past(question))
    phrases = counted_text(counts, is_past=is_past(question))
    text = gettext(
        "Of the %(number)s %(many)s on record %(where)s (%(aside)s), %(phrases)s %(when)s.",
        **values, phrases=phrases,
    )  # fmt: skip
    return f"{text}{_in_part_text(summary)}"


def _unknown_text(whole: int, values: Mapping[str, str]) -> str:
    if whole == 1:
        return gettext(
            "Control of the %(one)s on record %(where)s (%(aside)s) is not known %(when)s.",
            **values,
        )
    return gettext(
        "Control of the %(number)s %(many)s on record %(where)s (%(aside)s) is not known %(when)s.",
        **values,
    )


def _one_text(counts: Mapping[str, int], values: Mapping[str, str], *, is_past: bool) -> str:
    """The answer where one deposit alone is counted."""
    (where,) = [PLACES[verdict] for verdict, number in counts.items() if number]
    message = N_("The one %(one)s on record %(where)s (%(aside)s) is %(place)s %(when)s.")
    if is_past:
        message = N_("The one %(one)s on record %(where)s (%(aside)s) was %(place)s %(when)s.")
    return gettext(message, **values, place=gettext(where))


def _in_part_text(summary: Document) -> str:
    """How many of the uncertain are occupied as a whole, but only in part in the territory."""
    if not (n := summary.get("occupied_in_part", 0)):
        return ""
    text = ngettext(
        "%(number)s of the uncertain is occupied as a whole and lies in this territory only in "
        "part.",
        "%(number)s of the uncertain are occupied as a whole and lie in this territory only in "
        "part.",
        n,
        number=grouped(n),
    )
    return f" {text}"


def together_text(document: Document, territory: Territory, source: Source) -> str:
    """All commodities asked together, each deposit counted once, as a sentence."""
    counts, question = document["counted_once"], document["question"]
    whole = sum(counts.values())
    values = {"record": _record_text(question), "number": grouped(whole),
              "where": where_text(territory), "when": _when(question, source),
              "role": _any_of_text(question)}  # fmt: skip
    if not whole:
        return gettext("Together: no %(record)s on record %(where)s (%(role)s) are on record here.",
                       **values)  # fmt: skip
    if not is_known(counts):
        return gettext(
            "Together: control of the %(number)s %(record)s on record %(where)s (%(role)s) is not "
            "known %(when)s.",
            **values,
        )
    phrases = counted_text(counts, is_past=is_past(question))
    return gettext(
        "Together: of the %(number)s %(record)s on record %(where)s (%(role)s), each counted once, "
        "%(phrases)s %(when)s.",
        **values, phrases=phrases,
    )  # fmt: skip


def _record_text(question: Document) -> str:
    """What is counted of all commodities together, as after `no` and after many."""
    if question["rank"] == RANKS[0]:
        return ngettext("deposit", "deposits", 5)
    return gettext("sites of any rank")


def _any_of_text(question: Document) -> str:
    number = grouped(len(question["commodities"]))
    if question["role"] == ROLES[0]:
        return gettext("main commodity: any of these %(number)s", number=number)
    return gettext("main commodity or by-product: any of these %(number)s", number=number)


def country_text(counts: Mapping[str, int], question: Document, source: Source) -> str:
    """All deposits of the country, each counted once, as a sentence."""
    whole = sum(counts.values())
    values = {"number": grouped(whole), "country": country_name(packaged.theatre().country),
              "when": _when(question, source)}  # fmt: skip
    if not is_known(counts):
        return gettext(
            "Control of the deposits on record in %(country)s is not known %(when)s.", **values
        )
    phrases = counted_text(counts, is_past=is_past(question))
    return gettext(
        "Of the %(number)s deposits of critical minerals on record in %(country)s, each counted "
        "once, %(phrases)s %(when)s.",
        **values, phrases=phrases,
    )  # fmt: skip


def overview_text(document: Document, source: Source) -> str:
    """In how many of many commodities some deposit counted is occupied."""
    summaries: Sequence[Document] = document["summary"]
    occupied = [s for s in summaries if s["deposits"]["occupied"]]
    unknown = [s for s in summaries if s["deposits"]["unknown"] and s not in occupied]
    role = gettext("main commodity or by-product")
    if summaries[0]["role"] == ROLES[0]:
        role = gettext("main commodity")
    text = ngettext(
        "%(number)s of %(commodities)s has a deposit in occupied land (%(role)s) %(when)s",
        "%(number)s of %(commodities)s have a deposit in occupied land (%(role)s) %(when)s",
        len(occupied),
        number=grouped(len(occupied)),
        commodities=count(len(summaries), "commodity", "commodities"),
        whole=grouped(len(summaries)),
        role=role,
        when=_when(document["question"], source),
    )
    if not unknown:
        return f"{text}."
    return gettext("%(text)s; of %(number)s it is not known.", text=text,
                   number=grouped(len(unknown)))  # fmt: skip


def also_texts(summary: Document) -> list[tuple[str, dict[str, str]]]:
    """What role and rank leave out, with the words of a question that counts it."""
    name = commodity(summary["commodity"])
    adjective = _ADJECTIVES.get(summary["commodity"], name)
    by_products, others = (summary["also"][key] for key in ("by_products", "other_ranks"))
    texts: list[tuple[str, dict[str, str]]] = []
    if n := sum(by_products.values()):
        text = ngettext(
            "%(number)s site, of any rank, that has %(commodity)s as a by-product (%(places)s)",
            "%(number)s sites, of any rank, that have %(commodity)s as a by-product (%(places)s)",
            n, number=grouped(n), commodity=name, places=_places(by_products),
        )  # fmt: skip
        texts.append((text, {"role": ROLES[1], "rank": RANKS[1]}))
    if n := sum(others.values()):
        text = ngettext(
            "%(number)s %(adjective)s occurrence, prospect, field or basin (%(places)s)",
            "%(number)s %(adjective)s occurrences, prospects, fields or basins (%(places)s)",
            n, number=grouped(n), adjective=adjective, commodity=name, places=_places(others),
        )  # fmt: skip
        texts.append((text, {"rank": RANKS[1]}))
    return texts


def unconfirmed_text(summary: Document) -> str | None:
    """How many of the records, counted or beside the count, hold the commodity by memory only."""
    if not (n := summary["unconfirmed"]):
        return None
    return ngettext(
        "Not confirmed: of %(number)s of these sites, counted or beside the count, it was entered "
        "from memory that it holds %(commodity)s; no source here says so.",
        "Not confirmed: of %(number)s of these sites, counted or beside the count, it was entered "
        "from memory that they hold %(commodity)s; no source here says so.",
        n, number=grouped(n), commodity=commodity(summary["commodity"]),
    )  # fmt: skip


def components_text(summary: Document) -> str | None:
    """How many records are parts of others and counted with them."""
    if not (n := summary["components_left_aside"]):
        return None
    return ngettext(
        "%(number)s component of a larger deposit is not counted separately.",
        "%(number)s components of larger deposits are not counted separately.",
        n, number=grouped(n),
    )  # fmt: skip


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
    phrases = [(f"{grouped(counts[v])}", where) for v, where in PLACES.items() if counts.get(v)]
    if not counts["occupied"] and not counts["unknown"] and not counts.get("not_tested"):
        phrases.insert(0, (gettext("none"), PLACES["occupied"]))
    (amount, where), *others = phrases
    one, many = N_("%(amount)s is %(place)s"), N_("%(amount)s are %(place)s")
    if is_past:
        one, many = N_("%(amount)s was %(place)s"), N_("%(amount)s were %(place)s")
    first = gettext(one if amount == "1" else many, amount=amount, place=gettext(where))
    return listing([first, *(_amount_in(amount, where) for amount, where in others)])


def _amount_in(amount: str, where: str) -> str:
    """`6 in government-held land`."""
    return gettext("%(amount)s %(place)s", amount=amount, place=gettext(where))


def is_known(counts: Mapping[str, int]) -> bool:
    """Whether control of any of the deposits counted is known."""
    return any(n for verdict, n in counts.items() if verdict not in {"unknown", "not_tested"})


def is_past(question: Document) -> bool:
    """Whether the map that answers is of an earlier day than today."""
    return bool(question["date"] < str(today()) or question["stale_days"])


def _when(question: Document, source: Source) -> str:
    """For which day, after whom, by which map where that is of another day."""
    asof, stale = question["control_asof"], question["stale_days"]
    values = {"day": day_text(question["date"]), "source": title_of(source)}
    if asof is None:
        return gettext("on %(day)s: %(source)s has no data for that date", **values)
    if not stale:
        return gettext("on %(day)s, according to %(source)s", **values)
    return gettext("on %(day)s, according to %(source)s (%(map)s)", **values,
                   map=map_text(source, asof, stale))  # fmt: skip


def _places(counts: Mapping[str, int]) -> str:
    """`1 in occupied land, 3 in government-held land`; one place alone without its number."""
    given = [(n, where) for v, where in PLACES.items() if (n := counts.get(v, 0))]
    if len(given) == 1:
        (n, where) = given[0]
        return gettext(where) if n == 1 else gettext("all %(place)s", place=gettext(where))
    return ", ".join(_amount_in(grouped(n), where) for n, where in given)
