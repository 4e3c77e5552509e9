"""How are published amounts added up? Tables made by hand, sums one can check on paper."""

from typing import Any

import pandas as pd

from geodata.answers.amounts import amounts
from geodata.store.embedded import EmbeddedStore


def an_estimate(deposit: str, amount: float | None = None, **others: Any) -> dict[str, Any]:
    return {
        "deposit_id": deposit,
        "commodity": "lithium",
        "measure": "ore",
        "amount_low": None,
        "amount": amount,
        "amount_high": None,
        "unit": "t ore",
        "category_scheme": "soviet-a-b-c1-c2",
        "kind": "reserve",
        "doubt": None,
        **others,
    }


def estimates(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = ["amount_low", "amount", "amount_high"]
    return pd.DataFrame(rows).astype(dict.fromkeys(columns, "float64"))


def sums(row: dict[str, object]) -> tuple[object, object, object]:
    return row["occupied_low"], row["occupied_high"], row["total"]


def test_like_is_added_to_like() -> None:
    table = estimates(an_estimate("a", 10), an_estimate("b", 5), an_estimate("c", 2))
    (row,) = amounts(table, {"a": "occupied", "b": "uncertain", "c": "government"}, "lithium")
    assert sums(row) == (10, 15, 17)
    assert (row["deposits_with_figure"], row["deposits_without"]) == (3, 0)


def test_what_is_not_like_is_never_added() -> None:
    table = estimates(
        an_estimate("a", 1),
        an_estimate("b", 2, unit="t LCE"),
        an_estimate("c", 4, measure="contained"),
        an_estimate("d", 8, category_scheme="jorc"),
        an_estimate("e", 16, kind="resource"),
        an_estimate("f", 32, kind="prognostic"),
    )
    rows = amounts(table, dict.fromkeys("abcdef", "occupied"), "lithium")
    assert sorted(float(str(row["total"])) for row in rows) == [1, 2, 4, 8, 16, 32]
    assert {row["total"] for row in rows if row["kind"] == "reserve"} == {1, 2, 4, 8}


def test_a_word_for_several_commodities_mixes_none_of_them() -> None:
    table = estimates(
        an_estimate("a", 10, commodity="rare-earths"), an_estimate("a", 3, commodity="yttrium")
    )
    rows = amounts(table, {"a": "occupied"}, "rare-earths")
    assert [(row["commodity"], row["total"]) for row in rows] == [
        ("rare-earths", 10),
        ("yttrium", 3),
    ]


def test_other_commodities_are_left_out() -> None:
    table = estimates(an_estimate("a", 10), an_estimate("a", 7, commodity="tin"))
    (row,) = amounts(table, {"a": "occupied"}, "lithium")
    assert row["total"] == 10


def test_deposits_that_do_not_count_are_left_out() -> None:
    table = estimates(an_estimate("whole", 10), an_estimate("part", 4))
    (row,) = amounts(table, {"whole": "occupied"}, "lithium")
    assert sums(row) == (10, 10, 10)
    assert row["deposits_with_figure"] == 1


def test_missing_is_reported_as_missing_and_not_as_nothing() -> None:
    table = estimates(an_estimate("c", 2))
    (row,) = amounts(table, {"a": "occupied", "b": "occupied", "c": "government"}, "lithium")
    assert sums(row) == (None, None, 2)
    assert (row["deposits_with_figure"], row["deposits_without"]) == (1, 2)


def test_where_nothing_is_occupied_nothing_is_the_sum() -> None:
    (row,) = amounts(estimates(an_estimate("c", 2)), {"c": "government"}, "lithium")
    assert sums(row) == (0, 0, 2)


def test_no_estimate_gives_no_row() -> None:
    table = estimates(an_estimate("a", 1, commodity="tin"))
    assert amounts(table, {"a": "occupied"}, "lithium") == []


def test_bounds_widen_the_sums_and_the_amount_stands_between() -> None:
    table = estimates(an_estimate("a", 10, amount_low=8, amount_high=15), an_estimate("b", 1))
    (row,) = amounts(table, {"a": "occupied", "b": "contested"}, "lithium")
    assert sums(row) == (8, 16, 11)


def test_several_categories_of_one_deposit_are_one_figure() -> None:
    table = estimates(an_estimate("a", 10, category="B+C1"), an_estimate("a", 4, category="C2"))
    (row,) = amounts(table, {"a": "occupied"}, "lithium")
    assert sums(row) == (14, 14, 14)
    assert row["deposits_with_figure"] == 1


def test_what_is_occupied_of_an_unknown_deposit_is_unknown_and_no_zero() -> None:
    (row,) = amounts(estimates(an_estimate("a", 2)), {"a": "unknown"}, "lithium")
    assert sums(row) == (None, None, 2)
    table = estimates(an_estimate("a", 2), an_estimate("b", 3))
    (row,) = amounts(table, {"a": "unknown", "b": "occupied"}, "lithium")
    assert sums(row) == (3, None, 5), "at least that of the one known"
    (row,) = amounts(table, {"a": "government", "b": "government"}, "lithium")
    assert sums(row) == (0, 0, 5), "known to be none"


def test_a_total_says_where_it_rests_on_bounds() -> None:
    def bound(*rows: dict[str, Any]) -> tuple[object, object, object]:
        held = dict.fromkeys([row["deposit_id"] for row in rows], "government")
        (row,) = amounts(estimates(*rows), held, "lithium")
        return row["total_bound"], row["total_low"], row["total"]

    exact, more = an_estimate("a", 2), an_estimate("b", 3, amount_low=3)
    up_to, between = an_estimate("c", amount_high=5), an_estimate("d", amount_low=1, amount_high=4)
    assert bound(exact) == (None, 2, 2)
    assert bound(exact, more) == ("at least", 5, 5)
    assert bound(exact, up_to) == ("up to", 2, 7)
    assert bound(between) == ("from bounds", 1, 4)


def test_figures_in_doubt_are_counted() -> None:
    table = estimates(an_estimate("a", 2, doubt="The unit is doubtful."), an_estimate("b", 3))
    (row,) = amounts(table, dict.fromkeys("ab", "occupied"), "lithium")
    assert row["figures_in_doubt"] == 1


def test_every_sum_of_the_facts_agrees_with_a_slow_one(store: EmbeddedStore) -> None:
    table = store.tables.estimates
    verdicts = dict.fromkeys(store.tables.deposits["id"], "occupied")
    for word in sorted(set(table["commodity"])):
        for row in amounts(table, verdicts, word):
            keys = ["commodity", "measure", "unit", "category_scheme", "kind"]
            like = [r for r in table.to_dict("records") if all(r[k] == row[k] for k in keys)]
            first = [
                next(r[k] for k in ("amount", "amount_high", "amount_low") if pd.notna(r[k]))
                for r in like
            ]
            assert row["total"] == sum(first)
