"""What would the slow, obvious version say? Day by day, shape by shape, no arrays, no joins."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

EQUAL_AREA = pyproj.Transformer.from_crs("OGC:CRS84", "EPSG:6933", always_xy=True)
LOCAL = pyproj.Transformer.from_crs(
    "OGC:CRS84", "+proj=laea +lat_0=48.5 +lon_0=34 +datum=WGS84 +units=m", always_xy=True
)
WGS84 = pyproj.Geod(ellps="WGS84")
NEAR_A_BORDER_DEG = 1e-6


def in_plane(shape: BaseGeometry, plane: pyproj.Transformer) -> BaseGeometry:
    """The shape, vertex by vertex, in the plane."""
    return shapely.transform(shape, plane.transform, interleaved=False)


def area_m2(shape: BaseGeometry) -> float:
    """Area in an ellipsoidal equal-area plane."""
    return in_plane(shape, EQUAL_AREA).area


def off_the_border(points: np.ndarray, *shapes: BaseGeometry) -> np.ndarray:
    """The points that are not within a whisker of any border."""
    near = np.zeros(len(points), dtype=bool)
    for shape in shapes:
        near |= shapely.dwithin(shapely.boundary(shape), points, NEAR_A_BORDER_DEG)
    return points[~near]


def holds(row: pd.Series, day: date) -> bool:
    """Is the day in the half-open interval of the row?"""
    began, ended = row["valid_from"], row["valid_to"]
    return began.date() <= day and (pd.isna(ended) or day < ended.date())


def cells_on(cells: gpd.GeoDataFrame, day: date) -> gpd.GeoDataFrame:
    """The cells of a day, one row looked at after the other."""
    return cells[np.array([holds(row, day) for _, row in cells.iterrows()], dtype=bool)]


def status_at(cells: gpd.GeoDataFrame, point: BaseGeometry, day: date) -> str:
    """The status of a point on a day."""
    for _, row in cells_on(cells, day).iterrows():
        if row.geometry.intersects(point):
            return str(row["status"])
    return "government"


def share(footprint: BaseGeometry | None, land: BaseGeometry) -> float:
    """Share of a footprint inside some land; a point is in or out; NaN without footprint."""
    if footprint is None or footprint.is_empty:
        return float("nan")
    if footprint.geom_type == "Point":
        return float(footprint.intersects(land))
    return area_m2(footprint.intersection(land)) / area_m2(footprint)


def shares(
    footprint: BaseGeometry | None, lands: Mapping[str, BaseGeometry], covered: BaseGeometry
) -> dict[str, float]:
    """All four shares on a day, from that day's land and the area the source speaks of."""
    if footprint is None or footprint.is_empty:
        return {"occupied": 0.0, "contested": 0.0, "government": 0.0, "unknown": 1.0}
    result = {status: share(footprint, lands[status]) for status in ("occupied", "contested")}
    result["unknown"] = 1 - share(footprint, covered) + share(footprint, lands["unknown"])
    result["government"] = 1 - sum(result.values())
    return result


def verdict(of: Mapping[str, float], *, tested: bool = True) -> str:
    """The verdict as DESIGN.md words it."""
    if not tested:
        return "unknown"
    for status in ("occupied", "contested", "unknown"):
        if of[status] >= 0.95:
            return status
    little = of["occupied"] <= 0.05 and of["unknown"] <= 0.05
    return "government" if little and of["contested"] < 1e-5 else "uncertain"


def on_a_threshold(of: Mapping[str, float]) -> bool:
    """Is any share so near to 0, 0.05 or 0.95 that rounding decides?"""
    return any(1e-12 < abs(v - t) < 3e-5 for v in of.values() for t in (0.0, 0.05, 0.95))


def geodesic_km(point: BaseGeometry, line: BaseGeometry) -> float:
    """Geodesic distance from a point to a line, by walking along each of its parts."""
    return min(_walked_km(point, part) for part in shapely.get_parts(line))


def _walked_km(point: BaseGeometry, part: BaseGeometry, step_deg: float = 0.005) -> float:
    """In steps of some 500 m, then of a metre or so beside the nearest one."""
    walked = shapely.get_coordinates(shapely.segmentize(part, step_deg))
    nearest = int(np.argmin(_metres(point, walked)))
    beside = shapely.LineString(walked[max(nearest - 1, 0) : nearest + 2])
    fine = shapely.get_coordinates(shapely.segmentize(beside, step_deg / 500))
    return float(_metres(point, fine).min()) / 1000


def _metres(point: BaseGeometry, places: np.ndarray) -> np.ndarray:
    count = len(places)
    return np.asarray(
        WGS84.inv([point.x] * count, [point.y] * count, places[:, 0], places[:, 1])[2]
    )


def smallest_move_km(
    footprint: BaseGeometry, occupied: BaseGeometry, flipped: Callable[[float], bool]
) -> float:
    """How far occupied land must grow or shrink until its share of the footprint has flipped.

    Moves the whole border out and in by more and more, in a local plane, to 25 m.
    """
    spot, land = (in_plane(shape, LOCAL) for shape in (footprint, occupied))

    def share_after(metres: float) -> float:
        return spot.intersection(land.buffer(metres, quad_segs=32)).area / spot.area

    def first(direction: int) -> float:
        if not flipped(share_after(direction * 100_000)):
            return float("inf")
        low, high = 0.0, 100_000.0
        while high - low > 25:
            middle = (low + high) / 2
            low, high = (
                (low, middle) if flipped(share_after(direction * middle)) else (middle, high)
            )
        return high / 1000

    return min(first(1), first(-1))


def every_day(first: date, last: date) -> Sequence[date]:
    """All days from the first to the last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
