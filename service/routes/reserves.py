"""The question: reserves in a territory on a day, counts through time, territories, the article."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from fastapi import Query
from pydantic import BeforeValidator, Field, WithJsonSchema
from starlette.responses import Response

from geodata.answers.article import ARTICLE_DAY, article, article_questions
from geodata.answers.claims import claims_near
from geodata.answers.question import (
    DEFAULT_CONTROL,
    DEFAULT_TERRITORY,
    RANKS,
    ROLES,
    VERDICTS,
    Question,
    parse_control,
)
from geodata.answers.reserves import reserves as answer
from geodata.answers.rows import answer_rows
from geodata.answers.series import STEPS, last_mapped_day, series
from geodata.answers.sources import source_facts
from geodata.answers.workbook import write_answer_workbook
from geodata.crs import areas_km2
from geodata.errors import InvalidInput, NotFound
from geodata.formats.geojson import dumps, feature
from geodata.formats.registry import FORMATS
from geodata.formats.rows import Provenance, Rows
from geodata.interval import FIRST_DAY, today
from schemas import Territory as TerritoryRecord
from service.http.context import GEOJSON, HTML, Context, RequestContext, link, self_link
from service.http.downloads import (
    CSV_FORMS,
    csv_answer,
    download_headers,
    download_name,
    selection_name,
)
from service.http.files import streamed
from service.http.offer import CachePolicy, answers
from service.http.routing import release_router
from service.ogc import answers as models
from service.ogc import documents
from service.ogc.article import Article
from service.params.core import (
    Commodities,
    DayQuery,
    OneOf,
    QueryDay,
    Rank,
    ReleaseQuery,
    Role,
    Source,
    Territory,
    Today,
    joined_texts,
)

TABLES = ("csv", "csv-bom", "xlsx", "parquet")
FORMATS_OF_RESERVES = ("json", "html", *TABLES)
MEDIA = {name: kind.media_type for name, kind in FORMATS.items()}
Verdicts = Annotated[
    tuple[str, ...],
    BeforeValidator(lambda value: parse_control(joined_texts(value))),
    WithJsonSchema({"type": "string"}),
    Field(
        default_factory=lambda: DEFAULT_CONTROL,
        description=f"Verdicts to list, of {', '.join(VERDICTS)}.",
    ),
]
SERIES_COLUMNS = ("date", *VERDICTS, "source", "control_asof", "stale_days", "source_reason")
router = release_router("answers")


class ReservesQuery(ReleaseQuery):
    """Parameters of the question."""

    commodity: Commodities
    date: Today = None
    territory: Territory = DEFAULT_TERRITORY
    control: Verdicts
    source: Source = None
    role: Role = ROLES[0]
    rank: Rank = RANKS[0]
    include: Annotated[str, OneOf(("all", "listed"))] = Field(
        "listed", description="'all' lists every deposit."
    )

    def question(self) -> Question:
        """The question itself."""
        return Question(
            commodities=self.commodity,
            day=self.date or today(),
            territory=self.territory,
            control=self.control,
            source=self.source,
            include_components=self.include == "all",
            role=self.role,
            rank=self.rank,
        )


class SeriesQuery(ReleaseQuery):
    """Parameters of counts through time."""

    commodity: Commodities
    territory: Territory = DEFAULT_TERRITORY
    source: Source = None
    role: Role = ROLES[0]
    rank: Rank = RANKS[0]
    from_: QueryDay | None = Field(
        None, alias="from", description="First date; default one year before the last."
    )
    to: QueryDay | None = Field(None, description="Last date, included; default today.")
    step: Annotated[str, OneOf(STEPS)] = Field("month", description="Interval between dates.")


def reserves_headers(ask: RequestContext, query: ReservesQuery) -> dict[str, str]:
    """Headers of the answer as a table."""
    if ask.format not in TABLES:
        return {}
    matched = str(len(ask.once(_rows, query)))
    return {
        **download_headers(_about(ask, query), FORMATS[ask.format]),
        "OGC-NumberMatched": matched,
    }


@router.get("/reserves", name="reserves", summary="Reserves in a territory on a day")
@answers(
    *FORMATS_OF_RESERVES,
    media={**MEDIA, "json": GEOJSON},
    headers=reserves_headers,
    cache=CachePolicy(days=("date",)),
    model=models.ReservesAnswer,
)
def reserves(ask: Context, query: Annotated[ReservesQuery, Query()]) -> Response:
    """The answer as GeoJSON, or as a table."""
    if ask.format in TABLES:
        return _table(ask, query)
    links = [
        self_link(ask.base, ask.path, ask.query, GEOJSON),
        link(ask.url_for(ask.path, {**ask.query, "f": "html"}), "alternate", HTML, "HTML page"),
    ]
    return ask.encoded(dumps({**ask.once(_answer, query), "links": links}), GEOJSON)


def _answer(ask: RequestContext, query: ReservesQuery) -> dict[str, Any]:
    question = query.question()
    document = answer(ask.store, question, _permalink(ask, query))
    return {**document, "claims": claims_near(ask.store, question, ask.url_for)}


def _permalink(ask: RequestContext, query: ReservesQuery) -> str:
    return ask.url_for("/reserves", query.question().parameters(ask.release))


def _table(ask: RequestContext, query: ReservesQuery) -> Response:
    """The answer as a table to download, with its citation."""
    kind, rows, about = FORMATS[ask.format], ask.once(_rows, query), _about(ask, query)
    if ask.format == "xlsx":
        document, estimates = ask.once(_answer, query), ask.store.collection("estimates")
        chunks = write_answer_workbook(document, rows, estimates, about)
    else:
        chunks = kind.write(rows, about)
    return streamed(chunks, kind.media_type)


def _rows(ask: RequestContext, query: ReservesQuery) -> Rows:
    return answer_rows(ask.once(_answer, query), ask.store.collection("deposits"))


def _about(ask: RequestContext, query: ReservesQuery) -> Provenance:
    document = ask.once(_answer, query)
    citation = document["citation"]
    return Provenance(
        name=_name(ask, document["question"]),
        title=str(citation["text"]).split(". ")[1],
        release=ask.release,
        query=_permalink(ask, query),
        licence="; ".join(f"{x['source']}: {x['licence']}" for x in citation["licences"]),
        attribution="; ".join(x["attribution"] for x in citation["licences"]),
        citation=citation["text"],
        generated=citation["generated"],
        layer="reserves",
    )


def _name(ask: RequestContext, question: Mapping[str, Any]) -> str:
    """The stem of the answer's file: the day, what was asked, the release."""
    selected = selection_name({k: text for k, text in ask.query.items() if k != "date"})
    parts = ("lodeline-reserves", question["date"], selected, ask.release)
    return "-".join(part for part in parts if part)


