"""A real server on loopback, for programs that are not ours: started, waited for, stopped."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from urllib.error import URLError
from urllib.request import urlopen

import pytest

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
  server {{
    listen 127.0.0.1:{port};
    location {path}/ {{ proxy_pass {base}/; proxy_set_header Host $http_host; }}
    location / {{ return 404; }}
  }}
}}
"""


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


@contextmanager
def nginx_before(root: Path, path: str, folder: Path) -> Iterator[str]:
    """Base URL of a server over a workspace behind nginx, which keeps it under a path.

    folder: where nginx keeps its files. Skipped where there is no nginx.
    """
    program = which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (Debian: nginx)")
    port = free_port()
    public = f"http://127.0.0.1:{port}{path}"
    with server_over(root, public_url=public) as base:
        (folder / "nginx.conf").write_text(NGINX.format(port=port, path=path, base=base))
        log = folder / "nginx.log"
        command = [program, "-p", str(folder), "-c", "nginx.conf", "-e", str(log)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(public, process, log)
                yield public
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
