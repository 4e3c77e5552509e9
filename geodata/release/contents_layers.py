"""x."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from geodata.batches.usable import LayerInUse
from geodata.features.user_layers import (
    LAYERS,
    encoded_features,
    layer_file_name,
    layer_frame,
    write_layers,
)
from geodata.formats.encoded import offsets_path, write_features
from geodata.release.manifest import described_file
from schemas import Layer, TableFile


def add_layers(folder: Path, in_use: dict[str, LayerInUse]) -> list[TableFile]:
    """Put layers into a release: their rows as ingested, their features encoded."""
    entries = []
    for used in in_use.values():
        path = folder / layer_file_name(used.layer.id)
        shutil.copyfile(used.folder / path.name, path)
        features = folder / f"{used.layer.id}.features"
        write_features(encoded_features(layer_frame(folder, used.layer)), features)
        paths = (path, features, offsets_path(features))
        entries += [described_file(each, used.layer.rows) for each in paths]
    return entries


def add_layer_list(folder: Path, layers: Sequence[Layer]) -> list[TableFile]:
    """Put the list of its layers into a release; none where there are none."""
    if not layers:
        return []
    write_layers(folder, layers)
    return [described_file(folder / LAYERS, len(layers))]
