"""The tiles of a release against its store: every tile read by an independent reader."""

import gzip
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely.affinity import translate
from store_questions import table

from geodata.cql2 import compile_filter
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import Query
from geodata.interval import one_day
from geodata.store.embedded import EmbeddedStore
from geodata.tiles.clip import BUFFER
from geodata.tiles.grid import EXTENT, Tile, to_units
from geodata.tiles.mvt_decode import decode
from geodata.tiles.source_layer import OPEN_END
from geodata.tiles.tileset import SIZE_LIMIT

TEN_DAYS = [
    date(2014, 3, 20),
    date(2015, 2, 20),
    date(2022, 2, 23),
    date(2022, 3, 25),
    date(2022, 11, 12),
    date(2024, 2, 18),
    date(2025, 2, 25),
    date(2025, 6, 25),
    date(2025, 7, 2),
    date(2026, 4, 30),
]
SHEVCHENKIVSKE = "shevchenkivske_li"
Features = list[dict[str, Any]]
Decoded = dict[Tile, dict[str, Features]]
READ = {"y_coord_down": True}


@pytest.fixture(scope="module")
def tiles(store: EmbeddedStore) -> dict[str, Decoded]:
    """Every tile of the release but the base map's, decoded by mapbox_vector_tile."""
    return {n: dict(decoded(store.tilesets.archive(n))) for n in store.tilesets.names()[1:]}


def decoded(path: Path) -> Iterator[tuple[Tile, dict[str, Features]]]:
    with path.open("rb") as stream:
        for (z, x, y), body in all_tiles(MmapSource(stream)):
            found = mapbox_vector_tile.decode(gzip.decompress(body), default_options=READ)
            yield Tile(z, x, y), {name: layer["features"] for name, layer in found.items()}


def on(day: date, features: Features) -> Features:
    number = (day - date(1970, 1, 1)).days
    return [
        f for f in features if f["properties"]["valid_from"] <= number < f["properties"]["valid_to"]
    ]


def day_number(day: pd.Timestamp) -> int:
    return OPEN_END if pd.isna(day) else (day.date() - date(1970, 1, 1)).days


def level(tiles: Decoded, zoom: int, layer: str) -> Iterator[tuple[Tile, Features]]:
    return ((t, layers[layer]) for t, layers in tiles.items() if t.z == zoom and layer in layers)


def test_a_release_has_the_tilesets_a_map_needs(store: EmbeddedStore) -> None:
    assert store.tilesets.names() == (
        "basemap", "control", "contact-line", "timelines", "deposits",
    )  # fmt: skip


@pytest.mark.parametrize("zoom", [7, 10])
def test_the_cells_of_ten_days_are_those_of_the_store(
    store: EmbeddedStore, tiles: dict[str, Decoded], zoom: int
) -> None:
    cells = store.select(Query("control", limit=10**9))
    drawn = {f["id"] for _, fs in level(tiles["control"], zoom, "control") for f in fs}
    omitted = sum(
        max((f["properties"].get("omitted", 0) for f in fs), default=0)
        for _, fs in level(tiles["control"], zoom, "control")
    )
    assert len(drawn) + omitted == len(cells)

    for day in TEN_DAYS:
        page = store.select(Query("control", when=one_day(day), source="settlements", limit=10**9))
        wanted = set(page.rows.tile_ids.tolist()) & drawn
        found = {f["id"] for _, fs in level(tiles["control"], zoom, "control") for f in on(day, fs)}
        assert found == wanted, day


def test_cells_carry_what_the_store_says_of_them(
    store: EmbeddedStore, tiles: dict[str, Decoded]
) -> None:
    cells = store.select(Query("control", limit=10**9))
    rows = table(cells).set_axis(cells.rows.tile_ids)
    for _, features in level(tiles["control"], 10, "control"):
        for feature in features:
            row, said = rows.loc[feature["id"]], feature["properties"]
            assert said["id"] == row["id"]
            assert (said["source"], said["status"]) == (row["source"], row["status"])
            assert said["valid_from"] == day_number(row["valid_from"])
            assert said["valid_to"] == day_number(row["valid_to"])


def test_cells_lie_within_a_unit_of_where_they_are(
    store: EmbeddedStore, tiles: dict[str, Decoded]
) -> None:
    """On the deepest level the area between the two outlines is narrower than a unit."""
    cells = store.select(Query("control", limit=10**9)).rows.read().geometry
    exact = shapely.transform(cells, lambda xy: to_units(xy, 10))
    for tile, features in level(tiles["control"], 10, "control"):
        west, north = tile.x * EXTENT, tile.y * EXTENT
        window = (west - BUFFER, north - BUFFER, west + EXTENT + BUFFER, north + EXTENT + BUFFER)
        for feature in features:
            found = translate(shapely.geometry.shape(feature["geometry"]), west, north)
            wanted = shapely.intersection(exact[feature["id"] - 1], shapely.box(*window))
            apart = shapely.area(shapely.symmetric_difference(found, wanted))
            assert apart <= max(shapely.length(wanted), shapely.length(found)) + 4
    assert tile.z == 10


