"""Requests per second over 300,000 points: tipg and pygeoapi on PostGIS, and Lodeline.

Settings for a shorter look: LODELINE_BENCH_ROWS, LODELINE_BENCH_SECONDS (of a round),
LODELINE_BENCH_ROUNDS. The peers' environments are kept in LODELINE_BENCH_CACHE.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.lines import Line
from tests.benchmarks.peers_agree import check_answers
from tests.benchmarks.peers_data import View, random_views, synthetic_deposits, write_geopackage
from tests.benchmarks.peers_postgis import load, scratch_database
from tests.benchmarks.peers_process import ended_by_signal
from tests.benchmarks.peers_servers import Server, lodeline, pygeoapi, tipg
from tests.benchmarks.peers_single import lodeline_lines
from tests.benchmarks.peers_watch import busy_cores
from tests.benchmarks.peers_wrk import Load, median, press
from tests.benchmarks.place import AbsentError, Place

ROWS = int(os.environ.get("LODELINE_BENCH_ROWS", "300000"))
SECONDS = int(os.environ.get("LODELINE_BENCH_SECONDS", "10"))
ROUNDS = int(os.environ.get("LODELINE_BENCH_ROUNDS", "3"))
WARM_UP_S = 2
SETTLE_S = 1
# So many that no answer is asked for twice in a round, and a server that keeps answers gains none.
PATHS = 40_000
P99_MS = 20.0
OWN = "lodeline"


@dataclass(frozen=True)
class Workload:
    """Paths below a server's items. targets: the ratio wanted to each peer, where one is."""

    name: str
    paths: Sequence[str]
    targets: dict[str, float] = field(default_factory=dict)


def run(place: Place) -> Iterator[Line]:
    """All servers stand at once and are pressed in turn; figures are medians of the rounds."""
    scratch = place.scratch / "peers"
    scratch.mkdir()
    with ended_by_signal(), ExitStack() as stack:
        deposits = synthetic_deposits(ROWS)
        geopackage = scratch / "orebodies.gpkg"
        write_geopackage(deposits, geopackage)
        views = random_views(deposits, PATHS)
        database = stack.enter_context(scratch_database())
        load(database, deposits)
        print(f"-- {database.versions()}; {_described(views)}")
        starts: dict[str, Callable[[], AbstractContextManager[Server]]] = {
            "tipg": lambda: tipg(database, scratch),
            "pygeoapi": lambda: pygeoapi(database, scratch),
            OWN: lambda: lodeline(geopackage, scratch),
        }
        servers = [s for name, start in starts.items() if (s := _started(stack, name, start))]
        for server in servers:
            check_answers(server, views, deposits)
        for workload in _workloads(views, deposits["id"].tolist()):
            yield from _compare(workload, servers, scratch)
        for server in servers:
            if server.name == OWN:
                yield from lodeline_lines(server, ROWS)


def _started(
    stack: ExitStack, name: str, start: Callable[[], AbstractContextManager[Server]]
) -> Server | None:
    """The server, or None where it cannot be had; the others are measured all the same."""
    try:
        server = stack.enter_context(start())
    except AbsentError as absent:
        print(f"left out: {name}: {absent}", flush=True)
        return None
    print(f"-- {server.about}; ready in {server.start_s:.1f} s, {server.resident_mb:.0f} MB")
    return server


def _workloads(views: Sequence[View], ids: Sequence[str]) -> tuple[Workload, ...]:
    boxes = [view.words for view in views]
    step = max(1, len(ids) // PATHS)
    return (
        Workload("bbox, limit=100", [f"?{box}&limit=100" for box in boxes],
                 {"tipg": 40, "pygeoapi": 100}),
        Workload("bbox, limit=10", [f"?{box}&limit=10" for box in boxes]),
        Workload("one item", [f"/{name}" for name in ids[::step]]),
    )  # fmt: skip


def _compare(workload: Workload, servers: Sequence[Server], scratch: Path) -> Iterator[Line]:
    """Rounds go from server to server, so that a busy minute of the machine meets them all."""
    files = {server.name: _paths_file(workload, server, scratch) for server in servers}
    for server in servers:
        press(server.port, files[server.name], WARM_UP_S)
    time.sleep(SETTLE_S)
    print(f"-- before {workload.name}: {busy_cores():.1f} cores busy with other work")
    rounds: dict[str, list[Load]] = {server.name: [] for server in servers}
    for _ in range(ROUNDS):
        for server in servers:
            rounds[server.name].append(press(server.port, files[server.name], SECONDS))
    loads = {name: median(found) for name, found in rounds.items()}
    for name, found in loads.items():
        print(f"-- rounds of {name}: {' '.join(f'{r.per_second:.0f}/s' for r in rounds[name])}")
        yield from _load_lines(f"{workload.name}: {name}", found, own=name == OWN)
    yield from _ratio_lines(workload, loads)


def _load_lines(what: str, found: Load, *, own: bool) -> Iterator[Line]:
    yield Line(f"{what}, requests", found.per_second, "/s")
    yield Line(f"{what}, p50", found.p50_ms, "ms")
    yield Line(f"{what}, p99", found.p99_ms, "ms", *((P99_MS, "<") if own else ()))
    yield Line(f"{what}, bytes per answer", found.bytes_per_answer)
    yield Line(f"{what}, errors", found.errors, "", 0, "<=")


def _ratio_lines(workload: Workload, loads: dict[str, Load]) -> Iterator[Line]:
    own = loads.get(OWN)
    for name, found in loads.items():
        if own and name != OWN and found.per_second:
            ratio, wanted = own.per_second / found.per_second, workload.targets.get(name)
            what = f"{workload.name}: lodeline over {name}"
            yield Line(what, ratio, "times", wanted, ">=" if wanted else "")


def _paths_file(workload: Workload, server: Server, scratch: Path) -> Path:
    file = scratch / f"{server.name}.paths"
    file.write_text("".join(f"{server.items}{path}\n" for path in workload.paths))
    return file


def _described(views: Sequence[View]) -> str:
    counts = sorted(view.matches for view in views)
    middle = counts[len(counts) // 2]
    return f"{ROWS} rows, {len(counts)} views with {counts[0]} to {counts[-1]} (median {middle})"
