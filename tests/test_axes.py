"""Do coordinates come and go in the authority's order of axes? PROJ itself is asked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import numpy as np
import pyproj
import pytest
import shapely
from served import Client
from shapely import Point, box

from geodata.crs import OFFERED, parse_crs
from geodata.errors import InvalidInput
from geodata.store.embedded import EmbeddedStore
from geodata.tiles.pmtiles import outward
from service.params.boxes import area_of

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
NORTH_FIRST = {"4326", "4258", "3035"}
"""Of the CRSs offered, those whose authority puts latitude or northing first."""
SETTLEMENTS = "/collections/settlements/items?limit=10000"
SOUTH_EAST = box(36.6, 47.6, 37.9, 48.4)
"""Some 100 by 90 km around Donetsk, CRS84."""
Places = dict[str, tuple[float, float]]


def authority(uri: str) -> pyproj.Transformer:
    """From CRS84 into a CRS, axes in the order its authority gives them."""
    return pyproj.Transformer.from_crs(CRS84, uri, always_xy=False)


def code(uri: str) -> str:
    return uri.rpartition("/")[2]


def coordinates(feature: dict[str, Any], member: str = "geometry") -> np.ndarray:
    """All coordinates of a feature's geometry, (n, 2) as they stand."""
    return shapely.get_coordinates(shapely.geometry.shape(feature[member]))


def into(uri: str, xy: np.ndarray) -> np.ndarray:
    """CRS84 coordinates (n, 2) in a CRS, in its own order of axes."""
    return np.column_stack(authority(uri).transform(xy[:, 0], xy[:, 1]))


def moved_coordinates(uri: str, feature: dict[str, Any]) -> np.ndarray:
    """Those a CRS84 feature should have in a CRS.

    Outer rings run anti-clockwise in the numbers as they stand, so that exchanging the axes turns
    a ring round.
    """
    shape = shapely.transform(shapely.geometry.shape(feature["geometry"]), lambda xy: into(uri, xy))
    return shapely.get_coordinates(shapely.orient_polygons(shape))


def tolerance(uri: str) -> float:
    """A coordinate has seven decimals of a degree, or of a metre."""
    return 2e-7 if code(uri) in {"CRS84", "4326", "4258"} else 0.02


def test_the_crss_that_put_north_first_are_known() -> None:
    """So that the tests below meet both orders, and say which CRS has which."""
    swapped = {code(uri) for uri in OFFERED if pyproj.CRS(uri).axis_info[0].direction == "north"}

    assert swapped == NORTH_FIRST
    assert {code(uri) for uri in OFFERED} - swapped == {
        "CRS84", "3857", "32634", "32635", "32636", "32637",
    }  # fmt: skip


# Out: crs=


@pytest.mark.parametrize("uri", OFFERED)
@pytest.mark.parametrize("name", ["deposits", "admin-areas"])
def test_a_page_in_a_crs_has_the_coordinates_proj_gives(
    client: Client, uri: str, name: str
) -> None:
    target = f"/collections/{name}/items?limit=20"
    plain, answer = client.json(target)["features"], client.get(f"{target}&crs={uri}")

    assert answer.headers["content-crs"] == f"<{uri}>"
    for here, there in zip(plain, answer.json()["features"], strict=True):
        wanted = moved_coordinates(uri, here)
        assert coordinates(there) == pytest.approx(wanted, abs=tolerance(uri)), there["id"]
        assert "bbox" not in there, "a box would have to follow the order of axes too"


@pytest.mark.parametrize("uri", OFFERED)
def test_a_feature_alone_has_the_coordinates_of_its_page(client: Client, uri: str) -> None:
    (paged,) = client.json(f"/collections/deposits/items?id=dobra_li&crs={uri}")["features"]
    answer = client.get(f"/collections/deposits/items/dobra_li?crs={uri}")

    assert answer.headers["content-crs"] == f"<{uri}>"
    assert answer.json()["geometry"] == paged["geometry"]
    (plain,) = client.json("/collections/deposits/items?id=dobra_li")["features"]
    assert coordinates(paged) == pytest.approx(into(uri, coordinates(plain)), abs=tolerance(uri))


@pytest.mark.parametrize("uri", OFFERED)
def test_json_downloads_have_the_coordinates_of_the_page(client: Client, uri: str) -> None:
    target = f"/collections/deposits/items?limit=5&crs={uri}"
    paged = [coordinates(f) for f in client.json(target)["features"]]
    lines = client.get(f"{target}&f=geojsonseq").text.split("\x1e")[1:]
    placed = client.json(f"{target}&f=jsonfg")["features"]
    member = "geometry" if uri == CRS84 else "place"

    for want, line, feature in zip(paged, lines, placed, strict=True):
        assert coordinates(json.loads(line)) == pytest.approx(want)
        assert coordinates(feature, member) == pytest.approx(want)


