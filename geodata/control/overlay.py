"""Which share of each deposit's footprint lies in which cell: one spatial join over all cells.

A *footprint* is where a deposit may lie: its polygon, or the geodesic disc of its position
uncertainty, cut to the land of the country its point is in. A point without uncertainty is its
own footprint. No footprint (None) means the deposit's position must not be tested.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84, EQUAL_AREA, reproject
from geodata.geometry import as_array, geodesic_discs, polygonal, unshared_copy
from geodata.types import FloatArray, GeometryArray, IntArray


@dataclass(frozen=True)
class OverlayPairs:
    """Footprints that meet cells: (k,) indices of both and the share of the footprint inside."""

    footprint: IntArray
    cell: IntArray
    share: FloatArray

    def __repr__(self) -> str:
        return f"Pairs({len(self.share)} of {len(np.unique(self.footprint))} footprints)"


def footprints(
    deposits: gpd.GeoDataFrame, outline: BaseGeometry, land: BaseGeometry
) -> GeometryArray:
    """Where each deposit may lie, (n,) CRS84; None where `overlay_basis` is 'none'.

    A disc whose centre is inside the outline is cut to the land: a deposit published as lying
    in the country lies on its land.
    """
    shapes = deposits.geometry.to_numpy().copy()
    basis = deposits["overlay_basis"].to_numpy(dtype=object)
    radius = deposits["position_uncertainty_m"].to_numpy(dtype=float)
    discs = np.flatnonzero((basis == "disc") & (radius > 0))
    points = shapely.centroid(shapes[discs])
    shapes[discs] = geodesic_discs(shapely.get_x(points), shapely.get_y(points), radius[discs])
    inside = discs[shapely.intersects(outline, points)]
    shapes[inside] = on_land(shapes[inside], land)
    shapes[basis == "none"] = None
    return np.asarray(shapes)


def on_land(shapes: GeometryArray, land: BaseGeometry) -> GeometryArray:
    """Each shape cut to the land; a shape that meets no land stays whole."""
    land = unshared_copy(land)
    shapely.prepare(land)
    cut = shapes.copy()
    edge = ~shapely.contains_properly(land, shapes)
    # A shape along a shore shares a mere line with the land too: only the areal part is kept.
    cut[edge] = [polygonal(part) for part in shapely.intersection(shapes[edge], land)]
    empty = shapely.is_empty(cut)
    cut[empty] = shapes[empty]
    return np.asarray(cut)


def shares_in(shapes: GeometryArray, cells: GeometryArray) -> OverlayPairs:
    """Every (footprint, cell) pair that meets, with the share of the footprint's area inside.

    shapes: (n,) polygons or points, CRS84; None and empty meet nothing. cells: (m,) polygons,
    CRS84. A point inside a cell has share 1. Ordered by footprint, then cell.
    """
    shapely.prepare(cells)
    cell, shape = shapely.STRtree(shapes).query(cells, predicate="intersects")
    share = np.ones(len(shape))
    areal = shapely.get_dimensions(shapes[shape]) == 2
    cut = np.flatnonzero(areal)
    cut = cut[~shapely.contains_properly(cells[cell[cut]], shapes[shape[cut]])]
    share[cut] = _area_shares(shapes, shape[cut], cells[cell[cut]])
    order = np.lexsort((cell, shape))
    order = order[share[order] > 0]
    return OverlayPairs(shape[order], cell[order], share[order])


def share_inside(shapes: GeometryArray, area: BaseGeometry) -> FloatArray:
    """Share of each footprint inside one area, (n,) 0..1; NaN for None or empty."""
    result = np.where(shapely.is_missing(shapes) | shapely.is_empty(shapes), np.nan, 0.0)
    pairs = shares_in(shapes, as_array(unshared_copy(area)))
    result[pairs.footprint] = pairs.share
    return np.asarray(np.clip(result, 0.0, 1.0))


def _area_shares(shapes: GeometryArray, which: IntArray, cells: GeometryArray) -> FloatArray:
    """Area of shapes[which] inside cells over the whole area, pairwise; equal-area plane."""
    if not len(which):
        return np.empty(0)
    used, back = np.unique(which, return_inverse=True)
    whole = shapely.area(reproject(shapes[used], CRS84, EQUAL_AREA))[back]
    inside = shapely.area(reproject(shapely.intersection(shapes[which], cells), CRS84, EQUAL_AREA))
    return np.asarray(inside / whole)
