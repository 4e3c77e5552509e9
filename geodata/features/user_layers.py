"""Which layers did users bring, how do they lie in batches and releases, and are they sound?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from geodata.errors import Damaged
from geodata.features.collections import BUILT_IN, layer_collection
from geodata.features.table import FeatureTable
from geodata.formats.geojson import StoredFeatures, encode
from geodata.formats.rows import BATCH
from geodata.types import ARROW
from geodata.workspace import read_json_records, write_json_records
from schemas import Layer

LAYERS = "layers.json"
RESERVED = frozenset((*BUILT_IN, "basemap"))
"""Names no layer may have."""


def layer_table(layer_id: str) -> str:
    """The table a layer's rows are in, in its batch and in releases."""
    return f"layer-{layer_id}"


def layer_file_name(layer_id: str) -> str:
    """The file of that table."""
    return f"{layer_table(layer_id)}.parquet"


def layer_tables(*folders: Path) -> list[str]:
    """The tables of the layers of any of these releases, in the order of names."""
    return sorted({layer_table(layer.id) for each in folders for layer in read_layers(each)})


def read_layers(folder: Path) -> tuple[Layer, ...]:
    """The layers of a batch or a release; none where it has no list. Raises Damaged."""
    return read_json_records(folder / LAYERS, Layer)


def write_layers(folder: Path, layers: Sequence[Layer]) -> tuple[str, ...]:
    """Write the list of layers; the names of it and of their files."""
    write_json_records(folder / LAYERS, layers)
    return (LAYERS, *(layer_file_name(layer.id) for layer in layers))


def encoded_features(frame: FeatureTable) -> Iterator[list[bytes]]:
    """The rows as GeoJSON features, stretch by stretch."""
    for start in range(0, len(frame), BATCH):
        rows = frame.rows(np.arange(start, min(start + BATCH, len(frame))))
        yield encode(rows.table, rows.geometry)


def layer_frame(folder: Path, layer: Layer, kept: StoredFeatures | None = None) -> FeatureTable:
    """The rows of a layer in a release or a batch, read without a detour through pandas.

    Only the columns described are read: the column of boxes may have any name. kept: features
    encoded before.
    """
    names = [column.name for column in layer.columns]
    table = pq.read_table(folder / layer_file_name(layer.id), columns=[*names, "geometry"])
    geometry = shapely.from_wkb(table.column("geometry").to_numpy())
    return FeatureTable(layer_collection(layer), table.select(names), geometry, kept)


def layers_are_as_described(folder: Path) -> None:
    """Every layer has its rows, its columns in their types, distinct ids and CRS84 geometry."""
    for layer in read_layers(folder):
        _check_columns(folder, layer)
        frame = layer_frame(folder, layer)
        _check_rows(layer, frame)


def _check_columns(folder: Path, layer: Layer) -> None:
    path = folder / layer_file_name(layer.id)
    if not path.is_file():
        raise Damaged(f"the rows of layer {layer.id} are missing; ingest its file again")
    schema = pq.read_schema(path)
    wanted = pa.schema([(column.name, ARROW[column.type]) for column in layer.columns])
    for at, field in enumerate(wanted):
        if schema.field(at).name != field.name or schema.field(at).type != field.type:
            raise Damaged(
                f"column {field.name!r} of layer {layer.id} has another name or type in its file"
            )
    if wanted.field(0).name != "id" or "geometry" not in schema.names:
        raise Damaged(f"layer {layer.id} has no id or no geometry")


def _check_rows(layer: Layer, frame: FeatureTable) -> None:
    if len(frame) != layer.rows:
        raise Damaged(f"layer {layer.id} has {len(frame)} rows, not {layer.rows}")
    ids = frame.column("id")
    if ids.null_count or len(ids.unique()) != len(ids):
        raise Damaged(f"layer {layer.id} has an id twice, or a row without one")
    bounds = frame.bounds
    if bounds and not (np.abs(bounds) <= [180, 90, 180, 90]).all():
        raise Damaged(f"layer {layer.id} has bounds beyond 180 and 90 degrees: {bounds}")
