"""The command line: `lodeline`, one room a file."""

import signal
import sys
from types import FrameType

import typer

from geodata.errors import InvalidInput, LodelineError, NotFound
from service.cli import ask, batch, export, ingest, quarantine, release, server
from service.cli.output import fail

app = typer.Typer(
    name="lodeline",
    help="Which mineral reserves lie in which territory on a date, and how certain that is.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("serve")(server.serve)
app.command("ask")(ask.ask)
app.command("ingest")(ingest.ingest)
app.command("export")(export.export)
app.command("doctor")(server.doctor)
app.add_typer(release.app, name="release")
app.add_typer(batch.app, name="batch")
app.add_typer(quarantine.app, name="quarantine")


def main() -> None:
    """Run a command: exit status 0 done, 1 the work failed, 2 bad usage, 130 and 143 stopped."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        app()
    except LodelineError as error:
        fail(error.detail)
        sys.exit(2 if isinstance(error, InvalidInput | NotFound) else 1)
    except KeyboardInterrupt:
        fail("stopped; nothing half-written was kept")
        sys.exit(130)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """End by an exception, so that workers end and scratch folders go, as with Ctrl-C."""
    fail("stopped; nothing half-written was kept")
    sys.exit(128 + signal.SIGTERM)
