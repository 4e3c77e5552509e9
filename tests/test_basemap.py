"""Is the base map complete, valid, true to the recognised borders, and its archive made of it?"""

import gzip
import json
from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

import geopandas
import numpy as np
import pytest
import shapely
from pmtiles.reader import MmapSource, all_tiles

from geodata.data import packaged
from geodata.ingest.romanisation import romanised
from geodata.store.embedded import EmbeddedStore
from geodata.tiles.grid import Tile, bounds_crs84
from geodata.tiles.pmtiles import PMTilesArchive
from geodata.tiles.tileset import Tileset
from geodata.types import silent
from geodata.workspace import Workspace
from tools import basemap
from tools.basemap import CITIES, FILES, LAYERS
from tools.basemap_shapes import shared_edges

LAYER_MAP = basemap.source_layers()
PACKAGED = packaged.data_file("basemap/basemap.pmtiles")
TILESET = basemap.tileset(LAYER_MAP)
DNIPRO = Tile(6, 38, 22)
LABELLED = ("countries", "places", "seas")
KYIV = shapely.Point(30.53, 50.45)
ZAPORIZHZHIA = shapely.Point(35.09, 47.86)
DNIPRO_BANK = 0.05


def _named(layer: str, name: str) -> geopandas.GeoDataFrame:
    frame = LAYER_MAP[layer]
    return frame[frame["name_en"] == name]


def _labels(layer: str) -> geopandas.GeoDataFrame:
    frame = LAYER_MAP[layer]
    return frame[frame.geom_type == "Point"]


def test_the_layers_are_those_the_style_draws() -> None:
    assert tuple(LAYER_MAP) == LAYERS
    assert set(LAYERS) == {*FILES, "oblasts"}
    assert all(frame.crs == "OGC:CRS84" and len(frame) for frame in LAYER_MAP.values())


@pytest.mark.parametrize("name", LAYERS)
def test_shapes_are_valid_and_on_the_mercator_map(name: str) -> None:
    shapes = LAYER_MAP[name].geometry
    assert shapes.is_valid.all()
    assert not shapes.is_empty.any()
    west, south, east, north = shapes.total_bounds
    assert west >= -180
    assert east <= 180
    assert south >= -85.1
    assert north <= 85.1


@pytest.mark.parametrize("name", LAYERS)
def test_every_feature_says_from_which_zoom_it_is_drawn(name: str) -> None:
    zooms = LAYER_MAP[name]["min_zoom"]
    assert zooms.dtype == "int64"
    assert zooms.between(0, 8).all()


@pytest.mark.parametrize("name", [*LABELLED, "oblasts"])
def test_every_label_has_both_names(name: str) -> None:
    labels = _labels(name)
    assert len(labels)
    for column in ("name_en", "name_uk"):
        assert labels[column].str.strip().str.len().gt(0).all()
    assert labels["name_uk"].str.contains("[а-яіїєґ]", case=False).all()
    assert not labels["name_en"].str.contains("[а-яіїєґ]", case=False).any()


@pytest.mark.parametrize("name", ["rivers", "water"])
def test_a_name_comes_in_both_languages_or_not_at_all(name: str) -> None:
    frame = LAYER_MAP[name]
    assert (frame["name_en"].isna() == frame["name_uk"].isna()).all()
    assert frame["name_en"].notna().any()


def test_names_have_no_russian_letters() -> None:
    names = np.concatenate([frame["name_uk"].dropna() for frame in map(_labels, LABELLED)])
    assert not [name for name in names if set(name.lower()) & set("ыэёъ")]


# Ukraine


def test_crimea_is_in_ukraine_and_no_border_runs_across_its_isthmus() -> None:
    isthmus = shapely.box(33.3, 45.6, 35.2, 46.3)
    assert packaged.outline().contains(shapely.Point(34.1, 44.95))
    assert not LAYER_MAP["borders"].intersects(isthmus).any()
    assert not LAYER_MAP["borders"].intersects(shapely.box(32, 44, 36.9, 46.3)).any()


def test_borders_of_ukraine_follow_its_recognised_outline() -> None:
    borders = LAYER_MAP["borders"]
    inside = shapely.buffer(packaged.outline(), -0.001)
    assert not borders.intersects(inside).any()
    along = borders[borders.intersects(shapely.buffer(packaged.outline(), 0.001))]
    assert not along["disputed"].any()
    land_border = shapely.intersection(
        packaged.outline().boundary, shapely.buffer(shapely.union_all(along.geometry), 0.001)
    )
    assert land_border.length == pytest.approx(51.5, abs=1)


