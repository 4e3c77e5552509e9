"""How are rows written as a Shapefile: a zip of one for each kind of shape, and what was lost?

The format has names of 10 characters, texts of 254 bytes, no lists, no times and no empty text
apart from null. Every loss is written down in README.txt.
"""

import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.formats.columns import as_text, is_text
from geodata.formats.files import distinct_names, read_file, stem
from geodata.formats.geometry_column import TYPE_NAMES, shapes_of
from geodata.formats.ogr import GEOMETRY, Layer, renamed, write_layer
from geodata.formats.rows import Provenance, Rows, about_text, generated_at
from geodata.types import IntArray, Mask

LONGEST_NAME = 10
LONGEST_TEXT = 254
"""Bytes of a text in a .dbf."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "points": ("Point",),
    "multipoints": ("MultiPoint",),
    "lines": ("LineString", "LinearRing", "MultiLineString"),
    "polygons": ("Polygon", "MultiPolygon"),
}
"""The kinds of shape that share a shapefile."""


def write_shapefile(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A zip of shapefiles (.shp .shx .dbf .prj .cpg, UTF-8) and README.txt.

    Rows without a shape go with the first kind there is; shapes of mixed kinds are left out and
    counted in the README. Without any geometry there is the .dbf alone.
    """
    names = distinct_names(rows.table.column_names, LONGEST_NAME, (GEOMETRY,), ascii_only=True)

    def build(folder: Path) -> Path:
        table, cut = dbf_table(rows.table)
        fitted = renamed(replace(rows, table=table), names)
        for kind, part in parts(fitted).items():
            _write_part(folder / f"{stem(about.name)}_{kind}", part, kind, about)
        texts = _number_notes(rows.table, table)
        notes = (*_name_notes(names), *_cut_notes(cut), *texts, *_mixed_notes(rows))
        (folder / "README.txt").write_text(about_text(about, rows, notes), encoding="utf-8")
        return _zipped(folder, about)

    return read_file(build)


def parts(rows: Rows) -> dict[str, Rows]:
    """The rows of each kind of shape; `table` where there is none."""
    if rows.geometry is None:
        return {"table": rows}
    shapes = shapes_of(rows)
    kinds = _kinds(shapes)
    present = [kind for kind in KINDS if (kinds == kind).any()] or _declared(rows)
    if not present:
        return {"table": replace(rows, geometry=None)}
    kinds[~np.isin(kinds, present)] = present[0]
    shapes = np.where(_is_mixed(shapes), np.array(None, dtype=object), shapes)
    rows = replace(rows, geometry=shapes)
    return {kind: _chosen(rows, np.flatnonzero(kinds == kind)) for kind in present}


def dbf_table(table: pa.Table) -> tuple[pa.Table, dict[str, int]]:
    """The table with texts as a .dbf holds them, and how many were cut in each column.

    Columns of times, and of numbers that a .dbf cannot hold, become texts.
    """
    cut = {}
    for number, field in enumerate(table.schema):
        if not _fits(table.column(number)):
            table = table.set_column(number, field.name, as_text(table.column(number)))
            continue
        if is_text(field.type) or pa.types.is_timestamp(field.type):
            texts = as_text(table.column(number))
            cut[field.name] = _too_long(texts)
            fitting = _shortened(texts) if cut[field.name] else texts
            table = table.set_column(number, field.name, fitting)
    return table, {name: count for name, count in cut.items() if count}


def _fits(column: pa.ChunkedArray) -> bool:
    """Whether a .dbf holds the numbers of a column: as 18 signs, or 24 with 15 decimals."""
    if pa.types.is_integer(column.type):
        least, most = pc.min_max(column).as_py().values()
        return (most or 0) < 10**18 and (least or 0) > -(10**17)
    if not pa.types.is_floating(column.type):
        return True
    sizes = np.abs(column.to_numpy())
    finite = sizes[np.isfinite(sizes)]
    below = finite[finite < 1]
    is_lost = np.abs(np.round(below, 15) - below) > 1e-9 * below
    return not (is_lost.any() or (finite >= 1e23).any())


