"""Where is the line of contact on a day, how far is a deposit from it, and what if it moves.

The line is the edge of occupied land towards land that is not occupied. An edge at the sea or at
the state border is no front: it is recognised by having no land of the country behind it. Two
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
_TOUCH_M = 50.0
_STEP_M = 2000.0


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
        in an equal-area plane on pieces of at most 2 km; its distance is geodesic.
        """
        if self.line.is_empty or not len(points):
            return np.full(len(points), np.nan)
        plane = reproject(points, CRS84, LOCAL)
        pieces = self._pieces
        nearest = pieces[shapely.STRtree(pieces).nearest(plane)]
        ends = shapely.get_coordinates(shapely.shortest_line(plane, nearest))[1::2]
        foot = shapely.get_coordinates(reproject(as_array(shapely.points(ends)), LOCAL, CRS84))
        at = shapely.get_coordinates(points)
        metres = GEOD.inv(at[:, 0], at[:, 1], foot[:, 0], foot[:, 1])[2]
        occupied = unshared_copy(self.occupied)
        shapely.prepare(occupied)
        side = np.where(shapely.intersects(occupied, points), -1.0, 1.0)
        return np.asarray(side * np.asarray(metres) / 1000)

    @property
    def _pieces(self) -> GeometryArray:
        """The line in short straight pieces, in the plane."""
        plane = shapely.get_parts(reproject(as_array(self.line), CRS84, LOCAL))
        coords, owner = shapely.get_coordinates(
            shapely.segmentize(plane, _STEP_M), return_index=True
        )
        joined = owner[1:] == owner[:-1]
        pairs = np.stack([coords[:-1][joined], coords[1:][joined]], axis=1)
        return np.asarray(shapely.linestrings(pairs))


def contact_line(occupied: BaseGeometry, outline: BaseGeometry, lakes: BaseGeometry) -> ContactLine:
    """The line of contact of a map: occupied MultiPolygon, outline and lakes, all CRS84.

    Water inside the country belongs to the line (a river or reservoir can be the front) unless
    only occupied land lies around it.
    """
    plane = reproject(np.array([occupied, outline, lakes], dtype=object), CRS84, LOCAL)
    held, country, water = (shapely.make_valid(shape) for shape in plane)
    free = _broad_land(shapely.difference(country, held), water)
    near = shapely.buffer(free, _TOUCH_M)
    line = shapely.line_merge(shapely.intersection(shapely.boundary(held), near))
    return ContactLine(_as_lines(reproject(as_array(line), LOCAL, CRS84)[0]), occupied)


def _broad_land(shape: BaseGeometry, water: BaseGeometry) -> BaseGeometry:
    """The parts wider than a sliver, without parts that are nothing but water."""
    half = SLIVER_M / 2
    core = shapely.buffer(shapely.buffer(shape, -half, quad_segs=2), half + REACH_M, quad_segs=4)
    opened = shapely.intersection(shape, core)
    parts = shapely.get_parts(opened)
    dry = shapely.area(shapely.difference(parts, water)) > (SLIVER_M / 2) ** 2
    return shapely.union_all(parts[dry])


def _as_lines(shape: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(as_array(shape))
    lines = shapely.get_parts(parts)
    return shapely.MultiLineString(list(lines[shapely.get_dimensions(lines) == 1]))


def sample_points(footprints: GeometryArray, count: int = SAMPLES) -> GeometryArray:
    """Points spread evenly over each footprint, (n, count); an empty row for None.

    Disc-like: a sunflower spiral over the bounding circle, kept where inside; the rest is filled
    with the points that are inside, so that every footprint gives `count` points.
    """
    result = np.full((len(footprints), count), None, dtype=object)
    for row, shape in enumerate(footprints):
        if shape is not None and not shape.is_empty:
            result[row] = shapely.points(_spiral(shape, count))
    return result


def _spiral(shape: BaseGeometry, count: int) -> npt.NDArray[np.float64]:
    if shape.geom_type == "Point":
        return np.repeat(shapely.get_coordinates(shape), count, axis=0)
    west, south, east, north = shape.bounds
    k = np.arange(4 * count) + 0.5
    radius, angle = np.sqrt(k / len(k)), np.pi * (1 + 5**0.5) * k
    x = (west + east) / 2 + radius * np.cos(angle) * (east - west) / 2**0.5
    y = (south + north) / 2 + radius * np.sin(angle) * (north - south) / 2**0.5
    inside = shapely.contains_xy(shape, x, y)
    kept = np.column_stack([x[inside], y[inside]])
    if not len(kept):
        kept = shapely.get_coordinates(shapely.point_on_surface(shape))
    return np.asarray(kept[np.linspace(0, len(kept) - 1, count).round().astype(int)])


def flips_if_line_moves_km(
    distances: FloatArray, verdict: npt.NDArray[np.object_], rest: float = 0.05
) -> FloatArray:
    """How far the line must move, everywhere alike, before the verdict changes, (n,) km >= 0.

    distances: (n, k) signed distances of points spread over each footprint, + on the government
    side. A government deposit flips when `rest` of its footprint falls behind the line, an
    occupied one when `rest` is free; an uncertain one when it becomes either. NaN where the
    verdict does not rest on the line (contested, unknown) or there is no line.
    """
    low, high = np.quantile(distances, [rest, 1 - rest], axis=1)
    moves = np.select(
        [verdict == "government", verdict == "occupied", verdict == "uncertain"],
        [np.maximum(low, 0), np.maximum(-high, 0), np.minimum(np.abs(low), np.abs(high))],
        default=np.nan,
    )
    return np.asarray(moves)
