"""The history of 300,000 points over all days: one join against day by day."""

import statistics
from collections.abc import Iterator
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.control.cells import land_of
from geodata.control.overlay import shares_in
from geodata.control.timeline import OverlayPairs, standings, verdicts_on
from geodata.types import GeometryArray
from tests.benchmarks.lines import Line, clocked, median_s
from tests.benchmarks.place import Daily, Place

POINTS = 300_000
DAYS_LOOKED_AT = 20
SEED = 656


def run(place: Place) -> Iterator[Line]:
    """Points are spread evenly over the bounds of all cells, the hardest place for both."""
    daily = place.daily
    points = _points(daily)
    join_s = median_s(lambda: _join(daily, points))
    pairs = _join(daily, points)
    steps_s = median_s(lambda: _history(daily, pairs))
    table = _history(daily, pairs)
    yield Line(f"join of {POINTS} points with {len(daily.cells)} cells", join_s, "s")
    yield Line("their standings on all days", steps_s, "s")
    days = _spread(daily.maps.days)
    peers = [_day_by_day(daily, points, day) for day in days]
    whole = len(daily.maps.days)
    slow_s = statistics.median(seconds for seconds, _ in peers) * whole
    yield Line(f"day by day: median of {len(days)} days x {whole} days", slow_s, "s")
    yield Line("day by day over join", slow_s / join_s, "times", 50, ">=")
    yield Line("day by day over join and standings", slow_s / (join_s + steps_s), "times")
    wrong = sum(
        int((_held(table, day) != held).sum()) for day, (_, held) in zip(days, peers, strict=True)
    )
    yield Line(f"answers that differ on those {len(days)} days", wrong, "", 0, "<=")


def _points(daily: Daily) -> GeometryArray:
    west, south, east, north = daily.cells.total_bounds
    random = np.random.default_rng(SEED)
    x, y = random.uniform(west, east, POINTS), random.uniform(south, north, POINTS)
    return np.asarray(shapely.points(x, y))


def _join(daily: Daily, points: GeometryArray) -> OverlayPairs:
    """The join as a release makes it, over cells nobody has prepared yet."""
    fresh = shapely.from_wkb(shapely.to_wkb(daily.cells.geometry.to_numpy()))
    return shares_in(points, fresh)


def _history(daily: Daily, pairs: OverlayPairs) -> pd.DataFrame:
    cells = daily.cells
    return standings(
        pairs,
        cells["status"].to_numpy(dtype=object),
        cells["valid_from"].to_numpy().astype("datetime64[D]"),
        cells["valid_to"].to_numpy().astype("datetime64[D]"),
        np.ones(POINTS),
        daily.maps.days[0],
    )


def _day_by_day(
    daily: Daily, points: GeometryArray, day: date
) -> tuple[float, npt.NDArray[np.bool_]]:
    """Seconds to prepare a day's map and ask it of every point, and the answers."""
    shape = land_of(daily.cells, day)

    def ask() -> npt.NDArray[np.bool_]:
        shapely.prepare(shape)
        return np.asarray(shapely.contains(shape, points))

    return clocked(ask)


def _held(table: pd.DataFrame, day: date) -> npt.NDArray[np.bool_]:
    """Which points are occupied on a day, after their standings."""
    rows = verdicts_on(table, day)
    held = np.zeros(POINTS, dtype=bool)
    held[rows["deposit"].to_numpy()] = rows["occupied"].to_numpy() > 0.5
    return held


def _spread(days: list[date]) -> list[date]:
    """Some of the days, evenly spread, first and last among them."""
    picked = np.linspace(0, len(days) - 1, DAYS_LOOKED_AT).round().astype(int)
    return [days[i] for i in picked]
