"""What was set aside: list it, show it, try it again with the present rules."""

from typing import Annotated, Any

import pandas as pd
import typer

from geodata.batches.stored import find_batch
from geodata.data import packaged
from geodata.ingest import quarantine as kept
from service.cli.ingest import described, show_batch
from service.cli.output import Json, progress_bars, show_json, show_table, workspace

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
    issues = kept.list_issues(workspace(), source=source, severities=severities)
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
    found = kept.show(workspace(), batch)
    issues = issue_rows(found.issues)
    if as_json:
        show_json({"batch": found.batch.model_dump(mode="json"), "issues": issues})
        return
    show_batch(found.batch, as_json=False)
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
    """Ingest the kept input again with the present rules."""
    source = described(find_batch(workspace(), batch).source)
    with progress_bars() as report:
        again = kept.retry(workspace(), source, batch, coverage=packaged.outline(), progress=report)
    show_batch(again, as_json=as_json)
