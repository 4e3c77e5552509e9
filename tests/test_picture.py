"""Is a picture of the map right: what is where on it, what it says, and how it is sent?"""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from html import unescape
from math import asinh, degrees, radians, tan
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
from served import LATER, THEN, Client, client_of, present_day

from geodata.errors import Unavailable
from geodata.interval import today
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from service.pages.picture import drawn
from service.pages.picture.colours import paint_of
from service.pages.picture.layout import USUAL, Sheet, laid_out, svg_of
from service.pages.picture.legend import legend_of
from service.pages.picture.scene import Scene, scene_of
from service.params.map_state import WordedState

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
PIXEL = np.ndarray[Any, np.dtype[np.uint8]]


def state_of(**words: str) -> WordedState:
    """A state by its words; `with_` for `with`."""
    return WordedState.model_validate({name.rstrip("_"): text for name, text in words.items()})


def pixels(png: bytes) -> PIXEL:
    """(height, width, 3) of a PNG."""
    with rasterio.MemoryFile(png) as file, file.open() as source:
        assert source.driver == "PNG"
        return np.moveaxis(source.read()[:3], 0, -1)


def colour(text: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(text[1:]))


def texts_of(svg: str) -> str:
    """All its words, line by line, as a reader puts them together."""
    return unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg)))


def sheet_of(scene: Scene, width: int, height: int) -> Sheet:
    return laid_out(scene, width, height, paint_of("light"))


def spot_at(
    sheet: Sheet, at: tuple[float, float, float], lon: float, lat: float
) -> tuple[int, int]:
    """Row and column of a place, by Web Mercator as textbooks have it."""
    zoom, middle_lat, middle_lon = at
    x, y, width, height = sheet.map_box
    per_degree = 512 * 2**zoom / 360 * sheet.body / USUAL[2]

    def north(lat: float) -> float:
        return degrees(asinh(tan(radians(lat))))

    column = x + width / 2 + (lon - middle_lon) * per_degree
    row = y + height / 2 - (north(lat) - north(middle_lat)) * per_degree
    return round(row), round(column)


@pytest.mark.parametrize(
    ("name", "lon", "lat"),
    [("held", 38.9, 48.3), ("land", 31.2, 49.4), ("sea", 32.5, 44.9), ("beyond", 26.5, 46.9),
     ("held", 34.3, 45.3), ("held", 36.2, 46.85)],
)  # fmt: skip
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_land_has_the_colour_of_who_holds_it(
    client: Client, store: EmbeddedStore, name: str, lon: float, lat: float, theme: str
) -> None:
    at = (5.4, 47.6, 33.0)
    words = f"day={THEN}&at=5.4/47.6/33.0&theme={theme}"
    answer = client.get(f"/picture.png?{words}&minerals=lithium&verdicts=unknown")
    scene = scene_of(store, state_of(day=THEN, minerals="lithium", verdicts="unknown"))
    row, column = spot_at(sheet_of(scene, 1200, 630), at, lon, lat)

    near = pixels(answer.body)[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3)

    wanted = colour(getattr(paint_of(theme), name))
    assert any(np.abs(near.astype(int) - wanted).max(axis=1) <= 2), near[12]


@pytest.mark.parametrize("size", [(1200, 630), (700, 900)])
def test_signs_of_deposits_stand_where_the_deposits_are(
    client: Client, store: EmbeddedStore, size: tuple[int, int]
) -> None:
    width, height = size
    scene = scene_of(store, state_of(day=THEN, minerals="lithium"))
    picture = pixels(client.get(
        f"/picture.png?day={THEN}&minerals=lithium&at=6/48/34&w={width}&h={height}"
    ).body)  # fmt: skip
    sheet = sheet_of(scene, width, height)
    seen = set()
    for sign in scene.now.signs:
        row, column = spot_at(sheet, (6, 48, 34), sign.lon, sign.lat)
        near = picture[row - 9 : row + 10, column - 9 : column + 10].reshape(-1, 3).astype(int)
        wanted = colour(paint_of("light").verdict[sign.verdict])
        assert (np.abs(near - wanted).max(axis=1) <= 8).sum() >= 12, sign
        seen.add(sign.verdict)

    assert seen == {"occupied", "government"}


