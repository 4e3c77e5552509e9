"""How do the answers run through time: series, changes and timelines?"""

import csv
import io
from datetime import date
from itertools import pairwise

import pytest
from served import EVERYTHING, LATER, THEN, Client, properties, summary_of

from geodata.answers.question import VERDICTS
from geodata.answers.series import days
from geodata.answers.timelines import check_held
from geodata.errors import Gone, InvalidInput, NotFound
from geodata.interval import one_day

# Through time


def test_a_series_counts_what_the_answers_of_its_days_count(client: Client) -> None:
    target = "/reserves/series?commodity=lithium&territory=ukraine&from=2021-06-30&step=year&to="
    document = client.json(target + LATER)
    dates = [point["date"] for point in document["series"]]
    assert dates == ["2021-06-30", "2022-06-30", "2023-06-30", "2024-06-30", "2025-06-30", LATER]
    for point in document["series"]:
        answer = client.json(f"{EVERYTHING}{point['date']}&commodity=lithium")
        assert summary_of(answer, "lithium")["deposits"] == {v: point[v] for v in VERDICTS}
        assert point["source"] == answer["question"]["source"]


def counts_on(client: Client, words: str, day: str, commodity: str) -> dict[str, int]:
    """Counts by verdict in the full answer of one day."""
    answer = client.json(f"/reserves?include=all&commodity={commodity}&{words}&date={day}")
    return dict(summary_of(answer, commodity)["deposits"])


@pytest.mark.parametrize(
    ("commodity", "words", "first", "last"),
    [
        ("lithium", "territory=ukraine", "2025-06-12", "2025-06-18"),
        ("lithium", "territory=ukraine", "2025-06-29", "2025-07-04"),
        ("lithium", "territory=new-territories-claimed", "2025-06-13", "2025-06-16"),
        ("rare-earths", "territory=ukraine", "2022-02-22", "2022-03-04"),
        ("rare-earths", "territory=donbas-2014", "2022-02-22", "2022-02-26"),
        ("rare-earths", "territory=occupied-since-2022", "2022-02-22", "2022-03-04"),
        ("fluorspar", "territory=occupied-since-2022", "2025-07-01", "2025-07-03"),
        ("fluorspar", "territory=crimea", "2014-02-25", "2014-03-02"),
    ],
)
def test_every_day_of_a_series_is_the_answer_of_that_day(
    client: Client, commodity: str, words: str, first: str, last: str
) -> None:
    target = f"/reserves/series?commodity={commodity}&{words}&step=day&from={first}&to={last}"
    points = client.json(target)["series"]

    assert [points[0]["date"], points[-1]["date"]] == [first, last]
    for point in points:
        counts = counts_on(client, words, point["date"], commodity)
        assert {v: point[v] for v in VERDICTS} == counts, point["date"]


def test_a_series_turns_on_the_days_of_the_changes_and_on_no_other(client: Client) -> None:
    """All turns the facts have, the day before each, and the day after."""
    turns = properties(client.json("/changes?commodity=lithium&from=2014-01-01&to=2025-12-31"))
    target = "/reserves/series?commodity=lithium&territory=ukraine&step=day&from=2025-06-01&to="
    points = client.json(f"{target}2025-07-31")["series"]

    moved = [
        later["date"]
        for earlier, later in pairwise(points)
        if any(earlier[v] != later[v] for v in VERDICTS)
    ]

    assert moved == ["2025-06-15", "2025-07-02"]
    assert set(moved) <= {turn["day"] for turn in turns.values()}


def test_a_series_before_the_record_is_unknown(client: Client) -> None:
    document = client.json("/reserves/series?from=1900-01-01&to=1900-03-01&territory=ukraine")
    whole = client.json(f"/reserves?date={THEN}&territory=ukraine")["counted_once"]
    assert [point["unknown"] for point in document["series"]] == [sum(whole.values())] * 3
    assert all(point["government"] == 0 for point in document["series"])


