"""How does the command line speak: results on stdout, progress and errors on stderr."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich import progress as rich_progress
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Batch
from service.settings import settings_of_environment

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
errors = Console(stderr=True, soft_wrap=True)
_output = Console(width=None if sys.stdout.isatty() else 220)


def workspace() -> Workspace:
    """The workspace of the environment."""
    return Workspace(Path(settings_of_environment().workspace))


def fail(text: str) -> None:
    """Say what went wrong, on stderr."""
    errors.print(f"lodeline: {text}", markup=False, highlight=False)


def say(text: str) -> None:
    """One line of a result."""
    sys.stdout.write(f"{text}\n")


def say_replaced(batch: Batch, what: str) -> None:
    """Say what a batch replaces. what: 'collection' or 'raster'."""
    for each in batch.replaces:
        say(
            f"{what} {each.id} replaces the one of batch {each.batch} ({each.input_name}); "
            "to keep both, ingest this file with another --id and that one again"
        )


def show_json(document: Any) -> None:  # noqa: ANN401 - any JSON document
    """A result as JSON."""
    say(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A result as a table; plain text where stdout is no terminal."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    _output.print(table)


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """A report that draws a bar per stage on a terminal, and nothing elsewhere."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with rich_progress.Progress(*columns, console=errors, disable=not errors.is_terminal) as bars:
        known: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in known:
                known[stage] = bars.add_task(stage, total=total)
            bars.update(known[stage], completed=done, total=total)

        yield report
