"""How large may a tile be, and what is left out where it would be larger."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from geodata.tiles.cut import Piece
from geodata.tiles.mvt import TileLayer, encode, together
from geodata.tiles.sheets import OMITTED, POINT_COUNT, Extra, Sheet

BUDGET = 500_000
"""Bytes of a tile before it is compressed."""


@dataclass(frozen=True)
class Drawn:
    """What a sheet has in one tile, and the properties that depend on the tile."""

    sheet: Sheet
    piece: Piece
    extra: Extra

    def layer(self) -> TileLayer:
        """The same as a layer of a tile; a feature's id is its row + 1."""
        rows = self.piece.rows
        table = self.sheet.table.take(pa.array(rows))
        for name, values in self.extra.items():
            table = table.append_column(name, pa.array(values))
        return TileLayer(self.sheet.id, table, self.sheet.ids(rows), self.piece.geometry)

    def best(self, count: int) -> "Drawn":
        """The `count` rows first in rank, which say how many are left out."""
        rank = self.sheet.rank[self.piece.rows]
        order = np.lexsort((self.piece.rows, -rank))
        kept, lost = np.sort(order[:count]), order[count:]
        stood_for = self.extra.get(POINT_COUNT, np.ones(len(rank), dtype=np.int64))
        before = self.extra.get(OMITTED, np.zeros(1, dtype=np.int64)).max()
        extra = {name: values[kept] for name, values in self.extra.items()}
        extra[OMITTED] = np.full(count, before + stood_for[lost].sum())
        piece = Piece(self.piece.tile, self.piece.rows[kept], self.piece.geometry[kept])
        return Drawn(self.sheet, piece, extra)


def encoded(parts: Sequence[Drawn]) -> bytes:
    """A tile within BUDGET, not compressed; the largest layer gives way first.

    Of every layer one feature stays, so a tile of few and very large ones may be over.
    """
    parts = list(parts)
    tile = _encoded(parts)
    while len(tile) > BUDGET:
        sizes = [len(encode([part.layer()])) for part in parts]
        yielding = [at for at, part in enumerate(parts) if len(part.piece.rows) > 1]
        if not yielding:
            break
        at = max(yielding, key=sizes.__getitem__)
        room = BUDGET - (sum(sizes) - sizes[at])
        rows = len(parts[at].piece.rows)
        share = max(room, 0) / sizes[at]
        parts[at] = parts[at].best(max(1, min(rows - 1, int(rows * share * 0.97))))
        tile = _encoded(parts)
    return tile


def _encoded(parts: Sequence[Drawn]) -> bytes:
    return encode(together([part.layer() for part in parts]))
