"""Are the pieces of the line that hold on a day the line of that day, however it moved?"""

from collections.abc import Mapping
from datetime import date, timedelta

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.geometry.base import BaseGeometry
from store_questions import everything

from geodata.control.cells import Fold, as_of
from geodata.control.contact_line import contact_line
from geodata.control.line_history import (
    COLUMNS,
    LineHistory,
    land_of_cells,
    land_of_maps,
    lengths_km,
)
from geodata.geometry import EMPTY
from geodata.interval import one_day
from geodata.store.embedded import EmbeddedStore

# Large enough that a window is a small part of it; a lake in the west; edges cut short as drawn.
COUNTRY = shapely.segmentize(box(28, 44, 40, 52), 0.05)
LAKE = box(30, 47.8, 30.6, 48.2)
START = date(2022, 3, 1)
Maps = Mapping[date, BaseGeometry]


def land(*parts: BaseGeometry) -> shapely.MultiPolygon:
    shape = shapely.segmentize(shapely.union_all(parts), 0.02)
    return shapely.MultiPolygon(list(shapely.get_parts(shapely.set_precision(shape, 1e-6))))


def days(*maps: BaseGeometry) -> dict[date, BaseGeometry]:
    return {START + timedelta(days=n): land(shape) for n, shape in enumerate(maps)}


def cells_of(maps: Maps) -> gpd.GeoDataFrame:
    folding = Fold("deepstate")
    for day, shape in maps.items():
        folding.add(day, {"occupied": shape})
    return folding.cells()


def history(maps: Maps, lakes: BaseGeometry = LAKE) -> gpd.GeoDataFrame:
    return LineHistory("deepstate", COUNTRY, lakes).add(cells_of(maps), land_of_maps(maps))


def same_line(pieces: gpd.GeoDataFrame, line: BaseGeometry, metres: float = 1.0) -> bool:
    """Whether pieces and a line run within so many metres of each other, all along."""
    drawn = shapely.union_all(pieces.geometry.to_numpy())
    if drawn.is_empty or line.is_empty:
        return bool(drawn.is_empty and line.is_empty)
    return all(
        shapely.distance(shapely.points(shapely.get_coordinates(one)), other).max()
        < metres / 111_000
        for one, other in ((drawn, line), (line, drawn))
    )


def assert_every_day_is_its_line(maps: Maps, pieces: gpd.GeoDataFrame) -> None:
    for day, shape in maps.items():
        wanted = contact_line(shape, COUNTRY, LAKE).line
        assert same_line(as_of(pieces, day), wanted), day


