"""Hand-made files users might bring, and short ways to ingest and look at them."""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from geodata.features.user_layers import layer_file_name, read_layers
from geodata.ingest import VectorOptions, VectorPipeline, ingest
from geodata.workspace import Workspace
from schemas import Batch, Layer

POINT = {"type": "Point", "coordinates": [30, 50]}


def a_feature(geometry: object = POINT, /, **properties: object) -> dict[str, Any]:
    """A GeoJSON feature; a point where nothing else is said."""
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def a_polygon(*corners: tuple[float, float]) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def a_collection(*features: dict[str, Any], **members: object) -> bytes:
    document = {"type": "FeatureCollection", **members, "features": list(features)}
    return json.dumps(document).encode()


def a_file(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def a_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "ws")


def ingested(tmp_path: Path, path: Path, **wishes: Any) -> Batch:
    return ingest(workspace(tmp_path), VectorPipeline(VectorOptions(**wishes)), path).batch


def ingested_features(tmp_path: Path, *features: dict[str, Any], **members: object) -> Batch:
    return ingested(
        tmp_path, a_file(tmp_path / "places.geojson", a_collection(*features, **members))
    )


def folder_of(tmp_path: Path, batch: Batch) -> Path:
    return workspace(tmp_path).batches / "ogr" / batch.id


def layers(tmp_path: Path, batch: Batch) -> tuple[Layer, ...]:
    return read_layers(folder_of(tmp_path, batch))


def the_layer(tmp_path: Path, batch: Batch) -> Layer:
    (found,) = layers(tmp_path, batch)
    return found


def rows(tmp_path: Path, batch: Batch) -> gpd.GeoDataFrame:
    """The rows of the batch's one layer, the box of each left out."""
    layer = the_layer(tmp_path, batch)
    table = gpd.read_parquet(folder_of(tmp_path, batch) / layer_file_name(layer.id))
    return table[[*(column.name for column in layer.columns), "geometry"]]


def types(layer: Layer) -> dict[str, str]:
    return {column.name: column.type for column in layer.columns}


def issues(tmp_path: Path, batch: Batch) -> pd.DataFrame:
    return pd.read_parquet(folder_of(tmp_path, batch) / "issues.parquet")


def rules(tmp_path: Path, batch: Batch) -> set[tuple[str, str]]:
    """Rules that did not hold, with what was done."""
    table = issues(tmp_path, batch)
    return set(zip(table["rule"], table["severity"], strict=True))


def set_aside(tmp_path: Path, batch: Batch) -> dict[str, list[int]]:
    """Numbers of the rows set aside, by rule."""
    table = issues(tmp_path, batch)
    lost = table[(table["severity"] == "quarantined") & table["row"].notna()]
    return {rule: sorted(found.astype(int)) for rule, found in lost.groupby("rule")["row"]}
