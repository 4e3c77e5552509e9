"""Are the rasters of a release what its tables say, the same each time, and checked before use?"""

import shutil
import threading
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from raster_inputs import a_geotiff, slow_areas, slow_shares
from rio_cogeo.cogeo import cog_validate
from served import copied

from geodata.control.cells import as_of, statuses_at
from geodata.crs import areas_km2
from geodata.errors import Damaged, NotFound, TooLarge
from geodata.geometry import as_array
from geodata.ingest import RasterPipeline, ingest
from geodata.rasters import statistics
from geodata.rasters.colours import scale_of
from geodata.rasters.grid import Grid, grid_of
from geodata.rasters.listing import (
    BUILT_IN,
    DENSITY,
    OCCUPATION,
    Rasters,
    read_rasters,
    write_rasters,
)
from geodata.release.build import build
from geodata.release.contents import add_rasters, rasters_are_as_described
from geodata.release.manifest import described_file
from geodata.release.publish import verify
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace

EPOCH = date(1970, 1, 1)


@pytest.fixture
def release(workspace: Workspace, tmp_path: Path) -> Path:
    """The rasters of the published release, to be changed."""
    source = workspace.release_path(workspace.current_id() or "")
    for path in (*source.glob("raster-*.tif"), source / "rasters.json"):
        shutil.copy(path, tmp_path)
    return tmp_path


def test_a_release_holds_both_rasters_as_cogs(store: EmbeddedStore) -> None:
    assert [raster.id for raster in store.rasters.all()] == list(BUILT_IN)
    named = {table.name for table in store.manifest.tables}
    for raster in store.rasters.all():
        path = store.rasters.path(raster.id)
        assert path.name in named
        assert cog_validate(path, quiet=True)[0]
        with rasterio.open(path) as file:
            assert len(file.overviews(1)) >= 3
            tags = file.tags()
            assert (file.units, file.descriptions) == ((raster.unit,), (raster.title,))
            assert (tags["UNIT"], tags["LICENCE"]) == (raster.unit, raster.licence)
            assert tags["CITATION"].startswith(f"Lodeline. {raster.title}")
            assert raster.attribution in tags["ATTRIBUTION"]
            assert raster.description in tags["TIFFTAG_IMAGEDESCRIPTION"]
            assert raster.licence in tags["TIFFTAG_COPYRIGHT"]
    assert "rasters.json" in named


def test_land_was_last_taken_on_the_day_its_cell_began(store: EmbeddedStore) -> None:
    raster = store.rasters.raster(OCCUPATION)
    assert raster.asof is not None
    cells = store.tables.control
    today = as_of(cells[(cells["source"] == raster.source).to_numpy()], raster.asof)
    held = today[(today["status"] == "occupied").to_numpy()].reset_index(drop=True)
    grid, random = grid_of(raster), np.random.default_rng(5)
    rows, columns = random.integers(0, grid.height, 400), random.integers(0, grid.width, 400)
    west, _, _, north = grid.bounds
    x, y = west + (columns + 0.5) * grid.dx, north - (rows + 0.5) * grid.dy
    point, cell = shapely.STRtree(held.geometry.to_numpy()).query(
        shapely.points(x, y), predicate="within"
    )
    began = dict(zip(point.tolist(), held["valid_from"].iloc[cell], strict=True))
    assert len(began) > 20
    for number in range(400):
        value = store.rasters.value_at(OCCUPATION, x[number], y[number])
        wanted = began.get(number)
        found = None if value is None else EPOCH + timedelta(days=int(value))
        assert found == (None if wanted is None else wanted.date()), (x[number], y[number])


def test_land_with_a_day_is_occupied_from_that_day_on(store: EmbeddedStore) -> None:
    raster = store.rasters.raster(OCCUPATION)
    cells = store.tables.control
    spots = np.random.default_rng(8).uniform((33, 45), (39, 49), (300, 2))
    values = [store.rasters.value_at(OCCUPATION, *spot) for spot in spots]
    grid = grid_of(raster)
    centres = [
        (grid.west + (np.floor((x - grid.west) / grid.dx) + 0.5) * grid.dx,
         grid.north - (np.floor((grid.north - y) / grid.dy) + 0.5) * grid.dy)
        for x, y in spots
    ]  # fmt: skip
    known = [n for n, value in enumerate(values) if value is not None]
    assert len(known) > 50
    points = shapely.points([centres[n] for n in known])
    first = np.array([int(values[n] or 0) for n in known], dtype="datetime64[D]")
    assert set(statuses_at(cells, points, first)) == {"occupied"}
    before = statuses_at(cells, points, first - 1)
    since_always = first == cells["valid_from"].to_numpy().astype("datetime64[D]").min()
    assert (before[~since_always] != "occupied").mean() > 0.99