def test_every_shape_is_valid_and_within_its_tile(tiles: dict[str, Decoded]) -> None:
    for layers in tiles["control"].values():
        for feature in layers["control"]:
            shape = shapely.geometry.shape(feature["geometry"])
            west, north, east, south = shape.bounds
            assert shape.is_valid
            assert min(west, north) >= -BUFFER
            assert max(east, south) <= EXTENT + BUFFER


def test_tiles_are_small(store: EmbeddedStore) -> None:
    """None of them is near its budget: what happens to one that is stands in test_tiles_budget."""
    sizes = []
    for name in store.tilesets.names():
        with store.tilesets.archive(name).open("rb") as stream:
            sizes += [len(gzip.decompress(body)) for _, body in all_tiles(MmapSource(stream))]

    assert max(sizes) <= SIZE_LIMIT
    assert np.mean(np.array(sizes) < 50_000) > 0.95


def test_all_deposits_are_on_every_level(store: EmbeddedStore, tiles: dict[str, Decoded]) -> None:
    about = store.tilesets.about("deposits")
    count = len(store.select(Query("deposits", limit=10**9)))
    for zoom in range(about.minzoom, about.maxzoom + 1):
        found = [f for _, fs in level(tiles["deposits"], zoom, "deposits") for f in fs]
        assert sum(f["properties"]["point_count"] for f in found) == count


def test_spans_and_standings_of_ten_days_are_those_of_the_store(
    store: EmbeddedStore, tiles: dict[str, Decoded]
) -> None:
    standings = store.tables.standings
    for day in TEN_DAYS:
        spans = store.select(Query("timelines", when=one_day(day), limit=10**9))
        found = [f for _, fs in level(tiles["timelines"], 6, "timelines") for f in on(day, fs)]
        assert sorted(f["id"] for f in found) == np.sort(spans.rows.tile_ids).tolist()
        moment = np.datetime64(day)
        rows = standings[
            (standings["valid_from"] <= moment)
            & (standings["valid_to"].isna() | (standings["valid_to"] > moment))
        ]
        told = [f for _, fs in level(tiles["timelines"], 6, "standings") for f in on(day, fs)]
        verdicts = {(f["properties"]["deposit_id"], f["properties"]["verdict"]) for f in told}
        assert verdicts == set(zip(rows["deposit_id"], rows["verdict"], strict=True))


def test_shevchenkivske_turns_by_a_filter_alone(tiles: dict[str, Decoded]) -> None:
    (features,) = (layers["standings"] for t, layers in tiles["timelines"].items() if t.z == 0)
    own = [f for f in features if f["properties"]["deposit_id"] == SHEVCHENKIVSKE]

    then = {str(d): on(d, own)[0]["properties"]["verdict"] for d in TEN_DAYS[-4:]}
    assert then["2025-02-25"] == "government"
    assert then["2025-07-02"] == "occupied"
    assert ",lithium," in own[0]["properties"]["commodities"]


def test_tiles_keep_the_rules_of_their_format(store: EmbeddedStore) -> None:
    for name in store.tilesets.names():
        with store.tilesets.archive(name).open("rb") as stream:
            for _, body in all_tiles(MmapSource(stream)):
                tile = vector_tile_pb2.tile()
                tile.ParseFromString(gzip.decompress(body))
                names = [layer.name for layer in tile.layers]
                assert len(set(names)) == len(names)
                for layer in tile.layers:
                    assert (layer.version, layer.extent) == (2, EXTENT)
                    assert len(set(layer.keys)) == len(layer.keys)


def test_an_archive_describes_itself_to_other_readers(store: EmbeddedStore) -> None:
    with store.tilesets.archive("control").open("rb") as stream:
        reader = Reader(MmapSource(stream))
        header, said = reader.header(), reader.metadata()
        ours = store.tilesets.tile("control", 5, 18, 11)
        theirs = reader.get(5, 18, 11)

    assert (header["min_zoom"], header["max_zoom"]) == (0, 10)
    assert header["clustered"]
    assert [layer["id"] for layer in said["vector_layers"]] == ["control"]
    assert said["vector_layers"][0]["fields"]["valid_from"] == "Number"
    assert ours == theirs


def test_every_field_of_a_tile_is_described(
    store: EmbeddedStore, tiles: dict[str, Decoded]
) -> None:
    for name, found in tiles.items():
        described = {v.id: set(v.fields) for v in store.tilesets.about(name).vector_layers}
        used: dict[str, set[str]] = defaultdict(set)
        for layers in found.values():
            for layer, features in layers.items():
                used[layer].update(*(f["properties"] for f in features))
        assert all(used[layer] <= described[layer] for layer in used)


def test_a_tile_of_a_day_has_the_cells_of_that_day_only(store: EmbeddedStore) -> None:
    day = date(2025, 2, 25)
    made = store.tilesets.made("control", 5, 18, 11, Query("control", when=one_day(day)))

    features = mapbox_vector_tile.decode(made, default_options=READ)["control"]["features"]
    page = store.select(Query("control", when=one_day(day), limit=10**9))
    assert features == on(day, features)
    assert {f["id"] for f in features} <= set(page.rows.tile_ids.tolist())
    assert len(features) > 10


