"""Can a CSV be read back, and is it harmless in a spreadsheet?"""

import csv
import io
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.format_rows import POINTS, first, polygons, sample, written


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def test_the_header_names_the_columns_then_the_coordinates_then_wkt() -> None:
    header = written("csv", sample()).split(b"\r\n")[0].decode().split(",")

    assert header[0] == "id"
    assert header[-3:] == ["lon", "lat", "geometry"]


def test_lines_end_as_rfc_4180_says_and_no_byte_order_mark_leads() -> None:
    data = written("csv", first(sample(), 1))

    assert data.startswith(b"id,")
    assert data.endswith(b"\r\n")


def test_values_come_back() -> None:
    rows = table(written("csv", sample()))

    assert rows[1]["name_en"] == 'comma, "quote"\nline'
    assert [r["amount"] for r in rows] == ["1.5", "-2", "", "", "1e-7", "0.1", "1234567.25"]
    assert rows[5]["rank"] == str(2**40)
    assert [r["checked"] for r in rows[:3]] == ["true", "false", ""]
    assert (rows[0]["seen"], rows[1]["seen"]) == ("2025-02-25T12:30:00Z", "")
    assert (rows[0]["valid_to"], rows[1]["valid_to"]) == ("2022-11-11", "")
    assert [r["commodities"] for r in rows[:4]] == ["lithium|tantalum", "'=1+1", "", ""]


def test_texts_that_look_like_formulas_are_quoted_and_numbers_are_not() -> None:
    rows = table(written("csv", sample()))

    assert rows[2]["name_en"].startswith("'=HYPERLINK")
    assert rows[4]["name_en"].startswith("'+1")
    assert rows[1]["name_of_the_licence_holder"] == "'@x"
    assert rows[3]["name_en"] == "<img src=x onerror=1>"
    assert rows[1]["amount"] == "-2"


def test_a_column_called_like_a_formula_is_quoted_too() -> None:
    rows = sample()
    rows = replace(rows, table=rows.table.rename_columns(["=id", *rows.table.column_names[1:]]))

    assert written("csv", rows).startswith(b"'=id,")


def test_coordinates_and_wkt_keep_every_digit() -> None:
    rows = table(written("csv", sample()))

    assert [float(rows[1]["lon"]), float(rows[1]["lat"])] == [
        31.123456789012345,
        49.987654321098765,
    ]
    assert [shapely.from_wkt(r["geometry"]) for r in rows] == list(POINTS)


def test_coordinates_the_table_has_are_not_given_twice() -> None:
    rows = sample()
    with_lon = rows.table.append_column("lon", pa.array([0.0] * 7)).append_column(
        "lat", pa.array([0.0] * 7)
    )

    header = written("csv", replace(rows, table=with_lon)).split(b"\r\n")[0]

    assert header.count(b"lon") == 1


def test_projected_points_have_x_and_y() -> None:
    rows = sample(shapely.points([[4e6, 6e6]] * 7), crs="EPSG:3857")

    assert b",x,y,geometry\r\n" in written("csv", rows)


def test_polygons_are_wkt_alone() -> None:
    rows = table(written("csv", sample(polygons())))

    assert "lon" not in rows[0]
    assert shapely.from_wkt(rows[0]["geometry"]) == polygons()[0]
    assert rows[6]["geometry"] == ""


def test_no_shape_asked_for_means_no_column_of_shapes() -> None:
    assert "geometry" not in table(written("csv", sample(None)))[0]


def test_no_rows_are_a_header() -> None:
    assert written("csv", first(sample(), 0)).count(b"\r\n") == 1


def test_pandas_reads_the_types() -> None:
    frame = pd.read_csv(io.BytesIO(written("csv", sample())), parse_dates=["valid_from"])

    assert frame["amount"].tolist()[:2] == [1.5, -2.0]
    assert frame["valid_from"].dt.year.tolist() == [2022] * 6 + [1990]


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=8), min_size=1))
def test_any_text_comes_back_but_for_the_quote_in_front(texts: list[str]) -> None:
    base = sample(None)
    rows = replace(base, columns=base.columns[:1], table=pa.table({"id": texts}))

    found = [
        row[0] if row else ""
        for row in csv.reader(io.StringIO(written("csv", rows).decode(), newline=""))
    ]

    assert [t.removeprefix("'") for t in found[1:]] == [t.removeprefix("'") for t in texts]
    assert not any(t.startswith(("=", "@", "\t", "\r")) for t in found[1:])
    signed = [t for t in found[1:] if t.startswith(("+", "-")) and "e" not in t.lower()]
    assert not any(set(t[1:]) & set("+-*/^&=<>()[]{}!|:;@'\"\\") for t in signed)


@pytest.mark.parametrize("text", ["-", "+", "+380", "-26.17", "-1.5 to 3", "-0,5", "+3 44 12",
                                  "-5 %", "-5%", "+1e-5", "-26 °C", "-1.000"])  # fmt: skip
def test_what_no_spreadsheet_runs_is_left_as_it_is(text: str) -> None:
    base = sample(None)
    rows = replace(base, columns=base.columns[:1], table=pa.table({"id": [text]}))

    assert table(written("csv", rows))[0]["id"] == text


@pytest.mark.parametrize("text", ["-1-2", "+cmd|' /C calc'!A0", "-1+1", "+SUM(1)", "-A1",
                                  "+1;2", "-1 & 2", "-2*3", "-1:2", "-1\n=1", "--1"])  # fmt: skip
def test_what_begins_as_a_number_and_goes_on_as_a_formula_is_disarmed(text: str) -> None:
    base = sample(None)
    rows = replace(base, columns=base.columns[:1], table=pa.table({"id": [text]}))

    assert table(written("csv", rows))[0]["id"] == "'" + text


def test_a_byte_order_mark_comes_on_ask() -> None:
    assert written("csv-bom", sample()) == b"\xef\xbb\xbf" + written("csv", sample())


@pytest.mark.parametrize("text", ["=1", "+A1", "-1-2", "@x", "\tx", "\rx", "\nx", "＝1"])  # noqa: RUF001
def test_each_dangerous_first_character_is_disarmed(text: str) -> None:
    base = sample(None)
    rows = replace(base, columns=base.columns[:1], table=pa.table({"id": [text]}))

    assert table(written("csv", rows))[0]["id"] == "'" + text
