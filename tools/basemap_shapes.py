"""How do Natural Earth's shapes become the base map's land, water, rivers and borders?

Within `DETAIL` every vertex is kept; beyond it the world is drawn coarsely. `min_zoom` is the
zoom from which a feature is worth drawing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.types import GeometryArray

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Feature = tuple[dict[str, Any], BaseGeometry]
DETAIL = shapely.box(14, 40, 48, 60)
"""Ukraine and its neighbours, CRS84."""
MERCATOR = shapely.box(-180, -85.06, 180, 85.06)
COARSE = 0.05
"""Degrees by which lines may move beyond the detailed part; a pixel of zoom 4."""
SMALLEST_ISLAND_KM2 = 2_000
SMALLEST_LAKE_KM2 = 5_000
ZOOM_OF_RIVER = {2: 2, 3: 2, 4: 3, 5: 4, 6: 4, 7: 5, 8: 6}
"""By Natural Earth's scalerank."""
SAME = 6
"""Decimals to which two points must agree to be one."""
DISPUTED = "Disputed|Indefinite|Line of control|Breakaway|Indeterminant"


def countries(path: Path) -> geopandas.GeoDataFrame:
    """Countries as Germany sees them: Crimea in Ukraine, Kosovo a country."""
    return pyogrio.read_dataframe(path, encoding="utf-8")


def land(states: geopandas.GeoDataFrame) -> list[Feature]:
    """The land, one feature for each continent or island."""
    whole = shapely.union_all(states.geometry.to_numpy())
    near = shapely.intersection(whole, DETAIL)
    far = shapely.simplify(shapely.difference(whole, DETAIL), COARSE)
    parts = [p for p in _polygons(far) if _km2(p) > SMALLEST_ISLAND_KM2 or p.touches(DETAIL)]
    joined = shapely.union_all([_rounded(near), *(_rounded(p) for p in parts)])
    found = _polygons(shapely.intersection(joined, MERCATOR))
    steps = {20_000: 0, 2_000: 2, 200: 4, 20: 5, 2: 6}
    return _by_size([({}, part) for part in found], steps)


def water(lakes: Path, names: Sequence[Mapping[str, Any]]) -> list[Feature]:
    """Lakes and reservoirs; a named one is the lake the name's point lies in."""
    shapes = shapely.make_valid(pyogrio.read_dataframe(lakes).geometry.to_numpy())
    near = shapes[shapely.intersects(shapes, DETAIL)]
    far = [s for s in shapes[~shapely.intersects(shapes, DETAIL)] if _km2(s) > SMALLEST_LAKE_KM2]
    kept = [*near, *shapely.simplify(far, COARSE)]
    found = [part for shape in kept for part in _polygons(_rounded(shape)) if _km2(part) > 1]
    steps = {10_000: 1, 2_000: 3, 500: 5, 100: 6, 20: 7}
    return _by_size([(_name_at(part, names), part) for part in found], steps)


def rivers(path: Path, names: Mapping[str, Mapping[str, Any]]) -> list[Feature]:
    """Rivers, also through their reservoirs; pieces of one river are one feature.

    names: by the name in the file; a river whose name is not among them carries none.
    """
    lines = pyogrio.read_dataframe(path, encoding="cp1252").dropna(subset=["rivernum"])
    lines = lines[lines.geometry.notna() & lines.geometry.intersects(DETAIL)]
    return [
        (_river(str(group["name"].iloc[0]), int(group["scalerank"].min()), names), line)
        for _, group in lines.groupby("rivernum", sort=True)
        if not (line := _clipped_line(group.geometry.to_numpy())).is_empty
    ]


def borders(states: geopandas.GeoDataFrame, lines: Path) -> list[Feature]:
    """Land borders between states, one feature for each pair; no coast among them.

    lines: Natural Earth's border lines, which say where a border is disputed. Ukraine's borders
    are the recognised ones and never marked so.
    """
    shared = shared_edges(states.geometry.to_numpy(), states["SOVEREIGNT"].to_numpy())
    known = pyogrio.read_dataframe(lines, encoding="cp1252")
    doubtful = known[known["featurecla"].str.contains(DISPUTED, case=False)]
    near = shapely.buffer(shapely.union_all(doubtful.geometry.to_numpy()), 0.05)
    shapely.prepare(near)
    return [
        ({"disputed": _is_disputed(line, near, pair), "min_zoom": 1}, drawn)
        for pair, line in shared.items()
        if not (drawn := _drawn_line(line)).is_empty
    ]


def _is_disputed(line: BaseGeometry, near: BaseGeometry, pair: tuple[str, str]) -> bool:
    inside = shapely.length(shapely.intersection(line, near))
    return "Ukraine" not in pair and bool(inside > line.length / 2)


def _river(name: str, rank: int, names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    found = names.get(name, {})
    return {
        "name_en": found.get("en"),
        "name_uk": found.get("uk"),
        "rank": rank,
        "min_zoom": found.get("min_zoom", ZOOM_OF_RIVER.get(rank, 7)),
    }


def _clipped_line(lines: Iterable[BaseGeometry]) -> BaseGeometry:
    return _merged(_rounded(shapely.intersection(shapely.union_all(list(lines)), DETAIL)))


def _drawn_line(line: BaseGeometry) -> BaseGeometry:
    """A border in full within the detailed part, coarse beyond."""
    near = shapely.intersection(line, DETAIL)
    far = shapely.simplify(_merged(shapely.difference(line, DETAIL)), COARSE)
    return _merged(_rounded(shapely.union(near, far)))


def _merged(line: BaseGeometry) -> BaseGeometry:
    return shapely.line_merge(line) if line.geom_type == "MultiLineString" else line


def _name_at(part: BaseGeometry, names: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    inside = (n for n in names if shapely.intersects_xy(part, n["lon"], n["lat"]))
    found = next(inside, {})
    return {"name_en": found.get("en"), "name_uk": found.get("uk")}


def _by_size(features: Sequence[Feature], steps: Mapping[int, int]) -> list[Feature]:
    """Features with a min_zoom, the largest first. steps: zoom by the area it takes, in km2."""
    sizes = [_km2(shape) for _, shape in features]
    order = np.argsort(sizes)[::-1]
    return [
        (
            features[i][0]
            | {"min_zoom": next((z for km2, z in steps.items() if sizes[i] > km2), 8)},
            features[i][1],
        )
        for i in order
    ]


def _km2(shape: BaseGeometry) -> float:
    """A rough area, good enough to tell a lake from a pond."""
    latitude = float(np.mean(shape.bounds[1::2]))
    return float(shape.area * 111.2**2 * np.cos(np.radians(latitude)))


def _polygons(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


def _rounded(shape: BaseGeometry) -> BaseGeometry:
    """Coordinates to 1e-4 degrees (11 m), still valid."""
    return shapely.set_precision(shape, 1e-4)


# Edges two areas share


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
