"""Is what anyone sends read once, from its beginning to the first thing that is wrong?"""

import json
from contextlib import suppress
from typing import Any

import cql2
import pytest
from cql2_rows import FRAME, compiled

from geodata.cql2.parser import parsed
from geodata.cql2.text import read_text
from geodata.cql2.tokens import MOST_DEPTH, Reader, tokens_of
from geodata.errors import InvalidInput

SAME_AS_THE_PACKAGE = [
    "a=1 AND b=2 OR c=3 AND d=4",
    "(a=1 AND b=2) AND c=3",
    "a=1 OR (b=2 OR c=3)",
    "NOT a=1 AND b=2",
    "not not a=1",
    "a NOT BETWEEN 1+2 AND 2*3 OR c=1",
    "a between 1 and 2 and b",
    "a IS NOT NULL AND NOT b IS NULL",
    "a+b is null",
    "a=1 is null",
    "a=-b",
    "a=-(b+1)",
    "-(-1)=a",
    "- - a=1",
    "a=1+2-3*4/5%6^7",
    "2^3^2=a",
    "-2^2=a",
    "-a^2=1",
    "a^-1=2",
    "a--b=1",
    "a div 2 % 3 = 1",
    "a=b=c",
    "(a=1)=(b=2)",
    "a<b+c",
    "a = b IN (1,2)",
    "NOT a IN ('x')",
    "a like casei('x%')",
    "f()=1",
    "f((a)+1, b=1, not c)",
    "f(((1+2)*3))",
    "a_contains(a,('x'))",
    "a_contains(a,(b,'y'))",
    "A_EQUALS(('x'),'y')",
    "a_contains(a,(('x','y'),'z'))",
    "a_contains(a,(b))",
    "(a,b)=c",
    "DATE ( '2020-01-01' ) = a",
    "t_during(interval(a,b), interval('2020-01-01',DATE('2020-01-02')))",
    "s_intersects(g,bbox(-1,2,3,4.5))",
    "point = date AND interval = bbox",
    "POINT Z (1 -2 +3)=g",
    "POINTZ(1 2 3)=g",
    "POINT M (1 2 3)=g",
    "POINT ZM(1 2 3 4)=g",
    "LINESTRING Z(1 2 3,3 4 5)=g",
    "POLYGON((1 2,3 4,5 6,1 2),(1 2,3 4,5 6,1 2))=g",
    "MULTIPOINT(1 2,3 4)=MULTIPOINT((1 2),(3 4))",
    "MULTILINESTRING((1 2,3 4),(1 2,3 4))=g",
    "MULTIPOLYGON(((1 2,3 4,5 6,1 2)),((1 2,3 4,5 6,1 2)))=g",
    "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))=g",
    "a = NULL",
    "true",
]


@pytest.mark.parametrize("text", SAME_AS_THE_PACKAGE)
def test_text_is_read_as_the_cql2_package_reads_it(text: str) -> None:
    assert json.loads(json.dumps(read_text(text))) == cql2.parse_text(text).to_json()


@pytest.mark.parametrize(
    ("text", "lang", "position"),
    [
        ("\\'" * 15_900, "cql2-text", 2),
        ('\\"' * 15_900, "cql2-text", 1),
        ("name = '" + "\\'" * 15_900, "cql2-text", 8),
        ("name = '" + "''" * 15_900, "cql2-text", 8),
        ("name = '" + "\\" * 32_000, "cql2-text", 8),
        ('"' + '""' * 15_900, "cql2-text", 1),
        ('"a" = "' + "a" * 32_000, "cql2-text", 7),
        ("'a' = 'b''", "cql2-text", 7),
        ("name = 'it\\'", "cql2-text", 8),
        ('"' + '\\"' * 15_800, "cql2-json", 1),
        ('["a",\n"' + "\\" * 31_999, "cql2-json", 7),
        ('{"op": "' + "a" * 32_000, "cql2-json", 8),
        ('\\"' * 15_900, "cql2-json", 2),
    ],
)
def test_a_literal_that_does_not_end_is_refused_where_it_begins(
    text: str, lang: Any, position: int
) -> None:
    with pytest.raises(InvalidInput, match=rf"position {position}, near ") as caught:
        parsed(text, lang)
    assert len(caught.value.detail) < 200


