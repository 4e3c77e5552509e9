"""When did each piece of the line of contact hold: the lines of all days as pieces with intervals.

A piece is a stretch of the line with a half-open interval of days `[valid_from, valid_to)` on which
all of it was on the line; the line of a day is the pieces that hold on it. Between two days the
line differs only near the land that changed hands, so it is drawn anew there and nowhere else.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.contact_line import REACH_M, SLIVER_M, contact_line
from geodata.crs import CRS84, GEOD
from geodata.geometry import EMPTY, as_array, polygonal, union_all
from geodata.interval import as_days, covers, days_of
from geodata.types import DayArray, FloatArray, GeometryArray, Int64Array

COLUMNS = ("id", "source", "valid_from", "valid_to", "length_km", "geometry")
UNITS = 10**7
"""Units of a degree in which ends of segments are compared, 1 cm: the line comes from a plane, and
one corner on two days differs in the 12th digit."""
NEAR_M = 2 * (SLIVER_M + REACH_M) / 2 + SLIVER_M / 2
"""How far from land that changed hands the line may change, metres. Free land counts within reach
of a disc `SLIVER_M` wide: REACH_M and half a disc to its middle, half a disc beyond it; the rest is
room for buffers of few corners."""
_DEGREE_M = 111_000.0
"""Metres in a degree of latitude, rounded down, so that windows come out too large."""
_WHOLE = 0.3
"""Share of the country's box from which windows are not worth their cutting."""
Box = tuple[float, float, float, float]
Segment = tuple[int, int, int, int]
LandIn = Callable[[date, Box | None], BaseGeometry]
"""Occupied land of a day in a box, all of it where that is None; CRS84."""


@dataclass
class LineHistory:
    """The pieces of one source's line so far, grown from turn to turn.

    outline, lakes: CRS84. held: segments of the line now, with the day from which each has been on
    it. pieces: those that have ended, as rows of `COLUMNS`.
    """

    source: str
    outline: BaseGeometry
    lakes: BaseGeometry
    held: dict[Segment, date] = field(default_factory=dict)
    ended: dict[tuple[date, date | None], list[Segment]] = field(default_factory=dict)
    before: gpd.GeoDataFrame | None = None

    def add(
        self, cells: gpd.GeoDataFrame, land_in: LandIn, after: date | None = None
    ) -> gpd.GeoDataFrame:
        """Take all turns of the cells later than a day, and give all pieces, columns `COLUMNS`.

        cells: of the source, columns of `control.cells`, CRS84. land_in: the occupied land they
        draw. Up to `after` it is what the pieces so far were made of.
        """
        occupied = cells[(cells["status"] == "occupied").to_numpy()]
        for day in _turns(occupied):
            if after is None or day > after:
                self._advance(_changed(occupied, day), land_in, day)
        return self.table()

    def table(self) -> gpd.GeoDataFrame:
        """All pieces, columns `COLUMNS`, CRS84, ordered by days and id; open ones end nowhere."""
        spans = dict(self.ended)
        for segment, began in self.held.items():
            spans.setdefault((began, None), []).append(segment)
        rows = [(*span, line) for span, some in spans.items() for line in _merged(some)]
        table = _piece_table(self.source, rows)
        if self.before is not None and len(self.before):
            table = gpd.GeoDataFrame(pd.concat([self.before, table], ignore_index=True), crs=CRS84)
        return table.sort_values(["valid_from", "valid_to", "id"], ignore_index=True)

    @classmethod
    def resumed(
        cls, source: str, outline: BaseGeometry, lakes: BaseGeometry, pieces: gpd.GeoDataFrame
    ) -> "LineHistory":
        """A history that goes on from pieces made earlier, as if it went on from its start."""
        is_open = pieces["valid_to"].isna().to_numpy()
        held = {
            segment: pd.Timestamp(row.valid_from).date()
            for row in pieces[is_open].itertuples()
            for segment in _segments(row.geometry)
        }
        return cls(source, outline, lakes, held, before=pieces[~is_open])

    def _advance(self, changed: FloatArray, land_in: LandIn, day: date) -> None:
        """Draw the line anew where land changed hands on a day."""
        for box, inner in _windows(changed, self.outline, self.lakes):
            drawn, at_edge = _sorted_out(_segments(self._line_in(day, land_in, box)), inner)
            known, known_at_edge = _sorted_out(self.held, inner)
            if at_edge != known_at_edge:  # the same edge with other corners: two ways to cut it
                self._replace(set(self.held), set(_segments(self._line_in(day, land_in))), day)
                return
            self._replace(known, drawn, day)

    def _line_in(self, day: date, land_in: LandIn, box: Box | None = None) -> BaseGeometry:
        """The line of a day in a box, right but near the box's edge; None for all of it."""
        country = self.outline if box is None else shapely.clip_by_rect(self.outline, *box)
        return contact_line(land_in(day, box), country, self.lakes).line

    def _replace(self, known: set[Segment], drawn: set[Segment], day: date) -> None:
        for segment in known - drawn:
            self.ended.setdefault((self.held.pop(segment), day), []).append(segment)
        self.held |= dict.fromkeys(drawn - known, day)


