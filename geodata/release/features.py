"""Features of a release, encoded once when it is built: pages are slices of these files."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import geopandas as gpd
import numpy as np

from geodata.features.collections import COLLECTIONS
from geodata.features.table import FeatureTable
from geodata.formats.encoded import offsets_path, write_features
from geodata.formats.geojson import encode
from geodata.formats.rows import BATCH
from geodata.release.manifest import described_file
from schemas import TableFile

OVERLAID = "deposits"
"""The collection whose properties depend on the day asked: it is encoded when asked."""


def write_all_features(folder: Path, tables: Mapping[str, gpd.GeoDataFrame]) -> list[TableFile]:
    """Encode the features of every collection but `deposits` into files of the folder.

    tables: by collection id, with geometry, CRS84.
    """
    entries = []
    for collection in COLLECTIONS:
        if collection.id == OVERLAID:
            continue
        path = folder / f"{collection.id}.features"
        frame = FeatureTable.of(collection, tables[collection.id])
        write_features(_encoded(frame), path)
        entries += [described_file(p, len(frame)) for p in (path, offsets_path(path))]
    return entries


def _encoded(frame: FeatureTable) -> Iterator[list[bytes]]:
    for start in range(0, len(frame), BATCH):
        at = np.arange(start, min(start + BATCH, len(frame)))
        rows = frame.rows(at)
        yield encode(rows.table, rows.geometry)
