"""Does `lodeline serve` start once on an address, and say why where it cannot?"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_really import free_port, server_over, wait_until_ready

from geodata.workspace import Workspace
from service.cli.server import STOP_S

pytestmark = pytest.mark.xdist_group("server")
SERVE = (sys.executable, "-m", "service.cli", "serve")


def environment(root: Path, **settings: str) -> dict[str, str]:
    return {**os.environ, "LODELINE_WORKSPACE": str(root), **settings}


def failed(root: Path, *words: str, **settings: str) -> tuple[int, str]:
    """Status and stderr of a server that cannot start."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*SERVE, *words], env=environment(root, **settings), capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def port(workspace: Workspace) -> Iterator[str]:
    """The port of a server."""
    with server_over(workspace.root) as base:
        yield base.rpartition(":")[2]


def test_a_second_server_on_the_port_says_so_and_ends(workspace: Workspace, port: str) -> None:
    for words, settings in (
        (("--port", port), {}),
        (("--port", port, "--workers", "2"), {}),
        (("--port", port, "--host", "0.0.0.0"), {}),  # noqa: S104 - refused
        (("--port", port, "--host", "localhost"), {}),
        ((), {"PORT": port, "WORKERS": "3"}),
    ):
        status, said = failed(workspace.root, *words, **settings)
        assert status == 1
        assert "address in use: " in said
        assert f":{port}; give another with --port or PORT" in said
        assert "Traceback" not in said


def test_nothing_is_built_for_a_port_that_is_taken(tmp_path: Path, port: str) -> None:
    status, said = failed(tmp_path, "--port", port)
    assert (status, "address in use" in said) == (1, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--port", "65536"), "--port"),
        (("--port", "-1"), "--port"),
        (("--port", "http"), "--port"),
        (("--host", "nobody.invalid"), "'nobody.invalid' is no address"),
        (("--host", "192.0.2.1"), "cannot listen on 192.0.2.1:8000"),
        (("--workers", "0"), "--workers"),
    ],
)
def test_what_is_no_address_is_refused(
    workspace: Workspace, words: tuple[str, ...], said: str
) -> None:
    status, text = failed(workspace.root, *words)
    assert status == 2
    assert said in text
    assert "Traceback" not in text


def test_of_two_started_at_once_one_serves(workspace: Workspace, tmp_path: Path) -> None:
    port = free_port()
    logs = [tmp_path / "one", tmp_path / "other"]
    both = []
    for log in logs:
        with log.open("wb") as stream:
            both.append(subprocess.Popen(  # noqa: S603 - our own command
                [*SERVE, "--port", str(port), "--workers", "2"], stderr=stream, stdout=stream,
                env=environment(workspace.root),
            ))  # fmt: skip
    try:
        ended = [process for process in both if _ends(process)]
        assert [process.returncode for process in ended] == [1]
        (serving,) = (process for process in both if process is not ended[0])
        wait_until_ready(f"http://127.0.0.1:{port}", serving, logs[both.index(serving)])
        assert "address in use" in logs[both.index(ended[0])].read_text()
    finally:
        for process in both:
            process.terminate()
            process.wait(3 * STOP_S)


def _ends(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(12)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_a_port_is_free_again_once_its_server_has_ended(workspace: Workspace) -> None:
    with server_over(workspace.root) as base:
        port = base.rpartition(":")[2]
        assert claimed(port) == "Unavailable"
    assert claimed(port) == ""
    assert claimed(port, times=2) == "Unavailable"


def claimed(port: str, times: int = 1) -> str:
    """The kind of error of a process that claims a port so often."""
    once = f"claim_address('127.0.0.1', {port})\n"
    code = "from service.cli.server import claim_address\n" + once * times
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    last = (done.stderr.strip().splitlines() or [""])[-1]
    return last.partition(":")[0].rpartition(".")[2]
