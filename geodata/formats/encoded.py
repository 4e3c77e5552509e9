"""Features as bytes: encoded once, stored in a file or in memory, handed out as slices."""

import mmap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geodata.types import IntArray

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
