"""Are rasters served as the contract says: tiles, spots, areas, legends, files and pages?"""

import io
import json
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from page_checks import Page, faults_of
from raster_inputs import pixels_of
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from served import Client, client_of, local

from geodata.rasters.colours import ramp, scale_of
from geodata.rasters.grid import grid_of
from geodata.rasters.listing import BUILT_IN, DENSITY, OCCUPATION
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from service.http import context
from service.pages.rasters import picture

DONETSK, CRIMEA = (37.8, 48.0), (34.2, 45.3)
HELD = f"/rasters/{OCCUPATION}/tiles/7/77/44"
KYIV = f"/rasters/{OCCUPATION}/tiles/9/299/172"
SQUARE = {"type": "Polygon", "coordinates": [[[37, 48], [38, 48], [38, 49], [37, 49], [37, 48]]]}
GEOJSON = {"content-type": "application/geo+json"}


def post(client: Client, target: str, document: Any, **headers: str) -> Any:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.ask("POST", target, {**GEOJSON, **headers}, body)


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int, float, float]:
    """Column and row of the tile a spot is in, and the spot's pixel of 256."""
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * 2**zoom
    return int(x), int(y), (x % 1) * 256, (y % 1) * 256


def test_rasters_are_listed_with_all_there_is_to_know(client: Client) -> None:
    listed = client.json("/rasters")["rasters"]
    assert [found["id"] for found in listed] == list(BUILT_IN)
    for found in listed:
        assert {"title", "unit", "dtype", "nodata", "bounds", "minimum", "maximum"} <= set(found)
        assert client.json(f"/rasters/{found['id']}")["description"] == found["description"]


def test_a_raster_is_a_tilejson_document(client: Client) -> None:
    found = client.json(f"/rasters/{DENSITY}")
    assert found["tilejson"] == "3.0.0"
    (template,) = found["tiles"]
    filled = local(template.format(z=5, x=18, y=10))
    assert client.get(filled).headers["content-type"] == "image/png"
    for link in found["links"]:
        assert client.get(local(link["href"])).status == 200, link


@pytest.mark.parametrize(
    ("spot", "zoom"),
    [(CRIMEA, 0), (CRIMEA, 5), (CRIMEA, 8), (DONETSK, 11), (DONETSK, 14), (DONETSK, 22)],
)
def test_a_pixel_has_the_colour_of_the_value_at_its_spot(
    client: Client, store: EmbeddedStore, spot: tuple[float, float], zoom: int
) -> None:
    column, row, x, y = tile_of(*spot, zoom)
    answer = client.get(f"/rasters/{OCCUPATION}/tiles/{zoom}/{column}/{row}.png?rescale=full")
    raster = store.rasters.raster(OCCUPATION)
    scale = scale_of(raster, rescale="full")
    value = store.rasters.value_at(OCCUPATION, *spot)
    assert value is not None
    at = round((value - scale.low) / (scale.high - scale.low) * 254)
    assert pixels_of(answer.body)[int(y), int(x)].tolist() == ramp("dusk")[at].tolist()


def test_all_forms_of_a_tile_show_the_same_cells(client: Client, store: EmbeddedStore) -> None:
    png = pixels_of(client.get(f"{HELD}.png").body)
    assert png.shape == (256, 256, 4)
    with pytest.warns(NotGeoreferencedWarning), MemoryFile(client.get(f"{HELD}.webp").body) as file:
        webp = np.moveaxis(file.open(driver="WEBP").read(), 0, -1)
    seen = png[..., 3] > 0
    assert (webp[..., 3] == png[..., 3]).all()
    assert (webp[seen] == png[seen]).all()
    with MemoryFile(client.get(f"{HELD}.tif").body) as file, file.open(driver="GTiff") as image:
        values = image.read(1)
        assert image.crs.to_epsg() == 3857
    assert ((values != store.rasters.raster(OCCUPATION).nodata) == seen).all()
    twice = pixels_of(client.get(f"{HELD}@2x.png").body)
    assert twice.shape == (512, 512, 4)


