"""How do the readable boundaries become the packaged ones: same coordinates, our own properties."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas import AdminArea

NATURAL_EARTH = "Natural Earth 1:10m (public domain)"
TESSELLATED = "Approximate: Voronoi cells of GeoNames settlements (CC BY 4.0) grouped by KATOTTG"


def oblast_codes(tables: Path) -> dict[str, str]:
    """ISO 3166-2 code of each oblast by its English short name."""
    features = _features(tables / "ua_oblasts_ne10.geojson")
    return {f["properties"]["name_en"]: f["properties"]["iso_3166_2"] for f in features}


def boundary_files(tables: Path) -> dict[str, bytes]:
    """The boundary files by name, not yet packed, from the readable GeoJSON files."""
    return {
        "outline.geojson.gz": _geojson(_country(_features(tables / "ua_outline_ne10.geojson"))),
        "oblasts.geojson.gz": _geojson(_oblasts(_features(tables / "ua_oblasts_ne10.geojson"))),
        "raions.geojson.gz": _geojson(
            _raions(_features(tables / "ua_raions_tessellated.geojson"), oblast_codes(tables))
        ),
        "lakes.geojson.gz": _geojson(
            {**feature, "properties": {"source": NATURAL_EARTH}}
            for feature in _features(tables / "ua_lakes_ne10.geojson")
        ),
    }


def _country(features: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    area = AdminArea(
        id="UA",
        level=0,
        name_en="Ukraine",
        name_uk="Україна",
        approximate=False,
        source=NATURAL_EARTH,
    )
    return [_area(area, feature) for feature in features]


def _oblasts(features: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Oblasts, Crimea and the two cities, in order of their codes."""
    ordered = sorted(features, key=lambda feature: str(feature["properties"]["iso_3166_2"]))
    return [_area(_oblast(feature["properties"]), feature) for feature in ordered]


def _oblast(properties: Mapping[str, str]) -> AdminArea:
    return AdminArea(
        id=properties["iso_3166_2"],
        level=1,
        name_en=properties["name_en"],
        name_uk=properties["name_uk"],
        parent="UA",
        approximate=False,
        source=NATURAL_EARTH,
    )


def _raions(
    features: Sequence[Mapping[str, Any]], codes: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Raions numbered within their oblast in order of their Ukrainian names."""

    def place(feature: Mapping[str, Any]) -> tuple[str, str]:
        return codes[feature["properties"]["oblast"]], feature["properties"]["raion"]

    made: list[dict[str, Any]] = []
    numbers: dict[str, int] = {}
    for feature in sorted(features, key=place):
        code, name = place(feature)
        numbers[code] = numbers.get(code, 0) + 1
        made.append(_area(_raion(code, numbers[code], name), feature))
    return made


def _raion(code: str, number: int, name: str) -> AdminArea:
    return AdminArea(
        id=f"{code}-r{number:02d}",
        level=2,
        name_uk=name,
        parent=code,
        approximate=True,
        source=TESSELLATED,
    )


def _area(area: AdminArea, feature: Mapping[str, Any]) -> dict[str, Any]:
    properties = area.model_dump(exclude={"geometry"})
    return {"type": "Feature", "properties": properties, "geometry": feature["geometry"]}


def _features(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text("utf-8"))["features"])


def _geojson(features: Iterable[Mapping[str, Any]]) -> bytes:
    """A feature collection with every digit of the coordinates as read."""
    collection = {"type": "FeatureCollection", "features": list(features)}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
