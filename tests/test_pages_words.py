"""Are values put into words, and onto drawings, without saying more than is known?"""

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.answers.names import listing
from service.pages.series import up_to_data
from service.pages.svg_timeline import Axis, counts, near, strip
from service.pages.svg_window import KM_PER_DEGREE, SvgWindow
from service.pages.template_filters import (
    amount,
    area_km2,
    day_before,
    kilometres,
    line_distance,
    number,
    percent,
    pieces,
    plain,
    span,
    standing,
)

THIN = "\u202f"
ESTIMATE = {"amount_low": None, "amount": None, "amount_high": None, "unit": "t ore"}


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0"), (1, "100"), (0.16862, "16.9"), (0.5, "50"), (0.0004, "< 0.1"),
     (0.99951, "> 99.9"), (0.95, "95")],
)  # fmt: skip
def test_a_share_is_never_rounded_to_none_or_all(share: float, text: str) -> None:
    assert percent(share) == f"{text.replace(' ', THIN)}{THIN}%"


def test_numbers_are_grouped_by_thin_spaces() -> None:
    assert number(13_800_000) == f"13{THIN}800{THIN}000"
    assert number(-1500) == f"\u22121{THIN}500"
    assert number(-0.2) == "0"
    assert number(None) == "\u2013"
    assert plain(36.7126) == "36.7126"
    assert plain(5.0) == "5"


def test_short_lengths_are_told_in_metres() -> None:
    assert kilometres(0.023) == f"23{THIN}m"
    assert kilometres(1.5) == f"1.5{THIN}km"
    assert kilometres(239.287) == f"239{THIN}km"
    assert line_distance(-3.813) == f"3.8{THIN}km, inside occupied land"
    assert line_distance(0.825) == f"825{THIN}m, outside occupied land"


def test_lengths_by_dated_places_are_no_finer_than_the_places_are_known() -> None:
    assert line_distance(0.023, "events") == f"less than 3{THIN}km, outside occupied land"
    assert line_distance(-3.813, "events") == f"4{THIN}km, inside occupied land"
    assert line_distance(0.023, "maps") == f"23{THIN}m, outside occupied land"
    assert area_km2(112_345.6, "events") == f"about 112{THIN}300{THIN}km²"
    assert area_km2(112_345.6) == f"112{THIN}345.6{THIN}km²"


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"amount": 1000.0}, "1 000 t ore"),
        ({"amount": 760.0, "amount_low": 760.0}, "at least 760 t ore"),
        ({"amount_high": 1260.0}, "up to 1 260 t ore"),
        ({"amount_low": 5.0}, "at least 5 t ore"),
        ({"amount_low": 5.0, "amount_high": 9.0}, "5 to 9 t ore"),
        ({"amount": 7.0, "amount_low": 5.0, "amount_high": 9.0}, "7 (5 to 9) t ore"),
    ],
)
def test_an_amount_keeps_its_range(row: dict[str, Any], text: str) -> None:
    assert amount({**ESTIMATE, **row}).replace(THIN, " ") == text


def test_a_missing_sum_is_said_to_be_missing() -> None:
    assert span(None, None) == "no figure published"
    assert span(0.0, 0.0) == "0"
    assert span(None, 5.0) == "up to 5"
    assert span(5.0, 9.0) == "5 to 9"


@pytest.mark.parametrize(
    ("end", "last"),
    [("2025-06-15", "2025-06-14"), ("2025-07-01", "2025-06-30"), ("2026-01-01", "2025-12-31"),
     ("2024-03-01", "2024-02-29"), ("2025-03-01", "2025-02-28")],
)  # fmt: skip
def test_the_last_day_is_the_one_before_the_end(end: str, last: str) -> None:
    assert day_before(end) == last


