"""Does the panel answer for the day on the screen, and can the answer be narrowed, cited, taken?"""

import json
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from map_page import COUNTRY, TURN, TURN_HASH, MapPage

LITHIUM = "#day=2025-07-05&minerals=lithium"


def answer(page: MapPage, query: str) -> dict[str, object]:
    with urlopen(f"{page.base}/reserves?territory=ukraine&{query}", timeout=60) as found:
        return dict(json.loads(found.read()))


def search(page: MapPage, typed: str) -> None:
    """Type into the box, emptied before, and wait for the list of what was typed."""
    page.tab.fill("#search", "")
    page.tab.wait_for_selector("#search-list", state="hidden")
    page.tab.fill("#search", typed)
    page.tab.wait_for_selector("#search-list [role=option]")


def test_the_panel_says_what_the_server_answers(open_page: MapPage) -> None:
    open_page.show(LITHIUM)
    (summary,) = answer(open_page, "commodity=lithium&date=2025-07-05")["summary"]

    for verdict, count in summary["deposits"].items():
        assert open_page.text(f"#count-{verdict}") == str(count)
    assert open_page.text("#headline") == (
        f"{summary['deposits']['occupied']} of the 4 deposits on record in Ukraine (main "
        "commodity: lithium) lie in occupied land."
    )
    assert "13,800,000 t ore in occupied land, 13,800,000 t ore in all" in open_page.text(
        "#amounts"
    )
    amounts = open_page.text("#amounts")
    assert "none on record here for 3 deposits" in amounts
    assert "no published figure for the 2 occupied; at least 760,000 t LCE (1 figure in" in amounts
    assert "up to 1,260,000 t LCE (1 figure in doubt) in all" in amounts
    assert open_page.tab.locator("#caveats li").count() >= 2


def test_a_mineral_chosen_narrows_map_and_answer(open_page: MapPage) -> None:
    open_page.show(f"{COUNTRY}&day=2025-07-05")
    whole = open_page.verdicts()

    open_page.tab.click("[data-mineral=lithium]")
    open_page.until("() => document.getElementById('headline').textContent.includes('lithium')")
    open_page.settle()
    narrow = open_page.verdicts()

    assert TURN in narrow
    assert set(narrow) < set(whole)
    open_page.until("() => location.hash.includes('minerals=lithium')")


def test_a_verdict_unticked_leaves_map_and_table(open_page: MapPage) -> None:
    open_page.show(f"{COUNTRY}&day=2025-07-05")

    open_page.tab.uncheck("[data-verdict=government]")
    open_page.settle()
    open_page.until("() => !document.getElementById('table').textContent.includes('government')")

    assert open_page.verdicts()
    assert "government" not in open_page.verdicts().values()


def test_a_deposit_clicked_opens_all_that_is_known_of_it(open_page: MapPage) -> None:
    open_page.show(TURN_HASH.replace("2025-06-20", "2025-07-05"))
    open_page.settle()
    spot = open_page.run("() => map.project([36.7126, 47.90934])")
    stage = open_page.tab.locator("#map").bounding_box()

    open_page.tab.mouse.move(stage["x"] + spot["x"], stage["y"] + spot["y"])
    open_page.tab.wait_for_selector("#tip:not([hidden])")
    assert "Shevchenkivske lithium deposit" in open_page.text("#tip")
    open_page.tab.mouse.click(stage["x"] + spot["x"], stage["y"] + spot["y"])
    open_page.tab.wait_for_selector("#detail .says")

    text = open_page.text("#detail")
    for words in ("occupied", "100\u00a0%", "2 July 2025", "13,800,000 t ore", "C1+C2", "2025-01",
                  "The verdict would change if", "Dated control of settlements"):  # fmt: skip
        assert words in text
    open_page.until(f"() => location.hash.includes('deposit={TURN}')")


