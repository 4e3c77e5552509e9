"""Which random maps, histories and footprints do the property tests draw?

Coordinates lie on the grid of maps as read, in a window of ten by six degrees; whatever is cut
out of them need not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import shapely
import shapely.affinity
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import DayMap, cell_table
from geodata.geometry import EMPTY, GRID_DEG, difference, snapped, union_all
from geodata.types import GeometryArray

WEST, SOUTH, EAST, NORTH = 31.0, 46.0, 41.0, 52.0
FIRST = date(2024, 7, 8)

days = st.dates(date(1992, 1, 1), date(2100, 1, 1))
_x = st.floats(WEST, EAST).map(lambda v: round(v, 6))
_y = st.floats(SOUTH, NORTH).map(lambda v: round(v, 6))


@st.composite
def boxes(draw: st.DrawFn) -> BaseGeometry:
    """A box with sides of 0.5 to 5 degrees."""
    west, south = draw(st.integers(31, 38)), draw(st.integers(46, 50))
    wide, high = draw(st.integers(1, 10)) / 2, draw(st.integers(1, 10)) / 2
    return shapely.box(west, south, west + wide, south + high)


@st.composite
def triangles(draw: st.DrawFn) -> BaseGeometry:
    """Any triangle; a flat one is empty."""
    return shapely.Polygon([(draw(_x), draw(_y)) for _ in range(3)])


@st.composite
def lands(draw: st.DrawFn) -> BaseGeometry:
    """Land of a map: parts united, others cut out, so with holes and slivers; may be empty."""
    parts = draw(st.lists(boxes() | triangles(), max_size=3))
    cut = draw(st.lists(boxes() | triangles(), max_size=2))
    if parts and draw(st.booleans()):
        cut.append(shapely.affinity.scale(parts[0], 0.25, 0.25))  # the middle of one of them
    whole = union_all(np.array(parts, dtype=object), GRID_DEG)
    return difference(whole, union_all(np.array(cut, dtype=object), GRID_DEG), GRID_DEG)


@st.composite
def day_maps(draw: st.DrawFn) -> DayMap:
    """The map of a day: up to two statuses, disjoint; one without land may be left out."""
    occupied = snapped(draw(lands()))
    contested = difference(snapped(draw(lands())), occupied)  # on the grid of cuts, as ingest does
    shapes = {"occupied": occupied, "contested": contested}
    kept = draw(st.booleans())
    return {status: s for status, s in shapes.items() if kept or not s.is_empty}


@st.composite
def map_sequences(draw: st.DrawFn, most: int = 5) -> list[tuple[date, DayMap]]:
    """Dated maps in order, with gaps of days; a day often repeats the map before it."""
    day, last, result = FIRST, {}, []
    for number in range(draw(st.integers(1, most))):
        day += timedelta(days=draw(st.integers(1, 3)))
        again = number > 0 and draw(st.integers(0, 3)) == 0
        last = last if again else draw(day_maps())
        result.append((day, last))
    return result


def random_points(count: int, seed: int) -> GeometryArray:
    """Points spread over the window."""
    rng = np.random.default_rng(seed)
    return np.asarray(
        shapely.points(rng.uniform(WEST, EAST, count), rng.uniform(SOUTH, NORTH, count))
    )


# Chequered histories: a board of squares, each with a status a day


@dataclass(frozen=True)
class Board:
    """A board of one-degree squares with a status each day; the oracle reads it directly.

    statuses: (rows, columns, days) of status names.
    """

    statuses: np.ndarray

    @property
    def days(self) -> list[date]:
        """The days of the board; the last status holds on after the last."""
        return [FIRST + timedelta(days=n) for n in range(self.statuses.shape[2])]

    def square(self, row: int, column: int) -> BaseGeometry:
        """The land of a square."""
        return shapely.box(WEST + column, SOUTH + row, WEST + column + 1, SOUTH + row + 1)

    def land(self, day: int, status: str) -> BaseGeometry:
        """All land of a status on a day."""
        rows, columns = np.nonzero(self.statuses[:, :, day] == status)
        squares = [self.square(r, c) for r, c in zip(rows, columns, strict=True)]
        return shapely.union_all(squares) if squares else EMPTY

    def cells(self) -> gpd.GeoDataFrame:
        """A cell for each run of days a square has one status other than government."""
        rows = []
        for r, c in np.ndindex(self.statuses.shape[:2]):
            rows += [
                (status, began, ended, self.square(r, c))
                for status, began, ended in _runs(self.statuses[r, c], self.days)
                if status != "government"
            ]
        return cell_table("board", rows)


def _runs(statuses: Sequence[str], days: Sequence[date]) -> list[tuple[str, date, date | None]]:
    starts = [n for n in range(len(days)) if n == 0 or statuses[n] != statuses[n - 1]]
    ends = [days[n] for n in starts[1:]] + [None]
    return [(str(statuses[n]), days[n], e) for n, e in zip(starts, ends, strict=True)]


@st.composite
def boards(
    draw: st.DrawFn, statuses: Sequence[str] = ("occupied", "contested", "government")
) -> Board:
    """Boards of 3 by 3 squares over up to 6 days; on some days all have one status."""
    status = st.sampled_from(statuses)
    mixed, uniform = st.lists(status, min_size=9, max_size=9), status.map(lambda s: [s] * 9)
    squares = draw(st.lists(mixed | uniform, min_size=1, max_size=6))
    return Board(np.array(squares, dtype=object).T.reshape(3, 3, len(squares)))


@st.composite
def board_footprints(draw: st.DrawFn) -> BaseGeometry | None:
    """A box, a triangle, a point off the squares' edges, or nothing, on or beside the board."""
    kind = draw(st.sampled_from(["none", "box", "triangle", "point", "empty"]))
    x = st.integers(-5, 35).map(lambda n: WEST + n / 10 + 0.033)
    y = st.integers(-5, 35).map(lambda n: SOUTH + n / 10 + 0.033)
    if kind in {"none", "empty"}:
        return None if kind == "none" else shapely.Polygon()
    if kind == "point":
        return shapely.Point(draw(x), draw(y))
    if kind == "box":
        west, south = draw(x), draw(y)
        return shapely.box(west, south, west + draw(st.integers(1, 9)) / 4, south + 0.4)
    corner = (draw(x), draw(y))
    ring = [corner, (corner[0] + 1.2, corner[1] + 0.1), (corner[0], corner[1] + 0.9)]
    # A long slant edge is another line in the equal-area plane; real footprints have short ones.
    return shapely.segmentize(shapely.Polygon(ring), 0.02)


some_footprints = st.lists(board_footprints(), min_size=3, max_size=6)


@st.composite
def board_lands(draw: st.DrawFn) -> BaseGeometry:
    """Land on the board, holed by what is cut out; its borders run through most footprints."""
    x = st.floats(WEST - 0.5, WEST + 4).map(lambda v: round(v, 6))
    y = st.floats(SOUTH - 0.5, SOUTH + 4).map(lambda v: round(v, 6))
    corners = st.tuples(x, y)
    triangle = st.tuples(corners, corners, corners).map(shapely.Polygon)
    square = corners.map(lambda c: shapely.box(c[0], c[1], c[0] + 1.3, c[1] + 1.1))
    parts = draw(st.lists(square | triangle, min_size=2, max_size=6))
    hole = draw(square)
    return difference(union_all(np.array(parts, dtype=object), GRID_DEG), hole, GRID_DEG)
