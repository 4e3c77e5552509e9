"""Do random filters over random rows select what a slow reading, row by row, says they should?"""

from collections import Counter

import pytest
from cql2_rows import Rows, compiled, rows
from cql2_slowly import (
    Record,
    Said,
    arrays,
    called,
    comparisons,
    conditions,
    frames,
    likes,
    members,
    nulls,
    ranges,
    spatials,
    times,
)
from hypothesis import given
from hypothesis import strategies as st


def selected(said: Said, frame: Rows) -> list[bool]:
    return list(compiled(said.text).mask(frame))


@given(frames, conditions)
def test_a_filter_selects_what_a_slow_reading_finds_true(
    records: list[Record], condition: Said
) -> None:
    wanted = [condition.read(record) is True for record in records]

    assert selected(condition, rows(records)) == wanted


@pytest.mark.parametrize(
    "kind",
    [comparisons, nulls, ranges, members, likes, arrays, times, spatials],
    ids=["comparisons", "nulls", "ranges", "members", "likes", "arrays", "times", "spatials"],
)
def test_each_kind_of_predicate_agrees_with_its_slow_reading(
    kind: st.SearchStrategy[Said],
) -> None:
    met: Counter[object] = Counter()

    @given(frames, kind)
    def agrees(records: list[Record], said: Said) -> None:
        truths = [said.read(record) for record in records]
        assert selected(said, rows(records)) == [truth is True for truth in truths]
        met.update(truths)

    agrees()
    assert min(met[True], met[False]) >= 10, met


@given(frames, conditions)
def test_a_condition_its_opposite_and_unknown_share_out_the_rows(
    records: list[Record], condition: Said
) -> None:
    frame = rows(records)
    parts = [
        selected(called(form, bool, condition), frame)
        for form in ("({})", "NOT ({})", "({}) IS NULL")
    ]

    assert [sum(row) for row in zip(*parts, strict=True)] == [1] * len(records)


@given(frames, conditions, conditions)
def test_negation_turns_and_into_or(records: list[Record], one: Said, other: Said) -> None:
    frame = rows(records)
    left = called("NOT ({} AND {})", bool, one, other)
    right = called("(NOT {}) OR (NOT {})", bool, one, other)

    assert selected(left, frame) == selected(right, frame)


@given(frames, conditions)
def test_a_row_is_judged_alone(records: list[Record], condition: Said) -> None:
    together = selected(condition, rows(records))
    alone = [selected(condition, rows([record]))[0] for record in records]

    assert together == alone


def test_an_empty_frame_gives_an_empty_mask() -> None:
    for text in ("true", "name = 'x'", "A_EQUALS(tags, ())", "S_INTERSECTS(geometry, POINT(1 1))"):
        assert compiled(text).mask(rows([])).tolist() == []
