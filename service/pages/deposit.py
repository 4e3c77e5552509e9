"""The page of one deposit: where it may lie, who held that ground when, and what is published."""

import math
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.answers.citation import citation
from geodata.answers.reserves import by_source, estimates_of
from geodata.answers.timelines import deposit_timeline
from geodata.crs import areas_km2
from geodata.features.query import Query
from geodata.geometry import as_array
from geodata.interval import one_day, parse_datetime, today
from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import history as timelines
from service.pages import svg_map
from service.pages.rendering import Document, page
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import commodity, kilometres, listing, metres, percent

NEAREST_KM, FARTHEST_KM = 8.0, 90.0
"""Least and most half height of the map, km."""
TOWNS = 9
_MARK = "the point it is given at"
_FOOTPRINT = ("footprint", "ground where the deposit may lie")
_WHOLE = ("whole", "reach of the area, not tested")


def view(ask: RequestContext, document: Document) -> str:
    """One item of `deposits`."""
    own, day = document["properties"], asked_day(ask)
    store, source = ask.store, own["control_source"]
    row = int(np.flatnonzero((store.facts.deposits["id"] == own["id"]).to_numpy())[0])
    estimates = estimates_of(store, own["id"])
    history = deposit_timeline(store, own["id"])
    return page(
        ask,
        "deposit.html",
        title=own["name_en"],
        document=document,
        own=own,
        day=str(day),
        sentence=sentence(own, str(day)),
        chart=chart(ask, document, row, day),
        where=locator(store, document),
        estimates=estimates,
        missing=missing(own, estimates),
        says=by_source(store, day)[row],
        flips=_flips(store, row, day, source),
        strips=timelines.drawn(history["timelines"]),  # type: ignore[arg-type]
        components=_named(store, store.facts.deposits["part_of"] == own["id"]),
        whole=_named(store, store.facts.deposits["id"] == (own["part_of"] or "")),
        citation=cited(ask, own, day),
        columns={c.name: c for c in store.collection("deposits").columns},
        today=str(today()),
    )


def asked_day(ask: RequestContext) -> date:
    """The day the page is of."""
    when = parse_datetime(ask.query["datetime"]) if "datetime" in ask.query else None
    return ask.store.deposit_day(Query("deposits", when=when))


def sentence(own: Document, day: str) -> str:
    """The verdict in words."""
    verb = "is" if day >= str(today()) else "was"
    part = f"{percent(own['control_share'])} of the ground where it may lie {verb} occupied"
    if own["control"] == "unknown":
        return f"Nothing is known for {day}: the source does not reach back so far."
    if own["overlay_basis"] == "none":
        return (
            "There is no verdict: this is an area rather than a place, or its position is too "
            "poor to be laid over a map of control."
        )
    return {
        "occupied": f"On {day} it {verb} in occupied land: {part}.",
        "contested": f"On {day} it {verb} in contested ground.",
        "government": f"On {day} it {verb} in land held by the Ukrainian government.",
        "uncertain": f"For {day} no verdict can be given: {part}"
        + (f" and {percent(own['contested_share'])} contested." if own["contested_share"] else "."),
    }[own["control"]]


def chart(ask: RequestContext, document: Document, row: int, day: date) -> svg_map.Map:
    """The ground where it may lie, to scale, over the land held on the day."""
    own, store = document["properties"], ask.store
    window = window_of(own)
    source, asof = own["control_source"], own["control_asof"]
    shapes = (*svg_map.ground(store, window), *svg_map.held(store, window, day, source),
              *svg_map.outline(store, window), *_where(store, window, own, row))  # fmt: skip
    x, y = window.spot(own["lon"], own["lat"])
    mark = svg_map.Mark(x, y, own["control"], own["name_en"])
    reach = _FOOTPRINT if own["overlay_basis"] != "none" else _WHOLE
    land = svg_map.legend(shapes) if asof else ()
    return svg_map.Map(
        "place",
        f"Map of the ground around {own['name_en']} on {day}",
        told(own, asof, cut=store.facts.footprints[row]),
        window,
        shapes,
        (mark,),
        towns(store, window, day, (x, y)),
        ((f"v-{own['control']}", _MARK), reach, *land),
    )


def told(own: Document, asof: str | None, cut: BaseGeometry | None) -> str:
    """What the map shows, for those who do not see it."""
    land = f"Land of {asof} after {own['control_source']}." if asof else "No map reaches the day."
    size = metres(own["position_uncertainty_m"])
    if own["overlay_basis"] == "none":
        return f"The circle of {size} tells how far the area may reach; it is not tested. {land}"
    line = own["line_distance_km"]
    away = f" The line of contact is {kilometres(abs(line))} away." if line is not None else ""
    disc = math.pi * (own["position_uncertainty_m"] / 1000) ** 2
    kept = 1.0 if cut is None else float(areas_km2(as_array(cut))[0]) / disc
    off = "; water and land beyond the border are cut off" if kept < 0.99 else ""
    return f"The deposit lies within {size} of the mark{off}.{away} {land}"