def test_density_times_area_is_the_number_of_deposits(store: EmbeddedStore) -> None:
    raster = store.rasters.raster(DENSITY)
    whole = store.rasters.statistics(DENSITY, shapely.box(*raster.bounds))
    deposits = store.tables.deposits
    counted = deposits["part_of"].isna() & (deposits["overlay_basis"] != "none")
    counted &= (deposits["country"] == "UA") & (deposits["rank"] == "deposit")
    assert whole.integral is not None
    assert whole.integral / 1000 == pytest.approx(counted.sum(), rel=1e-5)
    assert f"{counted.sum()} deposits" in raster.description


def test_the_same_tables_give_the_same_bytes(store: EmbeddedStore, tmp_path: Path) -> None:
    tables = {
        "deposits": store.tables.deposits,
        "control": store.tables.control,
        "snapshots": store.tables.plain("snapshots"),
    }
    entries = add_rasters(tmp_path, tables, {})
    kept = {table.name: table for table in store.manifest.tables}
    assert entries == [kept[entry.name] for entry in entries]
    assert len(entries) == 3


def test_statistics_are_those_of_cutting_every_cell(store: EmbeddedStore) -> None:
    raster = store.rasters.raster(OCCUPATION)
    area = shapely.Polygon([(37.6, 48.0), (37.9, 48.05), (37.75, 48.3)])
    whole = grid_of(raster)
    window = whole.window(area.bounds)
    part = whole.part(window)
    with rasterio.open(store.rasters.path(OCCUPATION)) as file:
        values = file.read(1)[window.row_off :, window.col_off :][: window.height, : window.width]
    shares = slow_shares(area, part)
    held = (values != raster.nodata) & (shares > 0)
    ground = (shares * slow_areas(part))[held]
    found = store.rasters.statistics(OCCUPATION, area)
    assert found.count == pytest.approx(shares[held].sum(), rel=1e-6)
    assert (found.min, found.max) == (values[held].min(), values[held].max())
    assert found.mean == pytest.approx((values[held] * ground).sum() / ground.sum(), rel=1e-6)
    assert found.total == pytest.approx((values[held] * shares[held]).sum(), rel=1e-6)
    assert found.covered_km2 == pytest.approx(ground.sum(), rel=1e-5)
    assert found.area_km2 == pytest.approx(areas_km2(as_array(area))[0])


