"""How are the words of a request read: each parameter one small parser, unknown ones refused.

Parameters are declared once, and both their reading and the API document come of it: as a pydantic
model where FastAPI reads them (`ReleaseQuery` and its children), as a list of `Param` where they
follow the columns of a collection, which no class can know.
"""

import datetime as dt
import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, get_origin

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import core_schema
from starlette.datastructures import QueryParams

from geodata.answers.question import DEFAULT_COMMODITIES, RANKS, ROLES
from geodata.data.commodities import parse_commodities
from geodata.errors import InvalidInput
from geodata.interval import known_day, today
from geodata.language import LANGUAGES
from schemas.record import ColumnType

LIMIT_DEFAULT, LIMIT_MAX = 10, 10000
TEXT_MAX = 4000
_CURSOR = re.compile(
    r"(?P<release>r\d{4,}-[0-9a-f]{8})\.(?P<start>\d{1,9})\.(?P<asked>[0-9a-f]{32})", re.ASCII
)
Words = Mapping[str, str]
DAY = {"type": "string", "format": "date"}
TYPES: Mapping[ColumnType, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "integers": {"type": "array", "items": {"type": "integer"}},
    "numbers": {"type": "array", "items": {"type": "number"}},
    "dates": {"type": "array", "items": {"type": "string", "format": "date"}},
    "json": {},
}


@dataclass(frozen=True)
class Param:
    """One parameter of a route: its name, JSON Schema and meaning; `many` may be repeated."""

    name: str
    schema: Mapping[str, Any]
    meaning: str
    many: bool = False
    required: bool = False
    longest: int = TEXT_MAX


LANG = Param(
    "lang",
    {"type": "string", "enum": list(LANGUAGES)},
    "Language of the page; default by Accept-Language. Other formats do not change with it.",
)
LIMIT = Param(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT},
    "Features in a page.",
)


def parse_query(query: QueryParams, by_name: Mapping[str, Param]) -> dict[str, str]:
    """The parameters of a request as texts, by name; repeated ones joined by commas where allowed.

    Their order is that of their names, whatever the request's: links written from them are the same
    for all requests that ask the same.

    Raises InvalidInput for an unknown, repeated or overlong parameter, all its texts together.
    """
    words: dict[str, str] = {}
    for name, text in _joined(query.multi_items(), by_name):
        if name not in by_name:
            raise InvalidInput(
                f"unknown parameter {name[:60]!r}; known here are {', '.join(by_name) or 'none'}",
                parameter=name[:60],
            )
        if len(text) > by_name[name].longest:
            raise InvalidInput(
                f"{name} has {len(text)} characters; give at most {by_name[name].longest}",
                parameter=name,
            )
        if name in words:
            raise InvalidInput(f"{name} is given twice; give it once", parameter=name)
        words[name] = text
    return dict(sorted(words.items()))


def _joined(
    items: Iterable[tuple[str, str]], by_name: Mapping[str, Param]
) -> Iterator[tuple[str, str]]:
    """The parameters as given, those that may be repeated joined by commas, last."""
    repeated: dict[str, list[str]] = {}
    for name, text in items:
        if name in by_name and by_name[name].many:
            repeated.setdefault(name, []).append(text)
        else:
            yield name, text
    yield from ((name, ",".join(texts)) for name, texts in repeated.items())


def parse_limit(text: str) -> int:
    """A whole number from 1; more than the maximum counts as the maximum."""
    digits = text.lstrip("0")  # leading zeros say nothing, however many
    if not (text.isascii() and text.isdigit() and digits):
        raise InvalidInput(
            f"limit is {text[:20]!r}; give a whole number from 1 to {LIMIT_MAX}", parameter="limit"
        )
    return min(int(digits[:12]), LIMIT_MAX)


def parse_lonlat(words: Words) -> tuple[float, float]:
    """`lon` and `lat` of a point, CRS84 degrees."""
    for name, limit in (("lon", 180), ("lat", 90)):
        if name not in words:
            raise InvalidInput(f"{name} is missing; give lon and lat in degrees", parameter=name)
        if abs(parse_number(words[name], name)) > limit:
            raise InvalidInput(
                f"{name} is {words[name][:20]}; give degrees from -{limit} to {limit}",
                parameter=name,
            )
    return float(words["lon"]), float(words["lat"])


def parse_cursor(text: str) -> tuple[str, int, str]:
    """Release, ordinal of the first row, and hash of the question, from a cursor of ours."""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise InvalidInput(
            f"cursor {text[:40]!r} is not one of ours; follow the next link of a page",
            parameter="cursor",
        )
    return match["release"], int(match["start"]), match["asked"]


def parse_choice(words: Words, name: str, choices: tuple[str, ...], default: str) -> str:
    """One of several words."""
    text = words.get(name, default)
    if text not in choices:
        raise InvalidInput(
            f"{name} is {text[:30]!r}; give one of {', '.join(choices)}", parameter=name
        )
    return text


