"""Which share of a footprint lies in which cell: on paper, over odd shapes, and at the edges."""

from collections import Counter

import geopandas as gpd
import numpy as np
import pytest
import shapely
from gallery import ANTIMERIDIAN, AREAL, GALLERY, HOLE, MULTIPART, SQUARE, TOUCHING_AT_A_POINT
from hypothesis import given
from hypothesis import strategies as st
from oracles import area_m2
from oracles import share as slow_share
from shapely import Point, Polygon, box
from shapely.geometry.base import BaseGeometry
from strategies import Board, board_footprints, board_lands, boards

from geodata.control.overlay import footprints, on_land, share_inside, shares_in
from geodata.crs import CRS84
from geodata.geometry import as_array

COUNTRY = box(30, 46, 40, 50)
LAKE = box(34, 47, 36, 49)
LAND = COUNTRY - LAKE


def deposits(*rows: tuple[BaseGeometry, str, float]) -> gpd.GeoDataFrame:
    shapes, basis, radius = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {"overlay_basis": list(basis), "position_uncertainty_m": list(radius)},
        geometry=list(shapes),
        crs=CRS84,
    )


def shapes(*given_shapes: BaseGeometry | None) -> np.ndarray:
    found = np.empty(len(given_shapes), dtype=object)
    found[:] = given_shapes
    return found


def test_half_a_square_in_a_cell_has_share_one_half() -> None:
    pairs = shares_in(shapes(box(30, 0, 31, 1)), shapes(box(30.5, -1, 32, 2)))

    assert (pairs.footprint.tolist(), pairs.cell.tolist()) == ([0], [0])
    assert pairs.share == pytest.approx([0.5])
    assert repr(pairs) == "OverlayPairs(1 of 1 footprints)"


def test_a_point_in_a_cell_has_share_one() -> None:
    assert shares_in(shapes(Point(31, 47)), shapes(SQUARE)).share.tolist() == [1.0]


def test_touching_a_cell_is_not_lying_in_it() -> None:
    beside = shapes(box(32, 46, 33, 48), box(32, 48, 33, 49))

    assert len(shares_in(beside, shapes(SQUARE)).share) == 0


def test_the_hole_of_a_cell_is_not_in_it() -> None:
    assert len(shares_in(shapes(box(30.8, 46.8, 31.2, 47.2)), shapes(HOLE)).share) == 0
    assert share_inside(shapes(SQUARE), HOLE) == pytest.approx([0.75], abs=1e-3)


def test_all_parts_of_a_footprint_count() -> None:
    assert share_inside(shapes(MULTIPART), box(29, 45, 31.5, 48)) == pytest.approx([0.5])
    assert share_inside(shapes(TOUCHING_AT_A_POINT), box(29, 45, 31, 47)) == pytest.approx(
        [0.5], abs=0.01
    )


def test_a_footprint_on_both_sides_of_the_antimeridian_is_shared_out() -> None:
    assert share_inside(shapes(ANTIMERIDIAN), box(179, 49, 180, 52)) == pytest.approx([0.5])


def test_no_footprints_or_no_cells_give_no_pairs() -> None:
    assert len(shares_in(shapes(), shapes(SQUARE)).share) == 0
    assert len(shares_in(shapes(SQUARE), shapes()).share) == 0
    assert len(shares_in(shapes(None, Polygon()), shapes(SQUARE)).share) == 0


@pytest.mark.parametrize("name", GALLERY)
def test_a_share_is_between_nothing_and_all_and_missing_only_without_footprint(name: str) -> None:
    shape = GALLERY[name]
    if shape is not None and not shape.is_valid:
        shape = shapely.make_valid(shape)

    found = share_inside(shapes(shape), SQUARE)[0]

    assert np.isnan(found) == (shape is None or shape.is_empty)
    assert np.isnan(found) or 0 <= found <= 1


@pytest.mark.parametrize("name", [name for name, shape in AREAL.items() if not shape.is_empty])
def test_every_shape_lies_in_itself(name: str) -> None:
    assert share_inside(shapes(AREAL[name]), AREAL[name]) == pytest.approx([1.0])


def test_shares_equal_those_cut_one_by_one() -> None:
    met: Counter[str] = Counter()

    @given(st.lists(board_footprints(), min_size=2, max_size=6), board_lands())
    def check(drawn: list[BaseGeometry | None], land: BaseGeometry) -> None:
        wanted = [slow_share(shape, land) for shape in drawn]
        assert share_inside(shapes(*drawn), land) == pytest.approx(wanted, abs=1e-9, nan_ok=True)
        met.update("cut" if 0 < share < 1 else str(share) for share in wanted)

    check()
    assert met["cut"] >= 25, met
    assert min(met["0.0"], met["1.0"], met["nan"]) >= 4, met


