"""Processes of a benchmark: started in a session of their own, and always ended."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.place import AbsentError

END_TIMEOUT_S = 10


@contextmanager
def process(
    command: Sequence[str],
    log: Path,
    env: Mapping[str, str] | None = None,
    end: signal.Signals = signal.SIGTERM,
    **how: object,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own; it and its children are gone on the way out."""
    with log.open("wb") as written:
        started = subprocess.Popen(  # type: ignore[call-overload]
            command,
            env={**os.environ, **(env or {})},
            stdout=written,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **how,
        )
        try:
            yield started
        finally:
            _end(started, end)


def _end(started: subprocess.Popen[bytes], how: signal.Signals) -> None:
    if started.poll() is None:
        started.send_signal(how)
    try:
        started.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()
    finally:
        _signal_group(started.pid)


def _signal_group(group: int) -> None:
    """End what a dead parent left behind in its session."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log, in one line."""
    return " | ".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def once(
    command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None, timeout_s: float = 120
) -> None:
    """Run a command to its end. Raises AbsentError with its last words where it fails."""
    with tempfile.TemporaryDirectory(prefix="lodeline-once-") as folder:
        log = Path(folder) / "log"
        with process(command, log, env, cwd=cwd) as started:
            try:
                status = str(started.wait(timeout_s))
            except subprocess.TimeoutExpired:
                status = f"none within {timeout_s} s"
        if status != "0":
            raise AbsentError(f"{' '.join(command[1:5])}: exit status {status}: {tail(log)}")


@contextmanager
def ended_by_signal() -> Iterator[None]:
    """A SIGTERM leaves like an exception, so that all that was started is ended."""

    def leave(_number: int, _frame: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
