"""How does a parsed file become a day's map: one multipolygon per status, none overlapping."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import MAPS, SNAPSHOTS, WAITING, write_records
from geodata.crs import areas_km2
from geodata.formats.geoparquet import geoparquet_file
from geodata.geometry import (
    EMPTY,
    GRID_DEG,
    as_array,
    difference,
    intersection,
    polygonal,
    union_all,
)
from geodata.ingest.control.parsed_file import ParsedFile
from geodata.types import ARROW
from schemas import Snapshot
from schemas.record import Status

PRECEDENCE: tuple[Status, ...] = ("occupied", "contested", "government")
"""Who keeps land that two statuses claim. Measured on DeepState's bodies of 2022 to 2025:
overlaps are at most 17 km2 a day, mostly under 0.1; where red and grey overlap red is drawn on
top for 125 of 183 km2 and holds 182 of 254 km2 ten publications later."""


MAP_COLUMNS = pa.schema([
    ("day", ARROW["date"]), ("status", ARROW["string"]), ("status_original", ARROW["string"]),
    ("file", ARROW["string"]), ("published", ARROW["string"]), ("sha256", ARROW["string"]),
])  # fmt: skip
"""Columns of a batch's maps beside their geometry. sha256: of its ISO WKB, folds go by it."""


@dataclass(frozen=True, eq=False)
class DayMap:
    """The map of one file. `areas` are multipolygons on the grid, disjoint up to the grid.

    batch: the batch it is of, if it was read from there.
    """

    parsed: ParsedFile
    areas: Mapping[Status, BaseGeometry]
    overlap_km2: float
    batch: str | None = None

    @property
    def day(self) -> date:
        """The day it stands for."""
        return self.parsed.stamp.day

    @property
    def occupied(self) -> BaseGeometry:
        """The occupied area; empty where nothing is."""
        return self.areas.get("occupied", EMPTY)

    def area_km2(self, status: Status) -> float:
        """Area of one status."""
        return _km2(self.areas.get(status, EMPTY))

    def __str__(self) -> str:
        batch = f" (batch {self.batch})" if self.batch else ""
        return f"{self.area_km2('occupied'):,.0f} km2 on {self.day}{batch}"

    def snapshot(self, source: str) -> Snapshot:
        """The record of this map."""
        stamp = self.parsed.stamp
        return Snapshot(
            source=source,
            day=stamp.day,
            file=self.parsed.file,
            published=stamp.published,
            statuses=self.parsed.statuses,
            occupied_km2=round(self.area_km2("occupied"), 3),
            contested_km2=round(self.area_km2("contested"), 3),
        )


class MapMaker:
    """Makes day maps, keeping the last union of each status: most days change one status."""

    def __init__(self) -> None:
        self._last: dict[Status, tuple[tuple[int, ...], BaseGeometry, tuple[BaseGeometry, ...]]]
        self._last = {}

    def day_map(self, parsed: ParsedFile) -> DayMap:
        """The map of a file."""
        whole = {status: self._union(status, pieces) for status, pieces in parsed.pieces.items()}
        areas: dict[Status, BaseGeometry] = {}
        overlap = 0.0
        for status in (s for s in PRECEDENCE if s in whole):
            area, lost = _without(whole[status], areas.values())
            overlap += lost
            if not area.is_empty:
                areas[status] = area
        return DayMap(parsed, areas, overlap)

    def _union(self, status: Status, pieces: tuple[BaseGeometry, ...]) -> BaseGeometry:
        """Union of pieces. Pieces are the same objects where files repeat them."""
        ids = tuple(id(piece) for piece in pieces)
        if status not in self._last or self._last[status][0] != ids:
            union = pieces[0] if len(pieces) == 1 else union_all(np.array(pieces, dtype=object))
            self._last[status] = ids, shapely.normalize(union), pieces
        return self._last[status][1]


def change_km2(before: BaseGeometry, after: BaseGeometry) -> float:
    """Gained plus lost area."""
    if before is after:
        return 0.0
    changed = shapely.symmetric_difference(before, after, grid_size=GRID_DEG)
    return _km2(polygonal(changed))


def _without(area: BaseGeometry, others: Iterable[BaseGeometry]) -> tuple[BaseGeometry, float]:
    """The area without others, and the km2 it lost to them."""
    overlap = 0.0
    for other in others:
        shared = intersection(area, other)
        if not shared.is_empty:
            overlap += _km2(shared)
            area = difference(area, other)
    return area, overlap


def _km2(geometry: BaseGeometry) -> float:
    return float(areas_km2(as_array(geometry))[0])


def write_maps(
    folder: Path, source: str, maps: Iterable[DayMap], waiting: Collection[DayMap] = ()
) -> tuple[str, ...]:
    """Write the maps of a batch into its folder; the names of the files.

    waiting: maps set aside for a jump, stored for the batches that may confirm them.
    """
    tables = _write_maps(source, maps, folder, "")
    if waiting:
        (folder / WAITING).mkdir()
        tables += _write_maps(source, waiting, folder, f"{WAITING}/")
    return tables


def _write_maps(source: str, maps: Iterable[DayMap], folder: Path, inside: str) -> tuple[str, ...]:
    """Write maps and their snapshots in order of days; the names of the files."""
    ordered = sorted(maps, key=lambda day_map: day_map.day)
    _write_areas(ordered, folder / f"{inside}{MAPS}")
    snapshots = [day_map.snapshot(source) for day_map in ordered]
    write_records(Snapshot, snapshots, folder / f"{inside}{SNAPSHOTS}")
    return f"{inside}{MAPS}", f"{inside}{SNAPSHOTS}"


def _write_areas(maps: Sequence[DayMap], path: Path) -> None:
    """GeoParquet: one row per day and status, in that order."""
    rows = [row for day_map in maps for row in _map_rows(day_map)]
    areas = np.array([row.pop("geometry") for row in rows], dtype=object)
    with geoparquet_file(path, MAP_COLUMNS) as file:
        file.write(pa.Table.from_pylist(rows, schema=MAP_COLUMNS), areas)


def _map_rows(day_map: DayMap) -> Iterable[dict[str, Any]]:
    stamp = day_map.parsed.stamp
    for status in sorted(day_map.areas):
        area = day_map.areas[status]
        yield {
            "day": stamp.day,
            "status": status,
            "status_original": day_map.parsed.captions.get(status) or None,
            "file": day_map.parsed.file,
            "published": stamp.published,
            "sha256": _wkb_sha256(area),
            "geometry": area,
        }


def _wkb_sha256(area: shapely.Geometry) -> str:
    return hashlib.sha256(shapely.to_wkb(area, flavor="iso")).hexdigest()


def days_of(maps: Iterable[DayMap]) -> list[date]:
    """The days of maps, in order."""
    return sorted(day_map.parsed.stamp.day for day_map in maps)
