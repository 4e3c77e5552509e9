"""What is every record made of: vocabularies, described fields, columns derived from them?"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.fields import FieldInfo

Status = Literal["occupied", "contested", "government", "unknown"]
"""What a source says of a piece of land on a day."""
Verdict = Literal["occupied", "uncertain", "contested", "government", "unknown"]
"""What follows for a deposit whose position is only known within its footprint."""
Measure = Literal["ore", "contained"]
Kind = Literal["reserve", "resource", "prognostic", "endowment"]
Confidence = Literal["high", "medium", "low-medium", "low"]
Severity = Literal["note", "repaired", "quarantined", "refused"]
Identifier = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$", max_length=64)]
CountryCode = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2."""
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Day = date
"""A calendar day (UTC). Intervals of days are half-open: `valid_to` is the first day outside."""
ColumnType = Literal[
    "string", "integer", "number", "boolean", "date", "datetime",
    "strings", "integers", "numbers", "dates", "json", "geometry",
]  # fmt: skip
"""`json` is a text that holds a JSON value: lists of records, objects."""
LISTS: Mapping[ColumnType, ColumnType] = {
    "strings": "string",
    "integers": "integer",
    "numbers": "number",
    "dates": "date",
}
"""Types of lists, and those of their entries."""
_PLAIN: dict[object, ColumnType] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    date: "date",
    datetime: "datetime",
    bytes: "geometry",
}


class Record(BaseModel):
    """Base of all records: frozen, no unknown field, no silent number-from-text."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="null")


def described(meaning: str, *, unit: str | None = None, default: Any = ...) -> Any:  # noqa: ANN401 - pydantic's own return type
    """A pydantic field with its meaning and, where it is a quantity, its UCUM unit."""
    extra: dict[str, JsonValue] | None = {"x-unit": unit} if unit else None
    return Field(default, description=meaning, json_schema_extra=extra)


def geometry_field(meaning: str) -> Any:  # noqa: ANN401
    """A geometry: ISO WKB bytes, CRS84 (longitude, latitude in degrees)."""
    return Field(None, description=meaning, json_schema_extra={"x-geometry": "CRS84"})


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
