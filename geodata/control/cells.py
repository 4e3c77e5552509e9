"""How does a sequence of dated maps become interval cells, and how is a day read back.

A *map* of a day is a dict status -> MultiPolygon, CRS84, on the grid, statuses disjoint. A *fold*
holds the cells so far: what a map gains opens cells, what it loses splits and closes them.
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
from geodata.types import DayArray, GeometryArray

DayMap = Mapping[str, BaseGeometry]
COLUMNS = ("id", "source", "status", "valid_from", "valid_to", "status_original", "geometry")


@dataclass
class _Layer:
    """One status of one source: the cells still open, those closed, and the last map."""

    last: BaseGeometry = EMPTY
    open_shapes: list[BaseGeometry] = field(default_factory=list)
    open_from: list[date] = field(default_factory=list)
    closed: list[tuple[BaseGeometry, date, date]] = field(default_factory=list)

    def advance(self, day: date, shape: BaseGeometry) -> None:
        """Take the map of a later day: close what was lost, open what was gained."""
        if shape.equals_exact(self.last, 0.0):
            return
        gained, lost = difference(shape, self.last), difference(self.last, shape)
        if not lost.is_empty:
            self._close(day, lost)
        for piece in polygons_of(gained):
            self.open(piece, day)
        self.last = shape

    def open(self, piece: BaseGeometry, day: date) -> None:
        self.open_shapes.append(piece)
        self.open_from.append(day)

    def _close(self, day: date, lost: BaseGeometry) -> None:
        """Split the open cells that lose land; only these are touched."""
        shapely.prepare(lost)
        touched = np.flatnonzero(shapely.intersects(lost, np.array(self.open_shapes, dtype=object)))
        hit = [(self.open_shapes[i], self.open_from[i]) for i in touched]
        for i in touched[::-1]:
            del self.open_shapes[i], self.open_from[i]
        for cell, began in hit:
            gone = polygons_of(intersection(cell, lost))
            stays = polygons_of(difference(cell, lost)) if len(gone) else [cell]
            self.closed += [(piece, began, day) for piece in gone]
            for piece in stays:
                self.open(piece, began)


class Fold:
    """Cells of one source, grown map by map in the order of days."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.last_day: date | None = None
        self._layers: dict[str, _Layer] = {}

    def add(self, day: date, shapes: DayMap) -> None:
        """Add the map of a day later than all before; a status left out has no land that day.

        Raises InvalidInput where the day is not later than the last one.
        """
        if self.last_day is not None and day <= self.last_day:
            raise InvalidInput(
                f"map of {day} is added after the map of {self.last_day}; add maps in date order",
            )
        for status in {**self._layers, **shapes}:
            layer = self._layers.setdefault(status, _Layer())
            layer.advance(day, shapes.get(status, EMPTY))
        self.last_day = day

    def cells(self) -> gpd.GeoDataFrame:
        """All cells so far: columns `COLUMNS`, CRS84, ordered by status, days and id."""
        rows = [
            (status, began, ended, shape)
            for status, layer in self._layers.items()
            for shape, began, ended in [
                *layer.closed,
                *((s, d, None) for s, d in zip(layer.open_shapes, layer.open_from, strict=True)),
            ]
        ]
        return cell_table(self.source, rows)

    @classmethod
    def resumed(
        cls, source: str, cells: gpd.GeoDataFrame, last_day: date, last_map: DayMap
    ) -> "Fold":
        """A fold that goes on from cells made earlier; `last_map` is the map of `last_day`."""
        folding = cls(source)
        folding.last_day = last_day
        for status, rows in cells.groupby("status", sort=True):
            folding._layers[str(status)] = _resumed_layer(rows, last_map.get(str(status), EMPTY))
        return folding


def _resumed_layer(rows: gpd.GeoDataFrame, last: BaseGeometry) -> _Layer:
    began = [d.date() for d in pd.to_datetime(rows.valid_from)]
    ended = [None if pd.isna(d) else d.date() for d in pd.to_datetime(rows.valid_to)]
    layer = _Layer(last=last)
    for shape, start, stop in zip(rows.geometry.to_numpy(), began, ended, strict=True):
        if stop is None:
            layer.open(shape, start)
        else:
            layer.closed.append((shape, start, stop))
    return layer


def fold(source: str, maps: Iterable[tuple[date, DayMap]]) -> gpd.GeoDataFrame:
    """Fold maps given in the order of days into cells."""
    folding = Fold(source)
    for day, shapes in maps:
        folding.add(day, shapes)
    return folding.cells()


def cell_table(
    source: str, rows: list[tuple[str, date, date | None, BaseGeometry]]
) -> gpd.GeoDataFrame:
    """Cells as a table with stable ids and a stable order, whatever order they come in."""
    status, began, ended, shapes = zip(*rows, strict=True) if rows else ((), (), (), ())
    geometry = shapely.normalize(np.array(shapes, dtype=object))
    table = gpd.GeoDataFrame(
        {
            "id": _ids(source, status, began, ended, geometry),
            "source": pd.Series([source] * len(rows), dtype="object"),
            "status": pd.Series(status, dtype="object"),
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
    shapes: GeometryArray,
) -> list[str]:
    """Ids from what a cell is, so that the same cell has the same id in every release."""
    wkb = shapely.to_wkb(shapes)
    return [
        f"{source}-{hashlib.sha256(b'|'.join((str((s, b, e)).encode(), w))).hexdigest()[:16]}"
        for s, b, e, w in zip(
            status, (str(b) for b in began), (str(e) for e in ended), wkb, strict=True
        )
    ]


def as_of(cells: gpd.GeoDataFrame, day: date) -> gpd.GeoDataFrame:
    """The map of a day: the cells whose interval holds it."""
    return cells[covers(*_ends(cells), day)]


def on_days(cells: gpd.GeoDataFrame, days: DayArray) -> npt.NDArray[np.bool_]:
    """(cells, days) mask: which cell holds on which day; `days` is `datetime64[D]`."""
    starts, stops = _ends(cells)
    later = np.isnat(stops)[:, None] | (days[None, :] < stops[:, None])
    return (starts[:, None] <= days[None, :]) & later


def statuses_at(
    cells: gpd.GeoDataFrame, points: GeometryArray, days: DayArray, default: str = "government"
) -> npt.NDArray[np.object_]:
    """Status of each point on its own day: points (n,), days (n,); `default` where no cell is."""
    starts, stops = _ends(cells)
    point, cell = shapely.STRtree(cells.geometry.to_numpy()).query(points, predicate="intersects")
    holds = (starts[cell] <= days[point]) & (np.isnat(stops[cell]) | (days[point] < stops[cell]))
    found = np.full(len(points), default, dtype=object)
    found[point[holds]] = cells["status"].to_numpy(dtype=object)[cell[holds]]
    return found


def land_of(cells: gpd.GeoDataFrame, day: date, status: str = "occupied") -> BaseGeometry:
    """Union of a status's land on a day, MultiPolygon, CRS84."""
    today = as_of(cells, day)
    return union_all(today.geometry.to_numpy()[today["status"].to_numpy() == status])


def _ends(cells: gpd.GeoDataFrame) -> tuple[DayArray, DayArray]:
    return (
        cells["valid_from"].to_numpy().astype("datetime64[D]"),
        cells["valid_to"].to_numpy().astype("datetime64[D]"),
    )
