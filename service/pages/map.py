"""What must the map page know before it asks anything: sources, names, where the tiles are."""

import gzip
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import quote

import geopandas
import orjson
import shapely
from markupsafe import Markup
from shapely.geometry.base import BaseGeometry

from geodata.answers.names import title_of
from geodata.answers.question import RANKS, VERDICTS
from geodata.data import packaged
from geodata.data.commodities import commodities, members
from geodata.interval import today
from geodata.language import LANGUAGES, gettext, worded_in
from geodata.store.base import Store
from schemas import Source
from service.http.context import RequestContext
from service.http.files import version
from service.http.proxy import root_of
from service.pages.rendering import page
from service.pages.share import state_card
from service.params.map_state import MapState

STATIC = Path(__file__).parent.parent / "static" / "map"
FIRST = (
    *("main", "about", "ask", "base", "choice", "colours", "days", "dom", "filters", "frame"),
    *("legend", "look", "notices", "permalink", "screen", "signs", "state", "view"),
    *("words", "words-en", "words-uk"),
)
"""Scripts the first picture of the map needs; the others follow it."""
PLACES = "basemap/places.geojson.gz"
_AT_WATER = 0.02
"""Degrees by which a town on a river or coast may miss the land of its oblast."""
TILESETS = ("basemap", "control", "contact-line", "timelines")
STYLES = {"light": "lodeline", "dark": "lodeline-dark"}
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def map_page(ask: RequestContext, state: MapState) -> str:
    """The page with its block of data."""
    return page(
        ask,
        "map.html",
        title=gettext("Map"),
        card=state_card(ask, state),
        first=FIRST,
        later=_later(),
        engine={name: version(name) or "0" for name in ("maplibre-gl.js", "maplibre-gl.css")},
        data=data_block(about(ask)),
    )


def about(ask: RequestContext) -> dict[str, object]:
    """What the page's scripts start from."""
    store = ask.store
    manifest = store.manifest
    root = root_of(ask.base)
    return {
        "root": root,
        "base": ask.base,
        "release": manifest.id,
        "pinned": "release" in ask.query,
        "lang": ask.language,
        "created": manifest.created,
        "licence": packaged.FACTS_LICENCE,
        "first": str(_first_month(store)),
        "last": str(min(today(), store.sources.last_day_of_data)),
        "verdicts": VERDICTS,
        "sources": [
            _source(store.sources.by_id[source], store) for source in store.sources.ordered
        ],
        "country": packaged.theatre().country,
        "outline": outline(),
        "stretches": [
            {"first_day": str(each.first), "source": each.source}
            for each in store.sources.stretches
        ],
        "commodities": _commodities(store),
        "places": places(),
        "oblasts": oblast_names(),
        "territories": [
            {
                "id": entry.id,
                "en": entry.title,
                "uk": entry.title_uk,
                "where_en": entry.where,
                "where_uk": entry.where_uk,
            }
            for entry in store.control.territories.values()
        ],
        "tiles": {name: _tiles(ask, name) for name in TILESETS if name in store.tilesets.names()},
        "styles": {theme: f"{root}/styles/{style}" for theme, style in STYLES.items()},
        "palette": _palette(),
    }


def _first_month(store: Store) -> date:
    """The first of the month in which any source first shows land not held by the government."""
    return (store.control.first_cell_day() or today()).replace(day=1)


def _source(source: Source, store: Store) -> dict[str, object]:
    return {
        "id": source.id,
        "titles": {lang: _title(source, lang) for lang in LANGUAGES},
        "first_day": str(store.sources.first_day(source.id)),
        "last_day": str(store.sources.last_day(source.id)),
        "record": source.record,
        "statuses": source.statuses,
        "licence": source.licence,
        "attribution": source.attribution,
        "url": source.url,
    }


def _title(source: Source, lang: str) -> str:
    with worded_in(lang):
        return title_of(source)


