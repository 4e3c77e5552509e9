"""How is a state of the map read from a query: the words its permalink has behind the `#`?

`service/static/map/permalink.js` reads and writes the same words; what a page passes over is
refused here, as everywhere in a query.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from geodata.answers.question import RANKS, ROLES, VERDICTS, parse_control
from geodata.data.commodities import parse_commodities
from geodata.errors import InvalidInput
from geodata.interval import today
from geodata.language import LANGUAGES
from geodata.store.base import Store
from service.params.core import (
    OneOf,
    QueryDay,
    Rank,
    ReleaseQuery,
    Role,
    Source,
    Territory,
    joined_texts,
    parse_number,
)

THEMES = ("light", "dark")
RANGES = ("all", "war", "year")
ZOOM_MAX, LAT_MAX, LON_MAX = 22, 85, 180
_DEPOSIT = re.compile(r"[\w.-]{1,120}")


@dataclass(frozen=True)
class Camera:
    """Where a map looks: zoom of tiles of 512 pixels, and its centre, CRS84 degrees."""

    zoom: float
    lat: float
    lon: float


def parse_camera(text: str) -> Camera:
    """`zoom/lat/lon`. Raises InvalidInput naming `at`."""
    parts = str(text).split("/")
    numbers = [parse_number(part, "at") for part in parts]
    limits = ((0, ZOOM_MAX), (-LAT_MAX, LAT_MAX), (-LON_MAX, LON_MAX))
    if len(numbers) != 3 or any(
        not low <= number <= high for number, (low, high) in zip(numbers, limits, strict=False)
    ):
        raise InvalidInput(
            f"at is {text[:40]!r}; give zoom/lat/lon, as 6.5/48.2/35.1: zoom from 0 to {ZOOM_MAX}, "
            f"lat from -{LAT_MAX} to {LAT_MAX}, lon from -{LON_MAX} to {LON_MAX}",
            parameter="at",
        )
    return Camera(*numbers)


@dataclass(frozen=True)
class Spot:
    """A place clicked; degrees, CRS84."""

    lat: float
    lon: float


def parse_spot(text: str) -> Spot:
    """`lat/lon`. Raises InvalidInput naming `spot`."""
    numbers = [parse_number(part, "spot") for part in str(text).split("/")]
    if len(numbers) != 2 or abs(numbers[0]) > LAT_MAX or abs(numbers[1]) > LON_MAX:
        raise InvalidInput(f"spot is {text[:40]!r}; give lat/lon, as 48.2/35.1", parameter="spot")
    return Spot(*numbers)


def _minerals(value: object) -> tuple[str, ...]:
    try:
        return parse_commodities(joined_texts(value))
    except InvalidInput as error:
        text = error.detail.replace("commodity", "minerals", 1)
        raise InvalidInput(text, parameter="minerals") from error


def _verdicts(value: object) -> tuple[str, ...]:
    try:
        return parse_control(joined_texts(value))
    except InvalidInput as error:
        text = error.detail.replace("control", "verdicts", 1)
        raise InvalidInput(text, parameter="verdicts") from error


def _split(value: str) -> float:
    share = parse_number(value, "split")
    if not 0 <= share <= 100:
        raise InvalidInput(
            f"split is {value[:20]!r}; give per cent, from 0 to 100", parameter="split"
        )
    return share


def _deposit(text: str) -> str:
    if not _DEPOSIT.fullmatch(text):
        raise InvalidInput(f"deposit is {text[:40]!r}; give its id", parameter="deposit")
    return text


class MapState(ReleaseQuery):
    """What is on the screen of the map; what is not named is as on a page just opened."""

    day: QueryDay | None = Field(
        None, description="Date; default the last day of which there are data."
    )
    with_: QueryDay | None = Field(
        None, alias="with", description="Second date, shown on the left; default none."
    )
    split: Annotated[float, BeforeValidator(_split)] = Field(
        50, ge=0, le=100, description="Where the left map ends, per cent of the width."
    )
    source: Source = None
    differ: Annotated[str | None, Field(description="Source whose occupied land is hatched.")] = (
        None
    )
    territory: Territory = "ukraine"
    role: Role = ROLES[0]
    rank: Rank = RANKS[0]
    minerals: Annotated[
        tuple[str, ...],
        BeforeValidator(_minerals),
        WithJsonSchema({"type": "string"}),
        Field(
            default_factory=tuple,
            description="Commodities, comma-separated or repeated; default all.",
        ),
    ]
    verdicts: Annotated[
        tuple[str, ...],
        BeforeValidator(_verdicts),
        WithJsonSchema({"type": "string"}),
        Field(
            default_factory=lambda: VERDICTS,
            description=f"Verdicts to show, of {', '.join(VERDICTS)}; default all.",
        ),
    ]
    deposit: Annotated[
        str | None,
        BeforeValidator(_deposit),
        Field(description="Id of the deposit chosen."),
    ] = None
    at: Annotated[
        Camera | None,
        PlainValidator(parse_camera),
        WithJsonSchema({"type": "string"}),
        Field(description="Where the map looks, zoom/lat/lon; default the whole country."),
    ] = None
    spot: Annotated[
        Spot | None,
        PlainValidator(parse_spot),
        WithJsonSchema({"type": "string"}),
        Field(description="Place clicked, lat/lon."),
    ] = None
    theme: Annotated[str | None, OneOf(THEMES), Field(description="Light or dark.")] = None
    range: Annotated[str, OneOf(RANGES)] = Field("all", description="Period of the slider.")

    def in_language(self, lang: str) -> "WordedState":
        """The same with the language of a page, which is read apart from its other words."""
        return WordedState.model_construct(**dict(self), lang=lang)

    def checked(self, store: Store) -> "MapState":
        """The state itself. Raises InvalidInput for what the release does not have."""
        for name, source in (("source", self.source), ("differ", self.differ)):
            if source is not None and source not in store.sources.present:
                present = ", ".join(store.sources.present)
                raise InvalidInput(
                    f"{name} is {source[:40]!r}; the release has {present}", parameter=name
                )
        known = store.control.territories
        if self.territory not in known:
            raise InvalidInput(
                f"territory is {self.territory[:40]!r}; known are {', '.join(known)}",
                parameter="territory",
            )
        if self.deposit is not None and self.deposit not in set(store.facts.deposits["id"]):
            raise InvalidInput(
                f"release {store.manifest.id} has no deposit {self.deposit[:60]!r}",
                parameter="deposit",
            )
        return self


class WordedState(MapState):
    """A state and the language it is worded in: all a picture depends on but its size."""

    lang: Annotated[str, OneOf(LANGUAGES)] = Field(LANGUAGES[0], description="Language.")


def last_day_shown(store: Store) -> dt.date:
    """The day a map opens on: the last of which there are data."""
    return min(today(), store.sources.last_day_of_data)
