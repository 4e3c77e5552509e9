"""How does a sequence of dated maps become interval cells, and how is a day read back?

A *map* of a day is a dict status -> MultiPolygon, CRS84, on the grid, statuses disjoint. A *fold*
holds the cells so far: what a map gains opens cells, what it loses splits and closes them (the
interval coalescing of temporal tables, over land). A cell holds on the days `[valid_from,
valid_to)`; a null `valid_to` is open.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84
from geodata.errors import InvalidInput
from geodata.geometry import EMPTY, difference, intersection, polygons_of, union_all
from geodata.interval import as_days, covers
from geodata.types import DayArray, GeometryArray, Mask

DayMap = Mapping[str, BaseGeometry]
ID_DIGITS = 16
"""Hexadecimal digits of a cell's hash: 64 bits, so that of a million cells two have one id with a
chance of 3e-8."""
COLUMNS = ("id", "source", "status", "valid_from", "valid_to", "status_original", "geometry")


@dataclass
class _StatusCells:
    """The cells of one status of one source: those still open, those closed, and the last map."""

    last: BaseGeometry = EMPTY
    open_polygons: list[BaseGeometry] = field(default_factory=list)
    open_from: list[date] = field(default_factory=list)
    closed: list[tuple[BaseGeometry, date, date]] = field(default_factory=list)

    def advance(self, day: date, land: BaseGeometry) -> None:
        """Take the map of a later day: close what was lost, open what was gained."""
        # A map drawn as the day before is no event: cutting it would take time and change nothing.
        if land.equals_exact(self.last, 0.0):
            return
        # Against the last map as given, not against the union of the open cells: the borders of
        # cells were snapped at every cut, so that a union of them differs from the map by slivers.
        gained, lost = difference(land, self.last), difference(self.last, land)
        # Closed first, so that only cells of earlier days are looked at.
        if not lost.is_empty:
            self._close(day, lost)
        for polygon in polygons_of(gained):
            self.open(polygon, day)
        self.last = land

    def open(self, polygon: BaseGeometry, day: date) -> None:
        self.open_polygons.append(polygon)
        self.open_from.append(day)

    def _close(self, day: date, lost: BaseGeometry) -> None:
        """Split the open cells that lose land; only these are touched."""
        shapely.prepare(lost)
        met = np.flatnonzero(shapely.intersects(lost, np.array(self.open_polygons, dtype=object)))
        touched = [(self.open_polygons[i], self.open_from[i]) for i in met]
        for i in met[::-1]:  # from the end, so that the places before it stay the same
            del self.open_polygons[i], self.open_from[i]
        for cell, began in touched:
            closing = polygons_of(intersection(cell, lost))
            # A cell that shares a mere border with the lost land is left as it is: cut, it could
            # get new vertices, and with them another id.
            staying = polygons_of(difference(cell, lost)) if len(closing) else [cell]
            self.closed += [(polygon, began, day) for polygon in closing]
            for polygon in staying:
                self.open(polygon, began)


class Fold:
    """Cells of one source, grown map by map in the order of days."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.last_day: date | None = None
        self._by_status: dict[str, _StatusCells] = {}

    def add(self, day: date, day_map: DayMap) -> None:
        """Add the map of a day later than all before; a status left out has no land that day.

        Raises InvalidInput where the day is not later than the last one.
        """
        if self.last_day is not None and day <= self.last_day:
            raise InvalidInput(
                f"map of {day} is added after the map of {self.last_day}; add maps in date order",
            )
        for status in {**self._by_status, **day_map}:
            of_status = self._by_status.setdefault(status, _StatusCells())
            of_status.advance(day, day_map.get(status, EMPTY))
        self.last_day = day

    def cells(self) -> gpd.GeoDataFrame:
        """All cells so far: columns `COLUMNS`, CRS84, ordered by status, days and id."""
        rows = [
            (status, began, ended, polygon)
            for status, cells in self._by_status.items()
            for polygon, began, ended in [
                *cells.closed,
                *((p, d, None) for p, d in zip(cells.open_polygons, cells.open_from, strict=True)),
            ]
        ]
        return cell_table(self.source, rows)

    @classmethod
    def resumed(
        cls, source: str, cells: gpd.GeoDataFrame, last_day: date, last_map: DayMap
    ) -> "Fold":
        """A fold that goes on from cells made earlier; `last_map` is the map of `last_day`.

        It gives the cells a fold over all maps gives, to the byte: cells are kept between releases
        by the maps they were folded from.
        """
        folding = cls(source)
        folding.last_day = last_day
        for status, rows in cells.groupby("status", sort=True):
            folding._by_status[str(status)] = _resumed_cells(rows, last_map.get(str(status), EMPTY))
        return folding


