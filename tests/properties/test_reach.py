"""Do the strategies draw, in as few examples as the suite tries, what the laws are there for?

A law draws examples of its own. What a tenth of 60 examples have, a law of 60 misses once in 550.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from oracles import shares, verdict
from shapely import box
from shapely.geometry.base import BaseGeometry
from strategies import EAST, SOUTH, WEST, Board, boards, map_sequences, some_footprints

from geodata.control.cells import DayMap
from geodata.control.timeline import STATUSES
from geodata.geometry import EMPTY

T = TypeVar("T")
LEAST = 0.1
Maps = list[tuple[date, DayMap]]
COVERED = box(WEST, SOUTH, EAST, SOUTH + 3)


def drawn(strategy: st.SearchStrategy[T]) -> list[T]:
    """The examples one law tries."""
    examples: list[T] = []

    @given(strategy)
    def law(example: T) -> None:
        examples.append(example)

    law()
    return examples


def rare(examples: Sequence[T], claims: Mapping[str, Callable[[T], Any]]) -> dict[str, float]:
    """Claims that fewer of the examples than LEAST keep, with their share."""
    found = {name: sum(map(bool, map(keeps, examples))) / len(examples)
             for name, keeps in claims.items()}  # fmt: skip
    return {name: share for name, share in found.items() if share < LEAST}


def lands(maps: Maps) -> list[BaseGeometry]:
    return [shape for _, day_map in maps for shape in day_map.values()]


def lost(maps: Maps, status: str, to: str | None = None) -> bool:
    """Whether land of a status is lost from one map to the next; to: lost to this status."""
    for (_, before), (_, after) in pairwise(maps):
        gone = shapely.difference(before.get(status, EMPTY), after.get(status, EMPTY))
        if shapely.intersection(gone, gone if to is None else after.get(to, EMPTY)).area > 0:
            return True
    return False


def test_sequences_of_maps_have_all_that_folds_must_meet() -> None:
    assert rare(drawn(map_sequences()), {
        "three maps or more": lambda maps: len(maps) >= 3,
        "a map that repeats the last": lambda maps: any(
            a is b for (_, a), (_, b) in pairwise(maps)
        ),
        "days without a map": lambda maps: any(
            b - a > timedelta(days=1) for (a, _), (b, _) in pairwise(maps)
        ),
        "a day without land": lambda maps: any(
            all(shape.is_empty for shape in day_map.values()) for _, day_map in maps
        ),
        "a day with both statuses": lambda maps: any(
            sum(not shape.is_empty for shape in day_map.values()) == 2 for _, day_map in maps
        ),
        "land in several parts": lambda maps: any(
            shapely.get_num_geometries(shape) > 1 for shape in lands(maps)
        ),
        "land with a hole": lambda maps: any(
            shapely.get_num_interior_rings(shapely.get_parts(s)).any() for s in lands(maps)
        ),
        "land lost": lambda maps: lost(maps, "occupied"),
        "land that goes from one status to the other": lambda maps: lost(
            maps, "occupied", "contested"
        ),
    }) == {}  # fmt: skip


def test_boards_and_footprints_have_every_verdict_and_every_kind_of_footprint() -> None:
    every = ("occupied", "contested", "government", "unknown")
    examples = drawn(st.tuples(boards(every), some_footprints))

    def given_verdicts(example: tuple[Board, list[BaseGeometry | None]]) -> set[str]:
        board, shapes = example
        return {
            verdict(shares(shape, {s: board.land(n, s) for s in STATUSES}, COVERED))
            for n in range(len(board.days))
            for shape in shapes
        }

    wanted = ("occupied", "contested", "government", "unknown", "uncertain")
    claims = {name: lambda e, name=name: name in given_verdicts(e) for name in wanted}
    kinds = {
        "no footprint": lambda e: None in e[1],
        "an empty footprint": lambda e: any(s is not None and s.is_empty for s in e[1]),
        "a point": lambda e: any(s is not None and s.geom_type == "Point" for s in e[1]),
        "an area": lambda e: any(s is not None and s.area > 0 for s in e[1]),
        "an area beyond the board": lambda e: any(
            s is not None and s.area > 0 and not COVERED.covers(s) for s in e[1]
        ),
        "several days": lambda e: len(e[0].days) > 2,
        "a square that turns": lambda e: bool(
            (e[0].statuses[:, :, 1:] != e[0].statuses[:, :, :-1]).any()
        ),
    }  # fmt: skip
    assert rare(examples, {**claims, **kinds}) == {}


def test_a_claim_that_too_few_examples_keep_is_named() -> None:
    claims = {"often": lambda n: n < 50, "never": lambda n: n > 100}
    assert rare(list(np.arange(100)), claims) == {"never": 0.0}
