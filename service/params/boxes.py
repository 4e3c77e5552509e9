"""How is a box read, in degrees or in the units of another CRS, and what does it cover in CRS84?"""

from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84_AXES, Axes
from geodata.errors import InvalidInput
from geodata.features.query import BBox
from geodata.geometry import as_array, polygonal
from service.params.core import parse_number

PROJECTED = 1e8
"""Largest projected coordinate taken in a filter, metres."""
EDGE_POINTS, EDGE_POINTS_MOST, EDGE_METRES = 21, 2000, 1000
"""Points along each edge of a box given in another CRS, so that it keeps its shape in CRS84: at
least and at most so many, else one every 1,000 m, where an arc is 2 cm off its chord."""
ROUNDING = 1e-8
"""Degrees (1 mm) by which a point on the edge of a box may move on its way there and back."""


def parse_bbox(text: str, axes: Axes = CRS84_AXES) -> BBox:
    """Four numbers, or six with heights, which are left aside; in the axes' own order.

    In CRS84: west, south, east, north, west > east where it crosses the antimeridian.
    """
    numbers = [parse_number(part, "bbox") for part in text.split(",")]
    if len(numbers) not in {4, 6}:
        raise InvalidInput(
            f"bbox has {len(numbers)} numbers ({text[:60]}); give 4 (west, south, east, north) or "
            "6 with heights",
            parameter="bbox",
        )
    half = len(numbers) // 2
    box = (numbers[0], numbers[1], numbers[half], numbers[half + 1])
    if axes == CRS84_AXES:
        return check_degrees(box, text)
    if not axes.degrees and not (box[0] <= box[2] and box[1] <= box[3]):
        raise InvalidInput(
            f"bbox {text[:80]} ends before it begins; give the lower corner first",
            parameter="bbox",
        )
    return box


def check_degrees(box: BBox, text: str) -> BBox:
    """The box itself. Raises InvalidInput where it is no box of longitudes and latitudes."""
    west, south, east, north = box
    if not (abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(
            f"bbox {text[:80]} is no box of longitudes -180..180 and latitudes -90..90 with south "
            "up to north; give west, south, east, north",
            parameter="bbox",
        )
    return box


@lru_cache(maxsize=64)
def area_of(bbox: BBox, axes: Axes) -> bytes:
    """What a box in another CRS, axes in the authority's order, covers in CRS84, as WKB.

    A box without width or height covers a line or a point. All is wider by what points on an edge
    may be off it once moved: 1 mm, and as much as the edge bends between two points, 2 cm for boxes
    up to 2,000 km. Raises InvalidInput where it lies outside the area the CRS may be used in.
    """
    if max(map(abs, bbox)) > PROJECTED:
        raise InvalidInput(
            f"bbox {bbox} has numbers beyond {PROJECTED:g}; give it in the units of {axes.code}",
            parameter="bbox",
        )
    edge = _edge(bbox)
    found = axes.to_crs84(as_array(edge))[0]
    if not np.isfinite(shapely.get_coordinates(found)).all():
        raise InvalidInput(
            f"bbox {bbox} is outside the area of {axes.code}; give it in the CRS's own units",
            parameter="bbox",
        )
    # To polygons and no further: what lies on a side is inside, if only by what moving it costs.
    tolerance = ROUNDING + _bend(edge, found, axes)
    if edge.geom_type != "LinearRing":
        return bytes(shapely.to_wkb(shapely.buffer(found, tolerance, cap_style="square")))
    area = polygonal(shapely.make_valid(shapely.Polygon(found)))
    return bytes(shapely.to_wkb(shapely.buffer(area, tolerance, join_style="mitre")))


def _edge(bbox: BBox) -> BaseGeometry:
    """The ring of a box, the line or the point it shrinks to, with points along its sides."""
    west, south, east, north = bbox
    if west == east and south == north:
        return shapely.Point(west, south)
    flat = west == east or south == north
    corners = [(west, south), (east, north)]
    edge = shapely.LineString(corners) if flat else shapely.box(*bbox).exterior
    longest = max(east - west, north - south)
    step = max(min(EDGE_METRES, longest / EDGE_POINTS), longest / EDGE_POINTS_MOST)
    return shapely.segmentize(edge, step)


def _bend(edge: BaseGeometry, found: BaseGeometry, axes: Axes) -> float:
    """How far the middle of a piece of an edge is from that of the piece once moved, degrees."""
    here, there = shapely.get_coordinates(edge), shapely.get_coordinates(found)
    halfway = np.asarray(shapely.points((here[1:] + here[:-1]) / 2), dtype=object)
    middles = axes.to_crs84(halfway)
    off = shapely.get_coordinates(middles) - (there[1:] + there[:-1]) / 2
    off = off[np.isfinite(off).all(axis=1) & (np.abs(np.diff(there, axis=0)) < 180).all(axis=1)]
    return float(np.hypot(*off.T).max(initial=0))
