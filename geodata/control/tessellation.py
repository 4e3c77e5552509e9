"""How does a table of settlements with dated status become cells?

Every settlement gets the land nearer to it than to any other (Voronoi cells in an equal-area
plane), as far as it may speak for it; land of equal history is dissolved, so any date's map is a
filter over few polygons.
"""

from collections.abc import Iterable
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.cells import cell_table
from geodata.crs import CRS84, LOCAL, reproject
from geodata.geometry import EMPTY, GRID_DEG, as_array, polygons_of, union_all, unshared_copy
from geodata.types import FloatArray, GeometryArray

History = tuple[tuple[str, date, date | None], ...]
"""Statuses of a settlement in order: status, first day, first day after it or None."""
LAND_STEP_DEG, AREA_STEP_M = 0.05, 5000
"""Longest edges before a shape is moved to the plane and back, about 5 km each: a straight edge of
degrees is a curve there. At this length it bends by less than 0.5 m in Ukraine."""
REACH_M = 20_000
"""How far from a settlement its land may lie. Farther off, in forest, marsh or sand without a
village, it is not known who is there on days on which the nearest settlement is not the
government's: 47 km2 of the packaged table's land, most of it the Chornobyl zone and the spits of
the Black Sea. At 15 km it would be 430 km2 and cost agreement with published maps of 2024."""
BY_RULE = "rule"
"""`record` of settlements whose status is that of their whole oblast, however far its land lies."""


def tessellate(
    settlements: gpd.GeoDataFrame, land: BaseGeometry, source: str, reach_m: float = REACH_M
) -> gpd.GeoDataFrame:
    """Cells of all statuses but `government`, which is what remains of the coverage.

    settlements: rows (place_id, record, status, valid_from, valid_to) with point geometry, CRS84;
    days half-open. land: the area to divide, CRS84; water already taken out. reach_m: metres beyond
    which cells are of status `unknown`, unless the settlement's record is `BY_RULE`. Gives
    `cells.COLUMNS`.
    """
    history = _histories(settlements)
    places = np.array(list(history))
    first = settlements.drop_duplicates("place_id").set_index("place_id").loc[places]
    points = first.geometry.to_numpy()
    reaches = np.where(first["record"] == BY_RULE, np.inf, reach_m)
    near, far = split_at_reach(points, nearest_land(points, land), reaches)
    rows = []
    for spans, members in _grouped(history).items():
        of_group = np.isin(places, members)
        taken = _taken(spans)
        rows += _cells_of(taken, near[of_group])
        rows += _cells_of([("unknown", *span[1:]) for span in taken], far[of_group])
    return cell_table(source, rows)


def split_at_reach(
    points: GeometryArray, shapes: GeometryArray, reaches_m: FloatArray
) -> tuple[GeometryArray, GeometryArray]:
    """Each point's shape within so many metres of it, and the rest of the shape, (n,) CRS84 each.

    points, shapes: (n,) CRS84. reaches_m: (n,) metres, in the plane of the theatre.
    """
    near, far = shapes.copy(), np.full(len(shapes), EMPTY, dtype=object)
    planes = reproject(points, CRS84, LOCAL), reproject(shapes, CRS84, LOCAL)
    # To the farthest vertex; NaN for a settlement without land, as on an island of no outline.
    beyond = np.flatnonzero(shapely.hausdorff_distance(*planes) > reaches_m)
    discs = reproject(
        shapely.buffer(planes[0][beyond], reaches_m[beyond], quad_segs=32), LOCAL, CRS84
    )
    near[beyond] = shapely.intersection(shapes[beyond], discs, grid_size=GRID_DEG)
    far[beyond] = shapely.difference(shapes[beyond], discs, grid_size=GRID_DEG)
    return near, far


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


def _cells_of(
    spans: Iterable[tuple[str, date, date | None]], shapes: GeometryArray
) -> list[tuple[str, date, date | None, BaseGeometry]]:
    """Rows for `cell_table`: every polygon of the shapes' union in every span."""
    polygons = polygons_of(union_all(shapes))
    return [(*span, polygon) for span in spans for polygon in polygons]


def _taken(spans: History) -> History:
    """The spans in which a settlement is not the government's."""
    return tuple(span for span in spans if span[0] != "government")


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
        if _taken(spans):
            groups.setdefault(spans, []).append(place)
    return groups
