"""What lies under every picture: land, waters, borders and names of the packaged base map."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.data import packaged

_COAST_DEGREES = 0.02
"""Up to where a line between oblasts is a coast or a state border, which are drawn as such."""


@dataclass(frozen=True)
class Shape:
    """A shape of the base map, CRS84, and from which zoom it is drawn."""

    geometry: BaseGeometry
    min_zoom: int
    disputed: bool = False


@dataclass(frozen=True)
class Name:
    """A name at a point, CRS84. kind: `place`, `country` or `sea`. weight: the heaviest first."""

    lon: float
    lat: float
    names: Mapping[str, str]
    kind: str
    min_zoom: int
    weight: float
    capital: bool = False


@cache
def shapes(layer: str) -> tuple[Shape, ...]:
    """The shapes of a layer: `land`, `water`, `rivers` or `borders`."""
    return tuple(
        Shape(
            shapely.geometry.shape(feature["geometry"]),
            feature["properties"]["min_zoom"],
            bool(feature["properties"].get("disputed")),
        )
        for feature in _features(layer)
    )


@cache
def oblast_lines() -> BaseGeometry:
    """Lines between oblasts, without coasts and state borders."""
    areas = packaged.admin_areas()
    level = areas["level"].to_numpy()
    outlines = shapely.boundary(areas.geometry[level == 1].to_numpy())
    coast = shapely.boundary(shapely.union_all(areas.geometry[level == 0].to_numpy()))
    return shapely.difference(
        shapely.union_all(outlines), shapely.buffer(coast, _COAST_DEGREES, quad_segs=2)
    )


@cache
def names() -> tuple[Name, ...]:
    """Names of countries, seas and places, the weightiest first."""
    found = [
        _name(kind, feature)
        for layer, kind in (("countries", "country"), ("seas", "sea"), ("places", "place"))
        for feature in _features(layer)
    ]
    return tuple(sorted(found, key=lambda name: -name.weight))


def _name(kind: str, feature: Mapping[str, Any]) -> Name:
    lon, lat = feature["geometry"]["coordinates"]
    properties = feature["properties"]
    capital = properties.get("capital") == "country"
    weight = float(properties.get("population") or 0) + (1e8 if capital else 0)
    languages = {lang: properties.get(f"name_{lang}") for lang in ("en", "uk")}
    given = {lang: text for lang, text in languages.items() if text}
    least = properties["min_zoom"]
    return Name(lon, lat, given, kind, least, 1e9 if kind != "place" else weight, capital)


def _features(layer: str) -> list[dict[str, Any]]:
    content = packaged.data_file(f"basemap/{layer}.geojson.gz").read_bytes()
    return list(json.loads(gzip.decompress(content))["features"])
