"""How is a served process started, asked and ended: loopback only, on a free port."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.place import ROOT

HOST = "127.0.0.1"
PATIENCE_S = 180


@dataclass(frozen=True)
class Served:
    """A process that serves, the port it listens on, and the file of what it says."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def url(self, path: str, words: Mapping[str, str] | None = None) -> str:
        """The absolute URL of a path with its words."""
        asked = f"?{urlencode(words, safe=',')}" if words else ""
        return f"http://{HOST}:{self.port}{path}{asked}"

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes, str]:
        """Status, body and ETag. Raises OSError where nobody listens yet."""
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=60)) as line:
            line.request("GET", url.partition(f":{self.port}")[2], headers=dict(headers or {}))
            answer = line.getresponse()
            return answer.status, answer.read(), answer.getheader("ETag", "")

    def wait_for(self, url: str) -> float:
        """Seconds until the URL answers 200. Raises RuntimeError where it never does, with why."""
        began = time.perf_counter()
        while time.perf_counter() - began < PATIENCE_S and self.process.poll() is None:
            try:
                if self.get(url)[0] == 200:
                    return time.perf_counter() - began
            except OSError:
                pass
            time.sleep(0.02)
        status = self.process.poll()
        state = "the server still runs" if status is None else f"the server ended, status {status}"
        waited = time.perf_counter() - began
        raise RuntimeError(f"no 200 of {url} in {waited:.0f} s; {state}\n{self._last_words()}")

    def _last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def memory_mb(self) -> dict[int, float] | None:
        """Resident megabytes (1e6) of the process and its children; None off Linux."""
        if not Path("/proc/self/status").is_file():
            return None
        return {pid: _resident_mb(pid) for pid in _family(self.process.pid)}


@contextmanager
def served(workspace: Path, log: Path) -> Iterator[Served]:
    """Serve a workspace with one worker for the time of the block; what it says goes to `log`."""
    port = _free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--host", HOST, "--port", str(port)]
    settings = {"LODELINE_WORKSPACE": str(workspace), "WORKERS": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **settings}, stdout=out, stderr=out
        )
        try:
            yield Served(process, port, log)
        finally:
            _ended(process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            found += _family(int(child))
    return found


def _resident_mb(pid: int) -> float:
    fields = Path(f"/proc/{pid}/status").read_text().splitlines()
    kib = next((line.split()[1] for line in fields if line.startswith("VmRSS:")), "0")
    return int(kib) * 1024 / 1e6
