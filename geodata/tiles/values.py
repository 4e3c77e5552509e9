"""How are properties written in a vector tile: keys and values once, features point at them."""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from geodata.tiles.varint import Signed, Unsigned, lengths, varints

FEATURE, KEY, VALUE = 0x12, 0x1A, 0x22
"""Tags of a layer's fields (MVT 2.1, vector_tile.proto)."""


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
    names = [name for name in table.column_names if table.column(name).null_count < len(table)]
    columns = [table.column(name).combine_chunks() for name in names]
    values, numbers = _numbered(columns)
    matrix = np.empty((rows, len(names), 2), dtype=np.uint64)
    matrix[:, :, 0] = np.arange(len(names))
    held = np.empty((rows, len(names)), dtype=bool)
    for at, (number, has) in enumerate(numbers):
        matrix[:, at, 1], held[:, at] = number, has
    keys = b"".join(_field(KEY, name.encode()) for name in names)
    return Tags(matrix[held].ravel(), 2 * held.sum(axis=1), keys, values)


def text_field(tag: int, text: str) -> bytes:
    """A field that holds text."""
    return _field(tag, text.encode())


def _field(tag: int, body: bytes) -> bytes:
    return bytes((tag,)) + _varint(len(body)) + body


def _varint(value: int) -> bytes:
    return bytes((value,)) if value < 0x80 else varints(np.array([value], dtype=np.uint64))


Numbers = list[tuple[Signed, npt.NDArray[np.bool_]]]


def _numbered(columns: list[pa.Array]) -> tuple[bytes, Numbers]:
    """All distinct values of the columns as bytes, and for each column its values' numbers."""
    found: list[tuple[Signed, npt.NDArray[np.bool_]] | None] = [None] * len(columns)
    parts: list[bytes] = []
    count = 0
    for kind, encoded in ENCODERS:
        mine = [at for at, column in enumerate(columns) if kind(column.type)]
        if not mine:
            continue
        distinct, codes, held = _distinct([columns[at] for at in mine])
        parts.append(encoded(distinct))
        for at, number, has in zip(mine, codes, held, strict=True):
            found[at] = (number + count, has)
        count += len(distinct)
    missing = [columns[at].type for at, numbers in enumerate(found) if numbers is None]
    if missing:
        raise TypeError(f"a tile holds text, whole numbers, numbers and flags, not {missing}")
    return b"".join(parts), [numbers for numbers in found if numbers is not None]


def _distinct(
    columns: list[pa.Array],
) -> tuple[pa.Array, list[Signed], list[npt.NDArray[np.bool_]]]:
    """Distinct values of several columns of one kind, and each value's place among them."""
    same = [column.cast(columns[0].type) for column in columns]
    if pa.types.is_floating(same[0].type):
        same = [pc.if_else(pc.is_nan(column), None, column) for column in same]
    joined = pa.concat_arrays(same).dictionary_encode()
    codes = joined.indices.fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    held = joined.indices.is_valid().to_numpy(zero_copy_only=False)
    ends = np.cumsum([len(column) for column in columns])[:-1]
    return joined.dictionary, np.split(codes, ends), np.split(held, ends)


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


Kind = Callable[[Any], bool]
ENCODERS: Iterable[tuple[Kind, Callable[[pa.Array], bytes]]] = (
    (pa.types.is_string, _texts),
    (pa.types.is_integer, _integers),
    (pa.types.is_floating, _numbers),
    (pa.types.is_boolean, _flags),
)
"""How values of a type are written."""
