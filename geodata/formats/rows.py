"""What is handed to a format: rows, and what they are."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

import geopandas as gpd
import pyarrow as pa

from geodata.crs import CRS84
from geodata.errors import InvalidInput
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
    the shapes. ordered: the client asked for this order, so no format may change it. closed:
    `valid_to` is the last day itself and not the day after, as users' layers may have it.
    """

    columns: tuple[Column, ...]
    table: pa.Table
    geometry: GeometryArray | None
    crs: str = CRS84
    geometry_type: str | None = None
    ordered: bool = False
    closed: bool = False

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def batches(self, size: int = BATCH) -> Iterator["Rows"]:
        """The rows in stretches of at most `size`, in order."""
        for start in range(0, len(self), size):
            shapes = None if self.geometry is None else self.geometry[start : start + size]
            yield replace(self, table=self.table.slice(start, size), geometry=shapes)

    def to_geopandas(self) -> gpd.GeoDataFrame:
        """The rows as a GeoDataFrame, days as `datetime64`; no geometry is all None."""
        shapes = [None] * len(self) if self.geometry is None else self.geometry
        table = self.table.to_pandas(date_as_object=False)
        return gpd.GeoDataFrame(table, geometry=shapes, crs=self.crs)


class RowReader(Protocol):
    """Rows picked somewhere, in their order, and read when a format wants them."""

    def __len__(self) -> int: ...

    def read(self, *, authority_axes: bool = False) -> Rows:
        """The rows with the columns asked, `id` always first, in the CRS asked.

        authority_axes: coordinates in the authority's order, as GeoJSON has them; else x first.
        """

    def features(self, start: int = 0, stop: int | None = None) -> bytes | None:
        """Some of the rows as GeoJSON Features encoded before, joined by `encoded.SEPARATOR`.

        None where none were, or where they are wanted otherwise than they were encoded: whole,
        in CRS84. Then a format encodes what it reads.
        """


@dataclass(frozen=True)
class Provenance:
    """What a download is: it travels inside or beside the data.

    name: stem of the file name. layer: name of the layer or feature type in the file. query: the
    URL that gives the same rows again. generated: time of the release (RFC 3339), so that the same
    question gives the same bytes.
    """

    name: str
    title: str
    release: str
    query: str
    licence: str
    attribution: str
    citation: str
    generated: str
    layer: str = "rows"


def provenance_dict(about: Provenance) -> dict[str, str]:
    """What the download is, by label, in reading order."""
    return {
        "title": about.title,
        "release": about.release,
        "query": about.query,
        "licence": about.licence,
        "attribution": about.attribution,
        "citation": about.citation,
        "generated": about.generated,
    }


def description(about: Provenance) -> str:
    """The facts that do not fit a title, one a line: for formats with one field for text."""
    kept = {label: text for label, text in provenance_dict(about).items() if label != "title"}
    return "\n".join(f"{label}: {text}" for label, text in kept.items())


def about_text(about: Provenance, rows: Rows | None = None, notes: tuple[str, ...] = ()) -> str:
    """A README: the facts, the notes, and the columns with their units where rows are given."""
    parts = [about.title, "=" * len(about.title), "", description(about), ""]
    if notes:
        parts += ["Notes", "-----", *notes, ""]
    if rows is not None:
        parts += ["Columns", "-------", *_column_lines(rows), ""]
    return "\n".join(parts)


def generated_at(about: Provenance) -> datetime:
    """The time the release was made, UTC. Raises InvalidInput where it is no RFC 3339 time."""
    try:
        moment = datetime.fromisoformat(about.generated)
    except ValueError:
        raise InvalidInput(
            f"generated is {about.generated!r}; give an RFC 3339 time like 2025-02-25T00:00:00Z"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _column_lines(rows: Rows) -> list[str]:
    return [
        f"{column.name} ({column.type}{', ' + column.unit if column.unit else ''}): "
        f"{column.meaning}"
        for column in rows.columns
    ]
