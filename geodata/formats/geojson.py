"""GeoJSON (RFC 7946): features as bytes, written one by one or handed out as encoded before."""

import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.formats.rows import Provenance, RowReader, Rows, provenance_dict
from geodata.types import GeometryArray, IntArray

_OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY
BATCH = 1_000
"""Features in a chunk."""
STRETCH = 10_000
"""Features in a chunk of those encoded before, which cost a tenth."""
RECORD = b"\x1e"
"""RFC 8142: what stands before each text of a sequence."""


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
    texts: list[object] = column.to_pylist()
    if isinstance(column.type, pa.JsonType):
        return [None if text is None else orjson.Fragment(str(text)) for text in texts]
    return texts


def feature(properties: Mapping[str, Any], shape: BaseGeometry | None) -> dict[str, Any]:
    """One feature with its `id` taken from the properties."""
    return {
        "type": "Feature",
        "id": properties["id"],
        "geometry": geometry(shape),
        "properties": properties,
    }


def geometry(shape: BaseGeometry | None) -> orjson.Fragment | None:
    """A geometry as a JSON fragment; None and empty as null."""
    if shape is None or shape.is_empty:
        return None
    return orjson.Fragment(shapely.to_geojson(shape))


def dumps(document: Any) -> bytes:  # noqa: ANN401 - any JSON document
    """UTF-8 JSON. Raises TypeError for values JSON does not have; NaN becomes null."""
    return orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE)


def write_geojson(rows: Rows, about: Provenance) -> Iterator[bytes]:
    """All rows as one FeatureCollection, coordinates as they are in the rows, x first."""
    parts = (encode(b.table, b.geometry) for b in rows.batches(BATCH))
    return collection(parts, {"name": about.name, **provenance(rows, about)})


def joined_features(rows: RowReader) -> bytes:
    """Rows as GeoJSON Features joined by SEPARATOR, in the columns and the CRS asked."""
    encoded = rows.features()
    if encoded is not None:
        return encoded
    read = rows.read(authority_axes=True)
    return SEPARATOR.join(encode(read.table, read.geometry))


def feature_sequence(rows: RowReader) -> Iterator[bytes]:
    """Rows as a GeoJSON text sequence (RFC 8142), stretch by stretch, in the CRS asked.

    Of features encoded before, only what stands between them is exchanged: inside of one JSON
    escapes every line end, so that SEPARATOR stands nowhere else.
    """
    if rows.features(0, 0) is None:
        yield from write_geojsonseq(rows.read(authority_axes=True))
        return
    for start in range(0, len(rows), STRETCH):
        stretch = rows.features(start, start + STRETCH) or b""
        yield RECORD + stretch.replace(SEPARATOR, b"\n" + RECORD) + b"\n"


def write_geojsonseq(rows: Rows, about: Provenance | None = None) -> Iterator[bytes]:  # noqa: ARG001 - the formats' seam
    """A GeoJSON text sequence (RFC 8142): record separator, feature, line feed."""
    for batch in rows.batches(BATCH):
        yield b"".join([RECORD + text + b"\n" for text in encode(batch.table, batch.geometry)])


def collection(parts: Iterator[list[bytes]], members: Mapping[str, Any]) -> Iterator[bytes]:
    """A FeatureCollection of encoded features, written part by part; its members come first."""
    head = orjson.dumps({"type": "FeatureCollection", **members})
    yield head[:-1] + b',"features":[\n'
    first = True
    for features in parts:
        yield (b"" if first else SEPARATOR) + SEPARATOR.join(features)
        first = False
    yield b"\n]}\n"


def provenance(
    rows: Rows, about: Provenance, media_type: str = "application/geo+json"
) -> dict[str, Any]:
    """Members of a whole collection: how many features, where they come from, and a self link."""
    told = provenance_dict(about)
    link = {"href": told.pop("query"), "rel": "self", "type": media_type, "title": about.title}
    stamp = told.pop("generated")
    counts = {"numberMatched": len(rows), "numberReturned": len(rows)}
    return {**told, "timeStamp": stamp, **counts, "links": [link]}


SEPARATOR = b",\n"
_FIRST, _LAST = np.array([0]), np.array([-1])


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