def test_words_are_listed_with_and() -> None:
    assert [listing(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "", "a", "a and b", "a, b and c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("https://example.org/a (seen 2025), and more", ["https://example.org/a"]),
        (
            "see http://a.example/x. Then http://b.example",
            ["http://a.example/x", "http://b.example"],
        ),
        ("javascript:alert(1)", []),
        ('https://a.example/"onclick="x', ["https://a.example/"]),
        ("plain", []),
        ("", []),
    ],
)
def test_only_addresses_become_links(text: str, links: list[str]) -> None:
    found = pieces(text)
    assert [piece.url for piece in found if piece.url] == links


@given(st.text())
def test_no_word_is_lost_where_there_is_no_address(text: str) -> None:
    if "http" not in text.lower():
        assert "".join(piece.text for piece in pieces(text)) == text


def test_a_map_is_to_scale_in_its_middle() -> None:
    window = SvgWindow.around(36.7, 47.9, 20)
    (x, y), (_, up) = window.spot(36.7, 47.9), window.spot(36.7, 47.9 + 10 / KM_PER_DEGREE)
    assert (x, y) == (window.width / 2, pytest.approx(window.height / 2, abs=0.6))
    assert y - up == pytest.approx(10 * window.units_per_km, abs=0.2)
    assert window.width / window.units_per_km == pytest.approx(60, rel=0.01)


def test_a_map_draws_what_is_inside_it() -> None:
    window = SvgWindow(30, 46, 34, 49)
    assert window.path(shapely.box(50, 10, 60, 20)) == ""
    assert window.path(shapely.box(31, 47, 32, 48)).count("Z") == 1
    assert (
        window.path(shapely.box(31, 47, 33, 48) - shapely.box(31.5, 47.2, 32, 47.6)).count("Z") == 2
    )
    assert window.path(shapely.LineString([(20, 47), (50, 47)])).startswith("M")
    assert window.path(shapely.Point(31, 47)) == ""
    assert window.path(shapely.MultiPolygon()) == ""
    assert "nan" not in window.path(shapely.box(-180, -90, 180, 90))


@given(
    st.floats(-180, 180), st.floats(-85, 85), st.floats(0, 90), st.floats(0, 40),
)  # fmt: skip
def test_a_window_holds_its_bounds(lon: float, lat: float, wide: float, tall: float) -> None:
    bounds = (lon, lat, min(lon + wide, 180.0), min(lat + tall, 85.0))
    window = SvgWindow.of(bounds)
    assert window.west <= bounds[0] <= bounds[2] <= window.east
    assert window.height > 0
    assert window.scale_bar()[1] <= window.width / 4


def row(begins: str, ends: str | None, **own: float) -> dict[str, Any]:
    shares = dict.fromkeys(("occupied", "contested", "government", "unknown"), 0.0)
    return {"valid_from": begins, "valid_to": ends, "verdict": "uncertain", **shares, **own}


def test_a_strip_piles_shares_on_each_other() -> None:
    axis = Axis(date(2025, 1, 1), date(2025, 12, 31))
    rows = [row("1991-08-24", "2025-07-02", government=1.0),
            row("2025-07-02", None, occupied=0.25, contested=0.75)]  # fmt: skip
    bars = strip("s", rows, axis, axis.last).bars
    assert [bar.kind for bar in bars] == ["government", "occupied", "contested"]
    assert bars[0].x == 0
    assert bars[1].x + bars[1].width == pytest.approx(100)
    assert bars[1].y == pytest.approx(75)
    assert bars[2].y == 0


def test_spans_outside_the_axis_are_not_drawn() -> None:
    axis = Axis(date(2014, 1, 1), date(2014, 12, 31))
    rows = [row("1991-08-24", "2013-01-01", occupied=1.0)]
    assert strip("s", rows, axis, axis.last).bars == ()


