"""How is a Mapbox Vector Tile (MVT 2.1) read back: its layers as arrays again?"""

import struct
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import shapely

from geodata.errors import Damaged
from geodata.tiles.grid import EXTENT
from geodata.tiles.mvt import TileLayer
from geodata.tiles.mvt_geometry import (
    CLOSE_PATH,
    LINE_TO,
    LINESTRING,
    MOVE_TO,
    POINT,
    GeometryCommands,
)
from geodata.tiles.varint import Signed, Unsigned, sums
from geodata.types import GeometryArray

Field = tuple[int, int, bytes]
"""Number of a field, its value where that is a number, its bytes where it has bytes."""
Value = str | int | float | bool


def decode(tile: bytes) -> list[TileLayer]:
    """The layers of a tile, not compressed. Raises Damaged where it is none.

    Geometry comes in whole units of the tile, y down; unknown fields are passed over.
    """
    try:
        return [_layer(body) for number, _, body in _fields(tile) if number == 3]
    except (IndexError, ValueError, struct.error) as error:
        raise Damaged(f"a tile cannot be read: {error!r}") from error


def _layer(body: bytes) -> TileLayer:
    name, extent = "", EXTENT
    features: list[bytes] = []
    keys: list[str] = []
    values: list[Value] = []
    for number, value, part in _fields(body):
        if number == 2:
            features.append(part)
        elif number == 1:
            name = part.decode()
        elif number == 3:
            keys.append(part.decode())
        elif number == 4:
            values.append(_value(part))
        elif number == 5:
            extent = value
    return _arrays(name, extent, features, keys, values)


def _arrays(
    name: str, extent: int, features: list[bytes], keys: list[str], values: list[Value]
) -> TileLayer:
    ids, kinds = np.zeros((2, len(features)), dtype=np.int64)
    tags, commands = [b""] * len(features), [b""] * len(features)
    for at, feature in enumerate(features):
        for number, value, part in _fields(feature):
            if number == 1:
                ids[at] = value
            elif number == 2:
                tags[at] = part
            elif number == 3:
                kinds[at] = value
            else:
                commands[at] = part
    geometry = shapes(GeometryCommands(*_numbers(commands), kinds))
    return TileLayer(name, _table(tags, keys, values), ids, geometry, extent)


def _table(tags: list[bytes], keys: list[str], values: list[Value]) -> pa.Table:
    """Properties by key, null where a feature has none."""
    pairs, counts = _numbers(tags)
    owners = np.repeat(np.arange(len(tags)), counts // 2)
    of_key, of_value = pairs[::2].astype(np.int64), pairs[1::2].astype(np.int64)
    known = np.empty(len(values), dtype=object)  # filled apart, so that numpy casts no value
    known[:] = values
    columns = {}
    for number, key in enumerate(keys):
        tagged = of_key == number
        column = np.full(len(tags), None, dtype=object)
        column[owners[tagged]] = known[of_value[tagged]]
        columns[key] = pa.array(column, from_pandas=True)
    return pa.table(columns)


def _fields(data: bytes) -> Iterator[Field]:
    at, end = 0, len(data)
    while at < end:
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _varint(data, at)
            yield tag >> 3, value, b""
            continue
        size = {1: 8, 5: 4}.get(kind, -1)
        if kind == 2:
            size, at = _varint(data, at)
        if size < 0 or at + size > end:
            raise ValueError(f"field {tag >> 3} of kind {kind} does not end")
        yield tag >> 3, 0, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = data[at]
    at += 1
    if value < 0x80:
        return value, at
    value &= 0x7F
    shift = 7
    while True:
        part = data[at]
        at += 1
        value |= (part & 0x7F) << shift
        if part < 0x80:
            return value, at
        shift += 7


def _value(body: bytes) -> Value:
    for number, value, part in _fields(body):
        if number == 1:
            return part.decode()
        if number in {2, 3}:
            return float(struct.unpack("<f" if number == 2 else "<d", part)[0])
        if number == 7:
            return bool(value)
        if number == 6:
            return (value >> 1) ^ -(value & 1)
        # int64 is written in two's complement: what has the highest bit is negative.
        return value - (1 << 64) if number == 4 and value >= 1 << 63 else value
    raise ValueError("a value is empty")


def _numbers(parts: list[bytes]) -> tuple[Unsigned, Signed]:
    """Packed varints of n parts: all numbers, and how many are in each part."""
    data = np.frombuffer(b"".join(parts), dtype=np.uint8)
    last = data < 0x80
    ends = np.flatnonzero(last)
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    sizes = ends - starts + 1
    values = np.zeros(len(ends), dtype=np.uint64)
    for place in range(int(sizes.max(initial=0))):
        long = sizes > place
        part = (data[starts[long] + place] & 0x7F).astype(np.uint64)
        values[long] |= part << np.uint64(7 * place)
    lengths = np.array([len(part) for part in parts], dtype=np.int64)
    return values, sums(last.astype(np.int64), lengths)


def shapes(commands: GeometryCommands) -> GeometryArray:
    """Geometry of each feature from its commands: whole tile units, y down."""
    result = np.empty(len(commands.counts), dtype=object)
    ends = np.cumsum(commands.counts)
    for at, (start, end) in enumerate(zip(ends - commands.counts, ends, strict=True)):
        paths = _paths(commands.values[start:end].astype(np.int64))
        result[at] = _shape(paths, int(commands.kinds[at]))
    return result


def _paths(numbers: Signed) -> list[Signed]:
    """The positions of each path of a feature."""
    at, cursor = 0, np.zeros(2, dtype=np.int64)
    paths: list[list[Signed]] = []
    while at < len(numbers):
        command, count = int(numbers[at] & 7), int(numbers[at] >> 3)
        at += 1
        if command == CLOSE_PATH:
            paths[-1].append(paths[-1][0][:1])  # the cursor stays where it was (4.3.3.3)
            continue
        if command not in {MOVE_TO, LINE_TO}:
            raise ValueError(f"{command} is no drawing command")
        pairs = numbers[at : at + 2 * count].reshape(count, 2)
        at += 2 * count
        steps = np.cumsum((pairs >> 1) ^ -(pairs & 1), axis=0) + cursor
        cursor = steps[-1]
        if command == MOVE_TO:
            paths.append([steps])
        else:
            paths[-1].append(steps)
    return [np.concatenate(path) for path in paths]


def _shape(paths: list[Signed], kind: int) -> shapely.Geometry:
    if kind == POINT:
        points = np.concatenate(paths)
        return shapely.Point(points[0]) if len(points) == 1 else shapely.MultiPoint(points)
    if kind == LINESTRING:
        return shapely.LineString(paths[0]) if len(paths) == 1 else shapely.MultiLineString(paths)
    areas: list[list[Signed]] = []
    for ring in paths:
        # A ring of positive area begins a polygon, and those of negative area are its holes
        # (4.3.4.4).
        if _doubled_area(ring) > 0:
            areas.append([ring])
        else:
            areas[-1].append(ring)
    polygons = [shapely.Polygon(ring[0], ring[1:]) for ring in areas]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _doubled_area(ring: Signed) -> int:
    """Twice the area by the surveyor's formula; positive for an exterior ring."""
    x, y = ring[:, 0], ring[:, 1]
    return int((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())
