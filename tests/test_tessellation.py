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
from geodata.control.tessellation import nearest_land, tessellate
from geodata.crs import CRS84
from geodata.geometry import as_array
from geodata.interval import as_days

LAND = box(33, 48, 35, 49)
LAKE = box(33.9, 48.4, 34.1, 48.6)
Row = tuple[str, float, str, str, str | None]
"""Place, longitude (at 48.5 N), status, first day, first day after."""


def settlements(*rows: Row) -> gpd.GeoDataFrame:
    place, lon, status, began, ended = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "place_id": list(place),
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
