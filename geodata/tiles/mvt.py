"""How is a Mapbox Vector Tile (MVT 2.1) written, all features of a layer at once?

Everything in a feature is a varint: its length, id, tags, type and commands. So the numbers of all
features are laid out in one array, and one function turns them into bytes.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.tiles.grid import EXTENT
from geodata.tiles.mvt_geometry import GeometryCommands, geometry_commands
from geodata.tiles.varint import Signed, Unsigned, lengths, ranges, sums, varints
from geodata.types import GeometryArray, Int64Array, Mask

FEATURE, KEY, VALUE = 0x12, 0x1A, 0x22
"""Tags of a layer's fields (MVT 2.1, vector_tile.proto)."""
Numbered = tuple[Signed, Mask]
"""Of a column the number of each row's value among all values of the layer, and which rows have
one."""
Kind = Callable[[Any], bool]
LAYER, NAME = 0x1A, 0x0A
_VERSION_2 = b"\x78\x02"
_HEADER = 10
"""Numbers of a feature besides its tags and commands: a tag and a length or value for the feature,
its id, tags, type and geometry."""


@dataclass(frozen=True)
class Tags:
    """Which keys and values n features have.

    pairs: key, value, key, value … of all features. counts: (n,) how many numbers each has.
    keys, values: the fields of the layer, as bytes.
    """

    pairs: Unsigned
    counts: Signed
    keys: bytes
    values: bytes


def tags(table: pa.Table, rows: int) -> Tags:
    """Properties as tags; a missing value (null, NaN) is no tag at all.

    rows: how many features; a table without columns does not know. table: columns of strings,
    integers, numbers and flags. Raises TypeError for another type.
    """
    # A value holds exactly one of its fields (MVT 2.1, 4.1), so there is no null: no tag is
    # written.
    names = [name for name in table.column_names if table.column(name).null_count < len(table)]
    columns = [table.column(name).combine_chunks() for name in names]
    values, numbers = _numbered(columns)
    matrix = np.empty((rows, len(names), 2), dtype=np.uint64)
    matrix[:, :, 0] = np.arange(len(names))
    present = np.empty((rows, len(names)), dtype=bool)
    for at, (number, has_value) in enumerate(numbers):
        matrix[:, at, 1], present[:, at] = number, has_value
    keys = b"".join(_field(KEY, name.encode()) for name in names)
    return Tags(matrix[present].ravel(), 2 * present.sum(axis=1), keys, values)


def text_field(tag: int, text: str) -> bytes:
    """A field that holds text."""
    return _field(tag, text.encode())


def _field(tag: int, body: bytes) -> bytes:
    return bytes((tag,)) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    return bytes((value,)) if value < 0x80 else varints(np.array([value], dtype=np.uint64))


def _numbered(columns: list[pa.Array]) -> tuple[bytes, list[Numbered]]:
    """All distinct values of the columns as bytes, and for each column its values' numbers."""
    numbered: list[Numbered | None] = [None] * len(columns)
    parts: list[bytes] = []
    count = 0
    for is_kind, encoder in ENCODERS:
        places = [at for at, column in enumerate(columns) if is_kind(column.type)]
        if not places:
            continue
        distinct, codes, present = _distinct([columns[at] for at in places])
        parts.append(encoder(distinct))
        for at, number, has_value in zip(places, codes, present, strict=True):
            numbered[at] = (number + count, has_value)
        count += len(distinct)
    missing = [columns[at].type for at, each in enumerate(numbered) if each is None]
    if missing:
        raise TypeError(f"a tile holds text, whole numbers, numbers and flags, not {missing}")
    return b"".join(parts), [each for each in numbered if each is not None]


def _distinct(columns: list[pa.Array]) -> tuple[pa.Array, list[Signed], list[Mask]]:
    """Distinct values of several columns of one kind, and each value's place among them."""
    same = [column.cast(columns[0].type) for column in columns]
    if pa.types.is_floating(same[0].type):
        same = [pc.if_else(pc.is_nan(column), None, column) for column in same]
    # One dictionary for all columns of a kind: a word that stands in two columns is written once.
    joined = pa.concat_arrays(same).dictionary_encode()
    codes = joined.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    present = joined.indices.is_valid().to_numpy(zero_copy_only=False)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return joined.dictionary, np.split(codes, ends), np.split(present, ends)


def _texts(values: pa.Array) -> bytes:
    return b"".join(_text(text) for text in values.to_pylist())


def _text(text: str) -> bytes:
    return _field(VALUE, _field(0x0A, text.encode()))


def _integers(values: pa.Array) -> bytes:
    """Whole numbers: unsigned (field 5) or, where negative, zigzag (field 6)."""
    numbers = values.to_numpy(zero_copy_only=False).astype(np.int64)
    plain = np.where(numbers < 0, (numbers << 1) ^ (numbers >> 63), numbers).astype(np.uint64)
    sizes = lengths(plain)
    rows = np.empty((len(numbers), 4), dtype=np.uint64)
    rows[:, 0], rows[:, 1] = VALUE, sizes + 1
    # 0x28 is field 5, uint_value; 0x30 field 6, sint_value: a negative one of field 4 takes 10
    # bytes.
    rows[:, 2], rows[:, 3] = np.where(numbers < 0, 0x30, 0x28), plain
    return varints(rows.ravel())


