"""Is text read as the standard's grammar has it, and does JSON say the same?"""

import json

import numpy as np
import pytest
from cql2_rows import EVERYTHING, FRAME, compiled, found

from geodata.cql2.parser import parsed
from geodata.errors import InvalidInput

CORPUS = [
    "name = 'København' AND (amount > -5 OR NOT ok)",
    "name LIKE '50\\%%' OR CASEI(word) LIKE CASEI('lit%')",
    "ACCENTI(CASEI(name)) NOT LIKE ACCENTI(CASEI('K_b%'))",
    "count NOT IN (1,2,3) AND word IN ('lithium','x''y')",
    "amount NOT BETWEEN -3 AND 1.5e0",
    "name IS NOT NULL AND until IS NULL",
    "(count * 2 - 1) div 2 = 1 OR count % 2 = 1 OR -count^2 > 9",
    "T_DURING(INTERVAL(day,until), INTERVAL('2022-01-01','..'))",
    "T_AFTER(seen, TIMESTAMP('2022-01-01T00:00:00.25Z')) OR day = DATE('2021-01-01')",
    "T_INTERSECTS(INTERVAL(day,'..'), INTERVAL('2022-01-01T00:00:00Z','2023-01-01T00:00:00Z'))",
    "A_CONTAINS(tags, ('lithium','tantalum')) OR A_EQUALS(tags, ())",
    "S_INTERSECTS(geometry, BBOX(170,-20,-170,0))",
    "S_WITHIN(geom, POLYGON((0 40,40 40,40 70,0 70,0 40),(1 41,2 41,2 42,1 42,1 41)))",
    "S_INTERSECTS(geom, MULTIPOLYGON(((0 40,40 40,40 70,0 40)),((50 0,51 0,51 1,50 0))))",
    "S_INTERSECTS(geom, GEOMETRYCOLLECTION(POINT(15 55),LINESTRING(0 0,1 1)))",
    "S_CROSSES(MULTILINESTRING((0 10,20 10),(0 11,20 11)), geom)",
    "S_DISJOINT(geom, MULTIPOINT(15 55,36.3 47.8))",
    "distance_km(geometry, POINT(36.3 48.8)) < 112 AND lower(word) = 'lithium'",
    "true AND NOT false",
]


@pytest.mark.parametrize("text", CORPUS)
def test_text_and_json_are_one_filter(text: str) -> None:
    in_text = compiled(text)
    in_json = compiled(json.dumps(parsed(text, "cql2-text")), "cql2-json")

    assert in_json == in_text
    assert np.array_equal(in_json.mask(FRAME), in_text.mask(FRAME))


def test_every_filter_has_a_canonical_text_of_its_own() -> None:
    texts = [compiled(text).canonical for text in CORPUS]

    assert len({*texts}) == len(CORPUS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("name='x'", "  \"name\"  =  'x' "),
        ("amount>1 AND ok", "( (amount > 1.0)and(ok) )"),
        ("geom IS NULL", "geometry is null"),
        ("day = '2022-04-16'", "day = DATE('2022-04-16')"),
        (
            "seen = TIMESTAMP('2022-01-01T00:00:00Z')",
            "seen = TIMESTAMP('2022-01-01T01:00:00+01:00')",
        ),
        ("amount > 1000", "amount > 1E3"),
    ],
)
def test_spellings_of_one_filter_share_their_canonical_text(one: str, other: str) -> None:
    assert compiled(one).canonical == compiled(other).canonical


def test_a_filter_names_the_columns_it_reads() -> None:
    assert compiled("amount > count AND geom IS NULL AND amount < 3").properties == (
        "amount",
        "count",
        "geometry",
    )
    assert compiled("true").properties == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("((name = 'Shevchenko') AND (amount > 10))", [0]),
        ("(NOT ((word = 'lithium')))", [1, 2, 4]),
        ("((amount IS NOT NULL) AND (word <> 'lithium'))", [1, 2]),
        ("(CASEI(name) LIKE CASEI('SHEV%'))", [0]),
        ("(seen > TIMESTAMP('2022-06-01T00:00:00.000Z'))", [1]),
        ("(name = '50% O''Brien_\\\\x')", [2]),
        ("S_INTERSECTS(geom,BBOX(0,40,40,50))", [0, 1, 2]),
        ("S_INTERSECTS(geom,POINT(36.29999999999999716 47.79999999999999716))", [0]),
        ("(word IN ('lithium','straße') AND count BETWEEN 1 AND 20)", [0]),
    ],
)
def test_what_qgis_sends_is_understood(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ("''''", "'"),
        ("'it''s'", "it's"),
        (r"'it\'s'", "it's"),
        (r"'a\\b'", r"a\b"),
        (r"'\%\_\d'", r"\%\_\d"),
        (r"'\a\b\t\n\v\f\r'", "\a\b\t\n\v\f\r"),
        ("'line\nbreak'", "line\nbreak"),
        ("'-- ; /* ( \"'", '-- ; /* ( "'),
    ],
)
def test_escapes_in_literals(literal: str, value: str) -> None:
    assert parsed(f"name = {literal}", "cql2-text")["args"][1] == value


@pytest.mark.parametrize(
    "name",
    ["_a", ":a", "a.b", "div2", "notes", "order", "ä", "назва", "date", "point", "z", "a1e3"],
)
def test_names_are_read_whole(name: str) -> None:
    for written in (name, f'"{name}"'):
        assert parsed(f"{written} = 1", "cql2-text")["args"][0] == {"property": name}


def test_a_quoted_name_may_hold_anything() -> None:
    wanted = {"property": 'my "own" AND, name'}

    assert parsed('"my ""own"" AND, name" = 1', "cql2-text")["args"][0] == wanted


@pytest.mark.parametrize(
    ("number", "value"),
    [("1", 1), ("-1", -1), ("+1", 1), (".5", 0.5), ("5.", 5), ("1E-3", 0.001), ("1.5e+3", 1500)],
)
def test_numbers(number: str, value: float) -> None:
    assert parsed(f"a = {number}", "cql2-text")["args"][1] == value


def test_keywords_are_known_in_any_case() -> None:
    assert found("NoT name iS nUlL AnD count bEtWeEn 0 aNd 3 oR fAlSe") == [0, 1]


def test_and_binds_closer_than_or() -> None:
    assert found("true OR true AND false") == EVERYTHING
    assert found("(true OR true) AND false") == []


def test_the_place_of_an_error_is_that_of_the_text_as_given() -> None:
    text = "a = .5 AND\n  b == 3"
    with pytest.raises(InvalidInput, match=rf"position {text.index('==') + 2}, near '= 3'"):
        parsed(text, "cql2-text")


def test_a_bbox_beside_coordinates_does_not_replace_them() -> None:
    point = {"type": "Point", "coordinates": [36.3, 47.8], "bbox": [0, 0, 90, 90]}
    text = json.dumps({"op": "s_equals", "args": [{"property": "geometry"}, point]})

    assert found(text, "cql2-json") == [0]


def test_json_names_of_operators_are_known_in_any_case() -> None:
    for name in ("isNull", "isnull", "ISNULL"):
        assert found(json.dumps({"op": name, "args": [{"property": "name"}]}), "cql2-json") == [3]
