"""Rasters: which there are, their tiles, values, statistics, legends and files."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field, WithJsonSchema
from shapely.geometry.base import BaseGeometry
from starlette.responses import Response

from geodata.answers.sources import source_facts
from geodata.errors import InvalidInput, NotFound
from geodata.interval import today
from geodata.language import gettext
from geodata.language import gettext_noop as N_
from geodata.rasters.colours import RAMPS, RESCALES, Scale, beyond, day_of, scale_of, stops
from geodata.rasters.colours import legend_png as drawn_legend
from schemas import Raster
from service.http.context import HTML, JSON, Context, Link, RequestContext, link
from service.http.downloads import download_name
from service.http.errors import problem_response
from service.http.files import PARTS, RANGES, RangedFile, content_hash, file_headers
from service.http.offer import CachePolicy, answers
from service.http.routing import release_router
from service.ogc import raster_answers as models
from service.params.area import parse_area
from service.params.core import QueryDay, ReleaseQuery, Source, SpotQuery

COG = "image/tiff; application=geotiff; profile=cloud-optimized"
DEEPEST = 22
TILE = "/rasters/{raster}/tiles/{z}/{x}/{row}"
TILE_MEDIA = {"png": "image/png", "webp": "image/webp", "tif": "image/tiff"}
_NUMBER = re.compile(r"0|[1-9]\d{0,7}", re.ASCII)
_ROW = re.compile(r"(?P<y>0|[1-9]\d{0,7})(?P<twice>@2x)?", re.ASCII)

EMPTY: dict[int | str, dict[str, Any]] = {204: {"description": "No cell there holds a value"}}
SENT: dict[int | str, dict[str, Any]] = {
    413: problem_response("The area is too large"),
    415: problem_response("The body is of another type"),
}
WEIGHTS = N_(
    "Shares of cells inside the area are exact. count and sum count each cell by its share; mean, "
    "median and stdev weigh it by the ground it covers inside the area; integral is the sum of "
    "value times km2 of ground."
)


router = release_router("tiles")


class DrawnQuery(ReleaseQuery):
    """How values become colours."""

    colormap: Annotated[str, WithJsonSchema({"type": "string", "enum": list(RAMPS)})] | None = (
        Field(None, description="Colours by name.")
    )
    rescale: Annotated[str, WithJsonSchema({"type": "string", "enum": list(RESCALES)})] | None = (
        Field(
            None,
            description="Values at the ends of the colours: as described, or the least and the "
            "greatest.",
        )
    )


class AreaQuery(ReleaseQuery):
    """A territory on a day, in place of an area that is sent."""

    territory: str | None = Field(None, description="Territory by id, where no area is sent.")
    date: QueryDay | None = Field(None, description="Date of the territory; default today.")
    source: Source = None


Drawn = Annotated[DrawnQuery, Query()]


@router.get("/rasters", name="rasters", summary="Rasters")
@answers("json", "html", model=models.Rasters)
def rasters(ask: Context) -> Response:
    """All rasters of the release."""
    return ask.answer({"rasters": [_described(ask, found) for found in ask.store.rasters.all()]})


def file_hash(ask: RequestContext) -> str:
    """The hash of the file's bytes."""
    return content_hash(ask.store.manifest, ask.store.rasters.path(_asked(ask).id))


def download_headers(ask: RequestContext) -> dict[str, str]:
    """Headers of the raster's file: its name, and what any file has."""
    found = _asked(ask)
    name = download_name(f"lodeline-{found.id}-{ask.release}.tif")
    return {**name, **file_headers(ask.store.rasters.path(found.id))}


@router.get(
    "/rasters/{raster}.tif",
    name="raster_file",
    summary="A raster as COG",
    responses={**PARTS, **RANGES},
)
@answers("tif", media={"tif": COG}, headers=download_headers, cache=CachePolicy(content=file_hash))
def download(ask: Context) -> Response:
    """The raster's file, whole or a range of it."""
    return RangedFile(ask.store.rasters.path(_asked(ask).id), media_type=COG)


@router.get("/rasters/{raster}", name="raster", summary="One raster, as TileJSON too")
@answers("json", "html", model=models.RasterAnswer)
def raster(ask: Context) -> Response:
    """One raster: what it is, and where its tiles, values and file are."""
    return ask.answer(_described(ask, _asked(ask)))