def parse_date(words: Words, name: str = "date") -> dt.date:
    """A day up to today, which it is where none is given."""
    return known_day(words[name], name) if name in words else today()


def parse_number(text: str, parameter: str) -> float:
    """A finite number. Raises InvalidInput."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InvalidInput(f"{parameter} has {text[:20]!r}; give numbers", parameter=parameter)
    return value


ParamsByName = Mapping[str, Param]


def params_by_name(params: Iterable[Param]) -> ParamsByName:
    """Parameters by name, with those every route takes."""
    return {param.name: param for param in (*params, *COMMON)}


def joined_texts(value: object) -> str:
    """A parameter that may be repeated as one comma list."""
    return ",".join(value) if isinstance(value, list) else str(value)


def _day(text: str, info: ValidationInfo) -> dt.date:
    return known_day(text, str(info.field_name).rstrip("_"))  # `from` cannot name a field


QueryDay = Annotated[dt.date, BeforeValidator(_day)]
"""A day up to today, whose error names the field."""
Today = Annotated[QueryDay | None, Field(description="Date; default today.")]
Source = Annotated[
    str | None,
    Field(
        description="Control source; default the first in priority whose map is recent enough for "
        "the date, else the one with the most recent map."
    ),
]
Territory = Annotated[str, Field(description="Territory by id.")]
Commodities = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: parse_commodities(joined_texts(value))),
    WithJsonSchema({"type": "string"}),
    Field(
        default_factory=lambda: DEFAULT_COMMODITIES,
        description="Commodities, comma-separated or repeated; or 'all'.",
    ),
]
"""Commodities by any of their names; a tuple is what may be repeated."""


@dataclass(frozen=True)
class OneOf:
    """The choices of a field of text, with an error in our words."""

    choices: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return core_schema.with_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {**handler(schema), "enum": list(self.choices)}

    def _check(self, text: str, info: core_schema.ValidationInfo) -> str:
        name = str(info.field_name)
        return parse_choice({name: text}, name, self.choices, text)


Role = Annotated[
    str,
    OneOf(ROLES),
    Field(description="'main' counts deposits whose main commodity it is, 'any' by-products too."),
]
Rank = Annotated[
    str,
    OneOf(RANKS),
    Field(
        description="'deposit' counts deposits, 'any' occurrences, prospects, fields, basins too."
    ),
]


class ReleaseQuery(BaseModel):
    """What every route takes. Their validators raise InvalidInput, which passes pydantic by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    f: str | None = Field(None, description="Format; else chosen by Accept.")
    release: str | None = Field(
        None, description="Release id: the data as of that release; default current."
    )


class SourceQuery(ReleaseQuery):
    """What one source says."""

    source: Source = None


class DayQuery(ReleaseQuery):
    """What holds on a day, according to a source."""

    date: Today = None
    source: Source = None

    @property
    def day(self) -> dt.date:
        """The day asked, today where none is given."""
        return self.date or today()


class SpotQuery(ReleaseQuery):
    """A spot, CRS84 degrees."""

    lon: Annotated[float, BeforeValidator(float)] = Field(description="Longitude.", ge=-180, le=180)
    lat: Annotated[float, BeforeValidator(float)] = Field(description="Latitude.", ge=-90, le=90)

    @model_validator(mode="before")
    @classmethod
    def spot_is_given(cls, words: Any) -> Any:  # noqa: ANN401 - what a model is made of
        """The words themselves. Raises InvalidInput for what is no spot on the earth."""
        parse_lonlat(words)
        return words


def params_of(model: type[ReleaseQuery]) -> tuple[Param, ...]:
    """The parameters of a model, its own first; a tuple may be repeated."""
    schemas = model.model_json_schema()["properties"]
    fields = [
        Param(
            name=info.alias or name,
            schema=plain_schema(schemas[info.alias or name]),
            meaning=info.description or "",
            many=get_origin(info.annotation) is tuple,
            required=info.is_required(),
        )
        for name, info in model.model_fields.items()
    ]
    common = set(ReleaseQuery.model_fields)
    return tuple(sorted(fields, key=lambda param: param.name in common))


def plain_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of a parameter: a text that is given or not, never null."""
    rest = {k: v for k, v in schema.items() if k not in {"title", "description", "anyOf"}}
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if kinds and rest.get("default", ...) is None:
        del rest["default"]
    return {**(kinds[0] if kinds else {}), **rest}


COMMON = params_of(ReleaseQuery)


def digest(*parts: object) -> str:
    """32 hexadecimal digits that no other parts have: texts, numbers, None, lists and mappings.

    They are hashed as JSON, which quotes every text: joined by `&` or a line end, a value that
    holds one reads as two, and one request is answered with the answer to another.
    """
    seed = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(seed, digest_size=16).hexdigest()
