"""What happens to one layer: its columns typed, its geometry moved and mended, then written."""

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from geodata.errors import InvalidInput
from geodata.features.user_layers import layer_file_name
from geodata.formats.geoparquet import GeoParquetFile, geoparquet_file
from geodata.ingest.rules import layer_issue, row_issues
from geodata.ingest.vector.attributes import Properties, read_properties
from geodata.ingest.vector.days import DayOptions
from geodata.ingest.vector.geometry import (
    GeometryColumn,
    Shapes,
    geometry_column,
    is_geographic_box,
    moved_from,
    parsed,
    read_shapes,
)
from geodata.ingest.vector.reader import RawLayer, lost_lines
from schemas import Issue, Layer
from schemas.record import Severity

STRETCH = 65_536
"""Rows whose geometry is in memory at a time."""
Findings = dict[tuple[str, bool], list[int]]
"""Row numbers by rule, and whether it sets rows aside."""
WHOLE_LAYER = frozenset(("geometry_has_two_axes", "lies_within_the_edge", "geometry_is_not_empty"))
"""Repairs reported once for a layer; others are reported row by row."""


@dataclass(frozen=True)
class LayerIdentity:
    """What a layer is called and under which terms it comes."""

    id: str
    name: str
    title: str
    description: str
    batch: str
    licence: str
    attribution: str


@dataclass
class LayerResult:
    """What became of a layer; `layer` is None where no row was accepted."""

    rows_in: int
    layer: Layer | None = None
    rows_accepted: int = 0
    issues: list[Issue] = field(default_factory=list)


def make_layer(
    raw: RawLayer, naming: LayerIdentity, crs: str | None, days: DayOptions, folder: Path
) -> LayerResult:
    """Write a layer into the folder. crs: what the user says it is, over the file's own word.

    Raises InvalidInput where that is no CRS, or the days the user named are no columns of days.
    """
    made = LayerResult(rows_in=raw.table.num_rows)
    where = geometry_column(raw)
    _note_reading(raw, made)
    stated = _stated_crs(raw, where, crs, made)
    if stated is not None and raw.table.num_rows:
        properties = read_properties(raw, naming.id, where.columns, days)
        _write(properties, replace(where, crs=stated), naming, folder, made)
    if made.layer is None:
        found = f"{made.rows_in} rows"
        made.issues.append(layer_issue("layer_has_rows", "note", raw.name, found))
    return made


def _note_reading(raw: RawLayer, made: LayerResult) -> None:
    """What is known of the reading itself: lines without features, curves, the driver's words."""
    lost = lost_lines(raw)
    made.rows_in += lost
    if lost:
        made.issues.append(
            layer_issue("line_is_a_feature", "quarantined", raw.name, "other lines", count=lost)
        )
    if raw.curved:
        made.issues.append(layer_issue("geometry_is_straight", "repaired", raw.name, ""))
    made.issues += [layer_issue("driver_is_content", "note", raw.name, t) for t in raw.warnings]


def _write(
    properties: Properties,
    where: GeometryColumn,
    naming: LayerIdentity,
    folder: Path,
    made: LayerResult,
) -> None:
    """Write the rows that pass; the layer is described where there are any."""
    path, table = folder / layer_file_name(naming.id), properties.table()
    with geoparquet_file(path, table.schema) as file:
        found = _write_rows(table, where, file)
    made.issues += [*properties.issues, *_issues_of_rows(found, naming.name)]
    made.rows_accepted = file.rows
    if file.rows:
        made.layer = _described(naming, where, properties, file)
    else:
        path.unlink()


def _stated_crs(
    raw: RawLayer, where: GeometryColumn, crs: str | None, made: LayerResult
) -> str | None:
    """The CRS to move from, '' for none needed; None where it is unknown, all rows set aside."""
    own = _own_crs(raw)
    if crs is None:
        return _assumed_crs(raw, where, made) if own is None else own
    wanted = moved_from(crs)
    if own is not None and own != wanted:
        found = f"{crs} given, {(raw.crs or '')[:60]} in the file"
        made.issues.append(layer_issue("crs_is_the_files_own", "note", raw.name, found))
    return wanted


