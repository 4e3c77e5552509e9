"""Is the view the reader's own: address, language, colours, two days or sources, small windows?"""

from collections.abc import Iterator

import pytest
from map_page import COUNTRY, DESK, HOSTILE, PHONE, TURN, TURN_HASH, MapPage
from node_tools import MODULES, node_or_skip

STATE = (
    "#day=2025-07-05&with=2022-04-01&split=40&deposit=shevchenkivske_li&minerals=lithium,titanium"
    "&verdicts=occupied,uncertain&territory=occupied&lang=uk&theme=dark&range=war"
    "&at=7.25/47.9000/36.7500"
)
CROWDED = f"#day=2025-07-05&deposit={TURN}&with=2022-04-01&differ=settlements"
NONSENSE = [
    "day=2025-99-99",
    "day=yesterday&minerals=cheese",
    "at=a/b/c",
    "source=%3Cscript%3E&lang=xx&split=900",
    "deposit=../../etc",
]


def test_the_address_brings_back_the_whole_view(open_page: MapPage) -> None:
    open_page.show(STATE)
    open_page.tab.keyboard.press("p")
    open_page.tab.keyboard.press("n")
    open_page.settle()
    open_page.until("() => location.hash.includes('day=')")

    kept = set(open_page.hash.lstrip("#").split("&"))

    assert {part for part in STATE.lstrip("#").split("&") if not part.startswith("day")} <= kept
    shown = {id_: open_page.run(f"() => document.getElementById('{id_}').value")
             for id_ in ("day-input", "day-input-b", "territory")}  # fmt: skip
    open_page.open(open_page.hash)
    for id_, value in shown.items():
        assert open_page.run(f"() => document.getElementById('{id_}').value") == value


@pytest.mark.parametrize("bad", NONSENSE)
def test_an_address_that_makes_no_sense_shows_the_usual_view(open_page: MapPage, bad: str) -> None:
    narrow = open_page.show("#minerals=lithium&lang=uk").text("#headline")

    open_page.show(f"#{bad}")

    assert open_page.complaints == []
    assert open_page.text("#headline") not in {"", narrow}


def test_an_address_that_makes_no_sense_opens_the_usual_view(page: MapPage) -> None:
    page.open("#" + "&".join(NONSENSE))

    assert page.complaints == []
    assert page.text("#headline")


