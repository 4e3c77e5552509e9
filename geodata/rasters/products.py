"""Which rasters are made of a release's tables: `occupation-since` and `deposit-density`?

Both lie on grids of degrees (CRS84): edges of control are straight in degrees, so that the cell
under a centre and the shares of a footprint are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import as_of
from geodata.control.sources import FRESH_DAYS, SourceSelection, choose
from geodata.interval import as_days
from geodata.language import gettext_noop as N_
from geodata.rasters.cog import Overviews, write_cells
from geodata.rasters.colours import EPOCH
from geodata.rasters.coverage import coverage
from geodata.rasters.grid import Grid, covering
from geodata.rasters.labels import labels
from geodata.rasters.listing import DENSITY, OCCUPATION
from geodata.types import FloatArray, GeometryArray, IntArray, Mask
from schemas import Raster, Source

OCCUPATION_CELLS_PER_DEGREE = 240
"""15 arc-seconds: 464 m from north to south, 310 m from west to east at 48 degrees north."""
NO_DAY = int(np.iinfo(np.int32).min)
"""Nodata of days: the least int32, which is no day of the calendar."""
Days = npt.NDArray[np.int32]
DENSITY_CELLS_PER_DEGREE = 120
"""30 arc-seconds: 928 m from north to south, 621 m from west to east at 48 degrees north."""
NO_DENSITY = -9999.0
PER_KM2 = 1000.0
"""Densities are per so many km2, so that most are numbers a reader can say."""
Density = npt.NDArray[np.float32]
INVASION = date(2022, 2, 24)
"""Where the colours of `occupation-since` begin unless asked otherwise: most days lie after it."""
NATURAL_EARTH = "Made with Natural Earth (public domain)."


def newest_source(ends: dict[str, date], priority: Sequence[str]) -> str:
    """The source that answers for the newest day of all, by the rule of `control.sources.choose`.

    ends: the newest day of each source of the release. Sources not listed come last, by name. How
    old a map may be is not set from outside here: a release is the same wherever it is built.
    """
    day = max(ends.values())
    ordered = [*(s for s in priority if s in ends), *sorted(ends.keys() - set(priority))]
    return choose([SourceSelection(s, day, ends[s]) for s in ordered], FRESH_DAYS).source


def occupation_since(cells: gpd.GeoDataFrame, day: date, grid: Grid) -> Days:
    """Day the land at the centre of each grid cell was last taken, if it is held on `day`.

    cells: of one source, CRS84. Returns (height, width) days since 1970-01-01; NO_DAY where the
    land is not occupied on `day`.
    """
    day_cells = as_of(cells, day)
    occupied = day_cells[(day_cells["status"] == "occupied").to_numpy()]
    taken = as_days(occupied["valid_from"]).astype("datetime64[D]").astype(int)
    shapes = list(zip(occupied.geometry, taken.tolist(), strict=True))
    if not shapes:
        return np.full((grid.height, grid.width), NO_DAY, dtype=np.int32)
    # By centres, not by means: a mean of days would be a day on which nothing happened.
    return np.asarray(
        rasterize(
            shapes,
            out_shape=(grid.height, grid.width),
            transform=from_origin(grid.west, grid.north, grid.dx, grid.dy),
            fill=NO_DAY,
            dtype="int32",
        )
    )


def deposit_density(footprints: GeometryArray, outline: BaseGeometry, grid: Grid) -> Density:
    """Deposits expected in each cell per 1,000 km2, (height, width).

    footprints: (n,) CRS84 polygons or points, None and empty left out; each is one deposit spread
    evenly over its ground; no kernel, which would add an uncertainty nobody published. Times the
    area of the cells the grid sums to the number of them. NO_DENSITY where a cell neither meets the
    outline nor a footprint. Raises ValueError for a point beside the grid.
    """
    areas = grid.cell_areas_km2()
    density = np.zeros((grid.height, grid.width))
    for shape in footprints:
        if shape is not None and not shape.is_empty:
            rows, columns, mass = _spread(shape, grid, areas)
            density[rows, columns] += mass / areas[rows, 0] * PER_KM2
    rows, columns, _ = coverage(outline, grid)
    inside = density > 0
    inside[rows, columns] = True
    return np.where(inside, density, NO_DENSITY).astype(np.float32)


def _spread(
    shape: BaseGeometry, grid: Grid, areas: FloatArray
) -> tuple[IntArray, IntArray, FloatArray]:
    """Rows and columns of the cells a footprint lies in, and the share of it in each."""
    if shapely.get_dimensions(shape) == 2:
        rows, columns, covered = coverage(shape, grid)
        # Over its own sum: a footprint that reaches beyond the grid counts whole within it.
        ground = covered * areas[rows, 0]
        return rows, columns, ground / ground.sum()
    cell = grid.cell_at(*shapely.get_coordinates(shapely.point_on_surface(shape))[0])
    if cell is None:
        raise ValueError(f"{shape} lies outside the grid {grid}")
    return np.array([cell[0]]), np.array([cell[1]]), np.ones(1)


@dataclass(frozen=True)
class RasterInputs:
    """The tables of a release rasters are made from.

    cells: of all sources. snapshots: columns `source` and `day`. footprints: (n,) those of the
    deposits that count, None where a position must not be used.
    """

    cells: gpd.GeoDataFrame
    snapshots: pd.DataFrame
    sources: dict[str, Source]
    footprints: GeometryArray
    outline: BaseGeometry
    priority: Sequence[str]


def build_rasters(folder: Path, inputs: RasterInputs) -> tuple[Raster, ...]:
    """Make the built-in rasters and write them into a folder."""
    return (_occupation_since(folder, inputs), _deposit_density(folder, inputs))


def _occupation_since(folder: Path, inputs: RasterInputs) -> Raster:
    ends = inputs.snapshots.groupby("source")["day"].max()
    newest = {str(source): pd.Timestamp(day).date() for source, day in ends.items()}
    source = newest_source(newest, inputs.priority)
    day = newest[source]
    cells = inputs.cells[(inputs.cells["source"] == source).to_numpy()]
    grid = covering(inputs.outline.bounds, OCCUPATION_CELLS_PER_DEGREE)
    days = occupation_since(cells, day, grid)
    raster = _described(days, days != NO_DAY, grid, {
        "id": OCCUPATION,
        "title": N_("Day the land was last taken"),
        "description": (
            f"For land occupied on {day}: the day since which it has been held without a break, "
            "as whole days since 1970-01-01. Each cell has the day of the control polygon its "
            f"centre lies in; source {source}. Land not occupied on {day} holds no value. Land "
            "held before the source's record begins has the first day of the record."
        ),
        "unit": "d",
        "reading": "days",
        "nodata": NO_DAY,
        "ramp": "dusk",
        "source": source,
        "asof": day,
        "licence": inputs.sources[source].licence,
        "attribution": f"{inputs.sources[source].attribution.rstrip('.')}. {NATURAL_EARTH}",
    })  # fmt: skip
    raster = raster.model_copy(update={"value_range": _since_invasion(raster, day)})
    _write(folder, raster, days, "nearest")
    return raster


def _since_invasion(raster: Raster, day: date) -> tuple[float, float]:
    """From the invasion to the day of the map, where anything was taken since."""
    begin, end = (INVASION - EPOCH).days, (day - EPOCH).days
    taken_since = raster.maximum is not None and raster.maximum > begin
    return (float(begin), float(end)) if taken_since and begin < end else raster.value_range


def _deposit_density(folder: Path, inputs: RasterInputs) -> Raster:
    known = [shape for shape in inputs.footprints if shape is not None]
    bounds = np.array([inputs.outline.bounds, *(shape.bounds for shape in known)])
    whole = (*bounds[:, :2].min(axis=0), *bounds[:, 2:].max(axis=0))
    grid = covering(whole, DENSITY_CELLS_PER_DEGREE)
    cells = deposit_density(inputs.footprints, inputs.outline, grid)
    raster = _described(cells, cells != NO_DENSITY, grid, {
        "id": DENSITY,
        "title": N_("Deposits of critical minerals expected per 1,000 km²"),
        "description": (
            f"{len(known)} deposits, each spread evenly over the ground where it may lie (its "
            "polygon, or the disc of its position uncertainty cut to land); the exact share of "
            "that ground in each cell, over the cell's area. Times area it sums to the number of "
            "deposits. Left out are components of larger deposits, as their whole is counted, "
            "occurrences and records of other ranks, as in answers unless they are asked for, and "
            "rows whose position must not be tested."
        ),
        "unit": "per 1000 km2",
        "nodata": NO_DENSITY,
        "ramp": "glow",
        "licence": "CC BY 4.0",
        "attribution": NATURAL_EARTH,
    })  # fmt: skip
    top = round(_quantile(cells[cells > 0], 0.95), 1) or 1.0
    raster = raster.model_copy(update={"value_range": (0.0, top)})
    _write(folder, raster, cells, "average")
    return raster


def _described(
    cells: npt.NDArray[np.generic],
    valid: Mask,
    grid: Grid,
    description: dict[str, object],
) -> Raster:
    """The record of cells: their grid, their statistics, and how they are described."""
    values = cells[valid].astype(float)
    some = bool(len(values))
    low, high = (float(values.min()), float(values.max())) if some else (0.0, 1.0)
    return Raster.model_validate({
        "origin": "built-in",
        "dtype": str(cells.dtype),
        "crs": grid.crs,
        "bounds": grid.bounds,
        "corner": (grid.west, grid.north),
        "resolution": (grid.dx, grid.dy),
        "width": grid.width,
        "height": grid.height,
        "value_range": (low, high if high > low else low + 1),
        "cells": len(values),
        "minimum": low if some else None,
        "maximum": high if some else None,
        "mean": round(float(values.mean()), 6) if some else None,
        **description,
    })  # fmt: skip


def _quantile(values: npt.NDArray[np.generic], share: float) -> float:
    return float(np.quantile(values.astype(float), share)) if len(values) else 0.0


def _write(
    folder: Path, raster: Raster, cells: npt.NDArray[np.generic], overviews: Overviews
) -> None:
    write_cells(
        cells,
        folder / raster.file_name,
        labels(
            title=raster.title,
            description=raster.description,
            unit=raster.unit,
            licence=raster.licence,
            attribution=raster.attribution,
            citation=_citation(raster),
        ),
        crs=raster.crs,
        corner=raster.corner,
        resolution=raster.resolution,
        nodata=float(raster.nodata or 0),
        overviews=overviews,
    )


def _citation(raster: Raster) -> str:
    """How the file is cited; its release is made of it, so it cannot name one."""
    of = f" Control of {raster.asof} according to {raster.source}." if raster.source else ""
    return f"Lodeline. {raster.title}.{of} {raster.attribution}"
