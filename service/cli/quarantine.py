"""What was set aside: list it, show it, try it again with the present rules."""

from dataclasses import replace
from typing import Annotated, Any

import pandas as pd
import typer

from geodata.batches.stored import find_batch
from geodata.ingest import Ingested, quarantine
from geodata.ingest import retry as retry_batch
from schemas import Batch
from service.cli.ingest import show_batch, show_ingested
from service.cli.output import Json, progress_bars, say, show_json, show_table, workspace

app = typer.Typer(help="What was set aside at ingest, and why.", no_args_is_help=True)
COLUMNS = ["file", "row", "day", "rule", "severity", "count", "message"]


@app.command("list")
def list_issues(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    severity: Annotated[
        str | None, typer.Option(help="Only of this severity; else what was set aside.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Issues counted by batch, rule and severity."""
    severities = ("quarantined", "refused") if severity is None else (severity,)
    issues = quarantine.list_issues(workspace(), source=source, severities=severities)
    keys = ["batch", "rule", "severity"]
    counts = (
        issues.groupby(keys).agg(files=("file", "nunique"), rows=("count", "sum")).reset_index()
    )
    rows = counts.to_dict("records")
    if as_json:
        show_json(rows)
    else:
        show_table(
            "set aside and noted", [*keys, "files", "rows"], [list(r.values()) for r in rows]
        )


@app.command()
def show(
    batch: Annotated[str, typer.Argument(help="Batch id.")],
    limit: Annotated[int, typer.Option(min=1, help="Issues shown at most.")] = 50,
    as_json: Json = False,
) -> None:
    """The issues of one batch, what was set aside first."""
    shown = quarantine.show(workspace(), batch)
    issues = issue_rows(shown.issues)
    if as_json:
        show_json({"batch": shown.batch.model_dump(mode="json"), "issues": issues})
        return
    show_batch(shown.batch)
    rows = [list(issue.values()) for issue in issues[:limit]]
    show_table(f"{len(rows)} of {len(issues)} issues", COLUMNS, rows)


def issue_rows(issues: pd.DataFrame) -> list[dict[str, Any]]:
    """Issues with the keys of COLUMNS, what was set aside first; None where a value is missing."""
    rank = issues["severity"].map({"refused": 0, "quarantined": 1, "repaired": 2, "note": 3})
    ordered = issues.iloc[rank.argsort(kind="stable")][COLUMNS]
    rows = ordered.astype(object).where(ordered.notna(), None).to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


@app.command()
def retry(batch: Annotated[str, typer.Argument(help="Batch id.")], as_json: Json = False) -> None:
    """Read the stored input again by the present rules, with the options it was ingested with."""
    old = find_batch(workspace(), batch)
    with progress_bars() as report:
        again = retry_batch(workspace(), batch, progress=report)
    if not as_json:
        say(_retry_text(old, again))
        again = replace(again, is_known=False)  # told already
    show_ingested(again, as_json=as_json)


def _retry_text(old: Batch, again: Ingested) -> str:
    """What another try came to."""
    if again.is_known and again.batch.id == old.id:
        return f"batch {old.id} stays as it is: nothing more of its input is accepted than before"
    if old.verdict == "accepted" and again.batch.verdict == "refused":
        return f"batch {old.id} stays in use: the present rules refuse its input as a whole"
    return f"batch {old.id} is replaced by batch {again.batch.id}"
