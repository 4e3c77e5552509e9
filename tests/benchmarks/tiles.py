"""How fast are tiles: built ones beside nginx and tipg, ones made on request, and their memory."""

import json
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from geodata.release.build import build
from geodata.release.publish import publish
from geodata.store.embedded import EmbeddedStore
from geodata.tiles.grid import covering
from geodata.workspace import Workspace
from tests.benchmarks.lines import Line, clocked
from tests.benchmarks.peers_postgis import scratch_database
from tests.benchmarks.peers_process import ended_by_signal
from tests.benchmarks.peers_servers import tipg
from tests.benchmarks.peers_wrk import Load, median
from tests.benchmarks.place import AbsentError, Place
from tests.benchmarks.server import HOST, Served, served
from tests.benchmarks.tiles_servers import load_cells, nginx

SCRIPT = Path(__file__).with_name("tiles_wrk.lua")
ROUNDS, SECONDS = 5, 2
CONNECTIONS = (16, 32)
HALF, TIPG_TIMES = 0.5, 100
LAYER, LEVELS = "control", (4, 5, 6, 7, 8)
REQUESTS_FOR_MEMORY = 100_000
GROWTH_MB = 20
DAYS = 60
Tiles = Mapping[str, bytes]


def run(place: Place) -> Iterator[Line]:
    """A release of the packaged facts; all servers stand at once and are pressed in turn."""
    scratch = place.scratch / "tiles"
    scratch.mkdir()
    workspace = Workspace(scratch / "workspace")
    seconds, manifest = clocked(lambda: build(workspace))
    yield Line("build of a release with its tilesets, nothing kept from before", seconds, "s")
    publish(workspace, manifest.id)
    store = EmbeddedStore(workspace.release_path(manifest.id))
    tiles = _tiles(store)
    sizes = [len(content) for content in tiles.values()]
    print(f"-- {len(tiles)} tiles of {LAYER}, {statistics.mean(sizes):,.0f} bytes on average")
    with ended_by_signal(), served(workspace.root, scratch / "served.log") as serving:
        serving.wait_for(serving.url("/readyz"))
        yield from _beside_nginx(serving, tiles, scratch)
        yield from _beside_tipg(serving, store, tiles, scratch)
        yield from _on_request(serving)
        yield from _memory(serving, tiles, scratch)


def _tiles(store: EmbeddedStore) -> Tiles:
    """Tiles of a layer that hold something, by path, as they are kept."""
    bounds = store.tilesets.about(LAYER).bounds
    found = {}
    for zoom in LEVELS:
        left, top, right, bottom = covering(bounds, zoom)
        for x in range(left, right + 1):
            for y in range(top, bottom + 1):
                content = store.tilesets.tile(LAYER, zoom, x, y)
                if content:
                    found[f"/tiles/{LAYER}/{zoom}/{x}/{y}"] = content
    return found


def _beside_nginx(serving: Served, tiles: Tiles, scratch: Path) -> Iterator[Line]:
    """The same paths, the same bytes, the same run."""
    paths = scratch / "paths"
    paths.write_text("\n".join(tiles) + "\n")
    wrong = sum(_fetched(serving, path) != content for path, content in tiles.items())
    yield Line("tiles that differ from the archive", wrong, "", 0, "<=")
    held = scratch / "held"
    held.write_text("".join(f"{path} {_tag(serving, path)}\n" for path in tiles))
    try:
        with nginx(tiles, scratch) as port:
            for connections in CONNECTIONS:
                peers, ours = _in_turn(((port, paths), (serving.port, paths)), connections)
                yield Line(f"nginx, {connections} connections", peers.per_second, "req/s")
                yield from _told(f"built tiles, {connections} connections", ours,
                                 HALF * peers.per_second)  # fmt: skip
    except AbsentError as absent:
        print(f"left out: {absent}")
    (ours,) = _in_turn(((serving.port, held),), CONNECTIONS[0])
    yield from _told("tiles held already, 304", ours, None)


def _told(what: str, load: Load, least: float | None) -> Iterator[Line]:
    yield Line(what, load.per_second, "req/s", least, "" if least is None else ">=")
    yield Line(f"{what}: p99", load.p99_ms, "ms")
    yield Line(f"{what}: errors", load.errors, "", 0, "<=")


