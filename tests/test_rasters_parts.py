"""Do grids, colours, legends and pictures of rasters hold what they say?"""

from datetime import date

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from raster_inputs import pixels_of, slow_areas, slow_shares

from geodata.control.cells import cell_table
from geodata.errors import InvalidInput
from geodata.geometry import as_array
from geodata.rasters.colours import (
    RAMPS,
    legend_png,
    palette,
    palette_numbers,
    png,
    ramp,
    scale_of,
    stops,
)
from geodata.rasters.coverage import coverage
from geodata.rasters.grid import Grid, covering
from geodata.rasters.lettering import INKS, can_write, text_ink
from geodata.rasters.products import (
    NO_DAY,
    NO_DENSITY,
    deposit_density,
    newest_source,
    occupation_since,
)
from geodata.rasters.statistics import weighted_median
from schemas import Raster
from service.params.area import parse_area

SMALL = Grid("EPSG:4326", 30, 50, 0.5, 0.5, 8, 6)
corners = st.tuples(st.floats(30.1, 33.9), st.floats(47.1, 49.9))


def a_raster(**changed: object) -> Raster:
    known = {
        "id": "r", "title": "R", "description": "By hand.", "unit": "m", "origin": "user",
        "dtype": "float32", "nodata": -9999, "crs": "EPSG:4326", "bounds": (30, 47, 34, 50),
        "corner": (30, 50), "resolution": (0.5, 0.5), "width": 8, "height": 6, "ramp": "tide",
        "value_range": (0, 100), "cells": 48, "minimum": 0, "maximum": 100, "licence": "none",
    }  # fmt: skip
    return Raster.model_validate({**known, **changed})


def test_a_grid_of_degrees_covers_its_box_on_whole_degrees() -> None:
    grid = covering((22.13, 44.38, 40.16, 52.37), 240)
    assert grid.bounds == pytest.approx((22, 44, 41, 53))
    assert (grid.width, grid.height) == (19 * 240, 9 * 240)


def test_a_spot_on_the_north_west_corner_is_in_the_first_cell() -> None:
    assert SMALL.cell_at(30, 50) == (0, 0)
    assert SMALL.cell_at(33.99, 47.01) == (5, 7)
    assert SMALL.cell_at(34, 48) is None
    assert SMALL.cell_at(31, 50.1) is None


def test_areas_of_cells_are_those_of_their_polygons() -> None:
    assert SMALL.cell_areas_km2() == pytest.approx(slow_areas(SMALL), rel=1e-6)


def test_areas_of_projected_cells_are_those_on_the_ellipsoid() -> None:
    grid = Grid("EPSG:32636", 300_000, 5_500_000, 2000, 2000, 100, 80)
    back = pyproj.Transformer.from_crs(grid.crs, "OGC:CRS84", always_xy=True).transform
    x, y = (
        300_000 + 2000 * np.array([70, 71, 71, 70]),
        5_500_000 - 2000 * np.array([30, 30, 31, 31]),
    )
    truth = abs(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(*back(x, y))[0]) / 1e6
    assert grid.cell_areas_km2()[30, 70] == pytest.approx(truth, rel=1e-6)


@given(st.lists(corners, min_size=3, max_size=6))
def test_shares_of_cells_are_those_of_cutting_each_cell(places: list[tuple[float, float]]) -> None:
    shape = shapely.MultiPoint(places).convex_hull
    if shape.geom_type != "Polygon" or shape.area < 1e-3:
        return
    found = np.zeros((SMALL.height, SMALL.width))
    rows, columns, covered = coverage(shape, SMALL)
    found[rows, columns] = covered
    assert found == pytest.approx(slow_shares(shape, SMALL), abs=1e-9)


@given(st.lists(corners, min_size=1, max_size=5), st.floats(0.05, 0.5))
def test_density_times_area_sums_to_the_deposits(
    places: list[tuple[float, float]], radius: float
) -> None:
    grid = covering((29, 46, 35, 51), 12)
    discs = [shapely.Point(place).buffer(radius) for place in places]
    shapes = np.array([*discs, shapely.Point(31.2, 48.7), None], dtype=object)
    cells = deposit_density(shapes, shapely.box(30, 47, 34, 50), grid)
    held = np.where(cells == NO_DENSITY, 0, cells).astype(float)
    assert (held * grid.cell_areas_km2()).sum() / 1000 == pytest.approx(len(places) + 1, rel=1e-5)


