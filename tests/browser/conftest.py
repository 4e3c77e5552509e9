"""A browser, a server with the packaged facts, and one with a second source and a hostile name."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import which

import pytest
from map_page import FLAGS, HOSTILE, TURN, TURN_HASH, MapPage
from releases import give_batch
from served import common_folder, made_once
from served_really import server_over
from shapely import box

from geodata.data import packaged
from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace

DONETSK_FROM, DONETSK = date(2024, 7, 8), box(36, 47, 40, 49.5)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The tests of a file share a browser, a server and an open page, hence one worker."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    """A headless Chromium with software WebGL; skipped where there is none.

    For one module: while Playwright runs, its event loop does, and no other test may start one.
    """
    program = which("chromium") or which("chromium-browser") or which("google-chrome")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    # Here, since a worker that drives no browser need not load it, which takes a second.
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def plain(workspace: Workspace) -> Iterator[str]:
    """Base URL of a server with the packaged facts."""
    with server_over(workspace.root) as base:
        yield base


@pytest.fixture(scope="session")
def twofold(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of a server with a second source and a deposit with a hostile name."""
    root = made_once(common_folder(tmp_path_factory), "twofold", _two_sources)
    with server_over(root) as base:
        yield base


@pytest.fixture
def page(chromium: object, plain: str) -> Iterator[MapPage]:
    """The map page, not opened yet, in a window of a desk."""
    with MapPage.new(chromium, plain) as found:
        yield found


@pytest.fixture(scope="module")
def open_page(chromium: object, plain: str) -> Iterator[MapPage]:
    """The map page opened once for a module, for tests that begin with `show`.

    To open it takes three seconds of processor, to show a view less than one. A test that fails
    may leave the page open in any state: `show` brings back what is usual.
    """
    with MapPage.new(chromium, plain) as found:
        yield found.open()


@pytest.fixture(scope="module")
def twofold_page(chromium: object, twofold: str) -> Iterator[MapPage]:
    """The map page of `twofold`, opened once at the deposit with the hostile name."""
    with MapPage.new(chromium, twofold) as found:
        yield found.open(f"{TURN_HASH}&deposit={TURN}")


def _two_sources(root: Path) -> None:
    workspace = Workspace(root)
    give_batch(workspace, [(DONETSK_FROM, {"occupied": DONETSK})], "by-hand")
    rows = packaged.deposits()
    rows.loc[rows["id"] == TURN, ["name_en", "name_uk"]] = HOSTILE
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packaged, "deposits", lambda: rows)
        publish(workspace, build(workspace).id)
