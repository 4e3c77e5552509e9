"""Is the map of use: land asked by a click, cards that hide nothing, play, search, edges?"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from map_page import COUNTRY, TURN, MapPage

PLACES = {
    "Donetsk": (37.8022, 48.023),
    "Kyiv": (30.5238, 50.4547),
    "Sevastopol": (33.5213, 44.608),
    "Bakhmut": (37.9989, 48.5942),
    "Kherson": (32.6132, 46.6437),
    "Lviv": (24.0232, 49.8383),
}
PHONES = [(390, 844), (360, 640), (412, 915)]
DESKS = [(1280, 800), (920, 600), (1920, 1080)]
CARD = f"#day=2025-07-05&deposit={TURN}"


def click_at(page: MapPage, lon: float, lat: float) -> None:
    """Click the map at a place, which is in sight."""
    stage = page.tab.locator("#map").bounding_box()
    spot = page.run(f"() => map.project([{lon}, {lat}])")
    page.tab.mouse.click(stage["x"] + spot["x"], stage["y"] + spot["y"])


def at_point(page: MapPage, lon: float, lat: float) -> str:
    """What lies uppermost where a place is drawn."""
    return str(
        page.run(
            f"""() => {{ const stage = document.getElementById('map').getBoundingClientRect();
            const {{x, y}} = map.project([{lon}, {lat}]);
            const top = document.elementFromPoint(stage.left + x, stage.top + y);
            return top === null ? 'outside' : top.closest('[id]').id; }}"""
        )
    )


@pytest.mark.parametrize("place", PLACES)
def test_land_clicked_says_who_holds_it_since_when_and_after_whom(
    open_page: MapPage, place: str
) -> None:
    lon, lat = PLACES[place]
    open_page.show(f"#day=2025-07-05&at=8.00/{lat - 0.1:.4f}/{lon:.4f}")
    answer = open_page.run(
        f"() => fetch('/control/at?lon={lon}&lat={lat}&date=2025-07-05').then(a => a.json())"
    )

    click_at(open_page, lon, lat)
    open_page.tab.wait_for_selector("#detail .history")
    open_page.until(f"() => document.getElementById('detail-title').textContent === '{place}'")

    text = open_page.text("#detail")
    (report,) = answer["by_source"]
    words = {"occupied": "occupied", "government": "government-held", "contested": "contested"}
    assert words[report["status"]] in open_page.text("#detail .big")
    assert {"RU": "held by Russia", "UA": "held by Ukraine"}[report["party"]] in text
    assert "since " in open_page.text("#spot-says")
    assert "according to Dated control of settlements" in open_page.text("#spot-source")
    assert open_page.tab.locator("#detail .history tbody tr").count() == len(report["history"])
    assert open_page.tab.locator("#detail .history [aria-current]").count() == 1
    open_page.until("() => location.hash.includes('spot=')")


@pytest.mark.parametrize(
    ("lon", "lat"), [(39.72, 47.23), (31.5, 45.0), (21.0, 52.2), (36.19, 51.73), (37.6, 55.75)]
)
def test_land_no_source_covers_is_said_to_be_so_in_both_languages(
    open_page: MapPage, lon: float, lat: float
) -> None:
    open_page.show(f"#day=2025-07-05&at=7.00/{lat}/{lon}")
    click_at(open_page, lon, lat)
    open_page.until("() => document.getElementById('spot-says') !== null")

    assert "no source covers this place" in open_page.text("#spot-says")
    assert open_page.tab.locator("#detail .history").count() == 0
    open_page.tab.click("#toggle-lang")
    open_page.until("() => document.getElementById('spot-says')?.textContent.includes('джерело')")
    assert "жодне джерело не охоплює" in open_page.text("#spot-says")


def test_land_is_told_of_after_the_source_chosen_with_the_others_below(
    twofold_page: MapPage,
) -> None:
    spot = "#day=2024-07-15&spot=48.40000/37.40000&at=7.00/48.0000/37.0000"
    twofold_page.show(f"{spot}&source=deepstate")
    twofold_page.tab.wait_for_selector("#detail .history")

    assert "according to DeepStateMap" in twofold_page.text("#spot-source")
    assert "Dated control of settlements" in twofold_page.text("#detail .other-source")
    twofold_page.show(f"{spot}&source=settlements")
    twofold_page.until("() => document.getElementById('spot-source').textContent.includes('settl')")
    assert "DeepStateMap" in twofold_page.text("#detail .other-source")


def test_the_card_of_land_is_opened_and_closed_by_keys(open_page: MapPage) -> None:
    for _ in range(2):
        open_page.show("#day=2025-07-05&at=7.00/48.0000/37.8000")
        open_page.tab.wait_for_selector("#detail", state="hidden")
        open_page.tab.focus("#map canvas")
        open_page.tab.keyboard.press("Enter")
        open_page.tab.wait_for_selector("#detail .history")
        open_page.tab.keyboard.press("Escape")
        open_page.tab.wait_for_selector("#detail", state="hidden")
    open_page.until("() => !location.hash.includes('spot=')")


@pytest.fixture(scope="module")
def phone_page(chromium: object, plain: str) -> Iterator[MapPage]:
    """The map page on a phone."""
    with MapPage.new(chromium, plain, has_touch=True, is_mobile=True) as found:
        found.tab.set_viewport_size({"width": 390, "height": 844})
        yield found.open()


@pytest.mark.parametrize("size", PHONES + DESKS)
@pytest.mark.parametrize("lang", ["en", "uk"])
def test_a_card_never_hides_its_deposit_opened_by_address_or_click(
    open_page: MapPage, phone_page: MapPage, size: tuple[int, int], lang: str
) -> None:
    page = phone_page if size in PHONES else open_page
    lon, lat = 36.7126, 47.90934
    page.tab.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        # Where the card will be: in the corner of a desk, at the foot of a phone.
        aside = (lat + 0.55, lon - 1.5) if page is open_page else (lat + 1.5, lon)
        page.show(f"{CARD}&at=7.00/{aside[0]:.4f}/{aside[1]:.4f}&lang={lang}")
        page.tab.wait_for_selector("#detail .says")
        page.tab.wait_for_timeout(100)
        page.settle()
        assert at_point(page, lon, lat) == "map"

        page.tab.reload()
        page.tab.wait_for_selector("html[data-page=ready]", state="attached")
        page.tab.wait_for_selector("#detail .says")
        page.settle()
        assert at_point(page, lon, lat) == "map"
    finally:
        page.tab.set_viewport_size({"width": 920, "height": 600})


def test_a_deposit_chosen_from_the_table_lies_beside_its_card(open_page: MapPage) -> None:
    open_page.show(f"{COUNTRY}&day=2025-07-05&minerals=lithium")
    open_page.tab.evaluate("() => document.getElementById('table-box').open = true")
    names = open_page.tab.locator("#table button")
    for n in range(names.count()):
        open_page.run(f"() => document.querySelectorAll('#table button')[{n}].click()")
        open_page.tab.wait_for_selector("#detail .says")
        open_page.settle()
        lon, lat = open_page.run(
            "() => fetch('/collections/deposits/items/' + new URLSearchParams(location.hash.slice(1"
            ")).get('deposit') + '?f=json').then(a => a.json()).then(f => f.geometry.coordinates)"
        )
        assert at_point(open_page, lon, lat) == "map"


CAPITALS = """
Kyiv Kharkiv Odesa Dnipro Donetsk Zaporizhzhia Lviv Mykolaiv Luhansk Vinnytsia Simferopol Kherson
Poltava Chernihiv Cherkasy Khmelnytskyi Zhytomyr Sumy Rivne Chernivtsi Ternopil Lutsk Uzhhorod
Ivano-Frankivsk Kropyvnytskyi Sevastopol
"""
STACKS = """() => {
  const spots = new Map(map.queryRenderedFeatures({layers: ['deposits']})
    .map(f => [f.properties.deposit_id, map.project(f.geometry.coordinates)]));
  const all = [...spots.values()];
  const free = p => p.x > 390 && p.x < map.getContainer().clientWidth - 60 && p.y > 20 && p.y < 330;
  return all.filter((p, n) => free(p) && all.slice(n + 1).some(q => Math.hypot(p.x - q.x, p.y - q.y)
    < 4)).map(p => [p.x, p.y]);
}"""


@pytest.mark.parametrize("at", ["5.50/48.0000/33.5000", "6.50/48.6000/31.8000", "5.00/48.5/31.5"])
def test_deposits_that_lie_on_one_another_are_listed_to_choose_from(
    open_page: MapPage, at: str
) -> None:
    open_page.show(f"#day=2025-07-05&rank=any&role=any&at={at}")
    stacks = open_page.run(STACKS)
    assert stacks
    stage = open_page.tab.locator("#map").bounding_box()
    x, y = stage["x"] + stacks[0][0], stage["y"] + stacks[0][1]

    open_page.tab.mouse.move(x, y)
    open_page.tab.wait_for_selector("#tip:not([hidden])")
    assert "deposits here" in open_page.text("#tip")
    open_page.tab.mouse.click(x, y)
    open_page.tab.wait_for_selector("#pick:not([hidden])")
    names = [name.strip() for name in open_page.tab.locator("#pick button").all_inner_texts()]
    assert len(names) == len(set(names)) >= 2
    for n, name in enumerate(names[:3]):
        if n:
            open_page.tab.keyboard.press("Escape")
            open_page.tab.wait_for_selector("#detail", state="hidden")
            open_page.show(f"#day=2025-07-05&rank=any&role=any&at={at}")
            open_page.tab.mouse.click(x, y)
            open_page.tab.wait_for_selector("#pick:not([hidden])")
        for _ in range(n):
            open_page.tab.keyboard.press("ArrowDown")
        open_page.tab.keyboard.press("Enter")
        open_page.until(f"() => document.getElementById('detail-title')?.textContent === {name!r}")
        assert open_page.tab.locator("#pick").is_hidden()


def test_a_list_of_deposits_is_closed_by_escape_and_asks_nothing(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&rank=any&role=any&at=5.50/48.0000/33.5000")
    (x, y), *_ = open_page.run(STACKS)
    stage = open_page.tab.locator("#map").bounding_box()
    open_page.tab.mouse.click(stage["x"] + x, stage["y"] + y)
    open_page.tab.wait_for_selector("#pick:not([hidden])")
    open_page.tab.keyboard.press("Escape")
    open_page.tab.wait_for_selector("#pick", state="hidden")

    assert "deposit=" not in open_page.hash
    assert "spot=" not in open_page.hash


BESIDE_DIVIDER = """() => {
  const x = document.getElementById('divider').getBoundingClientRect();
  const middle = x.left + x.width / 2 - document.getElementById('map').getBoundingClientRect().left;
  const height = map.getContainer().clientHeight;
  const kinds = new Set();
  for (let y = 0; y < height; y += 6) {
    const layers = map.queryRenderedFeatures([middle, y], {layers: ['control-fill', 'land']})
      .map(f => f.layer.id);
    kinds.add(layers.includes('control-fill') ? 'held' : layers.includes('land') ? 'free' : 'sea');
  }
  return [...kinds];
}"""


@pytest.mark.parametrize(
    "at", ["5.00/48.5000/31.5000", "7.00/48.3000/37.3000", "9.00/49.8400/24.0200", None]
)
def test_compare_opens_over_the_front(open_page: MapPage, at: str | None) -> None:
    open_page.show("#day=2025-07-05" + (f"&at={at}" if at else ""))
    for _ in range(2):
        open_page.tab.click("#toggle-compare")
        open_page.until("() => globalThis.mapB && !document.getElementById('divider').hidden")
        open_page.tab.wait_for_timeout(600)
        open_page.settle()
        assert {"held", "free"} <= set(open_page.run(BESIDE_DIVIDER))
        left = open_page.run("() => document.getElementById('panel').getBoundingClientRect().right")
        assert open_page.tab.locator("#divider").bounding_box()["x"] > left
        open_page.tab.click("#toggle-compare")
        open_page.tab.wait_for_selector("#divider", state="hidden")


@pytest.mark.parametrize("size", [*PHONES, *DESKS])
def test_both_dates_of_a_comparison_are_within_the_stage(
    open_page: MapPage, size: tuple[int, int]
) -> None:
    open_page.tab.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        for split in (8, 50, 96):
            open_page.show(f"#day=2025-07-05&with=2022-09-20&lang=uk&split={split}")
            open_page.tab.wait_for_timeout(50)
            for name in ("day-left", "day-right"):
                box = open_page.tab.locator(f"#{name}").bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= size[0]
    finally:
        open_page.tab.set_viewport_size({"width": 920, "height": 600})


WATCH = """() => {
  window.ahead = [];
  const look = () => {
    const { day, drawn } = document.getElementById('map').dataset;
    const said = document.getElementById('day-input').value;
    if (document.body.classList.contains('playing') && said > day) window.ahead.push([said, day]);
    if (window.ahead !== null) requestAnimationFrame(look);
  };
  look();
}"""


@pytest.mark.parametrize("speed", ["7", "30", "90"])
def test_while_it_plays_the_date_never_runs_ahead_of_the_picture(
    open_page: MapPage, speed: str
) -> None:
    open_page.show("#day=2022-03-01&range=war&at=6.00/48.0000/35.0000")
    open_page.tab.select_option("#speed", speed)
    open_page.run(WATCH)
    open_page.tab.click("#play")
    open_page.until("() => document.getElementById('day-input').value > '2022-03-08'")
    open_page.tab.click("#play")

    assert open_page.run("() => window.ahead") == []
    open_page.settle()
    shown = open_page.run("() => document.getElementById('map').dataset.day")
    assert shown == open_page.tab.input_value("#day-input")
    assert open_page.run("() => { window.ahead = null; return null; }") is None


def test_the_speed_of_play_has_a_unit_in_both_languages(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05")
    options = "() => [...document.getElementById('speed').options].map(o => o.text)"
    assert open_page.run(options) == ["7 days/s", "30 days/s", "90 days/s"]
    open_page.tab.select_option("#speed", "7")
    open_page.tab.click("#toggle-lang")
    open_page.until("() => document.documentElement.lang === 'uk'")
    assert open_page.run(options) == ["7 днів/с", "30 днів/с", "90 днів/с"]
    assert open_page.tab.input_value("#speed") == "7"


def test_no_town_is_written_under_a_sign(open_page: MapPage) -> None:
    for at in ("6.00/48.2000/33.5000", "7.60/47.4000/37.6000", "6.50/47.9000/34.5000"):
        open_page.show(f"#day=2025-07-05&at={at}")
        hidden = open_page.run("""() => {
          const signs = map.queryRenderedFeatures({layers: ['deposits']})
            .map(f => map.project(f.geometry.coordinates));
          const named = f => f.properties.name_en;
          const layers = ['place-names', 'deposits-name'];
          return signs.flatMap(({x, y}) => map.queryRenderedFeatures(
            [[x - 3, y - 3], [x + 3, y + 3]], {layers})).map(named);
        }""")
        assert hidden == []
        towns = "() => map.queryRenderedFeatures({layers: ['place-names']}).length"
        assert open_page.run(towns) > 3


@pytest.mark.parametrize("at", ["4.00/48/31", "6.00/48/37", "9.30/50.2/30.5", "13.00/47/37.5"])
def test_the_scale_bar_is_as_long_as_it_says(open_page: MapPage, at: str) -> None:
    open_page.show(f"#at={at}")
    bar = open_page.tab.locator("#scale").bounding_box()
    stage = open_page.tab.locator("#map").bounding_box()
    length, unit = open_page.text("#scale").replace("\u00a0", " ").replace(",", "").split(" ")
    # At the height of the middle of the map, where it is true.
    ends = open_page.run(
        f"""() => {{ const y = map.getContainer().clientHeight / 2;
        const [a, b] = [[{bar["x"] - stage["x"]}, y], [{bar["x"] - stage["x"] + bar["width"]}, y]]
          .map(p => map.unproject(p)); return a.distanceTo(b); }}"""
    )
    metres = float(length) * {"km": 1000, "m": 1}[unit]
    assert abs(ends - metres) < 0.08 * metres
    open_page.tab.click("#toggle-lang")
    open_page.until("() => /к?м$/.test(document.getElementById('scale').textContent)")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Kyiv", "Kyiv"), ("Київ", "Kyiv"), ("київ", "Kyiv"), ("Kiev", "Kyiv"),
        ("Kharkiv", "Kharkiv"), ("Харків", "Kharkiv"), ("Kharkov", "Kharkiv"),
        ("Mariupol", "Mariupol"), ("Маріуполь", "Mariupol"), ("Donetsk", "Donetsk"),
        ("Odessa", "Odesa"), ("Одеса", "Odesa"), ("Lviv", "Lviv"), ("Львів", "Lviv"),
        ("Slovyansk", "Sloviansk"), ("Словянськ", "Sloviansk"), ("СЛОВ’ЯНСЬК", "Sloviansk"),
        ("Kamyanets", "Kamianets-Podilskyi"), ("Uzhhorod", "Uzhhorod"), ("Ужгород", "Uzhhorod"),
        ("Zaporizhzhya", "Zaporizhzhia"), ("Mykolayiv", "Mykolaiv"), ("Rivne", "Rivne"),
        ("Sévastopol", "Sevastopol"), ("Демянівка", "Demyanivka"), ("Ilovaysk", "Ilovaisk"),
    ],
)  # fmt: skip
def test_every_large_town_is_the_first_result(open_page: MapPage, typed: str, name: str) -> None:
    open_page.show(COUNTRY)
    open_page.tab.fill("#search", "")
    open_page.tab.wait_for_selector("#search-list", state="hidden")
    open_page.tab.fill("#search", typed)
    open_page.until(
        "() => document.querySelector('#search-list [role=option] span')?.textContent === "
        f"{json.dumps(name)}"
    )


def test_every_capital_of_an_oblast_is_found_by_both_names(open_page: MapPage) -> None:
    about = json.loads(open_page.run("() => document.getElementById('about').textContent"))
    by_name = {place["name_en"]: place for place in about["places"]}
    assert set(CAPITALS.split()) <= set(by_name)
    assert all(place["name_uk"] and place["oblast"] for place in about["places"])


def test_a_town_chosen_is_shown_with_who_holds_it(open_page: MapPage) -> None:
    open_page.show(f"{COUNTRY}&day=2025-07-05")
    open_page.tab.fill("#search", "Kyiv")
    open_page.until("() => document.querySelector('#search-list')?.textContent.includes('Kyiv')")
    open_page.tab.keyboard.press("Enter")
    open_page.tab.wait_for_selector("#detail .history")
    open_page.settle()

    assert open_page.text("#detail-title") == "Kyiv"
    assert "government-held" in open_page.text("#detail .big")
    assert at_point(open_page, *PLACES["Kyiv"]) == "map"


CUT_OFF = """() => {
  document.querySelectorAll('#panel details, #detail details').forEach(one => one.open = true);
  const wide = ['panel-body', 'detail', 'dock', 'stage'].map(id => document.getElementById(id))
    .filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.id);
  if (document.documentElement.scrollWidth > innerWidth) wide.push('page');
  const out = ['panel', 'detail', 'dock'].flatMap(id => {
    const box = document.getElementById(id).getBoundingClientRect();
    return [...document.querySelectorAll(`#${id} *`)].filter(node => {
      const { left, right, bottom, width } = node.getBoundingClientRect();
      const scrolled = node.closest('.scroll, #track, .hidden') || node.closest('svg') !== null;
      const low = id === 'dock' && bottom > innerHeight + 1;
      return width && !scrolled && (left < box.left - 1 || right > box.right + 1 || low);
    }).map(node => `${id}: ${node.tagName} ${node.id || node.className}`);
  });
  return [...wide, ...out];
}"""


@pytest.mark.parametrize("lang", ["en", "uk"])
@pytest.mark.parametrize("size", [*PHONES, *DESKS, (768, 1024)])
def test_nothing_is_cut_off_at_an_edge(
    twofold_page: MapPage, size: tuple[int, int], lang: str
) -> None:
    twofold_page.tab.set_viewport_size({"width": size[0], "height": size[1]})
    try:
        twofold_page.show(
            f"#day=2024-07-20&with=2022-03-20&differ=settlements&deposit={TURN}&minerals=lithium"
            f"&role=any&rank=any&theme=dark&lang={lang}"
        )
        twofold_page.tab.wait_for_selector("#detail .says")
        assert twofold_page.run(CUT_OFF) == []
        twofold_page.show(f"#day=2024-07-20&spot=48.01590/37.80280&lang={lang}")
        twofold_page.tab.wait_for_selector("#detail .history")
        assert twofold_page.run(CUT_OFF) == []
    finally:
        twofold_page.tab.set_viewport_size({"width": 920, "height": 600})


@pytest.mark.parametrize(
    ("hash_", "words"),
    [
        ("day=2030-01-01", "2030-01-01 is outside them"),
        ("day=1999-12-31", "1999-12-31 is outside them"),
        ("day=2025-07-05&with=2001-01-01", "2001-01-01 is outside them"),
        ("day=2025-02-30", "“2025-02-30” is not a date"),
        ("day=yesterday", "“yesterday” is not a date"),
        ("day=2030-01-01&lang=uk", "2030-01-01 – поза ним"),
    ],
)
def test_a_day_that_is_not_shown_as_asked_is_said_to_be_another(
    open_page: MapPage, hash_: str, words: str
) -> None:
    open_page.show(f"#{hash_}")
    assert words in open_page.text("#notices")
    shown = open_page.text("#when").removeprefix("On ")
    if "with" not in hash_:
        assert shown in open_page.text("#notices")
    open_page.go_to("2025-06-20")
    assert open_page.text("#notices") == ""


def test_a_day_typed_beyond_the_data_is_said_to_be_another(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05")
    open_page.run("""() => { const field = document.getElementById('day-input');
      field.value = '2031-05-01'; field.dispatchEvent(new Event('change', {bubbles: true})); }""")

    assert "2031-05-01 is outside them" in open_page.text("#notices")
    last: Any = json.loads(open_page.run("() => document.getElementById('about').textContent"))
    assert open_page.tab.input_value("#day-input") == last["last"]
