"""Does a fold of hand-made maps open, split and close the cells one expects on paper?"""

from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pytest
import shapely
from gallery import AREAL
from shapely import MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import (
    COLUMNS,
    DayMap,
    Fold,
    as_of,
    cell_table,
    fold,
    land_of,
    on_days,
    statuses_at,
)
from geodata.errors import InvalidInput
from geodata.geometry import EMPTY, as_array, snapped
from geodata.interval import as_days

MONDAY = date(2024, 7, 8)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))
WEST, MIDDLE, EAST = box(30, 46, 31, 47), box(31, 46, 32, 47), box(32, 46, 33, 47)


def land(*parts: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(list(shapely.get_parts(snapped(shapely.union_all(parts)))))


def occupied(*parts: BaseGeometry) -> DayMap:
    return {"occupied": land(*parts)}


def told(cells: gpd.GeoDataFrame) -> list[tuple[str, str, str, float]]:
    """Status, days and area of each cell, for reading."""
    began = cells["valid_from"].dt.strftime("%a")
    ended = cells["valid_to"].dt.strftime("%a").fillna("-")
    areas = cells.geometry.to_numpy()
    rows = zip(cells["status"], began, ended, shapely.area(areas).round(6), strict=True)
    return sorted((str(s), str(b), str(e), float(a)) for s, b, e, a in rows)


def test_no_map_gives_no_cell_but_all_columns() -> None:
    cells = fold("toy", [])

    assert len(cells) == 0
    assert tuple(cells.columns) == COLUMNS
    assert as_of(cells, MONDAY).empty
    assert land_of(cells, MONDAY).is_empty
    assert statuses_at(cells, as_array(Point(0, 0)), as_days([MONDAY])).tolist() == ["government"]


def test_land_that_stays_is_one_open_cell() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST)), (TUESDAY, occupied(WEST))])

    assert told(cells) == [("occupied", "Mon", "-", 1.0)]


def test_land_gained_opens_a_cell_of_its_own() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST)), (TUESDAY, occupied(WEST, MIDDLE))])

    assert told(cells) == [("occupied", "Mon", "-", 1.0), ("occupied", "Tue", "-", 1.0)]


def test_land_lost_splits_the_cell_and_closes_the_lost_part() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST, MIDDLE)), (WEDNESDAY, occupied(WEST))])

    assert told(cells) == [("occupied", "Mon", "-", 1.0), ("occupied", "Mon", "Wed", 1.0)]


def test_a_cell_ending_today_is_not_on_todays_map() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST)), (WEDNESDAY, occupied(EAST))])

    assert shapely.equals(land_of(cells, TUESDAY), WEST)
    assert shapely.equals(land_of(cells, WEDNESDAY), EAST)


def test_a_map_stands_until_the_next_and_the_last_one_for_ever() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST)), (THURSDAY, occupied(EAST))])

    assert land_of(cells, MONDAY - timedelta(days=1)).is_empty
    assert shapely.equals(land_of(cells, WEDNESDAY), WEST)
    assert shapely.equals(land_of(cells, date(9000, 1, 1)), EAST)


def test_a_hole_in_the_middle_cuts_a_ring() -> None:
    hole = box(30.4, 46.4, 30.6, 46.6)
    cells = fold("toy", [(MONDAY, occupied(WEST)), (TUESDAY, {"occupied": land(WEST - hole)})])

    assert told(cells) == [
        ("occupied", "Mon", "-", pytest.approx(0.96)),
        ("occupied", "Mon", "Tue", pytest.approx(0.04)),
    ]


def test_land_that_comes_back_is_a_new_cell() -> None:
    maps = [(MONDAY, occupied(WEST)), (TUESDAY, {}), (WEDNESDAY, occupied(WEST))]

    assert told(fold("toy", maps)) == [
        ("occupied", "Mon", "Tue", 1.0),
        ("occupied", "Wed", "-", 1.0),
    ]


def test_a_status_left_out_has_no_land_that_day() -> None:
    both = {"occupied": land(WEST), "contested": land(MIDDLE)}
    cells = fold("toy", [(MONDAY, both), (TUESDAY, {"contested": land(MIDDLE)})])

    assert told(cells) == [("contested", "Mon", "-", 1.0), ("occupied", "Mon", "Tue", 1.0)]