def test_the_outline_is_land_to_a_thousandth() -> None:
    land = shapely.union_all(LAYER_MAP["land"].geometry)
    outside = shapely.difference(packaged.outline(), land)
    assert outside.area < packaged.outline().area / 1_000


def test_every_oblast_capital_lies_in_its_own_oblast() -> None:
    areas = packaged.admin_areas().query("level == 1")
    places = LAYER_MAP["places"]
    capitals = places[places["capital"].notna()]
    for area in areas.itertuples():
        centre = capitals[shapely.distance(capitals.geometry.to_numpy(), area.geometry) < 0.02]
        wanted = area.id != "UA-32"  # its capital is Kyiv, a city of its own within it
        assert (len(centre) > 0) >= wanted, area.name_en
    assert (capitals["capital"] == "oblast").sum() == len(areas) - len(CITIES)


def test_ukrainian_cities_have_their_ukrainian_names() -> None:
    places = LAYER_MAP["places"].set_index("name_uk")["name_en"]
    wanted = {
        "Київ": "Kyiv",
        "Одеса": "Odesa",
        "Харків": "Kharkiv",
        "Дніпро": "Dnipro",
        "Львів": "Lviv",
        "Запоріжжя": "Zaporizhzhia",
        "Миколаїв": "Mykolaiv",
        "Бахмут": "Bakhmut",
        "Кривий Ріг": "Kryvyi Rih",
        "Слов'янськ": "Sloviansk",
    }
    assert {uk: places[uk] for uk in wanted} == wanted


def test_big_places_have_the_ukrainian_names_of_the_settlements_table() -> None:
    known = packaged.settlements().drop_duplicates("place_id")
    tree = shapely.STRtree(known.geometry.to_numpy())
    places = LAYER_MAP["places"].query("population > 30_000")
    nearest, metres = tree.query_nearest(places.geometry, return_distance=True, all_matches=False)
    covered = metres < 0.01
    names = known["name_uk"].to_numpy()[nearest[1]][covered]
    same = names == places["name_uk"].to_numpy()[nearest[0]][covered]
    assert covered.sum() > 60
    assert same.mean() > 0.9, "but for cities renamed since"


def test_oblast_lines_run_inside_the_country() -> None:
    lines = LAYER_MAP["oblasts"].query("name_en.isna()")
    assert set(lines.geom_type) == {"LineString", "MultiLineString"}
    inside = shapely.buffer(packaged.outline(), 0.01)
    assert lines.within(inside).all()
    assert len(_labels("oblasts")) == 27 - len(CITIES)


def test_labels_of_oblasts_stand_in_them() -> None:
    areas = packaged.admin_areas().query("level == 1").set_index("name_uk").geometry
    for label in _labels("oblasts").itertuples():
        assert areas[label.name_uk].contains(label.geometry)


# Water


def test_the_dnipro_flows_past_kyiv_and_zaporizhzhia() -> None:
    dnipro = shapely.union_all(_named("rivers", "Dnipro").geometry)
    for city in (KYIV, ZAPORIZHZHIA):
        assert dnipro.distance(city) < DNIPRO_BANK
    assert dnipro.distance(shapely.Point(36.23, 49.99)) > 1, "Kharkiv lies elsewhere"


@pytest.mark.parametrize(
    ("river", "lon", "lat"),
    [
        ("Dnister", 28.6, 47.9),
        ("Southern Buh", 28.48, 49.23),
        ("Siverskyi Donets", 37.6, 49.0),
        ("Desna", 31.3, 51.48),
        ("Prypiat", 29.25, 52.03),
        ("Danube", 19.05, 47.5),
        ("Don", 39.7, 47.2),
        ("Tysa", 20.15, 46.25),
        ("Prut", 25.93, 48.3),
    ],
)
def test_great_rivers_pass_the_cities_on_their_banks(river: str, lon: float, lat: float) -> None:
    line = shapely.union_all(_named("rivers", river).geometry)
    assert line.distance(shapely.Point(lon, lat)) < 0.15


def test_no_lake_lies_outside_the_land() -> None:
    land = shapely.union_all(LAYER_MAP["land"].geometry)
    shapely.prepare(land)
    water = LAYER_MAP["water"]
    detailed = water[water.within(shapely.box(14, 40, 48, 60))]
    inside = shapely.area(shapely.intersection(detailed.geometry.to_numpy(), land))
    assert (inside > 0.97 * shapely.area(detailed.geometry.to_numpy())).all()


def test_the_reservoirs_of_the_dnipro_are_there_and_kakhovka_is_said_to_be_drained() -> None:
    names = set(LAYER_MAP["water"]["name_en"].dropna())
    assert {"Kyiv Reservoir", "Kremenchuk Reservoir", "Kaniv Reservoir"} <= names
    (kakhovka,) = (name for name in names if name.startswith("Kakhovka"))
    assert "drained" in kakhovka


