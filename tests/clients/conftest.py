"""A real server on loopback, for real clients."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of a server over a release of the packaged facts."""
    workspace = tmp_path_factory.mktemp("served")
    environment = {**os.environ, "LODELINE_WORKSPACE": str(workspace), "PYTHONWARNINGS": "default"}
    port = free_port()
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    log = (workspace / "server.log").open("wb")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(base, process, workspace / "server.log")
        yield base
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for /readyz, 120 seconds at most."""
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{base}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not come up:\n{log.read_text()[-2000:]}")
