"""Do the real daily maps of DeepState fold into few cells that say what each map said?"""

import tarfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import numpy as np
import orjson
import pytest
import shapely
from oracles import off_the_border
from served import common_folder, made_once
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import DayMap, Fold, as_of, fold, land_of, statuses_at
from geodata.crs import CRS84
from geodata.geometry import snapped

pytestmark = pytest.mark.needs_shared
EVERY = 20
IN_A_ROW = range(100, 140)
POINTS = 100_000
Maps = list[tuple[date, BaseGeometry]]


def read(archive: Path) -> Iterator[tuple[date, BaseGeometry]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            if stream is not None:
                (feature,) = orjson.loads(stream.read())["features"]
                text = member.name.rpartition("_")[2].removesuffix(".geojson")
                day = datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day only
                yield day, snapped(shapely.from_geojson(orjson.dumps(feature["geometry"])))


def folded(shared: Path) -> Callable[[Path], None]:
    """Folds all maps once for all test processes; keeps the cells and the maps looked at."""

    def make(root: Path) -> None:
        (archive,) = (shared / "data" / "control").glob("deepstate_daily_*.tar.xz")
        maps = sorted(read(archive), key=lambda found: found[0])
        root.mkdir()
        cells = fold("deepstate", ((day, {"occupied": shape}) for day, shape in maps))
        cells.to_parquet(root / "cells.parquet", compression="zstd", write_covering_bbox=True)
        kept = [n for n in range(len(maps)) if n % EVERY == 0 or n in IN_A_ROW]
        table = {"number": kept, "day": [str(maps[n][0]) for n in kept]}
        shapes = [maps[n][1] for n in kept]
        gpd.GeoDataFrame(table, geometry=shapes, crs=CRS84).to_parquet(root / "maps.parquet")
        (root / "count").write_text(str(len(maps)))

    return make


@pytest.fixture(scope="module")
def folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the cells and some of the maps are."""
    return made_once(common_folder(tmp_path_factory), "real-fold", folded(shared))


@pytest.fixture(scope="module")
def cells(folder: Path) -> gpd.GeoDataFrame:
    """The cells all maps fold into."""
    return gpd.read_parquet(folder / "cells.parquet")


def some_maps(folder: Path, wanted: Callable[[int], bool]) -> Maps:
    table = gpd.read_parquet(folder / "maps.parquet")
    rows = zip(table["number"], table["day"], table.geometry, strict=True)
    return [(date.fromisoformat(day), shape) for number, day, shape in rows if wanted(number)]


@pytest.fixture(scope="module")
def maps(folder: Path) -> Maps:
    """Every twentieth daily map, in the order of days."""
    return some_maps(folder, lambda number: number % EVERY == 0)


def test_656_maps_fold_into_fewer_than_5000_cells_and_a_megabyte(
    folder: Path, cells: gpd.GeoDataFrame
) -> None:
    assert (folder / "count").read_text() == "656"
    assert 1000 < len(cells) < 5000
    assert (folder / "cells.parquet").stat().st_size < 1_000_000
    assert cells.geometry.is_valid.all()
    assert cells["id"].is_unique


def test_every_twentieth_map_is_given_back(maps: Maps, cells: gpd.GeoDataFrame) -> None:
    for day, shape in maps:
        off = shapely.symmetric_difference(land_of(cells, day), shape).area
        assert off <= 1e-8 * shape.area, day


def test_cells_do_not_overlap_on_every_twentieth_day(maps: Maps, cells: gpd.GeoDataFrame) -> None:
    for day, shape in maps:
        shapes = as_of(cells, day).geometry.to_numpy()
        assert shapely.area(shapes).sum() == pytest.approx(shape.area, rel=1e-8), day


def test_random_points_agree_with_the_maps_of_every_twentieth_day(
    maps: Maps, cells: gpd.GeoDataFrame
) -> None:
    """A share of the points falls on each map; half of all lie within about 10 km of its edge."""
    per_map = POINTS // len(maps) + 1
    rng = np.random.default_rng(2025)

    for day, shape in maps:
        west, south, east, north = shape.bounds
        far = np.column_stack(
            [rng.uniform(west, east, per_map), rng.uniform(south, north, per_map)]
        )
        edge = shapely.get_coordinates(shape.boundary)
        near = edge[rng.integers(0, len(edge), per_map)] + rng.normal(0, 0.05, (per_map, 2))
        mixed = np.where(rng.random((per_map, 1)) < 0.5, far, near)
        points = off_the_border(np.asarray(shapely.points(mixed)), shape)
        shapely.prepare(shape)
        wanted = np.where(shapely.intersects(shape, points), "occupied", "government")
        found = statuses_at(cells, points, np.full(len(points), np.datetime64(day)))
        assert (found == wanted).all(), day


def test_the_fold_goes_on_from_parquet_as_if_it_had_never_stopped(folder: Path) -> None:
    """Forty maps, cut in the middle; the cells on both ways are the same to the byte."""
    maps = some_maps(folder, lambda number: number in IN_A_ROW)
    some: list[tuple[date, DayMap]] = [(day, {"occupied": shape}) for day, shape in maps]
    stream = BytesIO()
    fold("deepstate", some[:20]).to_parquet(stream)
    stream.seek(0)

    folding = Fold.resumed("deepstate", gpd.read_parquet(stream), *some[19])
    for day, shapes in some[20:]:
        folding.add(day, shapes)

    assert folding.cells()["id"].tolist() == fold("deepstate", some)["id"].tolist()
