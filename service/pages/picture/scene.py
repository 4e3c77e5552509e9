"""What does a picture show: deposits by verdict on a day, the land held, and how that is said?"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.answers.matching import MatchingDeposits, find
from geodata.answers.question import VERDICTS, Question
from geodata.control.sources import SourceSelection
from geodata.data import packaged
from geodata.data.commodities import commodities, commodity_ids
from geodata.store.base import Store
from schemas import Source, Territory
from service.pages.picture.words import Words, words
from service.params.map_state import WordedState, last_day_shown

STATES = ("occupied", "contested", "uncertain", "government", "unknown", "not_tested")
"""Verdicts in the order a sentence has them; those not tested are apart from the unknown."""
Counts = Mapping[str, int]
_SLIVER_DEGREES = 0.009
"""Half the width up to which land is a seam of two outlines and no disagreement: about a km."""


@dataclass(frozen=True)
class Sign:
    """A deposit on the map, CRS84. is_chosen: the one a reader picked."""

    id: str
    lon: float
    lat: float
    verdict: str
    name: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Moment:
    """One day of one source: what is held, which deposits are where, in what words."""

    day: date
    source: Source
    choice: SourceSelection
    counts: Counts
    signs: Sequence[Sign]
    occupied: BaseGeometry
    contested: BaseGeometry
    line: BaseGeometry


@dataclass(frozen=True)
class Scene:
    """All a picture shows.

    then: the second day, left of `split` per cent. other: land that is occupied after `differ`
    alone. outline: of the country.
    """

    state: WordedState
    now: Moment
    then: Moment | None
    differ: Source | None
    other: BaseGeometry | None
    outline: BaseGeometry
    title: str
    lead: str
    credit: str
    short_credit: str
    words: Words

    @property
    def moments(self) -> tuple[Moment, ...]:
        """The days shown, the one asked first."""
        return (self.now,) if self.then is None else (self.now, self.then)


def scene_of(store: Store, state: WordedState) -> Scene:
    """What a state shows. Raises InvalidInput for what the release does not have."""
    state.checked(store)
    say = words(state.lang)
    now = _moment(store, state, state.day or last_day_shown(store), say)
    then = None if state.with_ is None else _moment(store, state, state.with_, say)
    territory = store.control.territories[state.territory]
    moments = (now,) if then is None else (then, now)
    title, lead = sentence(now, state, territory, say), lead_text(now, say)
    if then is None and state.deposit is not None:
        title, lead = _of_deposit(now, say), f"{lead} {title}"
    if then is not None:
        title = " ".join(
            f"{say.day(each.day)}: {sentence(each, state, territory, say)}" for each in moments
        )
        lead = " ".join(lead_text(each, say) for each in moments)
    differ = None if state.differ is None else store.sources.by_id[state.differ]
    if differ is not None and differ.id == now.source.id:  # no source differs from itself
        differ = None
    return Scene(
        state, now, then, differ, _other(store, now, differ), store.facts.outline, title, lead,
        *_credits(store, moments, differ, say), say,
    )  # fmt: skip


def _moment(store: Store, state: WordedState, day: date, say: Words) -> Moment:
    question = Question(
        _minerals(state) or commodity_ids(), day, state.territory, VERDICTS, state.source,
        role=state.role, rank=state.rank,
    )  # fmt: skip
    matching = find(store, question)
    choice = matching.choice
    verdicts = _verdicts(matching)
    counted = matching.selected & matching.table["part_of"].isna().to_numpy()
    control = store.control
    return Moment(
        day,
        store.sources.by_id[choice.source],
        choice,
        Counter(verdicts[counted].tolist()),
        _signs(matching, verdicts, counted, state, say),
        control.land_on(day, "occupied", choice.source),
        control.land_on(day, "contested", choice.source),
        control.contact_line_on(day, choice.source).line,
    )


def _of_deposit(now: Moment, say: Words) -> str:
    """The deposit chosen, and how it stands: its name, and the verdict on it."""
    chosen = next(sign for sign in now.signs if sign.is_chosen)
    return f"{chosen.name}: {say(chosen.verdict)}."


def _minerals(state: WordedState) -> tuple[str, ...]:
    """The minerals named, none where they are all."""
    return () if set(state.minerals) == set(commodity_ids()) else state.minerals


def _verdicts(matching: MatchingDeposits) -> np.ndarray:
    """(n,) verdicts of all deposits, of those not tested that they are not."""
    verdict = matching.verdict.astype(str).astype(object)
    untested = ~matching.table["tested"].to_numpy(dtype=bool)
    return np.where((verdict == "unknown") & untested, "not_tested", verdict)


def _signs(
    matching: MatchingDeposits, verdicts: np.ndarray, counted: np.ndarray, state: WordedState,
    say: Words,
) -> list[Sign]:  # fmt: skip
    """Signs of the deposits counted whose verdict is wanted, and of the one chosen."""
    table = matching.table
    wanted = {*state.verdicts, *(("not_tested",) if "unknown" in state.verdicts else ())}
    chosen = (table["id"] == (state.deposit or "")).to_numpy()
    shown = counted & np.isin(verdicts.astype(str), list(wanted)) | chosen
    points = shapely.centroid(table.geometry.to_numpy())  # of points; of areas where to put a sign
    return [
        Sign(row.id, float(point.x), float(point.y), str(verdict), say.of(row, "name") or row.id,
             row.id == state.deposit)
        for row, point, verdict in zip(
            table[shown].itertuples(), points[shown], verdicts[shown], strict=True
        )
        if point is not None and not point.is_empty
    ]  # fmt: skip


def _other(store: Store, now: Moment, differ: Source | None) -> BaseGeometry | None:
    """Land that is occupied on the day after the other source alone."""
    if differ is None:
        return None
    more = store.control.land_on(now.day, "occupied", differ.id).difference(now.occupied)
    return more.buffer(-_SLIVER_DEGREES).buffer(_SLIVER_DEGREES)


# Words


def sentence(moment: Moment, state: WordedState, territory: Territory, say: Words) -> str:
    """The headline of the map page: how many of what is counted lie where."""
    counts = moment.counts
    total, what = sum(counts.values()), _what_counts(state, territory, say)
    if not total:
        return f"{say('headline_empty', what=what)}."
    unknown = counts.get("unknown", 0) + counts.get("not_tested", 0)
    occupied = counts.get("occupied", 0)
    key = "headline" if occupied else "headline_unknown" if unknown else "headline_none"
    left_out = {"occupied"} | ({"unknown"} if key == "headline_unknown" else {"government"})
    rest = [name for name in STATES if counts.get(name) and name not in left_out]
    first = say(key, occupied or unknown, total=say.number(total), what=what)
    return "; ".join([first, *(say(f"place_{name}", counts[name]) for name in rest)]) + "."


def _what_counts(state: WordedState, territory: Territory, say: Words) -> str:
    """What is counted, and where: deposits or records, of which minerals, in which role."""
    uk = say.lang == "uk"
    where = (territory.where_uk if uk else territory.where) or say(
        "where_territory", territory=territory.title_uk if uk else territory.title
    )
    minerals = _minerals(state)
    if not minerals:
        return say(f"counted_{state.rank}_all", where=where)
    by_id = {entry.id: entry for entry in commodities()}
    *names, last = [str(say.of(by_id[name], "name")).lower() for name in minerals]
    what = f"{', '.join(names)} {say('or')} {last}" if names else last
    return say(f"counted_{state.rank}_{state.role}", where=where, what=what)


def lead_text(moment: Moment, say: Words) -> str:
    """The day, the source, and how old its map is: `On 3 May 2026, according to …`."""
    source, choice = moment.source, moment.choice
    if choice.asof is None:
        return (
            f"{say('on', date=say.day(moment.day))}. {say('not_reached', source=say.title(source))}"
        )
    events, stale = source.record == "events", choice.stale_days or 0
    if stale:
        key = "behind_events" if events else "behind_map"
        age = f" ({say(key, stale, date=say.day(choice.asof))})."
    else:
        age = f". {say('events', date=say.day(choice.asof))}." if events else (
            f". {say('map_of', date=say.day(choice.asof))}."
        )  # fmt: skip
    by = say("according", source=say.title(source))
    return f"{say('on', date=say.day(moment.day))}, {by}{age}"


def _credits(
    store: Store, moments: Sequence[Moment], differ: Source | None, say: Words
) -> tuple[str, str]:
    """Whose data under which licence, in full and in short, both with the release."""
    sources = dict.fromkeys([each.source.id for each in moments] + ([differ.id] if differ else []))
    described = [store.sources.by_id[name] for name in sources]
    held = " ".join(
        say("picture_control", source=s.attribution.rstrip("."), licence=s.licence.rstrip("."))
        for s in described
    )
    licence, release = packaged.FACTS_LICENCE, store.manifest.id
    facts = packaged.FACTS_ATTRIBUTION.rstrip(".")
    names = ", ".join(map(say.title, described))
    full = f"{held} {say('picture_facts', facts=facts, licence=licence, release=release)}"
    return full, say("picture_credit", sources=names, licence=licence, release=release)
