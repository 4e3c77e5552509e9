"""How do the quantities of the deposits table become estimates: the entries of `splits.yml`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from schemas import Estimate

SPLITS = Path(__file__).with_name("splits.yml")
QUANTITIES = ("ore_reserve_t", "contained_amount")


def estimates(rows: Iterable[Mapping[str, str]]) -> list[Estimate]:
    """The estimates of all deposits, in the order of the deposits table.

    Raises ValueError where the table's quantities are not exactly those of `splits.yml`.
    """
    splits = yaml.safe_load(SPLITS.read_text("utf-8"))
    table = {row["id"]: given for row in rows if (given := _quantities(row))}
    wanted = {deposit: split["table"] for deposit, split in splits.items()}
    if table != wanted:
        raise ValueError(f"{_difference(table, wanted)}; bring splits.yml up to date")
    return [entry for deposit in table for entry in _split(deposit, splits[deposit])]


def _quantities(row: Mapping[str, str]) -> dict[str, str]:
    return {name: row[name] for name in QUANTITIES if row[name]}


def _difference(table: Mapping[str, object], wanted: Mapping[str, object]) -> str:
    names = [n for n in {**table, **wanted} if table.get(n) != wanted.get(n)]
    return "; ".join(f"{n}: the table has {table.get(n)}, not {wanted.get(n)}" for n in names)


def _split(deposit: str, split: Mapping[str, Any]) -> list[Estimate]:
    return [Estimate(deposit_id=deposit, **entry) for entry in split["estimates"]]