def test_a_point_deposit_lies_in_one_cell_and_land_without_deposits_is_zero() -> None:
    shapes = as_array(shapely.Point(31.2, 48.7))
    cells = deposit_density(shapes, shapely.box(30, 47, 32, 50), SMALL)
    assert np.argwhere(cells > 0).tolist() == [[2, 2]]
    assert (cells[:, :4] >= 0).all()
    assert (cells[:, 4:] == NO_DENSITY).all()


def test_occupied_land_has_the_day_it_was_last_taken() -> None:
    west, east = shapely.box(30, 47, 32, 50), shapely.box(32, 47, 34, 50)
    rows = [
        ("occupied", date(2022, 2, 24), date(2022, 9, 1), west),
        ("occupied", date(2023, 5, 1), None, west),
        ("contested", date(2022, 3, 1), None, east),
    ]
    days = occupation_since(cell_table("x", rows), date(2024, 1, 1), SMALL)
    assert set(days[:, :4].ravel()) == {(date(2023, 5, 1) - date(1970, 1, 1)).days}
    assert set(days[:, 4:].ravel()) == {NO_DAY}
    nothing = occupation_since(cell_table("x", rows), date(2022, 12, 1), SMALL)
    assert set(nothing.ravel()) == {NO_DAY}


def test_the_first_fresh_source_of_the_priority_list_is_drawn_else_the_freshest() -> None:
    order = ("deepstate", "isw", "settlements")
    settlements = {"settlements": date(2026, 1, 15)}
    assert newest_source({**settlements, "isw": date(2026, 1, 1)}, order) == "isw"
    assert newest_source({**settlements, "isw": date(2025, 12, 31)}, order) == "settlements"
    assert newest_source({"b": date(2022, 1, 1), "a": date(2022, 1, 1)}, ()) == "a"


@pytest.mark.parametrize("name", RAMPS)
def test_lightness_of_a_ramp_runs_one_way(name: str) -> None:
    colours = ramp(name)[:, :3] / 255
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    light = linear @ [0.2126, 0.7152, 0.0722]
    steps = np.diff(light)
    assert (steps >= -1e-3).all() or (steps <= 1e-3).all()
    assert abs(light[-1] - light[0]) > 0.5


def test_values_beyond_the_ends_take_the_colours_of_the_ends() -> None:
    values = np.array([[-5.0, 0.0, 50.0, 100.0, 1e9, np.nan]])
    numbers = palette_numbers(values, np.isfinite(values), (0, 100))
    assert numbers.tolist() == [[1, 1, 128, 255, 255, 0]]
    assert palette("tide")[0].tolist() == [0, 0, 0, 0]


def test_a_picture_is_read_back_as_it_was_drawn() -> None:
    numbers = np.arange(12, dtype=np.uint8).reshape(3, 4)
    assert (pixels_of(png(numbers, palette("dusk"))) == palette("dusk")[numbers]).all()


@pytest.mark.parametrize("text", ["x", "0,1", "__import__('os').system('id')", "default "])
def test_colours_and_ends_go_by_names_alone(text: str) -> None:
    with pytest.raises(InvalidInput, match="give one of"):
        scale_of(a_raster(), text)
    with pytest.raises(InvalidInput, match="give one of"):
        scale_of(a_raster(), None, text)


def test_a_legend_labels_round_numbers_and_says_what_lies_beyond() -> None:
    raster = a_raster(minimum=-3, maximum=140)
    found = stops(raster, scale_of(raster))
    assert [stop.label for stop in found] == ["≤0", "20", "40", "60", "80", "≥100"]
    full = stops(raster, scale_of(raster, rescale="full"))
    assert [stop.label for stop in full][:2] == ["-3", "50"]


def test_a_legend_of_days_labels_years() -> None:
    raster = a_raster(reading="days", value_range=(19047, 20573), minimum=19047, maximum=20573)
    labels = [stop.label for stop in stops(raster, scale_of(raster))]
    assert labels[0] == "2022-02-24"
    assert labels[-1] == "2026-04-30"
    assert set(labels[1:-1]) <= {"2023", "2024", "2025", "2026"}


