"""How does a table of settlements with dated status become cells.

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
from geodata.geometry import as_array, polygons_of, union_all
from geodata.types import GeometryArray

History = tuple[tuple[str, date, date | None], ...]


def tessellate(settlements: gpd.GeoDataFrame, land: BaseGeometry, source: str) -> gpd.GeoDataFrame:
    """Cells of all statuses but `government`, which is what remains of the coverage.

    settlements: rows (place, status, valid_from, valid_to) with point geometry, CRS84.
    land: the area to divide, CRS84; water already taken out.
    """
    history = _histories(settlements)
    first = settlements.drop_duplicates("place_id").set_index("place_id").geometry
    places = np.array(list(history))
    shapes = nearest_land(first.loc[places].to_numpy(), land)
    rows = []
    for spans, members in _grouped(history).items():
        pieces = polygons_of(union_all(shapes[np.isin(places, members)]))
        rows += [
            (status, began, ended, piece)
            for status, began, ended in spans
            if status != "government"
            for piece in pieces
        ]
    return cell_table(source, rows)


def nearest_land(points: GeometryArray, land: BaseGeometry) -> GeometryArray:
    """For each of n points, CRS84, the part of the land nearest to it, CRS84, on the grid.

    Distances are taken in an equal-area plane centred on the theatre.
    """
    plane = reproject(points, CRS84, LOCAL)
    outline = reproject(as_array(shapely.segmentize(land, 0.05)), CRS84, LOCAL)[0]
    areas = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(plane), extend_to=outline)
    )
    owner, area = shapely.STRtree(areas).query(plane, predicate="intersects")
    ordered = np.empty(len(points), dtype=object)
    ordered[owner] = areas[area]
    lonlat = reproject(shapely.segmentize(ordered, 5000), LOCAL, CRS84)
    snapped = shapely.set_precision(lonlat, 1e-6)
    shapely.prepare(land)
    inside = shapely.covers(land, snapped)
    snapped[~inside] = shapely.intersection(snapped[~inside], land, grid_size=1e-6)
    return np.asarray(snapped)


def _histories(settlements: gpd.GeoDataFrame) -> dict[str, History]:
    """Each place's dated statuses, in order."""
    began = [d.date() for d in pd.to_datetime(settlements["valid_from"])]
    ended = [None if pd.isna(d) else d.date() for d in pd.to_datetime(settlements["valid_to"])]
    found: dict[str, list[tuple[str, date, date | None]]] = {}
    rows = zip(settlements["place_id"], settlements["status"], began, ended, strict=True)
    for place, status, start, stop in rows:
        found.setdefault(str(place), []).append((str(status), start, stop))
    return {place: tuple(sorted(spans, key=lambda s: s[1])) for place, spans in found.items()}


def _grouped(history: dict[str, History]) -> dict[History, list[str]]:
    groups: dict[History, list[str]] = {}
    for place, spans in history.items():
        if any(status != "government" for status, _, _ in spans):
            groups.setdefault(spans, []).append(place)
    return groups
