"""The question: reserves in a territory on a day, and their counts through time."""

import csv
import io
from datetime import date
from typing import Any

import pandas as pd
from starlette.responses import Response

from geodata.answers.question import VERDICTS
from geodata.answers.reserves import reserves as answer
from geodata.answers.series import STEPS, series
from geodata.answers.tabular import answer_rows
from geodata.formats.geojson import dumps
from geodata.formats.registry import FORMATS
from geodata.formats.rows import About
from geodata.interval import FIRST_DAY, parse_day
from service.about import download_headers
from service.ask import Ask
from service.links import GEOJSON, HTML, link, self_link
from service.params import Param, parse_choice, parse_date, question
from service.streams import streamed

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
    asked = question(ask.words)
    permalink = ask.href("/reserves", asked.parameters(ask.release))
    document = answer(ask.store, asked, permalink)
    if ask.form in TABLES:
        return _table(ask, document, permalink)
    document["links"] = [
        self_link(ask.base, ask.path, ask.words, GEOJSON),
        link(ask.href(ask.path, {**ask.words, "f": "html"}), "alternate", HTML, "To read"),
    ]
    return ask.body(dumps(document), GEOJSON)


def _table(ask: Ask, document: dict[str, Any], permalink: str) -> Response:
    """The answer as a table to download, with its citation."""
    kind = FORMATS[ask.form]
    citation = document["citation"]
    about = About(
        name=f"lodeline-reserves-{document['question']['date']}-{ask.release}",
        title=str(citation["text"]).split(". ")[1],
        release=ask.release,
        query=permalink,
        licence="; ".join(f"{x['source']}: {x['licence']}" for x in citation["licences"]),
        attribution="; ".join(x["attribution"] for x in citation["licences"]),
        citation=citation["text"],
        generated=citation["generated"],
    )
    rows = answer_rows(document, ask.store.collection("deposits"))
    headers = {**download_headers(about, kind), "OGC-NumberMatched": str(len(rows))}
    return streamed(kind.write(rows, about), kind.media_type, headers)


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
    headers = {"Content-Disposition": 'attachment; filename="lodeline-series.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _year_before(day: date) -> date:
    if day.year == FIRST_DAY.year:
        return FIRST_DAY
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