def test_a_deposit_without_a_figure_is_said_to_have_none(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&deposit=kruta_balka_li")
    open_page.tab.wait_for_selector("#detail .says")

    assert "No estimate on record here" in open_page.text("#detail")


def test_the_chart_marks_the_day_and_takes_the_reader_to_another(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05")
    chart = open_page.tab.locator("#chart svg")
    before = open_page.run(
        "() => document.querySelector('#chart .now:not(.then)').getAttribute('x1')"
    )

    box = chart.bounding_box()
    chart.click(position={"x": box["width"] * 0.3, "y": box["height"] / 2})

    after = open_page.run(
        "() => document.querySelector('#chart .now:not(.then)').getAttribute('x1')"
    )
    assert float(after) < float(before)
    assert open_page.tab.input_value("#day-input") < "2019"


def test_what_is_on_the_screen_can_be_taken_away_in_every_form(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&minerals=lithium&at=7.00/47.9093/36.7126")

    open_page.tab.click("#open-download")
    links = open_page.run(
        "() => [...document.querySelectorAll('#download-body a')].map(a => a.href)"
    )

    assert len(links) == 11
    for link in links:
        with urlopen(link, timeout=60) as found:
            assert found.status == 200
            assert found.read()
    (deposits,) = [x for x in links if "/deposits/items" in x and "f=geojson" in x]
    with urlopen(deposits, timeout=60) as found:
        ids = {feature["id"] for feature in json.loads(found.read())["features"]}
    assert set(open_page.verdicts()) <= ids


def test_the_picture_of_the_map_is_a_png_named_after_the_day(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain, device_scale_factor=1) as page:
        page.open("#day=2025-07-05")

        page.tab.click("#open-download")
        with page.tab.expect_download() as waiting:
            page.tab.click("#take-picture")

        assert waiting.value.suggested_filename == "lodeline-2025-07-05.png"
        picture = waiting.value.path().read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 20_000


def test_the_citation_is_the_servers_and_can_be_asked_again(open_page: MapPage) -> None:
    open_page.show(LITHIUM)

    open_page.tab.click("#open-cite")
    text = open_page.text("#cite-body")

    assert "Lodeline (20" in text
    assert "@misc{lodeline_" in text
    link = open_page.tab.get_attribute("#cite-body a", "href")
    assert "release=" in link
    assert urlsplit(link).netloc == urlsplit(open_page.base).netloc
    assert "2025-07-05" in open_page.run("() => document.querySelector('.copied-text').textContent")


@pytest.mark.parametrize("typed", ["Shevchenkivske", "шевченківське", "ЛІТІЄВИХ", "shevchenko dep"])
def test_a_deposit_is_found_by_either_name_at_its_start_or_inside(
    open_page: MapPage, typed: str
) -> None:
    open_page.show(COUNTRY)
    open_page.tab.wait_for_selector("#detail", state="hidden")

    search(open_page, typed)
    open_page.until("() => document.getElementById('search-list').textContent.includes('hevchenk')")
    open_page.tab.keyboard.press("Enter")
    open_page.tab.wait_for_selector("#detail .says")

    assert "Shevchenkivske" in open_page.text("#detail-title")


@pytest.mark.parametrize("typed", ["slovyansk", "Слов’янськ", "СЛОВ'ЯНСЬК"])
def test_a_town_is_found_whatever_the_apostrophe(open_page: MapPage, typed: str) -> None:
    open_page.show(COUNTRY)
    assert open_page.run("() => map.getZoom()") < 6

    search(open_page, typed)
    open_page.until("() => document.getElementById('search-list').textContent.includes('Slov')")
    open_page.tab.keyboard.press("ArrowDown")
    assert open_page.tab.get_attribute("#search", "aria-activedescendant") == "option-0"
    open_page.tab.keyboard.press("Enter")
    open_page.until("() => map.getZoom() > 8.9 && !map.isMoving()")

    lon, lat = open_page.run("() => [map.getCenter().lng, map.getCenter().lat]")
    assert abs(lon - 37.6) < 0.6
    assert abs(lat - 48.85) < 0.5
