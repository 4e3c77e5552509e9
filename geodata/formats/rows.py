"""What is handed to a format: rows as Arrow columns with their geometry, and what they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pyarrow as pa

from geodata.crs import CRS84
from geodata.types import GeometryArray
from schemas.record import Column

BATCH = 10_000
"""Rows a streamed format takes at a time."""


@dataclass(frozen=True)
class Rows:
    """Rows on their way out.

    columns: the properties, in order; the first is `id`. table: (n rows) Arrow columns of the
    same names in the same order: string, int64, float64, bool, date32, timestamp or
    list<string>. geometry: (n,) shapely, x (or longitude) first, coordinates in `crs`; None where
    it was not asked for; single entries may be None. geometry_type: what the collection holds
    (`Point`, `MultiPolygon`, ...), so that a file without rows still says it; else it is read off
    the shapes. ordered: the client asked for this order, so no format may change it.
    """

    columns: tuple[Column, ...]
    table: pa.Table
    geometry: GeometryArray | None
    crs: str = CRS84
    geometry_type: str | None = None
    ordered: bool = False

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def batches(self, size: int = BATCH) -> Iterator["Rows"]:
        """The rows in stretches of at most `size`, in order."""
        for start in range(0, len(self), size):
            shapes = None if self.geometry is None else self.geometry[start : start + size]
            yield replace(self, table=self.table.slice(start, size), geometry=shapes)


@dataclass(frozen=True)
class About:
    """What a download is: it travels inside or beside the data.

    name: stem of the file name. query: the URL that gives the same rows again. generated: time
    of the release (RFC 3339), so that the same question gives the same bytes.
    """

    name: str
    title: str
    release: str
    query: str
    licence: str
    attribution: str
    citation: str
    generated: str
