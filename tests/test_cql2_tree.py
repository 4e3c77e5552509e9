"""Can a store without Arrow make of a filter's tree what it needs? Walked, and said in SQL."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from cql2_rows import KINDS, compiled, rows
from cql2_slowly import Record, Said, conditions, frames
from cql2_walked import holds
from hypothesis import given

from geodata.cql2.ast import Call, Items, Node, Property, Value

SQL = {"=": "=", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=", "+": "+", "-": "-",
       "*": "*", "and": "AND", "or": "OR"}  # fmt: skip
SCALARS = [name for name, kind in KINDS.items() if kind not in {"geometry", "strings", "datetime"}]


def sql(node: Node, values: list[Any]) -> str:
    """A node as a clause of SQL; its literals go into `values`, a question mark stands for each."""
    if isinstance(node, Value):
        values.append(str(node.value) if isinstance(node.value, date) else node.value)
        return "?"
    if isinstance(node, Property):
        return f'"{node.name}"'
    if isinstance(node, Items):
        return f"({', '.join(sql(member, values) for member in node.members)})"
    assert isinstance(node, Call)
    parts = [sql(arg, values) for arg in node.args]
    if node.name in SQL:
        return "(" + f" {SQL[node.name]} ".join(parts) + ")"
    return {
        "not": "(NOT {})", "isnull": "({} IS NULL)", "in": "({} IN {})",
        "between": "({} BETWEEN {} AND {})", "length": "length({})",
    }[node.name].format(*parts)  # fmt: skip


def selected_by_database(text: str, records: Sequence[Record]) -> list[int]:
    """Numbers of the rows that SQLite selects by the clause made of a filter's tree."""
    values: list[Any] = []
    clause = sql(compiled(text).tree, values)
    with sqlite3.connect(":memory:") as database:
        database.execute(f"CREATE TABLE rows ({', '.join(SCALARS)})")
        marks = ", ".join("?" * len(SCALARS))
        given_rows = [[_kept(record[name]) for name in SCALARS] for record in records]
        database.executemany(f"INSERT INTO rows VALUES ({marks})", given_rows)  # noqa: S608
        chosen = database.execute(f"SELECT rowid - 1 FROM rows WHERE {clause}", values)  # noqa: S608
        return [number for (number,) in chosen]


def _kept(value: Any) -> Any:
    return str(value) if isinstance(value, date) else value


def row(number: int, **values: Any) -> Record:
    return {**dict.fromkeys(KINDS), "count": number, "name": "abc"[number], **values}


ROWS = [
    row(0, amount=2.5, ok=True, day=date(2022, 4, 16)),
    row(1, amount=-1.0, ok=False, day=date(2023, 1, 1), word="b"),
    row(2, word="ä"),
]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("amount > 2", [0]),
        ("amount > 2 OR ok = false", [0, 1]),
        ("NOT amount > 2", [1]),
        ("amount IS NULL", [2]),
        ("name IN ('a', 'c') AND count + 1 < 3", [0]),
        ("amount BETWEEN -1 AND 2.5", [0, 1]),
        ("day >= DATE('2022-12-31')", [1]),
        ("word = 'ä' OR name = 'it''s'", [2]),
        ("length(word) = 1 AND NOT (amount IS NULL)", [1]),
        ("name <> 'a'", [1, 2]),
    ],
)
def test_a_tree_becomes_a_clause_by_which_a_database_selects_the_same_rows(
    text: str, wanted: list[int]
) -> None:
    assert selected_by_database(text, ROWS) == wanted
    assert [n for n, truth in enumerate(compiled(text).mask(rows(ROWS))) if truth] == wanted


def test_no_text_of_a_literal_stands_in_the_clause() -> None:
    values: list[Any] = []

    clause = sql(compiled("name = '''; DROP TABLE rows --'").tree, values)

    assert (clause, values) == ('("name" = ?)', ["'; DROP TABLE rows --"])


def test_walking_a_tree_row_by_row_selects_what_its_mask_selects() -> None:
    met: Counter[bool] = Counter()

    @given(frames, conditions)
    def check(records: list[Record], condition: Said) -> None:
        made = compiled(condition.text)
        truths = [holds(made, record) for record in records]
        assert list(made.mask(rows(records))) == truths
        met.update(truths)

    check()
    assert min(met[True], met[False]) >= 50, met


def test_trees_of_text_and_json_are_the_same_and_aliases_are_resolved() -> None:
    in_json = '{"op": "s_intersects", "args": [{"property": "geom"}, {"bbox": [1, 2, 3, 4]}]}'

    assert (
        compiled("S_INTERSECTS(geometry, BBOX(1, 2, 3, 4))").tree
        == compiled(in_json, "cql2-json").tree
    )