@router.get(
    f"{TILE}.png", name="raster_tile_png", summary="A tile of a raster as png", responses=EMPTY
)
@answers("png", media={"png": TILE_MEDIA["png"]})
def png_tile(ask: Context, query: Drawn) -> Response:
    """A tile of WebMercatorQuad, drawn; 204 where no cell there holds a value."""
    return _tile(ask, _scale(ask, query))


@router.get(
    f"{TILE}.webp", name="raster_tile_webp", summary="A tile of a raster as webp", responses=EMPTY
)
@answers("webp", media={"webp": TILE_MEDIA["webp"]})
def webp_tile(ask: Context, query: Drawn) -> Response:
    """A tile of WebMercatorQuad, drawn; 204 where no cell there holds a value."""
    return _tile(ask, _scale(ask, query))


@router.get(
    f"{TILE}.tif", name="raster_tile_tif", summary="A tile of a raster as tif", responses=EMPTY
)
@answers("tif", media={"tif": TILE_MEDIA["tif"]})
def tif_tile(ask: Context) -> Response:
    """A tile of WebMercatorQuad, its values; 204 where no cell there holds a value."""
    return _tile(ask, _scale(ask, DrawnQuery()))


def _tile(ask: RequestContext, scale: Scale) -> Response:
    zxy, size = _place(ask.path_params)
    body = ask.store.rasters.tile(_asked(ask).id, zxy, size, ask.format, scale)
    if body is None:
        return Response(status_code=204)
    return Response(body, media_type=TILE_MEDIA[ask.format])


@router.get(
    "/rasters/{raster}/legend.png", name="raster_legend_png", summary="What its colours mean, drawn"
)
@answers("png", media={"png": "image/png"})
def legend_png(ask: Context, query: Drawn) -> Response:
    """The legend as a picture."""
    return Response(drawn_legend(_asked(ask), _scale(ask, query)), media_type="image/png")


@router.get("/rasters/{raster}/legend.json", name="raster_legend", summary="What its colours mean")
@answers(model=models.Legend)
def legend_json(ask: Context, query: Drawn) -> Response:
    """The legend as labelled values and colours."""
    found, scale = _asked(ask), _scale(ask, query)
    low, high = beyond(found, scale)
    return ask.answer({
        "id": found.id,
        "title": found.title,
        "unit": found.unit,
        "colormap": scale.colours,
        "ends": list(scale.ends),
        "values_below": low,
        "values_above": high,
        "nothing": "transparent",
        "stops": [
            {"value": stop.value, "at": round(stop.at, 6), "label": stop.label,
             "color": stop.colour}
            for stop in stops(found, scale)
        ],
    })  # fmt: skip


@router.get("/rasters/{raster}/point", name="raster_point", summary="The value at a point")
@answers("json", "html", model=models.RasterValue)
def point(ask: Context, query: Annotated[SpotQuery, Query()]) -> Response:
    """The value of the cell at a spot; null with the reason where there is none."""
    found, lon, lat = _asked(ask), query.lon, query.lat
    reason = None
    try:
        value = ask.store.rasters.value_at(found.id, lon, lat)
    except NotFound:
        value, reason = None, gettext("the point lies outside the raster")
    if value is None and reason is None:
        reason = gettext("the cell at this point has no value")
    document = {"raster": found.id, "lon": lon, "lat": lat, "unit": found.unit}
    return ask.answer({
        **document,
        **_valued(found, value),
        "reason": reason,
        "asof": None if found.asof is None else str(found.asof),
        "release": ask.release,
    })  # fmt: skip


@router.api_route(
    "/rasters/{raster}/statistics", methods=["GET", "POST"], name="raster_statistics",
    summary="Values in an area", responses=SENT,
)  # fmt: skip
@answers("json", "html", cache=CachePolicy(days=("date",)), model=models.Statistics)
def statistics(ask: Context, query: Annotated[AreaQuery, Query()]) -> Response:
    """Statistics of the values in an area sent as GeoJSON, or in a territory on a day."""
    found = _asked(ask)
    area, asked = _area(ask, query)
    told = ask.store.rasters.statistics(found.id, area)
    days = found.reading == "days"
    document = {
        "raster": found.id,
        "unit": found.unit,
        "area": asked,
        "area_km2": told.area_km2,
        "covered_km2": told.covered_km2,
        "covered_share": min(told.covered_km2 / told.area_km2, 1.0) if told.area_km2 else None,
        "count": told.count,
        **{name: getattr(told, name) for name in ("min", "max", "mean", "median", "stdev")},
        "sum": None if days else told.total,
        "integral": None if days else told.integral,
        "weights": WEIGHTS,
        "release": ask.release,
    }
    if days:
        names = ("min", "median", "mean", "max")
        document["dates"] = {name: _day(getattr(told, name)) for name in names}
    return ask.answer(document)


