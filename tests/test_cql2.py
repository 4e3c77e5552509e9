"""Does each operator of CQL2 select the rows one can work out by hand?"""

import pytest
from cql2_rows import EVERYTHING, found

Truth = bool | None
ALL_NULL = 3


@pytest.mark.parametrize(
    ("one", "other", "both", "either"),
    [
        ("true", "true", True, True),
        ("true", "false", False, True),
        ("false", "false", False, False),
        ("true", "ok", None, True),
        ("false", "ok", False, None),
        ("ok", "ok", None, None),
    ],
)
def test_logic_has_three_values(one: str, other: str, both: Truth, either: Truth) -> None:
    for left, right in ((one, other), (other, one)):
        assert truth(f"{left} AND {right}") is both
        assert truth(f"{left} OR {right}") is either


def truth(text: str) -> Truth:
    """The truth of a filter on the row whose `ok` is null."""
    if ALL_NULL in found(f"({text}) IS NULL"):
        return None
    return ALL_NULL in found(text)


def test_not_leaves_unknown_unknown() -> None:
    assert found("NOT ok") == [1]
    assert found("NOT NOT ok") == [0, 4]
    assert truth("NOT ok") is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("true", EVERYTHING),
        ("FALSE", []),
        ("ok", [0, 4]),
        ("ok = false", [1]),
        ("ok <> true", [1]),
        ("name = 'København'", [1]),
        ("name <> 'København'", [0, 2, 4]),
        ("name < 'T'", [0, 1, 2, 4]),
        ("name > 'A' AND name < 'L'", [1]),
        ("amount > 0", [0]),
        ("amount >= 0", [0, 2]),
        ("amount < 1.5e1", [0, 1, 2]),
        ("amount = .0", [2]),
        ("count = -4", [4]),
        ("count <> 3.5", [0, 1, 2, 4]),
        ("13.8 = amount", [0]),
        ("amount < count", [1, 2]),
        ("'a' = 'a'", EVERYTHING),
        ("1 > 2", []),
        ("name IS NULL", [3]),
        ("name is not null", [0, 1, 2, 4]),
        ("amount IS NULL", [3, 4]),
        ("geometry IS NULL", [3]),
        ("tags IS NULL", [3]),
        ("(amount + 1) IS NULL", [3, 4]),
        ("(amount > 1) = true", [0]),
    ],
)
def test_comparisons(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("count BETWEEN 0 AND 3", [0, 1]),
        ("count NOT BETWEEN 0 AND 3", [2, 4]),
        ("count BETWEEN 3 AND 0", []),
        ("amount BETWEEN count AND 100", [0]),
        ("day BETWEEN '2022-01-01' AND DATE('2022-12-31')", [0]),
        ("count IN (3, 7, 99)", [0, 2]),
        ("count NOT IN (3, 7)", [1, 4]),
        ("count IN (3.5)", []),
        ("count IN (amount, 3)", [0]),
        ("3 IN (count, 1)", [0]),
        ("ok IN (true)", [0, 4]),
        ("word IN ('lithium', 'straße')", [0, 4]),
        ("day IN ('2022-04-16', DATE('2023-01-01'))", [0, 1]),
        ("seen IN (TIMESTAMP('2022-04-16T10:13:19Z'))", [0]),
        ("CASEI(word) IN (CASEI('LITHIUM'), CASEI('STRASSE'))", [0, 1, 4]),
    ],
)
def test_ranges_and_lists(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("name LIKE '%'", [0, 1, 2, 4]),
        ("name LIKE '%%'", [0, 1, 2, 4]),
        ("name LIKE '_%'", [0, 1, 2]),
        ("name LIKE ''", [4]),
        ("name LIKE 'K_benhavn'", [1]),
        ("name LIKE '50\\%%'", [2]),
        ("name LIKE '%\\_%'", [2]),
        ("name LIKE '%''B%'", [2]),
        ("name LIKE '%\\\\\\\\x'", [2]),
        ("name NOT LIKE '%e%'", [4]),
        ("name LIKE '%.*%'", []),
        ("'København' LIKE 'K_benhavn'", EVERYTHING),
        ("CASEI(name) LIKE CASEI('KØB%')", [1]),
        ("ACCENTI(name) LIKE ACCENTI('Køb%')", [1]),
        ("word LIKE '%ї%'", [2]),
    ],
)
def test_like(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CASEI(word) = CASEI('Lithium')", [0, 1]),
        ("CASEI(word) <> CASEI('Lithium')", [2, 4]),
        ("CASEI(word) = CASEI('STRASSE')", [4]),
        ("CASEI(word) = CASEI('УКРАЇНА')", [2]),
        ("ACCENTI(word) = ACCENTI('Украіна')", [2]),
        ("ACCENTI(name) = ACCENTI('Kobenhavn')", [1]),
        ("ACCENTI(CASEI(name)) = ACCENTI(CASEI('KOBENHAVN'))", [1]),
        ("CASEI(name) = CASEI(name)", [0, 1, 2, 4]),
        ("ACCENTI('áé') = 'ae'", EVERYTHING),
        ("CASEI('Σς') = CASEI('σΣ')", EVERYTHING),
    ],
)
def test_case_and_accents(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("count * 2 + 1 = 7", [0]),
        ("count - 1 - 1 = 1", [0]),
        ("2 * 2^0 = 2", EVERYTHING),
        ("21 div 10 = 2", EVERYTHING),
        ("-21 div 10 = -2", EVERYTHING),
        ("5 % 2 = 1", EVERYTHING),
        ("-5 % 3 = -2", EVERYTHING),
        ("count / 2 = 1.5", [0]),
        ("-count = 4", [4]),
        ("-(count + 1) = 3", [4]),
        ("count / 0 = 1 OR count % 0 = 1 OR count div 0 = 1", []),
        ("(count / 0) IS NULL", EVERYTHING),
        ("9^9^9^9 > 1", []),
        ("(9^9^9^9) IS NULL", EVERYTHING),
        ("(-1)^0.5 = 1", []),
        ("2^3^2 = 64", EVERYTHING),
        ("+3 = count", [0]),
        ("1^amount = 1 OR amount^0 = 1", [0, 1, 2]),
    ],
)
def test_arithmetic(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("day = DATE('2022-04-16')", [0]),
        ("day = '2022-04-16'", [0]),
        ("'2022-04-16' < day", [1]),
        ("day >= DATE('2022-04-16')", [0, 1]),
        ("seen = TIMESTAMP('2022-04-16T10:13:19.000Z')", [0]),
        ("seen = TIMESTAMP('2022-04-16T12:13:19+02:00')", [0]),
        ("seen < '2022-01-01T00:00:00Z'", [2]),
        ("seen > TIMESTAMP('2021-01-01T12:00:00.499Z')", [0, 1, 2]),
        ("seen = DATE('2022-04-16')", [0]),
        ("seen > DATE('2022-04-16')", [1]),
        ("day = TIMESTAMP('2022-04-16T23:00:00Z')", [0]),
        ("day = until", [2]),
    ],
)
def test_dates_and_timestamps(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


YEAR = "INTERVAL('2022-01-01','2022-12-31')"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("T_AFTER(day, DATE('2022-04-16'))", [1]),
        ("T_BEFORE(day, DATE('2022-04-16'))", [2]),
        ("T_DISJOINT(day, DATE('2022-04-16'))", [1, 2]),
        ("T_EQUALS(day, DATE('2022-04-16'))", [0]),
        ("T_INTERSECTS(day, DATE('2022-04-16'))", [0]),
        ("T_EQUALS(day, INTERVAL('2022-04-16','2022-04-16'))", [0]),
        (f"T_DURING(day, {YEAR})", [0]),
        (f"T_CONTAINS({YEAR}, day)", [0]),
        ("T_DURING(day, INTERVAL('2022-04-16','..'))", [1]),
        ("T_INTERSECTS(day, INTERVAL('2022-04-16','..'))", [0, 1]),
        ("T_AFTER(seen, DATE('2022-04-16'))", [1]),
        ("T_INTERSECTS(seen, DATE('2022-04-16'))", [0]),
        ("T_DURING(seen, DATE('2022-04-16'))", [0]),
        ("T_BEFORE(seen, TIMESTAMP('2022-04-16T10:13:19Z'))", [2]),
        ("T_INTERSECTS(INTERVAL(day,until), INTERVAL('2022-06-30','2022-07-31'))", [0, 4]),
        ("T_AFTER(INTERVAL(day,until), INTERVAL('..','2022-04-15'))", [0, 1]),
        ("T_BEFORE(INTERVAL(day,until), INTERVAL('2022-07-01','..'))", [0, 2]),
        ("T_MEETS(INTERVAL(day,until), INTERVAL('2022-06-30','..'))", [0]),
        ("T_METBY(INTERVAL(day,until), INTERVAL('2022-01-01','2022-04-16'))", [0]),
        ("T_OVERLAPS(INTERVAL(day,until), INTERVAL('2022-05-01','2022-07-31'))", [0]),
        ("T_OVERLAPPEDBY(INTERVAL(day,until), INTERVAL('2022-01-01','2022-05-01'))", [0]),
        ("T_STARTS(INTERVAL(day,until), INTERVAL('2022-04-16','..'))", [0]),
        ("T_STARTEDBY(INTERVAL(day,until), INTERVAL('2022-04-16','2022-05-01'))", [0]),
        ("T_FINISHES(INTERVAL(day,until), INTERVAL('..','2022-06-30'))", [0]),
        ("T_FINISHEDBY(INTERVAL(day,until), INTERVAL('2022-05-01','2022-06-30'))", [0]),
        ("T_EQUALS(INTERVAL(day,until), INTERVAL('2022-04-16','2022-06-30'))", [0]),
        (f"T_CONTAINS(INTERVAL(day,until), {YEAR})", [4]),
        (f"T_INTERSECTS(INTERVAL('..','..'), {YEAR})", EVERYTHING),
        ("INTERVAL(day,until) IS NULL", [3]),
    ],
)
def test_temporal_functions(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


def test_an_interval_with_one_end_missing_is_open_there() -> None:
    assert found("T_INTERSECTS(INTERVAL(day,until), DATE('2900-01-01'))") == [1]
    assert found("T_INTERSECTS(INTERVAL(day,until), DATE('1900-01-01'))") == [4]


def test_an_interval_with_no_known_end_is_null() -> None:
    assert found("T_INTERSECTS(INTERVAL(day,'..'), INTERVAL('..','..'))") == [0, 1, 2]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("A_CONTAINS(tags, ('lithium'))", [0, 2, 4]),
        ("A_CONTAINS(tags, ('lithium','tantalum'))", [0]),
        ("A_CONTAINS(('lithium','tantalum','x'), tags)", [0, 1, 2]),
        ("A_CONTAINEDBY(tags, ('lithium'))", [1, 2]),
        ("A_EQUALS(tags, ('tantalum','lithium'))", [0]),
        ("A_EQUALS(tags, ('lithium'))", [2]),
        ("A_EQUALS(tags, ())", [1]),
        ("A_OVERLAPS(tags, ('titanium','tantalum'))", [0, 4]),
        ("A_OVERLAPS(tags, ())", []),
        ("A_OVERLAPS(tags, (word))", [0]),
        ("A_CONTAINS(tags, (word, 'tantalum'))", [0]),
        ("A_EQUALS(tags, tags)", [0, 1, 2, 4]),
        ("A_EQUALS(('a','b'),('b','a','a'))", EVERYTHING),
    ],
)
def test_array_functions(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("S_INTERSECTS(geometry, BBOX(-180,-90,180,90))", [0, 1, 2, 4]),
        ("S_INTERSECTS(geom, BBOX(36,47,0,37,48,100))", [0]),
        ("S_INTERSECTS(BBOX(5,5,12,52), geometry)", [1, 2]),
        ("S_INTERSECTS(geometry, BBOX(170,-20,-170,0))", [4]),
        ("S_DISJOINT(geometry, BBOX(170,-20,-170,0))", [0, 1, 2]),
        ("S_INTERSECTS(geometry, POINT(15 55))", [1, 2]),
        ("S_INTERSECTS(geometry, POINT Z (15 55 100))", [1, 2]),
        ("S_INTERSECTS(geometry, POINT(3.63e1 .478E2))", [0]),
        ("S_EQUALS(geometry, POINT(36.3 47.8))", [0]),
        ("S_EQUALS(geometry, POLYGON((20 50,20 60,10 60,10 50,20 50)))", [1]),
        ("S_TOUCHES(geometry, POINT(10 55))", [1]),
        ("S_TOUCHES(geometry, LINESTRING(10 50,10 60))", [1]),
        ("S_CROSSES(geometry, BBOX(10,50,20,60))", [2]),
        ("S_CROSSES(geometry, LINESTRING(0 10,20 10))", [2]),
        ("S_WITHIN(geometry, BBOX(9,49,21,61))", [1]),
        ("S_WITHIN(POINT(15 55), geometry)", [1]),
        ("S_CONTAINS(geometry, POINT(12 52))", [1]),
        ("S_CONTAINS(BBOX(9,49,21,61), geometry)", [1]),
        ("S_OVERLAPS(geometry, BBOX(15,55,25,65))", [1]),
        ("S_INTERSECTS(geometry, MULTIPOINT((15 55),(36.3 47.8)))", [0, 1, 2]),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(9 55,11 55)))", [1]),
        ("S_EQUALS(geometry, geometry)", [0, 1, 2, 4]),
        ("S_INTERSECTS(POINT(1 1), POINT(1 1))", EVERYTHING),
        ("S_INTERSECTS(geometry, BBOX(36.3,47.8,36.3,47.8))", [0]),
    ],
)
def test_spatial_functions(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("lower(word) = 'lithium'", [0, 1]),
        ("UPPER(word) = 'LITHIUM'", [0, 1]),
        ("length(name) = 9", [1]),
        ("length(name) = 0", [4]),
        ("abs(count) = 4", [4]),
        ("round(amount) = 14", [0]),
        ("floor(amount) = -3", [1]),
        ("ceil(amount) = -2", [1]),
        ("year(day) = 2022 AND month(seen) = 4", [0]),
        ("day_of(seen) = day", [0, 1, 2]),
        ("day_of(day) = DATE('2021-01-01')", [2]),
        ("distance_km(geometry, POINT(36.3 48.8)) < 112", [0]),
        ("distance_km(POINT(0 0), POINT(0 1)) BETWEEN 110 AND 111", EVERYTHING),
        ("area_km2(geometry) > 0", [1]),
        ("area_km2(BBOX(0,0,1,1)) > 12000", EVERYTHING),
    ],
)
def test_functions_of_our_own(text: str, wanted: list[int]) -> None:
    assert found(text) == wanted
