"""How is what was made lately kept in memory, up to a size in all, and made once however many ask?

A segmented LRU cache with single flight, on `cachetools`: sizes are bytes unless said otherwise.
"""

import asyncio
import dataclasses
import math
import sys
import threading
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from cachetools import LRUCache

T = TypeVar("T")
V = TypeVar("V")
Sized = tuple[float, V]
"""Size of an entry, and its value."""

PROBATION = 0.25
"""Share of the room for entries asked once; the rest is for those asked again."""
ENTRY = 400
"""Bytes of an entry beside its key and value: two dictionaries, their order, and its size."""
COORDINATE, PART = 24, 300
"""Bytes GEOS takes for a coordinate, and for each part and ring, measured with GEOS 3.14."""


class Cache(Generic[V]):
    """Values by key, least recently used dropped first, up to `capacity` in all.

    Entries asked once stand in a probationary segment and move to the protected one when asked
    again (segmented LRU). So a storm of queries that nobody repeats, however long, drops none
    that is in use, and what is repeated is still kept from its first making on.

    size_of: size of a key and its value, in the unit of capacity, 0 or more. probation: share of
    the room for entries asked once, 0..1; with 1 it is a plain LRU cache. What is larger than its
    segment is not kept, and neither is None. Safe to use from several threads.
    """

    def __init__(
        self,
        capacity: float,
        size_of: Callable[[Hashable, V], float] | None = None,
        *,
        probation: float = PROBATION,
    ) -> None:
        self._size_of = size_of or entry_bytes
        self._lock = threading.Lock()
        room = capacity * probation
        self._probation: LRUCache[Hashable, Sized[V]] = LRUCache(room, _size)
        self._protected: LRUCache[Hashable, Sized[V]] = LRUCache(capacity - room, _size)
        self._flights: dict[Hashable, Future[V]] = {}

    def __repr__(self) -> str:
        return f"Cache({len(self)} entries, {self.size:,.0f} of {self.capacity:,.0f})"

    def __len__(self) -> int:
        return len(self._probation) + len(self._protected)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._protected or key in self._probation

    @property
    def capacity(self) -> float:
        """Size up to which entries are kept."""
        return self._probation.maxsize + self._protected.maxsize

    @property
    def size(self) -> float:
        """Size of all entries together."""
        with self._lock:
            return self._probation.currsize + self._protected.currsize

    def entries(self) -> dict[Hashable, V]:
        """All values by key; asking for them so is no use of them."""
        with self._lock:
            both = [*self._probation.items(), *self._protected.items()]
        return {key: value for key, (_, value) in both}

    def get(self, key: Hashable) -> V | None:
        """The value of a key, None where it is not kept."""
        with self._lock:
            return self._used(key)

    def put(self, key: Hashable, value: V) -> None:
        """Keep a value in place of what its key had before."""
        size = self._size_of(key, value)  # before the lock: weighing a page takes milliseconds
        with self._lock:
            self._keep(key, value, size)

    def clear(self) -> None:
        """Drop all entries."""
        with self._lock:
            self._probation.clear()
            self._protected.clear()

    def get_or_make(self, key: Hashable, make: Callable[[], V]) -> V:
        """The value of a key, made where it is not kept; threads that ask meanwhile wait for it.

        What `make` raises, all of them get, and whoever asks next makes it anew. A thread waits
        only for one that is at work, so that a pool of any size goes on.
        """
        while True:
            value, flight, leads = self._claim(key)
            if flight is None:
                return value  # type: ignore[return-value] # kept, so it is not None
            if leads:
                break
            with suppress(_AbandonedError):
                return flight.result()
        try:
            value = make()
        except BaseException as error:
            self._fail(key, flight, error)
            raise
        self._land(key, flight, value)
        return value

    async def get_or_await(self, key: Hashable, make: Callable[[], Awaitable[V]]) -> V:
        """The same for the event loop: those who wait take no thread.

        One who makes it and is cancelled leaves it to the next of those who wait.
        """
        while True:
            value, flight, leads = self._claim(key)
            if flight is None:
                return value  # type: ignore[return-value] # kept, so it is not None
            if leads:
                break
            with suppress(_AbandonedError):
                return await asyncio.wrap_future(flight)
        try:
            value = await make()
        except BaseException as error:
            self._fail(key, flight, error)
            raise
        self._land(key, flight, value)
        return value

    def _claim(self, key: Hashable) -> tuple[V | None, Future[V] | None, bool]:
        """The value kept; or who makes it, and whether that is the one who asks here."""
        with self._lock:
            value = self._used(key)
            if value is not None:
                return value, None, False
            flight = self._flights.get(key)
            if flight is not None:
                return None, flight, False
            flight = self._flights[key] = Future()
            flight.set_running_or_notify_cancel()  # one who waits and leaves cannot cancel it
            return None, flight, True

    def _land(self, key: Hashable, flight: Future[V], value: V) -> None:
        """Keep what was made, and give it to all who wait."""
        try:
            size = math.inf if value is None else self._size_of(key, value)
        except BaseException as error:
            self._fail(key, flight, error)
            raise
        with self._lock:
            del self._flights[key]  # at once with keeping, so that nobody makes it in between
            self._keep(key, value, size)
        flight.set_result(value)

    def _fail(self, key: Hashable, flight: Future[V], error: BaseException) -> None:
        """Hand an error to all who wait; whoever asks next makes it anew."""
        with self._lock:
            del self._flights[key]
        # A cancelled task's own CancelledError would cancel those who wait with it.
        flight.set_exception(error if isinstance(error, Exception) else _AbandonedError())

    def _used(self, key: Hashable) -> V | None:
        entry = self._protected.get(key)
        if entry is None:
            entry = self._probation.get(key)
            if entry is None:
                return None
            self._protect(key, entry)
        return entry[1]

    def _protect(self, key: Hashable, entry: Sized[V]) -> None:
        """Move an entry to the protected segment; what must make room goes back on probation."""
        if entry[0] > self._protected.maxsize:  # it stays on probation, and in use there
            return
        del self._probation[key]
        while self._protected.currsize + entry[0] > self._protected.maxsize:
            # Least recently used first. Dropped outright, what is in use would be made again.
            dropped, other = self._protected.popitem()
            if other[0] <= self._probation.maxsize:
                self._probation[dropped] = other
        self._protected[key] = entry

    def _keep(self, key: Hashable, value: V, size: float) -> None:
        segment = self._protected if key in self._protected else self._probation
        # The entry before goes first: its size, counted twice, filled the room once for good.
        segment.pop(key, None)
        if size <= segment.maxsize:
            segment[key] = (size, value)


