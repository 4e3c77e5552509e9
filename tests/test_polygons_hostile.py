"""Do polygons sent by anyone come to an answer or a refusal, and never to an end of the process?"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest
import rasterio
import shapely
from raster_inputs import a_geotiff, slow_shares

from geodata.errors import InvalidInput, TooLarge
from geodata.geometry import as_array
from geodata.ingest import RasterPipeline, ingest
from geodata.rasters import coverage as shares
from geodata.rasters import statistics
from geodata.rasters.coverage import coverage
from geodata.rasters.grid import Grid
from geodata.rasters.listing import Rasters
from geodata.store.embedded import EmbeddedStore
from geodata.tangles import are_interwoven, is_tangled
from geodata.workspace import Workspace
from service.params.area import parse_area

ROOT = Path(__file__).resolve().parents[1]
SMALL = Grid("EPSG:4326", 30, 50, 0.5, 0.5, 8, 6)
FINE = Grid("EPSG:4326", 22, 53, 1 / 240, 1 / 240, 4560, 2160)


def on(grid: Grid, shape: shapely.Geometry) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The shares of all cells of a grid."""
    cells = np.zeros((grid.height, grid.width))
    rows, columns, covered = coverage(shape, grid)
    cells[rows, columns] = covered
    return cells


def combs(teeth: int, grid: Grid) -> shapely.Polygon:
    """The outline between two combs whose teeth stand in one another's gaps, on edges of cells."""
    tops = [(x, 0.5 * (x % 2)) for x in range(2 * teeth)]
    feet = [(x, 5 - 0.5 * (x % 2)) for x in reversed(range(2 * teeth))]
    return shapely.Polygon([(grid.west + x * grid.dx, grid.north - y * grid.dy)
                            for x, y in (*tops, *feet)])  # fmt: skip


def fan(holes: int) -> shapely.Polygon:
    """Holes that all touch one spot."""
    shell = [(-80, -80), (80, -80), (80, 80), (-80, 80)]
    at = [i / holes * 60 for i in range(holes)]
    return shapely.Polygon(shell, [[(0, 0), (x + 30 / holes, 50), (x, 50)] for x in at])


def nested(rings: int) -> shapely.MultiPolygon:
    """Frames around frames."""
    sizes = [(i + 1) / rings * 80 for i in range(rings)]
    return shapely.MultiPolygon([
        shapely.box(-a, -a, a, a) - shapely.box(-b, -b, b, b)
        for a, b in ((size, size - 20 / rings) for size in sizes)
    ])  # fmt: skip


def strips(count: int) -> list[shapely.Polygon]:
    """Strips from west to east across strips from south to north."""
    lows = [i / count * 80 for i in range(count)]
    width = 40 / count
    return [*(shapely.box(0, low, 80, low + width) for low in lows),
            *(shapely.box(low, 0, low + width, 80) for low in lows)]  # fmt: skip


def diagonal(edges: int) -> shapely.Polygon:
    """A zigzag whose edges lie side by side, so that the boxes of all of them meet."""
    shifts = [i * 1e-3 for i in range(edges)]
    ends = [((s, -s), (s + 50, 50 - s)) for s in shifts]
    zigzag = [
        place for i, pair in enumerate(ends) for place in (pair if i % 2 == 0 else pair[::-1])
    ]
    return shapely.Polygon([(-1.0, -1.0), *zigzag, (50.0, -60.0)])


def as_features(shapes: list[shapely.Polygon]) -> bytes:
    features = [{"type": "Feature", "geometry": orjson.Fragment(shapely.to_geojson(shape))}
                for shape in shapes]  # fmt: skip
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def test_odd_polygons_of_all_kinds_have_right_shares_or_are_refused() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.odd_polygons", "1500", "25"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert child.returncode == 0, child.stdout + child.stderr
    assert int(child.stdout) > 300


@pytest.mark.parametrize("teeth", [1, 2, 4, 100])
def test_combs_on_the_edges_of_cells_have_the_shares_of_cutting(teeth: int) -> None:
    grid = Grid("EPSG:4326", 30, 50, 0.25, 0.25, 2 * teeth + 1, 7)
    shape = combs(teeth, grid)
    assert on(grid, shape) == pytest.approx(slow_shares(shape, grid), abs=1e-9)


@pytest.mark.parametrize("batch", [1, 7, 10_000])
def test_shares_do_not_depend_on_how_many_pieces_are_cut_at_a_time(
    monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    shape = shapely.Point(32, 48.5).buffer(1.3) - shapely.Point(32.2, 48.5).buffer(0.4)
    whole = on(SMALL, shape)
    monkeypatch.setattr(shares, "AT_ONCE", batch)
    assert on(SMALL, shape) == pytest.approx(whole, abs=1e-12)
    assert whole == pytest.approx(slow_shares(shape, SMALL), abs=1e-9)


def test_a_polygon_on_edges_of_cells_meets_no_cell_beside_it() -> None:
    box = shapely.box(30.1 + 0.4, 47.2 + 0.3, 31.2 + 0.3, 48.8 + 0.2)  # 0.1 + 0.2 is not 0.3
    assert np.argwhere(on(SMALL, box) > 0).tolist() == [[r, c] for r in range(2, 5) for c in (1, 2)]


@pytest.mark.parametrize("size", [1e-3, 1e-6, 1e-9])
def test_a_polygon_much_smaller_than_a_cell_lies_in_it(size: float) -> None:
    (cell,) = np.argwhere(on(SMALL, shapely.box(31.2, 48.7, 31.2 + size, 48.7 + size)) > 0)
    assert cell.tolist() == [2, 2]


@pytest.mark.parametrize("bounds", [(-179, -89, 179, 89), (31, 40, 32, 60), (20, 48, 50, 48.3)])
def test_a_polygon_reaching_beyond_the_grid_has_shares_within_it(
    bounds: tuple[float, float, float, float],
) -> None:
    box = shapely.box(*bounds)
    assert on(SMALL, box) == pytest.approx(slow_shares(box, SMALL), abs=1e-9)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.box(0, 0, 1, 1),
        shapely.Polygon(),
        shapely.box(29, 48, 30, 49),
        shapely.LineString([(30, 48), (31, 49)]),
    ],
)
def test_a_shape_without_ground_in_the_grid_meets_no_cell(shape: shapely.Geometry) -> None:
    assert [len(part) for part in coverage(shape, SMALL)] == [0, 0, 0]


