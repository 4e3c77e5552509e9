"""How is a MapLibre Tile (MLT v1) written: each layer as columns of ids, geometry and properties?

The encodings used are the plain ones that every reader has; see `mlt_streams`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geodata.tiles.mlt_streams import (
    Data,
    IntegerType,
    Kind,
    Length,
    Offset,
    flags,
    integers,
    present,
    raw,
    varint,
    vertices,
)
from geodata.tiles.mvt import TileLayer
from geodata.tiles.varint import Signed
from geodata.types import FloatArray, GeometryArray, Int64Array

POINT, LINE, AREA = 0, 1, 2
_MULTI = 3
_KIND = np.array([POINT, LINE, LINE, AREA, POINT, LINE, AREA])
"""Type by shapely's type id; _MULTI is added where a feature has several parts."""
Column = tuple[bytes, bytes]
"""A column: what the head of the layer says of it, and its data."""
_TAG_1 = b"\x01"
_ID, _LONG_ID, _GEOMETRY = 0, 2, 4
_BOOL, _INT32, _UINT32, _INT64, _FLOAT, _DOUBLE, _STRING = 10, 16, 18, 20, 24, 26, 28
_NULLABLE = 1
_UINT32_END, _INT32_END = 1 << 32, 1 << 31


@dataclass(frozen=True)
class _Paths:
    """Points, lines and rings in order: positions, how many each has, and the part it is of."""

    xy: Signed
    sizes: Signed
    parts: Signed


def geometry_streams(geometry: GeometryArray) -> list[bytes]:
    """The streams of a geometry column.

    geometry: (n,) in whole tile units; none missing, empty or a collection. What follows from the
    type is not written: a single geometry has one part, a point one position.
    """
    parts, owners = shapely.get_parts(geometry, return_index=True)
    counts = np.bincount(owners, minlength=len(geometry))
    kinds = _KIND[shapely.get_type_id(geometry)]
    multi = counts > 1
    part_kinds = kinds[owners]
    paths = _paths(parts, part_kinds)
    sizes = paths.sizes[part_kinds[paths.parts] != POINT]
    streams = [_sizes(Data.PLAIN, kinds + _MULTI * multi), _sizes(Length.GEOMETRIES, counts[multi])]
    # Where a layer holds an area, the lines of its other features are counted among the rings.
    if (kinds == AREA).any():
        rings = np.bincount(paths.parts, minlength=len(parts))[part_kinds == AREA]
        streams += [_sizes(Length.PARTS, rings), _sizes(Length.RINGS, sizes)]
    else:
        streams.append(_sizes(Length.PARTS, sizes))
    return [*filter(None, streams), vertices(paths.xy)]


def _sizes(kind: Kind, values: Signed) -> bytes:
    """A stream of sizes; b"" where there is none to tell."""
    if not len(values):
        return b""
    return integers(kind, IntegerType(values.astype(np.int64), 0, signed=False, wide=False))


def _paths(parts: GeometryArray, kinds: Signed) -> _Paths:
    """Parts taken apart into points, lines and rings, rings without their last position."""
    areas = np.flatnonzero(kinds == AREA)
    others = np.flatnonzero(kinds != AREA)
    rings, ring_of = shapely.get_rings(parts[areas], return_index=True)
    owners = np.concatenate([others, areas[ring_of]])
    order = np.argsort(owners, kind="stable")
    lines = np.concatenate([parts[others], rings])[order]
    closed = (np.arange(len(lines)) >= len(others))[order]
    xy, line_of = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(line_of, minlength=len(lines))
    last = np.cumsum(sizes)[closed] - 1
    whole = np.delete(np.rint(xy).astype(np.int64), last, axis=0)
    return _Paths(whole, sizes - closed, owners[order])


def encode(layers: Sequence[TileLayer]) -> bytes:
    """The layers that have features as one MapLibre Tile, not compressed; b"" where none has."""
    return b"".join(_layer(layer) for layer in layers if len(layer))


def _layer(layer: TileLayer) -> bytes:
    columns = [*_id_column(layer), _geometry_column(layer), *_property_columns(layer.table)]
    head = _text(layer.name) + varint(layer.extent) + varint(len(columns))
    metadata, data = (b"".join(part) for part in zip(*columns, strict=True))
    body = _TAG_1 + head + metadata + data
    return varint(len(body)) + body