def test_a_legend_is_drawn_in_the_colours_of_the_ramp() -> None:
    raster = a_raster(unit="people per km²")
    drawn = pixels_of(legend_png(raster, scale_of(raster)))
    assert (drawn[..., 3] == 255).all()
    bar = drawn[40]
    assert np.abs(bar[41, :3].astype(int) - ramp("tide")[0, :3]).max() <= 2
    assert np.abs(bar[518, :3].astype(int) - ramp("tide")[-1, :3]).max() <= 4


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_a_legend_has_labels_in_order_within_the_ends(low: float, width: float) -> None:
    high = low + width
    raster = a_raster(value_range=(low, high), minimum=low, maximum=high)
    found = stops(raster, scale_of(raster))
    at = [stop.at for stop in found]
    assert at == sorted(at)
    assert (at[0], at[-1]) == (0, 1)
    assert all(can_write(stop.label) for stop in found)
    assert legend_png(raster, scale_of(raster))


def test_every_letter_of_both_scripts_has_ink_and_differs_from_every_other() -> None:
    latin = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    for letters in (latin, "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя", "-−–.,:/%()²³≤≥°'’№"):
        assert can_write(letters)
        seen = {text_ink(letter).tobytes() for letter in letters}
        assert len(seen) == len(letters)
        assert all(text_ink(letter).max() > (INKS - 1) / 3 for letter in letters)


def test_a_text_is_as_wide_as_its_letters_and_leaves_out_what_is_not_there() -> None:
    assert text_ink("кіт").shape[1] == sum(text_ink(letter).shape[1] for letter in "кіт")
    assert not can_write("漢")
    assert (text_ink("a漢b") == text_ink("ab")).all()
    assert text_ink("").shape[1] == 0


@pytest.mark.parametrize(
    ("given", "drawn"),
    [
        ("people per km2", "people per km²"),
        ("осіб на км2", "осіб на км²"),
        ("m3/s", "m³/s"),
        ("mm2; kg per m2", "mm²; kg per m²"),
        ("m2020", "m2020"),
        ("CO2", "CO2"),
        ("people per km²", "people per km²"),
    ],
)
def test_powers_of_metres_are_raised_in_a_legend(given: str, drawn: str) -> None:
    legends = [a_raster(unit=given), a_raster(unit=drawn)]
    assert len({legend_png(raster, scale_of(raster)) for raster in legends}) == 1
    other = a_raster(unit="x")
    assert legend_png(other, scale_of(other)) != legend_png(legends[0], scale_of(legends[0]))


def test_a_legend_without_room_for_its_unit_shows_what_fits() -> None:
    raster = a_raster(unit="щільність " * 20)
    drawn = pixels_of(legend_png(raster, scale_of(raster)))
    assert drawn.shape[1] == 560
    assert (drawn[12:26, -20:, 0] < 128).any()


def test_a_unit_in_a_script_the_font_lacks_is_left_off() -> None:
    lettered, plain = a_raster(unit="人口"), a_raster(unit="")
    assert legend_png(lettered, scale_of(lettered)) == legend_png(plain, scale_of(plain))


def test_the_median_is_where_half_of_the_weight_lies() -> None:
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 1.0])) == 2
    assert weighted_median(np.array([3.0, 1.0, 2.0]), np.array([5.0, 1.0, 1.0])) == 3


SQUARE = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}'


@pytest.mark.parametrize(
    "text",
    [
        SQUARE,
        f'{{"type":"Feature","properties":null,"geometry":{SQUARE}}}',
        f'{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{SQUARE}}}]}}',
        '{"type":"MultiPolygon","coordinates":[[[[0,0,5],[1,0,5],[1,1,5],[0,1,5],[0,0,5]]]]}',
    ],
)
def test_an_area_is_a_polygon_in_any_wrapping(text: str) -> None:
    assert parse_area(text.encode()).equals(shapely.box(0, 0, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "{", '{"type":"Point","coordinates":[0,0]}', '{"type":"Feature"}',
        '{"type":"FeatureCollection"}', '{"type":"FeatureCollection","features":[]}',
        '{"type":"FeatureCollection","features":[1]}', '{"type":"Polygon"}',
        '{"type":"Polygon","coordinates":[]}', '{"type":"Polygon","coordinates":"x"}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,1]]]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}',
        '{"type":"Polygon","coordinates":[[[0,0],[2,2],[2,0],[0,2],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[[0,0],[1,0],[2,0],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[[0,0],[999,0],[999,1],[0,0]]]}',
        '{"type":"Polygon","coordinates":[[[null,0],[1,0],[1,1],[0,0]]]}',
        '{"type":{"a":1}}', '{"type":["Polygon"]}', "[" * 5000,
    ],
)  # fmt: skip
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_area(text.encode())
