"""Vector tiles as bytes: read back by a reader that is not ours, and by our own."""

import mapbox_vector_tile
import numpy as np
import pyarrow as pa
import pytest
import shapely
from gallery import AREAL
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import Damaged
from geodata.tiles.clip import on_grid
from geodata.tiles.mvt import TileLayer, encode, together
from geodata.tiles.mvt_decode import decode
from geodata.tiles.varint import lengths, ranges, sums, varints, zigzag

SHAPES = [
    shapely.Point(1, 2),
    shapely.MultiPoint([(1, 2), (3, 4), (0, 0)]),
    shapely.LineString([(0, 0), (10, 0), (10, 5)]),
    shapely.MultiLineString([[(0, 0), (1, 1)], [(5, 5), (6, 7), (8, 9)]]),
    shapely.Polygon(
        [(0, 0), (0, 100), (100, 100), (100, 0)], [[(10, 10), (20, 10), (20, 20), (10, 20)]]
    ),
    shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(-10, -10, -6, -6)]),
]
TABLE = pa.table(
    {
        "text": ["x", None, "щ", "x", "", None],
        "whole": pa.array([1, -5, 2**40, None, 0, 2147483647]),
        "number": [0.5, 0.1, None, float("nan"), 1e300, -2.0],
        "flag": [True, None, False, True, None, None],
    }
)


def layer(name: str = "things") -> TileLayer:
    return TileLayer(name, TABLE, np.arange(1, 7), np.array(SHAPES, dtype=object))


def decoded(tile: bytes) -> dict[str, list[dict[str, object]]]:
    read = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {name: found["features"] for name, found in read.items()}


def test_an_independent_reader_finds_every_shape_as_it_was() -> None:
    features = decoded(encode([layer()]))["things"]

    assert [f["id"] for f in features] == [1, 2, 3, 4, 5, 6]
    assert all(
        shapely.geometry.shape(found["geometry"]).equals(shape)
        for found, shape in zip(features, SHAPES, strict=True)
    )


def test_a_value_that_is_missing_is_no_property() -> None:
    properties = [f["properties"] for f in decoded(encode([layer()]))["things"]]

    assert properties == [
        {"text": "x", "whole": 1, "number": 0.5, "flag": True},
        {"whole": -5, "number": 0.1},
        {"text": "щ", "whole": 2**40, "flag": False},
        {"text": "x", "flag": True},
        {"text": "", "whole": 0, "number": 1e300},
        {"whole": 2147483647, "number": -2.0},
    ]


def test_a_layer_without_features_is_not_written() -> None:
    empty = TileLayer("none", TABLE.slice(0, 0), np.arange(0), np.array([], dtype=object))

    assert encode([empty]) == b""
    assert list(decoded(encode([empty, layer()]))) == ["things"]


def test_layers_of_one_name_become_one() -> None:
    one, other = layer(), TileLayer("things", pa.table({"more": ["y"]}), None, np.array(SHAPES[:1]))

    (joined,) = together([one, other])

    assert len(joined) == 7
    assert joined.table.column("more").to_pylist() == [None] * 6 + ["y"]
    assert [each.name for each in together([layer("a"), layer("b")])] == ["a", "b"]


def test_several_layers_are_one_after_the_other() -> None:
    assert encode([layer("a"), layer("b")]) == encode([layer("a")]) + encode([layer("b")])


def test_a_column_that_tiles_cannot_hold_is_refused() -> None:
    lists = TileLayer("l", pa.table({"x": [[1]]}), None, np.array(SHAPES[:1], dtype=object))

    with pytest.raises(TypeError, match="not"):
        encode([lists])


def test_what_is_written_is_unpacked_as_it_was() -> None:
    (found,) = decode(encode([layer()]))

    assert found.name == "things"
    assert found.ids is not None
    assert found.ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert shapely.equals(found.geometry, SHAPES).all()
    assert found.table.column("whole").to_pylist() == TABLE.column("whole").to_pylist()
    assert found.table.column("text").to_pylist() == TABLE.column("text").to_pylist()
    assert found.table.column("flag").to_pylist() == TABLE.column("flag").to_pylist()


def test_a_tile_unpacked_and_written_again_is_the_same() -> None:
    tile = encode([layer("a"), layer("b")])

    assert encode(decode(tile)) == tile


@pytest.mark.parametrize("cut", [1, 5, 40, 100])
def test_a_tile_that_ends_early_is_damaged(cut: int) -> None:
    tile = encode([layer()])

    with pytest.raises(Damaged):
        decode(tile[:-cut])


@pytest.mark.parametrize("name", sorted(AREAL))
def test_areas_of_the_gallery_survive_on_a_grid(name: str) -> None:
    grid = on_grid(np.array([shapely.transform(AREAL[name], lambda xy: xy * 100)]))
    held = grid[~shapely.is_empty(grid)]
    table = pa.table({"n": [1] * len(held)})

    found = decode(encode([TileLayer("l", table, None, held)]))

    assert [shapely.equals(g, w) for f in found for g, w in zip(f.geometry, held, strict=True)] == [
        True
    ] * len(held)


@given(st.lists(st.integers(0, 2**64 - 1), max_size=50))
def test_varints_are_those_of_the_definition(values: list[int]) -> None:
    array = np.array(values, dtype=np.uint64)

    assert varints(array) == b"".join(slowly(value) for value in values)
    assert lengths(array).tolist() == [len(slowly(value)) for value in values]


def slowly(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


@given(st.lists(st.integers(-(2**62), 2**62), max_size=50))
def test_zigzag_keeps_small_numbers_small(values: list[int]) -> None:
    expected = [2 * v if v >= 0 else -2 * v - 1 for v in values]

    assert zigzag(np.array(values, dtype=np.int64)).tolist() == expected


def test_sums_and_ranges_of_groups_some_of_them_empty() -> None:
    counts = np.array([2, 0, 3])

    assert sums(np.array([1, 2, 3, 4, 5]), counts).tolist() == [3, 0, 12]
    assert ranges(counts).tolist() == [0, 1, 0, 1, 2]
