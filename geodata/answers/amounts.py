"""How much: sums within one commodity, measure, unit, scheme and kind; missing stays missing."""

from collections.abc import Mapping

import pandas as pd

from geodata.data.commodities import members

GROUP = ["commodity", "measure", "unit", "category_scheme", "kind"]
MAYBE = frozenset({"occupied", "uncertain", "contested"})
BOUNDS = {(True, False): "at least", (False, True): "up to", (True, True): "from bounds"}
"""What a total is where figures in it were published as lower or as upper bounds, or as both."""


def amounts(
    estimates: pd.DataFrame, verdicts: Mapping[str, str], word: str
) -> list[dict[str, object]]:
    """Amounts of a commodity over deposits, a row per measure, unit, scheme and kind.

    A word that stands for several commodities gives rows for each: no sum mixes two.
    verdicts: verdict by id of every deposit that counts: no components. `occupied_low` sums
    deposits that are occupied, `occupied_high` also those that may be; `total` all, `total_low` the
    least of them, and `total_bound` says where figures in it are bounds. A sum over deposits none
    of which has a figure is None, and so is what a deposit of unknown verdict may add to; over no
    deposits at all it is 0. `figures_in_doubt` counts figures there is reason to doubt.
    """
    own = estimates[
        estimates["commodity"].isin(list(members(word))).to_numpy()
        & estimates["deposit_id"].isin(list(verdicts)).to_numpy()
    ]
    return [
        {**dict(zip(GROUP, map(str, key), strict=True)), **_sums(rows, verdicts)}
        for key, rows in own.groupby(GROUP, sort=True)
    ]


def _sums(rows: pd.DataFrame, verdicts: Mapping[str, str]) -> dict[str, object]:
    figures = set(rows["deposit_id"])
    return {
        **_occupied(rows, verdicts),
        "total": _sum(rows, set(verdicts), ["amount", "amount_high", "amount_low"]),
        "total_low": _sum(rows, set(verdicts), ["amount_low", "amount"]),
        "total_bound": _bound(rows),
        "deposits_with_figure": len(figures),
        "deposits_without": len(verdicts) - len(figures),
        "figures_in_doubt": int(rows["doubt"].notna().sum()),
    }


def _occupied(rows: pd.DataFrame, verdicts: Mapping[str, str]) -> dict[str, object]:
    """Least and most that is occupied; None where that is not known."""
    sure = {d for d, verdict in verdicts.items() if verdict == "occupied"}
    maybe = {d for d, verdict in verdicts.items() if verdict in MAYBE}
    is_unknown = "unknown" in verdicts.values()
    # Nothing is known to be occupied where nobody looked: that is no zero. What somebody looked
    # at and found occupied stays the least there is.
    low = None if is_unknown and not sure else _sum(rows, sure, ["amount_low", "amount"])
    high = None if is_unknown else _sum(rows, maybe, ["amount_high", "amount", "amount_low"])
    return {"occupied_low": low, "occupied_high": high}


def _bound(rows: pd.DataFrame) -> str | None:
    """What a total is in which a figure was published as a bound; None where none was."""
    low, amount, high = (rows[name] for name in ("amount_low", "amount", "amount_high"))
    # "More than 760" is a lower bound beside the figure; "up to 1,260" is an upper one alone.
    at_least = bool((low.notna() & (high.isna() | amount.isna())).any())
    at_most = bool((high.notna() & amount.isna()).any())
    return BOUNDS.get((at_least, at_most))


def _sum(rows: pd.DataFrame, deposits: set[str], columns: list[str]) -> float | None:
    """Sum over some deposits of the first given of the columns."""
    if not deposits:
        return 0.0
    own = rows[rows["deposit_id"].isin(list(deposits)).to_numpy()]
    given = own[columns].bfill(axis=1).iloc[:, 0].dropna()
    return None if given.empty else float(given.sum())