def test_the_picture_says_what_it_shows_of_when_after_whom_and_in_which_release(
    store: EmbeddedStore,
) -> None:
    scene = scene_of(store, state_of(day=THEN, minerals="lithium"))

    said = texts_of(svg_of(scene, 1200, 630))

    assert (
        "1 of the 4 deposits on record in Ukraine (main commodity: lithium) lies in occupied land."
    ) in said
    assert "On 25 February 2025, according to Dated control of settlements." in said
    assert "GeoNames, CC BY 4.0, modified" in said
    assert "Natural Earth (public domain)" in said
    assert store.manifest.id in said
    assert "1 in occupied land" in said
    assert "3 in government-held land" in said
    assert "line of contact" in said


def test_a_map_older_than_the_day_is_said_to_be(store: EmbeddedStore) -> None:
    last = store.sources.last_day_of_data
    day = min(date(last.year + 1, 1, 1), today())

    scene = scene_of(store, state_of(day=str(day)))

    days = (day - last).days
    assert days > 0
    assert f"settlements compiled up to {scene.words.day(last)}, {days} days earlier" in scene.lead


def test_a_day_before_the_record_of_a_source_shows_no_land_and_says_so(
    store: EmbeddedStore,
) -> None:
    scene = scene_of(store, state_of(day="1980-01-01", source="settlements"))

    assert "has no data for this date" in scene.lead
    assert scene.title.startswith("Control of ")
    assert {key.kind for key in legend_of(scene)} <= {"unknown", "not_tested"}
    assert 'class="held"' not in svg_of(scene, 1200, 630)


@pytest.mark.parametrize("size", [(200, 200), (1200, 630), (2000, 300)])
def test_the_picture_has_the_size_asked(client: Client, size: tuple[int, int]) -> None:
    width, height = size
    answer = client.get(f"/picture.png?day={THEN}&w={width}&h={height}")

    assert answer.headers["content-type"] == "image/png"
    assert pixels(answer.body).shape == (height, width, 3)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [("nonsense=1", "nonsense"), ("w=199", "w"), ("h=2001", "h"), ("w=1e3", "w"), ("w=-300", "w"),
     ("day=2099-01-01", "day"), ("day=soon", "day"), ("minerals=cheese", "minerals"),
     ("verdicts=lost", "verdicts"), ("territory=atlantis", "territory"), ("source=me", "source"),
     ("differ=me", "differ"), ("deposit=nope", "deposit"), ("deposit=../etc", "deposit"),
     ("lang=de", "lang"), ("theme=pink", "theme"), ("range=week", "range"), ("role=all", "role"),
     ("rank=all", "rank"), ("at=6/48", "at"), ("at=6/99/30", "at"), ("at=nan/48/30", "at"),
     ("split=101", "split"), ("with=2099-01-01", "with"), ("spot=91/0", "spot"), ("f=svg", "f")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/picture.png", "/embed", "/map"])
def test_words_that_mean_nothing_are_refused_by_name(
    client: Client, path: str, query: str, parameter: str
) -> None:
    answer = client.get(f"{path}?{query}")

    if parameter in {"w", "h"} and path != "/picture.png":
        assert answer.status == 400
        return
    assert answer.status == 400, answer.body[:80]
    assert answer.problem()["parameter"] == parameter


def test_a_pinned_picture_is_the_same_for_ever_and_is_not_sent_twice(
    two_releases: Workspace,
) -> None:
    first, second = sorted(path.name for path in two_releases.releases.iterdir())[:2]
    pinned = f"/picture.png?day={THEN}&minerals=lithium&release={first}"

    before = client_of(two_releases).get(pinned)
    with present_day(date(2027, 3, 1)):
        after = client_of(two_releases, source_priority="settlements").get(pinned)
    again = client_of(two_releases).get(pinned)

    assert before.status == 200
    assert before.body == after.body == again.body
    assert "immutable" in before.headers["cache-control"]
    client = client_of(two_releases)
    same = client.get(pinned, **{"if-none-match": before.headers["etag"]})
    assert (same.status, same.body) == (304, b"")
    assert client.get(pinned.replace(first, second)).headers["etag"] != before.headers["etag"]


def test_a_picture_without_a_day_or_a_release_does_not_last(client: Client) -> None:
    release = client.get("/picture.png?w=200&h=200").headers["lodeline-release"]
    for query in ("w=200&h=200", f"w=200&h=200&release={release}", f"w=200&h=200&day={THEN}"):
        assert "immutable" not in client.get(f"/picture.png?{query}").headers["cache-control"]


def test_head_has_the_headers_of_get(client: Client) -> None:
    target = f"/picture.png?day={THEN}&w=200&h=200"
    head, get = client.ask("HEAD", target), client.get(target)

    assert (head.status, head.headers) == (get.status, get.headers)


def test_names_in_a_picture_are_text_and_nothing_of_them_is_opened(store: EmbeddedStore) -> None:
    scene = scene_of(store, state_of(day=THEN, minerals="lithium"))
    hostile = '</text><image href="/etc/hostname"/>&#0;\x00\x0b<script>"\ud800'
    signs = [replace(sign, name=hostile) for sign in scene.now.signs]
    moment = replace(scene.now, signs=signs)
    svg = svg_of(replace(scene, now=moment, title=hostile), 1200, 630)

    assert "<image" not in svg
    assert "<script" not in svg
    elements = list(ET.fromstring(svg).iter())  # noqa: S314 - our own
    assert not {
        name for each in elements for name in each.attrib if "href" in name or "src" in name
    }
    assert not re.search(r"[\x00\x0b\ud800]", svg)
    assert pixels(drawn.png_of(svg)).shape == (630, 1200, 3)


def test_fonts_of_the_machine_make_no_difference(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    svg = svg_of(scene_of(store, state_of(day=THEN, lang="uk")), 600, 400)
    plain = drawn.png_of(svg)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "none"))

    assert drawn.png_of(svg) == plain
    without = svg.replace("Source Sans Pro", "No Such Font")
    assert drawn.png_of(without) != plain, "letters of the packaged font were drawn"


