"""Do half-open days, OGC's closed intervals and open ends mean what they should?"""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import days

from geodata.errors import InvalidInput
from geodata.interval import (
    FIRST_DAY,
    LAST_DAY,
    Interval,
    as_days,
    covers,
    one_day,
    overlaps,
    parse_datetime,
    parse_day,
)

FEBRUARY_25 = date(2025, 2, 25)


def ends(start: str, stop: str | None) -> tuple[np.ndarray, np.ndarray]:
    return as_days([start]), as_days([stop])


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-25",
        "2025-02-25T00:00:00Z",
        "2025-02-25t23:59:59.999z",
        "2025-02-26T01:30:00+02:00",
        "2025-02-24T22:00:00-05:00",
    ],
)
def test_a_day_is_read_from_a_date_or_the_utc_day_of_a_moment(text: str) -> None:
    assert parse_day(text) == FEBRUARY_25


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2025-2-25",
        "20250225",
        "2025-W09-2",
        "2025-W09-2T12:00:00Z",
        "20250225T120000Z",
        "2025-02-30",
        "2025-02-25T12:00:00",
        "25.02.2025",
        "0001-01-01",
        "9999-12-31",
        "2025-02-25T12:00:00Z" + " " * 100,
        "\uff12\uff10\uff12\uff15-02-25",
    ],
)
def test_what_is_no_day_is_refused_naming_the_parameter(text: str) -> None:
    with pytest.raises(InvalidInput, match="give a day like 2025-02-25") as caught:
        parse_day(text, "since")
    assert caught.value.parameter == "since"
    assert len(caught.value.detail) < 200


@pytest.mark.parametrize(
    ("text", "start", "stop"),
    [
        ("2025-02-25", date(2025, 2, 25), date(2025, 2, 26)),
        ("2025-02-25/2025-02-25", date(2025, 2, 25), date(2025, 2, 26)),
        ("2025-02-25/2025-02-28", date(2025, 2, 25), date(2025, 3, 1)),
        ("../2025-02-25", FIRST_DAY, date(2025, 2, 26)),
        ("/2025-02-25", FIRST_DAY, date(2025, 2, 26)),
        ("2025-02-25/..", date(2025, 2, 25), LAST_DAY),
        ("2025-02-25/", date(2025, 2, 25), LAST_DAY),
        ("../..", FIRST_DAY, LAST_DAY),
        ("2025-02-25/P2D", date(2025, 2, 25), date(2025, 2, 28)),
        ("2025-02-25/P999999999D", date(2025, 2, 25), LAST_DAY),
        ("2025-02-24T23:30:00-01:00/2025-02-25T00:00:00Z", date(2025, 2, 25), date(2025, 2, 26)),
    ],
)
def test_the_closed_end_of_ogc_becomes_the_day_after(text: str, start: date, stop: date) -> None:
    assert parse_datetime(text) == Interval(start, stop)


@pytest.mark.parametrize(
    "text", ["2025-02-26/2025-02-25", "a/b", "2025-02-25/2025-02-26/2025-02-27"]
)
def test_intervals_that_end_before_they_start_or_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_datetime(text)


def test_an_interval_shows_its_last_day_as_people_write_it() -> None:
    assert str(Interval(FEBRUARY_25, date(2025, 3, 1))) == "2025-02-25/2025-02-28"
    assert str(one_day(FEBRUARY_25)) == "2025-02-25"


@given(days, days)
def test_an_interval_written_out_is_read_back(one: date, other: date) -> None:
    first, last = sorted((one, other))
    assert str(parse_datetime(f"{first}/{last}")) == (
        f"{first}/{last}" if first < last else str(first)
    )


def test_a_row_ending_today_does_not_cover_today() -> None:
    starts, stops = ends("2025-02-20", "2025-02-25")

    assert covers(starts, stops, date(2025, 2, 24)).tolist() == [True]
    assert covers(starts, stops, FEBRUARY_25).tolist() == [False]
    assert covers(starts, stops, date(2025, 2, 20)).tolist() == [True]
    assert covers(starts, stops, date(2025, 2, 19)).tolist() == [False]


def test_an_open_end_covers_every_later_day() -> None:
    assert covers(*ends("2025-02-20", None), date(9000, 1, 1)).tolist() == [True]


@given(days, days, st.integers(1, 400), st.integers(1, 400))
def test_overlapping_is_having_a_day_in_common(a: date, b: date, long: int, length: int) -> None:
    row = Interval(a, date.fromordinal(a.toordinal() + long))
    wanted = Interval(b, date.fromordinal(b.toordinal() + length))
    shared = range(
        max(row.start.toordinal(), wanted.start.toordinal()),
        min(row.stop.toordinal(), wanted.stop.toordinal()),
    )

    found = overlaps(*ends(str(row.start), str(row.stop)), wanted)

    assert found.tolist() == [len(shared) > 0]


@given(days, st.integers(1, 400), days)
def test_overlapping_one_day_is_covering_it(start: date, long: int, day: date) -> None:
    given_ends = ends(str(start), str(date.fromordinal(start.toordinal() + long)))

    assert overlaps(*given_ends, one_day(day)).tolist() == covers(*given_ends, day).tolist()


def test_days_are_taken_in_every_spelling_and_nothing_stays_nothing() -> None:
    spellings = [pd.Timestamp("2025-02-25 13:00"), "2025-02-25", FEBRUARY_25, None, "", pd.NaT]
    wanted = ["2025-02-25"] * 3 + ["NaT"] * 3

    assert as_days(spellings).astype(str).tolist() == wanted
    assert as_days([]).dtype == "datetime64[D]"
