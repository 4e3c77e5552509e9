"""What is left out of a tile that would be too large, and does the tile say so?

A note of 100 bytes makes each feature about as large; the budget is set so that some have room.
"""

import gzip
from collections import Counter
from dataclasses import replace

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geodata.features.table import FeatureTable
from geodata.release.tilesets import control_tileset
from geodata.store.embedded import EmbeddedStore
from geodata.tiles import tileset as budget
from geodata.tiles.clip import ClippedFeatures
from geodata.tiles.grid import Tile
from geodata.tiles.mvt import encode
from geodata.tiles.mvt_decode import decode
from geodata.tiles.source_layer import OMITTED, POINT_COUNT, Extra, SourceLayer
from geodata.tiles.tileset import TileContent, encoded

TILE = Tile(3, 4, 2)
EACH = 100


def drawn(
    ranks: list[float], name: str = "things", note: int = EACH, **extra: list[int]
) -> TileContent:
    """A point a rank, all in one tile, each with a note of its own."""
    count = len(ranks)
    notes = [f"{name} {n} ".ljust(note, "x") for n in range(count)]
    source_layer = SourceLayer(
        id=name,
        description="",
        fields={"note": "String"},
        table=pa.table({"note": notes}),
        geometry=np.asarray(shapely.points(np.arange(count), 0)),
        rank=np.array(ranks, dtype=np.float64),
        dimension=0,
    )
    spots = np.asarray(shapely.points(np.arange(count), 7))
    own: Extra = {key: np.array(values) for key, values in extra.items()}
    return TileContent(source_layer, ClippedFeatures(TILE, np.arange(count), spots), own)


def read(tile: bytes) -> dict[str, list[dict[str, int]]]:
    """Row and counts of the features of each layer, by a reader that is not ours."""
    return {
        name: [{"row": f["id"] - 1, **f["properties"]} for f in layer["features"]]
        for name, layer in mapbox_vector_tile.decode(tile).items()
    }


def rows(features: list[dict[str, int]]) -> list[int]:
    return [feature["row"] for feature in features]


def omitted(features: list[dict[str, int]]) -> int:
    """How many rows a layer says it leaves out; every feature says the same."""
    (count,) = {feature.get(OMITTED, 0) for feature in features}
    return count


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A budget for about ten features."""
    monkeypatch.setattr(budget, "SIZE_LIMIT", 1200)
    return monkeypatch


def test_a_tile_within_its_budget_is_whole_and_leaves_nothing_out() -> None:
    (layer,) = read(encoded([drawn([0.0] * 20)])).values()

    assert rows(layer) == list(range(20))
    assert omitted(layer) == 0


@pytest.mark.usefixtures("room")
def test_a_tile_over_its_budget_keeps_the_first_in_rank_and_says_how_many_it_leaves_out() -> None:
    ranks = [float(n % 7) for n in range(30)]

    tile = encoded([drawn(ranks)])

    (layer,) = read(tile).values()
    kept = rows(layer)
    assert len(tile) <= 1200
    assert 5 <= len(kept) < 30
    assert omitted(layer) == 30 - len(kept)
    best = sorted(range(30), key=lambda n: (-ranks[n], n))
    assert kept == sorted(best[: len(kept)])


@pytest.mark.usefixtures("room")
def test_points_that_stand_for_others_are_left_out_with_all_they_stand_for() -> None:
    counts = list(range(1, 31))

    (layer,) = read(encoded([drawn([0.0] * 30, point_count=counts)])).values()

    assert omitted(layer) > 30
    assert sum(f[POINT_COUNT] for f in layer) + omitted(layer) == sum(counts)


@pytest.mark.usefixtures("room")
def test_what_was_left_out_before_is_counted_on() -> None:
    """Areas too small to draw are left out of a tile before it is weighed."""
    (layer,) = read(encoded([drawn([0.0] * 30, omitted=[5] * 30)])).values()

    assert len(layer) + omitted(layer) == 30 + 5


@pytest.mark.usefixtures("room")
def test_the_largest_layer_gives_way_and_the_smaller_ones_stay_whole() -> None:
    parts = [drawn([0.0] * 3, "few"), drawn([0.0] * 40, "many"), drawn([0.0], "one")]

    tile = encoded(parts)

    layers = read(tile)
    assert len(tile) <= 1200
    assert (rows(layers["few"]), rows(layers["one"])) == ([0, 1, 2], [0])
    assert omitted(layers["few"]) == omitted(layers["one"]) == 0
    assert len(layers["many"]) + omitted(layers["many"]) == 40


def test_layers_give_way_in_turn_where_the_largest_alone_does_not_make_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "SIZE_LIMIT", 900)

    tile = encoded([drawn([0.0] * 40, name) for name in ("a", "b", "c")])

    assert len(tile) <= 900
    for layer in read(tile).values():
        assert 1 <= len(layer) < 40
        assert len(layer) + omitted(layer) == 40


def test_what_is_cut_twice_counts_both_times() -> None:
    twice = drawn([0.0] * 10, point_count=[2] * 10).keep_ranked(6).keep_ranked(3)

    (layer,) = read(encoded([twice])).values()
    assert rows(layer) == [0, 1, 2]
    assert omitted(layer) == 14


def test_a_layer_of_one_huge_feature_does_not_keep_the_others_from_giving_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budget, "SIZE_LIMIT", 1200)

    tile = encoded([drawn([0.0], "huge", note=900), drawn([0.0] * 6, "many")])

    layers = read(tile)
    assert len(tile) <= 1200
    assert rows(layers["huge"]) == [0]
    assert len(layers["many"]) + omitted(layers["many"]) == 6


def test_one_feature_larger_than_the_budget_is_given_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tile with a hole where the largest thing lies would be worse than a large tile."""
    monkeypatch.setattr(budget, "SIZE_LIMIT", 1200)

    alone = read(encoded([drawn([0.0], note=5000)]))
    first = read(encoded([drawn([1.0, 2.0, 0.0], note=5000)]))

    assert rows(alone["things"]) == [0]
    assert rows(first["things"]) == [1]
    assert omitted(first["things"]) == 2


