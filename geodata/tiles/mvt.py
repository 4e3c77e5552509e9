"""How is a Mapbox Vector Tile written, all features of a layer at once (MVT 2.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from geodata.tiles.grid import EXTENT
from geodata.tiles.strokes import Strokes, strokes
from geodata.tiles.values import FEATURE, Tags, tags, text_field
from geodata.tiles.varint import Signed, lengths, ranges, sums, varints
from geodata.types import GeometryArray

LAYER, NAME = 0x1A, 0x0A
_VERSION_2 = b"\x78\x02"
_HEADER = 10
"""Numbers of a feature besides its tags and commands."""


@dataclass(frozen=True)
class TileLayer:
    """A layer of one tile.

    table: n rows; columns of strings, int64, float64 and flags, null where a feature has none.
    ids: (n,) whole numbers, or None. geometry: (n,) in whole tile units within `extent` and its
    buffer, y down, valid, none empty.
    """

    name: str
    table: pa.Table
    ids: npt.NDArray[np.int64] | None
    geometry: GeometryArray
    extent: int = EXTENT

    def __len__(self) -> int:
        return len(self.geometry)


def together(layers: Sequence[TileLayer]) -> list[TileLayer]:
    """Layers of one name as one; all are of one extent. A property one of them lacks is null."""
    names = dict.fromkeys(layer.name for layer in layers)
    return [_together([layer for layer in layers if layer.name == name]) for name in names]


def _together(layers: Sequence[TileLayer]) -> TileLayer:
    first = layers[0]
    if len(layers) == 1:
        return first
    table = pa.concat_tables([each.table for each in layers], promote_options="default")
    held = [each.ids for each in layers if each.ids is not None]
    ids = np.concatenate(held) if len(held) == len(layers) else None
    shapes = np.concatenate([each.geometry for each in layers])
    return TileLayer(first.name, table, ids, shapes, first.extent)


def encode(layers: Sequence[TileLayer]) -> bytes:
    """The layers that have features as one tile, not compressed; b"" where none has."""
    return b"".join(_layer(layer) for layer in layers if len(layer))


def _layer(layer: TileLayer) -> bytes:
    ids = layer.ids if layer.ids is not None else np.zeros(len(layer), dtype=np.int64)
    marks, drawn = tags(layer.table, len(layer)), strokes(layer.geometry)
    return joined_layer(layer.name, features(ids, marks, drawn), marks, layer.extent)


def joined_layer(name: str, body: bytes, marks: Tags, extent: int) -> bytes:
    """A layer from its features, keys and values."""
    size = b"\x28" + varints(np.array([extent], dtype=np.uint64))
    content = _VERSION_2 + text_field(NAME, name) + body + marks.keys + marks.values + size
    return bytes((LAYER,)) + varints(np.array([len(content)], dtype=np.uint64)) + content


def features(ids: npt.NDArray[np.int64], marks: Tags, drawn: Strokes) -> bytes:
    """The features of a layer: everything in them is a varint, so all are written in one go."""
    tag_bytes = sums(lengths(marks.pairs), marks.counts)
    stroke_bytes = sums(lengths(drawn.values), drawn.counts)
    heads = np.zeros((len(ids), _HEADER), dtype=np.uint64)
    heads[:, 0] = FEATURE
    heads[:, 2], heads[:, 3] = 0x08, ids
    heads[:, 4], heads[:, 5] = 0x12, tag_bytes
    heads[:, 6], heads[:, 7] = 0x18, drawn.kinds
    heads[:, 8], heads[:, 9] = 0x22, stroke_bytes
    head_bytes = lengths(heads[:, 2:].ravel()).reshape(len(ids), -1).sum(axis=1)
    heads[:, 1] = head_bytes + tag_bytes + stroke_bytes
    return varints(_interleaved(heads, marks, drawn))


def _interleaved(
    heads: npt.NDArray[np.uint64], marks: Tags, drawn: Strokes
) -> npt.NDArray[np.uint64]:
    """Head, tags, type, commands of each feature, one feature after the other."""
    counts = _HEADER + marks.counts + drawn.counts
    starts = np.cumsum(counts) - counts
    out = np.empty(int(counts.sum()), dtype=np.uint64)
    _put(out, starts, heads[:, :6])
    tag_starts = starts + 6
    out[np.repeat(tag_starts, marks.counts) + ranges(marks.counts)] = marks.pairs
    kind_starts = tag_starts + marks.counts
    _put(out, kind_starts, heads[:, 6:])
    stroke_starts = kind_starts + 4
    out[np.repeat(stroke_starts, drawn.counts) + ranges(drawn.counts)] = drawn.values
    return out


def _put(out: npt.NDArray[np.uint64], starts: Signed, block: npt.NDArray[np.uint64]) -> None:
    width = block.shape[1]
    out[(starts[:, None] + np.arange(width)).ravel()] = block.ravel()
