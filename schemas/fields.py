"""What are the building blocks of every record: vocabularies, identifiers and described fields."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

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
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Day = date
"""A calendar day (UTC). Intervals of days are half-open: `valid_to` is the first day outside."""


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
