"""What is a tileset: its levels, description, the size limit of a tile, the archive written?"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from geodata import __version__
from geodata.tiles.clip import ClippedFeatures
from geodata.tiles.grid import Bounds, Tile
from geodata.tiles.mvt import TileLayer, encode, together
from geodata.tiles.pmtiles import packed, write_archive
from geodata.tiles.source_layer import OMITTED, POINT_COUNT, Extra, SourceLayer
from geodata.types import Progress

SIZE_LIMIT = 500_000
"""Bytes of a tile before it is compressed."""
ROOM = 0.97
"""Share of the rows that by their size would fit which is tried first: names and values of
properties stand once in a tile and do not shrink with its rows."""
LAYOUT = 3
"""Raised where the same rows give other tiles than before, so that none is taken from the cache."""


@dataclass(frozen=True)
class TileContent:
    """What a source-layer has in one tile, and the properties that depend on the tile."""

    source_layer: SourceLayer
    features: ClippedFeatures
    extra: Extra

    def layer(self) -> TileLayer:
        """The same as a layer of a tile; a feature's id is its row + 1."""
        rows, source_layer = self.features.rows, self.source_layer
        table = source_layer.table.take(pa.array(rows))
        for name, values in self.extra.items():
            table = table.append_column(name, pa.array(values))
        return TileLayer(source_layer.id, table, source_layer.ids(rows), self.features.geometry)

    def keep_ranked(self, count: int) -> "TileContent":
        """The `count` rows first in rank, which say how many are left out."""
        rank = self.source_layer.rank[self.features.rows]
        order = np.lexsort((self.features.rows, -rank))
        first, lost = np.sort(order[:count]), order[count:]
        # A point that stands for others takes all of them with it.
        stood_for = self.extra.get(POINT_COUNT, np.ones(len(rank), dtype=np.int64))
        before = self.extra.get(OMITTED, np.zeros(1, dtype=np.int64)).max()
        extra = {name: values[first] for name, values in self.extra.items()}
        extra[OMITTED] = np.full(count, before + stood_for[lost].sum())
        rows, shapes = self.features.rows[first], self.features.geometry[first]
        features = ClippedFeatures(self.features.tile, rows, shapes)
        return TileContent(self.source_layer, features, extra)


def encoded(parts: Sequence[TileContent]) -> bytes:
    """A tile within SIZE_LIMIT, MVT, not compressed; the largest layer gives way first.

    Of every layer one feature stays, so a tile of few and very large ones may be over.
    """
    parts = list(parts)
    tile = _encoded(parts)
    while len(tile) > SIZE_LIMIT:
        sizes = [len(encode([part.layer()])) for part in parts]
        # One feature stays to carry the count. Where the largest layer is down to it, the next
        # gives way: a tile stayed over its limit once for one huge feature.
        yielding = [at for at, part in enumerate(parts) if len(part.features.rows) > 1]
        if not yielding:
            break
        at = max(yielding, key=sizes.__getitem__)
        room = SIZE_LIMIT - (sum(sizes) - sizes[at])
        rows = len(parts[at].features.rows)
        share = max(room, 0) / sizes[at]
        # At least one less each time, so that it ends.
        parts[at] = parts[at].keep_ranked(max(1, min(rows - 1, int(rows * share * ROOM))))
        tile = _encoded(parts)
    return tile


def _encoded(parts: Sequence[TileContent]) -> bytes:
    return encode(together([part.layer() for part in parts]))


@dataclass(frozen=True)
class VectorLayer:
    """One source-layer as described to clients. geometry_dimension: 0 points, 1 lines, 2 areas.

    fields: names of properties and their types, `String`, `Number` or `Boolean`.
    """

    id: str
    description: str
    minzoom: int
    maxzoom: int
    fields: dict[str, str]
    geometry_dimension: int | None = None


@dataclass(frozen=True, eq=False)
class Tileset:
    """Source-layers shown together. maxzoom: the deepest level, which keeps all detail."""

    id: str
    title: str
    description: str
    source_layers: tuple[SourceLayer, ...]
    maxzoom: int
    attribution: str
    minzoom: int = 0

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of everything in it, CRS84; the world where it is empty."""
        shapes = [each.geometry for each in self.source_layers]
        bounds = shapely.total_bounds(np.concatenate(shapes)) if shapes else np.full(4, np.nan)
        if not np.isfinite(bounds).all():
            return -180.0, -85.0511, 180.0, 85.0511
        west, south, east, north = bounds.tolist()
        return west, south, east, north

    def metadata(self) -> dict[str, Any]:
        """What the archive says of itself: the keys TileJSON has."""
        layers = [asdict(layer) for layer in self._vector_layers()]
        return {
            "name": self.title,
            "description": self.description,
            "attribution": self.attribution,
            "type": "overlay",
            "format": "pbf",
            "minzoom": self.minzoom,
            "maxzoom": self.maxzoom,
            "vector_layers": layers,
            "generator": f"lodeline {__version__}",
        }

    def _vector_layers(self) -> list[VectorLayer]:
        """As clients know them: points, lines and areas of one id are one layer of a tile."""
        by_id: dict[str, VectorLayer] = {}
        for each in self.source_layers:
            before = by_id.get(each.id)
            extra = POINT_COUNT if each.thinned else OMITTED
            fields = {**each.fields, extra: "Number"}
            by_id[each.id] = VectorLayer(
                id=each.id,
                description=each.description,
                minzoom=self.minzoom,
                maxzoom=self.maxzoom,
                fields=fields if before is None else {**before.fields, **fields},
                geometry_dimension=each.dimension if before is None else None,
            )
        return list(by_id.values())

    def tiles(self, progress: Progress) -> Iterator[tuple[Tile, bytes]]:
        """Every tile that holds anything, gzip, level by level, each level in order of `Tile`."""
        levels = self.maxzoom - self.minzoom + 1
        for number in range(levels):
            zoom = self.minzoom + number
            parts: dict[Tile, list[TileContent]] = {}
            for each in self.source_layers:
                for features, extra in each.features(zoom, self.maxzoom):
                    content = TileContent(each, features, extra)
                    parts.setdefault(features.tile, []).append(content)
            for tile in sorted(parts):
                yield tile, packed(encoded(parts[tile]))
            progress(f"tiles of {self.id}", number + 1, levels)

    def write(self, path: Path, progress: Progress) -> int:
        """Write the archive; the number of its tiles, 0 and no file where it has none."""
        tiles = list(self.tiles(progress))
        if not tiles:
            return 0
        return write_archive(path, tiles, self.bounds, self.metadata())

    def sha256(self) -> str:
        """Hash of all that its tiles are made from: archives are kept by it between releases."""
        digest = hashlib.sha256(repr((self.metadata(), LAYOUT)).encode())
        for each in self.source_layers:
            digest.update(_table_bytes(each.table))
            shapes = each.geometry[~shapely.is_missing(each.geometry)]
            digest.update(b"".join(shapely.to_wkb(shapes)))
            for array in (each.rank, each.begins, each.groups, each.rows):
                digest.update(b"" if array is None else repr(array.tolist()).encode())
        return digest.hexdigest()


def _table_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())  # how rows were batched changes no tile
    return bytes(sink.getvalue())