def test_where_no_cell_holds_a_value_there_is_no_tile(client: Client) -> None:
    for target in (KYIV, f"/rasters/{OCCUPATION}/tiles/5/0/0", f"/rasters/{DENSITY}/tiles/6/0/63"):
        for form in ("png", "webp", "tif"):
            answer = client.get(f"{target}.{form}")
            assert (answer.status, answer.body) == (204, b"")
            assert answer.headers["etag"]


def test_a_tile_is_cached_by_its_etag(client: Client) -> None:
    first = client.get(f"{HELD}.png")
    again = client.get(f"{HELD}.png", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    release = first.headers["lodeline-release"]
    assert "immutable" in client.get(f"{HELD}.png?release={release}").headers["cache-control"]
    assert client.get(f"{HELD}.png?colormap=ash").headers["etag"] != first.headers["etag"]


@pytest.mark.parametrize(
    "words",
    [
        "expression=__import__('os').system('id')", "rescale=0,1", "rescale=b1*2",
        "colormap=viridis",
        'colormap={"0":"red"}', "bidx=1", "colormap=ash&colormap=ash", "url=/etc/passwd",
        "algorithm=hillshade", "resampling=cubic", "nodata=0", f"colormap={'x' * 3999}",
        "unscale=true", "f=webp",
    ],
)  # fmt: skip
def test_words_nobody_needs_are_refused_before_a_raster_is_opened(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    opened: list[object] = []
    monkeypatch.setattr(rasterio, "open", lambda *given, **_: opened.append(given))
    client = client_of(workspace)
    assert client.get(f"{HELD}.png?{words}").problem()["status"] == 400
    assert opened == []


@pytest.mark.parametrize(
    "place",
    ["-1/0/0", "99/1/1", "23/0/0", "1000000000/0/0", "5/32/0", "5/0/32", "5/9223372036854775808/0",
     "5/1.5/1", "5/NaN/1", "05/1/1", "5/1/1@99x", "5/1/1@0x", "5/1/1@2x@2x", "x/y/z", "5/ 1/1",
     "5/٣/1", "5/1/-0"],
)  # fmt: skip
def test_tiles_that_are_none_are_not_found(client: Client, place: str) -> None:
    for form in ("png", "webp", "tif"):
        assert client.get(f"/rasters/{DENSITY}/tiles/{place}.{form}").problem()["status"] == 404


@pytest.mark.parametrize(
    "name",
    ["/vsicurl/http://127.0.0.1:9/x", "..", "..%2f..%2fetc%2fpasswd", "%00", "nothing",
     "DERIVED_SUBDATASET:LOGAMPLITUDE:x", "raster-deposit-density", "<VRTDataset>"],
)  # fmt: skip
def test_names_nobody_listed_are_not_found(client: Client, name: str) -> None:
    for rest in ("", ".tif", "/tiles/5/18/11.png", "/legend.png", "/point?lon=37&lat=48"):
        assert client.get(f"/rasters/{name}{rest}").problem()["status"] == 404


def test_a_spot_has_a_value_a_unit_and_a_day(client: Client, store: EmbeddedStore) -> None:
    found = client.json(f"/rasters/{OCCUPATION}/point?lon={DONETSK[0]}&lat={DONETSK[1]}")
    assert found["value"] == store.rasters.value_at(OCCUPATION, *DONETSK)
    assert found["date"] == str(np.datetime64(int(found["value"]), "D"))
    assert (found["unit"], found["reason"]) == ("d", None)


@pytest.mark.parametrize(
    ("lon", "lat", "words"),
    [(0, 48, "outside the raster"), (30.5, 50.4, "has no value"), (180, -90, "outside")],
)
def test_a_spot_without_a_value_says_why(
    client: Client, lon: float, lat: float, words: str
) -> None:
    found = client.json(f"/rasters/{OCCUPATION}/point?lon={lon}&lat={lat}")
    assert found["value"] is None
    assert words in found["reason"]


@pytest.mark.parametrize("words", ["", "lon=1", "lon=x&lat=1", "lon=181&lat=0", "lon=nan&lat=0"])
def test_a_spot_that_is_none_is_refused(client: Client, words: str) -> None:
    assert client.get(f"/rasters/{DENSITY}/point?{words}").problem()["status"] == 400


def test_an_area_sent_is_summed_up(client: Client, store: EmbeddedStore) -> None:
    answer = post(client, f"/rasters/{DENSITY}/statistics", SQUARE)
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    found, told = answer.json(), store.rasters.statistics(DENSITY, shapely.box(37, 48, 38, 49))
    assert found["area"] == {"type": "sent"}
    assert (found["mean"], found["sum"], found["max"]) == (told.mean, told.total, told.max)
    assert found["count"] == pytest.approx(14400)
    assert found["covered_share"] == pytest.approx(1)
    collection = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {}, "geometry": SQUARE}] * 2}  # fmt: skip
    assert post(client, f"/rasters/{DENSITY}/statistics", collection).json() == found