class _AbandonedError(Exception):
    """Who made a value was cancelled: another must make it."""


def _size(entry: Sized[V]) -> float:
    return entry[0]


def keeping(cache: Cache[Any], make: Callable[..., T], *prefix: Hashable) -> Callable[..., T]:
    """A function whose results are kept in a cache, by the prefix and its arguments."""

    def get(*arguments: Hashable) -> T:
        result: T = cache.get_or_make((*prefix, *arguments), lambda: make(*arguments))
        return result

    return get


def entry_bytes(key: Hashable, value: object) -> int:
    """Bytes an entry of a cache takes in memory."""
    return ENTRY + memory_bytes(key) + memory_bytes(value)


def memory_bytes(value: object, seen: set[int] | None = None) -> int:
    """Bytes a value takes in memory with all it holds, about.

    What it holds twice counts once; what it shares with others counts, so that a sum errs upwards.
    An object that is no dataclass says its size itself, in `nbytes`. seen: ids counted before.
    """
    seen = set() if seen is None else seen
    # By identity: what a value holds twice, or holds itself, is there once.
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, shapely.Geometry):
        return _geometry_bytes(value)
    if isinstance(value, np.ndarray):
        return _array_bytes(value, seen)
    if isinstance(value, pd.DataFrame):
        return int(value.memory_usage(deep=True).sum())
    if isinstance(value, pa.Table):
        return int(value.get_total_buffer_size())
    size = sys.getsizeof(value) + int(getattr(value, "nbytes", 0))
    return size + sum(memory_bytes(part, seen) for part in _parts(value))


def _geometry_bytes(shapes: Any) -> int:  # noqa: ANN401 - shapely takes one and many alike
    """Bytes of one geometry or of an array of them, None among them."""
    # `getsizeof` sees the Python object of a geometry and nothing of GEOS.
    parts = shapely.get_parts(shapes)
    rings = int(shapely.get_num_interior_rings(parts).sum()) + 2 * len(parts) + np.size(shapes)
    return COORDINATE * int(np.sum(shapely.get_num_coordinates(shapes))) + PART * rings


def _array_bytes(array: "np.ndarray[tuple[int, ...], np.dtype[np.generic]]", seen: set[int]) -> int:
    size = 112 + int(array.nbytes)  # getsizeof leaves out the cells of a view
    if array.dtype != object:
        return size
    if shapely.is_valid_input(array).all():
        return size + _geometry_bytes(array)
    return size + sum(memory_bytes(part, seen) for part in array.ravel().tolist())


def _parts(value: object) -> Iterable[object]:
    """What an object holds."""
    if isinstance(value, Mapping):
        return chain(value.keys(), value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return value
    if dataclasses.is_dataclass(value):
        return (getattr(value, field.name) for field in dataclasses.fields(value))
    return ()
