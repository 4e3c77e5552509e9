"""The question: reserves in a territory on a day, counts through time, territories, the article."""

import csv
import io
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from starlette.responses import Response

from geodata.answers.article import ARTICLE_DAY, article
from geodata.answers.question import VERDICTS
from geodata.answers.reserves import reserves as answer
from geodata.answers.rows import answer_rows
from geodata.answers.series import STEPS, series
from geodata.crs import areas_km2
from geodata.errors import NotFound
from geodata.formats.geojson import dumps, feature
from geodata.formats.registry import FORMATS
from geodata.formats.rows import Provenance, Rows
from geodata.interval import FIRST_DAY, parse_day
from schemas import Territory
from service.http.context import RequestContext
from service.http.downloads import download_headers, download_name
from service.http.files import streamed
from service.http.links import GEOJSON, HTML, link, self_link
from service.params.core import (
    COMMODITY,
    DAY,
    SOURCE,
    TERRITORY,
    Param,
    parse_choice,
    parse_date,
    question,
)

TABLES = ("csv", "xlsx", "parquet")
FORMATS_OF_RESERVES = ("json", "html", *TABLES)
QUESTION = (
    COMMODITY,
    Param("date", DAY, "Day; today where none is given."),
    TERRITORY,
    Param("control", {"type": "string"}, f"Verdicts to list, of {', '.join(VERDICTS)}.", many=True),
    SOURCE,
    Param("include", {"type": "string", "enum": ["listed", "all"]}, "'all' lists every deposit."),
)
SERIES = (
    COMMODITY,
    TERRITORY,
    SOURCE,
    Param("from", DAY, "First day; a year before the last where none is given."),
    Param("to", DAY, "Last day; today where none is given."),
    Param("step", {"type": "string", "enum": list(STEPS), "default": "month"}, "Distance of days."),
)
ON_DATE = (Param("date", DAY, "Day; today where none is given."), SOURCE)


def reserves(ask: RequestContext) -> Response:
    """The answer as GeoJSON."""
    if ask.format in TABLES:
        return _table(ask)
    links = [
        self_link(ask.base, ask.path, ask.query, GEOJSON),
        link(ask.url_for(ask.path, {**ask.query, "f": "html"}), "alternate", HTML, "To read"),
    ]
    return ask.encoded(dumps({**ask.once(_answer), "links": links}), GEOJSON)


def reserves_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of the answer as a table."""
    if ask.format not in TABLES:
        return {}
    matched = str(len(ask.once(_rows)))
    return {**download_headers(_about(ask), FORMATS[ask.format]), "OGC-NumberMatched": matched}


def _answer(ask: RequestContext) -> dict[str, Any]:
    return answer(ask.store, question(ask.query), _permalink(ask))


def _permalink(ask: RequestContext) -> str:
    return ask.url_for("/reserves", question(ask.query).parameters(ask.release))


def _table(ask: RequestContext) -> Response:
    """The answer as a table to download, with its citation."""
    kind = FORMATS[ask.format]
    return streamed(kind.write(ask.once(_rows), _about(ask)), kind.media_type)


def _rows(ask: RequestContext) -> Rows:
    return answer_rows(ask.once(_answer), ask.store.collection("deposits"))


def _about(ask: RequestContext) -> Provenance:
    document = ask.once(_answer)
    citation = document["citation"]
    return Provenance(
        name=f"lodeline-reserves-{document['question']['date']}-{ask.release}",
        title=str(citation["text"]).split(". ")[1],
        release=ask.release,
        query=_permalink(ask),
        licence="; ".join(f"{x['source']}: {x['licence']}" for x in citation["licences"]),
        attribution="; ".join(x["attribution"] for x in citation["licences"]),
        citation=citation["text"],
        generated=citation["generated"],
    )


def reserves_series(ask: RequestContext) -> Response:
    """Counts by verdict through time, JSON or CSV."""
    last = parse_date(ask.query, "to")
    asked = question({**ask.query, "date": str(last)})
    first = parse_day(ask.query["from"], "from") if "from" in ask.query else _year_before(last)
    step = parse_choice(ask.query, "step", STEPS, "month")
    document = series(ask.store, asked, first, step)
    return _series_csv(document) if ask.format == "csv" else ask.answer(document)


def _series_csv(document: dict[str, object]) -> Response:
    points = document["series"]
    rows = points if isinstance(points, list) else []
    text = io.StringIO()
    writer = csv.DictWriter(text, ["date", *VERDICTS, "source"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def series_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of the counts: the name of the file they are as CSV."""
    return download_name("lodeline-series.csv") if ask.format == "csv" else {}


def _year_before(day: date) -> date:
    if day.year == FIRST_DAY.year:
        return FIRST_DAY
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()


def articles(ask: RequestContext) -> Response:
    """The answer to an article, by its day."""
    if ask.path_params["day"] != str(ARTICLE_DAY):
        raise NotFound(
            f"there is no article of {ask.path_params['day'][:20]}; there is {ARTICLE_DAY}"
        )
    permalink = ask.url_for(f"/articles/{ARTICLE_DAY}", {"release": ask.release})
    return ask.answer(article(ask.store, permalink))


def territories(ask: RequestContext) -> Response:
    """All territories with definition and citation."""
    known = ask.store.control.territories.values()
    return ask.answer({"territories": [_words(territory) for territory in known]})


def territory(ask: RequestContext) -> Response:
    """One territory on a day: definition, citation, area and geometry."""
    found = ask.store.control.territory(ask.path_params["territory"])
    day, source = parse_date(ask.query), ask.query.get("source")
    choice = ask.store.sources.select(day, source)
    shape = ask.store.control.territory_on(found.id, day, source)
    properties = {
        **_words(found),
        "date": str(day),
        "area_km2": round(float(areas_km2(np.array([shape], dtype=object))[0]), 1),
        "source": choice.source if found.held else None,
        "control_asof": str(choice.asof) if found.held and choice.asof else None,
        "release": ask.release,
    }
    return ask.encoded(dumps(feature(properties, shape)), GEOJSON)


def _words(territory: Territory) -> dict[str, object]:
    return {
        "id": territory.id,
        "title": territory.title,
        "title_uk": territory.title_uk,
        "definition": territory.definition,
        "citation": list(territory.citation),
    }
