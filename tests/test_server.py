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
from contextlib import contextmanager
from pathlib import Path

import pytest
from served import HOST, PROBLEM, THEN, Client

from geodata.workspace import Workspace
from service.cli.server import MEMORY, granian

ROOT = Path(__file__).resolve().parent.parent
START_S, STOP_S, ASK_S = 60.0, 20.0, 10.0
RSS_MB_MAX = 400


class Server:
    """A running service."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def ask(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        body: bytes | None = None,
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """One request on a connection of its own: the response and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASK_S)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def raw(self, request: bytes) -> bytes:
        """The first bytes of the answer to bytes sent as they are."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=ASK_S) as line:
            line.sendall(request)
            return line.recv(65536)

    def answers(self, target: str) -> bool:
        """Whether it answers, and well."""
        try:
            return self.ask("GET", target)[0].status < 300
        except OSError:
            return False

    def is_ready(self) -> bool:
        """Whether it answers that it is ready."""
        return self.answers("/readyz")

    def pids(self) -> list[int]:
        """The process and its workers, from /proc."""
        pids = [self.process.pid]
        for pid in pids:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            pids += [int(child) for child in children.read_text().split()]
        return pids

    def rss_mb(self) -> float:
        """Resident memory of the largest of them."""
        return max(_rss_mb(pid) for pid in self.pids())


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


def free_port() -> int:
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


@contextmanager
def started(words: list[str], ready: str, **settings: str) -> Iterator[Server]:
    """A server that has answered `ready`, stopped at the end."""
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", *words, "--port", str(port)],
        cwd=ROOT,
        env={**os.environ, "HOST": "127.0.0.1", **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        server = Server(process, port)
        end = time.monotonic() + START_S
        while not server.answers(ready):
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


@pytest.fixture(scope="module")
def server(workspace: Workspace) -> Iterator[Server]:
    """`python -m service.cli serve` over the published release."""
    place = str(workspace.root)
    with started(["service.cli", "serve"], "/readyz", LODELINE_WORKSPACE=place) as server:
        yield server


@pytest.fixture(scope="module")
def streaming() -> Iterator[Server]:
    """The application of streaming_app, started as ours is."""
    words = granian("127.0.0.1", 0, 1)[1:]  # a later --port counts
    words[words.index("service.app:from_environment")] = "streaming_app:app"
    with started(words, "/empty", PYTHONPATH=f"{ROOT}:{ROOT / 'tests'}") as server:
        yield server


pytestmark = pytest.mark.xdist_group("server")


def test_it_answers_the_question(server: Server, workspace: Workspace) -> None:
    response, body = server.ask("GET", f"/reserves?commodity=lithium&date={THEN}")
    assert response.status == 200
    assert response.getheader("lodeline-release") == workspace.current_id()
    ids = [found["id"] for found in json.loads(body)["features"]]
    assert ids == ["kruta_balka_li"]


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


def test_its_workers_give_memory_back(server: Server) -> None:
    for pid in server.pids():
        environment = Path(f"/proc/{pid}/environ").read_text().split("\0")
        assert {f"{name}={value}" for name, value in MEMORY.items()} <= set(environment)


def test_it_stays_small(server: Server) -> None:
    for target in ("/reserves?commodity=all", "/collections/control/items?limit=10000",
                   "/collections/settlements/items?limit=10000", f"/articles/{THEN}"):  # fmt: skip
        assert server.ask("GET", target)[0].status == 200
    assert server.rss_mb() < RSS_MB_MAX


# How bytes come and go, with an application that shows it


def test_a_request_arrives_as_it_was_sent(streaming: Server) -> None:
    response, content = streaming.ask("POST", "/echo?a=%20b&c=%C3%A9", body=b"x" * 300_000)
    arrived = json.loads(content)
    assert (response.status, arrived["method"], arrived["body"]) == (200, "POST", "x" * 300_000)
    assert arrived["url"] == f"http://127.0.0.1:{streaming.port}/echo?a=%20b&c=%C3%A9"
    assert arrived["client"] == "127.0.0.1"


def test_a_body_arrives_in_pieces_and_need_not_be_read(streaming: Server) -> None:
    sizes = json.loads(streaming.ask("POST", "/pieces", body=b"x" * 3_000_000)[1])
    assert len(sizes) > 2
    assert sum(sizes) == 3_000_000
    assert sum(json.loads(streaming.ask("POST", "/pieces", body=b"")[1])) == 0
    (first,) = json.loads(streaming.ask("POST", "/pieces?first", body=b"x" * 300_000)[1])
    assert 0 < first < 300_000


def test_a_stream_comes_whole(streaming: Server) -> None:
    response, content = streaming.ask("GET", "/stream")
    assert (response.status, len(content)) == (200, 5000)
    assert response.getheader("transfer-encoding") == "chunked"
    assert has_ended(streaming, "after ")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
@pytest.mark.parametrize("target", ["/stream?fail", "/broken/?raise", "/broken/"])
def test_an_answer_that_breaks_off_does_not_look_whole(
    streaming: Server, target: str, encoding: str
) -> None:
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        streaming.ask("GET", target, {"Accept-Encoding": encoding})
    assert streaming.ask("GET", "/stream")[0].status == 200, "other connections go on"


def test_a_stream_ends_when_the_client_leaves(streaming: Server) -> None:
    line = http.client.HTTPConnection("127.0.0.1", streaming.port, timeout=ASK_S)
    line.request("GET", "/stream?endless")
    assert line.getresponse().read(2000)
    line.close()
    assert has_ended(streaming, "endless")


def has_ended(server: Server, word: str) -> bool:
    """Whether a stream is said to have ended before patience is over."""
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        if word in json.loads(server.ask("GET", "/left")[1]):
            return True
        time.sleep(0.05)
    return False


def test_a_failure_before_anything_was_sent_is_told(streaming: Server) -> None:
    assert streaming.ask("GET", "/fail")[0].status == 500


def test_nothing_is_sent_as_nothing_and_a_head_has_no_body(streaming: Server) -> None:
    response, content = streaming.ask("GET", "/empty")
    assert (response.status, content, response.getheader("content-type")) == (204, b"", None)
    response, content = streaming.ask("HEAD", "/echo")
    assert (response.status, content) == (200, b"")
    assert int(response.getheader("content-length") or 0) > 0


@pytest.mark.parametrize("path", [b"/", b"/tiles/control/5/18/11"])
def test_a_websocket_is_refused(server: Server, path: bytes) -> None:
    asked = (
        b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert server.raw(asked).split()[1] in {b"403", b"400"}
    assert server.is_ready()