def test_statistics_of_a_large_area_go_by_strips(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = shapely.Polygon([(36.1, 47.2), (38.3, 47.9), (37.1, 48.8)])
    whole = store.rasters.statistics(OCCUPATION, area)
    monkeypatch.setattr(statistics, "CELLS_AT_ONCE", 5000)
    parts = store.rasters.statistics(OCCUPATION, area)
    assert vars(parts) == pytest.approx(vars(whole), rel=1e-6)
    monkeypatch.setattr(statistics, "MOST_CELLS", 1000)
    with pytest.raises(TooLarge, match="cells of this raster"):
        store.rasters.statistics(OCCUPATION, area)


def test_statistics_beside_the_raster_hold_nothing(store: EmbeddedStore) -> None:
    found = store.rasters.statistics(DENSITY, shapely.box(-10, 40, -9, 41))
    assert (found.count, found.covered_km2, found.mean) == (0, 0, None)
    assert found.area_km2 > 9000


def test_statistics_of_a_projected_raster_follow_the_ground(tmp_path: Path) -> None:
    place = Workspace(tmp_path)
    about = {"crs": "EPSG:32636", "transform": rasterio.Affine(500, 0, 300_000, 0, -500, 5_500_000)}
    cells = np.add.outer(np.arange(40), np.arange(30)).astype(np.float32)
    path = a_geotiff(tmp_path / "x.tif", cells, **about)
    batch = ingest(place, RasterPipeline(), path).batch
    rasters = Rasters(place.batches / "geotiff" / batch.id)
    grid = Grid("EPSG:32636", 300_000, 5_500_000, 500, 500, 30, 40)
    assert rasters.value_at("x", 30.2310, 49.6190) == cells[0, 0]
    west, south, east, north = rasters.raster("x").bounds
    whole = rasters.statistics("x", shapely.box(west - 1, south - 1, east + 1, north + 1))
    assert whole.count == pytest.approx(1200)
    assert whole.covered_km2 == pytest.approx(grid.cell_areas_km2().sum())
    assert whole.mean == pytest.approx(29.0 + 5, rel=0.01)


def test_threads_read_the_same_tile(store: EmbeddedStore) -> None:
    scale = scale_of(store.rasters.raster(DENSITY))
    fresh = Rasters(store.rasters.path(DENSITY).parent)
    wanted = store.rasters.tile(DENSITY, (7, 75, 43), 256, "png", scale)
    found: list[bytes | None] = []

    def ask() -> None:
        found.extend(fresh.tile(DENSITY, (7, 75, 43), 256, "png", scale) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wanted is not None
    assert found == [wanted] * 80


def test_a_raster_of_a_user_is_in_the_next_release(workspace: Workspace, tmp_path: Path) -> None:
    place = copied(workspace, tmp_path / "ws")
    path = a_geotiff(tmp_path / "own.tif", np.arange(48, dtype=np.float32).reshape(6, 8))
    batch = ingest(place, RasterPipeline(), path).batch
    manifest = verify(place, build(place).id)
    assert batch.id in [each.id for each in manifest.batches]
    rasters = EmbeddedStore(place.release_path(manifest.id)).rasters
    assert [raster.id for raster in rasters.all()] == [*BUILT_IN, "own"]
    assert rasters.value_at("own", 31.5, 49.5) == 1
    assert build(place).id == manifest.id


def test_a_release_made_before_there_were_rasters_has_none() -> None:
    golden = Path(__file__).parent / "golden" / "release-v1" / "release"
    rasters = EmbeddedStore(golden).rasters
    assert rasters.all() == ()
    with pytest.raises(NotFound, match="none in this release"):
        rasters.raster(DENSITY)
    rasters_are_as_described(golden)


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/http://127.0.0.1:9/x", "../rasters", "raster-deposit-density", "", "x" * 9000],
)
def test_names_that_are_not_listed_open_nothing(store: EmbeddedStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.rasters.path(name)


def test_a_raster_as_it_was_built_passes(release: Path) -> None:
    assert [raster.id for raster in read_rasters(release)] == [OCCUPATION, DENSITY]
    rasters_are_as_described(release)  # raises where a raster is not what the list says


@pytest.mark.parametrize(
    "changed",
    [{"width": 17}, {"dtype": "int16"}, {"nodata": 5.0}, {"crs": "EPSG:4258"}, {"corner": (0, 0)},
     {"resolution": (1, 1)}],
)  # fmt: skip
def test_a_raster_that_is_not_what_the_list_says_is_told(
    release: Path, changed: dict[str, object]
) -> None:
    first, *rest = read_rasters(release)
    write_rasters(release, [first.model_copy(update=changed), *rest])
    with pytest.raises(Damaged, match="is not what"):
        rasters_are_as_described(release)


def test_a_raster_that_is_lost_or_broken_is_told(release: Path) -> None:
    path = release / f"raster-{DENSITY}.tif"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(Damaged, match="cannot be read"):
        rasters_are_as_described(release)
    path.unlink()
    with pytest.raises(Damaged, match="is lost"):
        rasters_are_as_described(release)


def test_a_list_that_cannot_be_read_is_told(release: Path) -> None:
    (release / "rasters.json").write_text('[{"id": "x"}]')
    with pytest.raises(Damaged, match="cannot be read"):
        rasters_are_as_described(release)


def test_rows_of_a_rasters_entry_are_its_own(release: Path) -> None:
    for raster in read_rasters(release):
        assert described_file(release / raster.file_name, raster.height).rows == raster.height