def test_the_series_as_csv_has_the_same_rows(client: Client) -> None:
    target = "/reserves/series?commodity=lithium&from=2025-06-01&to=2025-07-31&step=week"
    answer = client.get(f"{target}&f=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    reasons = [row.pop("source_reason") for row in rows]
    series = client.json(target)["series"]
    assert rows == [{name: str(value) for name, value in point.items()} for point in series]
    only = "settlements: the only source of the release, its record covers the day asked"
    assert set(reasons) == {only}


def test_steps_keep_both_ends_and_the_ends_of_months() -> None:
    assert [str(d) for d in days(date(2024, 1, 31), date(2024, 4, 30), "month")] == [
        "2024-01-31",
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
    ]
    assert days(date(2024, 1, 1), date(2024, 1, 10), "week")[-2:] == [
        date(2024, 1, 8),
        date(2024, 1, 10),
    ]
    assert days(date(2024, 2, 29), date(2025, 2, 28), "year") == [
        date(2024, 2, 29),
        date(2025, 2, 28),
    ]
    assert days(date(2024, 1, 1), date(2024, 1, 1), "day") == [date(2024, 1, 1)]
    assert len(days(date(2024, 1, 1), date(2024, 12, 31), "day")) == 366


def test_steps_end_with_the_calendar() -> None:
    found = days(date(9990, 1, 1), date(9999, 12, 30), "year")
    assert found[-2:] == [date(9999, 1, 1), date(9999, 12, 30)]
    assert days(date(9999, 12, 29), date(9999, 12, 30), "day")[-1] == date(9999, 12, 30)


def test_steps_that_make_no_series_are_refused() -> None:
    with pytest.raises(InvalidInput, match="step"):
        days(date(2024, 1, 1), date(2024, 2, 1), "hour")
    with pytest.raises(InvalidInput, match="is later than"):
        days(date(2024, 2, 1), date(2024, 1, 1), "day")
    with pytest.raises(InvalidInput, match="5000"):
        days(date(1990, 1, 1), date(2024, 1, 1), "day")


def test_changes_tell_before_and_after(client: Client) -> None:
    document = client.json("/changes?from=2025-06-01&to=2025-07-31&commodity=lithium")
    turns = [
        (p["deposit_id"], p["day"], p["before"], p["after"]) for p in properties(document).values()
    ]
    assert turns == [
        ("shevchenkivske_li", "2025-06-15", "government", "uncertain"),
        ("shevchenkivske_li", "2025-07-02", "uncertain", "occupied"),
    ]


def test_a_change_on_the_last_day_asked_is_in(client: Client) -> None:
    target = "/changes?from=2025-06-16&to=2025-07-02&commodity=lithium"
    assert [p["day"] for p in properties(client.json(target)).values()] == ["2025-07-02"]
    assert client.json(target.replace("07-02", "07-01"))["features"] == []
    assert len(client.json("/changes?commodity=all")["features"]) > 30


def test_the_timeline_of_a_deposit_fills_its_time(client: Client) -> None:
    document = client.json("/deposits/shevchenkivske_li/timeline")
    (line,) = document["timelines"]
    rows = line["verdicts"]
    assert [row["valid_to"] for row in rows[:-1]] == [row["valid_from"] for row in rows[1:]]
    assert rows[0]["valid_from"] == line["first_day"]
    assert rows[-1]["valid_to"] is None
    for row in rows:
        shares = [row[n] for n in ("occupied", "contested", "government", "unknown")]
        assert sum(shares) == pytest.approx(1, abs=1e-5)
    assert (rows[0]["verdict"], rows[-1]["verdict"]) == ("government", "occupied")
    assert {span["status"] for span in line["spans"]} == {"government", "contested", "occupied"}
    assert document["estimates"]
    assert document["deposit"]["id"] == "shevchenkivske_li"


def test_the_timeline_agrees_with_the_answer_of_each_day(client: Client) -> None:
    (line,) = client.json("/deposits/kerch_fe_v/timeline?source=settlements")["timelines"]
    for row in line["verdicts"]:
        target = f"/collections/deposits/items/kerch_fe_v?datetime={row['valid_from']}"
        assert client.json(target)["properties"]["control"] == row["verdict"]


# Versions


@pytest.mark.parametrize(
    ("end", "last"),
    [("2025-07-02", "2025-07-01"), ("2025-03-01", "2025-02-28"), ("2026-01-01", "2025-12-31")],
)
def test_what_is_gone_is_said_to_have_been_valid_to_its_last_day(end: str, last: str) -> None:
    version = {"valid_from": "2025-01-01", "valid_to": end}
    check_held(version, one_day(date.fromisoformat(last)), "a cell")
    with pytest.raises(Gone, match=f"last valid on {last}; it no longer existed on {end}"):
        check_held(version, one_day(date.fromisoformat(end)), "a cell")
    with pytest.raises(NotFound, match="begins on 2025-01-01; it did not exist yet on 2024-12-31"):
        check_held(version, one_day(date(2024, 12, 31)), "a cell")
