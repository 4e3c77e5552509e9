"""How is a GeoJSON file opened: to its features, or set aside with the reason."""

from typing import Any

import orjson

from geodata.ingest.readings import SetAside

BOM = b"\xef\xbb\xbf"
WGS84_NAMES = ("CRS84", "4326")


def features_of(data: bytes) -> list[Any]:
    """The features of a GeoJSON FeatureCollection, one or more.

    orjson refuses NaN, Infinity, broken UTF-8 and nesting beyond 1,024. Raises SetAside.
    """
    try:
        document = orjson.loads(data.removeprefix(BOM))
    except orjson.JSONDecodeError as error:
        raise SetAside("file_is_json", f"{len(data)} bytes, {error}") from error
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or document.get("type") != "FeatureCollection":
        raise SetAside("file_is_a_feature_collection", _kind(document))
    if not features:
        raise SetAside("file_has_features", "an empty collection")
    _check_crs(document, len(features))
    return features


def _check_crs(document: dict[str, Any], rows: int) -> None:
    """Old GeoJSON names its CRS; only WGS 84 in degrees is taken."""
    crs = document.get("crs")
    if crs is not None and not any(name in str(crs) for name in WGS84_NAMES):
        raise SetAside("file_is_crs84", str(crs)[:100], rows)


def _kind(document: object) -> str:
    if isinstance(document, list):
        return f"a JSON list of {len(document)} items (an index of publications?)"
    if isinstance(document, dict):
        return f"a JSON object of type {document.get('type')!r}"
    return f"a single JSON value ({type(document).__name__})"
