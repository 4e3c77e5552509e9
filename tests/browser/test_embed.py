"""The map in a frame of another site: does it show the state, play, and stand without WebGL?"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from map_page import WAIT_MS, MapPage

STATE = "day=2025-02-25&minerals=lithium&lang=uk&theme=dark"
SENTENCE = (
    "1 of the 4 deposits on record in Ukraine (main commodity: lithium) lies in occupied land."
)
NO_WEBGL = "HTMLCanvasElement.prototype.getContext = () => null"
READY = "html[data-page=ready]"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Nothing."""


@contextmanager
def other_site(folder: Path, frame: str) -> Iterator[str]:
    """Base URL of another site, of one page with a frame."""
    (folder / "index.html").write_text(f"<!doctype html><title>News</title>{frame}", "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def framed(
    browser: Any, folder: Path, address: str, more: str = "", script: str = ""
) -> Iterator[Any]:
    """The frame of a page on another site, once it is ready; it must have had no error.

    more: attributes of the frame. script: run before those of the page.
    """
    complaints: list[str] = []
    tag = f'<iframe src="{address}" width="640" height="440" {more}></iframe>'
    with other_site(folder, tag) as base:
        context = browser.new_context(viewport={"width": 700, "height": 500}, locale="en-GB")
        context.add_init_script(script)
        tab = context.new_page()
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(base)
        frame = tab.frames[1]
        frame.wait_for_selector(READY, state="attached", timeout=WAIT_MS)
        yield frame
        context.close()
    assert not complaints


def text(frame: Any, id_: str) -> str:
    return str(frame.inner_text(f"#{id_}"))


@pytest.mark.parametrize("mark", ["?", "#"])
def test_a_frame_on_another_site_shows_the_state(
    chromium: Any, plain: str, tmp_path: Path, mark: str
) -> None:
    with framed(chromium, tmp_path, f"{plain}/embed{mark}{STATE}") as frame:
        assert frame.evaluate("document.documentElement.dataset.map") == "idle"
        assert "землі лежить 1 з 4" in text(frame, "headline")
        assert text(frame, "lead").startswith("25 лютого 2025")
        assert frame.evaluate("document.documentElement.dataset.theme") == "dark"
        assert frame.evaluate("document.getElementById('map').dataset.day") == "2025-02-25"
        assert "CC BY 4.0" in text(frame, "sources")
        legend = frame.evaluate("document.querySelectorAll('#legend-list li').length")
        assert legend >= 6
        link = urlsplit(frame.evaluate("document.getElementById('open').href"))
        assert link.path == "/map"
        assert parse_qs(link.fragment)["minerals"] == ["lithium"]
        assert frame.get_attribute("#open", "rel") == "noopener"


def test_the_words_of_frame_and_picture_are_the_same(
    chromium: Any, plain: str, tmp_path: Path
) -> None:
    address = f"{plain}/embed?day=2025-02-25&minerals=lithium&lang=en"
    with framed(chromium, tmp_path, address, 'loading="eager"') as frame:
        by_script = text(frame, "headline"), text(frame, "lead"), text(frame, "sources")
        html = frame.evaluate("fetch(location.href).then((answer) => answer.text())")

    assert by_script[0] == SENTENCE
    for words in by_script:
        assert words in html.replace("&#34;", '"'), "the server said the same before any script"


def test_the_slider_and_play_move_the_day_and_a_reader_gets_past_by_keys(
    chromium: Any, plain: str, tmp_path: Path
) -> None:
    with framed(chromium, tmp_path, f"{plain}/embed?day=2022-03-01&lang=en") as frame:
        frame.press("#days", "ArrowRight")
        assert text(frame, "when") == "2 Mar 2022"
        frame.click("#play")
        frame.wait_for_function(
            "() => document.getElementById('when').textContent !== '2 Mar 2022'"
        )
        frame.click("#play")
        assert frame.get_attribute("#play", "aria-pressed") == "false"
        assert "day=2022-" in frame.get_attribute("#open", "href")
        frame.focus("#play")
        for _ in range(2):
            frame.page.keyboard.press("Tab")
        assert frame.evaluate("document.activeElement.id") == "open"
        frame.page.keyboard.press("Tab")
        assert frame.evaluate("document.activeElement.id") != "open", "the way out is free"


@pytest.mark.parametrize(
    ("more", "script"),
    [('sandbox="allow-scripts"', ""), ("", NO_WEBGL)],
    ids=["sandboxed", "without WebGL"],
)
def test_where_no_map_can_be_drawn_the_picture_of_the_state_stands(
    chromium: Any, plain: str, tmp_path: Path, more: str, script: str
) -> None:
    address = f"{plain}/embed?day=2025-02-25&minerals=lithium&lang=en"
    with framed(chromium, tmp_path, address, more, script) as frame:
        frame.wait_for_function("() => document.querySelector('#map img')?.naturalWidth > 0")
        assert frame.evaluate("document.documentElement.dataset.map") == "still"
        source = urlsplit(frame.get_attribute("#map img", "src"))
        words = parse_qs(source.query)
        assert source.path == "/picture.png"
        assert (words["day"], words["minerals"]) == (["2025-02-25"], ["lithium"])
        assert SENTENCE in frame.get_attribute("#map img", "alt")
        assert frame.is_visible("#open")


def test_the_other_pages_are_not_framed(chromium: Any, plain: str, tmp_path: Path) -> None:
    with other_site(tmp_path, f'<iframe src="{plain}/map"></iframe>') as base:
        tab = chromium.new_page()
        refused: list[str] = []
        tab.on("console", lambda message: refused.append(message.text))
        tab.goto(base)
        tab.wait_for_timeout(500)
        assert any("frame-ancestors 'none'" in each for each in refused)
        tab.close()


def test_a_map_opened_by_a_query_shows_it_and_moves_it_behind_the_hash(
    chromium: Any, plain: str
) -> None:
    with MapPage.new(chromium, plain) as page:
        page.open(query="?day=2025-02-25&minerals=lithium")

        assert page.run("() => location.search") == ""
        assert "day=2025-02-25" in page.run("() => location.hash")
        assert "minerals=lithium" in page.run("() => location.hash")
        page.tab.click("#open-cite")
        boxes = page.run(
            "() => [...document.querySelectorAll('#cite .copied-text')].map(e => e.textContent)"
        )
        picture = next(each for each in boxes if "/picture.png?" in each)
        code = next(each for each in boxes if each.startswith("<iframe "))
        assert parse_qs(urlsplit(picture).query)["minerals"] == ["lithium"]
        assert parse_qs(urlsplit(picture).query)["release"]
        assert 'src="' + plain + "/embed?day=2025-02-25&amp;" in code
        status = page.run(f"() => fetch({picture!r}).then((answer) => answer.status)")
        assert status == 200
