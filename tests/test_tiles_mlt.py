"""Is a MapLibre Tile what the same layers are as an MVT, to the readers most maps use?"""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from node_tools import Node

from geodata.tiles import mlt, mvt
from geodata.tiles.mlt_streams import _packed
from geodata.tiles.mvt import TileLayer

SQUARE = "POLYGON ((0 0, 100 0, 100 100, 0 100, 0 0))"
HOLED = "POLYGON ((0 0, 0 90, 90 90, 90 0, 0 0), (10 10, 20 10, 20 20, 10 20, 10 10))"
TWO_AREAS = (
    "MULTIPOLYGON (((5 5, 9 5, 9 9, 5 5)), "
    "((50 50, 90 50, 90 90, 50 50), (70 60, 80 60, 80 70, 70 60)))"
)
MANY_LINES = "MULTILINESTRING ((1 1, 2 2), (3 3, 4 4, 5 3))"
SHAPES = {
    "points": ["POINT (1 2)", "POINT (-64 4160)", "POINT (4096 0)"],
    "a single point": ["POINT (7 8)"],
    "points of which one is many": ["POINT (1 2)", "MULTIPOINT (3 4, 5 6)", "POINT (9 9)"],
    "many points each": ["MULTIPOINT (3 4, 5 6)", "MULTIPOINT (0 0, 1 1, 2 2)"],
    "lines": ["LINESTRING (0 0, 5 5, 9 0)", "LINESTRING (100 100, 0 4096)"],
    "lines of which one is many": ["LINESTRING (0 0, 5 5)", MANY_LINES],
    "many lines each": [MANY_LINES] * 2,
    "areas": [SQUARE, "POLYGON ((-64 -64, 4160 -64, 4160 4160, -64 -64))"],
    "areas with holes": [HOLED, SQUARE, HOLED],
    "areas of which one is many": [SQUARE, TWO_AREAS, HOLED],
    "many areas each": [TWO_AREAS, TWO_AREAS],
    "many of one": ["MULTIPOINT (3 4)", "MULTIPOINT (5 6)"],
    "points and lines": ["POINT (1 1)", "LINESTRING (0 0, 5 5)", "MULTIPOINT (3 4, 5 6)"],
    "points, lines and areas": ["POINT (1 1)", "LINESTRING (0 0, 5 5, 6 6)", SQUARE],
    "everything": [
        "POINT (1 1)", "LINESTRING (0 0, 5 5)", HOLED, "MULTIPOINT (3 4, 5 6)",
        MANY_LINES, TWO_AREAS, "POINT (2 2)",
    ],
}  # fmt: skip
COLUMNS: dict[str, list[Any]] = {
    "text": ["Поліське", "", "Polokhivske", None, "Ґудзівка 𝄞"],
    "same text": ["occupied"] * 5,
    "text at times": [None, "руда", None, None, "руда"],
    "small": [0, 1, -2, 3, 4],
    "steps": [20000, 20001, 20002, 20003, 20007],
    "one and the same": [7, 7, 7, 7, 7],
    "edges of 32 bits": [2147483647, -2147483648, 0, None, 5],
    "unsigned of 32 bits": [4294967295, 0, 1, 4294967294, None],
    "beyond 32 bits": [4294967296, -5, 9007199254740991, -4503599627370495, None],
    "the only one": [None, None, 42, None, None],
    "single precision": [0.5, 0.25, None, -8.0, 0.0],
    "double precision": [0.1, 1e300, None, -8.0, float("nan")],
    "flag": [True, False, None, True, False],
    "always": [True, True, True, True, True],
    "none at all": [None] * 5,
}


def layer(geometry: list[str], table: pa.Table | None = None, name: str = "шар") -> TileLayer:
    """A layer with ids from 10."""
    rows = pa.table({"n": list(range(len(geometry)))}) if table is None else table
    shapes: npt.NDArray[Any] = np.asarray(shapely.from_wkt(geometry), dtype=object)
    return TileLayer(name, rows, np.arange(len(geometry)) + 10, shapes)


def both(node: Node, layers: list[TileLayer]) -> tuple[Any, Any]:
    """What the readers of either format find, rings from their least position on."""
    formats = {"mlt": mlt.encode(layers), "mvt": mvt.encode(layers)}
    found = [_read(node, form, body) for form, body in formats.items()]
    return found[0], found[1]


def _read(node: Node, form: str, body: bytes) -> Any:
    found = json.loads(
        node.output("--import", "./without_suffix.mjs", "read_tile.mjs", form, stdin=body)
    )
    for feature in (feature for own in found for feature in own["features"]):
        if feature["type"] == "area":
            feature["paths"] = [_turned(path) for path in feature["paths"]]
    return found