def test_a_tile_of_everything_is_the_tile_built(store: EmbeddedStore) -> None:
    for name in ("control", "timelines"):
        built = store.tilesets.tile(name, 5, 18, 11)
        assert built is not None
        assert store.tilesets.made(name, 5, 18, 11, Query(name)) == gzip.decompress(built)


def test_a_tile_of_deposits_on_a_day_says_who_holds_them(store: EmbeddedStore) -> None:
    filtered = compile_filter(
        "control = 'occupied'", "cql2-text", store.collection("deposits").properties
    )
    query = Query("deposits", when=one_day(date(2025, 7, 15)), filter=filtered)

    made = store.tilesets.made("deposits", 4, 9, 5, query)

    (layer,) = decode(made)
    page = store.select(Query("deposits", when=query.when, filter=filtered, limit=10**9))
    assert set(layer.table.column("control").to_pylist()) == {"occupied"}
    assert set(layer.table.column("id").to_pylist()) <= set(table(page)["id"])
    assert SHEVCHENKIVSKE in layer.table.column("id").to_pylist()


def test_only_some_properties_are_given_where_asked(store: EmbeddedStore) -> None:
    query = Query("control", properties=("id", "status"))

    (layer,) = decode(store.tilesets.made("control", 5, 18, 11, query))

    assert set(layer.table.column_names) <= {"id", "status", "omitted"}


def test_an_empty_tile_is_nothing(store: EmbeddedStore) -> None:
    before = Query("control", when=one_day(date(2013, 1, 1)))

    assert store.tilesets.made("control", 5, 18, 11, before) == b""


def test_the_base_map_has_nothing_to_ask(store: EmbeddedStore) -> None:
    with pytest.raises(InvalidInput, match="base map"):
        store.tilesets.made("basemap", 5, 18, 11, Query("basemap"))
    assert store.tilesets.made("basemap", 5, 18, 11, None)


@pytest.mark.parametrize("address", [(11, 0, 0), (5, 0, 0), (5, 18, 31)])
def test_a_tile_outside_the_limits_is_not_found(
    store: EmbeddedStore, address: tuple[int, int, int]
) -> None:
    with pytest.raises(NotFound, match="control"):
        store.tilesets.tile("control", *address)


def test_a_tileset_nobody_made_is_not_found_and_says_what_there_is(store: EmbeddedStore) -> None:
    with pytest.raises(NotFound, match="basemap, control"):
        store.tilesets.about("../control")


def test_names_of_places_are_on_the_base_map_in_both_languages(store: EmbeddedStore) -> None:
    layers = decode(store.tilesets.made("basemap", 5, 18, 10, None))
    words = Counter()
    for layer in layers:
        if layer.name == "places":
            words.update(layer.table.column("name_en").to_pylist())
            words.update(layer.table.column("name_uk").to_pylist())

    assert words["Kyiv"] == 1
    assert words["Київ"] == 1


@pytest.mark.parametrize("zoom", [5, 7, 10])
def test_the_line_of_twenty_days_in_tiles_is_that_of_the_collection(
    store: EmbeddedStore, tiles: dict[str, Decoded], zoom: int
) -> None:
    """Filtered by day numbers alone, drawn lines run along the collection's, within a pixel."""
    drawn = [
        (on_level(feature, tile), feature["properties"])
        for tile, features in level(tiles["contact-line"], zoom, "contact-line")
        for feature in features
    ]
    shapes = np.array([shape for shape, _ in drawn], dtype=object)
    begins, ends = (
        np.array([said[name] for _, said in drawn]) for name in ("valid_from", "valid_to")
    )
    assert {said["source"] for _, said in drawn} == {"settlements"}
    for day in (*TEN_DAYS, *(date(2022, 3, 1 + n) for n in range(0, 30, 3))):
        rows = store.select(Query("contact-line", when=one_day(day), limit=10**9)).rows.read()
        lines = shapely.transform(rows.geometry, lambda xy: to_units(xy, zoom))
        # What is smaller than half a pixel is counted in `omitted`.
        sizes = np.ptp(shapely.bounds(lines).reshape(-1, 2, 2), axis=1).max(axis=1)
        wanted = shapely.union_all(lines[sizes > 8])
        number = (day - date(1970, 1, 1)).days
        found = shapely.union_all(shapes[(begins <= number) & (number < ends)])
        assert found.is_empty == wanted.is_empty, day
        every = shapely.union_all(lines)
        for one, other in ((found, every), (wanted, found)):
            points = shapely.points(shapely.get_coordinates(one))
            apart = shapely.distance(points, other) if len(points) else np.zeros(1)
            assert apart.max() < 8, day  # units: half a pixel of a tile drawn 256 wide


def on_level(feature: dict[str, Any], tile: Tile) -> shapely.Geometry:
    """A feature in units of its level."""
    shape = shapely.geometry.shape(feature["geometry"])
    return translate(shape, tile.x * EXTENT, tile.y * EXTENT)
