"""How much: sums within one commodity, measure, unit, scheme and kind; missing stays missing."""

from collections.abc import Mapping

import pandas as pd

from geodata.data.commodities import members

GROUP = ["commodity", "measure", "unit", "category_scheme", "kind"]
MAYBE = frozenset({"occupied", "uncertain", "contested"})


def amounts(
    estimates: pd.DataFrame, verdicts: Mapping[str, str], word: str
) -> list[dict[str, object]]:
    """Amounts of a commodity over deposits, a row per measure, unit, scheme and kind.

    A word that stands for several commodities gives rows for each: no sum mixes two.
    verdicts: verdict by id of every deposit that counts: no components. `occupied_low` sums
    deposits that are occupied, `occupied_high` also those that may be; `total` all. A sum over
    deposits none of which has a figure is None; over no deposits at all it is 0.
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
    sure = {d for d, verdict in verdicts.items() if verdict == "occupied"}
    maybe = {d for d, verdict in verdicts.items() if verdict in MAYBE}
    return {
        "occupied_low": _sum(rows, sure, ["amount_low", "amount"]),
        "occupied_high": _sum(rows, maybe, ["amount_high", "amount", "amount_low"]),
        "total": _sum(rows, set(verdicts), ["amount", "amount_high", "amount_low"]),
        "deposits_with_figure": len(figures),
        "deposits_without": len(verdicts) - len(figures),
    }


def _sum(rows: pd.DataFrame, deposits: set[str], columns: list[str]) -> float | None:
    """Sum over some deposits of the first given of the columns."""
    if not deposits:
        return 0.0
    own = rows[rows["deposit_id"].isin(list(deposits)).to_numpy()]
    given = own[columns].bfill(axis=1).iloc[:, 0].dropna()
    return None if given.empty else float(given.sum())
