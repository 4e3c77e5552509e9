"""How do table values become JSON values: days as text, empty as null, lists as lists."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd


def json_value(value: Any) -> Any:  # noqa: ANN401 - whatever a table holds
    """One value for JSON; NaN, NaT and None become None, days `YYYY-MM-DD`."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.ndarray | tuple | list):
        return [json_value(entry) for entry in value]
    if isinstance(value, date | np.datetime64):
        return None if pd.isna(value) else str(pd.Timestamp(value).date())
    if value is pd.NA or value is pd.NaT or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if isinstance(value, np.generic) else value


def json_rows(table: pd.DataFrame, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows as dicts of JSON values, only the columns named, in their order."""
    names = list(columns)
    values = [[json_value(v) for v in table[name]] for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]
