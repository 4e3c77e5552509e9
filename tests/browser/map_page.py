"""What do tests see of the map page: a window, what it asked for, what it complained of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu-compositing",  # the page around the map is not drawn by the emulated GPU
]
WAIT_MS = 60_000
HOSTILE = "<img src=x onerror=\"document.title='taken'\">"
DESK, PHONE = {"width": 920, "height": 600}, {"width": 360, "height": 740}
COUNTRY = "#at=5.00/48.5000/31.5000"
PHONES = [(390, 844), (360, 640), (412, 915)]
DESKS = [(1280, 800), (920, 600), (1920, 1080)]
TURN = "shevchenkivske_li"
TURN_HASH = "#day=2025-06-20&at=9.00/47.9093/36.7126"


@dataclass
class MapPage:
    """One window. requests: every address asked; complaints: errors of page and console."""

    tab: Any
    base: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @classmethod
    @contextmanager
    def new(cls, browser: Any, base: str, **context: Any) -> Iterator[Self]:
        """A window of its own; context: settings of Playwright's browser context.

        It is laid out in full and drawn at half the resolution: most of the time of a map goes
        into pixels, which a processor fills here.
        """
        given = {"viewport": DESK, "locale": "en-GB", "color_scheme": "light"}
        given |= {"device_scale_factor": 0.5, **context}
        opened = browser.new_context(**given)
        tab = opened.new_page()
        tab.set_default_timeout(WAIT_MS)
        page = cls(tab, base)
        page.listen()
        yield page
        opened.close()

    def listen(self) -> None:
        """Note requests and complaints."""
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location.get('url', '')}")

    def open(self, hash_: str = "", query: str = "") -> Self:
        """Open the page afresh and wait for the map and the answer."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.base}/map{query}{hash_}")
        self.tab.wait_for_selector("html[data-page=ready]", state="attached")
        return self

    def show(self, hash_: str) -> Self:
        """Go to another view within the page that is open, as a reader who edits the address.

        What the address does not name is as usual again, but for the place on the map. Dialogs
        are closed. Map and answer are those of the view when this returns.
        """
        self.run(f"() => {{ document.querySelectorAll('dialog[open]').forEach(d => d.close());"
                 f" history.replaceState(null, '', location.pathname + '{hash_}');"
                 " dispatchEvent(new HashChangeEvent('hashchange')) }")  # fmt: skip
        self.settle()
        self.answered()
        return self

    def answered(self) -> None:
        """Wait until the panel shows the answer to the view.

        The page asks once the view has rested for 260 ms: a longer timer begun later ends later.
        """
        self.run("() => new Promise(done => setTimeout(done, 320))")
        self.until("() => !document.getElementById('panel').hasAttribute('aria-busy')")

    def text(self, selector: str) -> str:
        """What is to be read there."""
        return str(self.tab.inner_text(selector))

    def run(self, script: str) -> Any:
        """The value of a script."""
        return self.tab.evaluate(script)

    def until(self, script: str) -> None:
        """Wait until a script's value is true; the page's policy forbids the browser's own way."""
        waited = 0
        while not self.run(script):
            self.tab.wait_for_timeout(50)
            waited += 50
            assert waited < WAIT_MS, f"still not: {script}"

    def settle(self) -> None:
        """Wait until the map shows what is asked of it and draws nothing more."""
        self.until("() => map.getContainer().dataset.drawn === 'true' && !map.isMoving()")
        self.until("() => map.loaded() && map.areTilesLoaded()")

    def verdicts(self, which: str = "map") -> dict[str, str]:
        """Deposits drawn, with their verdicts."""
        drawn = self.run(
            f"() => {which}.queryRenderedFeatures({{layers: ['deposits']}})"
            ".map(f => [f.properties.deposit_id, f.properties.verdict])"
        )
        return {str(deposit): str(verdict) for deposit, verdict in drawn}

    def go_to(self, day: str) -> None:
        """Type a day into the field of the dock."""
        self.tab.fill("#day-input", day)
        self.until(f"() => map.getContainer().dataset.day === '{day}'")
        self.settle()

    @property
    def hash(self) -> str:
        """The part of the address that names the view."""
        return str(self.run("() => location.hash"))

    def click_at(self, lon: float, lat: float) -> None:
        """Click the map at a place, which is in sight."""
        stage = self.tab.locator("#map").bounding_box()
        spot = self.run(f"() => map.project([{lon}, {lat}])")
        self.tab.mouse.click(stage["x"] + spot["x"], stage["y"] + spot["y"])

    def at_point(self, lon: float, lat: float) -> str:
        """Id of what lies uppermost where a place is drawn: of the map, or of what hides it."""
        return str(
            self.run(
                f"""() => {{ const stage = document.getElementById('map').getBoundingClientRect();
                const {{x, y}} = map.project([{lon}, {lat}]);
                const top = document.elementFromPoint(stage.left + x, stage.top + y);
                return top === null ? 'outside' : top.closest('[id]').id; }}"""
            )
        )
