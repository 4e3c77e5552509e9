"""Are values of a filter compared exactly, and only with values of their own type?"""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from cql2_rows import found
from cql2_walked import holds
from hypothesis import given
from hypothesis import strategies as st

from geodata.cql2 import compile_filter
from geodata.errors import InvalidInput
from schemas.record import Column

TYPE_OF = {
    **dict.fromkeys(("name", "word", "'foo'"), "text"),
    **dict.fromkeys(("amount", "count", "3.14", "1"), "number"),
    **dict.fromkeys(("ok", "true"), "boolean"),
    **dict.fromkeys(("day", "seen"), "instant"),
    **dict.fromkeys(("TIMESTAMP('2022-04-14T14:48:46Z')", "DATE('2022-04-14')"), "instant"),
}


@pytest.mark.parametrize(("one", "other"), [("=", "<>"), (">", "<="), ("<", ">=")])
@pytest.mark.parametrize("column", ["name", "word", "amount", "count", "ok", "day", "seen"])
@pytest.mark.parametrize(
    "value",
    ["'foo'", "true", "3.14", "1", "TIMESTAMP('2022-04-14T14:48:46Z')", "DATE('2022-04-14')"],
)
def test_any_column_compares_with_any_literal_of_its_type_and_with_no_other(
    one: str, other: str, column: str, value: str
) -> None:
    if TYPE_OF[column] != TYPE_OF[value]:
        between = f"{column} BETWEEN {value} AND {value}"
        for text in (f"{column} {one} {value}", f"{value} {other} {column}", between,
                     f"{column} IN ({value})"):  # fmt: skip
            with pytest.raises(InvalidInput, match="give both of one kind"):
                found(text)
        return
    for left, right in ((column, value), (value, column)):
        assert not {*found(f"{left} {one} {right}")} & {*found(f"{left} {other} {right}")}
    assert found(f"{column} IN ({value})") == found(f"{column} = {value}")
    assert found(f"{column} BETWEEN {value} AND {value}") == found(f"{column} = {value}")


@pytest.mark.parametrize(
    "text",
    ["name = 3.14", "day = 'soon'", "count IN (3, 'x')", "count NOT IN ('3')", "name > amount",
     "NOT (ok = 1)", "day BETWEEN 1 AND 2", "seen BETWEEN DATE('2020-01-01') AND 'never'"],
)  # fmt: skip
def test_values_of_two_types_are_refused_and_not_found_unequal(text: str) -> None:
    with pytest.raises(InvalidInput, match="give both of one kind"):
        found(text)


# Integers that a double does not hold

NEAR = [2**53 - 1, 2**53, 2**53 + 1, 2**53 + 2, 2**62 + 1, 2**62 + 2, -(2**53) - 1, 0, 7, None,
        2**63 - 1, -(2**63)]  # fmt: skip
DOUBLES = [2.0**53, 1.5, 2.0, 2.0**53 + 2, 2.0**62, 1e300, -1e300, 0.0, 6.5, None, 2.0**63,
           -(2.0**63)]  # fmt: skip
COLUMNS = tuple(Column(name, kind, nullable=True, meaning="") for name, kind in
                (("big", "integer"), ("half", "number")))  # fmt: skip


class Numbers:
    """Rows of integers and doubles side by side."""

    def column(self, name: str) -> pa.Array:
        """The values of a column."""
        return pa.array(NEAR, pa.int64()) if name == "big" else pa.array(DOUBLES, pa.float64())

    def __len__(self) -> int:
        return len(NEAR)


def selected(text: str, lang: Any = "cql2-text") -> list[int]:
    """Rows for which a filter is true, by the arrays and by a walk along its tree alike."""
    condition = compile_filter(text, lang, COLUMNS)
    rows = [{"big": a, "half": b} for a, b in zip(NEAR, DOUBLES, strict=True)]
    by_array = np.flatnonzero(condition.mask(Numbers())).tolist()  # type: ignore[arg-type]
    assert by_array == [n for n, row in enumerate(rows) if holds(condition, row)]
    return by_array


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"big = {2**53 + 1}", [2]), (f"{2**53 + 1} = big", [2]), (f"big = {2**53 + 1}.0", [2]),
        (f"big > {2**53 + 1}", [3, 4, 5, 10]), (f"big <= {2**53 + 1} AND big > {2**53}", [2]),
        (f"big IN ({2**53 + 1}, {2**62 + 1}, 1.5, 1e30)", [2, 4]),
        (f"big NOT IN ({2**53 + 1})", [0, 1, 3, 4, 5, 6, 7, 8, 10, 11]),
        (f"big BETWEEN {2**53 + 1} AND {2**53 + 1}", [2]),
        (f"big = -{2**53 + 1}", [6]), (f"-big = {2**53 + 1}", [6]),
        (f"big = {2**63 - 1}", [10]), (f"big = -{2**63}", [11]), (f"big = {2**63}", []),
        ("big < 6.5 AND big > -1", [7]), ("big > 6.5 AND big < 8", [8]), ("big >= 1e300", []),
        ("big = half", [3, 7, 11]), ("big < half", [0, 5, 10]), ("big > half", [1, 2, 4, 6, 8]),
        (f"half = {2**53 + 1}", []), (f"half > {2**53 + 1} AND half < {2**53 + 3}", [3]),
        (f"half IN ({2**53 + 1}, {2**53})", [0]),
        (f"big + 1 = {2**53 + 2}", [2]), (f"big - 1 = {2**53}", [2]),
        (f"big * 2 = {2**54 + 2}", [2]), (f"big * 2 IN ({2**54 + 2})", [2]),
        (f"abs(big) = {2**53 + 1}", [2, 6]), (f"round(big) = {2**53 + 1}", [2]),
        (f"big div 2 = {2**52}", [1, 2]), ("big % 2 = -1", [6]), ("big % 0 = 1", []),
        ("big div 0 = 1", []), ("big * big > 1e30", [0, 1, 2, 3, 4, 5, 6, 10, 11]),
    ],
)  # fmt: skip
def test_integers_are_compared_digit_by_digit(text: str, wanted: list[int]) -> None:
    assert selected(text) == wanted


@given(st.sampled_from(["=", "<>", "<", "<=", ">", ">="]),
       st.sampled_from([n for n in NEAR if n is not None]) | st.integers(-(2**63), 2**63 - 1)
       | st.floats(-1e20, 1e20))  # fmt: skip
def test_any_number_is_compared_as_python_compares_it(operator: str, value: float) -> None:
    text = repr(value)
    for column in ("big", "half"):
        chosen = selected(f"{column} {operator} {text}")
        assert set(chosen) <= set(range(len(NEAR)))
        if operator == "=":
            assert set(chosen) <= set(selected(f"{column} IN ({text}, 7)"))


def test_json_has_the_numbers_that_text_has() -> None:
    numbers = [2**53 + 1, -(2**53) - 1, 2**53, 2**62 + 1, 1.5, 1e17, 1e300, 3, -0.5]
    words = {"op": "in", "args": [{"property": "big"}, numbers]}
    text = f"big IN ({', '.join(map(repr, numbers))})"
    one = compile_filter(json.dumps(words), "cql2-json", COLUMNS)
    other = compile_filter(text, "cql2-text", COLUMNS)
    assert one.canonical == other.canonical
    assert selected(json.dumps(words), "cql2-json") == selected(text) == [1, 2, 4, 6]
    assert (
        other.canonical
        != compile_filter(text.replace("993", "992"), "cql2-text", COLUMNS).canonical
    )
