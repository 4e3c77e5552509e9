"""Do standings, spans, verdicts and changes say what the cells say, day by day?"""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geodata.control.timeline import (
    STATUSES,
    OverlayPairs,
    changes,
    spans,
    standings,
    verdicts,
    verdicts_on,
)
from geodata.interval import as_days

FIRST = date(2022, 1, 1)
Cell = tuple[int, str, float, str, str | None]
"""Footprint, status, share, first day, first day after."""


def table_of(*cells: Cell, covered: tuple[float, ...] = (1.0,)) -> pd.DataFrame:
    owner, status, share, began, ended = zip(*cells, strict=True) if cells else ((),) * 5
    pairs = OverlayPairs(
        np.array(owner, dtype=np.intp), np.arange(len(owner)), np.array(share, dtype=float)
    )
    names = np.array(status, dtype=object)
    return standings(
        pairs, names, as_days(list(began)), as_days(list(ended)), np.array(covered), FIRST
    )


def told(table: pd.DataFrame) -> list[tuple[str, str]]:
    """First day and verdict of each row."""
    return list(zip(table["valid_from"].dt.strftime("%m-%d"), table["verdict"], strict=True))


@pytest.mark.parametrize(
    ("occupied", "contested", "unknown", "wanted"),
    [
        (1.0, 0.0, 0.0, "occupied"),
        (0.95, 0.05, 0.0, "occupied"),
        (0.949, 0.0, 0.0, "uncertain"),
        (0.0, 0.95, 0.0, "contested"),
        (0.0, 0.949, 0.0, "uncertain"),
        (0.05, 0.0, 0.0, "government"),
        (0.051, 0.0, 0.0, "uncertain"),
        (0.0, 0.0, 0.0, "government"),
        (0.0, 0.001, 0.0, "uncertain"),
        (0.0, 0.0, 1.0, "unknown"),
        (0.0, 0.0, 0.95, "unknown"),
        (0.0, 0.0, 0.05, "government"),
        (0.0, 0.0, 0.5, "uncertain"),
        (0.5, 0.5, 0.0, "uncertain"),
    ],
)
def test_the_verdict_follows_from_the_shares(
    occupied: float, contested: float, unknown: float, wanted: str
) -> None:
    found = verdicts(*(np.array([share]) for share in (occupied, contested, unknown)))

    assert found.tolist() == [wanted]


def test_a_deposit_no_cell_meets_is_governments_from_the_first_day_on() -> None:
    table = table_of()

    assert told(table) == [("01-01", "government")]
    assert table["valid_to"].isna().all()
    assert table["since"].tolist() == [pd.Timestamp(FIRST)]


def test_nothing_at_all_gives_empty_tables() -> None:
    table = table_of(covered=())

    assert table.empty
    assert spans(table).empty
    assert changes(table).empty
    assert verdicts_on(table, FIRST).empty


def test_a_deposit_taken_and_freed_turns_twice() -> None:
    table = table_of((0, "occupied", 1.0, "2022-02-24", "2022-04-02"))

    assert told(table) == [("01-01", "government"), ("02-24", "occupied"), ("04-02", "government")]
    assert changes(table)[["before", "after"]].to_numpy().tolist() == [
        ["government", "occupied"],
        ["occupied", "government"],
    ]
    assert verdicts_on(table, date(2022, 4, 1))["verdict"].tolist() == ["occupied"]
    assert verdicts_on(table, date(2022, 4, 2))["verdict"].tolist() == ["government"]
    assert verdicts_on(table, date(2021, 12, 31)).empty


def test_cells_begun_before_the_first_day_hold_on_it() -> None:
    table = table_of((0, "occupied", 1.0, "2014-02-27", None))

    assert told(table) == [("01-01", "occupied")]
    assert changes(table).empty


