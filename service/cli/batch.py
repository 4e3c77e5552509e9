"""Batches on the command line: what there is, what the next build uses, and the way back."""

from typing import Annotated, Any

import typer

from geodata.batches.standing import BatchStanding, batch_standings
from geodata.batches.stored import all_batches, find_batch
from geodata.batches.withdrawal import restore as restore_batch
from geodata.batches.withdrawal import withdraw as withdraw_batch
from geodata.ingest import quarantine
from schemas import Batch
from service.cli.output import Json, say, show_json, show_table, workspace
from service.cli.quarantine import COLUMNS, issue_rows

app = typer.Typer(
    help="What was ingested, what of it the next release uses, and the way back.",
    no_args_is_help=True,
)
Which = Annotated[str, typer.Argument(help="Batch id.")]
UNITS = {"ogr": "layers", "geotiff": "rasters"}
NEXT = "releases built so far stay as they are; next: lodeline release build --publish"


@app.command("list")
def list_batches(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    as_json: Json = False,
) -> None:
    """All batches in the order they were ingested."""
    standings = batch_standings(workspace(), all_batches(workspace(), source))
    if as_json:
        show_json([_document(each) for each in standings])
        return
    head = ["id", "ingested", "input", "state", "rows", "holds", "in use", "superseded by, or why"]
    show_table("batches", head, [_row(each) for each in standings])


@app.command()
def show(
    batch: Which,
    limit: Annotated[int, typer.Option(min=1, help="Issues shown at most.")] = 50,
    as_json: Json = False,
) -> None:
    """One batch: what it holds, what the next build takes from it, and all its issues."""
    (standing,) = batch_standings(workspace(), [find_batch(workspace(), batch)])
    issues = issue_rows(quarantine.show(workspace(), batch).issues)
    if as_json:
        show_json({**_document(standing), "issues": issues})
        return
    shown = {**_document(standing), "sha256": None, "withdrawal": None, "why": _reason(standing)}
    rows = [[name, _text(value)] for name, value in shown.items() if value not in (None, [], "")]
    show_table(f"batch {batch}: {standing.state}", ["", ""], rows)
    table = [list(issue.values()) for issue in issues[:limit]]
    show_table(f"{len(table)} of {len(issues)} issues", COLUMNS, table)


@app.command()
def withdraw(
    batch: Which,
    why: Annotated[str, typer.Option(help="The reason; it is kept beside the batch.")],
    as_json: Json = False,
) -> None:
    """Build later releases as if this batch had never been accepted; `restore` takes it back."""
    known = find_batch(workspace(), batch)
    withdraw_batch(workspace(), known, why)
    _say_done(known, "withdrawn", as_json=as_json)


@app.command()
def restore(batch: Which, as_json: Json = False) -> None:
    """Take a withdrawal back."""
    known = find_batch(workspace(), batch)
    restore_batch(workspace(), known)
    _say_done(known, "restored", as_json=as_json)


def _say_done(batch: Batch, what: str, *, as_json: bool) -> None:
    (standing,) = batch_standings(workspace(), [batch])
    if as_json:
        show_json(_document(standing))
    else:
        say(f"{what} {batch.id} ({batch.input_name}); {NEXT}")


def _document(standing: BatchStanding) -> dict[str, Any]:
    gone = standing.withdrawal
    return {
        **standing.batch.model_dump(mode="json"),
        "state": standing.state,
        "holds": {_unit(standing): standing.parts},
        "in_use": standing.in_use,
        "names": list(standing.names),
        "superseded_by": list(standing.superseded_by),
        "withdrawal": None if gone is None else gone.model_dump(mode="json"),
    }


def _row(standing: BatchStanding) -> list[object]:
    batch = standing.batch
    days = f" ({batch.first_day} to {batch.last_day})" if batch.first_day else ""
    names = ", ".join(standing.names)
    holds = names or f"{standing.parts} {_unit(standing)}{days}"
    shown = (batch.id, batch.ingested[:19], batch.input_name, standing.state, batch.rows_accepted)
    return [*shown, holds, f"{standing.in_use} of {standing.parts}", _reason(standing)]


def _reason(standing: BatchStanding) -> str:
    """Why a batch is not, or not wholly, in use."""
    if standing.withdrawal is not None:
        return f"{standing.withdrawal.why} ({standing.withdrawal.withdrawn})"
    return ", ".join(standing.superseded_by) or "; ".join(standing.batch.reasons)


def _unit(standing: BatchStanding) -> str:
    return UNITS.get(standing.batch.source, "days")


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{unit}: {count}" for unit, count in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