def _area(ask: RequestContext, query: AreaQuery) -> tuple[BaseGeometry, dict[str, Any]]:
    """The area asked, CRS84, and what is said of it."""
    named = query.territory
    if ask.body and named is not None:
        raise InvalidInput("an area is sent and a territory named; give one", parameter="territory")
    if ask.body:
        unused = sorted({"date", "source"} & set(ask.query))
        if unused:
            raise InvalidInput(
                f"{unused[0]} goes with territory, and an area is sent; leave it out",
                parameter=unused[0],
            )
        return parse_area(ask.body), {"type": "sent"}
    if named is None:
        raise InvalidInput(
            "no area: POST GeoJSON polygons, or name a territory", parameter="territory"
        )
    found = ask.store.control.territory(named)
    day, source = query.date or today(), query.source
    choice = ask.store.sources.select(day, source)
    return ask.store.control.territory_on(found.id, day, source), {
        "type": "territory",
        "territory": found.id,
        "date": str(day),
        **source_facts(choice if found.held else None),
    }


def _asked(ask: RequestContext) -> Raster:
    return ask.store.rasters.raster(ask.path_params["raster"])


def _scale(ask: RequestContext, query: DrawnQuery) -> Scale:
    return scale_of(_asked(ask), query.colormap, query.rescale)


def _place(words: Mapping[str, str]) -> tuple[tuple[int, int, int], int]:
    """Zoom, column and row, and pixels a side. Raises NotFound where there is no such tile."""
    z, x, y = words["z"], words["x"], _ROW.fullmatch(words["row"])
    if y is None or not (_NUMBER.fullmatch(z) and _NUMBER.fullmatch(x)):
        raise NotFound(
            f"there is no tile {z[:12]}/{x[:12]}/{words['row'][:12]}; give whole numbers "
            "z/x/y, y with @2x for 512 pixels"
        )
    zoom, column, row = int(z), int(x), int(y["y"])
    if zoom > DEEPEST or max(column, row) >= 1 << zoom:
        raise NotFound(
            f"there is no tile {zoom}/{column}/{row}; z goes from 0 to {DEEPEST}, x and y from 0 "
            "to 2^z - 1"
        )
    return (zoom, column, row), 512 if y["twice"] else 256


def _described(ask: RequestContext, found: Raster) -> dict[str, Any]:
    """A raster's record with its links; a TileJSON document too."""
    path = f"/rasters/{found.id}"
    pinned = {"release": ask.query["release"]} if "release" in ask.query else None
    return {
        "tilejson": "3.0.0",
        **found.model_dump(mode="json"),
        "name": found.title,
        "scheme": "xyz",
        "tiles": [ask.url_for(f"{path}/tiles/{{z}}/{{x}}/{{y}}.png", pinned)],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "tile_size": 256,
        "links": _links(ask, path, pinned),
    }


def _links(ask: RequestContext, path: str, pinned: Mapping[str, str] | None) -> list[Link]:
    html = {**(pinned or {}), "f": "html"}
    return [
        link(ask.url_for(path, pinned), "self", JSON, "This raster"),
        link(ask.url_for(path, html), "alternate", HTML, "HTML page"),
        link(ask.url_for(f"{path}.tif", pinned), "enclosure", COG, "Its file"),
        link(ask.url_for(f"{path}/legend.png", pinned), "preview", "image/png", "Its legend"),
        link(ask.url_for(f"{path}/legend.json", pinned), "related", JSON, "Its legend in numbers"),
    ]


def _valued(found: Raster, value: float | None) -> dict[str, Any]:
    """A value, with the day it stands for where it stands for one."""
    if value is not None and not found.dtype.startswith("float"):
        value = int(value)
    return {"value": value, **({"date": _day(value)} if found.reading == "days" else {})}


def _day(value: float | None) -> str | None:
    day = None if value is None else day_of(value)
    return None if day is None else str(day)
