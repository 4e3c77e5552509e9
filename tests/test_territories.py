"""Is a territory the land its definition names, on every date, and who may lie in it?"""

from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from geodata.control.territories import Areas, codes, extent, land, may_belong_to
from geodata.data import packaged
from geodata.geometry import EMPTY
from schemas import Territory

WEST, MIDDLE, EAST = box(30, 46, 31, 47), box(31, 46, 32, 47), box(32, 46, 33, 47)
COUNTRY = box(30, 46, 33, 47)
AREAS = Areas(COUNTRY, {"UA-01": WEST, "UA-02": MIDDLE, "UA-03": EAST})
BEFORE, EVE, NOW = date(2014, 1, 1), date(2022, 2, 23), date(2025, 2, 25)


def land_on(day: date, status: str) -> BaseGeometry:
    """The east is occupied since 2014, the eastern half of the middle since 2022."""
    if status != "occupied" or day < date(2014, 2, 27):
        return EMPTY
    return EAST if day < date(2022, 2, 24) else box(31.5, 46, 33, 47)


def territory(**words: Any) -> Territory:
    texts = dict.fromkeys(("title", "title_uk", "definition"), "toy")
    return Territory(id="toy", citation=(), **texts, **words)


def same(one: BaseGeometry, other: BaseGeometry) -> bool:
    return shapely.symmetric_difference(one, other).area < 1e-9


@pytest.mark.parametrize(
    ("words", "whole", "held"),
    [
        ({}, COUNTRY, COUNTRY),
        ({"oblasts": ("UA-01", "UA-02")}, box(30, 46, 32, 47), box(30, 46, 32, 47)),
        ({"except_oblasts": ("UA-03",)}, box(30, 46, 32, 47), box(30, 46, 32, 47)),
        ({"oblasts": ("UA-02", "UA-03"), "except_oblasts": ("UA-03",)}, MIDDLE, MIDDLE),
        ({"held": "occupied"}, COUNTRY, box(31.5, 46, 33, 47)),
        ({"held": "occupied", "oblasts": ("UA-02",)}, MIDDLE, box(31.5, 46, 32, 47)),
        ({"held": "occupied", "except_oblasts": ("UA-03",)}, box(30, 46, 32, 47),
         box(31.5, 46, 32, 47)),
        ({"held": "occupied", "except_on": EVE}, box(30, 46, 32, 47), box(31.5, 46, 32, 47)),
        ({"held": "occupied", "fixed_on": EVE}, EAST, EAST),
        ({"held": "contested"}, COUNTRY, EMPTY),
    ],
)  # fmt: skip
def test_extent_and_land_of_a_territory_are_as_defined(
    words: dict[str, Any], whole: BaseGeometry, held: BaseGeometry
) -> None:
    assert same(extent(territory(**words), AREAS, land_on), whole)
    assert same(land(territory(**words), AREAS, land_on, NOW), held)


def test_the_extent_does_not_change_with_the_date_and_the_land_does() -> None:
    held = territory(held="occupied")

    assert same(land(held, AREAS, land_on, EVE), EAST)
    assert land(held, AREAS, land_on, BEFORE).is_empty


def test_a_territory_fixed_on_a_day_is_the_same_on_every_date() -> None:
    fixed = territory(held="occupied", fixed_on=EVE)

    for day in (BEFORE, EVE, NOW):
        assert same(land(fixed, AREAS, land_on, day), EAST)


@pytest.mark.parametrize("day", [BEFORE, EVE, NOW])
@pytest.mark.parametrize("name", packaged.territories())
def test_the_land_of_every_packaged_territory_lies_in_its_extent(name: str, day: date) -> None:
    defined = packaged.territories()[name]
    oblasts = {f"UA-{number:02d}": WEST for number in range(100)} | {
        "UA-14": MIDDLE, "UA-09": EAST, "UA-23": MIDDLE, "UA-65": MIDDLE, "UA-43": EAST,
    }  # fmt: skip
    areas = Areas(COUNTRY, oblasts, {"RU": EAST})

    whole = extent(defined, areas, land_on)

    assert whole.is_valid
    assert shapely.difference(land(defined, areas, land_on, day), whole).area < 1e-9


def test_the_oblasts_of_a_territory_are_those_of_its_area() -> None:
    assert codes(territory(), AREAS) == {"UA-01", "UA-02", "UA-03"}
    assert codes(territory(except_oblasts=("UA-03",)), AREAS) == {"UA-01", "UA-02"}
    assert codes(territory(oblasts=("UA-02",), held="occupied"), AREAS) == {"UA-02"}
    assert codes(territory(oblasts=("UA-02", "UA-03"), except_oblasts=("UA-03",)), AREAS) == {
        "UA-02"
    }


def test_a_twentieth_of_the_footprint_is_enough_to_lie_in_a_territory_perhaps() -> None:
    shares = np.array([0.0, 0.049, 0.05, 1.0, np.nan, np.nan, np.nan])
    oblasts = np.empty(7, dtype=object)
    oblasts[:] = [("UA-02",)] * 4 + [("UA-01",), ("UA-01", "UA-02"), ()]

    found = may_belong_to(shares, oblasts, frozenset({"UA-02"}))

    assert found.tolist() == [False, False, True, True, False, True, False]
