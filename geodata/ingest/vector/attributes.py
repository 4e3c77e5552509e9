"""Which properties has a layer, which is its id, which say when?"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from geodata.ingest.rules import layer_issue
from geodata.ingest.vector.column_types import TypedColumn, typed
from geodata.ingest.vector.days import (
    DayOptions,
    LayerDays,
    as_calendar_days,
    days_in_parts,
    layer_days,
    may_hold_days,
)
from geodata.ingest.vector.reader import RawLayer
from geodata.ingest.vector.worker import ALTERED
from schemas import Issue
from schemas.layers import LayerColumn
from schemas.record import Severity

LONGEST_NAME = 128
LONGEST_ID = 200
DRAWING = frozenset(
    ("tessellate", "extrude", "visibility", "drawOrder", "altitudeMode", "icon", "snippet")
)
"""What LIBKML adds to every layer."""
KML_TIMES = frozenset(("timestamp", "begin", "end", "description", "Name"))
"""What it adds too, and is left out where empty."""
HEAD_BYTES = 1 << 20
CHANGING = frozenset(
    (
        "number_is_finite",
        "value_fits_its_type",
        "value_is_plain",
        "text_is_utf8",
        "time_fits_microseconds",
    )
)
"""Rules whose breach changes values."""


@dataclass
class Properties:
    """Columns by name, `id` first, of all rows of the file, with the issues they gave."""

    columns: dict[str, TypedColumn] = field(default_factory=dict)
    days: LayerDays = field(default_factory=LayerDays)
    issues: list[Issue] = field(default_factory=list)

    def table(self) -> pa.Table:
        """The values."""
        return pa.table({name: found.values for name, found in self.columns.items()})

    def described(self) -> tuple[LayerColumn, ...]:
        """The columns as a Layer tells them."""
        return tuple(
            LayerColumn(name=name, type=found.type, nullable=found.values.null_count > 0)
            for name, found in self.columns.items()
        )


def read_properties(
    raw: RawLayer, layer_id: str, without: Iterable[str], days: DayOptions
) -> Properties:
    """The properties of a layer; `without`: columns that are its geometry.

    Raises InvalidInput for columns of days the user named that are none.
    """
    result = Properties()
    note = _noter(result.issues, raw.name)
    found = _typed_columns(raw, frozenset(without), days, note)
    result.columns["id"] = TypedColumn(_ids(raw, layer_id, found, note), "string")
    names = _free_names([name for name, _ in found])
    for (name, column), free in zip(found, names, strict=True):
        if free != name:
            note("column_name_is_free", f"{name!r}, now {free!r}", 1)
        result.columns[free] = column
    composed = days_in_parts(result.columns, note)
    if composed is not None and "date" not in result.columns:
        result.columns["date"] = composed
    result.days = layer_days(result.columns, days, note)
    return result


def _noter(issues: list[Issue], file: str) -> Callable[[str, str, int], None]:
    def note(rule: str, found: str, count: int) -> None:
        severity: Severity = "repaired" if rule in CHANGING else "note"
        issues.append(layer_issue(rule, severity, file, found, count=count))

    return note


def _typed_columns(
    raw: RawLayer,
    without: frozenset[str],
    days: DayOptions,
    note: Callable[[str, str, int], None],
) -> list[tuple[str, TypedColumn]]:
    """Every column that is a property, with its type, in the order of the file."""
    found = []
    if raw.ids is not None:
        ids = pa.chunked_array([raw.ids])
        found.append(
            ("id", TypedColumn(ids, "integer" if pa.types.is_integer(ids.type) else "string"))
        )
    for at, arrow in list(enumerate(raw.table.schema))[int(raw.numbered) :]:
        if arrow.name in without:
            continue
        if _is_drawing(raw, arrow.name, at):
            note("column_says_something", repr(arrow.name), 1)
            continue
        ogr_type = (arrow.metadata or {}).get(b"GDAL:OGR:type", b"").decode() or None
        values, dated = raw.format.values, may_hold_days(arrow.name, days)
        if values == "typed" and dated:
            values = "dates"
        column = typed(raw.table.column(at), values, ogr_type)
        if column is not None and dated:
            column = as_calendar_days(column)
        if column is None:
            note("column_is_supported", f"{arrow.name!r} of {arrow.type}", 1)
            continue
        for rule, count in column.broken.items():
            note(rule, f"{count} values of {arrow.name!r}", count)
        found.append((arrow.name, column))
    return found


def _is_drawing(raw: RawLayer, name: str, at: int) -> bool:
    """Whether a column is what KML adds to every layer and tells nothing here."""
    if raw.format.driver != "LIBKML":
        return False
    column = raw.table.column(at)
    return name in DRAWING or (name in KML_TIMES and column.null_count == len(column))


def _free_names(names: list[str]) -> list[str]:
    """Names fit for URLs and tables, no two alike whatever their case; none `id` or `geometry`.

    Of two that are alike the first keeps its name, the second gets a number.
    """
    used, given = {"id", "geometry"}, []
    for at, name in enumerate(names, start=1):
        wanted = re.sub(r"[\x00-\x1f\x7f\"]", "_", name)[:LONGEST_NAME] or f"column_{at}"
        free, number = wanted, 1
        while free.lower() in used:
            number += 1
            free = f"{wanted[: LONGEST_NAME - 8]}_{number}"
        used.add(free.lower())
        given.append(free)
    return given


def _ids(
    raw: RawLayer,
    layer_id: str,
    found: list[tuple[str, TypedColumn]],
    note: Callable[[str, str, int], None],
) -> pa.ChunkedArray:
    """The ids: of the column `id` (which then is no property), the driver, or counted.

    Where that column names some features and not others, the column stays a property and those
    it does not name are counted.
    """
    own = next((at for at, (name, _) in enumerate(found) if name.lower() == "id"), None)
    ids = None if own is None else _as_ids(found[own][1])
    if own is not None and ids is not None:
        name, _ = found.pop(own)
        if name != "id":
            note("column_name_is_free", f"{name!r}, now 'id'", 1)
        return ids
    numbers = raw.table.column(0) if raw.numbered else None
    if numbers is not None and _are_of_the_file(raw, numbers):
        return numbers.cast(pa.string())
    if own is None:
        return _counted(layer_id, raw.table.num_rows)
    name, column = found[own]
    ids, renumbered = _partly_as_ids(column, layer_id)
    some = f" ({', '.join(list(dict.fromkeys(renumbered))[:5])})"
    note("id_is_unique", f"{len(renumbered)} of {len(ids)} rows of {name!r}{some}", len(renumbered))
    return ids


def _as_ids(column: TypedColumn) -> pa.ChunkedArray | None:
    """A column as ids; None where it cannot name every feature."""
    if column.type not in {"string", "integer"} or column.values.null_count:
        return None
    texts = column.values.cast(pa.string())
    if pc.count_distinct(texts).as_py() != len(texts):
        return None
    return texts if pc.all(_fit_for_ids(texts)).as_py() is not False else None


def _fit_for_ids(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Ids that a URL can carry as the last part of its path.

    Clients resolve `.` and `..` and proxies join slashes, encoded or not; `/versions` at the end
    asks for the versions of what stands before it.
    """
    plain = pc.match_substring_regex(texts, rf"^[^\x00-\x1f\x7f]{{1,{LONGEST_ID}}}$")
    astray = pc.match_substring_regex(texts, r"(^|[/\\])\.{0,2}([/\\]|$)|/versions$")
    return pc.and_(plain, pc.invert(astray))


