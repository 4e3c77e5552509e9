"""What must the rows of every store be when they are read, filtered, put in tiles, or are none?"""

from dataclasses import replace
from datetime import date

import numpy as np
import pyproj
import pytest
import shapely
from cql2_walked import holds
from store_questions import COLLECTIONS, DONBAS_BOX, WAR_DAY, everything, ids, table

from geodata.cql2 import compile_filter
from geodata.crs import OFFERED
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import Query
from geodata.formats.geojson import encode, feature_sequence, joined_features
from geodata.rasters.colours import scale_of
from geodata.store.base import Store
from geodata.tiles.mvt_decode import decode

UTM = next(axes for axes in OFFERED.values() if axes.code == "EPSG:32636")
DEGREES = next(axes for axes in OFFERED.values() if axes.code == "EPSG:4326")
ROOMY = (22.0, 44.0, 41.0, 53.0)
FILTERS = {
    "deposits": (
        "control = 'occupied'", "part_of IS NOT NULL", "control_share BETWEEN 0.05 AND 0.95",
        "commodity IN ('lithium', 'tantalum') AND NOT control = 'occupied'", "lon * 2 > 74.5",
        "S_INTERSECTS(geometry, BBOX(36, 47, 38, 49))", "A_CONTAINS(commodities, ('lithium'))",
        "T_AFTER(control_since, DATE('2022-02-24'))", "name_en LIKE 'Sh%' OR length(name_en) > 40",
        "distance_km(geom, POINT(37.8 48)) < 60", "area_ha IS NULL OR area_ha < 100",
    ),
    "control": ("T_INTERSECTS(INTERVAL(valid_from, valid_to), DATE('2024-07-09'))",
                "status = 'contested'", "source <> 'settlements'"),
    "settlements": ("name_en = name_uk", "lat > 50.1 AND valid_to IS NULL AND lon < 33.5"),
    "estimates": ("includes_components = true", "amount > 100 AND grade IS NULL"),
}  # fmt: skip

# Filters, areas


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, texts in FILTERS.items() for text in texts]
)
def test_a_filter_selects_the_rows_its_tree_is_true_of(store: Store, name: str, text: str) -> None:
    collection = store.collection(name)
    aliases = dict.fromkeys(collection.aliases, "geometry")
    condition = compile_filter(text, "cql2-text", collection.columns, aliases=aliases)
    whole = everything(store, name, when=WAR_DAY).rows.read()
    rows = [
        {**values, "geometry": shape}
        for values, shape in zip(whole.table.to_pylist(), whole.geometry, strict=True)
    ]

    selected = ids(everything(store, name, when=WAR_DAY, filter=condition))

    assert selected == [row["id"] for row in rows if holds(condition, row)]


def test_some_filter_of_each_collection_narrows_it(store: Store) -> None:
    for name, texts in FILTERS.items():
        columns = store.collection(name).columns
        counts = [
            everything(
                store, name, when=WAR_DAY,
                filter=compile_filter(t, "cql2-text", columns, aliases={"geom": "geometry"}),
            ).matched
            for t in texts
        ]  # fmt: skip
        assert max(counts) > min(counts) or 0 < counts[0] < everything(store, name).matched


@pytest.mark.parametrize("name", ["deposits", "control", "admin-areas"])
def test_an_area_is_met_like_a_box_that_leans(store: Store, name: str) -> None:
    area = shapely.Polygon([(36, 47), (39, 47.5), (38, 49), (35.5, 48.6)])
    whole = table(everything(store, name))

    selected = ids(everything(store, name, area=area.wkb))

    assert selected == whole["id"][[shape.intersects(area) for shape in whole.geometry]].tolist()
    assert 0 < len(selected) < len(whole)


# Order


def test_rows_are_sorted_by_one_property_after_another(store: Store) -> None:
    keys = (("commodity", False), ("lon", True), ("id", False))
    rows = table(everything(store, "deposits", sortby=keys, when=WAR_DAY))
    plain = table(everything(store, "deposits", when=WAR_DAY))[["commodity", "lon", "id"]]
    slow = sorted(plain.to_numpy().tolist(), key=lambda row: (row[0], -row[1], row[2]))

    assert rows["id"].tolist() == [row[2] for row in slow]


def test_a_page_of_sorted_rows_goes_on_where_the_one_before_ended(store: Store) -> None:
    words = {"sortby": (("name_en", True),), "when": WAR_DAY}
    whole = ids(everything(store, "deposits", **words))
    page = store.select(Query("deposits", limit=7, start=14, **words))  # type: ignore[arg-type]

    assert (ids(page), page.next_start, page.matched) == (whole[14:21], 21, len(whole))


