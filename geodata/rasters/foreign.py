"""What is in a foreign band, and how do its cells become plain ones: two passes, row by row?

Part of the process that opens foreign files; see `worker`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.crs import CRS
from rasterio.errors import CRSError
from rasterio.io import DatasetReader
from rasterio.warp import transform_bounds
from rasterio.windows import Window

from geodata.rasters.gdal import DRIVER
from geodata.types import Mask

CELLS_AT_ONCE = 1 << 22
"""Cells read at a time, unless one row of blocks has more."""
SAMPLE = 1_000_000
"""Values looked at for the ends of the colours."""
PLAIN = -9999.0
"""The value written for nothing where the file's own cannot stay: what most rasters use."""
EXTREME = 1e30
"""A float for nothing beyond this stands at the edge of its type."""
NEAR = 1e-6
"""Relative distance at which two floats are one number written by different hands."""
TAKEN = ("uint8", "int16", "uint16", "int32", "uint32", "float32", "float64")
Cells = npt.NDArray[np.generic]


Notes = list[tuple[str, str, str, int]]
"""What was changed: rule, severity, what was found, how many cells."""


class RasterRejectedError(Exception):
    """The file cannot become a raster: the rule that does not hold, and what was found instead."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = (rule, detail)


@dataclass(frozen=True)
class Band:
    """A band fit to be taken. declared: its value for nothing; scaled: (scale, offset) or None."""

    number: int
    dtype: str
    declared: float | None
    masked: bool
    scaled: tuple[float, float] | None
    crs: str
    record: dict[str, Any]


@dataclass(frozen=True)
class Scan:
    """What a pass over all cells showed, and what follows: type and nodata of the plain band."""

    valid: int
    dtype: str
    nodata: float | None
    is_nothing: Callable[[Cells, Mask], Mask]


def inspect_band(
    source: DatasetReader, wanted: int | None, crs: str | None, nodata: float | None, notes: Notes
) -> Band:
    """The band, as far as the header tells. Raises RasterRejectedError where it cannot be taken."""
    number = _number(source, wanted)
    dtype = source.dtypes[number - 1]
    if dtype not in {*TAKEN, "int8"}:
        raise RasterRejectedError("cells_are_numbers", dtype)
    declared = source.nodatavals[number - 1]
    if nodata is not None:
        if declared is not None and declared != nodata:
            notes.append(("nodata_is_the_files_own", "repaired", f"{declared:.9g}", 1))
        declared = nodata
    scaled = (source.scales[number - 1], source.offsets[number - 1])
    flags, named = source.mask_flag_enums[number - 1], _crs(source, crs, notes)
    return Band(
        number=number,
        dtype=dtype,
        declared=declared,
        masked=any(flag.name in {"per_dataset", "alpha"} for flag in flags),
        scaled=None if scaled == (1.0, 0.0) else scaled,
        crs=named,
        record=_grid(source, named),
    )


def _number(source: DatasetReader, wanted: int | None) -> int:
    if wanted is None and source.count > 1:
        raise RasterRejectedError("band_is_known", f"{source.count} bands; pick one with --band")
    if (wanted or 1) > source.count:
        raise RasterRejectedError("band_is_known", f"{source.count} bands, and --band {wanted}")
    return wanted or 1


def _crs(source: DatasetReader, stated: str | None, notes: Notes) -> str:
    """The CRS as authority and code where it has them, else as WKT."""
    in_file = source.crs
    if not in_file and stated is None:
        raise RasterRejectedError("crs_is_stated", "none")
    try:
        crs = CRS.from_user_input(stated) if stated is not None else in_file
    except CRSError as error:
        raise RasterRejectedError("crs_is_stated", f"{stated}: {error}") from error
    if stated is not None and in_file and in_file != crs:
        notes.append(("crs_is_the_files_own", "repaired", in_file.to_string()[:80], 1))
    # Only a code that is this CRS beyond doubt: a likeness of 70 (rasterio's default) may be
    # another.
    authority = crs.to_authority(confidence_threshold=100)
    return ":".join(authority) if authority else str(crs.to_wkt())


def _grid(source: DatasetReader, crs: str) -> dict[str, Any]:
    """Corner, size of cells and bounds, WGS 84 degrees.

    Raises RasterRejectedError where the grid is bent or off earth.
    """
    move = source.transform
    if source.gcps[0] or move.is_identity or move.b or move.d or move.a <= 0 or move.e >= 0:
        bent = "control points" if source.gcps[0] else str(tuple(move)[:6])
        raise RasterRejectedError("grid_is_north_up", bent)
    if not np.isfinite(list(move)[:6]).all():
        raise RasterRejectedError("grid_is_north_up", "a corner or size that is no number")
    box = transform_bounds(CRS.from_user_input(crs), CRS.from_epsg(4326), *source.bounds)
    limits, slack = np.array([-180, -90, 180, 90]), 1e-6
    if not np.isfinite(box).all() or (np.abs(box) > np.abs(limits) + slack).any():
        raise RasterRejectedError("grid_lies_on_earth", str(tuple(round(edge, 6) for edge in box)))
    west, south, east, north = np.clip(box, limits[[0, 1, 0, 1]], limits[[2, 3, 2, 3]]).tolist()
    if west >= east or south >= north:
        raise RasterRejectedError("grid_lies_on_earth", f"{west}, {south}, {east}, {north}")
    return {
        "crs": crs,
        "bounds": [west, south, east, north],
        "corner": [move.c, move.f],
        "resolution": [move.a, -move.e],
        "width": source.width,
        "height": source.height,
    }


def scan_cells(source: DatasetReader, band: Band, notes: Notes) -> Scan:
    """Count what the cells hold, settle type and nodata.

    Raises RasterRejectedError where none holds a value.
    """
    floats = band.dtype.startswith("float")
    declared = band.declared
    if declared is not None and not floats and not _fits(declared, band.dtype):
        notes.append(("nodata_fits_its_type", "repaired", f"{declared:.9g}", 1))
        declared = None
    is_nothing = _test(declared, floats=floats)
    counts = _Counts()
    for _, cells, mask in _strips(source, band):
        nothing = is_nothing(cells, mask)
        values = cells[~nothing]
        counts.valid += values.size
        counts.nothing += int(nothing.sum())
        if declared is not None:
            counts.exact += int((cells == cells.dtype.type(declared)).sum())
        counts.odd += int((~np.isfinite(cells)).sum()) if floats else 0
        counts.masked += int(mask.sum())
        counts.used |= {float(v) for v in (PLAIN, *_edges(band.dtype)) if (values == v).any()}
    if not counts.valid:
        raise RasterRejectedError("raster_has_values", f"{counts.nothing} cells, none with a value")
    nodata = _settled(band, declared, notes, counts)
    return Scan(counts.valid, _plain_type(band, notes), nodata, is_nothing)


@dataclass
class _Counts:
    """Cells seen so far.

    exact: those that are the declared nodata to the last digit. odd: those not finite. used:
    values of interest that some cell holds.
    """

    valid: int = 0
    nothing: int = 0
    exact: int = 0
    odd: int = 0
    masked: int = 0
    used: set[float] = field(default_factory=set)


def _settled(band: Band, declared: float | None, notes: Notes, counts: _Counts) -> float | None:
    """The value for nothing in the plain band, and notes on how it differs from the file's."""
    floats = band.dtype.startswith("float") or band.scaled is not None
    plain = float("nan") if PLAIN in counts.used or band.scaled else PLAIN
    if counts.masked:
        notes.append(("mask_is_nodata", "repaired", f"{counts.masked} cells", counts.masked))
    if counts.odd and not (declared is not None and np.isnan(declared)):
        notes.append(("value_is_finite", "repaired", f"{counts.odd} cells", counts.odd))
    if declared is None and not counts.nothing:
        notes.append(("nodata_is_stated", "note", "none", 1))
        return None
    if not floats:
        if declared is not None:
            return declared
        free = [value for value in _edges(band.dtype) if value not in counts.used]
        if not free:
            raise RasterRejectedError(
                "mask_is_nodata", "a mask, and cells at both ends of the type"
            )
        return free[0]
    if declared is None or np.isnan(declared):
        return float("nan")
    if abs(declared) > EXTREME or counts.exact < counts.nothing - counts.odd - counts.masked:
        change = f"{declared:.9g}, now {plain:g}"
        notes.append(("nodata_is_plain", "repaired", change, counts.nothing))
        return plain
    return float("nan") if band.scaled else declared