def _id_column(layer: TileLayer) -> Iterator[Column]:
    """Ids, unsigned; none where the layer has none."""
    if layer.ids is None:
        return
    ids = _narrowest(layer.ids.astype(np.int64))
    wide = ids.kind != _UINT32
    yield bytes((_LONG_ID if wide else _ID,)), integers(Data.PLAIN, ids.unsigned)


def _geometry_column(layer: TileLayer) -> Column:
    streams = geometry_streams(layer.geometry)
    return bytes((_GEOMETRY,)), varint(len(streams)) + b"".join(streams)


def _property_columns(table: pa.Table) -> Iterator[Column]:
    """A column for each that has any value; a missing one is null or NaN.

    Raises TypeError for a type a tile does not hold.
    """
    for name in table.column_names:
        values = _without_nan(table.column(name).combine_chunks())
        if values.null_count == len(values):
            continue
        kind, streams, counted = _property(values.drop_null())
        nullable = values.null_count > 0
        if nullable:
            streams = [present(values.is_valid().to_numpy(zero_copy_only=False)), *streams]
        count = varint(len(streams)) if counted else b""
        code = kind | (_NULLABLE if nullable else 0)
        yield bytes((code,)) + _text(name), count + b"".join(streams)


def _without_nan(values: pa.Array) -> pa.Array:
    if not pa.types.is_floating(values.type):
        return values
    return pc.if_else(pc.is_nan(values), None, values)


def _property(values: pa.Array) -> tuple[int, list[bytes], bool]:
    """Type of a column, the streams of its values, and whether their number is written."""
    if pa.types.is_string(values.type):
        return _STRING, _texts(values), True
    if pa.types.is_boolean(values.type):
        return _BOOL, [flags(values.to_numpy(zero_copy_only=False))], False
    if pa.types.is_integer(values.type):
        numbers = _narrowest(values.to_numpy().astype(np.int64))
        return numbers.kind, [integers(Data.PLAIN, numbers)], False
    if pa.types.is_floating(values.type):
        kind, data = _numbers(values.to_numpy().astype(np.float64))
        return kind, [data], False
    raise TypeError(f"a tile holds text, whole numbers, numbers and flags, not {values.type}")


def _narrowest(values: Int64Array) -> IntegerType:
    """Whole numbers in the narrowest type that holds them all."""
    least, most = int(values.min()), int(values.max())
    if least >= 0 and most < _UINT32_END:
        return IntegerType(values, _UINT32, signed=False, wide=False)
    if least >= -_INT32_END and most < _INT32_END:
        return IntegerType(values, _INT32, signed=True, wide=False)
    return IntegerType(values, _INT64, signed=True, wide=True)


def _numbers(values: FloatArray) -> tuple[int, bytes]:
    """Numbers of single precision where that keeps them all, else of double; little-endian."""
    with np.errstate(over="ignore"):  # what is too large for single precision is not kept by it
        short = values.astype("<f4")
    if (short == values).all():
        return _FLOAT, raw(Data.PLAIN, len(values), short.tobytes())
    return _DOUBLE, raw(Data.PLAIN, len(values), values.astype("<f8").tobytes())


def _texts(values: pa.Array) -> list[bytes]:
    """Texts one after the other, or each once with its number, whichever is shorter."""
    coded = values.dictionary_encode()
    plain = _bytes_of(values, Length.TEXT, Data.PLAIN)
    if len(coded.dictionary) == len(values):
        return plain
    sizes, once = _bytes_of(coded.dictionary, Length.DICTIONARY, Data.DICTIONARY)
    places = _narrowest(coded.indices.to_numpy().astype(np.int64))
    dictionary = [sizes, integers(Offset.TEXT, places), once]
    return min(plain, dictionary, key=lambda streams: sum(map(len, streams)))


def _bytes_of(values: pa.Array, length: Length, data: Data) -> list[bytes]:
    whole = b"".join(values.cast(pa.binary()).to_pylist())
    sizes = pc.binary_length(values).to_numpy().astype(np.int64)
    return [integers(length, _narrowest(sizes)), raw(data, len(whole), whole)]


def _text(text: str) -> bytes:
    whole = text.encode()
    return varint(len(whole)) + whole