def _partly_as_ids(column: TypedColumn, layer_id: str) -> tuple[pa.ChunkedArray, list[str]]:
    """Values that stand once as ids, all other rows counted, and what the file has for these.

    Of a value that stands twice no row keeps it: neither is more it than the other.
    """
    counted = _counted(layer_id, len(column.values))
    if column.type not in {"string", "integer"}:
        return counted, [repr(value) for value in column.values.to_pylist()]
    texts = column.values.cast(pa.string())
    tally = texts.value_counts()
    once = tally.field("values").filter(pc.equal(tally.field("counts"), 1)).drop_null()
    # a value like one of the counted would name two features
    held = pc.and_(pc.is_in(texts, once), pc.invert(pc.is_in(texts, pa.array(counted.to_pylist()))))
    held = pc.and_(held, pc.fill_null(_fit_for_ids(texts), False))  # noqa: FBT003 - Arrow's
    others = texts.filter(pc.invert(held)).to_pylist()
    return pc.if_else(held, texts, counted), [repr(text) for text in others]


def _counted(layer_id: str, rows: int) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([f"{layer_id}.{n}" for n in range(1, rows + 1)])])


def _are_of_the_file(raw: RawLayer, numbers: pa.ChunkedArray) -> bool:
    """Whether the feature numbers stand in the file, rather than being counted by the driver."""
    if any(ALTERED in warning for warning in raw.warnings):
        return False
    if raw.fid_column is not None:
        return bool(pc.count_distinct(numbers).as_py() == len(numbers))
    return raw.format.driver == "GeoJSON" and _first_feature_has_id(raw)


def _first_feature_has_id(raw: RawLayer) -> bool:
    """Whether the first feature of a GeoJSON file has an `id`: other files have no such place."""
    with raw.path.open("rb") as stream:
        head = stream.read(HEAD_BYTES).decode("utf-8", "replace")
    at = re.search(r'"features"\s*:\s*\[\s*', head)
    if at is None:
        return False
    try:
        feature, _ = json.JSONDecoder().raw_decode(head, at.end())
    except (ValueError, RecursionError):
        return False
    return isinstance(feature, dict) and isinstance(feature.get("id"), int)