def _numbers(values: pa.Array) -> bytes:
    """Numbers as floats (field 2) where that keeps their value, else doubles (field 3)."""
    return b"".join(_number(value) for value in values.to_pylist())


def _number(value: float) -> bytes:
    try:
        short = struct.pack("<f", value)
    except OverflowError:
        short = b""
    if short and struct.unpack("<f", short)[0] == value:
        return b"\x22\x05\x15" + short
    return b"\x22\x09\x19" + struct.pack("<d", value)


def _flags(values: pa.Array) -> bytes:
    return b"".join(bytes((VALUE, 2, 0x38, int(flag))) for flag in values.to_pylist())


ENCODERS: Iterable[tuple[Kind, Callable[[pa.Array], bytes]]] = (
    (pa.types.is_string, _texts),
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _numbers),
    (pa.types.is_boolean, _flags),
)
"""How values of a type are written."""


@dataclass(frozen=True)
class TileLayer:
    """A layer of one tile.

    table: n rows; columns of strings, int64, float64 and flags, null where a feature has none.
    ids: (n,) whole numbers, or None. geometry: (n,) in whole tile units within `extent` and its
    buffer, y down, valid, none empty.
    """

    name: str
    table: pa.Table
    ids: Int64Array | None
    geometry: GeometryArray
    extent: int = EXTENT

    def __len__(self) -> int:
        return len(self.geometry)


def together(layers: Sequence[TileLayer]) -> list[TileLayer]:
    """Layers of one name as one; all are of one extent. A property one of them lacks is null.

    A tile must not hold two layers of one name (MVT 2.1, 4.1).
    """
    names = dict.fromkeys(layer.name for layer in layers)
    return [_together([layer for layer in layers if layer.name == name]) for name in names]


def _together(layers: Sequence[TileLayer]) -> TileLayer:
    first = layers[0]
    if len(layers) == 1:
        return first
    table = pa.concat_tables([each.table for each in layers], promote_options="default")
    known_ids = [each.ids for each in layers if each.ids is not None]
    ids = np.concatenate(known_ids) if len(known_ids) == len(layers) else None
    shapes = np.concatenate([each.geometry for each in layers])
    return TileLayer(first.name, table, ids, shapes, first.extent)


def encode(layers: Sequence[TileLayer]) -> bytes:
    """The layers that have features as one tile, not compressed; b"" where none has."""
    return b"".join(_layer(layer) for layer in layers if len(layer))


def _layer(layer: TileLayer) -> bytes:
    ids = layer.ids if layer.ids is not None else np.zeros(len(layer), dtype=np.int64)
    tagged, commands = tags(layer.table, len(layer)), geometry_commands(layer.geometry)
    return joined_layer(layer.name, features(ids, tagged, commands), tagged, layer.extent)


def joined_layer(name: str, body: bytes, tagged: Tags, extent: int) -> bytes:
    """A layer from its features, keys and values."""
    # 0x28 is field 5, extent. The version (field 15) must stand in every layer (MVT 2.1, 4.1).
    size = b"\x28" + varints(np.array([extent], dtype=np.uint64))
    content = _VERSION_2 + text_field(NAME, name) + body + tagged.keys + tagged.values + size
    return bytes((LAYER,)) + varints(np.array([len(content)], dtype=np.uint64)) + content


def features(ids: Int64Array, tagged: Tags, commands: GeometryCommands) -> bytes:
    """The features of a layer, one field after the other.

    ids: (n,) 0 or more.
    """
    tag_bytes = sums(lengths(tagged.pairs), tagged.counts)
    command_bytes = sums(lengths(commands.values), commands.counts)
    # Tags of vector_tile.proto: 0x08 id, 0x12 tags (packed), 0x18 type, 0x22 geometry (packed).
    heads = np.zeros((len(ids), _HEADER), dtype=np.uint64)
    heads[:, 0] = FEATURE
    heads[:, 2], heads[:, 3] = 0x08, ids
    heads[:, 4], heads[:, 5] = 0x12, tag_bytes
    heads[:, 6], heads[:, 7] = 0x18, commands.kinds
    heads[:, 8], heads[:, 9] = 0x22, command_bytes
    head_bytes = lengths(heads[:, 2:].ravel()).reshape(len(ids), -1).sum(axis=1)
    heads[:, 1] = head_bytes + tag_bytes + command_bytes
    return varints(_interleaved(heads, tagged, commands))


def _interleaved(
    heads: npt.NDArray[np.uint64], tagged: Tags, commands: GeometryCommands
) -> npt.NDArray[np.uint64]:
    """Head, tags, type, commands of each feature, one feature after the other."""
    counts = _HEADER + tagged.counts + commands.counts
    starts = np.cumsum(counts) - counts
    out = np.empty(int(counts.sum()), dtype=np.uint64)
    _put(out, starts, heads[:, :6])
    tag_starts = starts + 6
    out[np.repeat(tag_starts, tagged.counts) + ranges(tagged.counts)] = tagged.pairs
    kind_starts = tag_starts + tagged.counts
    _put(out, kind_starts, heads[:, 6:])
    command_starts = kind_starts + 4
    out[np.repeat(command_starts, commands.counts) + ranges(commands.counts)] = commands.values
    return out


def _put(out: npt.NDArray[np.uint64], starts: Signed, block: npt.NDArray[np.uint64]) -> None:
    width = block.shape[1]
    out[(starts[:, None] + np.arange(width)).ravel()] = block.ravel()
