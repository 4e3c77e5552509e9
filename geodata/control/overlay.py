"""Which share of each deposit's footprint lies in which cell, and what follows for one source?

A *footprint* is where a deposit may lie: its extent, or the geodesic disc of its position
uncertainty, cut to the land of the country its point is in. A point without uncertainty is its
own footprint. No footprint (None) means the deposit's position must not be tested.
"""

from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.timeline import OverlayPairs, standings
from geodata.crs import CRS84, EQUAL_AREA, reproject
from geodata.geometry import as_array, geodesic_discs, polygonal, unshared_copy
from geodata.types import FloatArray, GeometryArray, IntArray


def overlay_source(
    shapes: GeometryArray, cells: gpd.GeoDataFrame, covered: FloatArray, first_day: date
) -> pd.DataFrame:
    """Verdict intervals of footprints by one source; the table of `timeline.standings`.

    shapes: (n,) footprints, CRS84; None where a position must not be tested. cells: of the source,
    columns `status`, `valid_from`, `valid_to` and polygons in CRS84. covered: (n,) share of each
    footprint the source speaks of, NaN for None. first_day: first day it speaks of. Rows of a
    footprint rest on it alone, so that footprints may be shared out among processes.
    """
    return standings(
        shares_in(shapes, cells.geometry.to_numpy()),
        cells["status"].to_numpy(dtype=object),
        cells["valid_from"].to_numpy().astype("datetime64[D]"),
        cells["valid_to"].to_numpy().astype("datetime64[D]"),
        covered,
        first_day,
    )


def footprints(
    deposits: gpd.GeoDataFrame, outline: BaseGeometry, land: BaseGeometry
) -> GeometryArray:
    """Where each deposit may lie, (n,) CRS84; None where `overlay_basis` is 'none'.

    deposits: points or polygons, CRS84, with `overlay_basis`, `position_uncertainty_m` (metres) and
    maybe `extent`: WKT, CRS84, in place of the geometry of a 'polygon', and cut to the land.
    outline, land: the country, and the same without lakes, CRS84. A disc whose centre is inside the
    outline is cut to the land: a deposit published as lying in the country lies on its land.
    """
    shapes = deposits.geometry.to_numpy().copy()  # the deposits' own geometry stays as it is
    basis = deposits["overlay_basis"].to_numpy(dtype=object)
    radius = deposits["position_uncertainty_m"].to_numpy(dtype=float)
    discs = np.flatnonzero((basis == "disc") & (radius > 0))
    points = shapely.centroid(shapes[discs])
    shapes[discs] = geodesic_discs(shapely.get_x(points), shapely.get_y(points), radius[discs])
    inside = discs[shapely.intersects(outline, points)]
    shapes[inside] = on_land(shapes[inside], land)
    if "extent" in deposits:  # releases before November 2026 have none
        extents = deposits["extent"].to_numpy(dtype=object)
        outlined = np.flatnonzero((basis == "polygon") & pd.notna(extents))
        shapes[outlined] = on_land(shapely.from_wkt(extents[outlined]), land)
    shapes[basis == "none"] = None
    return np.asarray(shapes)


def on_land(shapes: GeometryArray, land: BaseGeometry) -> GeometryArray:
    """Each shape clipped to the land, (n,) CRS84; a shape that meets no land stays whole."""
    land = unshared_copy(land)
    shapely.prepare(land)
    clipped = shapes.copy()
    # Most discs lie inland whole; prepared, `contains_properly` says so without cutting anything.
    edge = ~shapely.contains_properly(land, shapes)
    # A shape along a shore shares a mere line with the land too: only the areal part is kept.
    clipped[edge] = [polygonal(part) for part in shapely.intersection(shapes[edge], land)]
    # Cut to nothing a deposit would lie nowhere: a disc in a lake says more than none.
    empty = shapely.is_empty(clipped)
    clipped[empty] = shapes[empty]
    return np.asarray(clipped)


def shares_in(shapes: GeometryArray, cells: GeometryArray) -> OverlayPairs:
    """Every (footprint, cell) pair that meets, with the share of the footprint's area inside.

    shapes: (n,) polygons or points, CRS84; None and empty meet nothing. cells: (m,) polygons,
    CRS84; they are prepared, so no other thread may use them meanwhile. A point inside a cell has
    share 1. Ordered by footprint, then cell.
    """
    shapely.prepare(cells)
    # The tree holds the footprints, which are small; the box of a cell may reach over the country.
    cell, shape = shapely.STRtree(shapes).query(cells, predicate="intersects")
    share = np.ones(len(shape))
    areal = shapely.get_dimensions(shapes[shape]) == 2
    # Only footprints on the edge of a cell are cut: a share within is one, exactly.
    partly = np.flatnonzero(areal)
    partly = partly[~shapely.contains_properly(cells[cell[partly]], shapes[shape[partly]])]
    share[partly] = _area_shares(shapes, shape[partly], cells[cell[partly]])
    order = np.lexsort((cell, shape))
    order = order[share[order] > 0]  # `intersects` counts a common border too
    return OverlayPairs(shape[order], cell[order], share[order])


def share_inside(shapes: GeometryArray, area: BaseGeometry) -> FloatArray:
    """Share of each footprint inside one area, (n,) 0..1; NaN for None or empty."""
    shares = np.where(shapely.is_missing(shapes) | shapely.is_empty(shapes), np.nan, 0.0)
    # A copy: areas of stores are asked by many threads, and `shares_in` prepares what it is given.
    pairs = shares_in(shapes, as_array(unshared_copy(area)))
    shares[pairs.footprint] = pairs.share
    return np.asarray(np.clip(shares, 0.0, 1.0))  # a quotient of areas may be one and 1e-16


def _area_shares(shapes: GeometryArray, which: IntArray, cells: GeometryArray) -> FloatArray:
    """Area of shapes[which] inside cells over the whole area, pairwise, (k,); equal-area plane."""
    if not len(which):
        return np.empty(0)
    used, back = np.unique(which, return_inverse=True)
    whole = shapely.area(reproject(shapes[used], CRS84, EQUAL_AREA))[back]
    inside = shapely.area(reproject(shapely.intersection(shapes[which], cells), CRS84, EQUAL_AREA))
    return np.asarray(inside / whole)
