"""The question: reserves in a territory on a day, and their counts through time."""

import csv
import io
from datetime import date
from typing import Any

import pandas as pd
from starlette.responses import Response

from geodata.answers.question import VERDICTS
from geodata.answers.reserves import reserves as answer
from geodata.answers.rows import answer_rows
from geodata.answers.series import STEPS, series
from geodata.formats.geojson import dumps
from geodata.formats.registry import FORMATS
from geodata.formats.rows import About, Rows
from geodata.interval import FIRST_DAY, parse_day
from service.http.context import Ask
from service.http.downloads import download_headers, download_name
from service.http.files import streamed
from service.http.links import GEOJSON, HTML, link, self_link
from service.params.core import Param, parse_choice, parse_date, question

COMMODITY = Param(
    "commodity", {"type": "string"}, "Commodities, a comma list or repeated; or 'all'.", many=True
)
TERRITORY = Param("territory", {"type": "string", "default": "occupied"}, "Territory by id.")
SOURCE = Param("source", {"type": "string"}, "Control source; else the first that reaches the day.")
DAY = {"type": "string", "format": "date"}
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


def reserves(ask: Ask) -> Response:
    """The answer as GeoJSON."""
    if ask.form in TABLES:
        return _table(ask)
    links = [
        self_link(ask.base, ask.path, ask.words, GEOJSON),
        link(ask.href(ask.path, {**ask.words, "f": "html"}), "alternate", HTML, "To read"),
    ]
    return ask.body(dumps({**ask.once(_answer), "links": links}), GEOJSON)


def reserves_headers(ask: Ask) -> dict[str, str]:
    """Headers of the answer as a table."""
    if ask.form not in TABLES:
        return {}
    matched = str(len(ask.once(_rows)))
    return {**download_headers(_about(ask), FORMATS[ask.form]), "OGC-NumberMatched": matched}


def _answer(ask: Ask) -> dict[str, Any]:
    return answer(ask.store, question(ask.words), _permalink(ask))


def _permalink(ask: Ask) -> str:
    return ask.href("/reserves", question(ask.words).parameters(ask.release))


def _table(ask: Ask) -> Response:
    """The answer as a table to download, with its citation."""
    kind = FORMATS[ask.form]
    return streamed(kind.write(ask.once(_rows), _about(ask)), kind.media_type)


def _rows(ask: Ask) -> Rows:
    return answer_rows(ask.once(_answer), ask.store.collection("deposits"))


def _about(ask: Ask) -> About:
    document = ask.once(_answer)
    citation = document["citation"]
    return About(
        name=f"lodeline-reserves-{document['question']['date']}-{ask.release}",
        title=str(citation["text"]).split(". ")[1],
        release=ask.release,
        query=_permalink(ask),
        licence="; ".join(f"{x['source']}: {x['licence']}" for x in citation["licences"]),
        attribution="; ".join(x["attribution"] for x in citation["licences"]),
        citation=citation["text"],
        generated=citation["generated"],
    )


def reserves_series(ask: Ask) -> Response:
    """Counts by verdict through time, JSON or CSV."""
    last = parse_date(ask.words, "to")
    asked = question({**ask.words, "date": str(last)})
    first = parse_day(ask.words["from"], "from") if "from" in ask.words else _year_before(last)
    step = parse_choice(ask.words, "step", STEPS, "month")
    document = series(ask.store, asked, first, step)
    return _series_csv(document) if ask.form == "csv" else ask.answer(document)


def _series_csv(document: dict[str, object]) -> Response:
    points = document["series"]
    rows = points if isinstance(points, list) else []
    text = io.StringIO()
    writer = csv.DictWriter(text, ["date", *VERDICTS, "source"], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def series_headers(ask: Ask) -> dict[str, str]:
    """Headers of the counts: the name of the file they are as CSV."""
    return download_name("lodeline-series.csv") if ask.form == "csv" else {}


def _year_before(day: date) -> date:
    if day.year == FIRST_DAY.year:
        return FIRST_DAY
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
