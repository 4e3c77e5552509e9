"""What holds at a spot, what held for a deposit, how much land was held, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from xml.etree import ElementTree as ET

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from geodata.answers.control_series import BY, control_series
from geodata.answers.point import control_at
from geodata.answers.question import RANKS, ROLES, Question
from geodata.answers.series import STEPS
from geodata.answers.series import changes as changes_between
from geodata.answers.sources import sources_used
from geodata.answers.timelines import deposit_timeline
from geodata.formats.geojson import dumps
from geodata.interval import Interval, known_day, parse_datetime, today
from schemas import Manifest
from service.http.context import GEOJSON, Context, RequestContext, link, self_link
from service.http.downloads import CSV_FORMS, csv_answer, download_name
from service.http.offer import CachePolicy, answers
from service.http.routing import release_router
from service.ogc import answers as models
from service.params.core import (
    DAY,
    Commodities,
    OneOf,
    QueryDay,
    Rank,
    ReleaseQuery,
    Role,
    Source,
    SourceQuery,
    SpotQuery,
    Territory,
    Today,
)
from service.routes.reserves import year_before

ATOM = "application/atom+xml"
_SPACE = "http://www.w3.org/2005/Atom"
router = release_router("answers")


class AtQuery(SpotQuery):
    """A spot on a day."""

    date: Today = None


class ChangesQuery(ReleaseQuery):
    """What changed, between two days."""

    commodity: Commodities
    source: Source = None
    # All that changed is wanted of a feed: what is counted in headlines is the narrower question.
    role: Role = ROLES[1]
    rank: Rank = RANKS[1]
    from_: str | None = Field(
        None,
        alias="from",
        description="First date; default open.",
        json_schema_extra=dict(DAY),
    )
    to: QueryDay | None = Field(None, description="Last date, included; default today.")


@router.get("/control/at", name="at", summary="Control status of a point")
@answers("json", "html", cache=CachePolicy(days=("date",)), model=models.Spot)
def at(ask: Context, query: Annotated[AtQuery, Query()]) -> Response:
    """Control status of a point on a day, by every source."""
    return ask.answer(control_at(ask.store, query.lon, query.lat, query.date or today()))


class ControlSeriesQuery(ReleaseQuery):
    """Whose land, between which days."""

    territory: Territory = "occupied"
    source: Source = None
    from_: QueryDay | None = Field(
        None, alias="from", description="First date; default one year before the last."
    )
    to: QueryDay | None = Field(None, description="Last date, included; default today.")
    step: Annotated[str, OneOf(STEPS)] = Field("month", description="Interval between dates.")
    by: Annotated[str, OneOf(BY)] = Field(
        BY[0], description="'oblast' gives a row for each oblast, 'territory' one for all of it."
    )


def control_series_headers(ask: RequestContext, _query: ControlSeriesQuery) -> dict[str, str]:
    """Headers of the areas: the name of the file they are as CSV."""
    return download_name("lodeline-control-series.csv") if ask.format in CSV_FORMS else {}


@router.get("/control/series", name="control_series", summary="Occupied land over time")
@answers(
    "json",
    "html",
    *CSV_FORMS,
    headers=control_series_headers,
    cache=CachePolicy(days=("from", "to")),
    model=models.ControlSeries,
)
def held_land(ask: Context, query: Annotated[ControlSeriesQuery, Query()]) -> Response:
    """Occupied and contested km2 of a territory through time, JSON or CSV."""
    last = query.to or today()
    first = query.from_ or year_before(last)
    document = control_series(
        ask.store, query.territory, first, last, query.step, query.source, query.by
    )
    if ask.format not in CSV_FORMS:
        return ask.answer(document)
    areas = ("oblast", "oblast_name") if query.by == "oblast" else ()
    columns = ("date", *areas, "occupied_km2", "contested_km2", "source", "control_asof",
               "stale_days")  # fmt: skip
    return csv_answer(ask, columns, document["series"])


@router.get("/deposits/{deposit}/timeline", name="timeline", summary="A deposit's history")
@answers("json", "html", model=models.Timeline)
def timeline(ask: Context, query: Annotated[SourceQuery, Query()]) -> Response:
    """A deposit's history by every source."""
    return ask.answer(deposit_timeline(ask.store, ask.path_params["deposit"], query.source))


@router.get("/changes", name="changes", summary="Deposits whose verdict changed")
@answers(
    "json",
    "html",
    media={"json": GEOJSON},
    cache=CachePolicy(days=("to",)),
    model=models.ChangeCollection,
)
def changes(ask: Context, query: Annotated[ChangesQuery, Query()]) -> Response:
    """Deposits whose verdict turned between two days."""
    features = _changes(ask, query)
    document = {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
        "release": ask.release,
        "sources": sources_used(ask.store, _days(query), query.source),
        "links": [
            self_link(ask.base, ask.path, ask.query, GEOJSON),
            link(ask.url_for("/changes.atom", ask.query), "alternate", ATOM, "The same as a feed"),
        ],
    }
    return ask.encoded(dumps(document), GEOJSON)


@router.get("/changes.atom", name="feed", summary="The same as a feed")
@answers("atom", media={"atom": ATOM}, cache=CachePolicy(days=("to",)))
def changes_feed(ask: Context, query: Annotated[ChangesQuery, Query()]) -> Response:
    """The same as an Atom feed, newest first."""
    entries = [feature["properties"] for feature in _changes(ask, query)][::-1]
    feed = atom(entries, ask.url_for("/changes.atom", ask.query), ask.url_for, ask.store.manifest)
    return Response(feed, media_type=ATOM)


def _changes(ask: RequestContext, query: ChangesQuery) -> list[dict[str, Any]]:
    days = _days(query)
    question = Question(
        query.commodity, days.last, source=query.source, role=query.role, rank=query.rank
    )
    return changes_between(ask.store, days, question)


def _days(query: ChangesQuery) -> Interval:
    first = ".." if query.from_ in {None, "", ".."} else known_day(str(query.from_), "from")
    return parse_datetime(f"{first}/{query.to or today()}", "from")


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