def test_a_crowd_of_pictures_is_turned_away_before_it_takes_all_threads(
    store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, started = threading.Event(), threading.Semaphore(0)

    def slow(_svg: str) -> bytes:
        started.release()
        go.wait(30)
        return b"png"

    monkeypatch.setattr(drawn, "png_of", slow)
    state = state_of(day=THEN)
    room = drawn.AT_ONCE + drawn.WAITING
    with ThreadPoolExecutor(room) as pool:
        drawing = [pool.submit(drawn.picture, store, state, 200, 200) for _ in range(room)]
        for _ in range(drawn.AT_ONCE):
            assert started.acquire(timeout=30)
        while drawn._taken_on.acquire(blocking=False):  # until all of them have their places
            drawn._taken_on.release()
        with pytest.raises(Unavailable, match="ask again"):
            drawn.picture(store, state, 200, 200)
        go.set()
        assert [each.result() for each in drawing] == [b"png"] * room
    monkeypatch.setattr(drawn, "png_of", lambda _svg: b"later")
    assert drawn.picture(store, state, 200, 200) == b"later", "every place was given back"


def test_a_part_of_the_country_says_that_its_numbers_are_of_the_whole(
    store: EmbeddedStore,
) -> None:
    whole = legend_of(scene_of(store, state_of(day=THEN)))
    part = legend_of(scene_of(store, state_of(day=THEN, at="8/48/35")))

    assert "beyond the edge" in part[-1].text
    assert part[:-1] == whole


def test_two_days_stand_beside_each_other(store: EmbeddedStore) -> None:
    scene = scene_of(store, state_of(day=LATER, with_="2022-04-01", split="40"))

    svg = svg_of(scene, 1200, 630)

    said = texts_of(svg)
    assert "1 April 2022" in said
    assert "15 July 2025" in said
    assert 'id="left"' in svg
    assert svg.count('id="now"') == svg.count('id="then"') == 1


def test_a_chosen_deposit_is_named_with_its_verdict(store: EmbeddedStore) -> None:
    scene = scene_of(store, state_of(day=THEN, deposit="shevchenkivske_li"))

    assert scene.title == "Shevchenkivske lithium deposit: government-held."
    assert "Shevchenkivske lithium deposit" in texts_of(svg_of(scene, 1200, 630))
