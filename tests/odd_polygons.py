"""Polygons that bring share code down, and what must hold for each: `-m tests.odd_polygons N SEED`.

Run in a process of its own: what is looked for is a crash in native code.
"""

import json
import sys
from collections.abc import Callable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput, TooLarge
from geodata.rasters.coverage import coverage
from geodata.rasters.grid import Grid
from service.params.area import parse_area

Places = list[list[float]]
Rings = list[Places]
GRIDS = (
    Grid("EPSG:4326", 22, 53, 1 / 4, 1 / 4, 40, 24),
    Grid("EPSG:4326", -180, 90, 9, 9, 40, 20),
    Grid("EPSG:4326", 30, 48, 1 / 240, 1 / 240, 30, 20),
)


def main() -> None:
    """Try N of them and print how many were computed."""
    count, seed = map(int, sys.argv[1:])
    chance = np.random.default_rng(seed)
    computed = 0
    for _ in range(count):
        grid = GRIDS[chance.integers(len(GRIDS))]
        document = odd_document(chance, grid)
        try:
            check(parse_area(document), grid)
            computed += 1
        except (InvalidInput, TooLarge):
            continue
        except Exception:
            sys.stderr.write(f"{document.decode()[:4000]} on {grid}\n")
            raise
    sys.stdout.write(f"{computed}\n")


def check(area: BaseGeometry, grid: Grid) -> None:
    """Shares are of cells of the grid, each once, above 0 up to 1, and sum to the area in it."""
    rows, columns, shares = coverage(area, grid)
    cells = rows * grid.width + columns
    assert (np.diff(cells) > 0).all()
    assert not len(cells) or 0 <= cells[0] <= cells[-1] < grid.width * grid.height
    assert ((shares > 0) & (shares <= 1)).all()
    inside = shapely.intersection(shapely.box(*grid.bounds), area).area / (grid.dx * grid.dy)
    assert abs(shares.sum() - inside) <= 1e-9 * max(1.0, inside), (shares.sum(), inside)


def odd_document(chance: np.random.Generator, grid: Grid) -> bytes:
    """A GeoJSON geometry of one to three odd shapes on a grid."""
    shapes = [_odd(chance, grid) for _ in range(chance.integers(1, 4))]
    document: dict[str, object] = {"type": "MultiPolygon", "coordinates": shapes}
    if chance.random() < 0.7:
        document = {"type": "Polygon", "coordinates": shapes[0]}
    return json.dumps(document).encode()


def _odd(chance: np.random.Generator, grid: Grid) -> Rings:
    rings = SHAPES[chance.integers(len(SHAPES))](chance)
    places = [np.array(ring, dtype=float).reshape(-1, 2) for ring in rings]
    if chance.random() < 0.6:  # on corners and edges of cells, or a last digit beside them
        places = [np.round(ring * chance.choice([1, 1, 2, 3])) for ring in places]
        places = [ring + chance.choice([0, 0, 1e-13, -1e-9]) for ring in places]
    scale = chance.choice([1e-9, 1e-3, 1, 1, 1, 1, 1, 40])
    shift = np.round(chance.uniform([0, 0], [grid.width, grid.height]))
    moved = [shift + ring * scale for ring in places]
    return [
        _spoilt(chance, [[grid.west + x * grid.dx, grid.north - y * grid.dy] for x, y in ring])
        for ring in moved
    ]


def _spoilt(chance: np.random.Generator, ring: Places) -> Places:
    """Most rings as they are; some with doubled, high, missing or endless places."""
    places = [list(place) for place in ring]
    if places and chance.random() < 0.15:
        at = int(chance.integers(len(places)))
        spoil: tuple[Callable[[], object], ...] = (
            lambda: places.insert(at, list(places[at])),
            lambda: places[at].append(7.5),
            lambda: places.pop(at),
            lambda: places[at].__setitem__(0, float(chance.choice([1e308, -1e-320, 180, -180]))),
            lambda: places[at].__setitem__(1, float(chance.choice([np.nan, np.inf, 90, -90]))),
            lambda: places.insert(at, [places[at][0], places[at - 1][1]]),
            places.reverse,
        )
        spoil[chance.integers(len(spoil))]()
    return places


def _closed(places: list[tuple[float, float]]) -> Places:
    return [list(place) for place in (*places, places[0])]


def _random(chance: np.random.Generator) -> Rings:
    return [_closed([*map(tuple, chance.uniform(-9, 9, (chance.integers(3, 12), 2)))])]


def _star(chance: np.random.Generator) -> Rings:
    """Never crosses itself: spikes of any length around a centre."""
    angles = np.sort(chance.uniform(0, 2 * np.pi, chance.integers(3, 40)))
    reach = chance.uniform(0.1, 12, len(angles))
    return [_closed([*zip(np.cos(angles) * reach, np.sin(angles) * reach, strict=True)])]


def _comb(chance: np.random.Generator) -> Rings:
    teeth, deep = int(chance.integers(1, 60)), float(chance.uniform(0.5, 15))
    places: list[tuple[float, float]] = [(0, 0)]
    for tooth in range(teeth):
        x = tooth * chance.choice([0.5, 1, 2])
        places += [(x, deep), (x + 0.5, deep), (x + 0.5, 0.25), (x + 0.75, 0.25)]
    return [_closed([*places, (places[-1][0], 0)])]


def _combs(chance: np.random.Generator) -> Rings:
    """The teeth of one comb between those of another."""
    teeth, deep = int(chance.integers(2, 60)), float(chance.uniform(1, 15))
    upper = [(x, deep - 0.5 if x % 2 else deep) for x in range(2 * teeth)]
    lower = [(x, 0.5 if x % 2 == 0 else 0.0) for x in reversed(range(2 * teeth))]
    return [_closed([*upper, *lower])]


def _stairs(chance: np.random.Generator) -> Rings:
    heights = np.cumsum(chance.integers(0, 3, chance.integers(2, 20)))
    steps = [(x, y) for at, y in enumerate(heights) for x in (at, at + 1)]
    return [_closed([*steps, (len(heights), -2.0), (0.0, -2.0)])]


def _holes(chance: np.random.Generator) -> Rings:
    """Holes side by side, one around another, touching the shell or at one spot."""
    rings = [_closed([(-9, -9), (9, -9), (9, 9), (-9, 9)])]
    for _ in range(chance.integers(0, 6)):
        x, y = chance.integers(-9, 8, 2)
        size = chance.choice([0.5, 1, 2])
        rings.append(_closed([(x, y), (x, y + size), (x + size, y + size), (x + size, y)]))
    return rings if chance.random() < 0.9 else [*rings, []]


def _bowtie(chance: np.random.Generator) -> Rings:
    a, b = chance.uniform(0, 9, 2)
    return [_closed([(0, 0), (a, b), (a, 0), (0, b)])]


def _sliver(chance: np.random.Generator) -> Rings:
    x, thick = float(chance.uniform(-9, 9)), 10.0 ** -float(chance.integers(1, 15))
    slant = chance.uniform(-5, 5)
    return [_closed([(x, -9), (x + thick, -9), (x + slant + thick, 9), (x + slant, 9)])]


def _degenerate(chance: np.random.Generator) -> Rings:
    line: list[tuple[float, float]] = [(0, 0), (1, 1), (2, 2)]
    return [_closed([line, line[:2], line[:1], [*line, *line]][chance.integers(4)])]


SHAPES: tuple[Callable[[np.random.Generator], Rings], ...] = (
    _random, _star, _star, _comb, _combs, _stairs, _holes, _holes, _bowtie, _sliver, _degenerate,
)  # fmt: skip

if __name__ == "__main__":
    main()
