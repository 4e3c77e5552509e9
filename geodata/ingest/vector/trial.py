"""Can a release be built with a layer: it goes the way a build takes it; failures are reported.

A build reads every accepted batch: a layer that stopped it would stop every later one. The tiles
drawn here are kept by the hash of their rows, so that the build need not draw them again.
"""

import logging
from pathlib import Path

import numpy as np

from geodata.features.table import FeatureTable
from geodata.features.user_layers import encoded_features, layer_frame
from geodata.ingest.rules import layer_issue
from geodata.tiles.kept_archives import drawn_layer
from geodata.tiles.source_layer import tile_names
from geodata.tiles.user_layer import beyond_mercator
from geodata.workspace import Workspace
from schemas import Issue, Layer

log = logging.getLogger("lodeline")


def tried(
    workspace: Workspace, folder: Path, layer: Layer, name: str
) -> tuple[Layer | None, list[Issue]]:
    """The layer with notices of what its tiles lack, and these as Issues of the file's layer.

    folder: of its batch, the rows in it. None where no release can hold it.
    """
    frame = layer_frame(folder, layer)
    if not _is_encoded(frame, layer):
        rule = "layer_can_be_released"
        return None, [layer_issue(rule, "quarantined", name, layer.id, count=layer.rows)]
    issues = [*_renamed(layer, name), *_beyond(frame, name)]
    noticed = layer.model_copy(update={"notices": tuple(issue.message for issue in issues)})
    if drawn_layer(workspace, folder, noticed) is None:  # each build tries, and tells it, again
        issues.append(layer_issue("layer_can_be_drawn", "note", name, layer.id))
    return noticed, issues


def _is_encoded(frame: FeatureTable, layer: Layer) -> bool:
    """Whether every row can be written as the features of a release."""
    try:
        for _ in encoded_features(frame):
            pass
    except Exception:
        log.exception("rows of layer %s cannot be written", layer.id)
        return False
    return True


def _renamed(layer: Layer, name: str) -> list[Issue]:
    names = tile_names(column.name for column in layer.columns)
    renamed = [f"{own!r}, in tiles {other!r}" for own, other in names.items() if own != other]
    return [layer_issue("name_is_free_in_tiles", "note", name, each) for each in renamed]


def _beyond(frame: FeatureTable, name: str) -> list[Issue]:
    count = int(np.count_nonzero(beyond_mercator(frame.geometry)))
    found = f"{count} rows"
    rule = "lies_within_web_mercator"
    return [layer_issue(rule, "note", name, found, count=count)] if count else []