def test_random_tiles_lose_nothing_silently() -> None:
    met: Counter[str] = Counter()
    layers = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=40), min_size=1, max_size=3)

    @given(layers, st.integers(700, 6000))
    def check(ranks: list[list[int]], room: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(budget, "SIZE_LIMIT", room)
            parts = [drawn([float(r) for r in own], f"l{n}") for n, own in enumerate(ranks)]
            whole = len(encode([part.layer() for part in parts]))
            tile = encoded(parts)
        assert len(tile) <= room
        assert (len(tile) == whole) == (whole <= room)
        for part, layer in zip(parts, read(tile).values(), strict=True):
            assert len(layer) + omitted(layer) == len(part.source_layer)
            left_out = set(range(len(part.source_layer))) - set(rows(layer))
            lowest = min(part.source_layer.rank[rows(layer)])
            assert all(part.source_layer.rank[n] <= lowest for n in left_out)
        met["over"] += whole > room
        met["within"] += whole <= room

    check()
    assert min(met["over"], met["within"]) >= 10, met


def test_every_tile_of_a_release_accounts_for_its_cells(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tiles of control, made with a tenth of the room, against those made with room for all."""
    frame = FeatureTable.of(store.collection("control"), store.tables.control)
    tileset = replace(control_tileset(frame, ""), maxzoom=5)
    whole = dict(tileset.tiles(lambda *_: None))
    monkeypatch.setattr(budget, "SIZE_LIMIT", 20_000)
    tight = dict(tileset.tiles(lambda *_: None))

    over = 0
    for tile, packed in whole.items():
        (before,) = decode(gzip.decompress(packed))
        small = gzip.decompress(tight[tile])
        (layer,) = read(small).values()
        wanted = set((before.ids - 1).tolist())
        lost_before = before.table.column(OMITTED)[0].as_py() if OMITTED in columns(before) else 0
        assert len(small) <= 20_000
        assert set(rows(layer)) <= wanted
        assert len(layer) + omitted(layer) == len(wanted) + (lost_before or 0)
        over += len(gzip.decompress(packed)) > 20_000
    assert over >= 5, "no tile was over the budget, so nothing was tested"


def columns(layer: object) -> list[str]:
    return list(layer.table.column_names)  # type: ignore[attr-defined]
