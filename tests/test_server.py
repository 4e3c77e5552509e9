"""Does `lodeline serve` serve: a real process on loopback, asked over a real socket?"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import HOST, PROBLEM, THEN, Client

from geodata.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
START_S, STOP_S, ASK_S = 60.0, 20.0, 10.0
RSS_MB_MAX = 400


class Server:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request on a connection of its own: the response and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASK_S)
        try:
            connection.request(method, target, headers=headers or {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        """The first bytes of the answer to bytes sent as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=ASK_S) as line:
            line.sendall(request)
            return line.recv(65536)

    def is_ready(self) -> bool:
        """Whether it answers that it is ready."""
        try:
            return self.ask("GET", "/readyz")[0].status == 200
        except OSError:
            return False

    def rss_mb(self) -> float:
        """Resident memory of the process and its workers, from /proc."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            pids += [int(child) for child in children.read_text().split()]
        return max(_rss_mb(pid) for pid in pids)


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@pytest.fixture(scope="module")
def server(workspace: Workspace) -> Iterator[Server]:
    """`python -m service.cli serve` over the published release, stopped at the end."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "service.cli", "serve", "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "LODELINE_WORKSPACE": str(workspace.root), "HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = Server(process, port)
        end = time.monotonic() + START_S
        while not server.is_ready():
            assert process.poll() is None, f"it ended with {process.returncode}"
            assert time.monotonic() < end, "it was not ready in time"
            time.sleep(0.1)
        yield server
        process.send_signal(signal.SIGINT)
        process.wait(STOP_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


pytestmark = pytest.mark.xdist_group("server")


def test_it_answers_the_question(server: Server, workspace: Workspace) -> None:
    response, body = server.ask("GET", f"/reserves?commodity=lithium&date={THEN}")
    assert response.status == 200
    assert response.getheader("lodeline-release") == workspace.current_id()
    ids = [found["id"] for found in json.loads(body)["features"]]
    assert ids == ["kruta_balka_li", "balka_velykyi_tabir_li"]


def test_links_follow_the_address_it_was_asked_at(server: Server) -> None:
    _, body = server.ask("GET", "/")
    links = [link["href"] for link in json.loads(body)["links"]]
    assert all(href.startswith(f"http://127.0.0.1:{server.port}/") for href in links)


def test_head_sends_the_headers_and_no_body(server: Server) -> None:
    target = f"/reserves?date={THEN}"
    head, nothing = server.ask("HEAD", target)
    full, body = server.ask("GET", target)
    assert (head.status, nothing) == (200, b"")
    assert head.getheader("etag") == full.getheader("etag")
    assert head.getheader("content-length") in {None, str(len(body))}


@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
@pytest.mark.parametrize("words", ["", "?f=mvt"])
def test_a_tile_comes_the_same_however_often(
    server: Server, client: Client, encoding: str, words: str
) -> None:
    headers = {"Accept-Encoding": encoding, "Host": HOST}
    target = f"/tiles/control/5/18/11{words}"
    expected = client.ask("GET", target, headers)
    for method in ("GET", "GET", "HEAD"):
        response, body = server.ask(method, target, headers)
        told = {name.lower(): value for name, value in response.getheaders()}
        assert response.status == 200
        assert {name: told[name] for name in expected.headers} == expected.headers
        assert set(told) - set(expected.headers) <= {"date", "server"}
        assert body == (b"" if method == "HEAD" else expected.body)
    held = {**headers, "If-None-Match": expected.headers["etag"]}
    again, nothing = server.ask("GET", target, held)
    assert (again.status, nothing) == (304, b"")
    assert again.getheader("etag") == expected.headers["etag"]


def test_an_archive_comes_in_ranges_over_the_socket(server: Server) -> None:
    whole, content = server.ask("GET", "/tiles/control.pmtiles")
    assert (whole.status, whole.getheader("content-length")) == (200, str(len(content)))
    part, few = server.ask("GET", "/tiles/control.pmtiles", {"Range": "bytes=5-104"})
    assert (part.status, few) == (206, content[5:105])


def test_what_it_has_sent_it_does_not_send_again(server: Server) -> None:
    first, _ = server.ask("GET", "/collections")
    tag = first.getheader("etag") or ""
    again, body = server.ask("GET", "/collections", {"If-None-Match": tag})
    assert (again.status, body) == (304, b"")


@pytest.mark.parametrize(
    "target",
    [
        b"/releases/../../../etc/passwd",
        b"/static/../app.py",
        b"/static/%2e%2e/app.py",
        b"//evil.example/",
        b"/%ff%fe",
        b"/collections/%ed%a0%80",
        b"/reserves?date=%ff",
        b"/reserves?\xff\xfe=1",
        b"/collections/a%0d%0aSet-Cookie:%20b=c",
    ],
)
def test_odd_bytes_are_refused_in_a_problem_document(server: Server, target: bytes) -> None:
    answer = server.raw(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.split()[1] in {b"400", b"404"}
    assert PROBLEM.encode() in head or b"content-length: 0" in head
    assert b"set-cookie" not in head
    assert b"location:" not in head
    assert server.is_ready()


@pytest.mark.parametrize("host", [b"evil.example/x?y=", b"[", b'"><svg>', b"a b"])
def test_an_odd_host_does_not_disturb_it(server: Server, host: bytes) -> None:
    answer = server.raw(b"GET /nope HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert answer.split()[1] in {b"400", b"404"}
    assert b"evil" not in answer


def test_methods_of_others_are_refused(server: Server) -> None:
    for method in ("POST", "TRACE", "PROPFIND"):
        response, _ = server.ask(method, "/reserves")
        assert response.status == 405
        assert response.getheader("allow")


def test_it_stays_small(server: Server) -> None:
    for target in ("/reserves?commodity=all", "/collections/control/items?limit=10000",
                   "/collections/settlements/items?limit=10000", f"/articles/{THEN}"):  # fmt: skip
        assert server.ask("GET", target)[0].status == 200
    assert server.rss_mb() < RSS_MB_MAX