def _in_turn(asked: Sequence[tuple[int, Path]], connections: int) -> list[Load]:
    """Medians of rounds that go from server to server, so a busy minute meets them all.

    asked: the port of each server, and the file of paths it is asked for.
    """
    rounds: list[list[Load]] = [[] for _ in asked]
    for port, paths in asked:
        _press(port, paths, connections, 1)
    for _ in range(ROUNDS):
        for loads, (port, paths) in zip(rounds, asked, strict=True):
            loads.append(_press(port, paths, connections, SECONDS))
    for loads, (port, _) in zip(rounds, asked, strict=True):
        print(f"-- port {port}: {' '.join(f'{load.per_second:,.0f}/s' for load in loads)}")
    return [median(loads) for loads in rounds]


def _press(port: int, paths: Path, connections: int, seconds: int) -> Load:
    """One round with one thread, which leaves a core to the server."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s",
               str(SCRIPT), f"http://{HOST}:{port}", "--", str(paths)]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise AbsentError(f"wrk: {error}") from error
    found = json.loads(done.stdout.splitlines()[-1])
    rate = found["requests"] / found["seconds"]
    size = found["bytes"] / max(found["requests"], 1)
    return Load(rate, found["p50_ms"], found["p99_ms"], size, found["errors"])


def _fetched(serving: Served, path: str) -> bytes:
    return serving.get(serving.url(path), {"Accept-Encoding": "gzip"})[1]


def _tag(serving: Served, path: str) -> str:
    return serving.get(serving.url(path), {"Accept-Encoding": "gzip"})[2]


def _beside_tipg(
    serving: Served, store: EmbeddedStore, tiles: Tiles, scratch: Path
) -> Iterator[Line]:
    """Tipg makes each tile from the same cells in PostGIS, as it is asked for it."""
    theirs = scratch / "tipg-paths"
    tail = [path.split("/")[3:] for path in tiles]
    base = "/collections/public.control/tiles/WebMercatorQuad"
    theirs.write_text("".join(f"{base}/{z}/{x}/{y}\n" for z, x, y in tail))
    try:
        with ExitStack() as stack:
            database = stack.enter_context(scratch_database())
            load_cells(database, store.tables.control)
            peer = stack.enter_context(tipg(database, scratch))
            print(f"-- {database.versions()}; {peer.about}")
            both = ((peer.port, theirs), (serving.port, scratch / "paths"))
            slow, ours = _in_turn(both, CONNECTIONS[0])
    except AbsentError as absent:
        print(f"left out: {absent}")
        return
    yield Line("tipg: errors", slow.errors)
    yield Line("tipg, tiles of the same cells", slow.per_second, "req/s")
    wanted = TIPG_TIMES * slow.per_second
    yield Line(f"ours; wanted {TIPG_TIMES} times as many", ours.per_second, "req/s", wanted, ">=")


def _on_request(serving: Served) -> Iterator[Line]:
    """A tile of one day; every request names another, so none was made before."""
    waits, empty = [], 0
    for number in range(DAYS):
        day = f"2025-{number % 12 + 1:02}-{number // 12 + 1:02}"
        words = {"datetime": day, "source": "settlements"}
        url = serving.url(f"/tiles/{LAYER}/6/37/22", words)
        seconds, answer = clocked(lambda url=url: serving.get(url))  # type: ignore[misc]
        waits.append(1000 * seconds)
        empty += answer[0] != 200
    yield Line("a tile of a day, made on request: p50", statistics.median(waits), "ms", 15, "<")
    yield Line("a tile of a day, made on request: slowest", max(waits), "ms")
    yield Line("of these not answered 200", empty, "", 0, "<=")


def _memory(serving: Served, tiles: Tiles, scratch: Path) -> Iterator[Line]:
    """Resident memory of the worker after many requests, beside what it held before."""
    before = serving.memory_mb()
    if before is None:
        return
    count, began = 0, time.perf_counter()
    while count < REQUESTS_FOR_MEMORY:
        load = _press(serving.port, scratch / "paths", CONNECTIONS[1], 2)
        count += round(load.per_second * 2)
    after = serving.memory_mb() or {}
    took = time.perf_counter() - began
    print(f"-- {count:,} requests for {len(tiles)} tiles in {took:.0f} s")
    yield Line("resident memory of the worker", max(after.values()), "MB")
    growth = max(after.values()) - max(before.values())
    yield Line(f"its growth over {REQUESTS_FOR_MEMORY:,} requests", growth, "MB", GROWTH_MB, "<")