def test_what_goes_on_is_drawn_up_to_the_last_map_and_no_longer() -> None:
    axis = Axis(date(2025, 1, 1), date(2025, 12, 31))
    rows = [row("1991-08-24", None, occupied=1.0)]
    (bar,) = strip("s", rows, axis, date(2025, 7, 1)).bars
    assert bar.x + bar.width == pytest.approx(182 / 365 * 100, abs=0.01)
    assert strip("s", rows, axis, date(2024, 7, 1)).bars == ()


class Ends:
    """Sources whose data end on given days."""

    def __init__(self, **last: str) -> None:
        self.sources, self._last = self, last

    def last_day(self, source: str) -> date:
        """The last day of a source."""
        return date.fromisoformat(self._last[source])


def points(*days: str, source: str = "a") -> list[dict[str, Any]]:
    return [{"date": day, "source": source} for day in days]


@pytest.mark.parametrize(
    ("asked", "shown", "ends"),
    [
        (points("2026-01-01", "2026-02-01"), 2, "2026-02-01"),
        (points("2026-06-01", "2026-07-01", "2026-08-01", "2026-08-15"), 2, "2026-07-13"),
        (points("2026-07-13", "2026-07-14"), 1, "2026-07-13"),
        (points("2026-08-01", "2026-09-01"), 1, "2026-08-01"),
        ([*points("2026-01-01"), *points("2026-04-01", "2026-05-01", source="b")], 2, "2026-04-30"),
        ([*points("2026-05-01", source="b"), *points("2026-06-01")], 2, "2026-06-01"),
        ([*points("2026-04-01"), *points("2026-05-01", source="b")], 1, "2026-04-30"),
    ],
)
def test_a_series_is_drawn_up_to_where_its_data_end(
    asked: list[dict[str, Any]], shown: int, ends: str
) -> None:
    store: Any = Ends(a="2026-07-13", b="2026-04-30")
    drawn, last = up_to_data(store, asked)
    assert (list(drawn), str(last)) == (asked[:shown], ends)


@pytest.mark.parametrize(
    ("properties", "word"),
    [
        ({"control": "unknown", "tested": False}, "not_tested"),
        ({"control": "unknown", "tested": True}, "unknown"),
        ({"control": "uncertain", "tested": True}, "uncertain"),
        ({"control": "occupied", "territory_control": "government", "tested": True}, "government"),
        ({"name_en": "no verdict asked"}, ""),
    ],
)
def test_a_deposit_stands_as_far_as_the_territory_goes(
    properties: dict[str, Any], word: str
) -> None:
    assert standing(properties) == word


def test_ticks_are_in_order_and_on_the_axis() -> None:
    for last in (date(2014, 3, 1), date(2016, 1, 1), date(2026, 1, 1)):
        ticks = Axis(date(2014, 1, 1), last).ticks()
        assert ticks
        assert all(a.x < b.x for a, b in pairwise(ticks))
        assert all(0 <= tick.x < 100 for tick in ticks)


def test_a_close_up_is_of_turns_close_together() -> None:
    def history(*turns: str) -> list[dict[str, Any]]:
        rows = [row(day, None) for day in ("1991-08-24", *turns)]
        return [{"first_day": "1991-08-24", "verdicts": rows}]

    now = date(2026, 1, 1)
    axis = near(history("2025-06-15", "2025-07-02"), now)
    assert axis is not None
    assert axis.first < date(2025, 6, 15)
    assert axis.last > date(2025, 7, 2)
    assert near(history(), now) is None
    assert near(history("2014-05-01", "2025-07-02"), now) is None


def test_equal_counts_are_one_bar() -> None:
    days = ("2025-01-01", "2025-02-01", "2025-03-01")
    points = [{"date": day, "occupied": n, "government": 4 - n}
              for day, n in zip(days, (1, 1, 2), strict=True)]  # fmt: skip
    axis = Axis(date(2025, 1, 1), date(2025, 3, 1))
    bars = counts(points, ("occupied", "government"), axis).bars
    assert len(bars) == 4
    assert bars[0].height == pytest.approx(25)
    assert bars[2].height == pytest.approx(50)