def test_seas_are_named_in_the_water() -> None:
    land = shapely.union_all(LAYER_MAP["land"].geometry)
    assert not LAYER_MAP["seas"].intersects(land).any()


# Light and small


def test_low_zooms_are_light() -> None:
    early = {name: int((frame["min_zoom"] <= 2).sum()) for name, frame in LAYER_MAP.items()}
    assert early["places"] == 0
    assert early["oblasts"] == 0
    assert 0 < early["rivers"] < 10


def test_files_are_small_and_part_of_the_facts() -> None:
    files = [packaged.data_file(f"basemap/{name}.geojson.gz") for name in FILES]
    assert sum(path.stat().st_size for path in files) < 700_000
    assert {*files, PACKAGED, packaged.data_file("basemap/names.yml")} <= set(packaged.data_files())


# Its tiles


def _packaged_tiles(deepest: int) -> Mapping[Tile, bytes]:
    with PACKAGED.open("rb") as stream:
        found = {Tile(*at): gzip.decompress(body) for at, body in all_tiles(MmapSource(stream))}
    return {tile: body for tile, body in found.items() if tile.z <= deepest}


def _near(tileset: Tileset, tile: Tile) -> Tileset:
    """The tileset with only the shapes in and around a tile of the deepest level, on that level."""
    around = shapely.buffer(shapely.box(*bounds_crs84(tile)), 1)
    nearby = (
        replace(s, geometry=np.where(shapely.intersects(s.geometry, around), s.geometry, None))
        for s in tileset.source_layers
    )
    return replace(tileset, source_layers=tuple(nearby), minzoom=tile.z)


def test_packaged_tiles_of_low_levels_are_those_drawn_of_the_packaged_shapes() -> None:
    drawn = takewhile(lambda each: each[0].z <= 3, TILESET.tiles(silent))

    assert {tile: gzip.decompress(body) for tile, body in drawn} == _packaged_tiles(3)


def test_a_packaged_tile_of_the_deepest_level_is_the_one_drawn_of_the_packaged_shapes() -> None:
    drawn = dict(_near(TILESET, DNIPRO).tiles(silent))

    assert DNIPRO.z == TILESET.maxzoom
    assert gzip.decompress(drawn[DNIPRO]) == _packaged_tiles(DNIPRO.z)[DNIPRO]


def test_the_packaged_archive_describes_itself_as_the_tool_does() -> None:
    archive, unlike = PMTilesArchive(PACKAGED), {"generator": "any version"}

    assert archive.metadata | unlike == json.loads(json.dumps(TILESET.metadata())) | unlike
    assert archive.bounds == pytest.approx(TILESET.bounds, abs=1e-7)


def test_a_release_has_the_packaged_archive_to_the_byte_and_keeps_no_copy_of_it(
    workspace: Workspace, store: EmbeddedStore
) -> None:
    assert store.tilesets.archive("basemap").read_bytes() == PACKAGED.read_bytes()
    assert [p.name for p in workspace.tilesets.glob("basemap*")] == []


def test_the_tool_called_wrongly_says_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    assert basemap.main(["one", "two"]) == 2
    assert "COUNTRIES LAKES LINES CITIES" in capsys.readouterr().err


# How its shapes are made


def test_an_edge_of_two_owners_is_shared_and_a_coast_is_not() -> None:
    areas = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(5, 5, 6, 6)])
    shared = shared_edges(areas, np.array(["b", "a", "c"], dtype=object))
    assert list(shared) == [("a", "b")]
    assert shared["a", "b"].equals(shapely.LineString([(1, 0), (1, 1)]))


def test_an_edge_within_one_owner_is_no_border() -> None:
    areas = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    assert shared_edges(areas, np.array(["a", "a"], dtype=object)) == {}


@pytest.mark.parametrize(
    ("ukrainian", "latin"),
    [
        ("Київ", "Kyiv"),
        ("Згурівка", "Zghurivka"),
        ("Єнакієве", "Yenakiieve"),
        ("Знам'янка", "Znamianka"),
        ("Щастя", "Shchastia"),
        ("Яни Капу", "Yany Kapu"),
        ("Івано-Франківськ", "Ivano-Frankivsk"),
        ("Ґалаґан", "Galagan"),
        ("Кам'янець-Подільський", "Kamianets-Podilskyi"),
    ],
)
def test_romanising_follows_the_official_table(ukrainian: str, latin: str) -> None:
    assert romanised(ukrainian) == latin
