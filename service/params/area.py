"""Which area is asked: polygons of a GeoJSON document, checked before anything is computed."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput, TooLarge
from geodata.geometry import parts_of, polygons_of
from geodata.tangles import are_interwoven, is_tangled
from geodata.types import GeometryArray

MOST_VERTICES = 200_000
MOST_FEATURES = 10_000
AREAL = ("Polygon", "MultiPolygon")
KINDS = ("FeatureCollection", "Feature", *AREAL)


def parse_area(document: bytes) -> BaseGeometry:
    """The union of the polygons of a GeoJSON geometry, Feature or FeatureCollection, CRS84.

    Raises InvalidInput where it is none, holds other geometries or polygons that cross
    themselves, or leaves the earth; TooLarge beyond MOST_VERTICES and MOST_FEATURES.
    """
    try:
        parsed = orjson.loads(document)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"the area is no JSON: {error}; give GeoJSON polygons") from error
    shapes = np.array([_shape(found) for found in _geometries(parsed)], dtype=object)
    if not len(shapes):
        raise InvalidInput("the area has no geometry; give at least one Polygon")
    _refuse_heavy(shapes)
    _check(shapes)
    return _united(shapes)


def _geometries(document: object) -> Iterator[object]:
    """The geometries of a document of any of the three kinds."""
    kind = document.get("type") if isinstance(document, dict) else None
    if not isinstance(document, dict) or kind not in KINDS:
        raise InvalidInput(
            f"the area is {str(kind)[:40]!r}; give a GeoJSON Polygon, MultiPolygon, Feature or "
            "FeatureCollection"
        )
    if kind != "FeatureCollection":
        yield document.get("geometry") if kind == "Feature" else document
        return
    features = document.get("features")
    if not isinstance(features, list):
        raise InvalidInput("the FeatureCollection has no list `features`; give one")
    if len(features) > MOST_FEATURES:
        raise TooLarge(f"the area has more than {MOST_FEATURES:,} features; join them")
    for feature in features:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise InvalidInput("a member of `features` is no Feature; give GeoJSON Features")
        yield feature.get("geometry")


def _refuse_heavy(shapes: GeometryArray) -> None:
    """Raise TooLarge for polygons that take too long to check."""
    if shapely.get_num_coordinates(shapes).sum() > MOST_VERTICES:
        raise TooLarge(f"the area has more than {MOST_VERTICES:,} vertices; simplify it")
    if is_tangled(shapes):
        raise TooLarge(
            "too many edges or rings of the area lie side by side or around one another; simplify "
            "it, or ask for its parts one by one"
        )


def _united(shapes: GeometryArray) -> BaseGeometry:
    """The union; what does not meet is not worked on. Raises TooLarge where it takes too long."""
    if len(shapes) == 1:
        alone: BaseGeometry = shapes[0]
        return alone
    if are_interwoven(shapes):
        raise TooLarge(
            "the polygons of the area cross one another too often; unite them, or ask for each"
        )
    polygons, _ = parts_of(shapes)
    union: BaseGeometry = shapely.disjoint_subset_union_all(polygons)
    return union


def _shape(geometry: Any) -> BaseGeometry:  # noqa: ANN401 - any JSON value
    if not isinstance(geometry, dict) or geometry.get("type") not in AREAL:
        kind = geometry.get("type") if isinstance(geometry, dict) else geometry
        raise InvalidInput(f"a geometry is {str(kind)[:40]!r}; give Polygon or MultiPolygon")
    try:
        flat = {"type": geometry["type"], "coordinates": geometry["coordinates"]}
        shape: BaseGeometry = shapely.force_2d(shapely.from_geojson(orjson.dumps(flat)))
    except (shapely.errors.GEOSException, KeyError, TypeError, ValueError) as error:
        raise InvalidInput(
            f"a polygon cannot be read: {str(error)[:120]}; give closed rings of positions"
        ) from error
    return shape


def _check(shapes: GeometryArray) -> None:
    """Polygons have ground, lie on the earth and do not cross themselves."""
    places = shapely.get_coordinates(shapes)
    if not (np.abs(places) <= [180, 90]).all():
        raise InvalidInput(
            "a polygon leaves the earth; give longitudes -180..180 and latitudes -90..90, in "
            "that order"
        )
    if not len(places) or any(not len(polygons_of(shape)) for shape in shapes):
        raise InvalidInput("a polygon is empty or has no ground; give polygons with an area")
    if shapely.is_empty(shapely.get_rings(parts_of(shapes)[0])).any():
        raise InvalidInput("a polygon has an empty ring; leave the ring out")
    wrong = np.flatnonzero(~shapely.is_valid(shapes))
    if len(wrong):
        reason = shapely.is_valid_reason(shapes[wrong[0]])
        raise InvalidInput(f"polygon {wrong[0]} crosses or touches itself: {reason}; mend it")
