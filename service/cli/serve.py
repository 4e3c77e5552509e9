"""Serve over HTTP; builds and publishes a release first where there is none."""

import logging
from typing import Annotated

import typer
from granian import Granian
from granian.constants import Interfaces

from geodata.release.build import build
from geodata.release.publish import publish
from service.cli.show import errors, progress_bars, workspace


def serve(
    host: Annotated[str, typer.Option(envvar="HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT", help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(envvar="WORKERS", min=1, help="Processes.")] = 1,
) -> None:
    """Serve the published release; follows later publications without a restart."""
    ensure_release()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    errors.print(f"Lodeline on http://{host}:{port}", highlight=False)
    Granian(
        "service.app:from_environment",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        factory=True,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


def ensure_release() -> None:
    """Build and publish a release from the packaged facts where nothing is published."""
    place = workspace()
    if place.current_id() is not None:
        return
    errors.print("no release yet: building one from the packaged facts", highlight=False)
    with progress_bars() as report:
        publish(place, build(place, report).id, report)