def test_a_territory_on_a_day_is_summed_up(client: Client, store: EmbeddedStore) -> None:
    target = f"/rasters/{OCCUPATION}/statistics?territory=occupied&date=2025-02-25"
    found = client.json(target)
    area = client.json("/territories/occupied?date=2025-02-25")["properties"]["area_km2"]
    assert found["area_km2"] == pytest.approx(area, abs=0.1)
    assert found["area"]["control_asof"] == "2025-02-25"
    assert found["dates"]["min"] <= found["dates"]["median"] <= found["dates"]["max"]
    assert found["sum"] is None, "a sum of days means nothing"
    assert post(client, target, b"").json() == found
    assert grid_of(store.rasters.raster(OCCUPATION)).width > 1000


def test_an_area_beside_the_raster_has_no_values(client: Client) -> None:
    away = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    found = post(client, f"/rasters/{DENSITY}/statistics", away).json()
    assert (found["count"], found["mean"], found["covered_share"]) == (0, None, 0)


@pytest.mark.parametrize(
    ("target", "body", "headers", "status"),
    [
        ("statistics", b"{", {}, 400),
        ("statistics", b"", {}, 400),
        ("statistics", b"\xff\xfe", {}, 400),
        ("statistics?territory=occupied", json.dumps(SQUARE).encode(), {}, 400),
        ("statistics?date=2025-02-25", json.dumps(SQUARE).encode(), {}, 400),
        ("statistics?territory=nowhere", b"", {}, 404),
        ("statistics?territory=occupied&source=x", b"", {}, 400),
        ("statistics", json.dumps(SQUARE).encode(), {"content-type": "text/plain"}, 415),
        ("statistics", json.dumps(SQUARE).encode(), {"content-type": ""}, 415),
        ("statistics", b" " * 4_000_001, {}, 413),
        ("statistics", b"", {"content-length": "99999999999999999999"}, 413),
        ("statistics?expression=1", b"", {}, 400),
    ],
)
def test_areas_that_cannot_be_summed_up_are_refused(
    client: Client, target: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = client.ask("POST", f"/rasters/{DENSITY}/{target}", {**GEOJSON, **headers}, body)
    assert answer.problem()["status"] == status


def test_an_area_with_too_many_vertices_is_refused(client: Client) -> None:
    ring = [[37 + i / 1e6, 48] for i in range(200_001)]
    area = {"type": "Polygon", "coordinates": [[*ring, [37, 49], ring[0]]]}
    body = json.dumps(area).encode()
    if len(body) > context.MOST_BYTES:
        body = json.dumps(area, separators=(",", ":")).encode()
    assert post(client, f"/rasters/{DENSITY}/statistics", body).problem()["status"] == 413


@pytest.mark.parametrize("path", ["/rasters", f"/rasters/{DENSITY}", f"{HELD}.png", "/reserves"])
def test_nothing_else_takes_what_is_sent(client: Client, path: str) -> None:
    assert post(client, path, SQUARE).problem()["status"] == 405


def test_the_file_is_sent_whole_and_in_parts(client: Client, store: EmbeddedStore) -> None:
    whole = store.rasters.path(DENSITY).read_bytes()
    target = f"/rasters/{DENSITY}.tif"
    answer = client.get(target)
    assert (answer.status, answer.body) == (200, whole)
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["content-type"].startswith("image/tiff")
    for text, wanted in (
        ("bytes=0-99", whole[:100]), ("bytes=-100", whole[-100:]),
        (f"bytes={len(whole) - 5}-", whole[-5:]), ("bytes=7-999999999999", whole[7:]),
    ):  # fmt: skip
        part = client.get(target, range=text)
        assert (part.status, part.body) == (206, wanted), text
        assert part.headers["content-range"].endswith(f"/{len(whole)}")
        assert part.headers["etag"] == answer.headers["etag"]
    assert client.get(target, if_none_match=answer.headers["etag"]).status == 304
    with rasterio.open(io.BytesIO(answer.body)) as file:
        assert file.width == 2280


def test_a_part_is_sent_only_of_the_file_the_client_has(client: Client) -> None:
    target = f"/rasters/{DENSITY}.tif"
    tag = client.get(target).headers["etag"]
    assert client.get(target, range="bytes=0-9", if_range=tag).status == 206
    assert client.get(target, range="bytes=0-9", if_range='"other"').status == 200
    assert client.get(target, range="bytes=99999999-", if_range='"other"').status == 200


@pytest.mark.parametrize("encoding", ["br", "gzip", "zstd"])
@pytest.mark.parametrize("name", ["sources.json", "rasters.json", "territories.json"])
def test_what_has_ranges_is_sent_as_it_is(client: Client, name: str, encoding: str) -> None:
    """Parts joined under one ETag must be parts of one body."""
    path = f"/releases/{client.get('/').headers['lodeline-release']}/files/{name}"
    whole = client.get(path, accept_encoding=encoding)
    tag = whole.headers["etag"]
    rest = client.get(path, accept_encoding=encoding, range="bytes=100-", if_range=tag)
    assert "content-encoding" not in whole.headers
    assert (whole.status, rest.status, rest.headers["etag"]) == (200, 206, tag)
    assert whole.body[:100] + rest.body == whole.body


@pytest.mark.parametrize("text", ["bytes=999999999-", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(client: Client, text: str) -> None:
    answer = client.get(f"/rasters/{DENSITY}.tif", range=text)
    assert answer.problem()["status"] == 416
    assert answer.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize(
    "text",
    ["bytes=" + ",".join(f"{i}-{i}" for i in range(10_000)), "bytes=0-0,1-1", "bytes=5-2", "x=0-1",
     "bytes=", "bytes=a-b", "bytes=-", "bytes=0-" + "9" * 4000, "bytes=٣-٤"],
)  # fmt: skip
def test_lists_of_ranges_and_what_is_none_are_passed_over(client: Client, text: str) -> None:
    sent_as = text.encode().decode("latin-1")
    assert client.get(f"/rasters/{DENSITY}.tif", range=sent_as).status == 200


def test_a_legend_says_what_colours_mean(client: Client) -> None:
    found = client.json(f"/rasters/{DENSITY}/legend.json?colormap=moss")
    assert found["colormap"] == "moss"
    assert found["stops"][0]["color"] == "#f5f6e3"
    assert found["stops"][-1]["label"].startswith("≥")
    drawn = client.get(f"/rasters/{DENSITY}/legend.png?colormap=moss")
    assert drawn.headers["content-type"] == "image/png"
    assert pixels_of(drawn.body).shape[1] == 560


@pytest.mark.parametrize(
    "path",
    ["/rasters", f"/rasters/{OCCUPATION}", f"/rasters/{DENSITY}",
     f"/rasters/{DENSITY}/point?lon=37&lat=48", f"/rasters/{OCCUPATION}/point?lon=0&lat=0",
     f"/rasters/{OCCUPATION}/point?lon=37.8&lat=48",
     f"/rasters/{OCCUPATION}/statistics?territory=occupied&date=2025-02-25&source=",
     f"/rasters/{DENSITY}/statistics?territory=crimea&date="],
)  # fmt: skip
def test_pages_of_rasters_are_sound_and_their_links_lead_somewhere(
    client: Client, path: str
) -> None:
    answer = client.get(path, accept="text/html")
    assert answer.status == 200, answer.text
    page = Page(answer.text)
    assert faults_of(page) == []
    for target in (*page.values("href"), *page.values("src")):
        if not target.startswith(("#", "http://www", "https://www", "https://creative")):
            assert client.get(local(target)).status == 200, target


def test_a_picture_of_a_box_takes_few_tiles() -> None:
    rows = picture([22, 44, 41, 53])
    assert rows[0][0][0] == 5
    assert len(rows) <= 3
    assert len(rows[0]) <= 4
    assert picture([-180, -90, 180, 90])[0][0] == (1, 0, 0)