@pytest.mark.parametrize("code_", sorted(NORTH_FIRST))
def test_tables_are_x_first_whatever_the_authority_says(client: Client, code_: str) -> None:
    """Readers of WKT in a table, as of GeoPackage and GeoParquet, take x first."""
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code_}"
    target = f"/collections/deposits/items?limit=1&crs={uri}"
    (feature,) = client.json(target)["features"]
    text = client.get(f"{target}&f=csv").text
    north, east = coordinates(feature)[0]

    wkt = text[text.index("POINT") :].partition(")")[0].removeprefix("POINT").strip(" (")
    assert [float(part) for part in wkt.split()] == pytest.approx([east, north])


# In: bbox-crs=, filter-crs=


@pytest.fixture(scope="module")
def settlements(store: EmbeddedStore) -> Places:
    """Every row's place by id, longitude and latitude."""
    table = store.tables.geo("settlements")
    xy = shapely.get_coordinates(table.geometry.to_numpy())
    return dict(zip(table["id"], map(tuple, xy.tolist()), strict=True))


def square_in(uri: str) -> tuple[float, float, float, float]:
    """A box in a CRS, lower corner first, that is about SOUTH_EAST; whole units of it."""
    corners = into(uri, shapely.get_coordinates(SOUTH_EAST))
    digits = 2 if tolerance(uri) < 1e-3 else -2
    low, high = corners.min(axis=0).round(digits), corners.max(axis=0).round(digits)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def inside(uri: str, places: Places) -> set[str]:
    """Ids of the places whose coordinates PROJ gives lie in the box, one number at a time."""
    first, second, last_first, last_second = square_in(uri)
    moved = into(uri, np.array(list(places.values())))
    return {
        i
        for i, (a, b) in zip(places, moved.tolist(), strict=True)
        if first <= a <= last_first and second <= b <= last_second
    }


def ids(client: Client, target: str) -> set[str]:
    page = client.json(target)
    assert page["numberMatched"] == page["numberReturned"]
    return {feature["id"] for feature in page["features"]}


def edges(uri: str) -> Iterator[str]:
    """The box as a polygon's coordinates; projected edges are cut short, for they bend in CRS84."""
    ring = shapely.segmentize(box(*square_in(uri)), 0.01 if tolerance(uri) < 1e-3 else 2000)
    return (f"{a} {b}" for a, b in shapely.get_coordinates(ring).tolist())


@pytest.mark.parametrize("uri", OFFERED)
def test_a_box_in_a_crs_finds_what_lies_in_it_by_its_authority(
    client: Client, settlements: Places, uri: str
) -> None:
    words = ",".join(map(str, square_in(uri)))

    found = ids(client, f"{SETTLEMENTS}&bbox={words}&bbox-crs={uri}")

    assert found == inside(uri, settlements)
    assert len(found) > 300


@pytest.mark.parametrize("uri", OFFERED)
@pytest.mark.parametrize("language", ["cql2-text", "cql2-json"])
def test_a_filter_in_a_crs_finds_what_lies_in_it_by_its_authority(
    client: Client, settlements: Places, uri: str, language: str
) -> None:
    ring = [tuple(map(float, pair.split())) for pair in edges(uri)]
    text = f"S_INTERSECTS(geometry, POLYGON(({', '.join(edges(uri))})))"
    document = {
        "op": "s_intersects",
        "args": [{"property": "geometry"}, {"type": "Polygon", "coordinates": [ring]}],
    }
    words = text if language == "cql2-text" else json.dumps(document)

    found = ids(
        client,
        f"{SETTLEMENTS}&filter-lang={language}&filter-crs={uri}&filter={quote(words, safe='')}",
    )

    assert found == inside(uri, settlements)
    assert len(found) > 300


@pytest.mark.parametrize("uri", OFFERED)
def test_a_box_within_a_filter_is_read_in_its_crs(
    client: Client, settlements: Places, uri: str
) -> None:
    words = f"S_INTERSECTS(geometry, BBOX({', '.join(map(str, square_in(uri)))}))"

    found = ids(client, f"{SETTLEMENTS}&filter-crs={uri}&filter={quote(words, safe='')}")

    assert found == inside(uri, settlements)


