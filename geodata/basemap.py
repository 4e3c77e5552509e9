"""What lies under the map: land, water, rivers, borders, oblasts and the names of places.

A base map of our own needs no outside server. Figures: Natural Earth (public domain) and GeoNames
(CC BY 4.0); how they were made stands in `data/rebuild_basemap.py`. `min_zoom` generalises: a
feature is left out below it, so that low zooms stay light.
"""

import gzip
import json
from collections import defaultdict
from functools import cache
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata import facts
from geodata.crs import CRS84

GeometryArray = npt.NDArray[np.object_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
FILES = ("land", "water", "rivers", "borders", "countries", "places", "seas")
LAYERS = (*FILES[:4], "oblasts", *FILES[4:])
"""Source-layers in the order they are drawn."""
SAME = 6
"""Decimals to which two points must agree to be one."""
CITIES = ("UA-30", "UA-40")
"""Oblasts that are cities: their names stand among the places."""
_INTEGERS = ("min_zoom", "rank", "population")


def layers() -> dict[str, geopandas.GeoDataFrame]:
    """The base map by source-layer, CRS84, in the order of `LAYERS`.

    All have `min_zoom` (int). `land` polygons; `water` polygons with `name_en`, `name_uk`;
    `rivers` lines with names and `rank` (1 the largest); `borders` lines with `disputed` (bool);
    `oblasts` lines without a name and label points with `name_en`, `name_uk`; `countries` and
    `seas` label points with names and `rank`; `places` label points with names, `population`,
    `rank` and `capital` ("country", "oblast" or None). A name nobody published is None.
    """
    return {name: frame.copy() for name, frame in _layers().items()}


def shared_edges(
    areas: GeometryArray, owners: npt.NDArray[np.object_]
) -> dict[tuple[str, str], BaseGeometry]:
    """Lines along which areas of two owners meet, by the owners in alphabetical order.

    areas: (n,) polygons that share their vertices where they touch; owners: (n,) names. An edge
    is shared where two owners' rings go through the same two points.
    """
    edges, rows = _edges(areas)
    one, other = _met(edges)
    names = np.sort(np.stack([owners[rows[one]], owners[rows[other]]], axis=1).astype(str), axis=1)
    apart = names[:, 0] != names[:, 1]
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for (first, second), edge in zip(names[apart], one[apart], strict=True):
        found[str(first), str(second)].append(int(edge))
    return {pair: _line(edges[found[pair]]) for pair in sorted(found)}


def _edges(areas: GeometryArray) -> tuple[FloatArray, IntArray]:
    """All edges of all rings, (m, 2, 2) points from the lesser to the greater, and whose, (m,)."""
    parts, part_rows = shapely.get_parts(areas, return_index=True)
    rings, ring_parts = shapely.get_rings(parts, return_index=True)
    points, point_rings = shapely.get_coordinates(rings, return_index=True)
    inner = point_rings[1:] == point_rings[:-1]
    edges = np.stack([points[:-1][inner], points[1:][inner]], axis=1).round(SAME)
    (x0, y0), (x1, y1) = edges[:, 0].T, edges[:, 1].T
    backwards = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    edges[backwards] = edges[backwards][:, ::-1]
    return edges, part_rows[ring_parts[point_rings[:-1][inner]]]


def _met(edges: FloatArray) -> tuple[IntArray, IntArray]:
    """Numbers of the edges that come twice: of the one, and of the other."""
    flat = edges.reshape(-1, 4)
    order = np.lexsort(flat.T)
    same = np.flatnonzero((flat[order][1:] == flat[order][:-1]).all(axis=1))
    return order[same], order[same + 1]


def _line(edges: FloatArray) -> BaseGeometry:
    return shapely.line_merge(shapely.MultiLineString(list(edges)))


@cache
def _layers() -> dict[str, geopandas.GeoDataFrame]:
    made = {name: _read(name) for name in FILES} | {"oblasts": _oblasts()}
    return {name: made[name] for name in LAYERS}


def _read(name: str) -> geopandas.GeoDataFrame:
    content = gzip.decompress(facts.data_file(f"basemap/{name}.geojson.gz").read_bytes())
    features = json.loads(content)["features"]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    return _frame([f["properties"] for f in features], shapes)


def _oblasts() -> geopandas.GeoDataFrame:
    """Lines between oblasts, and a point with the names of each."""
    areas = facts.admin_areas().query("level == 1")
    lines = shared_edges(areas.geometry.to_numpy(), areas["id"].to_numpy())
    rows: list[dict[str, Any]] = [{"name_en": None, "name_uk": None, "min_zoom": 4}] * len(lines)
    named = areas[~areas["id"].isin(CITIES)]
    rows += [
        {"name_en": _region_name(area.name_en), "name_uk": area.name_uk, "min_zoom": 5}
        for area in named.itertuples()
    ]
    centres = [shapely.maximum_inscribed_circle(shape, 0.01).coords[0] for shape in named.geometry]
    return _frame(rows, [*lines.values(), *(shapely.Point(centre) for centre in centres)])


def _region_name(name: str) -> str:
    return name if name == "Crimea" else f"{name} Oblast"


def _frame(rows: list[dict[str, Any]], shapes: list[BaseGeometry]) -> geopandas.GeoDataFrame:
    frame = pd.DataFrame(rows, dtype=object)
    whole = {name: "int64" for name in _INTEGERS if name in frame}
    if "disputed" in frame:
        whole["disputed"] = "bool"
    typed = frame.astype(whole)
    return geopandas.GeoDataFrame(typed.where(typed.notna(), None), geometry=shapes, crs=CRS84)
