"""How large is the land of a status on many days, without uniting it on any?

Cells of one source do not overlap on a day, so areas of cells add up: each is measured once, and a
day is a difference of two running sums.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geodata.control.overlay import share_inside
from geodata.crs import areas_km2
from geodata.geometry import intersection
from geodata.interval import days_of
from geodata.types import DayArray, FloatArray

HELD = ("occupied", "contested")
"""Statuses whose land is measured."""
WHOLE = ""
"""Stands for all of an extent where the others are its parts."""


def parts_of_extent(
    extent: BaseGeometry, oblasts: Mapping[str, BaseGeometry], *, by_oblast: bool
) -> dict[str, BaseGeometry]:
    """The extent as `WHOLE`, or the parts of it in oblasts by ISO 3166-2 code, CRS84."""
    if not by_oblast:
        return {WHOLE: extent}
    parts = {code: intersection(extent, shape) for code, shape in oblasts.items()}
    return {code: shape for code, shape in parts.items() if not shape.is_empty}


def held_areas(cells: gpd.GeoDataFrame, parts: Mapping[str, BaseGeometry]) -> pd.DataFrame:
    """Area of each cell in each part that it meets, geodesic (WGS 84).

    cells: of one source, columns of `control.cells`, CRS84. Columns part, status, valid_from,
    valid_to, area_km2; half-open days.
    """
    held = cells[cells["status"].isin(HELD).to_numpy()]
    whole = areas_km2(held.geometry.to_numpy())
    tables = []
    for name, shape in parts.items():
        inside = whole * np.nan_to_num(share_inside(held.geometry.to_numpy(), shape))
        met = held[["status", "valid_from", "valid_to"]].assign(part=name, area_km2=inside)
        tables.append(met[inside > 0])
    columns = ["part", "status", "valid_from", "valid_to", "area_km2"]
    return pd.concat(tables)[columns] if tables else pd.DataFrame(columns=columns)


def areas_on(rows: pd.DataFrame, days: DayArray) -> FloatArray:
    """Sum of the areas that hold on each of the days, (n,) km2. rows: of `held_areas`."""
    area = rows["area_km2"].to_numpy(dtype=float)
    begun = _running(days_of(rows, "valid_from"), area, days)
    # Sums of thousands of areas leave a millionth of a square metre where nothing is held.
    return np.asarray(np.maximum(begun - _running(days_of(rows, "valid_to"), area, days), 0.0))


def _running(turns: DayArray, area: FloatArray, days: DayArray) -> FloatArray:
    """Sum of the areas that turned on each of the days or before, (n,); NaT never turns."""
    turned = ~np.isnat(turns)
    order = np.argsort(turns[turned], kind="stable")
    sums = np.concatenate([[0.0], np.cumsum(area[turned][order])])
    return np.asarray(sums[np.searchsorted(turns[turned][order], days, side="right")])
