"""What holds at a spot, what held for a deposit, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from starlette.responses import Response

from geodata.answers.point import control_at
from geodata.answers.question import DEFAULT_COMMODITIES
from geodata.answers.series import changes as changes_between
from geodata.answers.timelines import deposit_timeline
from geodata.data.commodities import parse_commodities
from geodata.formats.geojson import dumps
from geodata.interval import parse_datetime
from schemas import Manifest
from service.http.context import RequestContext
from service.http.links import GEOJSON, link, self_link
from service.params.core import COMMODITY, DAY, SOURCE, Param, parse_date, parse_lonlat

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
_SPACE = "http://www.w3.org/2005/Atom"


def at(ask: RequestContext) -> Response:
    """Status of a spot on a day, by every source."""
    lon, lat = parse_lonlat(ask.query)
    return ask.answer(control_at(ask.store, lon, lat, parse_date(ask.query)))


def timeline(ask: RequestContext) -> Response:
    """A deposit's history by every source."""
    found = deposit_timeline(ask.store, ask.path_params["deposit"], ask.query.get("source"))
    return ask.answer(found)


def changes(ask: RequestContext) -> Response:
    """Deposits whose verdict turned between two days."""
    found = _changes(ask)
    document = {
        "type": "FeatureCollection",
        "features": found,
        "numberReturned": len(found),
        "release": ask.release,
        "links": [
            self_link(ask.base, ask.path, ask.query, GEOJSON),
            link(ask.url_for("/changes.atom", ask.query), "alternate", ATOM, "The same as a feed"),
        ],
    }
    return ask.encoded(dumps(document), GEOJSON)


def changes_feed(ask: RequestContext) -> Response:
    """The same as an Atom feed, newest first."""
    entries = [found["properties"] for found in _changes(ask)][::-1]
    feed = atom(entries, ask.url_for("/changes.atom", ask.query), ask.url_for, ask.store.manifest)
    return Response(feed, media_type=ATOM)


def _changes(ask: RequestContext) -> list[dict[str, Any]]:
    last = parse_date(ask.query, "to")
    when = parse_datetime(f"{ask.query.get('from', '..')}/{last}", "from")
    asked = ask.query.get("commodity", ",".join(DEFAULT_COMMODITIES))
    return changes_between(ask.store, when, parse_commodities(asked), ask.query.get("source"))


ATOM = "application/atom+xml"


def atom(
    changes: Sequence[Mapping[str, Any]],
    own: str,
    href: Callable[[str], str],
    manifest: Manifest,
) -> bytes:
    """The feed of changes, in the order given; own: its URL; href: makes a path a URL."""
    ET.register_namespace("", _SPACE)
    feed = ET.Element(f"{{{_SPACE}}}feed")
    _add(feed, "id", own)
    _add(feed, "title", "Lodeline: deposits whose verdict changed")
    _add(feed, "updated", manifest.created)
    _link(feed, own, "self")
    _add(_add(feed, "author"), "name", "Lodeline")
    for change in changes:
        _entry(feed, change, href)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, change: Mapping[str, Any], href: Callable[[str], str]) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", href(f"/collections/changes/items/{change['id']}"))
    _add(entry, "title", f"{change['name_en']}: {change['before']} → {change['after']}")
    _add(entry, "updated", f"{change['day']}T00:00:00Z")
    _link(entry, href(f"/deposits/{change['deposit_id']}/timeline"), "alternate")
    _add(entry, "summary", f"On {change['day']}, according to {change['source']}.")


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_SPACE}}}{name}")
    child.text = text
    return child


def _link(parent: ET.Element, href: str, rel: str) -> None:
    ET.SubElement(parent, f"{{{_SPACE}}}link", {"href": href, "rel": rel})
