"""What holds at a spot, what held for a deposit, and what changed."""

from typing import Any

from starlette.responses import Response

from geodata.answers.point import control_at
from geodata.answers.question import DEFAULT_COMMODITIES
from geodata.answers.series import changes as changes_between
from geodata.answers.timelines import deposit_timeline
from geodata.data.commodities import parse_commodities
from geodata.formats.geojson import dumps
from geodata.interval import parse_datetime
from service.feed import ATOM, atom
from service.http.context import Ask
from service.http.links import GEOJSON, link, self_link
from service.params.core import Param, parse_date, parse_lonlat
from service.routes.reserves import COMMODITY, DAY, SOURCE

AT = (
    Param("lon", {"type": "number", "minimum": -180, "maximum": 180}, "Longitude.", required=True),
    Param("lat", {"type": "number", "minimum": -90, "maximum": 90}, "Latitude.", required=True),
    Param("date", DAY, "Day; today where none is given."),
)
BETWEEN = (
    COMMODITY,
    SOURCE,
    Param("from", DAY, "First day; open where none is given."),
    Param("to", DAY, "Last day; today where none is given."),
)
BY_SOURCE = (SOURCE,)


def at(ask: Ask) -> Response:
    """Status of a spot on a day, by every source."""
    lon, lat = parse_lonlat(ask.words)
    return ask.answer(control_at(ask.store, lon, lat, parse_date(ask.words)))


def timeline(ask: Ask) -> Response:
    """A deposit's history by every source."""
    found = deposit_timeline(ask.store, ask.path_words["deposit"], ask.words.get("source"))
    return ask.answer(found)


def changes(ask: Ask) -> Response:
    """Deposits whose verdict turned between two days."""
    found = _changes(ask)
    document = {
        "type": "FeatureCollection",
        "features": found,
        "numberReturned": len(found),
        "release": ask.release,
        "links": [
            self_link(ask.base, ask.path, ask.words, GEOJSON),
            link(ask.href("/changes.atom", ask.words), "alternate", ATOM, "The same as a feed"),
        ],
    }
    return ask.body(dumps(document), GEOJSON)


def changes_feed(ask: Ask) -> Response:
    """The same as an Atom feed, newest first."""
    entries = [found["properties"] for found in _changes(ask)][::-1]
    feed = atom(entries, ask.href("/changes.atom", ask.words), ask.href, ask.store.manifest)
    return Response(feed, media_type=ATOM)


def _changes(ask: Ask) -> list[dict[str, Any]]:
    last = parse_date(ask.words, "to")
    when = parse_datetime(f"{ask.words.get('from', '..')}/{last}", "from")
    asked = ask.words.get("commodity", ",".join(DEFAULT_COMMODITIES))
    return changes_between(ask.store, when, parse_commodities(asked), ask.words.get("source"))
