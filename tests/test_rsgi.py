"""The door carries every kind of request and answer between the server and the application."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PATIENCE_S = 60.0
pytestmark = pytest.mark.xdist_group("server")


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server with the application of rsgi_app behind the door."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = int(probe.getsockname()[1])
    # With an access log the server wraps what it hands over; test_server is without.
    command = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(free),
               "--access-log", "rsgi_app:door"]  # fmt: skip
    process = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=HERE,
        env={"PYTHONPATH": f"{HERE}:{HERE.parent}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + PATIENCE_S
        while not listens(free):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        yield free
    finally:
        process.terminate()
        process.wait(20)


def listens(port: int) -> bool:
    try:
        return ask(port, "/empty")[0] == 204
    except OSError:
        return False


def ask(
    port: int, target: str, method: str = "GET", body: bytes | None = None
) -> tuple[int, bytes, dict[str, str]]:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request(method, target, body=body)
        answer = line.getresponse()
        return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    finally:
        line.close()


def ended(port: int) -> list[str]:
    return list(json.loads(ask(port, "/left")[1]))


def soon(port: int, word: str) -> bool:
    """Whether a stream is said to have ended before patience is over."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if word in ended(port):
            return True
        time.sleep(0.05)
    return False


def test_a_request_arrives_as_it_was_sent(port: int) -> None:
    status, content, _ = ask(port, "/echo?a=%20b&c=%C3%A9", "POST", b"x" * 300_000)
    found = json.loads(content)
    assert (status, found["method"], found["body"]) == (200, "POST", "x" * 300_000)
    assert found["url"] == f"http://127.0.0.1:{port}/echo?a=%20b&c=%C3%A9"
    assert found["client"] == "127.0.0.1"


def test_a_body_arrives_in_pieces_and_need_not_be_read(port: int) -> None:
    sizes = json.loads(ask(port, "/pieces", "POST", b"x" * 3_000_000)[1])
    assert len(sizes) > 2
    assert sum(sizes) == 3_000_000
    assert json.loads(ask(port, "/pieces", "POST", b"")[1]) == [0]
    (first,) = json.loads(ask(port, "/pieces?first", "POST", b"x" * 300_000)[1])
    assert 0 < first < 300_000


def test_nothing_is_nothing(port: int) -> None:
    status, content, headers = ask(port, "/empty")
    assert (status, content) == (204, b"")
    assert "content-type" not in headers


def test_a_head_has_the_length_and_no_body(port: int) -> None:
    status, content, headers = ask(port, "/echo", "HEAD")
    assert (status, content) == (200, b"")
    assert int(headers["content-length"]) > 0


def test_a_stream_comes_whole(port: int) -> None:
    status, content, headers = ask(port, "/stream")
    assert (status, len(content)) == (200, 5000)
    assert headers["transfer-encoding"] == "chunked"
    assert soon(port, "after ")


def test_a_stream_that_breaks_off_does_not_look_whole(port: int) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        ask(port, "/stream?fail")
    assert ask(port, "/stream")[0] == 200, "other connections go on"


def test_a_stream_ends_when_the_client_leaves(port: int) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", "/stream?endless")
    assert line.getresponse().read(2000)
    line.close()
    assert soon(port, "endless")


def test_a_failure_is_told_as_one(port: int) -> None:
    assert ask(port, "/fail")[0] == 500


def test_a_websocket_is_refused(port: int) -> None:
    asked = (
        b"GET /echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(asked)
        assert line.recv(100).split()[1] in {b"403", b"400"}
