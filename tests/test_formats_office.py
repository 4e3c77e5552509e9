"""Are KML and XLSX readable, and is no text in them ever run?"""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyogrio.raw import read_arrow

from geodata.formats import workbook
from geodata.formats.kml import geometry_kml
from tests.format_rows import ABOUT, NAMES, POINTS, first, kept, polygons, sample, written

KML = "{http://www.opengis.net/kml/2.2}"


def test_gdal_reads_kml_with_its_fields(tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(kept(tmp_path, "kml", sample()))

    assert frame["id"].tolist() == [f"d{i}" for i in range(7)]
    assert frame["name_en"].tolist()[:5] == NAMES[:5]
    assert frame["amount"].tolist()[:2] == [1.5, -2.0]
    assert frame["rank"].tolist()[5] == 2**40
    assert frame.crs.to_epsg() == 4326
    assert [(p.x, p.y) for p in frame.geometry] == [(p.x, p.y) for p in POINTS]


def test_kml_polygons_come_back(tmp_path: Path) -> None:
    frame = pyogrio.read_dataframe(kept(tmp_path, "kml", sample(polygons())))

    found = shapely.force_2d(frame.geometry.to_numpy())
    assert all(shapely.equals(found[:6], polygons()[:6]))


def test_markup_in_a_name_stays_text() -> None:
    data = written("kml", sample())

    assert b"<img" not in data
    names = [e.text for e in ET.fromstring(data).iter(f"{KML}name")]  # noqa: S314 - our own output
    assert "<img src=x onerror=1>" in names


def test_the_description_read_as_html_is_escaped_twice() -> None:
    data = written("kml", sample(), replace(ABOUT, licence="<script>1</script>"))

    root = ET.fromstring(data)  # noqa: S314 - our own output
    assert "&lt;script&gt;" in str(root.findtext(f"{KML}Document/{KML}description"))


def test_characters_xml_cannot_hold_are_replaced() -> None:
    rows = replace(sample(None), table=pa.table({"id": ["a\x00b\x0c"]}))

    root = ET.fromstring(written("kml", rows))  # noqa: S314 - our own output
    (name,) = (each.text for each in root.iterfind(f".//{KML}Placemark/{KML}name"))
    assert name == "a\ufffdb\ufffd"


def test_kml_has_days_as_a_time_span_closed_on_both_ends() -> None:
    root = ET.fromstring(written("kml", sample()))  # noqa: S314 - our own output

    spans = [[child.text for child in span] for span in root.iter(f"{KML}TimeSpan")]
    assert spans[:2] == [["2022-02-24", "2022-11-10"], ["2022-02-24"]]


def test_kml_is_always_in_degrees() -> None:
    rows = sample(shapely.points([[3339584.7238, 6446275.841]] * 7), crs="EPSG:3857")

    places = ET.fromstring(written("kml", rows)).iter(f"{KML}coordinates")  # noqa: S314
    assert [float(x) for x in str(next(places).text).split(",")] == pytest.approx([30, 50])


def test_a_shape_of_several_kinds_is_a_multigeometry() -> None:
    mixed = shapely.GeometryCollection([shapely.Point(1, 2), shapely.LineString([(1, 2), (3, 4)])])

    assert geometry_kml(mixed) == (
        "<MultiGeometry><Point><coordinates>1.0,2.0</coordinates></Point>"
        "<LineString><coordinates>1.0,2.0 3.0,4.0</coordinates></LineString></MultiGeometry>"
    )


def sheet(data: bytes, number: int = 1) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        return book.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_gdal_reads_the_sheet_with_types(tmp_path: Path) -> None:
    path = kept(tmp_path, "xlsx", sample())

    rows = read_arrow(path, layer="data")[1].to_pylist()
    assert pyogrio.list_layers(path)[:, 0].tolist() == ["data", "about"]
    assert [row["name_en"] for row in rows] == [name or None for name in NAMES]
    assert [row["amount"] for row in rows][:4] == [1.5, -2.0, None, None]
    assert [row["valid_from"] for row in rows] == [date(2022, 2, 24)] * 6 + [date(1990, 1, 1)]
    assert [row["checked"] for row in rows][:3] == [True, False, None]
    assert rows[0]["commodities"] == "lithium|tantalum"
    assert [row["lon"] for row in rows] == pytest.approx([p.x for p in POINTS], rel=1e-15)


def test_a_sheet_has_no_formula_and_no_link() -> None:
    data = written("xlsx", sample())

    assert "<f>" not in sheet(data)
    assert "<hyperlink" not in sheet(data)
    assert "=HYPERLINK(" in sheet(data)


def test_the_second_sheet_says_where_the_data_come_from() -> None:
    about = sheet(written("xlsx", sample()), 2)

    assert ABOUT.citation in about
    assert "About amount. Unit: t." in about


def test_polygons_are_wkt_in_a_sheet() -> None:
    assert "POLYGON ((" in sheet(written("xlsx", sample(polygons())))


def test_days_a_spreadsheet_disagrees_about_and_long_integers_are_text() -> None:
    table = pa.table({"id": ["a"], "day": [date(1899, 12, 31)], "big": [2**60]})
    rows = replace(first(sample(None), 1), table=table)

    data = sheet(written("xlsx", rows))
    assert "1899-12-31" in data
    assert str(2**60) in data


def test_a_text_longer_than_a_cell_is_cut_and_counted() -> None:
    rows = replace(first(sample(None), 1), table=pa.table({"id": ["x" * 40_000]}))

    data = written("xlsx", rows)
    assert "x" * 32_767 in sheet(data)
    assert "x" * 32_768 not in sheet(data)
    assert "texts cut at 32,767 characters" in sheet(data, 2)


def test_more_rows_than_a_sheet_holds_go_to_the_next(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 3)
    path = kept(tmp_path, "xlsx", sample())

    layers = pyogrio.list_layers(path)[:, 0].tolist()
    assert layers[:4] == ["data", "data 2", "data 3", "about"]
    assert [len(read_arrow(path, layer=name)[1]) for name in layers[:3]] == [3, 3, 1]


def test_columns_are_as_wide_as_their_texts_and_have_a_filter() -> None:
    long = "a text that no column shows in one line, " * 3
    table = pa.table({"id": ["a", "b"], "note": [long, None], "n": [1, 22]})
    data = sheet(written("xlsx", replace(first(sample(None), 2), table=table)))

    widths = [float(text) for text in re.findall(r'<col [^>]*width="([0-9.]+)"', data)]
    assert widths[1] > 50
    assert 15 > widths[0] == widths[2]
    assert '<autoFilter ref="A1:C3"/>' in data
    assert '<pane ySplit="1"' in data
    assert long.strip() in data
