"""What do our JSON answers of rasters hold? As in `answers`, for the same two readers."""

import datetime as dt
from typing import Any, Literal

from schemas import Raster
from schemas.record import Record
from service.ogc.documents import Link


class RasterAnswer(Raster):
    """A raster's record with its links, as TileJSON too."""

    tilejson: str
    name: str
    scheme: Literal["xyz"]
    tiles: list[str]
    minzoom: int
    maxzoom: int
    tile_size: int
    links: list[Link]


class Rasters(Record):
    """All rasters."""

    rasters: list[RasterAnswer]


class LegendStop(Record):
    """A labelled value and its colour; at: its place along the legend, 0 to 1."""

    value: float
    at: float
    label: str
    color: str


class Legend(Record):
    """What the colours of a raster mean."""

    id: str
    title: str
    unit: str
    colormap: str
    ends: list[float]
    values_below: bool
    values_above: bool
    nothing: str
    stops: list[LegendStop]


class RasterValue(Record):
    """The value of a raster's cell at a spot, or why there is none."""

    raster: str
    lon: float
    lat: float
    unit: str
    value: float | None
    date: dt.date | None = None
    reason: str | None
    asof: dt.date | None
    release: str


class Statistics(Record):
    """Values of a raster in an area."""

    raster: str
    unit: str
    area: dict[str, Any]
    area_km2: float
    covered_km2: float
    covered_share: float | None
    count: float
    min: float | None
    max: float | None
    mean: float | None
    median: float | None
    stdev: float | None
    sum: float | None
    integral: float | None
    weights: str
    release: str
    dates: dict[str, dt.date | None] | None = None