@pytest.mark.parametrize("code_", ["4326", "4258"])
@pytest.mark.parametrize(
    "words", ["bbox=36.6,91,37.9,92", "filter=S_INTERSECTS(geometry,POINT(91%2036))"]
)
def test_latitudes_beyond_the_poles_are_refused_in_the_order_of_the_axes(
    client: Client, code_: str, words: str
) -> None:
    """A longitude of 91 is one; as the first number here it is a latitude."""
    parameter = words.partition("=")[0]
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code_}"
    lonlat = f"{SETTLEMENTS}&{words}"
    north_first = f"{lonlat}&{parameter}-crs={uri}"

    statuses = client.get(lonlat).status, client.get(north_first).status

    assert statuses == ((400, 200) if parameter == "bbox" else (200, 400))


@pytest.mark.parametrize("uri", OFFERED)
def test_the_three_parameters_speak_of_one_place(client: Client, uri: str) -> None:
    """What `crs` gives, `bbox-crs` and `filter-crs` take."""
    target = f"/collections/deposits/items?crs={uri}"
    (feature,) = client.json(f"{target}&id=shevchenkivske_li")["features"]
    first, second = coordinates(feature)[0].tolist()
    reach = 0.01 if tolerance(uri) < 1e-3 else 1000
    around = ",".join(
        str(n) for n in (first - reach, second - reach, first + reach, second + reach)
    )
    spot = shapely.buffer(Point(first, second), reach).wkt

    boxed = ids(client, f"{target}&bbox-crs={uri}&bbox={around}")
    filtered = ids(
        client,
        f"{target}&filter-crs={uri}&filter={quote(f'S_INTERSECTS(geometry, {spot})', safe='')}",
    )

    assert boxed == filtered == {"shevchenkivske_li"}


EDGES = [
    ("EPSG:32636", (300_000.0, 5_200_000.0, 700_000.0, 5_600_000.0)),
    ("EPSG:3035", (4_800_000.0, 2_600_000.0, 5_900_000.0, 3_400_000.0)),
    ("EPSG:3857", (2_400_000.0, 5_400_000.0, 4_600_000.0, 6_900_000.0)),
    ("EPSG:32636", (500_000.0, 5_300_000.0, 600_000.0, 5_300_000.0)),
    ("EPSG:32636", (500_000.0, 5_300_000.0, 500_000.0, 5_300_000.0)),
]


@pytest.mark.parametrize(("crs", "bounds"), EDGES)
def test_a_point_on_the_edge_of_a_box_is_in_it(
    crs: str, bounds: tuple[float, float, float, float]
) -> None:
    """Sides bend on the way to degrees, and points move by what rounding costs."""
    axes = parse_crs(crs, "bbox-crs")
    area = shapely.from_wkb(area_of(bounds, axes))
    west, south, east, north = bounds
    shares = np.random.default_rng(3).random(200)
    x, y = west + shares * (east - west), south + shares * (north - south)
    sides = np.concatenate([
        np.column_stack(pair) for pair in (
            (x, np.full(200, south)), (x, np.full(200, north)),
            (np.full(200, west), y), (np.full(200, east), y),
        )
    ])  # fmt: skip
    on_edge = axes.to_crs84(shapely.points(sides))
    assert shapely.intersects(area, on_edge).all()
    if west == east or south == north:
        return
    beyond = sides + np.sign(sides - [(west + east) / 2, (south + north) / 2]) * 1.0
    outside = axes.to_crs84(shapely.points(beyond))
    assert not shapely.intersects(area, outside).any(), "a metre off is out"


def test_no_geometry_without_a_place_is_projected() -> None:
    mercator, utm = (parse_crs(code, "crs") for code in ("EPSG:3857", "EPSG:32636"))
    line = shapely.LineString([(0, 0), (0, 90)])
    for shape in (Point(30, 89), Point(0, -90), box(0, 80, 10, 86), line):
        shapes = np.array([Point(30, 50), None, Point(), shape], dtype=object)
        with pytest.raises(InvalidInput, match="1 of 4 geometries cannot be projected") as caught:
            mercator.from_crs84(shapes)
        assert caught.value.parameter == "crs"
        assert np.isfinite(shapely.bounds(utm.from_crs84(shapes)[[0, 3]])).all()
    kept = mercator.from_crs84(np.array([Point(180, 85.05), None, Point()], dtype=object))
    assert [shapely.is_missing(kept[1]), shapely.is_empty(kept[2])] == [True, True]


def test_bounds_of_an_archive_hold_what_lies_on_them() -> None:
    for value in (30.12345678912, -30.12345678912, 30.1, -0.1, 180.0, -180.0, 1e-9, -1e-9):
        west, south, east, north = outward((value, value, value, value))
        assert west / 1e7 <= value <= east / 1e7
        assert south / 1e7 <= value <= north / 1e7
        assert east - west <= 1
