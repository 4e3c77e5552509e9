"""How are dates, times, boxes and geometries of a filter read, and which coordinates are valid?"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cql2.ast import Value
from geodata.cql2.text import Plain
from geodata.errors import InvalidInput
from geodata.geometry import as_array, have_empty_parts
from geodata.tangles import is_tangled
from geodata.types import GeometryArray

MOST_VERTICES = 100_000
"""Vertices of a geometry in a filter."""
MOST_MEETINGS = 1_000_000
"""Meetings of edges, or of rings, that take about 0.1 s to check."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_EDGE_PARTS = 32
"""Parts into which the edges of a box are cut before it is reprojected."""


@dataclass(frozen=True)
class FilterCrs:
    """The CRS of coordinates in a filter, in the axis order of its authority.

    bounds: least and greatest valid coordinate, (axis 1, axis 2, axis 1, axis 2), in the units and
    order of the filter. wraps: which axis is a longitude in degrees, so that a box may cross the
    antimeridian; None for a projected CRS. to_crs84: (n,) geometries as written to CRS84, longitude
    first; coordinates it cannot take become infinite or raise ValueError.
    """

    name: str
    bounds: tuple[float, float, float, float]
    wraps: Literal[0, 1] | None
    to_crs84: Callable[[GeometryArray], GeometryArray]


CRS84_FILTER = FilterCrs("CRS84", (-180.0, -90.0, 180.0, 90.0), 0, lambda shapes: shapes)


def read_date(text: Plain) -> Value:
    """The day of `YYYY-MM-DD`. Raises InvalidInput."""
    try:
        if isinstance(text, str) and _DATE.fullmatch(text):
            return Value(date.fromisoformat(text), "date")
    except ValueError:
        pass
    raise _refused(f"DATE {_shown(text)} is no day; give one like DATE('2025-02-25')")


def read_timestamp(text: Plain) -> Value:
    """The moment of an RFC 3339 date-time; without zone it is UTC, a bare day is its start.

    Digits beyond microseconds are dropped. Raises InvalidInput.
    """
    try:
        if isinstance(text, str) and (parts := _TIME.fullmatch(text)):
            return Value(_moment(*parts.groups()), "datetime")
        if isinstance(text, str) and _DATE.fullmatch(text):
            return Value(datetime.fromisoformat(text).replace(tzinfo=UTC), "datetime")
    except (ValueError, OverflowError):
        pass
    raise _refused(
        f"TIMESTAMP {_shown(text)} is no moment; give one like TIMESTAMP('2025-02-25T12:00:00Z')"
    )


def _moment(day: str, time: str, fraction: str | None, zone: str | None) -> datetime:
    # A point and six digits: what is finer than a microsecond is dropped and not rounded up.
    offset = "+00:00" if zone in (None, "Z", "z") else zone
    moment = datetime.fromisoformat(
        f"{day}T{time}{(fraction or '')[:7].ljust(7, '0') if fraction else ''}{offset}"
    )
    return moment.astimezone(UTC)


def read_instant(text: str) -> Value | None:
    """A day or moment written as a plain string; None where it is neither."""
    for read in (read_date, read_timestamp):
        try:
            return read(text)
        except InvalidInput:
            continue
    return None


def read_geometry(plain: Plain, crs: FilterCrs) -> Value:
    """A GeoJSON geometry, checked and in CRS84 without heights. Raises InvalidInput."""
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(plain)))
    except (shapely.GEOSException, ValueError) as error:
        raise _refused(f"geometry cannot be built: {error}") from error
    if shape is None or shape.is_empty:
        raise _refused("filter has an empty geometry, which selects nothing")
    return Value(_in_crs84(_sound(shape), crs), "geometry")


