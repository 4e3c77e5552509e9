"""What lies in a tile: the grid, cutting, shared borders, and points that stand for others."""

import numpy as np
import pyproj
import pytest
import shapely

from geodata.errors import NotFound
from geodata.tiles.clip import BUFFER, clip_level, on_grid
from geodata.tiles.generalise import MOST, SIDE, partition, thin
from geodata.tiles.grid import (
    EXTENT,
    Tile,
    bounds_3857,
    bounds_crs84,
    covering,
    from_units,
    tile_matrix_set,
    to_units,
)
from geodata.types import GeometryArray

KYIV = np.array([[30.5234, 50.4501]])


def test_kyiv_is_where_every_map_has_it() -> None:
    x, y = (to_units(KYIV, 10)[0] // EXTENT).astype(int)

    assert (x, y) == (598, 345)


def test_the_grid_agrees_with_proj() -> None:
    move = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:3857", always_xy=True).transform
    for tile in (Tile(0, 0, 0), Tile(5, 18, 11), Tile(10, 598, 345)):
        west, south, east, north = bounds_crs84(tile)
        corners = np.column_stack(move([west, east], [south, north])).ravel()

        assert corners == pytest.approx(bounds_3857(tile), abs=1e-6)


def test_units_there_and_back() -> None:
    places = np.array([[-180, -85], [0, 0], [179.9, 85], [36.72, 48.0]])

    assert from_units(to_units(places, 7), 7) == pytest.approx(places)


@pytest.mark.parametrize("address", [(-1, 0, 0), (25, 0, 0), (3, 8, 0), (3, 0, -1), (0, 0, 2**63)])
def test_a_tile_off_the_grid_is_not_found(address: tuple[int, int, int]) -> None:
    with pytest.raises(NotFound):
        Tile(*address)


def test_the_tiles_of_a_box_are_those_it_meets() -> None:
    assert covering((22.1, 44.3, 40.2, 52.4), 5) == (17, 10, 19, 11)
    assert covering((-180, -90, 180, 90), 2) == (0, 0, 3, 3)


def test_the_matrix_set_has_the_scales_of_its_standard() -> None:
    first, second = tile_matrix_set()["tileMatrices"][:2]

    assert first["scaleDenominator"] == pytest.approx(559082264.028717, rel=1e-12)
    assert second["cellSize"] == pytest.approx(first["cellSize"] / 2)
    assert second["matrixWidth"] == 2


def test_a_shape_across_an_edge_is_in_both_tiles_with_its_buffer() -> None:
    shape = shapely.box(EXTENT - 500, 100, EXTENT + 500, 200)

    left, right = clip_level(np.array([shape]), 3)

    assert (left.tile, right.tile) == (Tile(3, 0, 0), Tile(3, 1, 0))
    assert left.geometry[0].bounds == (EXTENT - 500, 100, EXTENT + BUFFER, 200)
    assert right.geometry[0].bounds == (-BUFFER, 100, 500, 200)


def test_a_shape_that_only_touches_the_buffer_is_not_in_the_tile() -> None:
    shape = shapely.box(EXTENT + BUFFER, 100, EXTENT + 500, 200)

    assert [features.tile for features in clip_level(np.array([shape]), 3)] == [Tile(3, 1, 0)]


def test_missing_and_empty_shapes_lie_nowhere() -> None:
    assert list(clip_level(np.array([None, shapely.Polygon()], dtype=object), 3)) == []


def test_clipped_features_are_valid_whole_units_and_of_their_own_kind() -> None:
    star = (
        shapely.Point(EXTENT, EXTENT)
        .buffer(900, quad_segs=3)
        .symmetric_difference(shapely.box(EXTENT - 950, EXTENT - 20, EXTENT + 950, EXTENT + 20))
    )

    for features in clip_level(on_grid(np.array([star])), 3):
        assert shapely.is_valid(features.geometry).all()
        assert (shapely.get_dimensions(features.geometry) == 2).all()
        xy = shapely.get_coordinates(features.geometry)
        assert (xy == np.rint(xy)).all()


def wiggly_neighbours() -> np.ndarray:
    """Two areas with a border of many small turns between them, on whole units."""
    turns = [(5000 + 3 * (k % 2) + (k % 7), 40 * k) for k in range(101)]
    left = shapely.Polygon([(0, 0), *turns, (0, 4000)])
    right = shapely.Polygon([(10000, 0), *turns, (10000, 4000)])
    return on_grid(np.array([left, right]))


def test_neighbours_made_simpler_do_not_tear() -> None:
    for scale in (8.0, 16.0, 32.0):
        left, right = partition(wiggly_neighbours()).at(scale, 4.0)

        assert shapely.area(shapely.intersection(left, right)) == 0
        whole = shapely.union(left, right)
        assert len(shapely.get_parts(whole)) == 1
        assert shapely.get_num_interior_rings(whole) == 0
        assert shapely.get_num_coordinates(left) < 60 * 8 / scale


def test_areas_that_overlap_in_time_keep_one_border() -> None:
    """What was lost and taken again on the same line has the same line in both."""
    west, east = wiggly_neighbours()
    both = shapely.union(west, east)

    first, second, third = partition(np.array([west, both, east])).at(4.0, 4.0)

    assert shapely.area(shapely.symmetric_difference(second, shapely.union(first, third))) == 0


def test_an_area_smaller_than_a_unit_is_none() -> None:
    areas = np.array([shapely.box(0, 0, 1000, 1000), shapely.box(2000, 0, 2003, 3)])

    large, small = partition(areas).at(64.0, 0.0)

    assert large is not None
    assert small is None


def test_few_points_are_all_shown() -> None:
    units = np.array([[10.0, 10.0], [10.0, 10.0], [5000.0, 10.0], [np.nan, np.nan]])

    found = thin(units, np.zeros(4), 1)

    assert found.rows.tolist() == [0, 1, 2]
    assert found.counts.tolist() == [1, 1, 1]
    assert found.tile_slices() == [(0, 2), (2, 3)]


def test_crowded_points_stand_for_all_there_are() -> None:
    random = np.random.default_rng(1)
    units = random.uniform(0, 2 * EXTENT, size=(5000, 2))

    found = thin(units, np.zeros(5000), 1)

    assert found.counts.sum() == 5000
    assert max(b - a for a, b in found.tile_slices()) <= SIDE * SIDE
    assert len(found.rows) < 5000


def test_of_crowded_points_the_first_in_rank_is_shown() -> None:
    units = np.full((MOST + 1, 2), 7.0)
    rank = np.zeros(MOST + 1)
    rank[500] = 1

    found = thin(units, rank, 0)

    assert found.rows.tolist() == [500]
    assert found.counts.tolist() == [MOST + 1]


def test_no_points_are_shown_of_none() -> None:
    found = thin(np.full((3, 2), np.nan), np.zeros(3), 4)

    assert found.tile_slices() == []


def _cells(seed: int) -> GeometryArray:
    """Land cut into cells as folds of many maps cut it: slivers, wedges and corners on edges."""
    random = np.random.default_rng(seed)
    points = shapely.multipoints(random.uniform(0, 2000, (300, 2)))
    areas = shapely.get_parts(
        shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 2000, 2000))
    )
    land = shapely.buffer(shapely.Point(1000, 1000), 900)
    strips = [
        shapely.box(x, 0, x + width, 2000)
        for x, width in random.uniform((0, 1), (2000, 9), (40, 2))
    ]
    cut = shapely.union_all(strips)
    parts = [*shapely.intersection(areas, land - cut), *shapely.intersection(areas, land & cut)]
    cells = shapely.get_parts(shapely.set_precision(np.array(parts, dtype=object), 1.0))
    return np.asarray(cells[(shapely.get_type_id(cells) == 3) & ~shapely.is_empty(cells)])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("scale", [4, 16, 64])
@pytest.mark.parametrize("tolerance", [0.0, 4.0])
def test_land_cut_into_cells_has_no_hairlines_between_them_on_any_level(
    seed: int, scale: float, tolerance: float
) -> None:
    cells = _cells(seed)
    drawn = partition(cells).at(scale, tolerance)
    drawn = drawn[~shapely.is_missing(drawn)]

    land = shapely.union_all(drawn)
    holes = [ring for part in shapely.get_parts(land) for ring in part.interiors]
    assert shapely.is_valid(drawn).all()
    assert shapely.area(drawn).sum() == pytest.approx(shapely.area(land), abs=1e-6)
    assert [hole for hole in holes if shapely.Polygon(hole).area < hole.length] == []
    assert (shapely.get_coordinates(drawn) == np.rint(shapely.get_coordinates(drawn))).all()
    # What is drawn is the land, to a unit and the tolerance along its edge.
    whole = shapely.transform(shapely.union_all(cells), lambda xy: xy / scale)
    apart = shapely.area(shapely.symmetric_difference(whole, land))
    assert apart <= shapely.length(whole) * (1 + tolerance)
