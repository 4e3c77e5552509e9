"""Which features of a file become control, with which status, and what is said of the others?"""

# ruff: noqa: RUF001 - the captions are Ukrainian

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from ingest_inputs import (
    COUNTRY,
    GREY,
    OCCUPIED_WORD,
    RED,
    a_box,
    a_feature,
    counts,
    ingested_body,
    issue,
    maps,
)
from shapely import box

from geodata.geometry import as_array
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.readers.deepstate import read_label
from schemas import Expectations


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Окуповано", "occupied"),
        ("Окуповано\xa0/// Occupied\n", "occupied"),
        ("Рубіжне. Території зайняті ворогом", "occupied"),
        ("Захоплено", "occupied"),
        ("Крим", "occupied"),
        ("ОРДЛО /// CADR and CALR", "occupied"),
        ("Острів Тузла /// Occupied Tuzla Island /// geoJSON.territories.tuzla", "occupied"),
        ("anything /// geoJSON.status.occupied", "occupied"),
        ("Звільнено 25.03 /// Liberated 25.03", "government"),
        ("Звільнено /// geoJSON.status.dismissed_at {{at:19.09}}", "government"),
        ("/// Taken back 16.04", "government"),
        ("/// Recaptured 04.09", "government"),
        ("Під контролем ЗСУ", "government"),
        ("The enemy was pushed back", "government"),
        ("Під питанням /// Contested", "contested"),
        ("/// Contensed", "contested"),
        ("In doubt", "contested"),
        ("Статус невідомий /// Unknown status", "contested"),
        ("Ситуація невідома", "contested"),
        ("Сіра зона /// Gray area", "contested"),
        ("Немає інфо", "contested"),
        ("Фактично контролюється ворогом, але немає інформації", "contested"),
        ("Придністров'я /// Transnistria", None),
        ("Багатокутник 23", None),
        ("", None),
    ],
)
def test_caption_gives_the_status(name: str, status: str | None) -> None:
    assert read_label(name, "").status == status


@pytest.mark.parametrize(
    ("fill", "status"),
    [
        ("#a52714", "occupied"),
        ("#880E4F", "occupied"),
        ("#000000", "occupied"),
        ("#bcaaa4", "contested"),
        ("#bdbdbd", "contested"),
        ("#757575", "contested"),
        ("#0f9d58", "government"),
        ("#0288d1", "government"),
        ("#0097a7", "government"),
        ("#01579b", "government"),
        ("#ff5252", None),
        ("", None),
    ],
)
def test_colour_gives_the_status_where_the_caption_is_silent(fill: str, status: str | None) -> None:
    assert read_label("Багатокутник 11", fill).status == status


def test_colour_wins_over_the_caption_and_the_label_says_so() -> None:
    label = read_label("Звільнено /// Liberated", GREY)
    assert (label.status, label.disagrees) == ("contested", True)


@pytest.mark.parametrize(
    "name", ["Окуп\ufffd\ufffdвано", "\ufffd\ufffdкуповано", "О\ufffdуповано", "Звіл\ufffdнено"]
)
def test_broken_utf8_inside_a_word_is_still_read(name: str) -> None:
    assert read_label(name, "").status is not None


def test_disagreement_of_caption_and_colour_is_counted_in_a_note(tmp_path: Path) -> None:
    batch = ingested_body(
        tmp_path,
        a_box(32, 47, 33, 48, "Під питанням", RED),
        a_box(34, 47, 35, 48, "Під питанням", RED),
    )
    note = issue(tmp_path, batch, "label_agrees_with_fill")
    assert (note.severity, note.count) == ("note", 2)
    assert list(maps(tmp_path, batch)["status"]) == ["occupied"]


def test_polygon_with_neither_known_caption_nor_colour_is_set_aside(tmp_path: Path) -> None:
    batch = ingested_body(
        tmp_path, a_box(32, 47, 33, 48), a_box(34, 47, 35, 48, "Багатокутник 54", "#fbc02d")
    )
    assert counts(batch) == (2, 1, 1)
    assert "Багатокутник 54" in issue(tmp_path, batch, "has_a_known_label").message


# Geometry


def test_points_are_counted_and_set_aside_in_one_issue(tmp_path: Path) -> None:
    point = a_feature({"type": "Point", "coordinates": [32.5, 47.5, 0]}, "Camp")
    batch = ingested_body(tmp_path, point, a_box(32, 47, 33, 48), point)
    assert counts(batch) == (3, 1, 2)
    found = issue(tmp_path, batch, "is_a_polygon")
    assert (found.severity, found.count, found.row) == ("quarantined", 2, 0)


def test_heights_are_dropped_and_reported(tmp_path: Path) -> None:
    ring = [[32, 47, 0], [33, 47, 0], [33, 48, 5], [32, 47, 0]]
    batch = ingested_body(
        tmp_path, a_feature({"type": "Polygon", "coordinates": [ring]}, "Окуповано", RED)
    )
    assert issue(tmp_path, batch, "geometry_is_flat").severity == "repaired"
    assert not maps(tmp_path, batch).geometry.has_z.any()


