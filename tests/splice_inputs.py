"""Which made-up sources, maps and verdicts do the tests of spliced histories draw?

Days are few and close, so that sources take turns, and gaps of every length are met.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from hypothesis import strategies as st
from naive_sources import NaiveSources

from geodata.control.sources import SourceRegistry
from schemas import Source

START = date(2024, 7, 8)
NAMES = ("early", "middle", "late")
SHARES = {
    "occupied": (1.0, 0.0, 0.0, 0.0),
    "contested": (0.0, 1.0, 0.0, 0.0),
    "government": (0.0, 0.0, 1.0, 0.0),
}


def described(name: str, record: str, first: date | None = None) -> Source:
    """A source; of events it speaks from `first` on."""
    words = dict.fromkeys(("title", "publisher", "licence", "attribution", "cadence"), name)
    return Source.model_validate({
        **words, "id": name, "statuses": tuple(SHARES), "record": record, "coverage_from": first,
        "coverage": "ukraine",
        "day_rule": name,
    })  # fmt: skip


def day(number: int) -> date:
    """The day so many after START."""
    return START + timedelta(days=number)


@dataclass(frozen=True)
class Book:
    """Sources in order of priority, the days of their maps, and verdicts by source and deposit.

    turns: for each source and deposit the verdict from its first day on, then (day, verdict)s.
    """

    sources: Mapping[str, Source]
    maps: Mapping[str, Sequence[date]]
    turns: Mapping[tuple[str, int], Sequence[tuple[date, str]]]
    fresh_days: int

    def registry(self) -> SourceRegistry:
        """Who answers when, as the embedded store has it."""
        rows = [(s, pd.Timestamp(day)) for s, days in self.maps.items() for day in days]
        snapshots = pd.DataFrame(rows, columns=["source", "day"])
        return SourceRegistry(self.sources, snapshots, tuple(self.sources), self.fresh_days)

    def naive(self) -> NaiveSources:
        """The same, looked at day by day."""
        rows = [{"source": s, "day": day} for s, days in self.maps.items() for day in days]
        return NaiveSources(self.sources, rows, tuple(self.sources), self.fresh_days)

    def first_days(self) -> dict[str, date]:
        """The first day each source speaks of."""
        return {s: of.coverage_from or min(self.maps[s]) for s, of in self.sources.items()}

    def verdict(self, source: str, deposit: int, at: date) -> str:
        """What a source says of a deposit on a day it reaches."""
        return [verdict for day, verdict in self.turns[source, deposit] if day <= at][-1]

    def since(self, source: str, deposit: int, at: date) -> date:
        """The first day of the run of that verdict in the source's own record."""
        turns = [day for day, _ in self.turns[source, deposit] if day <= at]
        return turns[-1]

    def intervals(self) -> pd.DataFrame:
        """The verdict intervals of all sources, as `timeline.standings` has them."""
        rows = []
        for (source, deposit), turns in self.turns.items():
            stops = [*(day for day, _ in turns[1:]), None]
            for (first, verdict), stop in zip(turns, stops, strict=True):
                shares = dict(zip((*SHARES, "unknown"), SHARES[verdict], strict=True))
                rows.append({
                    "deposit": deposit, "deposit_id": f"d{deposit}", "source": source,
                    "valid_from": first, "valid_to": stop, **shares, "verdict": verdict,
                    "since": first,
                })  # fmt: skip
        days = ("valid_from", "valid_to", "since")
        table = pd.DataFrame(rows)
        return table.assign(**{n: pd.to_datetime(table[n]).astype("datetime64[s]") for n in days})

    def changes(self) -> pd.DataFrame:
        """The changes of all sources: source, deposit, day, before, after."""
        rows = [
            (source, deposit, day, turns[at][1], verdict)
            for (source, deposit), turns in self.turns.items()
            for at, (day, verdict) in enumerate(turns[1:])
        ]
        columns = ["source", "deposit", "day", "before", "after"]
        table = pd.DataFrame(rows, columns=columns)
        return table.assign(day=pd.to_datetime(table["day"]).to_numpy().astype("datetime64[D]"))


@st.composite
def books(draw: st.DrawFn) -> Book:
    """One to three sources of maps or events, with few verdicts each."""
    names = NAMES[: draw(st.integers(1, 3))]
    sources, maps, turns = {}, {}, {}
    for name in names:
        numbers = draw(st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True))
        maps[name] = [day(n) for n in draw(st.permutations(numbers))]
        first = min(maps[name])
        events = draw(st.booleans())
        if events:
            maps[name], first = [max(maps[name])], first - timedelta(days=draw(st.integers(0, 30)))
        sources[name] = described(name, "events" if events else "maps", first if events else None)
        for deposit in range(2):
            turns[name, deposit] = draw(_turns(first, maps[name], events=events))
    return Book(sources, maps, turns, draw(st.integers(0, 12)))


@st.composite
def _turns(
    draw: st.DrawFn, first: date, maps: Sequence[date], *, events: bool
) -> list[tuple[date, str]]:
    """The verdict of the first day, and turns: of maps on their days, of events on any."""
    last = max(maps)
    free = [first + timedelta(days=n) for n in range(1, (last - first).days + 1)]
    later = free if events else sorted(set(maps) - {first})
    chosen = sorted(draw(st.sets(st.sampled_from(later), max_size=4))) if later else []
    verdicts = [draw(st.sampled_from(tuple(SHARES)))]
    for _ in chosen:
        verdicts.append(draw(st.sampled_from([v for v in SHARES if v != verdicts[-1]])))
    return list(zip([first, *chosen], verdicts, strict=True))


def as_days(values: pd.Series) -> np.ndarray:
    """Days of a column as `datetime64[D]`."""
    return values.to_numpy().astype("datetime64[D]")
