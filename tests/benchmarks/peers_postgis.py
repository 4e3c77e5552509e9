"""The peers' database: a scratch PostgreSQL with PostGIS on a port of its own."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd

from tests.benchmarks.peers_data import LAYER
from tests.benchmarks.peers_process import process, tail
from tests.benchmarks.peers_watch import HOST, free_port
from tests.benchmarks.place import AbsentError

DATABASE = "geo"
USER = "postgres"
READY_TIMEOUT_S = 30
# What its manual advises for a database that fits in memory and is only read.
SETTINGS = {
    "listen_addresses": HOST,
    "shared_buffers": "512MB",
    "effective_cache_size": "2GB",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "off",
}
TABLE = f"""
create extension postgis;
create table {LAYER} (
    id text primary key, name text not null, commodity text not null, status text not null,
    amount double precision, grade double precision, discovered date, updated timestamptz,
    active boolean, tags text, country text, confidence integer, geom geometry(Point, 4326)
)"""
COLUMNS = "id name commodity status amount grade discovered updated active tags country confidence"
INDEX = f"create index on {LAYER} using gist (geom)"


@dataclass(frozen=True)
class Database:
    """Where the scratch server listens; it asks for no password."""

    port: int

    @property
    def url(self) -> str:
        """For clients that take a URL."""
        return f"postgresql://{USER}:none@{HOST}:{self.port}/{DATABASE}"

    def run(self, sql: str, database: str = DATABASE, feed: str | None = None) -> str:
        """What psql prints. Raises AbsentError with the server's words."""
        address = ["-h", HOST, "-p", str(self.port), "-U", USER, "-d", database]
        done = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *address, "-c", sql],
            input=feed, text=True, capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise AbsentError(f"psql: {done.stderr.strip()}")
        return done.stdout.strip()

    def versions(self) -> str:
        """PostgreSQL's and PostGIS's."""
        return self.run(
            "select 'PostgreSQL ' || split_part(version(), ' ', 2)"
            " || ', PostGIS ' || postgis_lib_version()"
        )


@contextmanager
def scratch_database() -> Iterator[Database]:
    """An empty database; its server and its folder are gone on the way out."""
    programs = _programs()
    # Not below the benchmark's own folder, whose parents the server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="lodeline-pg-"))
    log = folder / "postgres.log"
    user = _server_user(folder)
    database = Database(free_port())
    settings = {**SETTINGS, "port": database.port, "unix_socket_directories": folder}
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    try:
        subprocess.run(
            [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync"],
            check=True, stdout=subprocess.DEVNULL, **user,
        )  # fmt: skip
        command = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
        # SIGINT ends its clients' sessions; SIGTERM would wait for them.
        with process(command, log, end=signal.SIGINT, **user):
            _wait(database, log)
            database.run(f"create database {DATABASE}", database="postgres")
            yield database
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def load(database: Database, deposits: gpd.GeoDataFrame) -> None:
    """The deposits as a table with a primary key and a spatial index, analysed."""
    database.run(TABLE)
    table = deposits[COLUMNS.split()].assign(geom=deposits.geometry.to_wkt())
    lines = table.to_csv(index=False, header=False)
    names = f"{COLUMNS} geom".replace(" ", ", ")
    database.run(f"copy {LAYER} ({names}) from stdin with (format csv)", feed=lines)
    database.run(INDEX)
    database.run(f"vacuum analyze {LAYER}")


def _programs() -> Path:
    """The newest server's programs. Raises AbsentError where none is installed."""
    named = os.environ.get("PGBIN")
    found = [Path(named)] if named else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found or not (found[-1] / "initdb").is_file():
        raise AbsentError("no PostgreSQL server; install postgresql-15-postgis-3 or set PGBIN")
    return found[-1]


def _server_user(folder: Path) -> dict[str, Any]:
    """How to start the server: root must not, so the `postgres` user of the system does."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "cwd": folder}


def _wait(database: Database, log: Path) -> None:
    begun = time.perf_counter()
    while time.perf_counter() - begun < READY_TIMEOUT_S:
        try:
            database.run("select 1", database="postgres")
        except AbsentError:
            time.sleep(0.1)
        else:
            return
    raise AbsentError(f"PostgreSQL did not start: {tail(log)}")
