"""How are GeoJSON features read, and their polygons cleaned?"""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.geometry import as_array, snapped, union_all
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.parsed_file import FileRejected
from geodata.types import GeometryArray

BOM = b"\xef\xbb\xbf"
WGS84_NAMES = ("CRS84", "4326")
POLYGON_TYPES = ("Polygon", "MultiPolygon", "GeometryCollection")


def features_of(data: bytes) -> list[Any]:
    """The features of a GeoJSON FeatureCollection, one or more.

    orjson refuses NaN, Infinity, broken UTF-8 and nesting beyond 1,024. Raises FileRejected.
    """
    try:
        document = orjson.loads(data.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise FileRejected("file_is_json", f"{len(data)} bytes, {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise FileRejected("file_is_a_feature_collection", _kind(document))
    if not features:
        raise FileRejected("file_has_features", "an empty collection")
    _check_crs(document, len(features))
    return features


def _check_crs(document: dict[str, Any], rows: int) -> None:
    """Old GeoJSON names its CRS; only WGS 84 in degrees is taken."""
    crs = document.get("crs")
    if crs is not None and not any(name in str(crs) for name in WGS84_NAMES):
        raise FileRejected("file_is_crs84", str(crs)[:100], rows)


def _kind(document: object) -> str:
    if isinstance(document, list):
        return f"a JSON list of {len(document)} items (an index of publications?)"
    if isinstance(document, dict):
        return f"a JSON object of type {document.get('type')!r}"
    return f"a single JSON value ({type(document).__name__})"


@dataclass(frozen=True)
class CleanPolygon:
    """A geometry on the grid and the repairs it took, or the rule it breaks."""

    geometry: BaseGeometry | None = None
    fault: str | None = None
    repairs: tuple[str, ...] = ()


class PolygonCleaner:
    """Shapes by the bytes of their GeoJSON: most polygons come again unchanged every day."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._known: dict[bytes, CleanPolygon] = {}

    def shape(self, geometry: object) -> CleanPolygon:
        """The shape of a GeoJSON geometry object, as parsed."""
        if not isinstance(geometry, dict):
            return CleanPolygon(fault="has_a_geometry")
        if geometry.get("type") not in POLYGON_TYPES:
            return CleanPolygon(fault="is_a_polygon")
        text = orjson.dumps(geometry)
        key = hashlib.blake2b(text, digest_size=16).digest()
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = read_shape(text, self._coverage)
        return known


def read_shape(text: bytes, coverage: Coverage) -> CleanPolygon:
    """The shape of GeoJSON text: polygons of a status, whatever they were wrapped in."""
    try:
        found = shapely.from_geojson(text)
    except shapely.errors.GEOSException:
        return CleanPolygon(fault="geometry_is_readable")
    parts = _parts(found)
    polygons = parts[shapely.get_type_id(parts) == 3]
    if not len(polygons):
        return CleanPolygon(fault="has_area" if not len(parts) else "is_a_polygon")
    if not _are_degrees(polygons):
        return CleanPolygon(fault="coordinates_are_degrees")
    clean = _clean(found, polygons)
    if clean.is_empty:
        return CleanPolygon(fault="has_area")
    return _within(clean, coverage, _repairs(found, polygons))


def _parts(geometry: BaseGeometry) -> GeometryArray:
    """The single geometries inside any geometry, heights dropped, empty ones left out."""
    parts = shapely.get_parts(as_array(shapely.force_2d(geometry)))
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    return np.asarray(parts[~shapely.is_empty(parts)])


def _are_degrees(polygons: GeometryArray) -> bool:
    west, south, east, north = shapely.total_bounds(polygons)
    return bool(west >= -180 and south >= -90 and east <= 180 and north <= 90)


def _clean(found: BaseGeometry, polygons: GeometryArray) -> BaseGeometry:
    """Valid and on the grid. Parts that overlap are united, as set_precision cannot do it."""
    if len(polygons) == 1:
        return snapped(polygons[0])
    if found.geom_type == "MultiPolygon" and shapely.is_valid(found):
        return snapped(found)
    return union_all(np.array([snapped(polygon) for polygon in polygons], dtype=object))


def _repairs(found: BaseGeometry, polygons: GeometryArray) -> tuple[str, ...]:
    """The rules the geometry broke and was mended for."""
    broken = {
        "geometry_is_flat": bool(shapely.has_z(found)),
        "geometry_is_plain": found.geom_type == "GeometryCollection",
        "geometry_is_valid": not bool(shapely.is_valid(polygons).all() and shapely.is_valid(found)),
    }
    return tuple(rule for rule, is_broken in broken.items() if is_broken)


def _within(clean: BaseGeometry, coverage: Coverage, repairs: tuple[str, ...]) -> CleanPolygon:
    """The parts inside the coverage; the shape is not cut along the outline."""
    parts = shapely.get_parts(clean)
    inside = coverage.holds(parts)
    if not inside.any():
        return CleanPolygon(fault="lies_in_coverage")
    if inside.all():
        return CleanPolygon(clean, repairs=repairs)
    inside_parts = shapely.MultiPolygon(list(parts[inside]))
    return CleanPolygon(inside_parts, repairs=(*repairs, "parts_lie_in_coverage"))


def properties_of(feature: object) -> dict[str, Any]:
    """The properties of a GeoJSON feature; none where they are null or no object."""
    properties = feature.get("properties") if isinstance(feature, dict) else None
    return properties if isinstance(properties, dict) else {}
