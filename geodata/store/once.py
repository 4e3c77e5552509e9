"""Work done once: recent results are kept, and askers of one that is being made wait for it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Once(Generic[T]):
    """A function whose recent results are kept by its arguments.

    Unlike `functools.lru_cache`, a result being made is made once however many threads ask.
    """

    def __init__(self, make: Callable[..., T], kept: int) -> None:
        self._make = make
        self._kept = kept
        self._lock = threading.Lock()
        self._results: OrderedDict[Hashable, T] = OrderedDict()
        self._working: dict[Hashable, threading.Lock] = {}

    def __call__(self, *key: Hashable) -> T:
        """The result for the arguments."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
                return self._results[key]
            turn = self._working.setdefault(key, threading.Lock())
        with turn:
            return self._made(key)

    def _made(self, key: tuple[Hashable, ...]) -> T:
        """The result another thread has made meanwhile, or a fresh one."""
        with self._lock:
            if key in self._results:
                return self._results[key]
        try:
            result = self._make(*key)
            with self._lock:
                self._results[key] = result
                while len(self._results) > self._kept:
                    self._results.popitem(last=False)
        finally:
            with self._lock:
                self._working.pop(key, None)
        return result
