"""Who holds the land at a click, and does a card leave in sight what it is of?"""

from collections.abc import Iterator

import pytest
from map_page import COUNTRY, DESKS, PHONES, TURN, MapPage

PLACES = {
    "Donetsk": (37.8022, 48.023),
    "Kyiv": (30.5238, 50.4547),
    "Sevastopol": (33.5213, 44.608),
    "Bakhmut": (37.9989, 48.5942),
    "Kherson": (32.6132, 46.6437),
    "Lviv": (24.0232, 49.8383),
}
CARD = f"#day=2025-07-05&deposit={TURN}"


@pytest.mark.parametrize("place", PLACES)
def test_land_clicked_says_who_holds_it_since_when_and_after_whom(
    open_page: MapPage, place: str
) -> None:
    lon, lat = PLACES[place]
    open_page.show(f"#day=2025-07-05&at=8.00/{lat - 0.1:.4f}/{lon:.4f}")
    answer = open_page.run(
        f"() => fetch('/control/at?lon={lon}&lat={lat}&date=2025-07-05').then(a => a.json())"
    )

    open_page.click_at(lon, lat)
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
    open_page.click_at(lon, lat)
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
    assert "spot=" not in open_page.hash


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
        assert page.at_point(lon, lat) == "map"

        page.tab.reload()
        page.tab.wait_for_selector("html[data-page=ready]", state="attached")
        page.tab.wait_for_selector("#detail .says")
        page.settle()
        assert page.at_point(lon, lat) == "map"
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
        assert open_page.at_point(lon, lat) == "map"


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