EAST = box(36, 44, 40, 52)
MOVES = {
    "a bulge and back": (EAST, EAST | box(35.6, 47, 36, 47.3), EAST),
    "an island of occupied land": (EAST, EAST | box(33, 46, 33.4, 46.3), EAST),
    "a pocket closed and emptied": (EAST - box(37, 47, 37.5, 47.4), EAST),
    "a pocket at the line": (EAST - box(36, 47, 36.4, 47.2), EAST, EAST - box(36, 47, 36.1, 47.1)),
    "land at a lake": (box(28, 44, 30.2, 52), box(28, 44, 30.2, 52) | box(30.2, 47, 31, 49)),
    "all around a lake": (box(29, 47, 31.5, 49), box(29, 47, 31.5, 49) - box(30.6, 47.9, 31.5, 48)),
    "half of the country at once": (EAST, box(32, 44, 40, 52), EAST),
    "nothing, then something": (EMPTY, box(38, 48, 39, 49), EMPTY, box(38, 48, 39, 49)),
    "two places on one day": (
        EAST, EAST | box(35.7, 45, 36, 45.2) | box(35.8, 50.5, 36, 50.7),
        EAST | box(35.7, 45, 36, 45.2),
    ),
    "a strip along the coast": (box(28, 44, 40, 44.5), box(28, 44, 34, 44.5)),
    "a narrow bay opened": (EAST, EAST - box(36, 48, 36.1, 48.01), EAST - box(36, 48, 36.1, 48.1)),
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_the_pieces_of_every_day_are_the_line_drawn_of_its_map(name: str) -> None:
    maps = days(*MOVES[name])

    assert_every_day_is_its_line(maps, history(maps))


def test_where_land_changed_far_away_a_piece_goes_on() -> None:
    fine = shapely.segmentize(EAST, 0.015)  # its corners stay where they are
    maps = days(fine, fine | box(35.6, 47, 36, 47.3), fine)

    pieces = history(maps)

    whole = lengths_km(np.array([contact_line(maps[START], COUNTRY, LAKE).line]))[0]
    lasting = pieces[(pieces["valid_from"] == np.datetime64(START)) & pieces["valid_to"].isna()]
    assert lasting["length_km"].sum() > 0.9 * whole
    assert set(pieces.columns) == set(COLUMNS)
    assert pieces["id"].is_unique


def test_land_that_goes_and_comes_back_gives_a_piece_two_intervals() -> None:
    pieces = history(days(EAST, EAST | box(35.6, 47, 36, 47.3), EAST))

    inside = pieces[pieces.intersects(box(35.9, 47.1, 36.1, 47.2)) & (pieces["length_km"] > 20)]
    spans = {(row.valid_from.date(), row.valid_to) for row in inside.itertuples()}
    assert {first for first, _ in spans} >= {START, START + timedelta(days=2)}


def test_coast_and_border_are_on_no_piece() -> None:
    pieces = history(days(EAST, EAST | box(35, 44, 36, 45)))

    edge = shapely.boundary(COUNTRY)
    on_edge = shapely.intersection(pieces.geometry.to_numpy(), shapely.buffer(edge, 0.001))
    assert lengths_km(on_edge).sum() < 1


@pytest.mark.parametrize("name", MOVES)
def test_pieces_resumed_are_those_drawn_from_the_start(name: str) -> None:
    maps = days(*MOVES[name])
    whole = history(maps)
    for stop in range(1, len(maps)):
        some = dict(list(maps.items())[:stop])
        before = history(some)

        resumed = LineHistory.resumed("deepstate", COUNTRY, LAKE, before)
        pieces = resumed.add(cells_of(maps), land_of_maps(maps), max(some))

        assert pieces["id"].tolist() == whole["id"].tolist(), (name, stop)


@pytest.mark.parametrize("name", MOVES)
def test_land_united_of_cells_gives_the_line_that_maps_give(name: str) -> None:
    maps = days(*MOVES[name])
    cells = cells_of(maps)

    pieces = LineHistory("deepstate", COUNTRY, LAKE).add(cells, land_of_cells(cells))

    assert_every_day_is_its_line(maps, pieces)


BOXES = st.tuples(
    st.integers(280, 395), st.integers(440, 515), st.integers(1, 12), st.integers(1, 12)
).map(lambda b: box(b[0] / 10, b[1] / 10, (b[0] + b[2]) / 10, (b[1] + b[3]) / 10) & COUNTRY)
STEPS = st.lists(st.tuples(st.booleans(), BOXES), min_size=1, max_size=4)


@settings(max_examples=15)
@given(STEPS)
def test_any_land_taken_and_left_gives_the_line_of_every_day(
    steps: list[tuple[bool, BaseGeometry]],
) -> None:
    shapes = [EAST]
    for is_taken, shape in steps:
        shapes.append(shapes[-1] | shape if is_taken else shapes[-1] - shape)
    maps = days(*shapes)

    assert_every_day_is_its_line(maps, history(maps))


def test_the_packaged_line_is_that_of_its_day_and_what_distances_are_measured_to(
    store: EmbeddedStore,
) -> None:
    """Days spread over all turns: drawn whole, and as the pieces of the collection."""
    turns = np.unique(store.tables.control["valid_from"].to_numpy().astype("datetime64[D]"))
    outline, lakes = store.facts.outline, store.facts.lakes
    for day in (turn.item() for turn in turns[:: max(1, len(turns) // 12)]):
        rows = everything(store, "contact-line", when=one_day(day)).rows.read().to_geopandas()
        wanted = contact_line(store.control.land_on(day, "occupied", "settlements"), outline, lakes)
        assert same_line(rows, wanted.line), day
        drawn = store.control.contact_line_on(day, "settlements").line
        assert same_line(rows, drawn, 0.01), day


def test_lengths_of_pieces_sum_to_the_length_of_the_line(store: EmbeddedStore) -> None:
    for day in (date(2022, 4, 10), date(2023, 8, 28), date(2025, 2, 25)):
        rows = everything(store, "contact-line", when=one_day(day)).rows.read().to_geopandas()
        whole = lengths_km(np.array([store.control.contact_line_on(day, "settlements").line]))[0]
        assert rows["length_km"].sum() == pytest.approx(whole, rel=1e-4)
