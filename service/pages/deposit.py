"""The page of one deposit: where it may lie, who controlled that area when, what is published."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.answers.citation import citation
from geodata.answers.reserves import by_source, estimates_of
from geodata.answers.timelines import deposit_timeline
from geodata.answers.wording import commodity, listing, map_text, unmapped_text
from geodata.crs import areas_km2
from geodata.data import packaged
from geodata.features.query import Query
from geodata.geometry import as_array
from geodata.interval import one_day, parse_datetime, today
from geodata.store.base import Store
from service.http.context import RequestContext
from service.pages import history as timelines
from service.pages import svg_map
from service.pages.rendering import Document, page
from service.pages.share import card
from service.pages.svg_window import SvgWindow
from service.pages.template_filters import kilometres, metres, percent, standing

NEAREST_KM, FARTHEST_KM = 8.0, 90.0
"""Least and most half height of the map, km."""
TOWNS = 9
ZOOM = 6.5
"""Of the picture a deposit is shared with: it and the cities around."""
NESTED = ("roles", "linked_records", "uris")
"""Properties that are lists and documents: features of a collection carry them as JSON text."""
_MARK = "representative point"
_FOOTPRINT = ("footprint", "area where the deposit may lie")
_WHOLE = ("whole", "possible extent, not tested")


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
        title=deposit["name_en"],
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


def verdict_text(store: Store, deposit: Document, day: str) -> str:
    """The verdict as a sentence, with the day of the map behind it where that is another."""
    source, stale = store.sources.by_id[deposit["control_source"]], deposit["stale_days"]
    behind = map_text(source, deposit["control_asof"], stale)
    if reason := unmapped_text(deposit["country"]):
        return f"Not known: {reason}."
    if deposit["overlay_basis"] == "none":
        return (
            "Not tested: this is a region rather than one place, or its position is too uncertain "
            "to be compared with a map of control."
        )
    if deposit["control"] == "unknown":
        return f"Not known for {day}, according to {source.title}: {behind}."
    verb = "was" if stale or day < str(today()) else "is"
    shares = f"{percent(deposit['control_share'])} of the area where it may lie {verb} occupied"
    if deposit["contested_share"]:
        shares += f" and {percent(deposit['contested_share'])} contested"
    on = f"On {day} ({behind})" if stale else f"On {day}"
    return {
        "occupied": f"{on} it {verb} in occupied land: {shares}.",
        "contested": f"{on} it {verb} in contested land: {shares}.",
        "government": f"{on} it {verb} in government-held land.",
        "uncertain": f"{on} its status {verb} uncertain: {shares}.",
    }[deposit["control"]]


BASIS_TEXTS: Mapping[str, str] = {
    "published": "published",
    "recalled": "not confirmed: entered from memory, and no source here names it",
}
"""What a pairing of a deposit and a commodity rests on."""


def roles_of(deposit: Document) -> list[dict[str, str | None]]:
    """The commodities of a deposit: name, role, what it rests on, and URI."""
    return [
        {
            "name": commodity(entry["commodity"]),
            "role": "main commodity" if entry["role"] == "main" else entry["role"],
            "basis": BASIS_TEXTS.get(entry["basis"], entry["basis"]),
            "uri": entry["uri"],
        }
        for entry in deposit["roles"]
    ]


def record_text(deposit: Document) -> str:
    """What kind of record, of what, in which country."""
    country = packaged.theatre().names.get(deposit["country"], deposit["country"])
    main = commodity(deposit["commodity"])
    doubt = " (not confirmed)" if deposit["commodity"] in deposit["recalled"] else ""
    others = [c for c in deposit["commodities"] if c != deposit["commodity"]]
    text = f"{deposit['rank'].capitalize()} in {country}; main commodity {main}{doubt}"
    if not others:
        return text
    names = listing(f"{commodity(c)}{' (not confirmed)' if c in deposit['recalled'] else ''}"
                    for c in others)  # fmt: skip
    return f"{text}; {'by-product' if len(others) == 1 else 'by-products'} {names}"


def chart(ask: RequestContext, document: Document, row: int, day: date) -> svg_map.Map:
    """The area where it may lie, to scale, over control on the day."""
    deposit, store = document["properties"], ask.store
    window = window_of(deposit)
    source, asof = deposit["control_source"], deposit["control_asof"]
    shapes = (*svg_map.ground(store, window), *svg_map.control(store, window, day, source),
              *svg_map.outline(store, window),
              *_possible_area(store, window, deposit, row))  # fmt: skip
    x, y = window.spot(deposit["lon"], deposit["lat"])
    mark = svg_map.Mark(x, y, standing(deposit), deposit["name_en"])
    reach = _FOOTPRINT if deposit["overlay_basis"] != "none" else _WHOLE
    land = svg_map.legend(shapes) if asof else ()
    return svg_map.Map(
        "place",
        f"Map of the area around {deposit['name_en']} on {day}",
        area_text(store, deposit, store.facts.footprints[row]),
        window,
        shapes,
        (mark,),
        towns(store, window, day, (x, y)),
        ((f"v-{standing(deposit)}", _MARK), reach, *land),
    )


def area_text(store: Store, deposit: Document, footprint: BaseGeometry | None) -> str:
    """What the map shows, for those who do not see it."""
    source = store.sources.by_id[deposit["control_source"]]
    control = svg_map.control_text(source, deposit["control_asof"], deposit["stale_days"])
    size = metres(deposit["position_uncertainty_m"])
    if reason := unmapped_text(deposit["country"]):
        return f"The deposit lies within {size} of the mark; {reason}."
    if deposit["overlay_basis"] == "none":
        return f"The circle of {size} shows how far it may extend; it is not tested. {control}"
    line = deposit["line_distance_km"]
    away = f" The contact line is {kilometres(abs(line))} away." if line is not None else ""
    if deposit["extent"]:
        return (
            f"The outline is that of the deposit, drawn by hand from descriptions.{away} {control}"
        )
    disc = math.pi * (deposit["position_uncertainty_m"] / 1000) ** 2
    share = 1.0 if footprint is None else float(areas_km2(as_array(footprint))[0]) / disc
    clipped = "; water and land beyond the border are left out" if share < 0.99 else ""
    return f"The deposit lies within {size} of the mark{clipped}.{away} {control}"


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
    country = packaged.theatre().names.get(deposit["country"], deposit["country"])
    about = deposit["oblast"] or f"In {country}"
    return svg_map.Map(
        "where",
        f"Where {deposit['name_en']} is in {country}",
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
    for name, lon, lat in zip(rows["name_en"], rows["lon"], rows["lat"], strict=True):
        x, y = window.spot(lon, lat)
        inside = 20 < x < window.width - 20 and 20 < y < window.height - 40
        if inside and all(abs(x - a) > 150 or abs(y - b) > 34 for a, b in spots):
            spots.append((x, y))
            labels.append(svg_map.Label(x, y, str(name), west=x > window.width * 0.6))
        if len(labels) == TOWNS:
            break
    return tuple(labels)


def missing_text(deposit: Document, estimates: Sequence[Document]) -> list[str]:
    """What has not been published, a sentence each."""
    published = {row["commodity"] for row in estimates}
    without = [commodity(c) for c in deposit["commodities"] if c not in published]
    texts = [f"No estimate for {listing(without, 'or')} is on record here."] if without else []
    if estimates and not any(row["measure"] == "contained" for row in estimates):
        texts.append("Only ore tonnage is on record here, not the metal contained in it.")
    if any(row["grade"] is None for row in estimates):
        texts.append("At least one estimate is published without a grade.")
    if any(row["asof"] is None for row in estimates):
        texts.append("At least one estimate is published without a date.")
    return texts


def page_citation(ask: RequestContext, deposit: Document, day: date) -> dict[str, object]:
    """The citation of this page, pinned to day and release."""
    params = {"datetime": str(day), "release": ask.release}
    if "source" in ask.query:
        params["source"] = ask.query["source"]
    choice = ask.store.sources.resolve(deposit["control_source"], day)
    title = f"{deposit['name_en']}, {day}"
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
    ids, names = (store.facts.deposits[column][which] for column in ("id", "name_en"))
    return [{"id": id_, "name": name} for id_, name in zip(ids, names, strict=True)]