# Reading


def test_only_the_properties_asked_are_read_and_the_id_always(store: Store) -> None:
    rows = store.select(Query("deposits", properties=("control", "lon"))).rows.read()

    assert rows.table.column_names == [c.name for c in rows.columns] == ["id", "lon", "control"]
    assert [str(t) for t in rows.table.schema.types] == ["string", "double", "string"]
    assert rows.geometry_type == "Point"


def test_geometry_is_left_out_where_it_was_not_asked_for(store: Store) -> None:
    page = store.select(Query("control", skip_geometry=True, limit=3))

    assert page.rows.read().geometry is None
    assert b'"geometry":null' in joined_features(page.rows)


@pytest.mark.parametrize("axes", [UTM, DEGREES], ids=["projected", "latitude first"])
def test_coordinates_are_in_the_crs_asked_x_first_or_as_its_authority_orders(
    store: Store, axes: object
) -> None:
    plain = store.select(Query("deposits", limit=5)).rows.read()
    page = store.select(Query("deposits", limit=5, crs=axes))  # type: ignore[arg-type]
    moved, ordered = page.rows.read(), page.rows.read(authority_axes=True)
    to = pyproj.Transformer.from_crs("OGC:CRS84", axes.code, always_xy=True)  # type: ignore[attr-defined]
    wanted = [to.transform(shape.x, shape.y) for shape in plain.geometry]

    assert shapely.get_coordinates(moved.geometry) == pytest.approx(np.array(wanted), rel=1e-9)
    flipped = [xy[::-1] for xy in wanted] if axes.swapped else wanted  # type: ignore[attr-defined]
    assert shapely.get_coordinates(ordered.geometry) == pytest.approx(np.array(flipped), rel=1e-9)
    assert moved.crs == axes.code  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_features_encoded_before_are_those_encoded_now(store: Store, name: str) -> None:
    rows = store.select(Query(name, limit=20, start=3, when=WAR_DAY)).rows
    read = rows.read()
    fresh = encode(read.table, read.geometry)

    assert rows.features() in {None, b",\n".join(fresh)}
    assert rows.features(2, 5) in {None, b",\n".join(fresh[2:5])}
    assert b"".join(feature_sequence(rows)) == b"".join(b"\x1e" + f + b"\n" for f in fresh)


def test_features_of_a_part_are_none_that_were_encoded_before(store: Store) -> None:
    for words in ({"properties": ("id",)}, {"skip_geometry": True}, {"crs": UTM}):
        assert store.select(Query("deposits", **words)).rows.features() is None  # type: ignore[arg-type]


def test_no_rows_can_be_read_too(store: Store) -> None:
    page = store.select(Query("deposits", bbox=(-60.0, -60.0, -59.0, -59.0)))
    read = page.rows.read()

    assert (len(page.rows), len(read), len(read.to_geopandas())) == (0, 0, 0)
    assert read.table.column_names == list(page.collection.column_names)
    assert len(page.rows.tile_ids) == len(page.rows.within(ROOMY)) == 0
    assert b"".join(feature_sequence(page.rows)) == b""


def test_reading_twice_gives_the_same(store: Store) -> None:
    rows = store.select(Query("timelines", limit=30)).rows

    assert rows.read().table.equals(rows.read().table)
    assert joined_features(rows) == joined_features(rows)


# Extents and days


@pytest.mark.parametrize("name", COLLECTIONS)
def test_the_extent_of_a_collection_is_that_of_all_its_rows(store: Store, name: str) -> None:
    shapes = everything(store, name).rows.read().geometry

    expected = None if name == "claims" else tuple(shapely.total_bounds(shapes))
    if name == "disagreements":  # of whatever day
        expected = store.facts.outline.bounds
    assert store.extent(name) == expected


def test_the_days_of_a_collection_are_the_first_and_last_of_its_rows(store: Store) -> None:
    changes = table(everything(store, "changes"))["day"]

    assert store.days("changes") == (str(changes.min().date()), str(changes.max().date()))
    assert store.days("control")[1] is store.days("deposits")[1] is None
    assert store.days("admin-areas") == store.days("estimates") == (None, None)
    with pytest.raises(NotFound):
        store.days("rumours")


