"""Is the spliced history that of the source which answers on each day, whatever the sources?"""

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from splice_inputs import Book, as_days, books, day

from geodata.control.splice import happens_within, spliced
from geodata.control.timeline import verdicts_on

AROUND = range(-40, 100)
"""Days before the first and after the last any source may speak of or grow old on."""


def by_the_rule(book: Book, at: date) -> str | None:
    """The rule as one reads it: the first fresh in order, else the freshest; None for none."""
    registry = book.registry()
    ages = {}
    for source in book.sources:
        asof = registry.resolve(source, at).asof
        if asof is not None:
            ages[source] = (at - asof).days
    fresh = [source for source, age in ages.items() if age <= book.fresh_days]
    if fresh:
        return fresh[0]
    return min(ages, key=lambda source: ages[source]) if ages else None


def source_on(book: Book, at: date) -> str | None:
    """The source of the stretch a day lies in."""
    for stretch in book.registry().stretches:
        if stretch.first <= at and (stretch.stop is None or at < stretch.stop):
            return stretch.source
    return None


def history(book: Book) -> pd.DataFrame:
    return spliced(book.intervals(), book.registry().stretches, book.first_days())


def rows_by_day(book: Book) -> Iterator[tuple[date, pd.DataFrame]]:
    table = history(book)
    for at in map(day, AROUND):
        yield at, verdicts_on(table, at).set_index("deposit")


@given(books())
def test_each_day_lies_in_the_stretch_of_the_source_the_rule_picks(book: Book) -> None:
    registry, naive = book.registry(), book.naive()

    assert registry.stretches == naive.stretches
    for at in map(day, AROUND):
        wanted = by_the_rule(book, at)
        chosen = registry.select(at)
        assert source_on(book, at) == wanted
        assert chosen == naive.select(at)
        assert chosen.source == (wanted or registry.ordered[-1])
        assert (chosen.asof is None) == (wanted is None)


@given(books())
def test_stretches_follow_each_other_and_neighbours_differ(book: Book) -> None:
    stretches = book.registry().stretches

    assert stretches[0].first == min(book.first_days().values())
    assert stretches[-1].stop is None
    for one, other in pairwise(stretches):
        assert one.stop == other.first
        assert one.source != other.source


@given(books())
def test_the_history_says_each_day_what_its_source_says(book: Book) -> None:
    for at, rows in rows_by_day(book):
        source = source_on(book, at)
        assert rows.index.tolist() == ([] if source is None else [0, 1])
        for deposit, row in rows.iterrows():
            assert row["source"] == source
            assert row["verdict"] == book.verdict(source, deposit, at)


@given(books())
def test_since_is_the_first_day_of_the_run_or_what_the_new_source_knows(book: Book) -> None:
    """Worked out going from day to day, as one would by hand."""
    since: dict[int, date | None] = {}
    before: dict[int, tuple[str, str]] = {}
    for at, rows in rows_by_day(book):
        for deposit, row in rows.iterrows():
            source, verdict = str(row["source"]), str(row["verdict"])
            known = before.get(deposit)
            if known is None or known[0] == source:
                if known is None or known[1] != verdict:
                    since[deposit] = book.since(source, deposit, at)
            elif known[1] != verdict:
                begins = book.first_days()[source] == at
                since[deposit] = None if begins else book.since(source, deposit, at)
            before[deposit] = (source, verdict)
            found = None if pd.isna(row["since"]) else row["since"].date()
            assert found == since[deposit]
            assert found is None or found <= at


@given(books())
def test_no_change_happens_at_a_seam_and_all_others_are_turns_of_the_history(book: Book) -> None:
    registry, table = book.registry(), book.changes()
    kept = table[
        happens_within(
            registry.stretches, table["source"].to_numpy(dtype=object), as_days(table["day"])
        )
    ]
    seams = {stretch.first for stretch in registry.stretches}
    turned, before = set(), {}
    for at, rows in rows_by_day(book):
        for deposit, row in rows.iterrows():
            if at not in seams and before.get(deposit, row["verdict"]) != row["verdict"]:
                turned.add((at, deposit, before[deposit], row["verdict"], row["source"]))
            before[deposit] = row["verdict"]

    columns = ("day", "deposit", "before", "after", "source")
    assert {(r[0].date(), *r[1:]) for r in kept[list(columns)].itertuples(index=False)} == turned
    assert not seams & {moment.date() for moment in kept["day"]}


@given(books())
def test_a_lone_source_is_its_own_history(book: Book) -> None:
    name = next(iter(book.sources))
    own = book.intervals()
    own = own[(own["source"] == name).to_numpy()]
    lone = Book({name: book.sources[name]}, {name: book.maps[name]}, book.turns, book.fresh_days)

    table = spliced(own, lone.registry().stretches, lone.first_days())

    wanted = own.sort_values(["deposit", "valid_from"], ignore_index=True)
    pd.testing.assert_frame_equal(table, wanted, check_dtype=False)


@given(books(), st.sampled_from([10**4, 10**6, 10**9]))
def test_any_limit_of_days_gives_stretches_within_the_calendar(book: Book, days: int) -> None:
    patient = Book(book.sources, book.maps, book.turns, days)

    for stretch in patient.registry().stretches:
        assert stretch.stop is None or stretch.stop > stretch.first


def test_the_days_drawn_hold_seams_of_every_kind() -> None:
    """What the laws above are proved over: they would hold of a lone source without a word."""
    kinds: set[str] = set()

    @given(books())
    def check(book: Book) -> None:
        stretches = book.registry().stretches
        names = [stretch.source for stretch in stretches]
        kinds.update(["a seam"] if len(names) > 1 else [])
        kinds.update(["there and back"] if len(names) > len(set(names)) else [])
        table = history(book)
        seam = np.isin(
            as_days(table["valid_from"]), [np.datetime64(s.first) for s in stretches[1:]]
        )
        known = table["since"].notna().to_numpy()
        earlier = as_days(table["since"]) < as_days(table["valid_from"])
        kinds.update(["not known"] if (seam & ~known).any() else [])
        kinds.update(["from before the seam"] if (seam & known & earlier).any() else [])

    check()
    assert kinds >= {"a seam", "there and back", "not known", "from before the seam"}
