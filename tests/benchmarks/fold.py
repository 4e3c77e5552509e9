"""What do 656 daily maps cost to ingest and fold, and does the fold give each map back?"""

import shutil
import statistics
from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import land_of, statuses_at
from geodata.release.maps import fold_maps
from geodata.workspace import Workspace
from tests.benchmarks.agreement import km2
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.place import Daily, Place

EVERY = 20
POINTS = 100_000
SEED = 20250225


def run(place: Place) -> Iterator[Line]:
    """Cost, size, fidelity on every 20th day, and the cost of one day more."""
    daily = place.daily
    fold_s = daily.fold_s + daily.rest_s
    yield Line("days", len(daily.maps.days))
    yield Line("ingest", daily.ingest_s, "s")
    yield Line("fold", fold_s, "s")
    yield Line("ingest, read and fold", daily.ingest_s + daily.read_s + fold_s, "s", 60, "<")
    yield Line("of it time on a core", daily.core_s, "s")
    yield Line("cells", len(daily.cells), "", 5000, "<")
    yield Line("corners of cells", int(shapely.get_num_coordinates(daily.cells.geometry).sum()))
    yield Line("GeoParquet", _bytes(daily), "bytes", 1_000_000, "<")
    yield from _fidelity(place, daily)
    yield from _one_day_more(place, daily)


def _bytes(daily: Daily) -> int:
    """Size of the largest kept table of cells: that of the whole fold."""
    return max(p.stat().st_size for p in daily.workspace.folds.rglob("cells.parquet"))


def _fidelity(place: Place, daily: Daily) -> Iterator[Line]:
    maps = _maps(daily)
    looked_at = daily.maps.days[::EVERY]
    lands = {day: land_of(daily.cells, day) for day in looked_at}
    worst = max(apart(lands[day], maps[day]) for day in looked_at)
    yield Line(f"worst symmetric difference, {len(looked_at)} days, share", worst, "", 1e-8, "<=")
    files = place.published(looked_at[:: max(len(looked_at) // 4, 1)])
    lost = max(km2(shapely.symmetric_difference(lands[day], f)) for day, f in files.items())
    yield Line(f"most that differs from {len(files)} files as published", lost, "km2")
    wrong = sum(_wrong_points(daily, day, maps[day]) for day in looked_at)
    yield Line(f"{POINTS} points on {len(looked_at)} days: answers that differ", wrong, "", 0, "<=")


def _maps(daily: Daily) -> dict[date, BaseGeometry]:
    rows = daily.maps.rows
    held = rows[(rows["status"] == "occupied").to_numpy()]
    days = [pd.Timestamp(day).date() for day in held["day"]]
    return dict(zip(days, held.geometry, strict=True))


def apart(left: BaseGeometry, right: BaseGeometry) -> float:
    """Area of the symmetric difference as a share of the right one's.

    In degrees, where the edges are straight: in any other plane a corner more on one of two equal
    edges would itself make a sliver.
    """
    return shapely.symmetric_difference(left, right).area / right.area


def _wrong_points(daily: Daily, day: date, shape: BaseGeometry) -> int:
    """Random points in the bounds of the map that cells and map answer differently."""
    west, south, east, north = shape.bounds
    random = np.random.default_rng([SEED, day.toordinal()])
    x, y = random.uniform(west, east, POINTS), random.uniform(south, north, POINTS)
    shapely.prepare(shape)
    days = np.full(POINTS, np.datetime64(day, "D"))
    found = statuses_at(daily.cells, shapely.points(x, y), days) == "occupied"
    return int((found != shapely.intersects_xy(shape, x, y)).sum())


def _one_day_more(place: Place, daily: Daily) -> Iterator[Line]:
    """The days from the last change on, added to the cells kept of all days before it."""
    one_s = statistics.median(_added_s(place, daily, number) for number in range(3))
    days = len(daily.maps.days) - len(daily.before.days)
    yield Line(f"the last change and what follows ({days} days)", 1000 * one_s, "ms")
    whole = daily.fold_s + daily.rest_s
    yield Line("whole fold over one change more", whole / one_s, "times", 10, ">")


def _added_s(place: Place, daily: Daily, number: int) -> float:
    """Seconds from cells kept to cells kept, in a workspace that knows only the days before."""
    fresh = Workspace(place.scratch / f"fold-{number}")
    known = max(
        daily.workspace.folds.glob("*/*"), key=lambda f: -(f / "about.json").stat().st_mtime_ns
    )
    shutil.copytree(known, fresh.folds / daily.maps.source / known.name)
    return clocked(lambda: fold_maps(fresh, daily.maps))[0]
