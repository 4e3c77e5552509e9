"""How do rows of text become checked records, and records a table?"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import pandas as pd
from pydantic import ValidationError

from geodata.errors import Damaged
from schemas.record import Column, Record, columns

LIST_SEPARATOR = "|"
_R = TypeVar("_R", bound=Record)


def records(record: type[_R], rows: Iterable[Mapping[str, str]]) -> list[_R]:
    """Rows of text as valid records. Raises Damaged, naming the row."""
    types = {column.name: column for column in columns(record)}
    return [record_of(record, {k: _typed(types[k], v) for k, v in row.items()}) for row in rows]


def record_of(record: type[_R], values: Mapping[str, Any]) -> _R:
    """Values by field as a valid record, those that are None left out. Raises Damaged."""
    try:
        return record.model_validate({k: v for k, v in values.items() if v is not None})
    except ValidationError as error:
        raise Damaged(f"packaged {record.__name__} {values.get('id')!r}: {error}") from error


def _typed(column: Column, text: str) -> object:
    """A CSV value in its column's type; empty is None, and no members for a list."""
    if column.type == "strings":
        return tuple(text.split(LIST_SEPARATOR)) if text else ()
    if text == "":
        return None
    if column.type == "number":
        return float(text)
    if column.type == "boolean":
        return text == "true"
    return date.fromisoformat(text) if column.type == "date" else text


def frame(record: type[_R], records: list[_R]) -> pd.DataFrame:
    """Records as a table in the order of the fields, without geometry."""
    kinds = {c.name: c.type for c in columns(record) if c.type != "geometry"}
    dtypes = {"number": "float64", "boolean": "bool"}
    return pd.DataFrame(
        {
            name: pd.Series([getattr(r, name) for r in records], dtype=dtypes.get(kind, "object"))
            for name, kind in kinds.items()
        }
    )
