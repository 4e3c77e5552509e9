"""Ingest an input of a source into a batch."""

from pathlib import Path
from typing import Annotated

import typer

from geodata import facts
from geodata.errors import InvalidInput
from geodata.ingest.ogr import Wishes
from geodata.ingest.pipeline import ingest as ingest_input
from schemas import Batch, Source
from service.cli.ingest_ogr import ingest_file, no_wishes
from service.cli.show import Json, fail, progress_bars, say, show_json, show_table, workspace


def ingest(
    source: Annotated[
        str, typer.Argument(help="Source id, e.g. deepstate; ogr for layers of any kind.")
    ],
    path: Annotated[Path, typer.Argument(help="A file, a folder or an archive.")],
    layer_id: Annotated[
        str | None, typer.Option("--id", help="ogr: name of the collection.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="ogr: title of the collection.")] = None,
    licence: Annotated[str, typer.Option(help="ogr: licence of the data.")] = Wishes.licence,
    attribution: Annotated[str, typer.Option(help="ogr: what to write beside the data.")] = "",
    layer: Annotated[
        list[str] | None, typer.Option(help="ogr: a layer to take; repeatable.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="ogr: CRS of the coordinates, e.g. EPSG:32636.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Read, check and keep an input; what cannot be right is set aside with a reason."""
    wishes = Wishes(layer_id, title, licence, attribution, tuple(layer or ()), crs)
    if source == "ogr":
        ingest_file(path, wishes, as_json=as_json)
        return
    no_wishes(wishes, source)
    with progress_bars() as report:
        batch = ingest_input(
            workspace(), described(source), path, coverage=facts.outline(), progress=report
        )
    tell(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def described(source: str) -> Source:
    """The description of a source. Raises InvalidInput, naming what there is."""
    known = facts.sources()
    if source not in known:
        raise InvalidInput(f"source {source!r} is not described; described are {', '.join(known)}")
    return known[source]


def tell(batch: Batch, *, as_json: bool) -> None:
    """Say what became of an input."""
    if as_json:
        show_json(batch.model_dump(mode="json"))
        return
    rows = [
        ["files", batch.files_in, batch.files_accepted, batch.files_quarantined],
        ["rows", batch.rows_in, batch.rows_accepted, batch.rows_quarantined],
    ]
    show_table(f"batch {batch.id}: {batch.verdict}", ["", "in", "accepted", "set aside"], rows)
    say(f"{batch.days} days with a map, {batch.first_day} to {batch.last_day}")
    for reason in batch.reasons:
        fail(reason)
    if batch.verdict == "accepted":
        say("next: lodeline release build --publish")
    if batch.files_quarantined or batch.rows_quarantined:
        say(f"what was set aside: lodeline quarantine show {batch.id}")