def _commodities(store: Store) -> list[dict[str, object]]:
    """Commodities some deposit has, with the deposits of the country of which each is the main one.

    A group counts its members; occurrences, other ranks and components do not count.
    """
    table = store.facts.deposits
    at_home = table["country"] == packaged.theatre().country
    whole = at_home & table["part_of"].isna() & (table["rank"] == RANKS[0])
    main = list(table["commodity"][whole.to_numpy(dtype=bool)])
    on_record = frozenset(name for names in table["commodities"] for name in names)
    counted = [
        (c, sum(name in members(c.id) for name in main))
        for c in commodities()
        if not members(c.id).isdisjoint(on_record)
    ]
    return [
        {
            "id": entry.id,
            "en": entry.name_en,
            "uk": entry.name_uk,
            "members": sorted(members(entry.id)),
            "deposits": count,
        }
        for entry, count in counted
    ]


@cache
def outline() -> list[list[list[float]]]:
    """Rings around the country, CRS84, to ten kilometres: is a spot on its side of the border?"""
    parts = shapely.get_parts(packaged.outline().simplify(0.1))
    return [shapely.get_coordinates(part.exterior).round(2).tolist() for part in parts]


@cache
def places() -> list[dict[str, object]]:
    """Towns of the country that the base map names, with their oblast; larger ones first.

    The table of settlements holds the oblasts where control changed: neither Kyiv nor Odesa.
    """
    towns = orjson.loads(gzip.decompress(packaged.data_file(PLACES).read_bytes()))["features"]
    points = shapely.points([town["geometry"]["coordinates"] for town in towns])
    oblasts = _oblasts()
    town, oblast = oblasts.sindex.nearest(points, return_all=False, max_distance=_AT_WATER)
    at_home = dict(zip(town.tolist(), oblast.tolist(), strict=True))
    return [
        {
            **{name: towns[n]["properties"][name] for name in ("name_en", "name_uk")},
            "oblast": oblasts["name_en"].iloc[at_home[n]],
            "at": _on_land(points[n], oblasts.geometry.iloc[at_home[n]]),
        }
        for n in sorted(at_home, key=lambda n: -towns[n]["properties"]["population"])
    ]


def _on_land(point: shapely.Point, oblast: BaseGeometry) -> list[float]:
    """A town's spot; one in the water (Kherson, Ochakiv) is put ashore, where control is known."""
    lon, lat = point.x, point.y
    if not oblast.intersects(point):
        _, shore = shapely.get_coordinates(shapely.shortest_line(point, oblast))
        # A little past the shore, which is a line between water and land.
        lon, lat = shore + (shore - (lon, lat)) / point.distance(oblast) * 0.002
    return [round(float(lon), 4), round(float(lat), 4)]


def _oblasts() -> geopandas.GeoDataFrame:
    areas = packaged.admin_areas()
    return areas[areas["parent"] == packaged.theatre().country]


@cache
def oblast_names() -> dict[str, str]:
    """Ukrainian names of the country's oblasts by their English ones."""
    oblasts = _oblasts()
    return dict(zip(oblasts["name_en"], oblasts["name_uk"], strict=True))


def _tiles(ask: RequestContext, name: str) -> str:
    """The address of a tileset's tiles, in the release that answers."""
    return f"{ask.base}/tiles/{name}/{{z}}/{{x}}/{{y}}?release={quote(ask.release)}"


@cache
def _palette() -> Mapping[str, object]:
    palette: Mapping[str, object] = orjson.loads((STATIC / "palette.json").read_bytes())
    return palette


@cache
def _later() -> tuple[str, ...]:
    """The other scripts, so that the browser need not find them one behind the other."""
    return tuple(
        sorted({place.stem for place in STATIC.glob("*.js")} - {*FIRST, "embed"})
    )  # it has its own page


def data_block(document: object) -> Markup:
    """JSON that may stand in a script element, whatever is in it."""
    return Markup(orjson.dumps(document).decode().translate(_ESCAPES))  # noqa: S704 - escaped here
