"""The page of one deposit: where it may lie, who controlled that area when, what is published."""

import json
from datetime import date

import numpy as np
import pandas as pd
import shapely

from geodata.answers.citation import citation
from geodata.answers.names import country_name, name_of, names_of, place
from geodata.answers.reserves import by_source, estimates_of
from geodata.answers.timelines import deposit_timeline
from geodata.answers.wording import map_text, unmapped_text
from geodata.features.query import Query
from geodata.interval import one_day, parse_datetime, today
from geodata.language import day_text, gettext
from geodata.language import gettext_noop as N_
from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import history as timelines
from service.pages import svg_map
from service.pages.deposit_texts import (
    area_text,
    missing_text,
    record_text,
    roles_of,
    verdict_text,
)
from service.pages.rendering import Document, page
from service.pages.share import card
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import standing

NEAREST_KM, FARTHEST_KM = 8.0, 90.0
"""Least and most half height of the map, km."""
TOWNS = 9
ZOOM = 6.5
"""Of the picture a deposit is shared with: it and the cities around."""
NESTED = ("roles", "linked_records", "uris")
"""Properties that are lists and documents: features of a collection carry them as JSON text."""
_MARK = N_("representative point")
_FOOTPRINT = ("footprint", N_("area where the deposit may lie"))
_WHOLE = ("whole", N_("possible extent, not tested"))


def view(ask: RequestContext, document: Document) -> str:
    """One item of `deposits`."""
    deposit, day = unpacked(document["properties"]), requested_day(ask)
    store, source = ask.store, deposit["control_source"]
    row = int(np.flatnonzero((store.facts.deposits["id"] == deposit["id"]).to_numpy())[0])
    estimates = estimates_of(store, deposit["id"])
    history = deposit_timeline(store, deposit["id"])
    return page(
        ask,
        "deposit.html",
        title=name_of(deposit),
        document=document,
        deposit=deposit,
        day=str(day),
        verdict_text=verdict_text(store, deposit, str(day)),
        map_behind=map_text(
            store.sources.by_id[source], deposit["control_asof"], deposit["stale_days"]
        ),
        roles=roles_of(deposit),
        kind=record_text(deposit),
        chart=chart(ask, document, row, day),
        where=locator(store, document),
        estimates=estimates,
        missing=missing_text(deposit, estimates),
        reports=by_source(store, day)[row],
        flips=_flips(store, row, day, source),
        charts=timelines.timeline_charts(history),
        components=_named(store, store.facts.deposits["part_of"] == deposit["id"]),
        whole=_named(store, store.facts.deposits["id"] == (deposit["part_of"] or "")),
        citation=page_citation(ask, deposit, day),
        columns={c.name: c for c in store.collection("deposits").columns},
        today=str(today()),
        card=card(
            ask,
            deposit["name_en"],
            verdict_text(store, deposit, str(day)),
            day,
            deposit=deposit["id"],
            source=ask.query.get("source"),
            at=f"{ZOOM}/{deposit['lat']:.4f}/{deposit['lon']:.4f}",
        ),
    )


def unpacked(deposit: Document) -> Document:
    """The properties with those that are documents of their own read, where they are text."""
    texts = {name: deposit[name] for name in NESTED if isinstance(deposit.get(name), str)}
    return {**deposit, **{name: json.loads(text) for name, text in texts.items()}}


def requested_day(ask: RequestContext) -> date:
    """The day of the verdict: the one requested, else today."""
    when = parse_datetime(ask.query["datetime"]) if "datetime" in ask.query else None
    return ask.store.deposit_day(Query("deposits", when=when))


def chart(ask: RequestContext, document: Document, row: int, day: date) -> svg_map.Map:
    """The area where it may lie, to scale, over control on the day."""
    deposit, store = document["properties"], ask.store
    window = window_of(deposit)
    source, asof = deposit["control_source"], deposit["control_asof"]
    shapes = (*svg_map.ground(store, window), *svg_map.control(store, window, day, source),
              *svg_map.outline(store, window),
              *_possible_area(store, window, deposit, row))  # fmt: skip
    x, y = window.spot(deposit["lon"], deposit["lat"])
    mark = svg_map.Mark(x, y, standing(deposit), name_of(deposit))
    kind, words = _FOOTPRINT if deposit["overlay_basis"] != "none" else _WHOLE
    land = svg_map.legend(shapes) if asof else ()
    return svg_map.Map(
        "place",
        gettext(
            "Map of the area around %(name)s on %(day)s",
            name=name_of(deposit),
            day=day_text(day),
        ),
        area_text(store, deposit, store.facts.footprints[row]),
        window,
        shapes,
        (mark,),
        towns(store, window, day, (x, y)),
        ((f"v-{standing(deposit)}", gettext(_MARK)), (kind, gettext(words)), *land),
    )


