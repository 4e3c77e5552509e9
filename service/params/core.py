"""How are the words of a request read: each parameter one small parser, unknown ones refused."""

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from starlette.datastructures import QueryParams

from geodata.answers.question import (
    DEFAULT_COMMODITIES,
    DEFAULT_CONTROL,
    DEFAULT_TERRITORY,
    Question,
    parse_control,
)
from geodata.data.commodities import parse_commodities
from geodata.errors import InvalidInput
from geodata.interval import parse_day, today
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
    if not (text.isascii() and text.isdigit() and int(text[:12]) >= 1):
        raise InvalidInput(
            f"limit is {text[:20]!r}; give a whole number from 1 to {LIMIT_MAX}", parameter="limit"
        )
    return min(int(text[:12]), LIMIT_MAX)


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


def parse_date(words: Words, name: str = "date") -> date:
    """A day, today where none is given."""
    return parse_day(words[name], name) if name in words else today()


def question(words: Words) -> Question:
    """The question of `/reserves`."""
    return Question(
        commodities=parse_commodities(words["commodity"])
        if "commodity" in words
        else DEFAULT_COMMODITIES,
        day=parse_date(words),
        territory=words.get("territory", DEFAULT_TERRITORY),
        control=parse_control(words["control"]) if "control" in words else DEFAULT_CONTROL,
        source=words.get("source"),
        include_components=parse_choice(words, "include", ("all", "listed"), "listed") == "all",
    )


def parse_number(text: str, parameter: str) -> float:
    """A finite number. Raises InvalidInput."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        raise InvalidInput(f"{parameter} has {text[:20]!r}; give numbers", parameter=parameter)
    return value


COMMODITY = Param(
    "commodity", {"type": "string"}, "Commodities, a comma list or repeated; or 'all'.", many=True
)
TERRITORY = Param("territory", {"type": "string", "default": "occupied"}, "Territory by id.")
SOURCE = Param("source", {"type": "string"}, "Control source; else the first that reaches the day.")
ParamsByName = Mapping[str, Param]


def params_by_name(params: Iterable[Param]) -> ParamsByName:
    """Parameters by name, with those every route takes."""
    return {param.name: param for param in (*params, *COMMON)}


COMMON = (
    Param("f", {"type": "string"}, "Format; else chosen by Accept."),
    Param("release", {"type": "string"}, "Release to ask: what was known then."),
)


def digest(*parts: object) -> str:
    """32 hexadecimal digits that no other parts have: texts, numbers, None, lists and mappings.

    They are hashed as JSON, which quotes every text: joined by `&` or a line end, a value that
    holds one reads as two, and one request is answered with the answer to another.
    """
    seed = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(seed, digest_size=16).hexdigest()
