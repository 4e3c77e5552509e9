"""Is what cannot be answered refused, after little work, and with words that help?"""

import json
import re
import sys
from collections import Counter
from typing import Any

import numpy as np
import pytest
import shapely
from cql2_rows import COLUMNS, FRAME, compiled, found
from cql2_slowly import conditions
from hypothesis import given
from hypothesis import strategies as st

from geodata.cql2 import FilterCrs, compile_filter, function_descriptions
from geodata.crs import CRS84, reproject
from geodata.errors import InvalidInput
from geodata.types import GeometryArray


def refused(text: str, lang: Any = "cql2-text") -> str:
    """The error's words; it must name the parameter."""
    with pytest.raises(InvalidInput) as caught:
        compiled(text, lang).mask(FRAME)
    assert caught.value.parameter == "filter"
    return caught.value.detail


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("THIS IS NOT A FILTER", "position 13, near 'A FILTER'"),
        ("name = 'x' AND", "near"),
        ("name == 'x'", "position 7"),
        ("name = 'x", "position 8"),
        ("count IN ()", "near ')'"),
        ("nmae = 'x'", "'nmae', which is not here; there is name"),
        ("this_is_not_a_queryable IS NULL", "this_is_not_a_queryable"),
        ("loewr(name) = 'x'", "'loewr', which is not here; there is lower"),
        ("lower(name, word) = 'x'", "LOWER takes 1 arguments and has 2"),
        ("name", "neither true nor false"),
        ("1", "neither true nor false"),
        ("name AND ok", "AND wants a condition and has the property name (text)"),
        ("name = NULL", "name IS NULL"),
        ("count LIKE 'x'", "LIKE wants a text and has the property count (number)"),
        ("name LIKE word", "LIKE wants a pattern in quotes"),
        ("name + 1 = 2", "+ wants a number and has the property name (text)"),
        ("CASEI(count) = 'x'", "CASEI wants a text"),
        ("tags = 'lithium'", "A_CONTAINS(tags, ('…'))"),
        ("geometry = 'x'", "S_INTERSECTS(geometry, BBOX(…))"),
        ("name = ('a','b')", "a list in parentheses"),
        ("A_CONTAINS(tags, (1, 2))", "has the number '1.0' in lists of texts"),
        ("S_INTERSECTS(name, POINT(1 2))", "S_INTERSECTS wants a geometry"),
        ("S_INTERSECTS(geometry)", "S_INTERSECTS takes 2 arguments and has 1"),
        ("S_INTERSECTS(geometry, POINT(1,2))", "position 31, near ',2))'"),
        ("T_AFTER(name, DATE('2022-01-01'))", "T_AFTER wants a date, timestamp or interval"),
        ("T_AFTER(day, 'soon')", "text 'soon'"),
        ("T_AFTER(day, INTERVAL('2023-01-01','2022-01-01'))", "before it starts"),
        ("day = DATE('2022-02-30')", "DATE '2022-02-30' is no day"),
        ("day = DATE('2022-01-01T00:00:00Z')", "is no day"),
        ('day = DATE("2022-01-01")', "is no day"),
        ("seen = TIMESTAMP('yesterday')", "TIMESTAMP 'yesterday' is no moment"),
        ("seen = TIMESTAMP('2022-01-01T25:00:00Z')", "is no moment"),
        ("seen = TIMESTAMP('0001-01-01T00:00:00+14:00')", "is no moment"),
        ("amount > 1e999", "too large"),
    ],
)
def test_an_error_says_what_was_wanted_and_found(text: str, words: str) -> None:
    assert words in refused(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("POINT(90 180)", "lie outside CRS84"),
        ("MULTIPOINT(7.02 49.92, 90 180)", "lie outside CRS84"),
        ("BBOX(1000000,1000000,2000000,2000000)", "lie outside CRS84"),
        ("BBOX(1,2,3)", "3 numbers"),
        ("BBOX(0,10,1,5)", "10 before 5"),
        ("BBOX(count,1,2,3)", "numbers only"),
        ("POINT EMPTY", "EMPTY"),
        ("POLYGON EMPTY", "EMPTY"),
        ("POLYGON((0 0,1 1,1 0,0 1,0 0))", "Self-intersection"),
        ("POLYGON((0 0,1 1,1 0))", "cannot be built"),
        ("LINESTRING(0 0)", "cannot be built"),
        ("SRID=4326;POINT(1 2)", "position"),
    ],
)
def test_geometries_are_checked(text: str, words: str) -> None:
    assert words in refused(f"S_INTERSECTS(geometry, {text})")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000 + "true" + ")" * 10_000,
        "(" * 110 + "true" + ")" * 110,
        "NOT " * 8_000 + "true",
        "-" * 10_000 + "count = 1",
        "+".join(["count"] * 5_000) + " = 1",
        "casei(" * 5_000 + "name" + ")" * 5_000 + " = 'x'",
        "=".join(["ok"] * 10_000),
        ("(" + "count+" * 90) * 30 + "1" + ")" * 30 + " = 1",
        "name = '" + "x" * 1_000_000 + "'",
        "name LIKE '" + "%a" * 200 + "'",
        "name LIKE '" + "a" * 1_001 + "'",
        "count IN (" + "1," * 10_000 + "1)",
        "(" * 100,
        ")" * 100,
        "'" * 30_001,
        "\\" * 30_000,
        "a" * 32_769,
    ],
)
def test_a_filter_that_asks_too_much_is_refused_after_little_work(text: str) -> None:
    """In some calls for each of its characters, never in their square."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        with pytest.raises(InvalidInput) as caught:
            compiled(text).mask(FRAME)
    finally:
        sys.setprofile(None)
    assert caught.value.parameter == "filter"
    assert calls < 40 * len(text) + 2000


def test_a_list_may_be_long() -> None:
    assert found("count IN (" + "1," * 9_998 + "7)") == [2]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"op":"not","args":[' * 200 + "true" + "]}" * 200,
        '{"op":"=","args":[{"property":"amount"},1e999]}',
        '{"op":"=","args":[{"property":"amount"},NaN]}',
        '{"op":"=","args":[{"property":"amount"},null]}',
        '{"op":"=","op":"<>","args":[{"property":"amount"},1]}',
        '{"op":"=","args":[{"property":"name"},"\\ud800"]}',
        '{"op":"=","args":[{"property":"name"}',
        '{"op":"and","args":[true]}',
        '{"op":"between","args":[{"property":"count"},[1,2]]}',
        '{"op":"in","args":[{"property":"count"},1]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Blob"}]}',
        '{"property":"name"}',
        "{}",
        "[]",
        '"true"',
        "x",
    ],
)
def test_json_that_is_no_filter_is_refused(text: str) -> None:
    assert len(refused(text, "cql2-json")) > 10, "it says what is wrong"


def test_a_geometry_has_at_most_so_many_vertices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geodata.cql2.literals.MOST_VERTICES", 3)

    assert "4 vertices; the most is 3" in refused("S_INTERSECTS(geom, LINESTRING(0 0,1 1,2 2,3 3))")


@pytest.mark.parametrize(
    "text",
    [
        "exec(java.lang.Runtime.getRuntime(),'id')",
        "__class__.__mro__ = 1",
        "{{7*7}}",
        "${7*7}",
        "name = 'x'; DROP TABLE deposits",
        "name = 'x' UNION SELECT 1",
        "1 = 1 --",
        "name = (SELECT 1)",
        "`name` = 'x'",
        "name = 'x' /* */",
        "pg_sleep(10) = 1",
    ],
)
def test_code_in_a_filter_is_an_error(text: str) -> None:
    assert "49" not in refused(text)


@pytest.mark.parametrize(
    "value",
    [
        "' OR '1'='1",
        "'; DROP TABLE x; --",
        "{{7*7}}",
        "\\",
        "\\'",
        "%' OR 1=1 --",
        "\x00",
        "%s%(x)s",
    ],
)
def test_code_in_a_literal_is_only_text(value: str) -> None:
    literal = value.replace("\\", "\\\\").replace("'", "''")
    pattern = value.replace("\\", "\\\\\\\\").replace("'", "''").replace("%", "\\%")

    assert found(f"name = '{literal}'") == []
    assert found(f"'{literal}' = '{literal}' AND count = 3") == [0]
    assert found(f"'{literal}' LIKE '{pattern}' AND count = 3") == [0]
    assert found(f"name LIKE '%{pattern}' AND name LIKE 'S%'") == []


def is_answered_or_refused(text: str, lang: Any) -> bool:
    """A mask or InvalidInput about the filter; any other exception escapes and fails the test."""
    try:
        return len(compiled(text, lang).mask(FRAME)) == len(FRAME)
    except InvalidInput as error:
        return error.parameter == "filter"


def is_answered(text: str) -> bool:
    try:
        compiled(text)
    except InvalidInput:
        return False
    return True


@given(st.text(max_size=60), st.sampled_from(["cql2-text", "cql2-json"]))
def test_any_text_is_a_filter_or_an_error(text: str, lang: str) -> None:
    assert is_answered_or_refused(text, lang)


WORDS = [
    *("name", "count", "ok", "day", "geometry", "tags", '"b"', "(", ")", ",", "=", "<>", "<", "+"),
    *("-", "*", "^", "div", "%", "'", "''", "'a'", "true", "1", ".5", "1e3", "\\", ";", "EMPTY"),
    *("AND", "OR", "NOT", "LIKE", "IN", "IS NULL", "BETWEEN", "DATE(", "'2022-01-01'", "INTERVAL("),
    *("POINT(", "BBOX(", "POLYGON((", "Z", "CASEI(", "S_INTERSECTS(", "T_AFTER(", "A_EQUALS("),
]


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_words_of_the_language_are_a_filter_or_an_error(text: str) -> None:
    assert is_answered_or_refused(text, "cql2-text")


TOKEN = re.compile(r"'(?:''|[^'])*'|\w+|\s+|.", re.DOTALL)


@st.composite
def nearly_filters(draw: st.DrawFn) -> str:
    """A filter with up to two of its tokens left out, doubled, or replaced by another word."""
    tokens = TOKEN.findall(draw(conditions).text)
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(tokens) - 1))
        new = draw(st.sampled_from([[], [tokens[at]] * 2, [draw(st.sampled_from(WORDS))]]))
        tokens[at : at + 1] = new or [" "]
    return "".join(tokens)


def test_what_is_nearly_a_filter_is_one_or_an_error() -> None:
    """Random words are never a filter; these get past the parser, and some to the rows."""
    met: Counter[bool] = Counter()

    @given(nearly_filters())
    def check(text: str) -> None:
        assert is_answered_or_refused(text, "cql2-text")
        met[is_answered(text)] += 1

    check()
    assert min(met[True], met[False]) >= 10, met


def from_web_mercator(shapes: GeometryArray) -> GeometryArray:
    return reproject(shapes, "EPSG:3857", CRS84)


def swapped(shapes: GeometryArray) -> GeometryArray:
    return np.asarray(shapely.transform(shapes, lambda pairs: pairs[:, ::-1]))


REACH_M = 20048966.11
MERCATOR = FilterCrs("EPSG:3857", (-REACH_M, -REACH_M, REACH_M, REACH_M), None, from_web_mercator)
LATITUDE_FIRST = FilterCrs("EPSG:4326", (-90.0, -180.0, 90.0, 180.0), 1, swapped)


@pytest.mark.parametrize(
    ("crs", "text", "wanted"),
    [
        (LATITUDE_FIRST, "S_INTERSECTS(geometry, POINT(47.8 36.3))", [0]),
        (LATITUDE_FIRST, "S_INTERSECTS(geometry, BBOX(47,36,48,37))", [0]),
        (LATITUDE_FIRST, "S_INTERSECTS(geometry, BBOX(-20,170,0,-170))", [4]),
        (MERCATOR, "S_INTERSECTS(geometry, BBOX(4000000,6000000,4100000,6100000))", [0]),
        (MERCATOR, "S_WITHIN(geometry, BBOX(-20037508,-20000000,20037508,20000000))", [0, 1, 2, 4]),
    ],
)
def test_coordinates_come_in_the_filters_crs(crs: FilterCrs, text: str, wanted: list[int]) -> None:
    assert compiled(text, crs=crs).mask(FRAME).nonzero()[0].tolist() == wanted


@pytest.mark.parametrize(
    ("crs", "text"),
    [
        (LATITUDE_FIRST, "POINT(136.3 47.8)"),
        (LATITUDE_FIRST, "BBOX(48,36,47,37)"),
        (MERCATOR, "BBOX(30000000,0,30000001,1)"),
        (MERCATOR, "BBOX(20000000,0,-20000000,1)"),
    ],
)
def test_coordinates_outside_the_filters_crs_are_refused(crs: FilterCrs, text: str) -> None:
    with pytest.raises(InvalidInput, match=r"outside|before"):
        compiled(f"S_INTERSECTS(geometry, {text})", crs=crs)


def test_a_collection_without_geometry_has_no_geometry() -> None:
    bare = tuple(column for column in COLUMNS if column.type != "geometry")
    with pytest.raises(InvalidInput, match="'geometry', which is not here"):
        compile_filter("geometry IS NULL", "cql2-text", bare)


def test_functions_are_described_as_part_3_has_it() -> None:
    described = function_descriptions()
    kinds = {"string", "number", "integer", "datetime", "geometry", "boolean"}

    assert json.loads(json.dumps(described)) == described
    assert {"lower", "length", "distance_km", "day_of"} <= {str(row["name"]) for row in described}
    for row in described:
        assert row.keys() == {"name", "description", "arguments", "returns"}
        arguments: Any = row["arguments"]
        returns: Any = row["returns"]
        assert {kind for argument in arguments for kind in argument["type"]} <= kinds
        assert {*returns} <= kinds