def test_pairs_are_ordered_and_their_shares_sum_to_the_share_of_the_union() -> None:
    met: Counter[str] = Counter()

    @given(st.lists(board_footprints(), min_size=1, max_size=4), boards())
    def check(drawn: list[BaseGeometry | None], board: Board) -> None:
        squares = shapes(*(board.square(r, c) for r in range(3) for c in range(3)))

        pairs = shares_in(shapes(*drawn), squares)

        order = list(zip(pairs.footprint.tolist(), pairs.cell.tolist(), strict=True))
        assert order == sorted(set(order))
        assert (pairs.share > 0).all()
        total = np.bincount(pairs.footprint, pairs.share, len(drawn))
        whole = np.nan_to_num(share_inside(shapes(*drawn), shapely.union_all(squares)))
        assert total == pytest.approx(whole, abs=1e-6)
        met["in several cells"] += int((np.bincount(pairs.footprint) > 1).sum())

    check()
    assert met["in several cells"] >= 10, met


# Footprints


def test_a_disc_has_the_area_of_its_radius() -> None:
    found = footprints(deposits((Point(32, 48), "disc", 1000.0)), COUNTRY, LAND)

    assert area_m2(found[0]) == pytest.approx(np.pi * 1000**2, rel=1e-3)


def test_a_position_not_to_be_tested_has_no_footprint() -> None:
    table = deposits((Point(32, 48), "none", 1000.0), (SQUARE, "none", 0.0))

    assert footprints(table, COUNTRY, LAND).tolist() == [None, None]


def test_a_point_without_uncertainty_and_a_polygon_are_their_own_footprints() -> None:
    table = deposits((Point(32, 48), "disc", 0.0), (SQUARE, "polygon", 5000.0))

    assert footprints(table, COUNTRY, LAND).tolist() == [Point(32, 48), SQUARE]


def test_an_extent_stands_in_for_the_point_and_is_cut_to_the_land() -> None:
    table = deposits(
        (Point(32, 48), "polygon", 5000.0),
        (Point(33.9, 48), "polygon", 5000.0),
        (Point(32, 48), "disc", 1000.0),
        (SQUARE, "polygon", 5000.0),
    ).assign(extent=[box(31, 47, 32, 49).wkt, box(33, 47, 35, 48).wkt, None, None])

    inland, ashore, disc, outline = footprints(table, COUNTRY, LAND)

    assert inland.equals(box(31, 47, 32, 49))
    assert ashore.equals(box(33, 47, 34, 48))
    assert area_m2(disc) == pytest.approx(np.pi * 1000**2, rel=1e-3)
    assert outline == SQUARE


def test_a_disc_at_the_border_or_the_shore_is_cut_to_the_land() -> None:
    table = deposits((Point(30.001, 48), "disc", 5000.0), (Point(33.999, 48), "disc", 5000.0))

    found = footprints(table, COUNTRY, LAND)

    assert shapely.covers(LAND, shapely.buffer(found, -1e-9)).all()
    assert [area_m2(f) / (np.pi * 5000**2) for f in found] == pytest.approx([0.51, 0.51], abs=0.01)


def test_a_disc_centred_abroad_is_left_whole() -> None:
    found = footprints(deposits((Point(29.999, 48), "disc", 5000.0)), COUNTRY, LAND)

    assert area_m2(found[0]) == pytest.approx(np.pi * 5000**2, rel=1e-3)


def test_a_disc_wholly_in_a_lake_stays_whole() -> None:
    found = footprints(deposits((Point(35, 48), "disc", 1000.0)), COUNTRY, LAND)

    assert area_m2(found[0]) == pytest.approx(np.pi * 1000**2, rel=1e-3)


def test_the_deposits_themselves_are_not_changed_by_making_footprints() -> None:
    table = deposits((Point(32, 48), "disc", 1000.0), (SQUARE, "none", 0.0))

    footprints(table, COUNTRY, LAND)

    assert table.geometry.tolist() == [Point(32, 48), SQUARE]


def test_shapes_inside_outside_and_across_the_shore_are_cut_each_in_its_way() -> None:
    inside, outside, across = box(31, 47, 32, 48), box(20, 40, 21, 41), box(33, 47, 35, 48)

    found = on_land(shapes(inside, outside, across), LAND)

    assert found[0] == inside
    assert found[1] == outside
    assert shapely.equals(found[2], box(33, 47, 34, 48))


def test_one_area_or_many_are_the_same_question() -> None:
    halves = shapes(box(30, 46, 31, 48), box(31, 46, 32, 48))

    assert shares_in(as_array(SQUARE), halves).share.sum() == pytest.approx(1.0)
