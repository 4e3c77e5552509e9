"""The servers compared, each with one worker and as its own documentation runs it in production."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.peers_data import LAYER
from tests.benchmarks.peers_postgis import Database
from tests.benchmarks.peers_process import once, process
from tests.benchmarks.peers_pygeoapi import pygeoapi_config
from tests.benchmarks.peers_venvs import Venv
from tests.benchmarks.peers_watch import HOST, free_port, resident_mb, wait_for
from tests.benchmarks.place import ROOT

TIPG = Venv("tipg", ("tipg", "uvicorn[standard]"))
PYGEOAPI = Venv(
    "pygeoapi", ("pygeoapi", "gunicorn", "gevent", "psycopg2-binary", "SQLAlchemy", "GeoAlchemy2")
)
LODELINE_ENDS_S = 300


@dataclass(frozen=True)
class Server:
    """A server that answers. start_s: from its start to its first answer. about: its versions."""

    name: str
    port: int
    session: int
    items: str
    start_s: float
    about: str

    @property
    def resident_mb(self) -> float:
        """Memory of its processes, MB."""
        return resident_mb(self.session)


@contextmanager
def tipg(database: Database, scratch: Path) -> Iterator[Server]:
    """On uvicorn with uvloop and httptools, without access log."""
    TIPG.install()
    port, items = free_port(), f"/collections/public.{LAYER}/items"
    command = [
        TIPG.program("uvicorn"), "tipg.main:app", "--host", HOST, "--port", str(port),
        "--workers", "1", "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip
    env = {"DATABASE_URL": database.url}
    with _serving("tipg", command, scratch, (port, "/healthz"), env) as (session, start_s):
        yield Server("tipg", port, session, items, start_s, TIPG.versions())


@contextmanager
def pygeoapi(database: Database, scratch: Path) -> Iterator[Server]:
    """On gunicorn with a gevent worker, as in its container image; indented JSON is off."""
    PYGEOAPI.install()
    port, items = free_port(), f"/collections/{LAYER}/items"
    config, openapi = scratch / "pygeoapi.json", scratch / "pygeoapi-openapi.json"
    config.write_text(json.dumps(pygeoapi_config(database, port)))
    paths = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(openapi)}
    generate = ["openapi", "generate", str(config), "--format", "json", "--output-file"]
    once([PYGEOAPI.program("pygeoapi"), *generate, str(openapi)], env=paths)
    command = [
        PYGEOAPI.program("gunicorn"), "--workers", "1", "--worker-class", "gevent",
        "--timeout", "6000", "--bind", f"{HOST}:{port}", "pygeoapi.flask_app:APP",
    ]  # fmt: skip
    with _serving("pygeoapi", command, scratch, (port, "/conformance"), paths) as found:
        yield Server("pygeoapi", port, found[0], items, found[1], PYGEOAPI.versions())


@contextmanager
def lodeline(geopackage: Path, scratch: Path) -> Iterator[Server]:
    """From this checkout, with the same layer ingested and published. Raises AbsentError."""
    env = {"LODELINE_WORKSPACE": str(scratch / "workspace")}
    program = [sys.executable, "-m", "service.cli"]
    for words in (["ingest", "ogr", str(geopackage)], ["release", "build", "--publish"]):
        begun = time.perf_counter()
        once([*program, *words], env=env, cwd=ROOT, timeout_s=LODELINE_ENDS_S)
        print(f"-- lodeline {' '.join(words[:2])}: {time.perf_counter() - begun:.1f} s")
    port, items = free_port(), f"/collections/{LAYER}/items"
    command = [*program, "serve", "--host", HOST, "--port", str(port), "--workers", "1"]
    with _serving("lodeline", command, scratch, (port, "/readyz"), env) as (session, start_s):
        yield Server("lodeline", port, session, items, start_s, "lodeline of this checkout")


@contextmanager
def _serving(
    name: str, command: list[str], scratch: Path, ready: tuple[int, str], env: dict[str, str]
) -> Iterator[tuple[int, float]]:
    """Its session and the seconds from its start to its first answer."""
    log = scratch / f"{name}.log"
    cwd = ROOT if name == "lodeline" else scratch
    with process(command, log, env, cwd=cwd) as started:
        yield started.pid, wait_for(started, *ready, log)
