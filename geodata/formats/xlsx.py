"""How are rows written as XLSX: a sheet of data, and a sheet that says what it is?"""

from collections.abc import Iterator

import pyarrow as pa
import shapely

from geodata.formats.columns import plain_table
from geodata.formats.geoarrow import geometry_name
from geodata.formats.geometry_column import are_points, coordinate_names, shapes_of, x_and_y
from geodata.formats.rows import Provenance, Rows, provenance_dict
from geodata.formats.workbook import Sheet, cell_table, cut_texts, is_long, write_workbook


def write_xlsx(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """A workbook: `data` (`data 2`, ... beyond a million rows), then `about`.

    Texts are texts whatever they begin with, days are dates, lists are joined by `|`. Points have
    their coordinates in two columns, other shapes are WKT.
    """

    def sheets() -> Iterator[Sheet]:
        data = data_sheet("data", rows)
        yield data
        yield about_sheet(about, rows, cut_texts(data.table))

    return write_workbook(sheets, about)


def data_sheet(name: str, rows: Rows) -> Sheet:
    """A sheet of rows: the properties, then the coordinates of points or WKT."""
    return Sheet(name, sheet_table(rows))


def about_sheet(about: Provenance, rows: Rows, cut: int = 0) -> Sheet:
    """The sheet that says what the rows are, and what each of their columns means."""
    lines = [*provenance_dict(about).items(), ("rows", str(len(rows)))]
    lines += [("texts cut at 32,767 characters", str(cut))] if cut else []
    long = ", ".join(name for name in rows.table.column_names if is_long(rows.table.column(name)))
    lines += [("integers of 16 digits and more, written as text", long)] if long else []
    lines += [("", ""), ("column", "meaning")]
    lines += [(c.name, f"{c.meaning}{f' Unit: {c.unit}.' if c.unit else ''}") for c in rows.columns]
    labels, texts = zip(*lines, strict=True)
    return Sheet("about", pa.table({"about": labels, "this workbook": texts}), plain=True)


def sheet_table(rows: Rows) -> pa.Table:
    """The columns of the sheet: the properties, then the coordinates of points or WKT."""
    table = cell_table(rows.table)
    for name, values in _places(rows).items():
        if name not in table.column_names:
            table = table.append_column(name, values)
    return plain_table(table)  # an empty point has no number for a place


def _places(rows: Rows) -> dict[str, pa.Array]:
    """The columns that say where: two of coordinates for points, else WKT."""
    if rows.geometry is None:
        return {}
    shapes = shapes_of(rows)
    if not are_points(rows):
        return {geometry_name(rows): pa.array(shapely.to_wkt(shapes, -1), pa.string())}
    x, y = coordinate_names(rows.crs)
    return dict(zip((x, y), map(pa.array, x_and_y(shapes)), strict=True))