@pytest.mark.parametrize("far", [np.inf, -np.inf, 1e300, 1e14])
def test_vertices_without_a_place_on_the_grid_are_refused(far: float) -> None:
    with pytest.raises(InvalidInput, match="cannot be projected"):
        coverage(shapely.Polygon([(30, 48), (far, 48), (31, 49)]), SMALL)


def test_the_pieces_counted_before_are_at_least_those_cut() -> None:
    for shape in (combs(100, SMALL), shapely.Point(32, 48).buffer(3), shapely.box(0, 0, 80, 80)):
        edges = shares._edges(shape, SMALL)
        assert len(shares._cut(edges, 6, 8)[0]) <= shares.pieces(shape, SMALL)


def test_edges_that_cross_cells_too_often_are_refused(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = shapely.Point(36, 48).buffer(1)
    count = store.rasters.statistics("occupation-since", area).count
    monkeypatch.setattr(statistics, "MOST_PIECES", 100)
    with pytest.raises(TooLarge, match="cross cells of this raster"):
        store.rasters.statistics("occupation-since", area)
    assert count > 0


def test_areas_that_a_projected_raster_cannot_take_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = {"crs": "EPSG:32636", "transform": rasterio.Affine(500, 0, 3e5, 0, -500, 55e5)}
    path = a_geotiff(tmp_path / "x.tif", np.ones((40, 30), np.float32), **about)
    batch = ingest(Workspace(tmp_path), RasterPipeline(), path).batch
    rasters = Rasters(Workspace(tmp_path).batches / "geotiff" / batch.id)
    assert rasters.statistics("x", shapely.box(29, 48, 33, 51)).count == pytest.approx(1200)
    with pytest.raises(InvalidInput, match="cannot be projected to EPSG:32636"):
        rasters.statistics("x", shapely.box(100, -90, 130, 0))
    monkeypatch.setattr(shapely, "segmentize", lambda *_: pytest.fail("it was made dense"))
    with pytest.raises(TooLarge, match="degrees long"):
        rasters.statistics("x", combs(400, Grid("EPSG:4326", -80, 80, 0.2, 30, 800, 5)))


@pytest.mark.parametrize("area", [fan(5000), nested(5000), diagonal(5000)],
                         ids=["fan", "nested", "diagonal"])  # fmt: skip
def test_a_polygon_that_takes_long_to_check_is_refused_before(
    area: shapely.Geometry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapely, "is_valid", lambda _: pytest.fail("it was checked"))
    with pytest.raises(TooLarge, match="side by side"):
        parse_area(shapely.to_geojson(area).encode())


def test_polygons_that_take_long_to_unite_are_refused_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = parse_area(as_features(strips(10)))
    assert few.area == pytest.approx(shapely.union_all(strips(10)).area)
    monkeypatch.setattr(shapely, "disjoint_subset_union_all", lambda _: pytest.fail("united"))
    with pytest.raises(TooLarge, match="cross one another"):
        parse_area(as_features(strips(200)))


def test_borders_of_many_vertices_are_no_tangle() -> None:
    coast = shapely.Point(30, 50).buffer(5, quad_segs=40_000)
    assert parse_area(shapely.to_geojson(coast).encode()).equals(coast)


def test_neighbours_with_long_common_borders_are_united() -> None:
    rows = [shapely.segmentize(shapely.box(0, y, 10, y + 1), 0.002) for y in range(8)]
    assert not are_interwoven(as_array(rows))
    assert parse_area(as_features(rows)).equals(shapely.box(0, 0, 10, 8))


@pytest.mark.parametrize(
    "shapes",
    [
        [],
        [shapely.Polygon()],
        [shapely.Point(1, 1)],
        [shapely.GeometryCollection([shapely.Point(1, 1)])],
    ],
)
def test_shapes_without_edges_are_no_tangle(shapes: list[shapely.Geometry]) -> None:
    assert not is_tangled(as_array(shapes))
    assert not are_interwoven(as_array(shapes))


def test_a_tangle_counts_lines_and_rings_in_collections() -> None:
    lines = [shapely.LineString([(0, y), (9, 9 - y)]) for y in range(9)]
    bundle = shapely.GeometryCollection([shapely.GeometryCollection(lines)])
    assert is_tangled(bundle, most=80)
    assert not is_tangled(bundle, most=81)


@pytest.mark.parametrize("text", [
    '{"type":"Polygon","coordinates":[[[36,47],[37,47],[37,48],[36,47]],[]]}',
    '{"type":"Polygon","coordinates":[[],[[36,47],[37,47],[37,48],[36,47]]]}',
    '{"type":"MultiPolygon","coordinates":[[[[36,47],[37,47],[37,48],[36,47]],[],[]]]}',
    '{"type":"Polygon","coordinates":[[]]}',
    '{"type":"Polygon","coordinates":[[[1e308,0],[1e308,1],[-1e308,1],[1e308,0]]]}',
])  # fmt: skip
def test_rings_without_places_or_off_the_earth_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_area(text.encode())