def _resumed_cells(rows: gpd.GeoDataFrame, last: BaseGeometry) -> _StatusCells:
    began = [d.date() for d in pd.to_datetime(rows.valid_from)]
    ended = [None if pd.isna(d) else d.date() for d in pd.to_datetime(rows.valid_to)]
    cells = _StatusCells(last=last)
    for polygon, start, stop in zip(rows.geometry.to_numpy(), began, ended, strict=True):
        if stop is None:
            cells.open(polygon, start)
        else:
            cells.closed.append((polygon, start, stop))
    return cells


def fold(source: str, maps: Iterable[tuple[date, DayMap]]) -> gpd.GeoDataFrame:
    """Fold maps into cells, columns `COLUMNS`, CRS84.

    maps: (day, map) in the order of days, none twice; else raises InvalidInput.
    """
    folding = Fold(source)
    for day, day_map in maps:
        folding.add(day, day_map)
    return folding.cells()


def cell_table(
    source: str, rows: list[tuple[str, date, date | None, BaseGeometry]]
) -> gpd.GeoDataFrame:
    """Cells as a table, columns `COLUMNS`, with stable ids and order whatever order they come in.

    rows: status, first day, first day after it (None where open), polygon in CRS84.
    """
    status, began, ended, polygons = zip(*rows, strict=True) if rows else ((), (), (), ())
    # Where a ring begins and in which order holes come is chance: normalised, the id is not.
    geometry = shapely.normalize(np.array(polygons, dtype=object))
    table = gpd.GeoDataFrame(
        {
            "id": _ids(source, status, began, ended, geometry),
            "source": pd.Series([source] * len(rows), dtype="object"),
            "status": pd.Series(status, dtype="object"),
            # Seconds, as nanoseconds end in 2262 and would refuse a later day.
            "valid_from": as_days(began).astype("datetime64[s]"),
            "valid_to": as_days(ended).astype("datetime64[s]"),
            "status_original": pd.Series([None] * len(rows), dtype="object"),
        },
        geometry=geometry,
        crs=CRS84,
    )
    return table.sort_values(["status", "valid_from", "valid_to", "id"], ignore_index=True)


def _ids(
    source: str,
    status: Iterable[str],
    began: Iterable[date],
    ended: Iterable[date | None],
    polygons: GeometryArray,
) -> list[str]:
    """Ids from what a cell is, so that the same cell has the same id in every release."""
    days = zip(map(str, began), map(str, ended), strict=True)
    facts = [str((s, b, e)).encode() for s, (b, e) in zip(status, days, strict=True)]
    hashes = [
        hashlib.sha256(b"|".join(parts)).hexdigest()
        for parts in zip(facts, shapely.to_wkb(polygons), strict=True)
    ]
    return [f"{source}-{each[:ID_DIGITS]}" for each in hashes]


def as_of(cells: gpd.GeoDataFrame, day: date) -> gpd.GeoDataFrame:
    """The map of a day: the rows whose interval `[valid_from, valid_to)` holds it."""
    return cells[covers(*_ends(cells), day)]


def on_days(cells: gpd.GeoDataFrame, days: DayArray) -> Mask:
    """(cells, days) mask: which cell holds on which day; `days` is `datetime64[D]`."""
    starts, stops = _ends(cells)
    later = np.isnat(stops)[:, None] | (days[None, :] < stops[:, None])
    return (starts[:, None] <= days[None, :]) & later


def statuses_at(
    cells: gpd.GeoDataFrame, points: GeometryArray, days: DayArray, default: str = "government"
) -> npt.NDArray[np.object_]:
    """Status of each point on its own day, (n,) text; `default` where no cell is.

    points: (n,) CRS84. days: (n,) `datetime64[D]`. On a border the cell later in the table counts.
    """
    starts, stops = _ends(cells)
    point, cell = shapely.STRtree(cells.geometry.to_numpy()).query(points, predicate="intersects")
    holds = (starts[cell] <= days[point]) & (np.isnat(stops[cell]) | (days[point] < stops[cell]))
    statuses = np.full(len(points), default, dtype=object)
    statuses[point[holds]] = cells["status"].to_numpy(dtype=object)[cell[holds]]
    return statuses


def land_of(cells: gpd.GeoDataFrame, day: date, status: str = "occupied") -> BaseGeometry:
    """Union of a status's land on a day, MultiPolygon, CRS84."""
    day_cells = as_of(cells, day)
    return union_all(day_cells.geometry.to_numpy()[day_cells["status"].to_numpy() == status])


def _ends(cells: gpd.GeoDataFrame) -> tuple[DayArray, DayArray]:
    return (
        cells["valid_from"].to_numpy().astype("datetime64[D]"),
        cells["valid_to"].to_numpy().astype("datetime64[D]"),
    )