def test_cells_over_before_the_first_day_leave_no_trace() -> None:
    for ended in ("2015-01-01", "2022-01-01"):
        assert told(table_of((0, "occupied", 1.0, "2014-02-27", ended))) == [
            ("01-01", "government")
        ]


def test_land_passing_between_cells_of_one_status_is_no_event() -> None:
    table = table_of(
        (0, "occupied", 1.0, "2022-02-24", "2022-03-01"), (0, "occupied", 1.0, "2022-03-01", None)
    )

    assert told(table) == [("01-01", "government"), ("02-24", "occupied")]


def test_a_verdict_may_stand_longer_than_its_shares() -> None:
    table = table_of(
        (0, "occupied", 0.3, "2022-02-01", None), (0, "occupied", 0.3, "2022-03-01", None)
    )

    assert told(table) == [("01-01", "government"), ("02-01", "uncertain"), ("03-01", "uncertain")]
    assert table["since"].dt.strftime("%m-%d").tolist() == ["01-01", "02-01", "02-01"]
    assert len(changes(table)) == 1


def test_each_deposit_has_its_own_history() -> None:
    table = table_of(
        (2, "occupied", 1.0, "2022-02-01", None),
        (0, "contested", 1.0, "2022-02-01", "2022-03-01"),
        covered=(1.0, 1.0, 1.0),
    )

    assert table["deposit"].tolist() == [0, 0, 0, 1, 2, 2]
    assert changes(table)["deposit"].tolist() == [0, 0, 2]
    assert table["valid_to"].isna().tolist() == [False, False, True, True, False, True]


def test_a_deposit_outside_the_coverage_is_unknown() -> None:
    assert told(table_of(covered=(0.0,))) == [("01-01", "unknown")]
    assert told(table_of(covered=(0.5,))) == [("01-01", "uncertain")]


def test_occupied_land_outside_the_coverage_is_occupied_and_not_unknown() -> None:
    table = table_of((0, "occupied", 1.0, "2022-02-01", None), covered=(0.0,))

    assert told(table)[-1] == ("02-01", "occupied")


def test_a_position_not_to_be_tested_is_unknown() -> None:
    table = table_of(covered=(float("nan"),))

    assert told(table) == [("01-01", "unknown")]
    assert table["unknown"].tolist() == [1.0]


def test_a_cell_of_unknown_status_is_not_governments() -> None:
    table = table_of((0, "unknown", 1.0, "2022-02-01", "2022-03-01"))

    assert told(table) == [("01-01", "government"), ("02-01", "unknown"), ("03-01", "government")]


def test_shares_too_large_by_rounding_are_cut_and_no_share_is_minus_zero() -> None:
    table = table_of(
        (0, "occupied", 0.999991, "2022-02-01", None),
        (0, "contested", 0.000012, "2022-02-01", None),
        (1, "occupied", 1.0000000002, "2022-02-01", None),
        covered=(1.0, 1.0),
    )
    values = table[list(STATUSES)].to_numpy()

    assert values.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    assert ((values >= 0) & (values <= 1)).all()
    assert not np.signbit(values).any()


def test_spans_hold_each_status_as_long_as_its_share_stays() -> None:
    table = table_of(
        (0, "occupied", 0.25, "2022-02-01", None),
        (0, "contested", 0.25, "2022-03-01", "2022-04-01"),
    )
    rows = spans(table)
    days = [
        (str(status), share, f"{began:%m-%d}", "-" if pd.isna(ended) else f"{ended:%m-%d}")
        for status, share, began, ended in rows[
            ["status", "share", "valid_from", "valid_to"]
        ].itertuples(index=False)
    ]

    assert days == [
        ("government", 1.0, "01-01", "02-01"),
        ("government", 0.75, "02-01", "03-01"),
        ("occupied", 0.25, "02-01", "-"),
        ("contested", 0.25, "03-01", "04-01"),
        ("government", 0.5, "03-01", "04-01"),
        ("government", 0.75, "04-01", "-"),
    ]