def read_box(numbers: Plain, crs: FilterCrs) -> Value:
    """A box of 4 numbers, or 6 with heights, which are not used. Raises InvalidInput.

    Both axes are closed. Where the longitude's lower bound is the greater one the box crosses the
    antimeridian and becomes two.
    """
    first, second, third, fourth = _corners(numbers)
    # Only a longitude may be greater first (RFC 7946, 5.2: the box crosses the antimeridian).
    for low, high, axis in ((first, third, 0), (second, fourth, 1)):
        if low > high and crs.wraps != axis:
            raise _refused(f"BBOX has {low:g} before {high:g}; give the lower bound first")
    boxes = [_rectangle(*box) for box in _unwrapped((first, second, third, fourth), crs)]
    shape = boxes[0] if len(boxes) == 1 else shapely.union_all(boxes)
    return Value(_in_crs84(shape, crs, cut=crs.wraps is None), "geometry")


def _corners(numbers: Plain) -> list[float]:
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
        raise _refused("BBOX takes numbers only, like BBOX(30,45,40,52)")
    if len(numbers) not in (4, 6):
        raise _refused(
            f"BBOX has {len(numbers)} numbers; give 4 (west, south, east, north) or 6 with heights"
        )
    return [float(n) for n in (numbers if len(numbers) == 4 else np.delete(numbers, (2, 5)))]


def _unwrapped(
    box: tuple[float, float, float, float], crs: FilterCrs
) -> list[tuple[float, float, float, float]]:
    """The box, or the two sides of the antimeridian; checked against the CRS before it is cut."""
    _refuse_outside(box, crs)
    first, second, third, fourth = box
    if crs.wraps == 0 and first > third:
        return [(first, second, 180.0, fourth), (-180.0, second, third, fourth)]
    if crs.wraps == 1 and second > fourth:
        return [(first, second, third, 180.0), (first, -180.0, third, fourth)]
    return [box]


def _rectangle(x0: float, y0: float, x1: float, y1: float) -> BaseGeometry:
    """A box; where it has no area the line or point it shrinks to."""
    if x0 == x1 and y0 == y1:
        return shapely.Point(x0, y0)
    if x0 == x1 or y0 == y1:
        return shapely.LineString([(x0, y0), (x1, y1)])
    return shapely.box(x0, y0, x1, y1)


def _sound(shape: BaseGeometry) -> BaseGeometry:
    vertices = shapely.get_num_coordinates(shape)
    if vertices > MOST_VERTICES:
        raise _refused(f"geometry has {vertices} vertices; the most is {MOST_VERTICES}")
    # Before anything relates it: GEOS ends the process for an empty ring, and takes minutes for a
    # tangle.
    if have_empty_parts(as_array(shape)).any():
        raise _refused("geometry has a part or ring without points; leave it out")
    if is_tangled(shape, MOST_MEETINGS):
        raise _refused("geometry has too many edges side by side or rings in one another")
    if not shape.is_valid:
        raise _refused(f"geometry is not valid: {shapely.is_valid_reason(shape)}")
    return shape


def _in_crs84(shape: BaseGeometry, crs: FilterCrs, *, cut: bool = False) -> BaseGeometry:
    _refuse_outside(shape.bounds, crs)
    # Edges of a box are straight in its CRS and bend on the way to degrees.
    if cut and shape.length:
        shape = shapely.segmentize(shape, shape.length / 4 / _EDGE_PARTS)
    try:
        moved: BaseGeometry = crs.to_crs84(as_array(shape))[0]
    except ValueError as error:
        raise _refused(f"coordinates cannot be read in {crs.name}: {error}") from error
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        raise _refused(f"coordinates {_numbers(shape.bounds)} have no place in {crs.name}")
    return moved


def _refuse_outside(bounds: tuple[float, float, float, float], crs: FilterCrs) -> None:
    low, high = np.array(crs.bounds[:2] * 2), np.array(crs.bounds[2:] * 2)
    if not ((low <= bounds) & (np.array(bounds) <= high)).all():
        raise _refused(
            f"coordinates {_numbers(bounds)} lie outside {crs.name}, "
            f"which takes {_numbers(crs.bounds)} in that order"
        )


def _numbers(bounds: tuple[float, float, float, float]) -> str:
    return "(" + ", ".join(f"{n:.10g}" for n in bounds) + ")"


def _shown(text: Plain) -> str:
    return repr(text if isinstance(text, str) else "an expression")[:60]


def _refused(detail: str) -> InvalidInput:
    return InvalidInput(detail, parameter="filter")
