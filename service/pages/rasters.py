"""The pages of rasters: all of them, one with its picture and legend, and values of it."""

import math
from collections.abc import Mapping

from geodata.answers.names import title_of
from geodata.language import gettext
from geodata.language import gettext_noop as N_
from geodata.rasters.colours import RAMPS, RESCALES
from service.http.context import RequestContext
from service.pages.rendering import Document, page

ACROSS, DOWN = 4, 3
"""Most tiles of a picture."""
DEGREES = 85.0511
STATISTICS = {
    "count": N_("Cells with a value"), "min": N_("Minimum"), "max": N_("Maximum"),
    "mean": N_("Mean"), "median": N_("Median"), "stdev": N_("Standard deviation"),
    "sum": N_("Sum"), "integral": N_("Integral (value times km²)"),
}  # fmt: skip


def rasters(ask: RequestContext, document: Document) -> str:
    """All rasters."""
    return page(ask, "rasters.html", title=gettext("Rasters"), document=document)


def raster(ask: RequestContext, document: Document) -> str:
    """One raster."""
    return page(
        ask,
        "raster.html",
        title=gettext(document["title"]),
        document=document,
        rows=_tiles_with_values(ask, document),
        ramps=RAMPS,
        rescales=RESCALES,
        territories=list(ask.store.control.territories.values()),
    )


def point(ask: RequestContext, document: Document) -> str:
    """The value at a point."""
    return _values(ask, document, f"{document['lat']}, {document['lon']}", {})


def statistics(ask: RequestContext, document: Document) -> str:
    """Statistics in a territory."""
    figures = {n: document[key] for key, n in STATISTICS.items() if document[key] is not None}
    territory = document["area"].get("territory")
    titles = ask.store.control.territories
    title = title_of(titles[territory]) if territory else gettext("The area you sent")
    return _values(ask, document, title, figures)


def _values(
    ask: RequestContext, document: Document, title: str, figures: Mapping[str, object]
) -> str:
    raster = ask.store.rasters.raster(str(document["raster"]))
    return page(
        ask,
        "raster_values.html",
        title=title,
        document=document,
        raster=raster,
        figures=figures,
    )


def _tiles_with_values(
    ask: RequestContext, document: Document
) -> list[list[tuple[int, int, int] | None]]:
    """Tiles of the picture, None where one would be empty."""
    has_values = ask.store.rasters.holds
    rows = picture(document["bounds"])
    return [[zxy if has_values(document["id"], zxy) else None for zxy in row] for row in rows]


def picture(bounds: list[float]) -> list[list[tuple[int, int, int]]]:
    """Rows of tiles that show a box, CRS84, as deep as few tiles allow."""
    zoom = 0
    while zoom < 20 and _fits(bounds, zoom + 1):
        zoom += 1
    west, north, east, south = _tiles(bounds, zoom)
    return [[(zoom, x, y) for x in range(west, east + 1)] for y in range(north, south + 1)]


def _fits(bounds: list[float], zoom: int) -> bool:
    west, north, east, south = _tiles(bounds, zoom)
    return east - west < ACROSS and south - north < DOWN


def _tiles(bounds: list[float], zoom: int) -> tuple[int, int, int, int]:
    """First column and row, last column and row."""
    west, south, east, north = bounds
    return (_column(west, zoom), _row(north, zoom), _column(east, zoom), _row(south, zoom))


def _column(lon: float, zoom: int) -> int:
    return min(int((lon + 180) / 360 * (1 << zoom)), (1 << zoom) - 1)


def _row(lat: float, zoom: int) -> int:
    angle = math.radians(min(max(lat, -DEGREES), DEGREES))
    share = (1 - math.asinh(math.tan(angle)) / math.pi) / 2
    return min(max(int(share * (1 << zoom)), 0), (1 << zoom) - 1)