def _own_crs(raw: RawLayer) -> str | None:
    """The CRS the file names; None where it names none, or one that says nothing."""
    try:
        return None if raw.crs is None else moved_from(raw.crs)
    except InvalidInput:
        return None


def _assumed_crs(raw: RawLayer, where: GeometryColumn, made: LayerResult) -> str | None:
    """Longitude and latitude where coordinates could be; else every row is set aside."""
    bounds = _total_bounds(where.wkb)
    fits = is_geographic_box(bounds)
    shown = "" if np.isnan(bounds).all() else f", bounds {bounds.round(3).tolist()}"
    found = f"{(raw.crs or 'no CRS')[:60]}{shown}" + ("" if fits else "; name it with --crs")
    severity: Severity = "note" if fits else "quarantined"
    count = 1 if fits else raw.table.num_rows
    made.issues.append(layer_issue("crs_is_stated", severity, raw.name, found, count=count))
    return "" if fits else None


def _total_bounds(wkb: pa.ChunkedArray) -> np.ndarray:
    """Bounds of all geometries as they stand in the file; NaN where none can be read."""
    boxes = [np.full(4, np.nan)]
    for start in range(0, len(wkb), STRETCH):
        values = wkb.slice(start, STRETCH).to_numpy()
        shapes = parsed(partial(shapely.from_wkb, on_invalid="ignore"), values)
        boxes.append(shapely.total_bounds(shapes))
    table = np.array(boxes)
    return np.concatenate([np.fmin.reduce(table[:, :2]), np.fmax.reduce(table[:, 2:])])


def _write_rows(table: pa.Table, where: GeometryColumn, file: GeoParquetFile) -> Findings:
    """Write the rows that pass, stretch by stretch; what was found of them."""
    found: Findings = {}
    for start in range(0, len(where.wkb), STRETCH):
        shapes = read_shapes(where.wkb.slice(start, STRETCH).combine_chunks(), where.crs or None)
        passed = shapes.passed
        rows = table.slice(start, STRETCH).filter(pa.array(passed))
        file.write(rows, shapes.geometry[passed])
        _gather(shapes, start, found)
    return found


def _gather(shapes: Shapes, start: int, found: Findings) -> None:
    """Row numbers by rule; a row set aside is reported under the rule that did it alone."""
    passed = shapes.passed
    for rule, mask in shapes.faults.items():
        found.setdefault((rule, True), []).extend((np.flatnonzero(mask) + start).tolist())
    for rule, mask in shapes.repairs.items():
        rows = np.flatnonzero(mask & passed) + start
        if len(rows):
            found.setdefault((rule, False), []).extend(rows.tolist())


def _issues_of_rows(found: Findings, name: str) -> list[Issue]:
    """What was found, reported once for the layer or row by row."""
    issues = []
    for (rule, fault), rows in found.items():
        if not fault and rule in WHOLE_LAYER:
            text = f"{len(rows)} rows"
            issues.append(layer_issue(rule, "repaired", name, text, count=len(rows)))
        else:
            issues += row_issues(rule, "quarantined" if fault else "repaired", name, rows)
    return issues


def _described(
    naming: LayerIdentity,
    where: GeometryColumn,
    properties: Properties,
    file: GeoParquetFile,
) -> Layer:
    return Layer(
        id=naming.id,
        name=naming.name,
        title=naming.title,
        description=naming.description,
        geometry_name=where.name,
        geometry_type=file.geometry_type,
        columns=properties.described(),
        begins=properties.days.begins,
        ends=properties.days.ends,
        closed=properties.days.closed,
        rows=file.rows,
        batch=naming.batch,
        licence=naming.licence,
        attribution=naming.attribution,
    )
