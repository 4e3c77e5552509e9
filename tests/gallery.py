"""Which shapes does every geometry test run over: the odd ones, by name, CRS84."""

import shapely
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

SQUARE = box(30, 46, 32, 48)
HOLE = Polygon(SQUARE.exterior, [box(30.5, 46.5, 31.5, 47.5).exterior.coords])
SLIVER = Polygon([(30, 46), (34, 46), (34, 46.000002)])
BOWTIE = Polygon([(30, 46), (32, 48), (32, 46), (30, 48)])
MULTIPART = MultiPolygon([box(30, 46, 31, 47), box(33, 46, 34, 47)])
TOUCHING_AT_A_POINT = MultiPolygon([box(30, 46, 31, 47), box(31, 47, 32, 48)])
TOUCHING_ALONG_AN_EDGE = MultiPolygon([box(30, 46, 31, 47), box(31, 46, 32, 47)])
ANTIMERIDIAN = MultiPolygon([box(179, 50, 180, 51), box(-180, 50, -179, 51)])
COLLECTION = shapely.GeometryCollection(
    [Point(30, 46), shapely.LineString([(30, 46), (31, 47)]), SQUARE, MULTIPART]
)
NESTED = shapely.GeometryCollection([COLLECTION, shapely.GeometryCollection()])

GALLERY: dict[str, BaseGeometry | None] = {
    "none": None,
    "empty polygon": Polygon(),
    "empty multipolygon": MultiPolygon(),
    "empty collection": shapely.GeometryCollection(),
    "point": Point(30, 46),
    "line": shapely.LineString([(30, 46), (31, 47)]),
    "square": SQUARE,
    "hole": HOLE,
    "sliver": SLIVER,
    "bowtie": BOWTIE,
    "multipart": MULTIPART,
    "touching at a point": TOUCHING_AT_A_POINT,
    "touching along an edge": TOUCHING_ALONG_AN_EDGE,
    "antimeridian": ANTIMERIDIAN,
    "collection": COLLECTION,
    "nested collection": NESTED,
    "with heights": shapely.force_3d(SQUARE, 7.0),
    "smaller than the grid": box(30, 46, 30 + 1e-8, 46 + 1e-8),
    "flat": Polygon([(30, 46), (31, 46), (32, 46)]),
}

AREAL = {
    name: shape
    for name, shape in GALLERY.items()
    if shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"} and shape.is_valid
}
"""The valid areal ones, empty ones among them."""
