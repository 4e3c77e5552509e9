"""Who serves the same tiles beside us: nginx the same bytes as files, tipg the same rows."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd

from tests.benchmarks.peers_postgis import Database
from tests.benchmarks.peers_process import process
from tests.benchmarks.peers_watch import HOST, free_port, wait_for
from tests.benchmarks.place import AbsentError

TABLE = """
create extension if not exists postgis;
create table control (
    id text primary key, source text, status text, valid_from date, valid_to date,
    geom geometry(Geometry, 4326)
);
"""
COLUMNS = ("id", "source", "status", "valid_from", "valid_to")
CONFIG = """
{user} worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  default_type application/vnd.mapbox-vector-tile;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen {host}:{port}; root {folder}/files; etag on;
    add_header Content-Encoding gzip; add_header Access-Control-Allow-Origin *;
  }}
}}
"""
"""As Debian has it, without an access log; connections stay open as long as they are used."""


@contextmanager
def nginx(tiles: Mapping[str, bytes], scratch: Path) -> Iterator[int]:
    """The port of nginx with one worker over tiles by path. Raises AbsentError without nginx."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if program is None:
        raise AbsentError("nginx is not installed")
    folder, port = scratch / "nginx", free_port()
    for path, content in tiles.items():
        target = folder / "files" / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # else it may not enter the scratch folder
    config.write_text(CONFIG.format(user=user, folder=folder, host=HOST, port=port))
    log = folder / "said.log"
    with process([program, "-c", str(config)], log) as started:
        wait_for(started, port, next(iter(tiles)), log)
        yield port


def load_cells(database: Database, cells: gpd.GeoDataFrame) -> None:
    """The cells as a table with a primary key and a spatial index, analysed."""
    database.run(TABLE)
    table = cells[list(COLUMNS)].assign(geom="SRID=4326;" + cells.geometry.to_wkt())
    names = ", ".join((*COLUMNS, "geom"))
    lines = table.to_csv(index=False, header=False)
    database.run(f"copy control ({names}) from stdin with (format csv)", feed=lines)
    database.run("create index on control using gist (geom)")
    database.run("vacuum analyze control")
