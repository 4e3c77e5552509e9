"""Children that open foreign files, forked from one process that has loaded their libraries.

Half a second of each child goes into starting Python and loading pyarrow or rasterio, and the suite
has hundreds. Run as a script this is the process they are forked from: isolated as they are, it has
registered no GDAL driver, which each child does by its own environment, and reads no file. In all
else a child is what it is outside the tests: its own process, environment, limits and exit status.
"""

import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PRELOADED = ("pyarrow.compute", "pyarrow.parquet", "rasterio")
WORKER = "worker.py"
SCRIPT = 6
"""Place of the worker's path in a command, behind the launcher, its parent and the limits."""


def is_worker(command: object) -> bool:
    """Whether a command is a child that opens a foreign file."""
    words = command if isinstance(command, list) else []
    launched = words[:3] == [sys.executable, "-I", "-c"] and len(words) > SCRIPT
    return launched and Path(str(words[SCRIPT])).name == WORKER


class WarmWorkers:
    """Runs commands that are workers as the sandbox does; begins with the first of them.

    runs: how many it has run.
    """

    def __init__(self) -> None:
        self.runs = 0
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def _start(self) -> None:
        self._socket, theirs = socket.socketpair()
        command = [sys.executable, "-I", __file__, str(theirs.fileno())]
        self._process = subprocess.Popen(command, pass_fds=[theirs.fileno()])  # noqa: S603
        theirs.close()
        self._lines = self._socket.makefile("r")

    def run(
        self, command: Sequence[str], env: Mapping[str, str], timeout: float | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """The end of a worker. Raises subprocess.TimeoutExpired, the worker killed."""
        with self._lock, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            if self._process is None:
                self._start()
            files = [f"/proc/{os.getpid()}/fd/{file.fileno()}" for file in (out, err)]
            request = {"argv": list(command[2:]), "env": dict(env), "files": files}
            self._socket.sendall(json.dumps(request).encode() + b"\n")
            pid, self.runs = int(self._lines.readline()), self.runs + 1
            timer = threading.Timer(
                timeout or threading.TIMEOUT_MAX, os.kill, (pid, signal.SIGKILL)
            )
            timer.start()
            status = int(self._lines.readline())
            late = not timer.is_alive()
            timer.cancel()
            timer.join()
            if late and timeout is not None:
                raise subprocess.TimeoutExpired(list(command), timeout)
            out.seek(0), err.seek(0)
            return subprocess.CompletedProcess(list(command), status, out.read(), err.read())

    def close(self) -> None:
        """End the process the workers are forked from."""
        if self._process is not None:
            self._lines.close()
            self._socket.close()
            self._process.wait()


def serve(connection: socket.socket) -> None:
    """Fork a worker for each request, until the other end is closed."""
    for module in PRELOADED:
        __import__(module)
    with connection.makefile("rw") as lines:
        for line in lines:
            pid = os.fork()
            if pid == 0:
                _be_worker(json.loads(line))
            lines.write(f"{pid}\n")
            lines.flush()
            status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            lines.write(f"{status}\n")
            lines.flush()


def _be_worker(request: dict[str, Any]) -> None:
    """Run the script as a new process would, and end."""
    status = 1
    try:
        for number, path in enumerate(("/dev/null", *request["files"])):
            os.dup2(os.open(path, os.O_RDWR), number)
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv = request["argv"]
        if sys.argv[0] == "-c":
            launcher, sys.argv[1] = sys.argv.pop(1), str(os.getppid())
            exec(launcher, {"__name__": "__main__"})  # noqa: S102 - the sandbox's own
        else:
            runpy.run_path(sys.argv[0], run_name="__main__")
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does at its end
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
