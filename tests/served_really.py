"""A real server on loopback, for programs that are not ours: started, waited for, stopped."""

import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.error import URLError
from urllib.request import urlopen

import pytest

PAGE = Path(__file__).resolve().parent.parent / "docs" / "behind-a-proxy.md"
NGINX = """
daemon off;
master_process off;
pid nginx.pid;
error_log nginx.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  {more}
{server}
}}
"""
CERTIFICATE = (
    *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
    *("-addext", "subjectAltName=IP:127.0.0.1,DNS:maps.example.org,DNS:atlas.example.org"),
    *("-keyout", "own.key", "-out", "own.pem"),
)
"""What openssl makes a certificate of."""


@contextmanager
def server_over(root: Path, **settings: str) -> Iterator[str]:
    """Base URL of a server over a workspace; it builds a release where there is none.

    settings: as the environment has them, without LODELINE_.
    """
    port = free_port()
    log = root / f"server-{port}.log"  # several test processes serve one workspace
    environment = {**os.environ, "LODELINE_WORKSPACE": str(root), "PYTHONWARNINGS": "default"}
    environment |= {f"LODELINE_{name.upper()}": text for name, text in settings.items()}
    command = [sys.executable, "-m", "service.cli", "serve", "--port", str(port)]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, env=environment, stdout=stream, stderr=stream)
        base = f"http://127.0.0.1:{port}"
        try:
            wait_until_ready(base, process, log)
            yield base
        finally:
            _stop(process)


@dataclass(frozen=True)
class Behind:
    """A server behind nginx. public: where its readers find it. base: where it is asked itself."""

    public: str
    base: str
    certificate: Path

    @property
    def trust(self) -> ssl.SSLContext:
        """What believes the certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))


def nginx_lines(way: str) -> str:
    """The lines for nginx of one section of the page about proxies. way: its setting."""
    section = PAGE.read_text(encoding="utf-8").partition(f": {way}\n")[2]
    return section.partition("```nginx\n")[2].partition("```")[0]


@contextmanager
def nginx_before(
    root: Path, way: str, folder: Path, *, more: str = "", change: tuple[str, str] = ("", "")
) -> Iterator[Behind]:
    """A server over a workspace behind nginx, which runs the lines of the page, under /geo.

    way: LODELINE_PUBLIC_URL or LODELINE_TRUSTED_PROXIES. folder: where nginx keeps its files. more:
    further lines. change: a part of the lines, and what stands in its place. Skipped where there
    is no nginx or openssl.
    """
    program = which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    openssl = which("openssl")
    if program is None or openssl is None:
        pytest.skip("nginx or openssl is not installed (Debian: nginx, openssl)")
    subprocess.run([openssl, *CERTIFICATE], cwd=folder, check=True, capture_output=True)
    port = free_port()
    public = f"https://127.0.0.1:{port}/geo"
    told = {"public_url": public} if way.endswith("PUBLIC_URL") else {"trusted_proxies": "loopback"}
    with server_over(root, **told) as base:
        places = {
            change[0]: change[1],
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "/etc/ssl/certs/maps.example.org.pem": str(folder / "own.pem"),
            "/etc/ssl/private/maps.example.org.key": str(folder / "own.key"),
            "http://127.0.0.1:8000": base,
        }
        server = nginx_lines(way)
        for old, new in places.items():
            assert old in server, old
            server = server.replace(old, new) if old else server
        (folder / "nginx.conf").write_text(NGINX.format(server=server, more=more))
        log = folder / "nginx.log"
        command = [program, "-p", str(folder), "-c", "nginx.conf", "-e", str(log)]
        behind = Behind(public, base, folder / "own.pem")
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(public, process, log, behind.trust)
                yield behind
            finally:
                _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_ready(
    base: str,
    process: subprocess.Popen[bytes],
    log: Path,
    trust: ssl.SSLContext | None = None,
) -> None:
    """Wait for /readyz, 120 seconds at most."""
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urlopen(f"{base}/readyz", timeout=2, context=trust) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the server did not come up:\n{log.read_text()[-2000:]}")