def _turned(ring: list[list[int]]) -> list[list[int]]:
    """A ring in a fixed direction from a fixed start: MLT leaves both open."""
    assert ring[0] == ring[-1]
    at = ring.index(min(ring[:-1]))
    once = [*ring[at:-1], *ring[:at]]
    return min(once, [once[0], *once[:0:-1]])


def test_every_shape_reads_as_in_an_mvt(node: Node) -> None:
    layers = [layer(shapes, name=name) for name, shapes in SHAPES.items()]
    found, wanted = both(node, layers)
    assert [own["name"] for own in found] == list(SHAPES)
    assert found == wanted


def test_every_kind_of_value_reads_as_in_an_mvt(node: Node) -> None:
    columns = {name: pa.array(values) for name, values in COLUMNS.items()}
    table = pa.table({**columns, "none at all": pa.nulls(5, pa.string())})
    ((found,), (wanted,)) = both(node, [layer(["POINT (1 1)"] * 5, table)])
    assert found == wanted
    for at, feature in enumerate(found["features"]):
        own = {
            name: values[at]
            for name, values in COLUMNS.items()
            if values[at] is not None and values[at] == values[at]
        }
        assert feature["properties"] == own


def test_ids_beyond_32_bits_and_no_ids_at_all_are_read(node: Node) -> None:
    large = np.array([1 << 40, 5, (1 << 53) - 1])
    shapes = layer(["POINT (1 1)"] * 3)
    with_ids = TileLayer("a", shapes.table, large, shapes.geometry)
    without = TileLayer("b", shapes.table, None, shapes.geometry)
    found = _read(node, "mlt", mlt.encode([with_ids, without]))
    assert [f["id"] for f in found[0]["features"]] == large.tolist()
    assert all("id" not in f for f in found[1]["features"])


def test_layers_without_features_are_left_out(node: Node) -> None:
    empty, full = layer([], pa.table({"n": pa.array([], pa.int64())})), layer(["POINT (1 1)"])
    assert mlt.encode([empty]) == mlt.encode([]) == b""
    assert len(_read(node, "mlt", mlt.encode([empty, full]))) == 1


def test_a_layer_without_properties_is_read(node: Node) -> None:
    (found,) = _read(node, "mlt", mlt.encode([layer([SQUARE], pa.table({}))]))
    assert [feature["properties"] for feature in found["features"]] == [{}]


def test_a_layer_keeps_its_extent(node: Node) -> None:
    own = layer(["POINT (1 1)"])
    found = _read(node, "mlt", mlt.encode([TileLayer("a", own.table, own.ids, own.geometry, 512)]))
    assert found[0]["extent"] == 512


def test_many_rows_with_gaps_read_as_in_an_mvt(node: Node) -> None:
    rng = np.random.default_rng(7)
    rows = 3000
    gone = rng.random(rows) < 0.3
    blocks = np.repeat(rng.random(rows // 100) < 0.5, 100)
    whole = rng.integers(-(10**12), 10**12, rows)
    table = pa.table({
        "whole": pa.array(whole, mask=gone),
        "day": pa.array(np.sort(rng.integers(16000, 20000, rows))),
        "share": pa.array(rng.random(rows), mask=gone),
        "flag": pa.array(rng.random(rows) < 0.5, mask=blocks),
        "run": pa.array(blocks),
        "status": pa.array(rng.choice(["occupied", "contested", "спірне"], rows), mask=gone),
        "id": pa.array([f"cell-{n}" for n in range(rows)]),
    })  # fmt: skip
    points = shapely.points(rng.integers(-64, 4160, (rows, 2)))
    found, wanted = both(node, [TileLayer("many", table, np.arange(rows) + 1, points)])
    assert found == wanted


def test_what_a_tile_does_not_hold_is_refused() -> None:
    with pytest.raises(TypeError, match="list"):
        mlt.encode([layer(["POINT (1 1)"], pa.table({"a": [[1]]}))])


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 1200)), max_size=12))
def test_packed_flags_unpack_to_themselves(runs: list[tuple[bool, int]]) -> None:
    flags = np.concatenate([np.zeros(0, bool), *(np.full(count, value) for value, count in runs)])
    assert (_unpacked(_packed(flags), len(flags)) == flags).all()


def _unpacked(data: bytes, count: int) -> npt.NDArray[np.bool_]:
    """The run lengths of bytes as ORC describes them, read byte by byte."""
    out, at = bytearray(), 0
    while at < len(data):
        head = data[at]
        if head < 128:
            out += bytes((data[at + 1],)) * (head + 3)
            at += 2
        else:
            out += data[at + 1 : at + 257 - head]
            at += 257 - head
    bits = np.unpackbits(np.frombuffer(bytes(out), np.uint8), bitorder="little")
    return bits[:count].astype(bool)