def _number_notes(before: pa.Table, after: pa.Table) -> list[str]:
    """What was a number or a time and is text in the .dbf."""
    turned = [f.name for f, g in zip(before.schema, after.schema, strict=True)
              if f.type != g.type and not is_text(f.type)]  # fmt: skip
    if not turned:
        return []
    head = "Times, and numbers a .dbf cannot hold in 18 digits or 15 decimals, are text:"
    return [head, *(f"  {name}" for name in turned)]


def _too_long(texts: pa.ChunkedArray) -> int:
    return pc.sum(pc.greater(pc.binary_length(texts), LONGEST_TEXT)).as_py() or 0


def _shortened(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts of at most 254 bytes, cut between characters."""
    values = [None if t is None else _cut_bytes(t) for t in texts.to_pylist()]
    return pa.chunked_array([pa.array(values, pa.string())])


def _cut_bytes(text: str) -> str:
    # `ignore` drops the half of a character at the cut.
    return text.encode()[:LONGEST_TEXT].decode(errors="ignore")


def _kinds(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    kind_of = {TYPE_NAMES.index(name): kind for kind, names in KINDS.items() for name in names}
    return np.array([kind_of.get(i) for i in shapely.get_type_id(shapes).tolist()], dtype=object)


def _is_mixed(shapes: npt.NDArray[np.object_]) -> Mask:
    return np.asarray(shapely.get_type_id(shapes) == TYPE_NAMES.index("GeometryCollection"))


def _declared(rows: Rows) -> list[str]:
    return [kind for kind, names in KINDS.items() if rows.geometry_type in names]


def _chosen(rows: Rows, numbers: IntArray) -> Rows:
    shapes = None if rows.geometry is None else rows.geometry[numbers]
    return replace(rows, table=rows.table.take(pa.array(numbers)), geometry=shapes)


def _write_part(stem_path: Path, part: Rows, kind: str, about: Provenance) -> None:
    spatial = part.geometry is not None
    options = {"DBF_DATE_LAST_UPDATE": generated_at(about).date().isoformat(), "2GB_LIMIT": "YES"}
    layer = Layer(
        "ESRI Shapefile",
        stem_path.name,
        options,
        encoding="UTF-8",
        geometry_type=KINDS[kind][0] if spatial else None,
    )
    write_layer(stem_path.with_suffix(".shp" if spatial else ".dbf"), part, layer)


def _name_notes(names: Mapping[str, str]) -> list[str]:
    changed = [f"  {short} = {name}" for name, short in names.items() if short != name]
    return ["Names shortened to 10 characters:", *changed] if changed else []


def _cut_notes(cut: Mapping[str, int]) -> list[str]:
    lines = [f"  {name}: {count} cut" for name, count in cut.items()]
    return ["Texts longer than 254 bytes were cut:", *lines] if lines else []


def _mixed_notes(rows: Rows) -> list[str]:
    count = int(_is_mixed(shapes_of(rows)).sum())
    return [f"{count} rows with shapes of mixed kinds are here without their shape."] * bool(count)


def _zipped(folder: Path, about: Provenance) -> Path:
    """A zip of the folder's files by name, dated to the release."""
    target = folder / "rows.zip"
    files = sorted(path for path in folder.iterdir() if path != target)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            entry = zipfile.ZipInfo(path.name, _zip_time(about))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with path.open("rb") as source, archive.open(entry, "w") as member:
                shutil.copyfileobj(source, member)
    return target


def _zip_time(about: Provenance) -> tuple[int, int, int, int, int, int]:
    """The time of the release; a zip knows none before 1980."""
    year, month, day, hour, minute, second = generated_at(about).timetuple()[:6]
    return (max(year, 1980), month, day, hour, minute, second)
