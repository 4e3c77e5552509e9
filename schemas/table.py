"""What columns does a record have: the one derivation that stores, schemas and docs share."""

import types
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from schemas.fields import Record

ColumnType = Literal[
    "string", "integer", "number", "boolean", "date", "datetime", "strings", "geometry"
]

_PLAIN: dict[object, ColumnType] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    date: "date",
    datetime: "datetime",
    bytes: "geometry",
}


@dataclass(frozen=True)
class Column:
    """One column: its name, type, unit, meaning, the values it may take, and if it may be empty."""

    name: str
    type: ColumnType
    nullable: bool
    meaning: str
    unit: str | None = None
    choices: tuple[str, ...] = ()


def columns(record: type[Record]) -> tuple[Column, ...]:
    """The columns of a record, in the order of its fields."""
    return tuple(_column(name, info) for name, info in record.model_fields.items())


def column_names(record: type[Record]) -> tuple[str, ...]:
    """The names of a record's columns, in order."""
    return tuple(record.model_fields)


def _column(name: str, info: FieldInfo) -> Column:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    kind, nullable, choices = _column_type(info.annotation)
    unit = extra.get("x-unit")
    return Column(
        name=name,
        type=kind,
        nullable=nullable,
        meaning=info.description or "",
        unit=str(unit) if unit else None,
        choices=choices,
    )


def _column_type(annotation: Any) -> tuple[ColumnType, bool, tuple[str, ...]]:  # noqa: ANN401
    """Column type, nullability and choices of a field's annotation."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _column_type(args[0])
    if origin in (Union, types.UnionType):
        inner = next(arg for arg in args if arg is not type(None))
        kind, _, choices = _column_type(inner)
        return kind, True, choices
    if origin is Literal:
        return "string", False, tuple(args)
    if origin is tuple:
        return "strings", False, _column_type(args[0])[2]
    if annotation not in _PLAIN:
        raise TypeError(f"{annotation!r} has no column type; use one of {list(_PLAIN)}")
    return _PLAIN[annotation], annotation is bytes, ()
