"""Does every spot get the status of its nearest settlement, and none two of them?"""

from datetime import date

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import LOCAL, in_plane
from shapely import Point, box

from geodata.control.cells import as_of, land_of, statuses_at
from geodata.control.tessellation import nearest_land, split_at_reach, tessellate
from geodata.crs import CRS84, areas_km2
from geodata.data import packaged
from geodata.geometry import as_array
from geodata.interval import as_days

LAND = box(33, 48, 35, 49)
LAKE = box(33.9, 48.4, 34.1, 48.6)
Row = tuple[str, float, str, str, str | None]
"""Place, longitude (at 48.5 N), status, first day, first day after."""


def settlements(*rows: Row, record: str = "rule") -> gpd.GeoDataFrame:
    """A table of settlements; by rule each speaks for its land as far as it goes."""
    place, lon, status, began, ended = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "place_id": list(place),
            "record": record,
            "status": list(status),
            "valid_from": as_days(list(began)).astype("datetime64[s]"),
            "valid_to": as_days(list(ended)).astype("datetime64[s]"),
        },
        geometry=[Point(x, 48.5) for x in lon],
        crs=CRS84,
    )


WEST = ("west", 33.5, "government", "1991-08-24", None)
EAST = [
    ("east", 34.5, "government", "1991-08-24", "2022-02-24"),
    ("east", 34.5, "occupied", "2022-02-24", "2022-11-11"),
    ("east", 34.5, "government", "2022-11-11", None),
]


def test_the_border_runs_halfway_between_two_settlements() -> None:
    cells = tessellate(settlements(WEST, *EAST), LAND, "toy")

    assert shapely.symmetric_difference(
        land_of(cells, date(2022, 3, 1)), box(34, 48, 35, 49)
    ).area == pytest.approx(0, abs=1e-4)


def test_government_held_land_is_no_cell() -> None:
    cells = tessellate(settlements(WEST, *EAST), LAND, "toy")

    assert cells["status"].tolist() == ["occupied"]
    assert as_of(cells, date(2022, 2, 23)).empty
    assert as_of(cells, date(2022, 11, 11)).empty
    assert tessellate(settlements(WEST), LAND, "toy").empty


def test_neighbours_of_one_history_share_one_cell() -> None:
    again = [("beyond", 34.8, *row[2:]) for row in EAST]

    assert len(tessellate(settlements(WEST, *EAST, *again), LAND, "toy")) == 1


def test_settlements_apart_have_cells_apart_though_their_histories_are_one() -> None:
    far = [("far", 33.1, *row[2:]) for row in EAST]

    assert len(tessellate(settlements(*far, WEST, *EAST), LAND, "toy")) == 2


def test_water_belongs_to_nobody() -> None:
    cells = tessellate(settlements(WEST, *EAST), LAND - LAKE, "toy")

    assert land_of(cells, date(2022, 3, 1)).intersection(LAKE).area == pytest.approx(0, abs=1e-9)


def test_one_settlement_alone_has_all_the_land() -> None:
    cells = tessellate(settlements(*EAST), LAND, "toy")

    assert land_of(cells, date(2022, 3, 1)).bounds == pytest.approx(LAND.bounds)
    assert land_of(cells, date(2022, 3, 1)).area == pytest.approx(LAND.area)


def test_land_out_of_a_settlements_reach_is_unknown_while_it_is_not_the_governments() -> None:
    cells = tessellate(settlements(*EAST, record="explicit"), LAND, "toy", reach_m=20_000)
    held, unknown = (land_of(cells, date(2022, 3, 1), s) for s in ("occupied", "unknown"))

    assert areas_km2(as_array(held))[0] == pytest.approx(np.pi * 20**2, rel=0.005)
    assert held.union(unknown).area == pytest.approx(LAND.area)
    assert held.intersection(unknown).area == pytest.approx(0, abs=1e-9)
    for day in (date(2022, 2, 23), date(2022, 11, 11)):
        assert as_of(cells, day).empty


