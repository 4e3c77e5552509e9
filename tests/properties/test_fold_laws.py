"""Which laws does every fold hold, whatever maps come?"""

from datetime import date, timedelta
from io import BytesIO

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from oracles import cells_on, off_the_border, status_at
from shapely.geometry.base import BaseGeometry
from strategies import map_sequences, random_points

from geodata.control.cells import DayMap, Fold, as_of, fold, land_of, on_days, statuses_at
from geodata.geometry import EMPTY
from geodata.interval import as_days

Maps = list[tuple[date, DayMap]]
STATUSES = ("occupied", "contested")
ONE_SQUARE_DEGREE = 1.0


def through_parquet(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    stream = BytesIO()
    cells.to_parquet(stream, compression="zstd", write_covering_bbox=True)
    stream.seek(0)
    return gpd.read_parquet(stream).drop(columns="bbox", errors="ignore")


def difference(one: BaseGeometry, other: BaseGeometry) -> float:
    """Symmetric difference as a share of the area, of a square degree where there is less."""
    return shapely.symmetric_difference(one, other).area / max(one.area, ONE_SQUARE_DEGREE)


@given(map_sequences())
def test_a_fold_filtered_by_a_day_gives_back_its_map(maps: Maps) -> None:
    cells = fold("toy", maps)

    for day, shapes in maps:
        for status in STATUSES:
            wanted = shapes.get(status, EMPTY)
            assert difference(wanted, land_of(cells, day, status)) <= 1e-8


@given(map_sequences(), st.integers(0, 2**32 - 1))
def test_points_off_the_border_have_the_status_of_the_map(maps: Maps, seed: int) -> None:
    cells = fold("toy", maps)

    for day, shapes in maps:
        points = off_the_border(random_points(200, seed), *shapes.values())
        wanted = np.full(len(points), "government", dtype=object)
        for status, shape in shapes.items():
            wanted[shapely.intersects(shape, points)] = status
        found = statuses_at(cells, points, np.full(len(points), np.datetime64(day)))
        assert found.tolist() == wanted.tolist()


@given(map_sequences())
def test_the_cells_of_a_day_do_not_overlap(maps: Maps) -> None:
    cells = fold("toy", maps)

    for day, _ in maps:
        shapes = as_of(cells, day).geometry.to_numpy()
        twice = shapely.area(shapes).sum() - shapely.union_all(shapes).area
        assert abs(twice) <= 1e-8 * max(shapely.area(shapes).sum(), ONE_SQUARE_DEGREE)


@given(map_sequences())
def test_cells_are_valid_polygons_with_ordered_days_and_an_id_each(maps: Maps) -> None:
    cells = fold("toy", maps)

    assert (cells.geometry.geom_type == "Polygon").all()
    assert cells.geometry.is_valid.all()
    assert cells["id"].is_unique
    ended = cells.dropna(subset="valid_to")
    assert (ended["valid_to"] > ended["valid_from"]).all()


@given(map_sequences(), st.data())
def test_a_fold_resumed_from_parquet_at_any_cut_equals_the_fold_at_once(
    maps: Maps, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(maps)))
    last_day, last_map = maps[cut - 1]
    early = through_parquet(fold("toy", maps[:cut]))

    folding = Fold.resumed("toy", early, last_day, last_map)
    for day, shapes in maps[cut:]:
        folding.add(day, shapes)
    resumed, whole = folding.cells(), fold("toy", maps)

    assert resumed["id"].tolist() == whole["id"].tolist()
    assert shapely.equals_exact(resumed.geometry.to_numpy(), whole.geometry.to_numpy()).all()
    assert resumed.drop(columns="geometry").equals(whole.drop(columns="geometry"))


@given(map_sequences())
def test_adding_a_day_touches_only_what_changed(maps: Maps) -> None:
    before, after = fold("toy", maps[:-1]), fold("toy", maps)
    day, shapes = maps[-1]
    last = maps[-2][1] if len(maps) > 1 else {}
    kept = set(after["id"])

    for _, cell in before[~before["id"].isin(kept)].iterrows():
        status = cell["status"]
        lost = last.get(status, EMPTY).difference(shapes.get(status, EMPTY))
        assert cell["valid_to"] is None or cell["valid_to"] != cell["valid_to"]
        assert cell.geometry.intersection(lost).area > 0
    for _, cell in after[~after["id"].isin(set(before["id"]))].iterrows():
        was_split = cell["valid_from"].date() < day
        assert was_split or cell["valid_from"].date() == day
        if was_split:
            assert (~before["id"].isin(kept)).any()


@given(map_sequences())
def test_a_map_that_repeats_the_last_one_changes_no_cell(maps: Maps) -> None:
    day, shapes = maps[-1]

    again = fold("toy", [*maps, (day + timedelta(days=1), shapes)])

    assert again["id"].tolist() == fold("toy", maps)["id"].tolist()


@given(map_sequences(most=3), st.integers(0, 2**32 - 1))
def test_the_arrays_say_of_cells_and_points_what_the_slow_loop_says(maps: Maps, seed: int) -> None:
    cells = fold("toy", maps)
    first, last = maps[0][0], maps[-1][0]
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    mask = on_days(cells, as_days(days))

    for n, day in enumerate(days):
        slow = cells_on(cells, day)["id"].tolist()
        assert as_of(cells, day)["id"].tolist() == slow
        assert cells["id"][mask[:, n]].tolist() == slow
    points = off_the_border(random_points(12, seed), *cells.geometry)
    own = [days[n % len(days)] for n in range(len(points))]
    wanted = [status_at(cells, p, d) for p, d in zip(points, own, strict=True)]
    assert statuses_at(cells, points, as_days(own)).tolist() == wanted
