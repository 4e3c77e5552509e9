"""Is a deposit's history the sum of its days, as the slow oracle counts them?"""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import on_a_threshold, shares, verdict
from shapely import box
from shapely.geometry.base import BaseGeometry
from strategies import EAST, FIRST, SOUTH, WEST, Board, boards, some_footprints

from geodata.control.overlay import overlay_source, share_inside
from geodata.control.timeline import STATUSES, changes, spans, verdicts_on

COVERED = box(WEST, SOUTH, EAST, SOUTH + 3)
ANY_STATUS = ("occupied", "contested", "government", "unknown")
Footprints = list[BaseGeometry | None]


def as_array(footprints: Footprints) -> np.ndarray:
    found = np.empty(len(footprints), dtype=object)
    found[:] = footprints
    return found


def history(board: Board, footprints: Footprints, first: date) -> pd.DataFrame:
    cells, shapes = board.cells(), as_array(footprints)
    return overlay_source(shapes, cells, share_inside(shapes, COVERED), first)


@given(boards(ANY_STATUS), some_footprints, st.integers(-1, 3))
def test_shares_and_verdict_of_every_day_equal_the_oracles(
    board: Board, footprints: Footprints, late: int
) -> None:
    first = FIRST + timedelta(days=late)
    table = history(board, footprints, first)

    for n, day in enumerate(board.days):
        if day < first:
            assert verdicts_on(table, day).empty
            continue
        lands = {status: board.land(n, status) for status in STATUSES}
        rows = verdicts_on(table, day).set_index("deposit")
        assert rows.index.tolist() == list(range(len(footprints)))
        for number, footprint in enumerate(footprints):
            wanted, row = shares(footprint, lands, COVERED), rows.loc[number]
            assert row[list(STATUSES)].to_dict() == pytest.approx(wanted, abs=2e-5)
            if not on_a_threshold(wanted):
                tested = footprint is not None and not footprint.is_empty
                assert row["verdict"] == verdict(wanted, tested=tested)


@given(boards(ANY_STATUS), some_footprints)
def test_standings_fill_all_days_without_gap_and_neighbours_differ(
    board: Board, footprints: Footprints
) -> None:
    table = history(board, footprints, FIRST)

    assert table[list(STATUSES)].sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-9)
    assert not np.signbit(table[list(STATUSES)].to_numpy()).any()
    for _, rows in table.groupby("deposit"):
        assert rows["valid_from"].iloc[0] == pd.Timestamp(FIRST)
        assert rows["valid_to"].iloc[:-1].tolist() == rows["valid_from"].iloc[1:].tolist()
        assert pd.isna(rows["valid_to"].iloc[-1])
        again = rows[list(STATUSES)].diff().iloc[1:]
        assert (again != 0).any(axis=1).all()


@given(boards(ANY_STATUS), some_footprints)
def test_spans_sum_to_one_on_every_day(board: Board, footprints: Footprints) -> None:
    rows = spans(history(board, footprints, FIRST))

    assert (rows["share"] > 0).all()
    for day in board.days:
        total = verdicts_on(rows, day).groupby("deposit")["share"].sum()
        assert total.reindex(range(len(footprints))).to_numpy() == pytest.approx(1.0, abs=1e-9)


@given(boards(ANY_STATUS), some_footprints)
def test_changes_are_the_days_on_which_the_verdict_is_another_than_the_day_before(
    board: Board, footprints: Footprints
) -> None:
    table = history(board, footprints, FIRST)
    turned = [
        (d, pd.Timestamp(day), before, after)
        for day in board.days[1:]
        for d, before, after in zip(
            range(len(footprints)),
            verdicts_on(table, day - timedelta(days=1))["verdict"],
            verdicts_on(table, day)["verdict"],
            strict=True,
        )
        if before != after
    ]

    found = changes(table).itertuples(index=False, name=None)

    assert sorted(found) == sorted(turned)


@given(boards(ANY_STATUS), some_footprints)
def test_since_is_the_first_day_of_the_present_run_of_one_verdict(
    board: Board, footprints: Footprints
) -> None:
    table = history(board, footprints, FIRST)
    turns = changes(table)

    for _, row in table.iterrows():
        own = turns[(turns["deposit"] == row["deposit"]) & (turns["day"] <= row["valid_from"])]
        wanted = own["day"].max() if len(own) else pd.Timestamp(FIRST)
        assert row["since"] == wanted
