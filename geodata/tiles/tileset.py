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
LAYOUT = 2
"""Raised where the same rows give other tiles than before, so that none is taken from the cache."""


@dataclass(frozen=True)
class TileContent:
    """What a sheet has in one tile, and the properties that depend on the tile."""

    sheet: SourceLayer
    piece: ClippedFeatures
    extra: Extra

    def layer(self) -> TileLayer:
        """The same as a layer of a tile; a feature's id is its row + 1."""
        rows = self.piece.rows
        table = self.sheet.table.take(pa.array(rows))
        for name, values in self.extra.items():
            table = table.append_column(name, pa.array(values))
        return TileLayer(self.sheet.id, table, self.sheet.ids(rows), self.piece.geometry)

    def best(self, count: int) -> "TileContent":
        """The `count` rows first in rank, which say how many are left out."""
        rank = self.sheet.rank[self.piece.rows]
        order = np.lexsort((self.piece.rows, -rank))
        kept, lost = np.sort(order[:count]), order[count:]
        stood_for = self.extra.get(POINT_COUNT, np.ones(len(rank), dtype=np.int64))
        before = self.extra.get(OMITTED, np.zeros(1, dtype=np.int64)).max()
        extra = {name: values[kept] for name, values in self.extra.items()}
        extra[OMITTED] = np.full(count, before + stood_for[lost].sum())
        piece = ClippedFeatures(self.piece.tile, self.piece.rows[kept], self.piece.geometry[kept])
        return TileContent(self.sheet, piece, extra)


def encoded(parts: Sequence[TileContent]) -> bytes:
    """A tile within BUDGET, not compressed; the largest layer gives way first.

    Of every layer one feature stays, so a tile of few and very large ones may be over.
    """
    parts = list(parts)
    tile = _encoded(parts)
    while len(tile) > SIZE_LIMIT:
        sizes = [len(encode([part.layer()])) for part in parts]
        yielding = [at for at, part in enumerate(parts) if len(part.piece.rows) > 1]
        if not yielding:
            break
        at = max(yielding, key=sizes.__getitem__)
        room = SIZE_LIMIT - (sum(sizes) - sizes[at])
        rows = len(parts[at].piece.rows)
        share = max(room, 0) / sizes[at]
        parts[at] = parts[at].best(max(1, min(rows - 1, int(rows * share * 0.97))))
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
    """Sheets shown together. maxzoom: the deepest level, which keeps all detail."""

    id: str
    title: str
    description: str
    sheets: tuple[SourceLayer, ...]
    maxzoom: int
    attribution: str
    minzoom: int = 0

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of everything in it, CRS84; the world where it is empty."""
        shapes = [sheet.geometry for sheet in self.sheets]
        found = shapely.total_bounds(np.concatenate(shapes)) if shapes else np.full(4, np.nan)
        if not np.isfinite(found).all():
            return -180.0, -85.0511, 180.0, 85.0511
        west, south, east, north = found.tolist()
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
        """The source-layers; several sheets of one id are one."""
        found: dict[str, VectorLayer] = {}
        for sheet in self.sheets:
            before = found.get(sheet.id)
            extra = POINT_COUNT if sheet.thinned else OMITTED
            own = {**sheet.fields, extra: "Number"}
            found[sheet.id] = VectorLayer(
                id=sheet.id,
                description=sheet.description,
                minzoom=self.minzoom,
                maxzoom=self.maxzoom,
                fields=own if before is None else {**before.fields, **own},
                geometry_dimension=sheet.dimension if before is None else None,
            )
        return list(found.values())

    def tiles(self, progress: Progress) -> Iterator[tuple[Tile, bytes]]:
        """Every tile that holds anything, compressed, level by level."""
        levels = self.maxzoom - self.minzoom + 1
        for number in range(levels):
            zoom = self.minzoom + number
            parts: dict[Tile, list[TileContent]] = {}
            for sheet in self.sheets:
                for piece, extra in sheet.pieces(zoom, self.maxzoom):
                    parts.setdefault(piece.tile, []).append(TileContent(sheet, piece, extra))
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
        """Hash of all that its tiles are made from."""
        seed = hashlib.sha256(repr((self.metadata(), LAYOUT)).encode())
        for sheet in self.sheets:
            seed.update(_table_bytes(sheet.table))
            seed.update(
                b"".join(shapely.to_wkb(sheet.geometry[~shapely.is_missing(sheet.geometry)]))
            )
            for array in (sheet.rank, sheet.begins, sheet.groups, sheet.rows):
                seed.update(b"" if array is None else repr(array.tolist()).encode())
        return seed.hexdigest()


def _table_bytes(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.combine_chunks())
    return bytes(sink.getvalue())