def test_the_language_changes_everywhere_and_is_kept_in_the_address(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&minerals=lithium")

    open_page.tab.click("#toggle-lang")
    open_page.until("() => document.documentElement.lang === 'uk'")
    open_page.until("() => location.hash.includes('lang=uk')")

    assert "На окупованій землі" in open_page.text("#headline")
    assert "липня" in open_page.text("#when")
    assert open_page.tab.get_attribute("#play", "aria-label") == "Відтворити"
    left = open_page.run(
        "() => [...document.querySelectorAll('[data-t]')].filter(e => /^[ -~]{5,}$/.test("
        "e.textContent) && e.textContent !== 'BibTeX').map(e => e.textContent)"
    )
    assert left == []


def test_both_languages_say_the_same_things(open_page: MapPage) -> None:
    open_page.show("")

    missing = open_page.run(
        "async () => { const [en, uk] = await Promise.all(['en', 'uk'].map(l => "
        "import(`/static/map/words-${l}.js`))); const keys = o => Object.keys(o.default);"
        "return [keys(en).filter(k => !keys(uk).includes(k)), "
        "keys(uk).filter(k => !keys(en).includes(k))]; }"
    )

    assert missing == [[], []]


def test_dark_follows_the_system_and_can_be_switched(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain, color_scheme="dark") as page:
        page.open()
        dark = page.run("() => getComputedStyle(document.body).backgroundColor")
        page.tab.click("#toggle-theme")
        page.until("() => document.documentElement.dataset.theme === 'light'")
        light = page.run("() => getComputedStyle(document.body).backgroundColor")

    assert dark != light
    assert page.complaints == []


def test_two_days_stand_side_by_side_with_what_changed_between_them(open_page: MapPage) -> None:
    open_page.show("#day=2025-07-05&with=2025-06-01&minerals=lithium&at=7.00/47.9093/36.7126")
    open_page.until("() => document.getElementById('turned-list').children.length > 0")
    open_page.until("() => globalThis.mapB && mapB.loaded() && mapB.areTilesLoaded()")
    open_page.settle()

    assert open_page.verdicts()[TURN] == "occupied"
    assert open_page.verdicts("mapB")[TURN] == "government"
    assert "Shevchenkivske" in open_page.text("#turned-list")
    open_page.tab.focus("#divider")
    open_page.tab.keyboard.press("ArrowRight")
    assert open_page.tab.get_attribute("#divider", "aria-valuenow") == "52"
    open_page.run("() => map.jumpTo({center: [35, 48], zoom: 8})")
    assert open_page.run("() => [mapB.getZoom(), Math.round(mapB.getCenter().lng)]") == [8, 35]


def test_sources_that_disagree_are_shown_to(twofold_page: MapPage) -> None:
    twofold_page.show(f"{COUNTRY}&day=2024-07-15&differ=settlements")
    twofold_page.until("() => document.getElementById('differ-said').textContent.length > 10")
    twofold_page.settle()
    ringed = twofold_page.run(
        "() => new Set(map.queryRenderedFeatures({layers: ['deposits-differ']})"
        ".map(f => f.properties.deposit_id)).size"
    )

    assert twofold_page.text("#differ-said").startswith(f"Sources disagree on {ringed} of ")
    assert ringed > 5
    # On that day and its line, both ways; a day of one source alone has none, and it comes back.
    for _ in range(2):
        twofold_page.until("() => map.queryRenderedFeatures({layers: ['differ-fill']}).length > 0")
        drawn = twofold_page.run(
            "() => [...new Set(map.queryRenderedFeatures({layers: ['differ-fill']})"
            ".map(f => [f.properties.day, f.properties.narrow, f.properties.status ==="
            " f.properties.other_status].join()))]"
        )
        assert drawn == ["2024-07-15,false,false"]
        assert "km²" in twofold_page.text("#differ-land")
        twofold_page.go_to("2024-07-01")
        twofold_page.until(
            "() => !document.getElementById('differ-land').textContent.includes('km')"
        )
        twofold_page.settle()
        gone = "() => map.queryRenderedFeatures({layers: ['differ-fill']}).length"
        assert twofold_page.run(gone) == 0
        twofold_page.go_to("2024-07-15")
    assert "DeepStateMap" in twofold_page.text("#who")
    twofold_page.go_to("2024-07-01")
    assert "settlements" in twofold_page.text("#who")


def test_a_hostile_name_stays_text_wherever_it_is_shown(twofold_page: MapPage) -> None:
    twofold_page.show(f"{TURN_HASH}&deposit={TURN}")
    twofold_page.tab.wait_for_selector("#detail .says")
    twofold_page.settle()
    stage = twofold_page.tab.locator("#map").bounding_box()
    spot = twofold_page.run("() => map.project([36.7126, 47.90934])")
    twofold_page.tab.mouse.move(stage["x"] + spot["x"], stage["y"] + spot["y"])
    twofold_page.tab.wait_for_selector("#tip:not([hidden])")
    twofold_page.tab.fill("#search", "<img")
    twofold_page.tab.wait_for_selector("#search-list [role=option]")
    twofold_page.tab.evaluate("() => document.getElementById('table-box').open = true")

    assert twofold_page.text("#detail-title") == HOSTILE
    assert HOSTILE in twofold_page.text("#tip")
    assert HOSTILE in twofold_page.text("#search-list")
    assert HOSTILE in twofold_page.text("#table")
    assert twofold_page.tab.locator("img").count() == 0
    assert twofold_page.tab.title() != "taken"
    assert twofold_page.complaints == []


def test_the_page_works_on_a_phone(chromium: object, plain: str) -> None:
    with MapPage.new(chromium, plain, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        page.open("#day=2025-07-05")

        assert page.run("() => document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.verdicts()
        page.tab.tap("#sheet")
        page.tab.wait_for_selector("#sheet[aria-expanded=true]")
        page.tab.wait_for_timeout(400)
        page.tab.tap("[data-mineral=lithium]")
        page.until("() => document.getElementById('headline').textContent.includes('lithium')")
        page.tab.tap("#play")
        page.tab.tap("#play")
        assert page.complaints == []


def test_everything_is_reached_and_worked_by_keys_alone(page: MapPage) -> None:
    page.open("#day=2025-07-05&minerals=lithium")
    reached = set()
    for _ in range(70):
        page.tab.keyboard.press("Tab")
        reached.add(page.run(
            "() => document.activeElement.id || document.activeElement.dataset.mineral || "
            "document.activeElement.className"
        ))  # fmt: skip
        assert page.run(
            "() => document.activeElement === document.body || (r => r.width > 0 && r.height > 0)"
            "(document.activeElement.getBoundingClientRect())"
        )

    assert {"search", "toggle-compare", "toggle-differ", "open-download", "open-cite",
            "toggle-lang", "toggle-theme", "zoom-in", "play", "thumb-day", "source", "territory",
            "lithium"} <= reached  # fmt: skip
    page.tab.focus("#table-box summary")
    page.tab.keyboard.press("Enter")
    page.tab.focus("#table button")
    page.tab.keyboard.press("Enter")
    page.tab.wait_for_selector("#detail .says")
    assert page.run("() => document.activeElement.id") == "detail-title"
    page.tab.keyboard.press("Escape")
    page.tab.wait_for_selector("#detail", state="hidden")


@pytest.fixture(scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
def axe_page(chromium: object, plain: str, request: pytest.FixtureRequest) -> Iterator[MapPage]:
    """The map page with axe in it, in a window of a desk and of a phone."""
    node_or_skip()
    with MapPage.new(chromium, plain, viewport=request.param, bypass_csp=True) as found:
        found.open(CROWDED)
        found.tab.add_script_tag(path=MODULES / "axe-core" / "axe.min.js")
        yield found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(axe_page: MapPage, theme: str) -> None:
    axe_page.show(f"{CROWDED}&theme={theme}")
    axe_page.tab.wait_for_selector("#detail .says")
    axe_page.until("() => document.getAnimations().every(one => one.playState === 'finished')")
    assert axe_page.run("() => document.documentElement.dataset.theme") == theme

    violations = axe_page.run("() => axe.run(document, {resultTypes: ['violations']})")[
        "violations"
    ]

    serious = [
        (entry["id"], entry["nodes"][0]["target"], entry["nodes"][0]["failureSummary"])
        for entry in violations
        if entry["impact"] in {"serious", "critical"}
    ]
    assert serious == []
