"""Do cleaning, snapping, cutting and measuring obey their few rules on every odd shape?"""

from collections import Counter

import numpy as np
import pytest
import shapely
from gallery import AREAL, GALLERY, SQUARE
from hypothesis import given
from hypothesis import strategies as st
from oracles import WGS84
from shapely.geometry.base import BaseGeometry
from strategies import board_lands, lands

from geodata.crs import CRS84, EQUAL_AREA, LOCAL, areas_km2, reproject
from geodata.geometry import (
    GRID_DEG,
    as_array,
    difference,
    geodesic_discs,
    intersection,
    polygonal,
    polygons_of,
    snapped,
    union_all,
)


@pytest.mark.parametrize("name", GALLERY)
def test_the_polygons_of_any_shape_are_polygons_with_area(name: str) -> None:
    parts = polygons_of(GALLERY[name])

    assert all(part.geom_type == "Polygon" and part.area > 0 for part in parts)


@pytest.mark.parametrize(
    ("name", "count"),
    [("none", 0), ("empty polygon", 0), ("line", 0), ("flat", 0), ("hole", 1), ("multipart", 2),
     ("collection", 3), ("nested collection", 3), ("antimeridian", 2)],
)  # fmt: skip
def test_the_polygons_inside_a_shape_are_all_found(name: str, count: int) -> None:
    assert len(polygons_of(GALLERY[name])) == count


@pytest.mark.parametrize("name", GALLERY)
def test_the_areal_part_is_a_multipolygon_whatever_comes(name: str) -> None:
    assert polygonal(GALLERY[name]).geom_type == "MultiPolygon"


@pytest.mark.parametrize("name", GALLERY)
def test_a_snapped_shape_is_valid_flat_on_the_grid_and_stays_as_it_is(name: str) -> None:
    result = snapped(GALLERY[name])
    steps = shapely.get_coordinates(result) / GRID_DEG

    assert result.geom_type == "MultiPolygon"
    assert result.is_valid
    assert not result.has_z
    assert np.allclose(steps, steps.round(), rtol=0, atol=1e-3)
    assert snapped(result).normalize() == result.normalize()


def test_a_bowtie_becomes_its_two_triangles() -> None:
    assert snapped(GALLERY["bowtie"]).area == pytest.approx(2.0)


def test_a_shape_smaller_than_the_grid_vanishes() -> None:
    assert snapped(GALLERY["smaller than the grid"]).is_empty


def test_parts_touching_along_an_edge_become_one() -> None:
    assert len(polygons_of(union_all(polygons_of(GALLERY["touching along an edge"])))) == 1
    assert len(polygons_of(union_all(polygons_of(GALLERY["touching at a point"])))) == 2


def test_nothing_merged_is_empty() -> None:
    assert union_all(np.array([], dtype=object)).is_empty


@pytest.mark.parametrize("left", AREAL)
@pytest.mark.parametrize("right", AREAL)
def test_what_is_common_and_what_is_left_make_the_whole(left: str, right: str) -> None:
    one, other = AREAL[left], AREAL[right]
    shared, rest = intersection(one, other), difference(one, other)

    assert shared.geom_type == rest.geom_type == "MultiPolygon"
    assert shared.area + rest.area == pytest.approx(one.area, abs=2e-8)
    assert shapely.intersection(shared, rest).area == pytest.approx(0, abs=2e-8)


def test_a_union_holds_both_and_no_more() -> None:
    met: Counter[str] = Counter()

    @given(board_lands(), board_lands())
    def check(one: BaseGeometry, other: BaseGeometry) -> None:
        both, shared = union_all(np.array([one, other], dtype=object)), intersection(one, other)

        assert both.is_valid
        assert both.area == pytest.approx(one.area + other.area - shared.area, abs=1e-7)
        met["overlap"] += not shared.is_empty

    check()
    assert met["overlap"] >= 30, met


@pytest.mark.parametrize("name", GALLERY)
def test_reprojecting_there_and_back_moves_nothing(name: str) -> None:
    given_shape = as_array(GALLERY[name])
    back = reproject(reproject(given_shape, CRS84, EQUAL_AREA), EQUAL_AREA, CRS84)

    if GALLERY[name] is None:
        assert back[0] is None
    else:
        assert shapely.equals_exact(shapely.force_2d(given_shape[0]), back[0], 1e-8)


@given(lands(), st.sampled_from([EQUAL_AREA, LOCAL]))
def test_both_planes_have_true_areas(shape: BaseGeometry, plane: str) -> None:
    # Edges are cut to 0.1 degrees, for a long edge is another line in each plane.
    short = shapely.segmentize(shape, 0.1)
    truth = abs(sum(WGS84.geometry_area_perimeter(p)[0] for p in _oriented(short)))

    measured = shapely.area(reproject(as_array(short), CRS84, plane))[0]

    assert measured == pytest.approx(truth, rel=1e-4, abs=3e5)


def _oriented(shape: BaseGeometry) -> list[BaseGeometry]:
    return [shapely.geometry.polygon.orient(part) for part in polygons_of(shape)]


def _square_degree_km2() -> float:
    """A degree by a degree north of the equator, by the closed formula (Snyder 1987, 3-12)."""
    a, f, sine = 6378137.0, 1 / 298.257223563, np.sin(np.radians(1))
    e = np.sqrt(f * (2 - f))
    curve = np.log((1 - e * sine) / (1 + e * sine)) / (2 * e)
    q = (1 - e**2) * (sine / (1 - (e * sine) ** 2) - curve)
    return float(a**2 * q / 2 * np.radians(1) / 1e6)


def test_areas_of_nothing_and_of_a_square_degree_are_known() -> None:
    shapes = np.array([None, shapely.Polygon(), shapely.box(0, 0, 1, 1)], dtype=object)

    missing, empty, square = areas_km2(shapes)

    assert np.isnan(missing)
    assert empty == 0
    assert square == pytest.approx(_square_degree_km2(), rel=1e-9)


def test_land_on_both_sides_of_the_antimeridian_is_two_neighbours_not_a_belt() -> None:
    both = areas_km2(as_array(GALLERY["antimeridian"]))[0]

    assert both == pytest.approx(2 * areas_km2(as_array(shapely.box(0, 50, 1, 51)))[0])


@given(st.floats(22, 41), st.floats(44, 53), st.floats(1, 60_000), st.integers(16, 128))
def test_a_disc_has_the_area_and_the_reach_of_its_radius(
    lon: float, lat: float, radius: float, vertices: int
) -> None:
    disc = geodesic_discs(*(np.array([v]) for v in (lon, lat, radius)), vertices)[0]
    corners = shapely.get_coordinates(disc)
    reach = WGS84.inv([lon] * len(corners), [lat] * len(corners), *corners.T)[2]

    assert disc.is_valid
    assert disc.exterior.is_ccw
    assert abs(WGS84.geometry_area_perimeter(disc)[0]) == pytest.approx(np.pi * radius**2, rel=1e-4)
    assert np.allclose(reach, reach[0])
    assert radius <= reach[0] <= radius * 1.02


def test_no_discs_are_an_empty_array() -> None:
    nothing = np.array([])

    assert geodesic_discs(nothing, nothing, nothing).shape == (0,)


def test_one_shape_and_a_list_of_shapes_are_both_arrays() -> None:
    assert as_array(SQUARE).shape == (1,)
    assert as_array([SQUARE, None]).shape == (2,)
