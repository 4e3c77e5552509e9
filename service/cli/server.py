"""Serve, and say whether all is well."""

import errno
import os
import platform
import socket
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer

from geodata.errors import InvalidInput, LodelineError, Unavailable
from geodata.release.build import build
from geodata.release.publish import publish, verify
from geodata.workspace import Workspace
from service.cli.output import Json, errors, progress_bars, show_json, show_table, workspace
from service.settings import settings_of_environment

MEMORY = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "262144",
}
"""How memory is given back, where the environment does not say otherwise.

Arrow's own pool holds on to 50 MB of a release read in. glibc keeps an arena for each thread, and
large buffers in it once one was freed: under mixed requests that is 40 MB more.
"""


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="PORT", min=0, max=65535, help="Port to listen on.")
    ] = 8000,
    workers: Annotated[
        int, typer.Option(envvar="WORKERS", min=1, help="Number of worker processes.")
    ] = 1,
) -> None:
    """Serve the published release; later publications are followed without a restart.

    A source asked earlier (LODELINE_SOURCE_PRIORITY) answers while its map is no more than
    LODELINE_FRESH_DAYS (14) older than the date; then the source with the most recent map does.
    """
    settings_of_environment()
    claim_address(host, port)
    ensure_release()
    errors.print(f"Lodeline on http://{host}:{port}", highlight=False)
    # The server takes the place of this process, which holds what building a release needed.
    command = [sys.executable, *granian(host, port, workers)]
    os.execve(sys.executable, command, {**MEMORY, **os.environ})  # noqa: S606


def claim_address(host: str, port: int) -> None:
    """See that nobody serves the address, nor another Lodeline is about to; hold it till the end.

    The server's workers listen side by side (SO_REUSEPORT), and so would those of a second server,
    which then answers every other request. Raises InvalidInput for what is no address here,
    Unavailable where it is taken.
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    way_out = "give another with --port or PORT, or stop the program that has it"
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        refused = [error for error in (_refused(*place) for place in places) if error]
        if port and sys.platform == "linux":
            _claim(address)
    except socket.gaierror as error:
        raise InvalidInput(f"{host!r} is no address ({error.strerror}); give --host") from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Unavailable(f"address in use: {address}; {way_out}") from error
    if len(refused) == len(places):  # a name may have an address of a kind this machine lacks
        raise InvalidInput(f"cannot listen on {address}: {refused[0].strerror}; {way_out}")


def _refused(family: int, kind: int, _proto: int, _name: str, place: Any) -> OSError | None:  # noqa: ANN401 - by family
    """Why an address cannot be had. Raises OSError where someone has it."""
    try:
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # also after a restart
            probe.bind(place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise
        return error
    return None


def _claim(address: str) -> None:
    """Take a name of this machine, which the server inherits and gives back as it ends.

    Between the look at an address and the first worker's listening lies a build. Raises OSError
    where another has the name.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0lodeline {address}")
    except OSError:
        claim.close()
        raise
    os.set_inheritable(claim.detach(), True)  # noqa: FBT003 - as it is written


STOP_S = 10
"""Seconds a worker has to end: one told to while it starts never hears of it (granian 2.8)."""


def granian(host: str, port: int, workers: int) -> list[str]:
    """Arguments of Python that run the server."""
    program = ["-m", "granian", "--interface", "asgi", "--factory", "--respawn-failed-workers"]
    program += ["--workers-kill-timeout", str(STOP_S)]
    address = ["--host", host, "--port", str(port), "--workers", str(workers)]
    return [*program, *address, "service.app:from_environment"]


def ensure_release() -> None:
    """Build and publish a release from the packaged facts where nothing is published."""
    place = workspace()
    if place.current_id() is not None:
        return
    errors.print("no release yet: building one from the packaged data", highlight=False)
    with progress_bars() as report:
        publish(place, build(place, report).id, report)


LIBRARIES = (
    "shapely",
    "geopandas",
    "pyproj",
    "pyogrio",
    "pyarrow",
    "fastapi",
    "granian",
    "pydantic",
)


def doctor(as_json: Json = False) -> None:
    """Check the installation and the published release; exit status 1 if anything is wrong."""
    place, settings = workspace(), settings_of_environment()
    checks = [
        ("python", "ok", platform.python_version()),
        *((name, "ok", version(name)) for name in LIBRARIES),
        ("workspace", "ok", str(place.root.resolve())),
        ("source priority", "ok", ", ".join(settings.source_priority)),
        ("maps are fresh", "ok", f"up to {settings.fresh_days} days (LODELINE_FRESH_DAYS)"),
        ("releases", "ok", str(len(place.release_ids()))),
        _published(place),
    ]
    if as_json:
        show_json([{"check": c, "state": s, "found": f} for c, s, f in checks])
    else:
        show_table("doctor", ["check", "state", "found"], checks)
    if any(state == "wrong" for _, state, _ in checks):
        sys.stdout.flush()
        raise typer.Exit(1)


def _published(place: Workspace) -> tuple[str, str, str]:
    current = place.current_id()
    if current is None:
        return "published release", "missing", "none; run: lodeline release build --publish"
    try:
        return "published release", "ok", f"{verify(place, current).id}, verified"
    except LodelineError as error:
        return "published release", "wrong", error.detail