BROKEN = [
    "(" * 24 + "a=1",
    "(" * 99 + "a=1",
    "(" * 90 + "a==1" + ")" * 90,
    "(" * 90 + "a=1" + ")" * 89,
    " AND ".join(["(a=1"] * 40),
    "NOT (" * 45 + "a=" + ")" * 45,
    "f(" * 90 + "(" + ")" * 90,
    "(" * 90 + "a,b" + "),c" * 89 + ")",
    "(" * 90 + "1,2),3),4",
    "a_contains(a,(" * 40 + "'x'" + ",'y'))" * 40,
    "a IN (" * 90 + "(" * 5 + "1",
    "POLYGON((" * 3000,
    "MULTIPOLYGON(((" + "1 2," * 6000,
    "GEOMETRYCOLLECTION(" * 1500,
    "GEOMETRYCOLLECTION(POINT(1 2)," + "GEOMETRYCOLLECTION(" * 1500,
    "a BETWEEN 1 AND " * 2000,
    "a IS NULL " * 3000,
    "a OR " * 6000,
    "a = b " * 5000,
    "-" * 99 + "a",
    "1+" * 99 + "1=1",
]


@pytest.mark.parametrize("text", [*SAME_AS_THE_PACKAGE, *BROKEN])
def test_no_token_is_read_twice(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    take = Reader.take

    def counted(reader: Reader) -> Any:
        token = take(reader)
        taken.append(token.start)
        return token

    monkeypatch.setattr(Reader, "take", counted)
    with suppress(InvalidInput):
        read_text(text)
    assert taken == sorted(set(taken))
    assert len(taken) <= len(tokens_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "(" * 99 + "true" + ")" * 99,
        "NOT " * 99 + "true",
        "true OR false AND ok = (" * 24 + "ok" + ")" * 24,
        "casei(" * 97 + "name" + ")" * 97 + " = 'x'",
        "count = " + "1 + " * 97 + "1",
        "(" * 98 + "ok" + " IS NULL)" * 98,
    ],
)
def test_a_filter_of_the_greatest_depth_is_answered_deep_in_the_stack(text: str) -> None:
    def within(frames: int) -> int:
        return within(frames - 1) if frames else len(compiled(text).mask(FRAME))

    assert within(150) == len(FRAME)
    with pytest.raises(InvalidInput, match=f"the most is {MOST_DEPTH}"):
        compiled(f"{'(' * 100}{text}{')' * 100}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "near its end"),
        ("a = b c", "position 7, near 'c'"),
        ("a IS NULL IS NULL", "position 11"),
        ("a NOT = 1", "position 7"),
        ("a IN 1", "position 6"),
        ("a BETWEEN 1 OR 2", "position 13"),
        ("a = + b", "position 7"),
        ("POINT(1-2)=a", "position 8"),
        ("POINT(1 - 2)=a", "position 11"),
        ("POINT(1)=a", "position 8"),
        ("POINT(1 2 3 4 5)=a", "position 15"),
        ("POINT(1 2=a", "position 10"),
        ("LINESTRING((1 2,3 4))=a", "position 12"),
        ("POLYGON(1 2,3 4)=a", "position 9"),
        ("GEOMETRYCOLLECTION(a)=b", "position 20"),
        ("GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(1 2)))=a", "side by side"),
        ("MULTIPOINT EMPTY=a", "EMPTY"),
        ("POINT Z EMPTY=a", "EMPTY"),
        ("DATE('2020-01-01','x')=a", "DATE takes 1 arguments and has 2"),
        ("ACCENTI('a" + "\u0327\u0345" * 16 + "') = name", "30 marks on a letter"),
    ],
)
def test_what_cannot_stand_where_it_does_is_named(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        compiled(text).mask(FRAME)
    assert words in caught.value.detail


def test_words_of_the_language_may_be_names_in_quotes() -> None:
    assert parsed('"not" = 1 AND "POINT" = 2', "cql2-text")["args"][0]["args"][0] == {
        "property": "not"
    }


def test_a_polygon_of_a_filter_that_takes_long_to_check_is_refused_before() -> None:
    holes = ",".join(f"(0 0,{i}.5 50,{i} 50,0 0)" for i in range(1200))
    with pytest.raises(InvalidInput, match="side by side"):
        compiled(f"S_WITHIN(geometry, POLYGON((-180 -90,180 -90,180 90,-180 90,-180 -90),{holes}))")