def land_of_cells(cells: gpd.GeoDataFrame) -> LandIn:
    """The occupied land cells draw: united for each box, since uniting all of it takes longest."""
    occupied = cells[(cells["status"] == "occupied").to_numpy()]
    shapes, bounds = occupied.geometry.to_numpy(), occupied.bounds.to_numpy()

    def land_in(day: date, box: Box | None) -> BaseGeometry:
        wanted = covers(days_of(occupied, "valid_from"), days_of(occupied, "valid_to"), day)
        if box is None:
            return union_all(shapes[wanted])
        wanted &= (bounds[:, :2] <= box[2:]).all(axis=1) & (bounds[:, 2:] >= box[:2]).all(axis=1)
        return union_all(_clipped(shapes[wanted], box))

    return land_in


def land_of_maps(maps: Mapping[date, BaseGeometry]) -> LandIn:
    """The occupied land of maps by day: what cells were folded from needs no uniting."""

    def land_in(day: date, box: Box | None) -> BaseGeometry:
        land = maps.get(day, EMPTY)
        return land if box is None else polygonal(_clipped(as_array(land), box)[0])

    return land_in


def _clipped(shapes: GeometryArray, box: Box) -> GeometryArray:
    clipped = shapely.clip_by_rect(shapes, *box)
    torn = ~shapely.is_valid(clipped)  # cut at a corner where it touches itself
    clipped[torn] = shapely.make_valid(clipped[torn])
    return np.asarray(clipped)


def _turns(cells: gpd.GeoDataFrame) -> list[date]:
    """Days on which cells begin or end, in order."""
    days = np.concatenate([days_of(cells, name) for name in ("valid_from", "valid_to")])
    return [day.item() for day in np.unique(days[~np.isnat(days)])]


def _changed(cells: gpd.GeoDataFrame, day: date) -> FloatArray:
    """Boxes of cells that begin or end on a day, (n, 4) west, south, east, north."""
    when = np.datetime64(day, "D")
    turned = (days_of(cells, "valid_from") == when) | (days_of(cells, "valid_to") == when)
    return np.asarray(cells.bounds.to_numpy()[turned])


def _windows(
    changed: FloatArray, outline: BaseGeometry, lakes: BaseGeometry
) -> Iterator[tuple[Box | None, Box | None]]:
    """Boxes to draw the line in, each with the part of it that counts; (None, None) for all.

    Whether free land is nothing but a lake is asked of all of it, so a lake that a window meets is
    in it as a whole.
    """
    waters = shapely.bounds(shapely.get_parts(lakes))
    boxes, before = changed, 0.0
    while (size := float(shapely.area(_united(boxes)))) > before:
        met = shapely.intersects(_united(boxes), shapely.box(*waters.T))
        boxes, before = np.concatenate([changed, waters[met]]), size
    windows = shapely.bounds(shapely.get_parts(_united(boxes)))
    if shapely.area(shapely.box(*windows.T)).sum() > _WHOLE * shapely.box(*outline.bounds).area:
        yield None, None
        return
    for west, south, east, north in windows.tolist():
        box = (west, south, east, north)
        yield box, tuple(_grown(np.array([box]), -NEAR_M)[0].tolist())