def window_of(own: Document) -> SvgWindow:
    """A window that holds the ground where it may lie, and the line of contact if it is near."""
    reach, line = own["position_uncertainty_m"] / 1000, own["line_distance_km"]
    near = abs(line) * 1.25 if line is not None and abs(line) * 1.25 <= FARTHEST_KM else 0.0
    half = min(max(2.2 * reach, near, NEAREST_KM), max(FARTHEST_KM, 1.3 * reach))
    return SvgWindow.around(own["lon"], own["lat"], half)


def locator(store: Store, document: Document) -> svg_map.Map:
    """Where in the country the map lies."""
    own, window = document["properties"], svg_map.country(store, 300)
    near = window_of(own)
    box = shapely.box(near.west, near.south, near.east, near.north)
    shapes = (*svg_map.ground(store, window), *svg_map.outline(store, window),
              svg_map.SvgPath("frame", window.path(box)))  # fmt: skip
    about = own["oblast"] or "In Ukraine"
    return svg_map.Map(
        "where", f"Where {own['name_en']} is in Ukraine", f"{about}.", window, shapes, scaled=False
    )


def towns(
    store: Store, window: SvgWindow, day: date, taken: tuple[float, float]
) -> tuple[svg_map.Label, ...]:
    """Names of a few settlements for orientation, apart from each other and from the mark."""
    bbox = (window.west, window.south, window.east, window.north)
    query = Query("settlements", bbox=bbox, when=one_day(day), limit=400)
    rows = (
        store.select(query)
        .rows.read()
        .to_geopandas()
        .sort_values(["record", "place_id"], kind="stable")
    )
    kept: list[svg_map.Label] = []
    spots = [taken]
    for entry in rows.itertuples():
        x, y = window.spot(entry.lon, entry.lat)
        inside = 20 < x < window.width - 20 and 20 < y < window.height - 40
        if inside and all(abs(x - a) > 150 or abs(y - b) > 34 for a, b in spots):
            spots.append((x, y))
            kept.append(svg_map.Label(x, y, str(entry.name_en), west=x > window.width * 0.6))
        if len(kept) == TOWNS:
            break
    return tuple(kept)


def missing(own: Document, estimates: Sequence[Document]) -> list[str]:
    """What has not been published."""
    have = {row["commodity"] for row in estimates}
    lack = [commodity(c) for c in own["commodities"] if c not in have]
    found = [f"No figure is on record for {listing(lack, 'or')}."] if lack else []
    if estimates and not any(row["measure"] == "contained" for row in estimates):
        found.append("Ore is given, the metal contained in it is not.")
    if any(row["grade"] is None for row in estimates):
        found.append("Not every figure comes with a grade.")
    if any(row["asof"] is None for row in estimates):
        found.append("Not every figure comes with a date.")
    return found


def cited(ask: RequestContext, own: Document, day: date) -> dict[str, object]:
    """The citation of this page, pinned to day and release."""
    words = {"datetime": str(day), "release": ask.release}
    if "source" in ask.query:
        words["source"] = ask.query["source"]
    choice = ask.store.sources.resolve(own["control_source"], day)
    return citation(ask.store, f"{own['name_en']}, {day}", ask.url_for(ask.path, words), choice)


def _where(store: Store, window: SvgWindow, own: Document, row: int) -> tuple[svg_map.SvgPath, ...]:
    """The whole circle, dashed, and the part of it that is tested."""
    lon, lat = own["lon"], own["lat"]
    probe = SvgWindow.around(lon, lat, own["position_uncertainty_m"] / 1000)
    half = (probe.north - probe.south) / 2
    wide = (probe.east - probe.west) / 3
    circle = shapely.transform(shapely.Point(0, 0).buffer(1.0, quad_segs=32),
                               lambda at: at * [wide, half] + [lon, lat])  # fmt: skip
    footprint = store.facts.footprints[row]
    kept = () if footprint is None else (svg_map.SvgPath("footprint", window.path(footprint)),)
    return (*kept, svg_map.SvgPath("whole", window.path(circle)))


def _flips(store: Store, row: int, day: date, source: str) -> float | None:
    value = store.control.flips_on(day, source)[row]
    return None if pd.isna(value) else float(value)


def _named(store: Store, rows: pd.Series) -> list[dict[str, str]]:
    found = store.facts.deposits[rows.fillna(value=False).to_numpy(dtype=bool)]
    return [{"id": r.id, "name": r.name_en} for r in found.itertuples()]
