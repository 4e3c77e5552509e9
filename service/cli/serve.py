"""Serve over HTTP; builds and publishes a release first where there is none."""

import os
import sys
from typing import Annotated

import typer

from geodata.release.build import build
from geodata.release.publish import publish
from service.cli.show import errors, progress_bars, workspace

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
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="WORKERS", min=1, help="Processes.")] = 1,
) -> None:
    """Serve the published release; follows later publications without a restart."""
    ensure_release()
    errors.print(f"Lodeline on http://{host}:{port}", highlight=False)
    # The server takes the place of this process, which holds what building a release needed.
    command = [sys.executable, *granian(host, port, workers)]
    os.execve(sys.executable, command, {**MEMORY, **os.environ})  # noqa: S606


def granian(host: str, port: int, workers: int) -> list[str]:
    """Arguments of Python that run the server."""
    words = ["-m", "granian", "--interface", "asgi", "--factory", "--respawn-failed-workers"]
    place = ["--host", host, "--port", str(port), "--workers", str(workers)]
    return [*words, *place, "service.app:from_environment"]


def ensure_release() -> None:
    """Build and publish a release from the packaged facts where nothing is published."""
    place = workspace()
    if place.current_id() is not None:
        return
    errors.print("no release yet: building one from the packaged facts", highlight=False)
    with progress_bars() as report:
        publish(place, build(place, report).id, report)
