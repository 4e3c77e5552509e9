"""The question: reserves in a territory on a day, and their counts through time."""

import csv
import io
from datetime import date

import pandas as pd
from starlette.responses import Response

from geodata.answers.question import VERDICTS
from geodata.answers.reserves import reserves as answer
from geodata.answers.series import STEPS, series
from geodata.interval import parse_day
from service.ask import Ask
from service.links import GEOJSON, self_link
from service.params import Param, parse_choice, parse_date, question

COMMODITY = Param(
    "commodity", {"type": "string"}, "Commodities, a comma list or repeated; or 'all'.", many=True
)
TERRITORY = Param("territory", {"type": "string", "default": "occupied"}, "Territory by id.")
SOURCE = Param("source", {"type": "string"}, "Control source; else the first that reaches the day.")
DAY = {"type": "string", "format": "date"}
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
    document["links"] = [self_link(ask.base, ask.path, ask.words, GEOJSON)]
    return ask.geojson(document)


def reserves_series(ask: Ask) -> Response:
    """Counts by verdict through time, JSON or CSV."""
    last = parse_date(ask.words, "to")
    asked = question({**ask.words, "date": str(last)})
    first = parse_day(ask.words["from"], "from") if "from" in ask.words else _year_before(last)
    step = parse_choice(ask.words, "step", STEPS, "month")
    document = series(ask.store, asked, first, step)
    return _series_csv(document) if ask.form == "csv" else ask.json(document)


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
    return (pd.Timestamp(day) - pd.DateOffset(years=1)).date()
