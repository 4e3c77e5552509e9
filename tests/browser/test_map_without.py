"""Does the page do what it can where the map cannot be drawn, or not all of it?"""

import pytest
from map_page import PHONE, TURN, MapPage

NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest);
};
"""


def without(page: MapPage, what: str) -> MapPage:
    """A page in a browser without WebGL, or to which the library does not come."""
    if what == "WebGL":
        page.tab.add_init_script(NO_WEBGL)
    else:
        page.tab.route("**/maplibre-gl.js*", lambda route: route.abort())
    return page


def drawing(page: MapPage, day: str) -> list[str]:
    """Deposits of the drawing that stands for the map, of a day."""
    page.until(f"() => document.getElementById('map').dataset.day === '{day}'")
    page.until("() => document.getElementById('map').dataset.drawn === 'true'")
    shown = "() => [...document.querySelectorAll('#map a[data-deposit]:not([hidden])')]"
    return [str(name) for name in page.run(f"{shown}.map(a => a.dataset.deposit)")]


@pytest.mark.parametrize("window", [None, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("what", ["WebGL", "library"])
def test_where_no_map_can_be_drawn_the_server_draws_it_and_the_page_says_why(
    chromium: object, plain: str, what: str, window: dict[str, int] | None
) -> None:
    with MapPage.new(chromium, plain, **({"viewport": window} if window else {})) as page:
        for _ in range(2):
            without(page, what).open("#day=2025-07-05&minerals=lithium")
            assert page.tab.get_attribute("html", "data-map") == "still"
            assert {"WebGL": "WebGL", "library": "library"}[what] in page.text("#still-why")
            assert TURN in drawing(page, "2025-07-05")
            assert page.tab.locator("#map path.held").count() == 1
            assert "main commodity: lithium" in page.text("#headline")
            box = page.tab.locator("#map > svg").bounding_box()
            why = page.tab.locator("#still-why").bounding_box()
            assert box["y"] >= why["y"] + why["height"] - 1
        assert [text for text in page.complaints if "maplibre-gl.js" not in text] == []


def test_without_webgl_the_panel_the_days_and_the_cards_work(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain) as page:
        without(page, "WebGL").open("#day=2025-06-14")
        many = drawing(page, "2025-06-14")
        kind = f"() => document.querySelector('#map a[data-deposit={TURN}]').dataset.standing"
        assert page.run(kind) == "government"
        page.tab.fill("#day-input", "2025-07-05")
        drawing(page, "2025-07-05")
        assert page.run(kind) == "occupied"
        page.tab.uncheck("[data-verdict=government]")
        assert set(drawing(page, "2025-07-05")) < set(many)
        page.tab.click("[data-mineral=lithium]")
        page.until("() => document.getElementById('headline').textContent.includes('lithium')")
        page.tab.locator(f"#map a[data-deposit={TURN}]").dispatch_event("click")
        page.tab.wait_for_selector("#detail .says")
        assert "Shevchenkivske" in page.text("#detail-title")
        page.tab.keyboard.press("Escape")
        page.tab.wait_for_selector("#detail", state="hidden")
        page.tab.click("#toggle-compare")
        page.until("() => document.getElementById('map-b').dataset.drawn === 'true'")
        page.tab.click("#toggle-lang")
        page.until("() => document.getElementById('still-why').textContent.includes('браузер')")
        page.tab.fill("#search", "Київ")
        page.until("() => document.querySelector('#search-list')?.textContent.includes('Київ')")
        page.tab.keyboard.press("Enter")
        page.tab.wait_for_selector("#detail .history")
        page.tab.click("#open-download")
        assert page.tab.locator("#download-body a").count() > 5
        assert page.tab.locator("#take-picture").count() == 0
        page.tab.keyboard.press("Escape")
        page.tab.go_back()
        page.tab.wait_for_selector("#detail", state="hidden")
        assert page.complaints == []


def test_graphics_taken_away_and_given_back_leave_the_map_as_it_was(page: MapPage) -> None:
    page.open("#day=2025-07-05&at=6.00/48.0000/36.0000")
    before = page.verdicts()
    page.run("""() => { const canvas = map.getCanvas();
      window.taken = (canvas.getContext('webgl2') ?? canvas.getContext('webgl'))
        .getExtension('WEBGL_lose_context');
      window.taken.loseContext(); }""")
    page.tab.wait_for_selector("[data-notice=graphics]")
    assert page.tab.locator("[data-notice=graphics] button.plain").count() == 1
    page.run("() => window.taken.restoreContext()")
    page.tab.wait_for_selector("[data-notice=graphics]", state="detached")
    page.settle()
    assert page.verdicts() == before
    page.go_to("2025-06-01")
    assert page.run("() => map.queryRenderedFeatures({layers: ['control-fill']}).length") > 0


def test_tiles_that_do_not_come_are_said_to_and_can_be_asked_for_again(page: MapPage) -> None:
    page.open("#day=2025-07-05&at=6.00/48.0000/36.0000")
    page.tab.route("**/tiles/control/**", lambda route: route.abort())
    page.run("() => map.jumpTo({center: [37.5, 48.2], zoom: 9.3})")
    page.tab.wait_for_selector("[data-notice=tiles]")
    page.tab.unroute("**/tiles/control/**")
    page.tab.click("[data-notice=tiles] button.plain")
    page.tab.wait_for_selector("[data-notice=tiles]", state="detached")
    page.settle()
    assert page.run("() => map.queryRenderedFeatures({layers: ['control-fill']}).length") > 0
    page.complaints.clear()


def test_a_page_whose_scripts_do_not_come_says_so(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain) as page:
        page.tab.route("**/map/state.js", lambda route: route.abort())
        page.tab.goto(f"{plain}/map")
        page.tab.wait_for_selector(".stalled", state="visible")
        assert "has not started" in page.text(".stalled")
        assert page.tab.locator(".stalled a").count() == 2
