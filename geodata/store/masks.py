"""Which rows of a table match a box, days, equal properties and a filter, and in which order.

Rows are numbers, in the order of the release; a condition that is not about place is a mask over
all of them, of which the rows a box or an area leaves are picked at the end.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.errors import InvalidInput
from geodata.features.query import BBox, Query, SortKey
from geodata.features.table import FeatureTable
from geodata.interval import Interval, overlaps, parse_datetime, parse_day
from geodata.types import IntArray, Mask
from schemas.record import LISTS, Column

_NUMBER = re.compile(r"[+-]?(\d{1,400}(\.\d{0,400})?|\.\d{1,400})([eE][+-]?\d{1,3})?", re.ASCII)
"""What JSON and CQL2 write numbers like; Python also reads `1_000` and digits of other scripts."""


def matching_rows(table: FeatureTable, query: Query, by_source: Mask | None) -> IntArray:
    """Rows that match, in the order asked: that of the release where none is.

    by_source: (n,) those of the control source that is wanted; None for all.
    """
    rows = _placed_rows(table, query)
    mask = _row_mask(table, query, by_source)
    if rows is None:
        rows = np.arange(len(table)) if mask is None else np.flatnonzero(mask)
    elif mask is not None:
        rows = rows[mask[rows]]
    return ordered(table, rows, query.sortby) if query.sortby else rows


def matching_key(query: Query) -> tuple[object, ...]:
    """What decides which rows match, and in which order: all of a query but its page and form."""
    condition = None if query.filter is None else query.filter.canonical
    return (
        query.bbox,
        query.area,
        query.when,
        query.equals,
        condition,
        query.source,
        query.sortby,
    )


def _placed_rows(table: FeatureTable, query: Query) -> IntArray | None:
    """Rows that meet the box, ascending, rows without geometry among them; None for all.

    A row without geometry is in every box, as one without days is in every interval: whoever
    narrows by a box would else never learn of what has no place on record.
    """
    if query.bbox is None and query.area is None:
        return None
    hits = [] if query.bbox is None else [table.within(box) for box in boxes(query.bbox)]
    if query.area is not None:
        area = shapely.from_wkb(query.area)
        hits.append(table.tree.query(area, predicate="intersects"))
    if len(hits) == 1 and not len(table.unplaced):
        return np.sort(hits[0])  # distinct already; unique() takes ten times as long
    return np.unique(np.concatenate([*hits, table.unplaced]))


def boxes(bbox: BBox) -> list[BBox]:
    """A box, or the two it is made of where it crosses the antimeridian (RFC 7946, 5.2)."""
    west, south, east, north = bbox
    if west <= east:
        return [bbox]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def _row_mask(table: FeatureTable, query: Query, by_source: Mask | None) -> Mask | None:
    """All conditions that are not about place; None where there is none."""
    columns = {column.name: column for column in table.collection.queryables}
    masks = [equal_mask(table, _known(columns, name), text) for name, text in query.equals]
    if query.filter is not None:
        masks.append(query.filter.mask(table))
    if query.when is not None and table.collection.begins is not None:
        masks.append(day_mask(table, query.when))
    if by_source is not None:
        masks.append(by_source)
    return np.logical_and.reduce(masks) if masks else None


def equals(table: FeatureTable, column: str, text: str) -> Mask:
    """Rows that have just this text in a column, (n,)."""
    return _true(pc.equal(table.column(column), text))


def _known(columns: Mapping[str, Column], name: str) -> Column:
    if name not in columns:
        known = ", ".join(columns)
        raise InvalidInput(f"there is no property {name[:60]!r}; there are {known}", parameter=name)
    return columns[name]


def day_mask(table: FeatureTable, when: Interval) -> Mask:
    """Rows whose days or instants share one with `when`; open ends, rows without days match."""
    return overlaps(*table.spans(), when)


def equal_mask(table: FeatureTable, column: Column, text: str) -> Mask:
    """Rows whose column equals the text read as the column's type; in a list: any entry.

    Raises InvalidInput where the text cannot be read so.
    """
    values = table.column(column.name)
    if column.type == "strings":
        return _any_entry(values, sorted(_spelled(column.name, text)))
    if column.type in LISTS:
        return _any_entry(values, [READ[LISTS[column.type]](column, text)])
    if column.type == "string":
        return _true(pc.is_in(values, pa.array(sorted(_spelled(column.name, text)))))
    return _equals(values, READ[column.type](column, text))


def _any_entry(values: pa.ListArray, wanted: Sequence[object]) -> Mask:
    mask = np.zeros(len(values), dtype=bool)
    entries = pc.list_flatten(values)  # leaves nulls and empty lists out, so they match nothing
    owners = pc.list_parent_indices(values).to_numpy()
    mask[owners[_true(pc.is_in(entries, pa.array(wanted, entries.type)))]] = True
    return mask


def _equals(values: pa.Array, wanted: object) -> Mask:
    if isinstance(wanted, Interval):
        moments = values.to_numpy(zero_copy_only=False)
        return np.asarray((moments >= wanted.begin) & (moments < wanted.after))
    return _true(pc.equal(values, pa.scalar(wanted, values.type)))


def _true(truths: pa.BooleanArray) -> Mask:
    """Null counts as no."""
    return np.asarray(pc.fill_null(truths, fill_value=False).to_numpy(zero_copy_only=False))


def _spelled(name: str, text: str) -> frozenset[str]:
    """Spellings that mean the same: 'rare earths' and 'rare-earths' for commodities."""
    if name in {"commodity", "commodities"}:
        return frozenset({text, text.strip().lower().replace(" ", "-").replace("_", "-")})
    return frozenset({text})


def _number(column: Column, text: str) -> float:
    value = float(text) if _NUMBER.fullmatch(text.strip()) else float("nan")
    if not np.isfinite(value):
        raise InvalidInput(f"{column.name} is {text[:40]!r}; give a number", parameter=column.name)
    return value


def _integer(column: Column, text: str) -> int | None:
    """A whole number digit by digit, since a double has only 53 bits of it; None beyond 64 bits."""
    number = text.strip()
    if not _NUMBER.fullmatch(number) or (value := Decimal(number)) != value.to_integral_value():
        raise InvalidInput(
            f"{column.name} is {text[:40]!r}; give a whole number", parameter=column.name
        )
    return int(value) if abs(value) < 2**63 else None


def _flag(column: Column, text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise InvalidInput(
            f"{column.name} is {text[:40]!r}; give true or false", parameter=column.name
        )
    return text.lower() == "true"


READ: dict[str, Callable[[Column, str], object]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _flag,
    "date": lambda column, text: parse_day(text, column.name),
    "datetime": lambda column, text: parse_datetime(text, column.name),
}
"""How the text of a parameter is read, by type of column."""


def ordered(table: FeatureTable, rows: IntArray, keys: tuple[SortKey, ...]) -> IntArray:
    """Rows sorted by properties, nulls last; ties in the order of the release.

    The row's number is the last key, so that pages follow on each other whatever sorts.
    """
    names = [name for name, _ in keys]
    picked = table.table.select(names).take(pa.array(rows))
    keyed = picked.append_column("\0row", pa.array(np.arange(len(rows))))
    order = [(name, "descending" if descends else "ascending") for name, descends in keys]
    indices = pc.sort_indices(keyed, sort_keys=[*order, ("\0row", "ascending")])
    return np.asarray(rows[indices.to_numpy()])
