"""Is the line of contact where land meets land, and are distances and moves what one measures?"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import LOCAL, WGS84, geodesic_km, in_plane, smallest_move_km
from shapely import MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry

from geodata.control.contact_line import (
    SAMPLES,
    ContactLine,
    contact_line,
    flips_if_line_moves_km,
    sample_points,
)
from geodata.geometry import EMPTY, as_array, geodesic_discs

# A square country, sea to its south; edges are cut short, for borders are drawn so.
COUNTRY = shapely.segmentize(box(32, 47, 36, 50), 0.02)
SOUTH_COAST = 47.0
NO_WATER = EMPTY


def land(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon(list(shapely.get_parts(shapely.segmentize(shape, 0.02))))


def line_of(
    occupied: BaseGeometry, country: BaseGeometry = COUNTRY, lakes: BaseGeometry = NO_WATER
) -> ContactLine:
    return contact_line(land(occupied), country, lakes)


def length_km(line: BaseGeometry) -> float:
    return in_plane(line, LOCAL).length / 1000


def lies_on(line: BaseGeometry, *segments: BaseGeometry) -> bool:
    """Do the line and the segments run within 100 m of each other, all along?"""
    wanted = in_plane(shapely.segmentize(shapely.union_all(segments), 0.02), LOCAL)
    return in_plane(line, LOCAL).hausdorff_distance(wanted) < 100


def segment(*coordinates: tuple[float, float]) -> BaseGeometry:
    return shapely.LineString(coordinates)


def test_an_occupied_strip_at_the_coast_has_its_front_inland_only() -> None:
    found = line_of(box(32, 47, 36, 48))

    assert found.line.geom_type == "MultiLineString"
    assert lies_on(found.line, segment((32, 48), (36, 48)))


def test_the_state_border_is_no_front() -> None:
    found = line_of(box(35, 47, 36, 50))

    assert lies_on(found.line, segment((35, 47), (35, 50)))


@pytest.mark.parametrize("gap_deg", [0.005, 0.02])
def test_two_drawings_of_one_coast_make_no_front(gap_deg: float) -> None:
    """0.5 and 2 km of free land are left along the coast."""
    found = line_of(box(32.5, SOUTH_COAST + gap_deg, 35.5, 48))
    at_sea = line_of(box(32.5, SOUTH_COAST - gap_deg, 35.5, 48))

    for line in (found.line, at_sea.line):
        assert shapely.get_coordinates(line)[:, 1].max() == pytest.approx(48, abs=1e-6)
        coastal = line.intersection(box(33, 46, 35, 47.5))
        assert coastal.is_empty


def test_a_broad_strip_of_free_coast_is_a_front() -> None:
    found = line_of(box(32, SOUTH_COAST + 0.1, 36, 48))

    assert lies_on(found.line, segment((32, 47.1), (36, 47.1)), segment((32, 48), (36, 48)))


def test_nothing_occupied_or_everything_occupied_has_no_front() -> None:
    for occupied in (EMPTY, COUNTRY):
        found = line_of(occupied)
        assert found.line.is_empty
        assert np.isnan(found.signed_distances_km(as_array([Point(34, 48)]))).all()


def test_a_lake_within_occupied_land_is_no_front() -> None:
    lake = box(33, 47.3, 33.4, 47.6)

    with_lake = line_of(box(32, 47, 36, 48) - lake, lakes=lake)

    assert lies_on(with_lake.line, segment((32, 48), (36, 48)))


def test_free_land_within_occupied_land_is_a_front() -> None:
    pocket = box(33, 47.3, 33.4, 47.6)

    found = line_of(box(32, 47, 36, 48) - pocket)

    assert lies_on(found.line, segment((32, 48), (36, 48)), pocket.exterior)


@pytest.mark.parametrize("drawn", ["around the reservoir", "across the reservoir"])
def test_a_reservoir_between_the_sides_belongs_to_the_front(drawn: str) -> None:
    reservoir = box(33, 47.9, 35, 48.2)
    occupied = box(32, 47, 36, 48) - (reservoir if drawn.startswith("around") else EMPTY)

    found = line_of(occupied, lakes=reservoir)

    middle = found.line.intersection(box(33.1, 47, 34.9, 49))
    latitude = 47.9 if drawn.startswith("around") else 48.0
    assert lies_on(middle, segment((33.1, latitude), (34.9, latitude)))


def test_two_occupied_parts_have_two_fronts() -> None:
    found = line_of(shapely.union_all([box(32, 47, 33, 50), box(35, 47, 36, 50)]))

    assert lies_on(found.line, segment((33, 47), (33, 50)), segment((35, 47), (35, 50)))


def test_the_front_is_about_as_long_as_the_line_drawn() -> None:
    found = line_of(box(32, 47, 36, 48))

    assert length_km(found.line) == pytest.approx(
        length_km(shapely.segmentize(segment((32, 48), (36, 48)), 0.02)), abs=0.3
    )


# Distances


def test_distances_are_positive_on_the_free_side_and_negative_behind_the_line() -> None:
    found = line_of(box(32, 47, 36, 48))
    away = found.signed_distances_km(as_array([Point(34, 48.5), Point(34, 47.5)]))

    # Half a degree of the meridian about 48 N.
    assert away == pytest.approx([55.6, -55.6], abs=0.05)


def test_a_point_on_the_line_is_no_distance_away() -> None:
    away = line_of(box(32, 47, 36, 48)).signed_distances_km(as_array([Point(34, 48)]))

    assert away == pytest.approx([0.0], abs=0.01)


def test_no_points_have_no_distances() -> None:
    assert line_of(box(32, 47, 36, 48)).signed_distances_km(np.array([], dtype=object)).size == 0


def test_distances_equal_those_walked_along_the_line() -> None:
    met: Counter[str] = Counter()
    theatre = shapely.segmentize(box(22, 44, 41, 53), 0.05)
    degrees = st.tuples(st.floats(22.2, 40.2), st.floats(44.4, 52.4))
    steps = st.tuples(st.floats(-1, 1.5), st.floats(-1, 1.5))

    @settings(max_examples=40)
    @given(degrees, degrees | steps)
    def check(corner: tuple[float, float], other: tuple[float, float]) -> None:
        """The point lies anywhere, or a step from the corner: half of those are in the box."""
        west, south = corner
        occupied = land(box(west, south, west + 0.6, south + 0.4))
        near = abs(other[0]) < 2
        point = Point(west + other[0] * 0.6, south + other[1] * 0.4) if near else Point(other)
        found = contact_line(occupied, theatre, NO_WATER)

        away = found.signed_distances_km(as_array([point]))[0]

        assert abs(away) == pytest.approx(geodesic_km(point, found.line), rel=2e-4, abs=0.01)
        assert (away < 0) == occupied.intersects(point) or abs(away) < 1e-6
        met.update(["behind" if away < 0 else "before"])

    check()
    assert min(met["behind"], met["before"]) >= 5, met


# How far the line must move


def disc(lon: float, lat: float, radius_km: float) -> BaseGeometry:
    return geodesic_discs(*(np.array([v]) for v in (lon, lat, radius_km * 1000)))[0]


def flips(footprint: BaseGeometry, found: ContactLine, verdict: str) -> float:
    points = sample_points(as_array(footprint))
    away = found.signed_distances_km(points.ravel()).reshape(1, -1)
    return float(flips_if_line_moves_km(away, np.array([verdict], dtype=object))[0])


def share_of(footprint: BaseGeometry, occupied: BaseGeometry) -> float:
    return footprint.intersection(occupied).area / footprint.area


RINGED = shapely.union_all([box(33, 47, 35, 48.2), box(33, 47, 33.5, 49)])
"""Occupied land with a corner, so that the line is not straight."""


@pytest.mark.parametrize(
    ("lon", "lat", "radius_km"),
    [
        (34.0, 48.6, 10.0),
        (34.0, 48.35, 10.0),
        (33.7, 48.4, 8.0),
        (34.0, 47.9, 10.0),
        (34.0, 47.6, 20.0),
        (33.25, 48.7, 5.0),
        (34.0, 48.2, 10.0),
        (34.5, 48.24, 10.0),
        (34.5, 48.17, 10.0),
        (33.5, 48.6, 10.0),
    ],
)
def test_the_move_that_flips_a_verdict_is_the_one_found_by_moving_the_line(
    lon: float, lat: float, radius_km: float
) -> None:
    occupied, footprint = land(RINGED), disc(lon, lat, radius_km)
    # Behind the occupied land lies the sea: growing and shrinking moves only the front there.
    country = shapely.segmentize(box(33, 47, 36, 50), 0.02)
    found = contact_line(occupied, country, NO_WATER)
    share = share_of(footprint, occupied)
    verdict = "occupied" if share >= 0.95 else "government" if share <= 0.05 else "uncertain"
    flipped = {
        "government": lambda s: s > 0.05,
        "occupied": lambda s: s < 0.95,
        "uncertain": lambda s: s < 0.05 or s > 0.95,
    }[verdict]

    wanted = smallest_move_km(footprint, occupied, flipped)

    assert flips(footprint, found, verdict) == pytest.approx(wanted, abs=0.1 * radius_km)


def test_a_deposit_of_one_point_flips_when_the_line_reaches_it() -> None:
    found = line_of(box(32, 47, 36, 48))

    assert flips(Point(34, 48.5), found, "government") == pytest.approx(55.6, abs=0.05)
    assert flips(Point(34, 47.5), found, "occupied") == pytest.approx(55.6, abs=0.05)


@pytest.mark.parametrize("verdict", ["contested", "unknown"])
def test_a_verdict_that_does_not_rest_on_the_line_has_no_move(verdict: str) -> None:
    assert np.isnan(flips(Point(34, 48.5), line_of(box(32, 47, 36, 48)), verdict))


def test_without_a_line_nothing_flips() -> None:
    assert np.isnan(flips(Point(34, 48.5), line_of(EMPTY), "government"))


def test_no_move_is_negative() -> None:
    """A government deposit of which a sixteenth of the samples lies behind the line."""
    away = np.linspace(-1, 15, 128).reshape(1, -1)

    assert flips_if_line_moves_km(away, np.array(["government"], dtype=object))[0] >= 0
    assert flips_if_line_moves_km(-away, np.array(["occupied"], dtype=object))[0] >= 0


# Samples


def test_samples_lie_in_their_footprint_and_spread_evenly() -> None:
    footprint = disc(34, 48, 10)

    points = sample_points(as_array(footprint))[0]

    assert len(points) == SAMPLES
    assert shapely.intersects(footprint, points).all()
    for angle in range(0, 360, 30):
        lon, lat, _ = WGS84.fwd(34, 48, angle, 100_000)
        half = shapely.Polygon([WGS84.fwd(34, 48, angle - 90, 50_000)[:2], (lon, lat),
                                WGS84.fwd(34, 48, angle + 90, 50_000)[:2]])  # fmt: skip
        assert shapely.intersects(half, points).mean() == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("shape", [None, shapely.Polygon()])
def test_nothing_has_no_samples(shape: BaseGeometry | None) -> None:
    row = np.empty(1, dtype=object)
    row[:] = [shape]

    assert sample_points(row).tolist() == [[None] * SAMPLES]


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon([(34, 48), (36, 50), (36.0001, 50)]),
        shapely.MultiPolygon([box(34, 48, 34.001, 48.001), box(36, 50, 36.001, 50.001)]),
        box(34, 48, 35, 49) - box(34.001, 48.001, 34.999, 48.999),
    ],
    ids=["sliver", "far apart", "ring"],
)
def test_odd_footprints_give_as_many_samples_all_inside(shape: BaseGeometry) -> None:
    points = sample_points(as_array(shape))[0]

    assert len(points) == SAMPLES
    assert shapely.intersects(shapely.buffer(shape, 1e-9), points).all()


def test_many_threads_may_ask_one_front_at_once() -> None:
    """A prepared shape that threads share takes the whole process down."""
    land = shapely.box(30, 46, 34, 50)
    held = shapely.Point(33, 48).buffer(0.9, quad_segs=20_000)
    found = contact_line(held, land, shapely.Polygon())
    places = shapely.points(np.random.default_rng(1).uniform([31, 47], [34, 49], (2000, 2)))

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: found.signed_distances_km(places), range(16)))

    assert all(np.array_equal(answer, answers[0]) for answer in answers)
    assert not shapely.is_prepared(found.occupied)