def test_polygons_are_taken_out_of_a_collection(tmp_path: Path) -> None:
    parts = [
        shapely.geometry.mapping(shape)
        for shape in (box(32, 47, 33, 48), box(32.5, 47, 34, 48), shapely.Point(32, 47))
    ]
    batch = ingested_body(
        tmp_path, a_feature({"type": "GeometryCollection", "geometries": parts}, "Окуповано", RED)
    )
    assert issue(tmp_path, batch, "geometry_is_plain").severity == "repaired"
    assert maps(tmp_path, batch).geometry[0].equals(box(32, 47, 34, 48))


def test_ring_that_crosses_itself_is_rebuilt(tmp_path: Path) -> None:
    bow = [[32, 47], [33, 48], [33, 47], [32, 48], [32, 47]]
    batch = ingested_body(
        tmp_path, a_feature({"type": "Polygon", "coordinates": [bow]}, "Окуповано", RED)
    )
    assert issue(tmp_path, batch, "geometry_is_valid").severity == "repaired"
    assert maps(tmp_path, batch).geometry[0].area == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("geometry", "rule"),
    [
        (None, "has_a_geometry"),
        ({"type": "LineString", "coordinates": [[32, 47], [33, 48]]}, "is_a_polygon"),
        ({"type": "GeometryCollection", "geometries": []}, "has_area"),
        ({"type": "Polygon", "coordinates": []}, "has_area"),
        ({"type": "Polygon", "coordinates": "far away"}, "geometry_is_readable"),
        ({"type": "Polygon", "coordinates": [[[32, 47], [33, 48]]]}, "geometry_is_readable"),
        ({"type": "Polygon"}, "geometry_is_readable"),
        (
            {"type": "Polygon", "coordinates": [[[320, 47], [321, 47], [321, 48], [320, 47]]]},
            "coordinates_are_degrees",
        ),
        (
            {
                "type": "Polygon",
                "coordinates": [[[32, 47], [32 + 1e-8, 47], [32, 47 + 1e-8], [32, 47]]],
            },
            "has_area",
        ),
    ],
)
def test_unusable_geometry_is_set_aside_with_its_rule(
    tmp_path: Path, geometry: dict[str, Any] | None, rule: str
) -> None:
    batch = ingested_body(tmp_path, a_box(32, 47, 33, 48), a_feature(geometry, "Окуповано", RED))
    assert counts(batch) == (2, 1, 1)
    assert issue(tmp_path, batch, rule).row == 1


def test_feature_that_is_no_object_is_set_aside(tmp_path: Path) -> None:
    batch = ingested_body(tmp_path, a_box(32, 47, 33, 48), 7, None, "x")
    assert counts(batch) == (4, 1, 3)


def test_coordinates_lie_on_the_grid(tmp_path: Path) -> None:
    batch = ingested_body(tmp_path, a_box(32.00000049, 47, 33, 48))
    x, y = shapely.get_coordinates(maps(tmp_path, batch).geometry).T
    assert np.allclose(x * 1e6, np.round(x * 1e6), atol=1e-3)
    assert x.min() == 32
    assert y.max() == 48


# Coverage


def test_occupied_land_of_another_country_is_set_aside(tmp_path: Path) -> None:
    karelia = "Тимчасово окупована територія Карелії. /// geoJSON.territories.karelia"
    batch = ingested_body(
        tmp_path, a_box(32, 47, 33, 48), a_box(30, 61, 32, 63, karelia, "#ff5252")
    )
    assert counts(batch) == (2, 1, 1)
    assert "Карелії" in issue(tmp_path, batch, "lies_in_coverage").message
    assert maps(tmp_path, batch).total_bounds.tolist() == [32, 47, 33, 48]


def test_polygon_mostly_outside_is_set_aside_and_mostly_inside_kept_whole(tmp_path: Path) -> None:
    batch = ingested_body(tmp_path, a_box(39, 47, 40.5, 48), a_box(39.5, 49, 41, 50))
    assert counts(batch) == (2, 1, 1)
    assert maps(tmp_path, batch).geometry[0].equals(box(39, 47, 40.5, 48))


def test_far_part_of_a_multipolygon_is_cut_off_and_the_rest_kept(tmp_path: Path) -> None:
    both = shapely.MultiPolygon([box(32, 47, 33, 48), box(64, 14, 64.5, 14.5)])
    batch = ingested_body(tmp_path, a_feature(shapely.geometry.mapping(both), OCCUPIED_WORD, RED))
    assert counts(batch) == (1, 1, 0)
    assert issue(tmp_path, batch, "parts_lie_in_coverage").severity == "repaired"
    assert maps(tmp_path, batch).geometry[0].equals(box(32, 47, 33, 48))


def test_snake_island_is_kept_though_the_outline_lacks_it(tmp_path: Path) -> None:
    island = a_box(30.19, 45.24, 30.22, 45.27, "Зміїний /// Snake Island")
    batch = ingested_body(tmp_path, a_box(32, 47, 33, 48), island)
    assert counts(batch) == (2, 2, 0)


def test_large_polygon_around_an_island_is_no_island() -> None:
    coverage = Coverage(COUNTRY, Expectations())
    around = as_array([box(29.5, 44.5, 30.5, 45.8), box(30.19, 45.24, 30.22, 45.27)])
    assert coverage.holds(around).tolist() == [False, True]
