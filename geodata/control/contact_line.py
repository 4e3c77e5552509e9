"""Where is the line of contact on a day, how far is a deposit from it, and what if it moves?

The line is the edge of occupied land towards land that is not occupied. An edge at the sea or at
the state border is no part of it: it is recognised by having no land of the country behind it. Two
outlines of one coast never agree, so slivers narrower than `SLIVER_M` are not land either.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84, GEOD, LOCAL, reproject
from geodata.geometry import as_array, unshared_copy
from geodata.types import FloatArray, GeometryArray

SLIVER_M = 4000.0
"""Land between occupied land and the outline counts from this width on, in metres: coast and
border of the maps and of the 1:10m outline differ by up to about 2 km on either side."""
REACH_M = 4000.0
"""How deep into narrow bays of free land the line is followed, in metres."""
SAMPLES = 128
"""Points that stand for a footprint: one is 0.8 % of it, well below the 5 % that turn a verdict."""
_TOUCH_M = 50.0
"""How near free land the edge of occupied land must lie, metres: they are one line, but for what
buffers and intersections round off."""
_STEP_M = 2000.0
"""Longest segment of the line, metres: short ones have small boxes, which the index tells apart."""


@dataclass(frozen=True)
class ContactLine:
    """The line of contact of one source's map of one day.

    line: MultiLineString, CRS84; empty where nothing is occupied. occupied: MultiPolygon, CRS84.
    """

    line: BaseGeometry
    occupied: BaseGeometry

    def signed_distances_km(self, points: GeometryArray) -> FloatArray:
        """Geodesic distance of each point to the line, (n,) km, + where not occupied.

        points: (n,) CRS84. NaN where there is no line. The nearest place on the line is found
        in an equal-area plane on segments of at most 2 km; its distance is geodesic (WGS 84).
        """
        if self.line.is_empty or not len(points):
            return np.full(len(points), np.nan)
        plane = reproject(points, CRS84, LOCAL)
        segments = self._segments
        nearest = segments[shapely.STRtree(segments).nearest(plane)]
        ends = shapely.get_coordinates(shapely.shortest_line(plane, nearest))[1::2]
        foot = shapely.get_coordinates(reproject(as_array(shapely.points(ends)), LOCAL, CRS84))
        at = shapely.get_coordinates(points)
        # The plane finds, the ellipsoid measures: an equal-area plane does not keep lengths.
        metres = GEOD.inv(at[:, 0], at[:, 1], foot[:, 0], foot[:, 1])[2]
        # A contact line is kept for its day and asked by many threads at once.
        occupied = unshared_copy(self.occupied)
        shapely.prepare(occupied)
        side = np.where(shapely.intersects(occupied, points), -1.0, 1.0)
        return np.asarray(side * np.asarray(metres) / 1000)

    @property
    def _segments(self) -> GeometryArray:
        """The line as straight segments of at most _STEP_M, (k,) in LOCAL metres."""
        plane = shapely.get_parts(reproject(as_array(self.line), CRS84, LOCAL))
        coords, owner = shapely.get_coordinates(
            shapely.segmentize(plane, _STEP_M), return_index=True
        )
        joined = owner[1:] == owner[:-1]
        pairs = np.stack([coords[:-1][joined], coords[1:][joined]], axis=1)
        return np.asarray(shapely.linestrings(pairs))


def contact_line(occupied: BaseGeometry, outline: BaseGeometry, lakes: BaseGeometry) -> ContactLine:
    """The line of contact of a map: occupied MultiPolygon, outline and lakes, all CRS84.

    Water inside the country belongs to the line (it may run along a river or reservoir) unless
    only occupied land lies around it.
    """
    plane = reproject(np.array([occupied, outline, lakes], dtype=object), CRS84, LOCAL)
    # Moved vertex by vertex, edges that nearly touch may cross.
    occupied_land, country, water = (shapely.make_valid(shape) for shape in plane)
    free = _broad_land(shapely.difference(country, occupied_land), water)
    near = shapely.buffer(free, _TOUCH_M)
    # The edge of occupied land and not that of free land: the outline's coast is no front.
    line = shapely.line_merge(shapely.intersection(shapely.boundary(occupied_land), near))
    return ContactLine(_as_lines(reproject(as_array(line), LOCAL, CRS84)[0]), occupied)


def _broad_land(shape: BaseGeometry, water: BaseGeometry) -> BaseGeometry:
    """The parts wider than a sliver, without parts that are nothing but water."""
    half = SLIVER_M / 2
    # An opening (shrunk, then grown) drops slivers; grown by REACH_M more, cut back to the shape,
    # it keeps the bays that are narrower than a sliver but open to broad land.
    core = shapely.buffer(shapely.buffer(shape, -half, quad_segs=2), half + REACH_M, quad_segs=4)
    opened = shapely.intersection(shape, core)
    parts = shapely.get_parts(opened)
    # A lake within occupied land is free of occupation and no land: it has no front around it.
    dry = shapely.area(shapely.difference(parts, water)) > (SLIVER_M / 2) ** 2
    return shapely.union_all(parts[dry])


def _as_lines(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(as_array(shape))
    lines = shapely.get_parts(parts)
    return shapely.MultiLineString(list(lines[shapely.get_dimensions(lines) == 1]))


def sample_points(footprints: GeometryArray, count: int = SAMPLES) -> GeometryArray:
    """Points spread evenly over each footprint, (n, count); an empty row for None.

    footprints: (n,) CRS84. Points are those of a sunflower spiral over the bounding box that lie
    inside; where they are fewer than `count`, some come twice, so that all rows are of one length.
    """
    result = np.full((len(footprints), count), None, dtype=object)
    for row, shape in enumerate(footprints):
        if shape is not None and not shape.is_empty:
            result[row] = shapely.points(_spiral(shape, count))
    return result


def _spiral(shape: BaseGeometry, count: int) -> FloatArray:
    if shape.geom_type == "Point":
        return np.repeat(shapely.get_coordinates(shape), count, axis=0)
    west, south, east, north = shape.bounds
    # A disc fills half of the ellipse through the corners of its box: 2 of 4 count points.
    k = np.arange(4 * count) + 0.5
    # Vogel's spiral: the golden angle from point to point, radii as roots, so that each point has
    # the same area (H. Vogel, A better way to construct the sunflower head, 1979).
    radius, angle = np.sqrt(k / len(k)), np.pi * (1 + 5**0.5) * k
    x = (west + east) / 2 + radius * np.cos(angle) * (east - west) / 2**0.5
    y = (south + north) / 2 + radius * np.sin(angle) * (north - south) / 2**0.5
    inside = shapely.contains_xy(shape, x, y)
    points = np.column_stack([x[inside], y[inside]])
    if not len(points):  # a sliver between all points of the spiral
        points = shapely.get_coordinates(shapely.point_on_surface(shape))
    # Every so many-th from the middle outwards, so that the choice is spread as the spiral is.
    return np.asarray(points[np.linspace(0, len(points) - 1, count).round().astype(int)])


def flips_if_line_moves_km(
    distances: FloatArray, verdict: npt.NDArray[np.object_], rest: float = 0.05
) -> FloatArray:
    """How far the line must move, everywhere alike, before the verdict changes, (n,) km >= 0.

    distances: (n, k) signed distances of points spread over each footprint, + on the government
    side. A government deposit flips when `rest` of its footprint falls behind the line, an
    occupied one when `rest` is free; an uncertain one when it becomes either. NaN where the
    verdict does not rest on the line (contested, unknown) or there is no line.
    """
    # Moving the line by d shifts all signed distances by d: one query answers for every move.
    low, high = np.quantile(distances, [rest, 1 - rest], axis=1)
    moves = np.select(
        [verdict == "government", verdict == "occupied", verdict == "uncertain"],
        [np.maximum(low, 0), np.maximum(-high, 0), np.minimum(np.abs(low), np.abs(high))],
        default=np.nan,
    )
    return np.asarray(moves)