def test_land_out_of_reach_of_government_held_settlements_is_the_governments() -> None:
    cells = tessellate(settlements(WEST, record="explicit"), LAND, "toy", reach_m=20_000)

    assert cells.empty


def test_a_settlement_dated_by_the_rule_of_its_oblast_speaks_for_all_its_land() -> None:
    cells = tessellate(settlements(*EAST, record="rule"), LAND, "toy", reach_m=20_000)

    assert set(cells["status"]) == {"occupied"}
    assert land_of(cells, date(2022, 3, 1)).area == pytest.approx(LAND.area)


@pytest.mark.parametrize("reach_m", [200, 5_000, 60_000, 1e9])
def test_what_is_near_and_what_is_far_are_the_whole_land(reach_m: float) -> None:
    points = as_array([Point(33.2, 48.2), Point(34.0, 48.5), Point(34.9, 48.9)])
    shapes = nearest_land(points, LAND - LAKE)
    near, far = split_at_reach(points, shapes, np.full(3, reach_m))

    assert shapely.area(near) + shapely.area(far) == pytest.approx(shapely.area(shapes), rel=1e-6)
    for point, close, distant in zip(points, near, far, strict=True):
        spot = in_plane(point, LOCAL)
        if not distant.is_empty:
            assert in_plane(distant, LOCAL).distance(spot) > reach_m * 0.99
        if not close.is_empty:
            assert in_plane(close, LOCAL).hausdorff_distance(spot) < reach_m * 1.01 + 1


def test_no_settlement_has_no_land() -> None:
    assert len(nearest_land(np.array([], dtype=object), LAND)) == 0


spots = st.tuples(st.integers(0, 40), st.integers(0, 20)).map(
    lambda p: Point(33 + p[0] / 20 + 0.011, 48 + p[1] / 20 + 0.017)
)


@settings(max_examples=30)
@given(st.lists(spots, min_size=1, max_size=9, unique_by=lambda p: (p.x, p.y)))
def test_every_spot_of_land_belongs_to_its_nearest_settlement(places: list[Point]) -> None:
    shapes = nearest_land(as_array(places), LAND - LAKE)
    rng = np.random.default_rng(0)
    walked = as_array(shapely.points(rng.uniform(33, 35, 100), rng.uniform(48, 49, 100)))

    for point in walked:
        away = [in_plane(point, LOCAL).distance(in_plane(p, LOCAL)) for p in places]
        first, *others = np.sort(away)
        if others and others[0] - first < 50:  # metres: borders are bent by up to a few
            continue
        owners = np.flatnonzero(shapely.intersects(shapes, point)).tolist()
        assert owners == ([] if LAKE.intersects(point) else [int(np.argmin(away))])
    assert shapely.area(shapes).sum() == pytest.approx((LAND - LAKE).area, rel=1e-5)


def test_each_settlement_has_its_own_status_on_each_day() -> None:
    table = settlements(WEST, *EAST)
    cells = tessellate(table, LAND, "toy")
    days = as_days(table["valid_from"].dt.date.tolist())

    assert statuses_at(cells, table.geometry.to_numpy(), days).tolist() == table["status"].tolist()


def test_every_oblast_has_settlements_or_a_stated_ground_for_having_none() -> None:
    areas = packaged.admin_areas().query("level == 1").set_index("name_en")["id"]
    settled = {areas[name] for name in packaged.settlements()["oblast"].unique()}
    stated = packaged.unoccupied()
    assert settled | set(stated) == set(areas)
    assert not settled & set(stated)
    assert all(len(basis) > 40 for basis in stated.values())


def test_villages_colour_no_land_of_an_oblast_without_settlements() -> None:
    malyn, chopovychi = Point(29.24, 50.77), Point(28.95, 50.83)
    borodianka = Point(29.92, 50.64)
    assert not shapely.intersects(packaged.settled_land(), [malyn, chopovychi]).any()
    assert shapely.intersects(packaged.settled_land(), borodianka)
    assert shapely.difference(packaged.settled_land(), packaged.land()).area < 1e-9
