"""How does a table of settlements with dated status become cells?

Every settlement gets the land nearer to it than to any other (Voronoi cells in an equal-area
plane); land of equal history is dissolved, so any date's map is a filter over few polygons.
"""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import cell_table
from geodata.crs import CRS84, LOCAL, reproject
from geodata.geometry import GRID_DEG, as_array, polygons_of, union_all, unshared_copy
from geodata.types import GeometryArray

History = tuple[tuple[str, date, date | None], ...]
"""Statuses of a settlement in order: status, first day, first day after it or None."""
LAND_STEP_DEG, AREA_STEP_M = 0.05, 5000
"""Longest edges before a shape is moved to the plane and back, about 5 km each: a straight edge of
degrees is a curve there. At this length it bends by less than 0.5 m in Ukraine."""


def tessellate(settlements: gpd.GeoDataFrame, land: BaseGeometry, source: str) -> gpd.GeoDataFrame:
    """Cells of all statuses but `government`, which is what remains of the coverage.

    settlements: rows (place_id, status, valid_from, valid_to) with point geometry, CRS84; days
    half-open. land: the area to divide, CRS84; water already taken out. Gives `cells.COLUMNS`.
    """
    history = _histories(settlements)
    first = settlements.drop_duplicates("place_id").set_index("place_id").geometry
    places = np.array(list(history))
    shapes = nearest_land(first.loc[places].to_numpy(), land)
    rows = []
    for spans, members in _grouped(history).items():
        polygons = polygons_of(union_all(shapes[np.isin(places, members)]))
        rows += [
            (status, began, ended, polygon)
            for status, began, ended in spans
            if status != "government"
            for polygon in polygons
        ]
    return cell_table(source, rows)


def nearest_land(points: GeometryArray, land: BaseGeometry) -> GeometryArray:
    """For each of n points, CRS84, the part of the land nearest to it, (n,) CRS84, on the grid.

    Distances are taken in an equal-area plane centred on the theatre (`crs.LOCAL`).
    """
    plane = reproject(points, CRS84, LOCAL)
    outline = reproject(as_array(shapely.segmentize(land, LAND_STEP_DEG)), CRS84, LOCAL)[0]
    areas = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(plane), extend_to=outline)
    )
    # GEOS gives the areas in an order of its own: each is handed to the point that lies in it.
    owner, area = shapely.STRtree(areas).query(plane, predicate="intersects")
    ordered = np.empty(len(points), dtype=object)
    ordered[owner] = areas[area]
    lonlat = reproject(shapely.segmentize(ordered, AREA_STEP_M), LOCAL, CRS84)
    snapped = shapely.set_precision(lonlat, GRID_DEG)
    land = unshared_copy(land)  # the packaged land is one shape for the whole process
    shapely.prepare(land)
    # Most areas lie inland: asking first is cheaper than cutting them at a shore they do not meet.
    inside = shapely.covers(land, snapped)
    snapped[~inside] = shapely.intersection(snapped[~inside], land, grid_size=GRID_DEG)
    return np.asarray(snapped)


def _histories(settlements: gpd.GeoDataFrame) -> dict[str, History]:
    """Each place's dated statuses, in order."""
    began = [d.date() for d in pd.to_datetime(settlements["valid_from"])]
    ended = [None if pd.isna(d) else d.date() for d in pd.to_datetime(settlements["valid_to"])]
    by_place: dict[str, list[tuple[str, date, date | None]]] = {}
    rows = zip(settlements["place_id"], settlements["status"], began, ended, strict=True)
    for place, status, start, stop in rows:
        by_place.setdefault(str(place), []).append((str(status), start, stop))
    return {place: tuple(sorted(spans, key=lambda s: s[1])) for place, spans in by_place.items()}


def _grouped(history: dict[str, History]) -> dict[History, list[str]]:
    """Places by history; those the government always held need no cell."""
    groups: dict[History, list[str]] = {}
    for place, spans in history.items():
        if any(status != "government" for status, _, _ in spans):
            groups.setdefault(spans, []).append(place)
    return groups
