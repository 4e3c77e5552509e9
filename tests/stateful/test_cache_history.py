"""Whatever is asked of a cache in whatever order: what is counted is what is kept."""

import threading
from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from geodata.cache import Cache

CAPACITY, PATIENCE_S = 100, 30
KEYS = st.sampled_from("abcdefgh")
SIZES = st.one_of(st.sampled_from([0, 1, 25, 75, 100, 101, 10_000]), st.integers(0, 40))
Value = tuple[int, int]
"""Size, and a number that tells one value from all others."""
T = TypeVar("T")


def size_of(_key: Hashable, value: Value) -> float:
    return value[0]


def at_once(*works: tuple[object, ...]) -> None:
    """Calls in threads that begin together."""
    start = threading.Barrier(len(works))

    def run(work: tuple[object, ...]) -> None:
        start.wait(PATIENCE_S)
        work[0](*work[1:])  # type: ignore[operator]

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(run, work) for work in works]:
            done.result(PATIENCE_S)


class CacheHistory(RuleBasedStateMachine):
    """One cache beside all values that a key may have now."""

    @initialize(probation=st.sampled_from([0.25, 0.5, 1]))
    def begin(self, probation: float) -> None:
        """An empty cache."""
        self.cache: Cache[Value] = Cache(CAPACITY, size_of, probation=probation)
        self.known: dict[str, set[Value]] = {}
        self.number = 0

    def value(self, size: int) -> Value:
        """A value nobody has had."""
        self.number += 1
        return size, self.number

    @rule(key=KEYS, size=SIZES)
    def put(self, key: str, size: int) -> None:
        """Keep one, often in place of one of another size."""
        value = self.value(size)
        self.cache.put(key, value)
        self.known[key] = {value}

    @rule(key=KEYS)
    def get(self, key: str) -> None:
        """Ask for one: the last that was kept, or none."""
        assert self.cache.get(key) in {None, *self.known.get(key, ())}

    @rule(key=KEYS, size=SIZES)
    def make(self, key: str, size: int) -> None:
        """Ask for one that is made where it is not kept."""
        kept, value = self.cache.entries().get(key), self.value(size)
        result = self.cache.get_or_make(key, lambda: value)
        assert result == (kept or value)
        self.known[key] = {result}

    @rule(key=KEYS)
    def fail(self, key: str) -> None:
        """Try to make one in vain."""

        def broken() -> Value:
            raise ValueError(key)

        if key not in self.cache:
            with pytest.raises(ValueError, match=key):
                self.cache.get_or_make(key, broken)

    @rule(key=KEYS, sizes=st.lists(SIZES, min_size=2, max_size=4))
    def keep_at_once(self, key: str, sizes: list[int]) -> None:
        """Several keep the same key."""
        values = [self.value(size) for size in sizes]
        at_once(*((self.cache.put, key, value) for value in values))
        self.known[key] = set(values)

    @rule(key=KEYS, other=KEYS, sizes=st.lists(SIZES, min_size=2, max_size=4))
    def use_at_once(self, key: str, other: str, sizes: list[int]) -> None:
        """Several make one key, keep another, and ask."""
        values = [self.value(size) for size in sizes]
        makes = [(self.cache.get_or_make, key, lambda v=v: v) for v in values]
        puts = [(self.cache.put, other, value) for value in values]
        at_once(*makes, *puts, (self.cache.get, key), (self.cache.get, other))
        for name in (key, other):
            self.known[name] = {*self.known.get(name, ()), *values}

    @rule()
    def clear(self) -> None:
        """Drop all."""
        self.cache.clear()
        assert len(self.cache) == 0

    @invariant()
    def what_is_counted_is_what_is_kept(self) -> None:
        """The sum of what is kept equals what is counted, and is within the room."""
        if not hasattr(self, "cache"):
            return
        entries = self.cache.entries()
        assert self.cache.size == sum(size_of(*entry) for entry in entries.items())
        assert self.cache.size <= CAPACITY
        assert len(self.cache) == len(entries), "no key stands in both segments"
        assert all(value in self.known[key] for key, value in entries.items())
        assert not self.cache._flights, "nobody waits for what nobody makes"


CacheHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestCacheHistory = CacheHistory.TestCase
