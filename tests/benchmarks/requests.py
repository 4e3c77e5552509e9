"""How many requests a second does one worker answer, and how long do they wait?"""

import re
import shutil
import statistics
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection

import numpy as np

from geodata.release.build import build
from geodata.release.publish import publish
from geodata.workspace import Workspace
from tests.benchmarks.lines import Line
from tests.benchmarks.place import Place
from tests.benchmarks.server import HOST, Served, served

SECONDS = 2
ROUNDS = 3
REST_S = 0.5
CONNECTIONS = 4
DAY = "2025-02-25"
UNITS_MS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}
Figures = tuple[float, float, float, int]
"""Requests a second, p50 and p99 in ms, answers that were neither 200 nor 304."""


def run(place: Place) -> Iterator[Line]:
    """A release of the packaged facts, one worker, over loopback."""
    workspace = Workspace(place.scratch / "requests")
    release = publish(workspace, build(workspace).id).id
    wrk = shutil.which("wrk")
    tool = "wrk" if wrk else "a Python client (no wrk here; it is the slower side)"
    print(f"{CONNECTIONS} connections, median of {ROUNDS} rounds of {SECONDS} s each, by {tool}")
    with served(workspace.root, place.scratch / "requests.log") as serving:
        serving.wait_for(serving.url("/readyz"))
        asked = list(_asked(serving, release))
        rounds = [[_load(wrk, serving, u, h) for _, u, h in asked] for _ in range(ROUNDS)]
    least = _median([loads[0] for loads in rounds])[0]
    for number, (name, _, _) in enumerate(asked):
        yield from _told(name, _median([loads[number] for loads in rounds]), least)


def _asked(serving: Served, release: str) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    box = {"bbox": "33,46,40,50", "datetime": DAY, "limit": "50"}
    reserves = serving.url("/reserves", {"date": DAY, "release": release})
    tag = serving.get(reserves)[2]
    """What is asked, the cheapest first. Asking once for the tag also warms the store up."""
    yield "livez", serving.url("/livez"), {}
    yield "deposits items?bbox", serving.url("/collections/deposits/items", box), {}
    yield "control items?bbox", serving.url("/collections/control/items", box), {}
    yield "reserves pinned", reserves, {}
    yield "reserves pinned, 304", reserves, {"If-None-Match": tag}
    spot = {"lon": "37.8", "lat": "48", "date": DAY}
    yield "control/at", serving.url("/control/at", spot), {}


def _load(wrk: str | None, serving: Served, url: str, headers: Mapping[str, str]) -> Figures:
    """One round, after a rest in which what the round before left unanswered comes to its end."""
    time.sleep(REST_S)
    return _by_wrk(wrk, url, headers) if wrk else _by_python(serving, url, headers)


def _median(loads: list[Figures]) -> Figures:
    """Medians over rounds; of wrong answers the sum."""
    rate, median, slowest, wrong = zip(*loads, strict=True)
    middle = (statistics.median(figures) for figures in (rate, median, slowest))
    return (*middle, sum(wrong))  # type: ignore[return-value]


def _told(name: str, load: Figures, least: float) -> Iterator[Line]:
    """The rate stands beside that of `livez`, which does no work."""
    rate, median, slowest, wrong = load
    yield Line(name, rate, "req/s", least)
    yield Line(f"{name}: p50", median, "ms")
    yield Line(f"{name}: p99", slowest, "ms")
    yield Line(f"{name}: answers neither 200 nor 304", wrong, "", 0, "<=")


def _by_wrk(wrk: str, url: str, headers: Mapping[str, str]) -> Figures:
    given = [word for name, text in headers.items() for word in ("-H", f"{name}: {text}")]
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *given, url]
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    rate = float(_first(r"Requests/sec:\s+([\d.]+)", text))
    wrong = int(_first(r"Non-2xx or 3xx responses: (\d+)", text) or 0)
    return rate, _latency_ms("50%", text), _latency_ms("99%", text), wrong


def _latency_ms(rank: str, text: str) -> float:
    found = re.search(rf"{rank}\s+([\d.]+)(us|ms|s|m)", text)
    return float(found[1]) * UNITS_MS[found[2]] if found else float("nan")


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _by_python(serving: Served, url: str, headers: Mapping[str, str]) -> Figures:
    """The same with threads of this process."""
    waits: list[float] = []
    wrong: list[int] = []
    began = time.perf_counter()
    work = [
        threading.Thread(target=_ask_on, args=(serving, url, headers, began, waits, wrong))
        for _ in range(CONNECTIONS)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    median, slowest = np.quantile(waits, [0.5, 0.99]) * 1000
    return len(waits) / (time.perf_counter() - began), float(median), float(slowest), len(wrong)


def _ask_on(
    serving: Served,
    url: str,
    headers: Mapping[str, str],
    began: float,
    waits: list[float],
    wrong: list[int],
) -> None:
    """Ask over one connection until the time is up."""
    line = HTTPConnection(HOST, serving.port, timeout=30)
    path = url.partition(f":{serving.port}")[2]
    while (start := time.perf_counter()) - began < SECONDS:
        line.request("GET", path, headers=dict(headers))
        answer = line.getresponse()
        answer.read()
        waits.append(time.perf_counter() - start)
        if answer.status not in {200, 304}:
            wrong.append(answer.status)
    line.close()