def write_band(source: DatasetReader, band: Band, scan: Scan, path: Path) -> dict[str, Any]:
    """Write the plain band; its statistics, and the ends its colours begin with."""
    layout = {
        "driver": DRIVER, "count": 1, "width": source.width, "height": source.height,
        "dtype": scan.dtype, "crs": CRS.from_user_input(band.crs), "transform": source.transform,
        "nodata": scan.nodata, "tiled": True, "blockxsize": 256, "blockysize": 256,
        "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    low, high, total = np.inf, -np.inf, 0.0
    step, sample = max(1, scan.valid // SAMPLE), []
    with rasterio.open(path, "w", **layout) as target:
        for window, cells, mask in _strips(source, band):
            nothing = scan.is_nothing(cells, mask)
            plain = _scaled(cells, band).astype(scan.dtype)
            values = plain[~nothing]
            if scan.nodata is not None:
                plain[nothing] = scan.nodata
            target.write(plain, 1, window=window)
            if values.size:
                low, high = min(low, float(values.min())), max(high, float(values.max()))
                total += float(values.astype(float).sum())
                sample.append(values[::step].astype(float))
    if not np.isfinite([low, high]).all():
        raise RasterRejectedError(
            "cells_are_numbers", "values beyond the type once they are scaled"
        )
    # The ends of the colours: one outlier must not make all else one colour.
    ends = np.quantile(np.concatenate(sample), [0.02, 0.98]).tolist()
    if ends[0] >= ends[1]:
        ends = [low, high if high > low else low + 1]
    mean = float(f"{total / scan.valid:.9g}")
    return {"cells": scan.valid, "minimum": low, "maximum": high, "mean": mean, "value_range": ends}


def _strips(source: DatasetReader, band: Band) -> Iterator[tuple[Window, Cells, Mask]]:
    """Cells row by row, and which the file's own mask covers.

    Whole rows of blocks at a time: a block read in parts would be unpacked again for each.
    """
    height = source.block_shapes[band.number - 1][0]
    rows = max(1, CELLS_AT_ONCE // source.width // height) * height
    for top in range(0, source.height, rows):
        window = Window(0, top, source.width, min(rows, source.height - top))
        cells = source.read(band.number, window=window)
        if band.masked:
            yield window, cells, source.read_masks(band.number, window=window) == 0
        else:
            yield window, cells, np.zeros(cells.shape, dtype=bool)


def _test(declared: float | None, *, floats: bool) -> Callable[[Cells, Mask], Mask]:
    """Which cells hold nothing: masked, not finite, or the declared value by anyone's hand."""

    def is_nothing(cells: Cells, mask: Mask) -> Mask:
        if not floats:
            return mask if declared is None else mask | (cells == declared)
        nothing = mask | ~np.isfinite(cells)
        if declared is None or np.isnan(declared):
            return nothing
        with np.errstate(over="ignore", invalid="ignore"):
            return nothing | (np.abs(cells.astype(float) - declared) <= abs(declared) * NEAR)

    return is_nothing


def _scaled(cells: Cells, band: Band) -> Cells:
    if band.scaled is None:
        return cells
    with np.errstate(all="ignore"):
        return np.asarray(cells.astype(float) * band.scaled[0] + band.scaled[1])


def _plain_type(band: Band, notes: Notes) -> str:
    if band.scaled is not None:
        notes.append(("scale_is_applied", "repaired", f"{band.scaled}", 1))
        return "float32"
    if band.dtype == "int8":
        notes.append(("type_is_common", "repaired", "int8", 1))
        return "int16"
    return band.dtype


def _fits(value: float, dtype: str) -> bool:
    limits = np.iinfo(dtype)
    return (
        value == int(value) and limits.min <= value <= limits.max if np.isfinite(value) else False
    )


def _edges(dtype: str) -> tuple[float, ...]:
    """The ends of a type of whole numbers, where nothing may be put."""
    if dtype.startswith("float"):
        return ()
    limits = np.iinfo(dtype)
    ends = (float(limits.max), float(limits.min))
    return ends if limits.min == 0 else ends[::-1]