# Tiles


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_row_has_one_tile_id_whatever_is_asked(store: Store, name: str) -> None:
    whole = everything(store, name)
    known = dict(zip(ids(whole), whole.rows.tile_ids.tolist(), strict=True))
    part = everything(store, name, bbox=DONBAS_BOX, sortby=(("id", True),))

    assert len(set(known.values())) == len(known)
    assert min(known.values()) > 0, "0 stands for a feature without an id"
    assert [known[i] for i in ids(part)] == part.rows.tile_ids.tolist()
    assert store.item(Query(name), ids(part)[0]).rows.tile_ids.tolist() == [known[ids(part)[0]]]


def test_rows_within_a_box_keep_their_order_and_their_ids(store: Store) -> None:
    whole = everything(store, "deposits", sortby=(("name_en", False),))
    near = whole.rows.within(DONBAS_BOX)
    inside = [shape.intersects(shapely.box(*DONBAS_BOX)) for shape in table(whole).geometry]

    assert 0 < len(near) < len(whole)
    names = near.read().table.column("name_en").to_pylist()
    assert names == table(whole)["name_en"][inside].tolist() == sorted(names)
    assert near.tile_ids.tolist() == whole.rows.tile_ids[inside].tolist()


def test_the_features_of_a_tile_are_the_rows_of_the_same_id(store: Store) -> None:
    for name in ("control", "timelines", "deposits"):
        whole = everything(store, name, when=WAR_DAY)
        of_id = dict(zip(whole.rows.tile_ids.tolist(), ids(whole), strict=True))
        query = Query(name, when=WAR_DAY)
        layers = {each.name: each for each in decode(store.tilesets.made(name, 4, 9, 5, query))}
        layer = layers[name]
        wanted = [of_id[i] for i in np.asarray(layer.ids).tolist()]
        assert layer.table.column("id").to_pylist() == wanted
        assert len(wanted) > 0


def test_a_tile_that_selects_nothing_has_what_was_built(store: Store) -> None:
    for name in store.tilesets.names():
        made = store.tilesets.made(name, 5, 18, 11, None)
        assert [layer.name for layer in decode(made)]
        assert store.tilesets.tile(name, 5, 18, 11)
        assert store.tilesets.archive(name).is_file()
        about = store.tilesets.about(name)
        assert about.id == name
        assert about.minzoom <= 5 <= about.maxzoom


def test_tiles_there_are_none_of_are_not_found_and_ground_is_not_asked(store: Store) -> None:
    assert "claims" not in store.tilesets.names()
    for ask in (
        lambda: store.tilesets.about("rumours"),
        lambda: store.tilesets.archive("../control"),
        lambda: store.tilesets.tile("control", 30, 0, 0),
        lambda: store.tilesets.tile("control", 5, 0, 0),
        lambda: store.tilesets.made("control", 5, 0, 0, Query("control")),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(InvalidInput):
        store.tilesets.made("basemap", 5, 18, 11, Query("basemap"))


def test_page_box_and_crs_of_a_query_play_no_part_in_its_tile(store: Store) -> None:
    for name in ("deposits", "control"):
        plain = Query(name, when=WAR_DAY)
        odd = replace(
            plain, bbox=(0.0, 0.0, 1.0, 1.0), limit=1, start=5, crs=UTM, skip_geometry=True
        )
        made = store.tilesets.made(name, 4, 9, 5, plain)
        assert made
        assert store.tilesets.made(name, 4, 9, 5, odd) == made


# Rasters


def test_a_raster_is_found_by_name_and_an_unknown_one_is_not(store: Store) -> None:
    names = [raster.id for raster in store.rasters.all()]
    assert names == ["occupation-since", "deposit-density"]
    for name in names:
        assert store.rasters.raster(name).id == name
        assert store.rasters.path(name).is_file()
        assert store.rasters.holds(name, (4, 9, 5))
        assert store.rasters.statistics(name, shapely.box(36, 47, 38, 49)).count > 0
        assert store.rasters.value_at(name, 37.8, 48.0) is not None
        scale = scale_of(store.rasters.raster(name))
        assert store.rasters.tile(name, (4, 9, 5), 256, "png", scale)
    for ask in (store.rasters.raster, store.rasters.path):
        with pytest.raises(NotFound, match="deposit-density"):
            ask("rumours")


def test_every_item_of_a_day_is_asked_with_its_day_and_source(store: Store) -> None:
    early, late = (
        store.item(Query("deposits", when=WAR_DAY, source=source), "shevchenkivske_li")
        for source in ("settlements", "deepstate")
    )

    assert early.rows.read().table.column("control_source").to_pylist() == ["settlements"]
    assert late.rows.read().table.column("control_asof").to_pylist() == [date(2025, 2, 20)]