def test_land_passing_from_contested_to_occupied_closes_one_and_opens_the_other() -> None:
    cells = fold("toy", [(MONDAY, {"contested": land(WEST)}), (TUESDAY, {"occupied": land(WEST)})])
    point, days = as_array([Point(30.5, 46.5)] * 3), as_days([MONDAY, TUESDAY, WEDNESDAY])

    assert statuses_at(cells, point, days).tolist() == ["contested", "occupied", "occupied"]


def test_neighbours_that_only_touch_lost_land_stay_untouched() -> None:
    before = fold("toy", [(MONDAY, occupied(WEST)), (TUESDAY, occupied(WEST, MIDDLE))])
    after = fold(
        "toy",
        [
            (MONDAY, occupied(WEST)),
            (TUESDAY, occupied(WEST, MIDDLE)),
            (WEDNESDAY, occupied(WEST)),
        ],
    )
    kept = set(before["id"]) & set(after["id"])

    assert len(kept) == 1
    assert told(after) == [("occupied", "Mon", "-", 1.0), ("occupied", "Tue", "Wed", 1.0)]


@pytest.mark.parametrize("day", [MONDAY, TUESDAY])
def test_maps_out_of_order_or_twice_a_day_are_refused(day: date) -> None:
    folding = Fold("toy")
    folding.add(TUESDAY, occupied(WEST))

    with pytest.raises(InvalidInput, match="add maps in date order"):
        folding.add(day, occupied(EAST))
    assert told(folding.cells()) == [("occupied", "Tue", "-", 1.0)]


@pytest.mark.parametrize("name", AREAL)
def test_every_odd_shape_can_come_and_go(name: str) -> None:
    shape = snapped(AREAL[name])
    cells = fold("toy", [(MONDAY, {"occupied": shape}), (TUESDAY, {"occupied": EMPTY})])

    assert shapely.area(shapely.symmetric_difference(land_of(cells, MONDAY), shape)) == 0
    assert land_of(cells, TUESDAY).is_empty
    assert (cells.geometry.geom_type == "Polygon").all()


def test_rows_in_any_order_give_one_table_with_ids_made_of_what_a_cell_is() -> None:
    rows = [("occupied", MONDAY, None, WEST), ("contested", MONDAY, TUESDAY, MIDDLE),
            ("occupied", MONDAY, TUESDAY, EAST)]  # fmt: skip
    turned = [(s, b, e, shapely.reverse(shape)) for s, b, e, shape in rows[::-1]]

    one, other = cell_table("toy", rows), cell_table("toy", turned)

    assert one["id"].tolist() == other["id"].tolist()
    assert one["id"].is_unique
    assert one["status"].tolist() == ["contested", "occupied", "occupied"]
    assert cell_table("another", rows)["id"].tolist() != one["id"].tolist()


def test_the_mask_of_many_days_is_the_map_of_each() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST, MIDDLE)), (WEDNESDAY, occupied(WEST, EAST))])
    days = as_days([MONDAY, TUESDAY, WEDNESDAY, THURSDAY])

    mask = on_days(cells, days)

    for n, day in enumerate(days.astype(object)):
        assert cells["id"][mask[:, n]].tolist() == as_of(cells, day)["id"].tolist()


def test_each_point_is_asked_about_its_own_day() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST)), (TUESDAY, occupied(MIDDLE))])
    points = as_array([Point(30.5, 46.5), Point(30.5, 46.5), Point(31.5, 46.5)])

    found = statuses_at(cells, points, as_days([MONDAY, TUESDAY, TUESDAY]), default="nobody")

    assert found.tolist() == ["occupied", "nobody", "occupied"]


def test_a_resumed_fold_does_not_go_back_in_time() -> None:
    cells = fold("toy", [(MONDAY, occupied(WEST))])
    folding = Fold.resumed("toy", cells, TUESDAY, occupied(WEST))

    with pytest.raises(InvalidInput):
        folding.add(TUESDAY, occupied(EAST))
    folding.add(WEDNESDAY, occupied(EAST))
    assert told(folding.cells()) == [("occupied", "Mon", "Wed", 1.0), ("occupied", "Wed", "-", 1.0)]


def test_an_empty_mask_of_days_is_empty() -> None:
    assert on_days(fold("toy", []), np.array([], dtype="datetime64[D]")).shape == (0, 0)
