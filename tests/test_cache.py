"""What is kept in memory is counted as it is, made once, and not driven out by junk."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import shapely

from geodata.cache import ENTRY, Cache, entry_bytes, keeping, memory_bytes

PATIENCE_S = 30


def by_length(_key: Hashable, value: Any) -> float:
    return len(value)


def test_what_was_put_is_there_until_the_room_is_full() -> None:
    cache: Cache[str] = Cache(10, by_length, probation=1)
    cache.put("a", "12345")
    cache.put("b", "1234")
    assert cache.get("a") == "12345"
    cache.put("c", "12345")
    assert cache.entries() == {"a": "12345", "c": "12345"}, "b was used least recently"
    assert cache.size == cache.capacity == 10


def test_what_is_put_again_is_counted_once() -> None:
    cache: Cache[str] = Cache(100, by_length)
    for _ in range(200):
        cache.put("a", "1234567890")
    assert cache.size == 10
    cache.get("a")
    for length in (5, 9, 0, 7):
        cache.put("a", "x" * length)
        assert (cache.get("a"), cache.size) == ("x" * length, length)


def test_what_is_too_large_is_not_kept_and_drops_nothing_but_its_own_past() -> None:
    cache: Cache[str] = Cache(10, by_length, probation=1)
    cache.put("a", "12")
    cache.put("b", "x" * 11)
    assert cache.entries() == {"a": "12"}
    cache.put("a", "x" * 11)
    assert (cache.get("a"), cache.size) == (None, 0)
    assert cache.get_or_make("a", lambda: "x" * 99) == "x" * 99
    assert cache.get("a") is None


def test_with_no_room_nothing_is_kept_and_everything_answered() -> None:
    cache: Cache[str] = Cache(0)
    assert [cache.get_or_make("a", lambda: "b") for _ in range(3)] == ["b"] * 3
    assert len(cache) == 0


def test_junk_however_much_drops_nothing_that_is_asked_again() -> None:
    cache: Cache[str] = Cache(1000, by_length)
    hot = [f"hot {n}" for n in range(20)]
    for key in (*hot, *hot):
        cache.get_or_make(key, lambda: "0123456789")
    for n in range(10_000):
        cache.get_or_make(("junk", n), lambda: "0123456789")
    assert cache.size == 450  # 200 of the hot, a quarter of the room for what was asked once
    assert all(key in cache for key in hot)


def test_after_the_junk_something_new_is_kept_as_before() -> None:
    cache: Cache[str] = Cache(1000, by_length)
    for n in range(10_000):
        for _ in range(2):
            cache.get_or_make(("junk", n), lambda: "0123456789")
    assert cache.size == 1000
    for _ in range(2):
        cache.get_or_make("new", lambda: "0123456789")
    for n in range(100, 150):
        cache.get_or_make(("junk", n), lambda: "0123456789")
    assert "new" in cache


def test_what_makes_room_in_use_may_still_be_used_again() -> None:
    cache: Cache[str] = Cache(40, by_length)
    for key in "abcd":
        for _ in range(2):
            cache.get_or_make(key, lambda: "0123456789")
    assert set(cache.entries()) == set("abcd"), "a went back to the room of what was asked once"


# Made once


def at_once(work: Callable[[], Any], threads: int = 16) -> list[Any]:
    """Results, or errors, of the same work in several threads that begin together."""
    start = threading.Barrier(threads)

    def run() -> Any:
        start.wait(PATIENCE_S)
        try:
            return work()
        except ValueError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        return [done.result(PATIENCE_S) for done in [pool.submit(run) for _ in range(threads)]]


class Maker:
    """Makes a value a while after it is asked, or fails, and counts how often."""

    def __init__(self, result: Any) -> None:
        self.result, self.times = result, 0

    def make(self) -> Any:
        """The value. Raises it where it is an error."""
        self.times += 1
        time.sleep(0.2)  # all who ask at once have asked by then
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


@pytest.mark.parametrize("capacity", [0, 1000])
def test_what_many_threads_ask_at_once_is_made_once(capacity: int) -> None:
    cache: Cache[str] = Cache(capacity, by_length)
    maker = Maker("x")
    assert at_once(lambda: cache.get_or_make("a", maker.make)) == ["x"] * 16
    assert maker.times == 1


def test_an_error_reaches_all_who_wait_and_the_next_tries_again() -> None:
    cache: Cache[str] = Cache(1000)
    maker = Maker(ValueError("no"))
    errors = at_once(lambda: cache.get_or_make("a", maker.make))
    assert [str(error) for error in errors] == ["no"] * 16
    assert maker.times == 1
    assert cache.get_or_make("a", lambda: "yes") == "yes"
    assert not cache._flights


def test_a_size_that_cannot_be_told_leaves_nothing_locked() -> None:
    cache: Cache[Any] = Cache(1000, by_length)
    for _ in range(2):
        with pytest.raises(TypeError):
            cache.get_or_make("a", lambda: 5)
    assert not cache._flights


def test_nothing_is_made_and_shared_but_not_kept() -> None:
    cache: Cache[None] = Cache(1000)
    assert cache.get_or_make("a", lambda: None) is None
    assert len(cache) == 0


def test_values_made_of_each_other_do_not_wait_in_a_ring() -> None:
    cache: Cache[int] = Cache(100_000)

    def number(n: int) -> int:
        return n if n < 2 else values(n - 1) + values(n - 2)

    values = keeping(cache, number, "fibonacci")
    assert at_once(lambda: values(40)) == [102334155] * 16
    assert ("fibonacci", 40) in cache


def test_threads_that_get_in_each_others_way_lose_no_count() -> None:
    cache: Cache[bytes] = Cache(1000, by_length)

    def use() -> None:
        for n in range(4000):
            key = n * 7 % 13
            cache.put(key, b"x" * (n % 90))
            cache.get(n % 13)
            cache.get_or_make(("made", key), lambda: b"x" * 50)

    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        assert at_once(use, threads=6) == [None] * 6
    finally:
        sys.setswitchinterval(usual)
    assert cache.size == sum(map(len, cache.entries().values())) <= 1000
    assert len(cache) == len(cache.entries())


def test_on_the_event_loop_it_is_made_once_too_and_a_leaver_does_no_harm() -> None:
    cache: Cache[str] = Cache(1000)
    times = 0

    async def make() -> str:
        nonlocal times
        times += 1
        await asyncio.sleep(0.01)
        return "x"

    async def main() -> list[str | BaseException]:
        tasks = [asyncio.create_task(cache.get_or_await("a", make)) for _ in range(50)]
        await asyncio.sleep(0)
        tasks[7].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(main())
    assert results.count("x") == 49
    assert isinstance(results[7], asyncio.CancelledError)
    assert times == 1


def test_when_who_makes_it_is_cancelled_one_who_waits_makes_it() -> None:
    cache: Cache[str] = Cache(1000)
    times = 0

    async def make() -> str:
        nonlocal times
        times += 1
        await asyncio.sleep(0.01)
        return "x"

    async def main() -> list[str | BaseException]:
        tasks = [asyncio.create_task(cache.get_or_await("a", make)) for _ in range(5)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    assert asyncio.run(main())[1:] == ["x"] * 4
    assert times == 2
    assert not cache._flights


def test_the_loop_and_a_thread_wait_for_each_other() -> None:
    cache: Cache[str] = Cache(1000)
    begun, go = threading.Event(), threading.Event()

    def slowly() -> str:
        begun.set()
        assert go.wait(PATIENCE_S)
        return "of the thread"

    async def never() -> str:
        await asyncio.sleep(0)
        pytest.fail("it is being made")

    async def main() -> str:
        thread = asyncio.create_task(asyncio.to_thread(cache.get_or_make, "a", slowly))
        await asyncio.to_thread(begun.wait, PATIENCE_S)
        waiter = asyncio.create_task(cache.get_or_await("a", never))
        await asyncio.sleep(0)
        go.set()
        return await waiter + ", " + await thread

    assert asyncio.run(main()) == "of the thread, of the thread"


# How much is it?


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (b"x" * 5000, 5000, 5100),
        ("щ" * 5000, 10_000, 10_200),
        (np.zeros(1000), 8000, 8200),
        (np.zeros((10, 1000))[3], 8000, 8200),
        (np.array([f"{n}" * 1000 for n in range(10)], dtype=object), 10_000, 11_500),
        (["x" * 10_000] * 10, 10_000, 10_500),
        (pa.table({"a": np.zeros(1000)}), 8000, 8200),
        (pd.DataFrame({"a": ["x" * 1000] * 10}, dtype=object), 10_000, 12_000),
        (shapely.points(np.zeros((100, 2))), 100 * 48, 100 * 1200),
        (shapely.box(0, 0, 1, 1), 400, 1500),
        (shapely.LineString(np.zeros((1000, 2))), 16_000, 26_000),
        (shapely.MultiPolygon([shapely.box(n, 0, n + 0.5, 1) for n in range(100)]), 34_000, 90_000),
        (np.array([None, shapely.Point(1, 2)]), 200, 2000),
        ({"a": [b"x" * 1000], ("b",): {1, 2}}, 1000, 2000),
    ],
)
def test_a_value_takes_what_it_holds(value: Any, least: int, most: int) -> None:
    assert least <= memory_bytes(value) <= most


def test_an_entry_is_never_nothing() -> None:
    assert entry_bytes("", b"") > ENTRY
    cache: Cache[bytes] = Cache(100_000)
    for n in range(10_000):
        cache.put(n, b"")
    assert len(cache) < 100, "of what is empty there is no end otherwise"
    assert entry_bytes("x" * 32_768, b"") > 32_768, "long words count"
