"""How fast a server answers under load: wrk asks for many paths over 16 connections."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers_watch import HOST
from tests.benchmarks.place import AbsentError

SCRIPT = Path(__file__).with_name("peers_wrk.lua")
THREADS = 2
CONNECTIONS = 16
# wrk's own 2 s would count slow answers as errors.
ANSWER_TIMEOUT_S = 30


@dataclass(frozen=True)
class Load:
    """What a server did under load; times in ms, bytes with headers."""

    per_second: float
    p50_ms: float
    p99_ms: float
    bytes_per_answer: float
    errors: int


def press(port: int, paths: Path, seconds: int) -> Load:
    """One round. paths: a file of paths, one a line. Errors are all answers but 2xx and 3xx."""
    if shutil.which("wrk") is None:
        raise AbsentError("wrk is not installed")
    done = subprocess.run(
        ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s",
         "--timeout", f"{ANSWER_TIMEOUT_S}s", "-s", str(SCRIPT), f"http://{HOST}:{port}",
         "--", str(paths), str(THREADS)],
        capture_output=True, text=True, check=False, timeout=seconds + 2 * ANSWER_TIMEOUT_S,
    )  # fmt: skip
    if done.returncode:
        raise AbsentError(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    found = json.loads(done.stdout.splitlines()[-1])
    return Load(
        per_second=found["requests"] / found["seconds"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        bytes_per_answer=found["bytes"] / max(found["requests"], 1),
        errors=found["errors"],
    )


def median(rounds: Sequence[Load]) -> Load:
    """The median of each figure; errors are added up."""
    return Load(
        per_second=statistics.median(load.per_second for load in rounds),
        p50_ms=statistics.median(load.p50_ms for load in rounds),
        p99_ms=statistics.median(load.p99_ms for load in rounds),
        bytes_per_answer=statistics.median(load.bytes_per_answer for load in rounds),
        errors=sum(load.errors for load in rounds),
    )
