"""Is the land of a series the land of each of its days, by the source that answers for it?"""

import csv
import io
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from releases import DONBAS_FROM, built_with_two_sources
from served import Client, client_of, common_folder, made_once

from geodata.control.held_area import areas_on
from geodata.interval import today
from geodata.workspace import Workspace

DAYS = ("2014-03-19", "2022-02-23", "2022-03-30", "2022-11-12", "2025-02-25", "2026-03-01")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Settlements and three DeepState maps, which tell contested land apart on the last alone."""
    folder = common_folder(tmp_path_factory)
    return client_of(Workspace(made_once(folder, "two-sources", built_with_two_sources)))


def series(client: Client, **words: str) -> dict[str, Any]:
    named = {name.rstrip("_"): text for name, text in words.items()}
    asked = "&".join(f"{name}={text}" for name, text in named.items())
    document: dict[str, Any] = client.get(f"/control/series?{asked}").json()
    return document


def point(client: Client, day: str, **words: str) -> dict[str, Any]:
    (found,) = series(client, from_=day, to=day, **words)["series"]
    return dict(found)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("territory", ["occupied", "occupied-since-2022", "new-territories-held"])
def test_a_point_is_the_area_of_the_territory_on_its_day(
    two: Client, territory: str, day: str
) -> None:
    for source in ("", "&source=settlements"):
        there = two.get(f"/territories/{territory}?date={day}{source}").json()["properties"]
        words = {"source": "settlements"} if source else {}
        found = point(two, day, territory=territory, **words)
        assert found["occupied_km2"] == pytest.approx(there["area_km2"], abs=0.11, rel=1e-7)
        assert found["source"] == there["source"]
        assert found["control_asof"] == there["control_asof"]


def test_oblasts_of_a_day_sum_to_the_whole(two: Client) -> None:
    for day in ("2022-03-30", "2025-02-25"):
        whole = point(two, day)["occupied_km2"]
        rows = series(two, from_=day, to=day, by="oblast")["series"]
        # Oblasts are drawn a little inside the country's outline here and there.
        assert sum(row["occupied_km2"] for row in rows) == pytest.approx(whole, rel=2e-3)
        assert "UA-14" in {row["oblast"] for row in rows}
        assert all(row["oblast_name"] for row in rows)


def test_the_series_of_many_days_has_what_each_day_has_alone(two: Client) -> None:
    found = series(two, from_="2022-02-20", to="2022-04-10", step="day")["series"]

    assert len(found) == 50
    for at in (0, 4, 20, 49):
        assert found[at] == point(two, found[at]["date"])


def test_seams_are_the_days_on_which_another_source_takes_over(two: Client) -> None:
    document = series(two, from_="2024-07-01", to="2024-07-12", step="day")

    assert {"day": str(DONBAS_FROM), "before": "settlements", "after": "deepstate"} in (
        document["seams"]
    )
    at = [row["source"] for row in document["series"]]
    assert at == ["settlements"] * 7 + ["deepstate"] * 5
    assert series(two, from_="2024-07-01", to="2024-07-12", source="settlements")["seams"] == []


def test_what_no_map_tells_is_null_and_never_nought(two: Client) -> None:
    before = point(two, "2024-07-01", source="deepstate")
    first = point(two, str(DONBAS_FROM), source="deepstate")

    assert (before["occupied_km2"], before["contested_km2"], before["control_asof"]) == (
        None, None, None,
    )  # fmt: skip
    assert first["occupied_km2"] > 0
    assert point(two, "2014-01-10", source="settlements")["occupied_km2"] == 0


def test_what_cannot_be_asked_is_refused_by_name(two: Client) -> None:
    for asked, parameter in (
        ("to=2999-01-01", "to"), ("from=2999-01-01", "from"), ("territory=atlantis", "territory"),
        ("by=raion", "by"), ("step=hour", "step"), ("source=rumours", "source"),
        ("from=2025-01-02&to=2025-01-01", "from"), ("from=2020-01-01&step=second", "step"),
    ):  # fmt: skip
        answer = two.get(f"/control/series?{asked}")
        assert answer.status == 400, asked
        assert answer.problem()["parameter"] == parameter
    assert two.get("/control/series?to=2999-01-01").problem()["kind"] == "day-in-the-future"


@pytest.mark.parametrize("by", ["territory", "oblast"])
def test_the_table_has_the_rows_of_the_document(two: Client, by: str) -> None:
    words = {"from_": "2024-06-01", "to": "2024-09-01", "by": by}
    document = series(two, **words)
    text = two.get(f"/control/series?from=2024-06-01&to=2024-09-01&by={by}&f=csv").text

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["date"] for row in rows] == [row["date"] for row in document["series"]]
    assert [float(row["occupied_km2"]) for row in rows] == [
        row["occupied_km2"] for row in document["series"]
    ]


@pytest.mark.parametrize("asked", [
    "", "?by=oblast", "?from=2024-06-01&to=2024-09-01&step=day", "?territory=crimea",
    "?from=1990-01-01&to=1991-01-01", "?source=deepstate&from=2020-01-01&to=2020-03-01",
])  # fmt: skip
def test_the_page_draws_the_series_and_has_its_table(two: Client, asked: str) -> None:
    joined = f"{asked}{'&' if asked else '?'}f=html"
    for _ in range(2):
        page = two.get(f"/control/series{joined}")
        assert page.status == 200
        assert "<table>" in page.text
    if asked != "?from=1990-01-01&to=1991-01-01" and "deepstate" not in asked:
        assert 'class="b-occupied"' in page.text


def test_pages_lead_to_the_series(two: Client) -> None:
    for place in ("/", "/territories", "/territories/crimea", "/collections/control"):
        assert "/control/series" in two.get(f"{place}{'&' if '?' in place else '?'}f=html").text


def test_without_days_it_is_the_year_up_to_today(two: Client) -> None:
    assert series(two)["series"][-1]["date"] == str(today())


def test_an_area_counts_from_its_first_day_and_not_on_the_day_after_its_last() -> None:
    rows = pd.DataFrame({
        "valid_from": pd.to_datetime(["2022-03-01", "2022-03-02"]),
        "valid_to": pd.to_datetime(["2022-03-03", None]),
        "area_km2": [2.0, 3.0],
    })  # fmt: skip
    days = np.array([date(2022, 2, 28 - n) for n in (1, 0)] + [date(2022, 3, n) for n in (1, 2, 3)])

    assert areas_on(rows, days.astype("datetime64[D]")).tolist() == [0.0, 0.0, 2.0, 5.0, 3.0]
