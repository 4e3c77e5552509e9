"""The pages of rasters: all of them, one with its picture and legend, and values asked of it."""

import math
from collections.abc import Mapping

from geodata.rasters.colours import RAMPS, RESCALES
from service.http.context import RequestContext
from service.pages.rendering import Document, page

ACROSS, DOWN = 4, 3
"""Most tiles of a picture."""
DEGREES = 85.0511
FACTS = {
    "count": "Cells that hold a value", "min": "Least", "max": "Greatest", "mean": "Mean",
    "median": "Median", "stdev": "Standard deviation", "sum": "Sum", "integral": "Integral",
}  # fmt: skip


def rasters(ask: RequestContext, document: Document) -> str:
    """All rasters."""
    return page(ask, "rasters.html", title="Rasters", document=document)


def raster(ask: RequestContext, document: Document) -> str:
    """One raster."""
    return page(
        ask,
        "raster.html",
        title=document["title"],
        document=document,
        rows=_drawn(ask, document),
        ramps=RAMPS,
        rescales=RESCALES,
        territories=list(ask.store.control.territories.values()),
    )


def point(ask: RequestContext, document: Document) -> str:
    """The value at a spot."""
    return _values(ask, document, f"{document['lat']}, {document['lon']}", {})


def statistics(ask: RequestContext, document: Document) -> str:
    """Statistics in a territory."""
    shown = {name: document[key] for key, name in FACTS.items() if document[key] is not None}
    named = document["area"].get("territory")
    known = ask.store.control.territories
    return _values(ask, document, known[named].title if named else "The area sent", shown)


def _values(
    ask: RequestContext, document: Document, title: str, shown: Mapping[str, object]
) -> str:
    found = ask.store.rasters.raster(str(document["raster"]))
    return page(ask, "raster_values.html", title=title, document=document, own=found, shown=shown)


def _drawn(ask: RequestContext, document: Document) -> list[list[tuple[int, int, int] | None]]:
    """Tiles of the picture, None where one would be empty."""
    held = ask.store.rasters.holds
    rows = picture(document["bounds"])
    return [[zxy if held(document["id"], zxy) else None for zxy in row] for row in rows]


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