def window_of(deposit: Document) -> SvgWindow:
    """A window that holds the area where it may lie, and the contact line if it is near."""
    reach, line = deposit["position_uncertainty_m"] / 1000, deposit["line_distance_km"]
    near = abs(line) * 1.25 if line is not None and abs(line) * 1.25 <= FARTHEST_KM else 0.0
    half = min(max(2.2 * reach, near, NEAREST_KM), max(FARTHEST_KM, 1.3 * reach))
    return SvgWindow.around(deposit["lon"], deposit["lat"], half)


def locator(store: Store, document: Document) -> svg_map.Map:
    """Where in the country the map lies."""
    deposit, window = document["properties"], svg_map.country(store, 300)
    near = window_of(deposit)
    box = shapely.box(near.west, near.south, near.east, near.north)
    if not window.holds(box.bounds):
        whole = shapely.union_all([box, shapely.box(*store.facts.outline.bounds)])
        window = SvgWindow.of(whole.bounds, 300)
    shapes = (*svg_map.ground(store, window), *svg_map.outline(store, window),
              svg_map.SvgPath("frame", window.path(box)))  # fmt: skip
    country = country_name(deposit["country"])
    about = place(deposit["oblast"]) if deposit["oblast"] else country
    return svg_map.Map(
        "where",
        gettext("Where it lies in %(country)s: %(name)s", country=country, name=name_of(deposit)),
        f"{about}.",
        window,
        shapes,
        scaled=False,
    )


def towns(
    store: Store, window: SvgWindow, day: date, mark: tuple[float, float]
) -> tuple[svg_map.Label, ...]:
    """Names of a few settlements for orientation, apart from each other and from the mark."""
    bbox = (window.west, window.south, window.east, window.north)
    query = Query("settlements", bbox=bbox, when=one_day(day), limit=400)
    selected = store.select(query).rows.read().to_geopandas()
    rows = selected.sort_values(["record", "place_id"], kind="stable")
    labels: list[svg_map.Label] = []
    spots = [mark]
    for name, lon, lat in zip(names_of(rows), rows["lon"], rows["lat"], strict=True):
        x, y = window.spot(lon, lat)
        inside = 20 < x < window.width - 20 and 20 < y < window.height - 40
        if inside and all(abs(x - a) > 150 or abs(y - b) > 34 for a, b in spots):
            spots.append((x, y))
            labels.append(svg_map.Label(x, y, str(name), west=x > window.width * 0.6))
        if len(labels) == TOWNS:
            break
    return tuple(labels)


def page_citation(ask: RequestContext, deposit: Document, day: date) -> dict[str, object]:
    """The citation of this page, pinned to day and release."""
    params = {"datetime": str(day), "release": ask.release}
    if "source" in ask.query:
        params["source"] = ask.query["source"]
    choice = ask.store.sources.resolve(deposit["control_source"], day)
    title = f"{name_of(deposit)}, {day_text(day)}"
    if reason := unmapped_text(deposit["country"]):
        title += f" ({reason})"
    return citation(ask.store, title, ask.url_for(ask.path, params), choice)


def _possible_area(
    store: Store, window: SvgWindow, deposit: Document, row: int
) -> tuple[svg_map.SvgPath, ...]:
    """The whole circle, dashed, and the part of it that is tested."""
    lon, lat = deposit["lon"], deposit["lat"]
    probe = SvgWindow.around(lon, lat, deposit["position_uncertainty_m"] / 1000)
    half = (probe.north - probe.south) / 2
    wide = (probe.east - probe.west) / 3
    circle = shapely.transform(shapely.Point(0, 0).buffer(1.0, quad_segs=32),
                               lambda at: at * [wide, half] + [lon, lat])  # fmt: skip
    footprint = store.facts.footprints[row]
    tested = () if footprint is None else (svg_map.SvgPath("footprint", window.path(footprint)),)
    if deposit["extent"]:
        return tested
    return (*tested, svg_map.SvgPath("whole", window.path(circle)))


def _flips(store: Store, row: int, day: date, source: str) -> float | None:
    value = store.control.flips_on(day, source)[row]
    return None if pd.isna(value) else float(value)


def _named(store: Store, rows: pd.Series) -> list[dict[str, str]]:
    which = rows.fillna(value=False).to_numpy(dtype=bool)
    deposits = store.facts.deposits[which]
    named = zip(deposits["id"], names_of(deposits), strict=True)
    return [{"id": id_, "name": name} for id_, name in named]
