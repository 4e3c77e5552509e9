"""Is the map there when it is opened again, goes back, is published anew, or cannot be drawn?

A browser asks whether the page it keeps is still the one, and writes the headers of the answer over
those it keeps. With the policy of other pages MapLibre's worker does not start: the map is blank.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from map_page import MapPage
from served import copied
from served_really import nginx_before, server_over

from geodata.release.publish import publish
from geodata.workspace import Workspace

RELEASE = "() => JSON.parse(document.getElementById('about').textContent).release"
LEAST = 20
"""Deposits on the map of the whole country, at least."""


@pytest.fixture(scope="module")
def mine(two_releases: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two releases, of which the first is published, to do as one likes with."""
    return copied(two_releases, tmp_path_factory.mktemp("again") / "ws")


@pytest.fixture(scope="module")
def hasty(mine: Workspace) -> Iterator[str]:
    """Base URL of a server whose answers are asked for again at every visit."""
    with server_over(mine.root, max_age_s="0") as base:
        yield base


@pytest.fixture(scope="module", params=["LODELINE_PUBLIC_URL", "LODELINE_TRUSTED_PROXIES"])
def behind(
    request: pytest.FixtureRequest,
    workspace: Workspace,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """Base URL of a server that nginx has under a path, with TLS, told of it in either way."""
    with nginx_before(workspace.root, request.param, tmp_path_factory.mktemp("nginx")) as found:
        yield found.public


@pytest.fixture(scope="module")
def first_visit(chromium: object, hasty: str) -> Iterator[MapPage]:
    """A reader who opened the map of that server for the first time, and saw it drawn."""
    with MapPage.new(chromium, hasty) as found:
        found.open()
        assert_drawn(found)
        yield found


@pytest.fixture
def page(first_visit: MapPage) -> MapPage:
    """The map page of that reader, open, with no complaint of an earlier test."""
    first_visit.complaints.clear()
    return first_visit


def assert_drawn(page: MapPage) -> None:
    """The map is there, with its land and deposits, and nothing was refused."""
    page.tab.wait_for_selector("html[data-page=ready]", state="attached")
    assert page.complaints == []
    assert page.tab.get_attribute("html", "data-map") == "idle"
    page.settle()
    assert len(page.verdicts()) >= LEAST
    assert page.run("() => map.queryRenderedFeatures({layers: ['control-fill']}).length") > 0
    assert page.text("#headline")


def statuses(page: MapPage) -> list[int]:
    """Statuses the server gives for the page from now on, as they come over the wire."""
    found: list[int] = []
    session = page.tab.context.new_cdp_session(page.tab)
    session.send("Network.enable")
    asked: set[str] = set()
    session.on("Network.requestWillBeSent", lambda event: (
        asked.add(event["requestId"]) if event.get("type") == "Document" else None
    ))  # fmt: skip
    session.on("Network.responseReceivedExtraInfo", lambda event: (
        found.append(event["statusCode"]) if event["requestId"] in asked else None
    ))  # fmt: skip
    return found


def test_the_map_is_drawn_when_it_is_reloaded(page: MapPage) -> None:
    given = statuses(page)
    for _ in range(2):
        page.tab.reload()
        assert_drawn(page)
    assert set(given) == {304}, "the browser asks, and is told that nothing has changed"


def test_the_map_is_drawn_on_every_later_visit(page: MapPage) -> None:
    for _ in range(2):
        page.open()
        assert_drawn(page)


def test_the_map_is_drawn_in_another_window_of_the_same_reader(page: MapPage) -> None:
    for _ in range(2):
        other = MapPage(page.tab.context.new_page(), page.base)
        other.listen()
        other.open()
        assert_drawn(other)
        other.tab.close()


def test_the_map_is_drawn_when_the_reader_goes_back_and_forward(page: MapPage) -> None:
    page.tab.goto(f"{page.base}/territories")
    page.tab.go_back()
    assert_drawn(page)
    page.tab.reload()
    assert_drawn(page)
    page.tab.go_back()
    page.tab.go_forward()
    assert_drawn(page)


def test_the_map_is_drawn_before_and_after_a_publication(page: MapPage, mine: Workspace) -> None:
    first, second = mine.release_ids()
    page.open()
    assert_drawn(page)
    assert page.run(RELEASE) == first
    try:
        publish(mine, second)
        page.tab.reload()
        assert_drawn(page)  # the old one answers until the new one is open
        served = "(await (await fetch('/readyz')).json()).release"
        page.until(f"async () => {served} === '{second}'")
        page.tab.reload()
        assert_drawn(page)
        assert page.run(RELEASE) == second
        page.open()
        assert_drawn(page)
    finally:
        publish(mine, first)


def test_the_map_is_drawn_on_a_second_visit_after_the_cache_has_expired(
    chromium: object, mine: Workspace
) -> None:
    with server_over(mine.root, max_age_s="1") as base, MapPage.new(chromium, base) as page:
        for _ in range(3):
            page.open()
            assert_drawn(page)
            page.tab.wait_for_timeout(1300)


def test_a_page_left_open_says_that_another_release_is_there_and_goes_to_it(
    page: MapPage, mine: Workspace
) -> None:
    first, second = mine.release_ids()
    served = "(await (await fetch('/readyz', {cache: 'no-store'})).json()).release"
    page.until(f"async () => {served} === '{first}'")
    page.open("#day=2025-07-05&role=any&at=6.00/48.0000/36.0000")
    page.tab.wait_for_selector("#notices:empty", state="attached")
    try:
        publish(mine, second)
        page.until(f"async () => {served} === '{second}'")
        page.run("() => dispatchEvent(new Event('visibilitychange'))")
        page.tab.wait_for_selector("[data-notice=release]")
        assert second in page.text("#notices")

        # What is open works on, by the addresses of its own release.
        page.go_to("2025-06-01")
        page.run("() => map.jumpTo({center: [33, 48.5], zoom: 5.2})")
        page.settle()
        page.answered()
        assert_drawn(page)
        page.tab.click("[data-notice=release] button.plain")
        page.until("() => document.querySelector('[data-notice=release]') === null")
        assert_drawn(page)
        assert page.run(RELEASE) == second
        assert {"day=2025-06-01", "role=any"} <= set(page.hash[1:].split("&"))
    finally:
        publish(mine, first)


def test_a_page_pinned_to_a_release_is_not_sent_to_another(page: MapPage, mine: Workspace) -> None:
    _, second = mine.release_ids()
    page.open("", f"?release={second}")
    page.run("() => dispatchEvent(new Event('visibilitychange'))")
    page.tab.wait_for_timeout(300)

    assert page.text("#notices") == ""


def test_back_and_forward_go_through_what_was_chosen(page: MapPage) -> None:
    page.open("#day=2025-07-05&at=6.00/48.0000/36.0000")
    page.tab.click("[data-mineral=lithium]")
    page.tab.select_option("#territory", "occupied")
    page.go_to("2025-06-20")
    page.run("() => [...document.querySelectorAll('#table button')].at(-1).click()")
    page.tab.wait_for_selector("#detail .says")
    page.tab.keyboard.press("Escape")
    page.tab.wait_for_selector("#detail", state="hidden")
    page.until("() => !location.hash.includes('deposit')")

    page.tab.go_back()
    page.tab.wait_for_selector("#detail .says")
    page.tab.go_back()
    page.tab.wait_for_selector("#detail", state="hidden")
    assert page.tab.input_value("#day-input") == "2025-06-20"
    page.tab.go_back()
    page.until("() => document.getElementById('day-input').value === '2025-07-05'")
    assert page.tab.input_value("#territory") == "occupied"
    page.tab.go_back()
    page.until("() => document.getElementById('territory').value === 'ukraine'")
    assert "lithium" in page.hash
    page.tab.go_back()
    page.until("() => !location.hash.includes('lithium')")
    page.answered()
    assert_drawn(page)
    assert page.run("() => [map.getZoom(), map.getCenter().lng]") == pytest.approx([6, 36], abs=0.1)
    for _ in range(4):
        page.tab.go_forward()
    page.tab.wait_for_selector("#detail .says")
    assert {"day=2025-06-20", "territory=occupied"} <= set(page.hash[1:].split("&"))


def test_days_passed_over_are_no_steps_back(page: MapPage) -> None:
    page.tab.goto(f"{page.base}/territories")
    page.open("#day=2022-03-01&at=6.00/48.0000/36.0000")
    steps = page.run("() => history.length")
    page.tab.focus("#thumb-day")
    for _ in range(3):
        page.tab.keyboard.press("ArrowRight")
    page.tab.click("#play")
    page.until("() => document.getElementById('day-input').value > '2022-03-20'")
    page.tab.click("#play")
    page.run("() => map.panBy([80, 0], {duration: 0})")
    page.tab.uncheck("[data-verdict=unknown]")
    page.until("() => location.hash.includes('verdicts=')")

    assert page.run("() => history.length") == steps


def test_behind_a_proxy_the_map_asks_under_its_path_alone(chromium: object, behind: str) -> None:
    with MapPage.new(chromium, behind, ignore_https_errors=True) as page:
        page.open()
        assert_drawn(page)
        page.tab.reload()
        assert_drawn(page)
        asked = {url for url in page.requests if not url.startswith("blob:")}
        assert {url for url in asked if not url.startswith(f"{behind}/")} == set()
        paths = {urlsplit(url).path for url in asked}
        assert {f"/geo{p}" for p in ("/reserves", "/styles/lodeline", "/changes")} <= paths


def test_behind_a_proxy_every_page_a_reader_goes_to_is_there(
    chromium: object, behind: str, tmp_path: Path
) -> None:
    with MapPage.new(chromium, behind, ignore_https_errors=True) as page:
        for path in ("/", "/reserves?f=html", "/collections/deposits/items?f=html&limit=10",
                     "/docs", "/nope"):  # fmt: skip
            page.tab.goto(f"{behind}{path}")
            assert page.run("() => getComputedStyle(document.querySelector('header')).display")
            sheets = "() => [...document.styleSheets].every(sheet => sheet.cssRules.length > 0)"
            assert page.run(sheets), path
            for href in page.run("() => [...document.links].map(a => a.href)"):
                assert urlsplit(href).netloc != urlsplit(behind).netloc or href.startswith(behind)
        page.tab.goto(f"{behind}/collections/deposits/items?f=html&limit=10")
        page.tab.click("a[rel=next] >> nth=-1")
        assert page.tab.url.startswith(f"{behind}/collections/deposits/items?")
        page.tab.click("form button")
        assert page.tab.url.startswith(f"{behind}/collections/deposits/items?")
        with page.tab.expect_download() as download:
            page.tab.click("ul.forms a:has-text('CSV')")
        download.value.save_as(tmp_path / "items.csv")
        assert len((tmp_path / "items.csv").read_text().splitlines()) > 100, (
            "all that match, not a page"
        )