def _united(boxes: FloatArray) -> BaseGeometry:
    """Boxes with all that is near them, united."""
    return shapely.union_all(shapely.box(*_grown(boxes, 2 * NEAR_M).T))


def _grown(boxes: FloatArray, metres: float) -> FloatArray:
    """Boxes with a margin on all sides, (n, 4) degrees."""
    high = metres / _DEGREE_M
    wide = high / np.cos(np.radians(np.abs(boxes[:, [1, 3]]).max(axis=1)))
    return np.asarray(boxes + np.column_stack([-wide, np.full(len(boxes), -high), wide,
                                               np.full(len(boxes), high)]))  # fmt: skip


def _sorted_out(segments: Iterable[Segment], box: Box | None) -> tuple[set[Segment], set[Segment]]:
    """Segments that lie in a box, and those that may cross its edge; None holds them all."""
    listed = list(segments)
    if box is None or not listed:
        return set(listed), set()
    ends = np.array(listed) / UNITS
    low, high = np.minimum(ends[:, :2], ends[:, 2:]), np.maximum(ends[:, :2], ends[:, 2:])
    inside = (low >= box[:2]).all(axis=1) & (high <= box[2:]).all(axis=1)
    crosses = (high >= box[:2]).all(axis=1) & (low <= box[2:]).all(axis=1) & ~inside
    return ({listed[at] for at in np.flatnonzero(inside)},
            {listed[at] for at in np.flatnonzero(crosses)})  # fmt: skip


def _segments(line: BaseGeometry) -> Iterator[Segment]:
    """Straight segments of a line, each from its lesser end, none without length."""
    parts = shapely.get_parts(as_array(line))
    coords, owner = shapely.get_coordinates(parts, return_index=True)
    whole = np.rint(coords * UNITS).astype(np.int64)
    ends = np.concatenate([whole[:-1], whole[1:]], axis=1)[owner[1:] == owner[:-1]]
    for x1, y1, x2, y2 in ends.tolist():
        if (x1, y1) != (x2, y2):
            yield (x1, y1, x2, y2) if (x1, y1) < (x2, y2) else (x2, y2, x1, y1)


def _merged(segments: Iterable[Segment]) -> GeometryArray:
    """Segments joined to lines, (n,) LineString, CRS84."""
    ends: Int64Array = np.array(sorted(segments), dtype=np.int64)
    lines = np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2) / UNITS))
    return np.asarray(shapely.get_parts(shapely.line_merge(shapely.MultiLineString(list(lines)))))


def _piece_table(
    source: str, rows: list[tuple[date, date | None, BaseGeometry]]
) -> gpd.GeoDataFrame:
    began, ended, lines = zip(*rows, strict=True) if rows else ((), (), ())
    geometry = shapely.normalize(np.array(lines, dtype=object))
    return gpd.GeoDataFrame(
        {
            "id": pd.Series(_ids(source, began, ended, geometry), dtype="object"),
            "source": pd.Series([source] * len(rows), dtype="object"),
            "valid_from": _seconds(began),
            "valid_to": _seconds(ended),
            "length_km": lengths_km(geometry).round(3),
        },
        geometry=geometry,
        crs=CRS84,
    )


def lengths_km(lines: GeometryArray) -> FloatArray:
    """Geodesic lengths on WGS 84, (n,) km, of lines in CRS84."""
    return np.array([GEOD.geometry_length(line) / 1000 for line in lines], dtype=float)


def _seconds(days: Iterable[date | None]) -> npt.NDArray[np.datetime64]:
    instants: DayArray = as_days(list(days)).astype("datetime64[s]")
    return instants


def _ids(
    source: str, began: Iterable[date], ended: Iterable[date | None], lines: GeometryArray
) -> list[str]:
    """Ids from what a piece is, so that the same piece has the same id in every release."""
    facts = [f"{first}|{stop}|".encode() for first, stop in zip(began, ended, strict=True)]
    pairs = zip(facts, shapely.to_wkb(lines), strict=True)
    return [f"{source}-line-{hashlib.sha256(f + w).hexdigest()[:16]}" for f, w in pairs]
