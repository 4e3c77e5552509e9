"""What does a release from the packaged facts cost to build, to open and to hold in memory?"""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import quote

from geodata.answers.question import DEFAULT_COMMODITIES, Question
from geodata.answers.reserves import reserves
from geodata.release.build import build
from geodata.release.publish import publish, verify
from geodata.store.embedded import EmbeddedStore
from geodata.workspace import Workspace
from schemas import Manifest
from service.routes import ROUTES
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.place import Place
from tests.benchmarks.server import Served, served

DAY = date(2025, 2, 25)
PINS: Mapping[str, Mapping[str, str]] = {
    "/reserves": {"date": str(DAY)},
    "/reserves/series": {"from": "2024-02-25", "to": str(DAY)},
    "/changes": {"from": "2024-02-25", "to": str(DAY)},
    "/control/at": {"lon": "37.8", "lat": "48", "date": str(DAY)},
    "/territories/{territory}": {"date": str(DAY)},
}
"""Words some routes are asked with."""
TILED = ("deposits", "control", "timelines")
TILE = {"layer": "control", "tileMatrixSetId": "WebMercatorQuad", "z": "5", "x": "18", "y": "11",
        "tileMatrix": "5", "tileRow": "11", "tileCol": "18"}  # fmt: skip


def run(place: Place) -> Iterator[Line]:
    """In this process first, then in a served one with one worker."""
    workspace = Workspace(place.scratch / "facts")
    seconds, manifest = clocked(lambda: build(workspace))
    yield Line("build from the facts alone", seconds, "s", 30, "<")
    yield Line("size of the release", sum(t.bytes for t in manifest.tables) / 1e6, "MB")
    yield Line("verify", clocked(lambda: verify(workspace, manifest.id))[0], "s")
    yield Line("verify and publish", clocked(lambda: publish(workspace, manifest.id))[0], "s")
    yield from _answers(workspace, manifest)
    yield from _first_answer(place)
    yield from _memory(place, workspace, manifest)


def _answers(workspace: Workspace, manifest: Manifest) -> Iterator[Line]:
    folder = workspace.release_path(manifest.id)
    seconds, store = clocked(lambda: EmbeddedStore(folder))
    yield Line("open", 1000 * seconds, "ms")
    asked = Question(DEFAULT_COMMODITIES, DAY)
    later = Question(DEFAULT_COMMODITIES, date(2025, 7, 15))
    steps = (
        ("first reserves of a store just opened", asked),
        ("the same again", asked),
        ("reserves of another day", later),
        ("the same again", later),
    )
    for what, question in steps:
        seconds, _ = clocked(lambda question=question: reserves(store, question, ""))  # type: ignore[misc]
        yield Line(what, 1000 * seconds, "ms")


def _first_answer(place: Place) -> Iterator[Line]:
    """From the start of the command in an empty workspace: build, publish, listen, answer."""
    with served(place.scratch / "empty", place.scratch / "empty.log") as serving:
        seconds = serving.wait_for(serving.url("/reserves", PINS["/reserves"]))
    yield Line("from start with no release to the first reserves", seconds, "s", 60, "<")


def _memory(place: Place, workspace: Workspace, manifest: Manifest) -> Iterator[Line]:
    with served(workspace.root, place.scratch / "facts.log") as serving:
        seconds = serving.wait_for(serving.url("/reserves", PINS["/reserves"]))
        yield Line("from start with a release to the first reserves", seconds, "s")
        answers = [serving.get(url)[0] for url in _urls(serving, manifest)]
        memory = serving.memory_mb()
    yield Line("paths asked once (every route and collection)", len(answers))
    yield Line("of these not answered 200", sum(s != 200 for s in answers), "", 0, "<=")
    if memory is not None:
        yield Line("resident memory of the worker after that", max(memory.values()), "MB", 400, "<")
        yield Line("of all its processes, shared pages twice", sum(memory.values()), "MB")


def _urls(serving: Served, manifest: Manifest) -> Iterator[str]:
    """Every route with its path filled in; the routes of collections for each collection."""
    yield serving.url("/livez")
    yield serving.url("/readyz")
    listed = json.loads(serving.get(serving.url("/collections"))[1])["collections"]
    pair = {"from": manifest.id, "to": manifest.id}
    for route in ROUTES:
        words = pair if route.path == "/releases/diff" else PINS.get(route.path, {})
        names = [c["id"] for c in listed] if "{collection}" in route.path else [""]
        names = [n for n in names if not (n and route.offer.tiled) or n in TILED]
        for name in names:
            yield serving.url(_filled(serving, route.path, name, manifest), words)


def _filled(serving: Served, path: str, collection: str, manifest: Manifest) -> str:
    """The path with a first item, a deposit, a territory and so on in place of its names."""
    item = _first_id(serving, collection) if "{item}" in path else ""
    deposit = _first_id(serving, "deposits") if "{deposit}" in path else ""
    filled = {
        "collection": collection,
        "item": quote(item),
        "deposit": quote(deposit),
        "territory": "occupied",
        "day": str(DAY),
        "release": manifest.id,
        "name": Path(manifest.tables[0].name).name,
        **TILE,
    }
    return path.format_map(filled)


def _first_id(serving: Served, collection: str) -> str:
    found = serving.get(serving.url(f"/collections/{collection}/items", {"limit": "1"}))[1]
    return str(json.loads(found)["features"][0]["id"])