def series_headers(ask: RequestContext, _query: SeriesQuery) -> dict[str, str]:
    """Headers of the counts: the name of the file they are as CSV."""
    return download_name("lodeline-series.csv") if ask.format in CSV_FORMS else {}


@router.get("/reserves/series", name="series", summary="Counts over time")
@answers(
    "json",
    "html",
    *CSV_FORMS,
    headers=series_headers,
    cache=CachePolicy(days=("from", "to")),
    model=models.Series,
)
def reserves_series(ask: Context, query: Annotated[SeriesQuery, Query()]) -> Response:
    """Counts by verdict through time, JSON or CSV."""
    last = query.to or today()
    asked = Question(
        query.commodity,
        last,
        query.territory,
        source=query.source,
        role=query.role,
        rank=query.rank,
    )
    document = series(ask.store, asked, query.from_ or year_before(last), query.step)
    if ask.format not in CSV_FORMS:
        return ask.answer(document)
    points = document["series"]
    rows = [
        {**row, "source_reason": _reason(ask, row["date"], query.source)}
        for row in (points if isinstance(points, list) else [])
    ]
    return csv_answer(ask, SERIES_COLUMNS, rows)


def _reason(ask: RequestContext, day: str, source: str | None) -> str:
    return ask.store.sources.select(dt.date.fromisoformat(day), source).reason


def year_before(day: dt.date) -> dt.date:
    """The day a year before, where series begin unless told otherwise."""
    if day.year == FIRST_DAY.year:
        return FIRST_DAY
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()


class ArticleQuery(ReleaseQuery):
    """The later of the two days an article is answered for."""

    to: QueryDay | None = Field(
        None, description="Later date; default the last day any control source has a map of."
    )


@router.get("/articles/{day}", name="article", summary="The article it began with")
@answers("json", "html", cache=CachePolicy(), model=Article)
def articles(ask: Context, query: Annotated[ArticleQuery, Query()]) -> Response:
    """The answer to an article, by its day, for that day and a later one."""
    if ask.path_params["day"] != str(ARTICLE_DAY):
        raise NotFound(
            f"there is no article of {ask.path_params['day'][:20]}; there is {ARTICLE_DAY}"
        )
    last = query.to or last_mapped_day(ask.store.sources)
    if last < ARTICLE_DAY:
        raise InvalidInput(
            f"to is {last}, before the article; give a day from {ARTICLE_DAY} on", parameter="to"
        )
    words = {"release": ask.release, "to": str(last)}
    document = article(ask.store, last, ask.url_for(f"/articles/{ARTICLE_DAY}", words))
    near = (claims_near(ask.store, each, ask.url_for) for each in article_questions())
    claims = {entry["id"]: entry for entries in near for entry in entries}
    return ask.answer({**document, "claims": list(claims.values())})


@router.get("/territories", name="territories", summary="Territories and definitions")
@answers("json", "html", model=models.Territories)
def territories(ask: Context) -> Response:
    """All territories with definition and citation."""
    known = ask.store.control.territories.values()
    return ask.answer({"territories": [_words(territory) for territory in known]})


@router.get("/territories/{territory}", name="territory", summary="A territory on a day")
@answers(
    "json",
    "html",
    media={"json": GEOJSON},
    cache=CachePolicy(days=("date",)),
    model=documents.Feature,
)
def territory(ask: Context, query: Annotated[DayQuery, Query()]) -> Response:
    """One territory on a day: definition, citation, area and geometry."""
    found = ask.store.control.territory(ask.path_params["territory"])
    day, source = query.day, query.source
    choice = ask.store.sources.select(day, source)
    shape = ask.store.control.territory_on(found.id, day, source)
    properties = {
        **_words(found),
        "date": str(day),
        "area_km2": round(float(areas_km2(np.array([shape], dtype=object))[0]), 1),
        **source_facts(choice if found.held else None),
        "release": ask.release,
    }
    return ask.encoded(dumps(feature(properties, shape)), GEOJSON)


def _words(territory: TerritoryRecord) -> dict[str, object]:
    return {
        "id": territory.id,
        "title": territory.title,
        "title_uk": territory.title_uk,
        "definition": territory.definition,
        "citation": list(territory.citation),
    }
