"""Do half-open days, OGC's closed intervals and open ends mean what they should?"""

from datetime import UTC, date, datetime, timedelta

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
    MICROSECOND,
    Interval,
    as_days,
    covers,
    one_day,
    overlaps,
    parse_datetime,
    parse_day,
    parse_instant,
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
        "0000-12-31",
        "10000-01-01",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-00:01",
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
        ("0001-01-01", FIRST_DAY, date(1, 1, 2)),
        ("9999-12-31", LAST_DAY, LAST_DAY),
        ("0001-01-01/9999-12-31", FIRST_DAY, LAST_DAY),
    ],
)
def test_the_closed_end_of_ogc_becomes_the_day_after(text: str, start: date, stop: date) -> None:
    assert parse_datetime(text) == Interval(start, stop)


@pytest.mark.parametrize(
    "text",
    ["2025-02-26/2025-02-25", "a/b", "2025-02-25/2025-02-26/2025-02-27",
     "2025-02-25T05:00:00Z/2025-02-25T04:00:00Z", "2025-02-25T05:00:00Z/2025-02-25T06:00:00+02:00"],
)  # fmt: skip
def test_intervals_that_end_before_they_start_or_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_datetime(text)


SIX = datetime(2025, 2, 25, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since", "until", "shown"),
    [
        ("2025-02-25T06:00:00Z", SIX, SIX, "2025-02-25T06:00:00Z"),
        ("2025-02-25t08:00:00+02:00", SIX, SIX, "2025-02-25T06:00:00Z"),
        ("2025-02-25T06:00:00Z/2025-02-26", SIX, None, "2025-02-25T06:00:00Z/2025-02-26"),
        ("../2025-02-25T06:00:00Z", None, SIX, "0001-01-01/2025-02-25T06:00:00Z"),
        ("2025-02-25T06:00:00Z/P0D", SIX, SIX, "2025-02-25T06:00:00Z"),
    ],
)
def test_an_instant_is_one_and_keeps_the_days_it_touches(
    text: str, since: datetime | None, until: datetime | None, shown: str
) -> None:
    found = parse_datetime(text)
    assert (found.since, found.until, str(found)) == (since, until, shown)
    assert found.start <= FEBRUARY_25 <= found.last


def test_digits_beyond_microseconds_are_cut_towards_the_past() -> None:
    text = "1969-12-31T23:59:59.9999999Z"
    assert parse_instant(text) == datetime(1969, 12, 31, 23, 59, 59, 999999, UTC)


@pytest.mark.parametrize(("day", "shared"), [(FIRST_DAY, [True, False]), (LAST_DAY, [False, True])])
def test_the_first_and_the_last_day_there_are_hold_their_own_rows(
    day: date, shared: list[bool]
) -> None:
    starts = np.array([FIRST_DAY, LAST_DAY], dtype="datetime64[D]")
    assert one_day(day).is_day
    assert overlaps(starts, starts + np.timedelta64(1, "D"), one_day(day)).tolist() == shared


seconds = st.integers(-200_000, 200_000).map(lambda n: timedelta(seconds=n, milliseconds=1))


@given(seconds, st.integers(0, 90_000), seconds, st.integers(0, 90_000))
def test_instants_overlap_where_a_microsecond_is_in_both(
    a: timedelta, long: int, b: timedelta, length: int
) -> None:
    """Around 1970, where a quotient cut towards zero would be the next second or day."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first, last = epoch + a, epoch + a + timedelta(seconds=long)
    since, until = epoch + b, epoch + b + timedelta(seconds=length)
    wanted = parse_datetime(f"{since.isoformat()}/{until.isoformat()}")
    starts = np.array([first.replace(tzinfo=None)], dtype="datetime64[us]")
    stops = np.array([last.replace(tzinfo=None)], dtype="datetime64[us]") + MICROSECOND

    assert overlaps(starts, stops, wanted).tolist() == [first <= until and since <= last]
    whole = parse_datetime(f"{since.date()}/{until.date()}")
    shared = first.date() <= until.date() and since.date() <= last.date()
    assert overlaps(starts, stops, whole).tolist() == [shared]


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
