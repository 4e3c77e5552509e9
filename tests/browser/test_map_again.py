"""Is the map drawn when it is opened again: reloaded, later, after a publication, behind a proxy?

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
    shown = "() => JSON.parse(document.getElementById('about').textContent).release"
    assert page.run(shown) == first
    try:
        publish(mine, second)
        page.tab.reload()
        assert_drawn(page)  # the old one answers until the new one is open
        served = "(await (await fetch('/readyz')).json()).release"
        page.until(f"async () => {served} === '{second}'")
        page.tab.reload()
        assert_drawn(page)
        assert page.run(shown) == second
        page.open()
        assert_drawn(page)
    finally:
        publish(mine, first)


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
        assert len((tmp_path / "items.csv").read_text().splitlines()) == 1 + 10
