"""How does foreign code run: in a process of its own, within limits, without our environment?"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from geodata.errors import Refused

PASSED_ON = ("LD_LIBRARY_PATH", "LANG")
"""What a worker gets of our environment: proxies, tokens and plug-in paths are none of its."""
LAUNCHER = """
import ctypes, json, os, resource, runpy, signal, sys
parent = int(sys.argv.pop(1))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if os.getppid() != parent:
    sys.exit(1)
limits = json.loads(sys.argv.pop(1))
for name, most in {**limits, "CORE": 0}.items():
    which = getattr(resource, f"RLIMIT_{name}")
    hard = resource.getrlimit(which)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(which, (most, most))
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""What the process does before the worker's first line: no import of the worker's escapes the
limits. A preexec_fn would run between fork and exec, where a server's other threads may hold
locks for ever. On Linux the kernel ends the worker when the thread that started it ends; a parent
that was gone before that was asked for sends no signal."""


@dataclass(frozen=True)
class SandboxLimits:
    """What a worker may take.

    seconds: by the clock. cpu_s: of CPU. memory_bytes: of address space, which mapped pages count
    to. file_bytes: of the largest file it writes.
    """

    seconds: int
    cpu_s: int
    memory_bytes: int
    file_bytes: int

    def __str__(self) -> str:
        memory = self.memory_bytes
        size = f"{memory / (1 << 30):.3g} GB" if memory >= 1 << 30 else f"{memory >> 20} MB"
        return f"{size} of memory or {self.cpu_s} s of CPU"

    def by_resource(self) -> dict[str, int]:
        """Limits by the names of the system's resources."""
        return {"AS": self.memory_bytes, "CPU": self.cpu_s, "FSIZE": self.file_bytes}


@dataclass(frozen=True)
class Sandbox:
    """A worker to run.

    script: the worker, run by its path. settings: its environment, all it has beside PASSED_ON.
    scratch: the one folder it may write to, by agreement; its TMPDIR and HOME. name: of the file it
    opens, for messages.
    """

    script: Path
    settings: Mapping[str, str]
    limits: SandboxLimits
    scratch: Path
    name: str

    @property
    def environment(self) -> dict[str, str]:
        """Everything the worker sees in its environment."""
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {
            **passed_on,
            **self.settings,
            "TMPDIR": str(self.scratch),
            "HOME": str(self.scratch),
        }

    def run(self, request: Mapping[str, object]) -> None:
        """Run the worker on a request (JSON, its first argument) to its end.

        Raises Refused where it dies or takes too long: a file that breaks its reader is the
        file's fault, not ours.
        """
        limits = json.dumps(self.limits.by_resource())
        # -I: neither the folder we stand in nor PYTHON… variables say what is imported
        command = [sys.executable, "-I", "-c", LAUNCHER, str(os.getpid()), limits]
        command += [str(self.script), json.dumps(request)]
        try:
            status = run_command(command, self.environment, self.limits.seconds)
        except subprocess.TimeoutExpired as error:
            raise Refused(
                f"{self.name} took longer than {self.limits.seconds} s to read"
            ) from error
        if status:
            raise Refused(
                f"{self.name} broke its reader, or passed {self.limits} (exit status {status})"
            )


def run_command(command: Sequence[str], environment: Mapping[str, str], seconds: float) -> int:
    """Run a command to its end; its exit status, negative for a signal.

    Whatever it has started ends with it. What it writes is of no use to us, and may be without
    end. Raises subprocess.TimeoutExpired.
    """
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(  # noqa: S603 - our own script, under our own interpreter
        command, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            return process.wait(seconds)
        finally:
            # Also on an exception, Ctrl-C's too, which a session of its own does not get.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
