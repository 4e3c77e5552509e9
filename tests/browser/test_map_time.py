"""Does the map move through time: line and deposits by filters, the slider by every hand?"""

import pytest
from map_page import TURN, TURN_HASH, MapPage


def test_the_page_opens_without_a_complaint_and_asks_only_its_own_server(page: MapPage) -> None:
    page.open()

    assert page.complaints == []
    assert page.requests
    assert {url.split("/", 3)[2] for url in page.requests if not url.startswith("blob:")} == {
        page.base.removeprefix("http://"),
        *(["blank"] if "about:blank" in page.requests else []),
    } - {"blank"}
    assert len(page.verdicts()) > 50


def test_the_shevchenkivske_deposit_turns_as_the_line_passes_it(open_page: MapPage) -> None:
    open_page.show(TURN_HASH)
    seen = []
    for day in ("2025-06-14", "2025-06-20", "2025-06-27", "2025-07-01", "2025-07-02", "2025-07-05"):
        open_page.go_to(day)
        seen.append(open_page.verdicts()[TURN])

    assert seen[0] == "government"
    assert set(seen[1:4]) == {"uncertain"}
    assert set(seen[4:]) == {"occupied"}


def test_another_day_needs_no_new_tile_and_no_request_while_it_is_passed(
    open_page: MapPage,
) -> None:
    open_page.show(TURN_HASH)
    open_page.settle()
    open_page.requests.clear()

    # All in one task of the open_page: on a busy machine the day would settle between two presses.
    open_page.run(
        "() => { for (let n = 0; n < 6; n++) document.querySelector('#thumb-day').dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'ArrowRight', bubbles: true, cancelable: true})) }"
    )
    open_page.until("() => location.hash.includes('day=2025-06-26')")
    open_page.tab.wait_for_timeout(1000)

    assert not [url for url in open_page.requests if "/tiles/" in url or "/styles/" in url]
    assert len([url for url in open_page.requests if "/reserves?" in url]) == 1


def test_the_map_shows_the_land_the_server_gives_for_the_day(open_page: MapPage) -> None:
    open_page.show(TURN_HASH)
    drawn = open_page.run(
        "() => [...new Set(map.queryRenderedFeatures({layers: ['control-fill', "
        "'control-contested']}).map(f => f.properties.id))]"
    )
    box = open_page.run("() => map.getBounds().toArray().flat().join(',')")
    given = open_page.run(
        f"() => fetch('/collections/control/items?limit=10000&datetime=2025-06-20&bbox={box}')"
        ".then(a => a.json()).then(d => d.features.map(f => f.id))"
    )

    assert drawn
    assert set(drawn) <= set(given)
    assert len(drawn) > len(given) / 2


@pytest.mark.parametrize(
    ("key", "day"),
    [
        ("ArrowRight", "2025-06-21"),
        ("ArrowLeft", "2025-06-19"),
        ("PageUp", "2025-07-20"),
        ("PageDown", "2025-05-20"),
        ("Home", "2014-02-01"),
        ("n", "2025-07-02"),
        ("p", "2025-06-15"),
    ],
)
def test_a_key_on_the_slider_moves_the_day(open_page: MapPage, key: str, day: str) -> None:
    open_page.show("#day=2025-06-20")
    assert open_page.tab.input_value("#day-input") == "2025-06-20"

    open_page.tab.focus("#thumb-day")
    open_page.tab.keyboard.press(key)

    assert open_page.tab.input_value("#day-input") == day


def test_a_drag_on_the_slider_moves_the_day_and_says_it_to_a_reader(open_page: MapPage) -> None:
    open_page.show("#range=war&day=2025-06-20")
    track = open_page.tab.locator("#track").bounding_box()

    y = track["y"] + track["height"] / 2
    open_page.tab.mouse.move(track["x"] + track["width"] / 2, y)
    open_page.tab.mouse.down()
    open_page.tab.mouse.move(track["x"] + track["width"] / 4, y, steps=4)
    open_page.tab.mouse.up()

    day = open_page.tab.input_value("#day-input")
    assert day.startswith("2023-0")
    open_page.until(
        f"() => document.getElementById('live').textContent.includes('{int(day[8:])} ')"
    )
    assert "deposits" in open_page.text("#live")


def test_playing_moves_on_and_space_stops_it(open_page: MapPage) -> None:
    open_page.show("#day=2022-03-01&range=war")

    open_page.tab.focus("#thumb-day")
    open_page.tab.keyboard.press(" ")
    open_page.until("() => document.getElementById('day-input').value > '2022-03-20'")
    open_page.tab.keyboard.press(" ")
    stopped = open_page.tab.input_value("#day-input")
    open_page.tab.wait_for_timeout(800)

    assert open_page.tab.input_value("#day-input") == stopped


def test_with_reduced_motion_a_press_on_play_is_one_step(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain, reduced_motion="reduce") as page:
        page.open("#day=2022-03-01")

        page.tab.click("#play")
        page.tab.wait_for_timeout(800)

        assert page.tab.input_value("#day-input") == "2022-04-01"
        assert page.tab.get_attribute("#play", "aria-pressed") == "false"


CHANGED = """async () => {
    const [changes, deposits] = await Promise.all(
        ['/changes?commodity=all&from=2022-02-01', '/collections/deposits/items?limit=10000']
        .map(path => fetch(path).then(answer => answer.json())));
    const counted = new Set(deposits.features.map(f => f.properties)
        .filter(p => WHICH && !p.part_of).map(p => p.id));
    return new Set(changes.features.map(f => f.properties)
        .filter(p => counted.has(p.deposit_id)).map(p => p.day)).size;
}"""


@pytest.mark.parametrize(("words", "which"), [("", "p.rank === 'deposit'"), ("&rank=any", "true")])
def test_marks_stand_on_the_days_what_is_counted_changed_hands(
    open_page: MapPage, words: str, which: str
) -> None:
    open_page.show(f"#range=war{words}")

    marks = open_page.tab.locator("#track .mark").count()

    assert marks == open_page.run(CHANGED.replace("WHICH", which)) > 5
