"""Which rows of a table match a box, days and equal properties: masks over columns."""

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.commodities import members
from geodata.errors import InvalidInput
from geodata.interval import DayArray, Interval, overlaps, parse_day
from geodata.query import BBox
from schemas.table import Column

Mask = npt.NDArray[np.bool_]


def box_mask(table: gpd.GeoDataFrame, bbox: BBox) -> Mask:
    """Rows whose geometry intersects the box; rows without geometry match every box.

    The box is closed; west > east crosses the antimeridian and is two boxes.
    """
    west, south, east, north = bbox
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    shapes = table.geometry.to_numpy()
    found = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    for left, right in spans:
        found |= shapely.intersects(shapes, shapely.box(left, south, right, north))
    return np.asarray(found)


def day_mask(begins: DayArray, ends: DayArray, when: Interval) -> Mask:
    """Rows whose half-open interval shares a day with `when`; NaT ends are open."""
    return overlaps(begins, ends, when)


def equal_mask(table: pd.DataFrame, column: Column, text: str) -> Mask:
    """Rows whose column equals the text read as the column's type; in a list: any entry.

    Raises InvalidInput where the text cannot be read so.
    """
    values = table[column.name]
    if column.type == "strings":
        return _any_entry(values, _spelled(column.name, text))
    if column.type == "string":
        return np.asarray(values.isin(list(_spelled(column.name, text))), dtype=bool)
    if column.type == "date":
        return np.asarray(values == pd.Timestamp(parse_day(text, column.name)), dtype=bool)
    wanted = _number(column, text) if column.type in {"number", "integer"} else _flag(column, text)
    return np.asarray((values == wanted).fillna(value=False), dtype=bool)


def _any_entry(values: pd.Series, wanted: frozenset[str]) -> Mask:
    return np.array([not wanted.isdisjoint(entries) for entries in values], dtype=bool)


def _spelled(name: str, text: str) -> frozenset[str]:
    """Spellings that mean the same: 'rare earths' and 'rare-earths' for commodities."""
    if name in {"commodity", "commodities"}:
        return frozenset({text, text.strip().lower().replace(" ", "-").replace("_", "-")})
    return frozenset({text})


def _number(column: Column, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise InvalidInput(f"{column.name} is {text[:40]!r}; give a number", parameter=column.name)
    return value


def _flag(column: Column, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise InvalidInput(
            f"{column.name} is {text[:40]!r}; give true or false", parameter=column.name
        )
    return text.lower() == "true"


def commodity_mask(commodities: Iterable[tuple[str, ...]], word: str) -> Mask:
    """Deposits with any commodity the word stands for."""
    wanted = members(word)
    return np.array([not wanted.isdisjoint(own) for own in commodities], dtype=bool)
