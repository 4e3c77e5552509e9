"""Features as bytes: rows encoded once as GeoJSON, kept in a file, handed out as slices."""

import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import shapely

from geodata.types import GeometryArray, IntArray

SEPARATOR = b",\n"
_FIRST, _LAST = np.array([0]), np.array([-1])
_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY


def encode(table: pa.Table, geometry: GeometryArray | None) -> list[bytes]:
    """One GeoJSON Feature a row; `id` is the first column, and stays among the properties.

    geometry: (n,) CRS84, None where it was not asked for. Empty and missing shapes are null, as
    are NaN and values Arrow has none of.
    """
    names = table.column_names
    columns = [_listed(column) for column in table.columns]
    shapes = [None] * table.num_rows if geometry is None else geometries(geometry)
    return [
        orjson.dumps(
            {
                "type": "Feature",
                "id": row[0],
                "geometry": shape,
                "properties": dict(zip(names, row, strict=True)),
            },
            option=_OPTIONS,
        )
        for row, shape in zip(zip(*columns, strict=True), shapes, strict=True)
    ]


def geometries(shapes: GeometryArray) -> list[orjson.Fragment | None]:
    """Geometries as JSON fragments, rings by the right-hand rule (RFC 7946, 3.1.6).

    Missing, empty and not finite ones are None.
    """
    usable = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    usable[usable] = np.isfinite(shapely.bounds(shapes[usable])).all(axis=1)
    texts = np.full(len(shapes), None, dtype=object)
    texts[usable] = shapely.to_geojson(shapely.orient_polygons(shapes[usable]))
    return [None if text is None else orjson.Fragment(text) for text in texts]


def _listed(column: pa.ChunkedArray) -> list[object]:
    return column.to_pylist()  # type: ignore[no-any-return]


def write_features(parts: Iterable[Sequence[bytes]], path: Path) -> None:
    """Keep features in `path`, one a line, and their offsets beside it."""
    lengths = []
    with path.open("wb") as stream:
        for features in parts:
            for feature in features:
                stream.write(feature + SEPARATOR)
                lengths.append(len(feature) + len(SEPARATOR))
    np.save(offsets_path(path), _offsets(lengths))


def offsets_path(path: Path) -> Path:
    """Where the offsets of a features file are."""
    return path.with_suffix(".offsets.npy")


class Features(Protocol):
    """Features encoded before, by row."""

    def joined(self, rows: IntArray) -> bytes:
        """The features of some rows, separated."""


@dataclass(frozen=True)
class StoredFeatures:
    """Features of a release as they were encoded when it was built; mapped, not read."""

    path: Path

    @cached_property
    def _bytes(self) -> memoryview:
        with self.path.open("rb") as stream:
            if self.path.stat().st_size == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))

    @cached_property
    def _offsets(self) -> npt.NDArray[np.int64]:
        return np.asarray(np.load(offsets_path(self.path), mmap_mode="r"))

    def joined(self, rows: IntArray) -> bytes:
        """The features of some rows, separated."""
        return _joined(self._bytes, self._offsets, rows)


class EncodedFeatures:
    """Features in memory, one after the other as in a file.

    As objects they would take six times their size: orjson leaves the rest of each buffer unused.
    """

    def __init__(self, features: Sequence[bytes]) -> None:
        self._bytes = b"".join(feature + SEPARATOR for feature in features)
        self._offsets = _offsets([len(feature) + len(SEPARATOR) for feature in features])

    @property
    def nbytes(self) -> int:
        """Bytes they take."""
        return len(self._bytes) + self._offsets.nbytes

    def joined(self, rows: IntArray) -> bytes:
        """The features of some rows, separated."""
        return _joined(self._bytes, self._offsets, rows)


def _offsets(lengths: list[int]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)


def _joined(data: bytes | memoryview, offsets: npt.NDArray[np.int64], rows: IntArray) -> bytes:
    """Some of the features laid one after the other; neighbours are taken in one slice."""
    if not len(rows):
        return b""
    breaks = np.flatnonzero(rows[1:] - rows[:-1] != 1) + 1
    starts = offsets[rows[np.concatenate((_FIRST, breaks))]].tolist()
    stops = offsets[rows[np.concatenate((breaks - 1, _LAST))] + 1].tolist()
    stops[-1] -= len(SEPARATOR)
    return b"".join([data[a:b] for a, b in zip(starts, stops, strict=True)])
