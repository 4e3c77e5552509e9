"""Servers of a benchmark seen from outside: where they listen, what they answer, what they hold."""

import http.client
import os
import socket
import subprocess
import time
from pathlib import Path

from tests.benchmarks.peers_process import tail
from tests.benchmarks.place import AbsentError

HOST = "127.0.0.1"
ANSWER_TIMEOUT_S = 120


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as opened:
        opened.bind((HOST, 0))
        return int(opened.getsockname()[1])


def get(port: int, path: str, timeout_s: float = 60) -> tuple[int, bytes]:
    """Status and body of one request on a fresh connection."""
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def wait_for(started: subprocess.Popen[bytes], port: int, path: str, log: Path) -> float:
    """Seconds until the path is answered with 200. Raises AbsentError where it never is."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < ANSWER_TIMEOUT_S:
        if started.poll() is not None:
            raise AbsentError(f"{log.stem} ended before it answered: {tail(log)}")
        if _answers(port, path):
            return time.perf_counter() - begun
        time.sleep(0.02)
    raise AbsentError(f"{log.stem} gave no 200 at {path} in {ANSWER_TIMEOUT_S} s: {tail(log)}")


def _answers(port: int, path: str) -> bool:
    try:
        return get(port, path, timeout_s=10)[0] == http.client.OK
    except (OSError, http.client.HTTPException):
        return False


def resident_mb(session: int) -> float:
    """Resident memory of all processes of a session, MB; memory they share is counted in each."""
    return sum(_resident_kb(pid) for pid in _members(session)) / 1000


def _members(session: int) -> list[int]:
    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if _session(pid) == session]


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _resident_kb(pid: int) -> float:
    """1 kB = 1,000 bytes; a process that just ended counts 0."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1000


def busy_cores(seconds: float = 1.0) -> float:
    """Cores in use on this machine for a while, by whatever runs on it."""
    before = _busy_s()
    time.sleep(seconds)
    return (_busy_s() - before) / seconds


def _busy_s() -> float:
    """Seconds of all cores since boot: user, nice and system, as /proc/stat counts them."""
    ticks = Path("/proc/stat").read_text(encoding="ascii").split()[1:4]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
