"""Ingest the layers of a file a user brings into a batch."""

from pathlib import Path

import typer

from geodata.batches.stored import batch_path
from geodata.errors import InvalidInput
from geodata.features.user_layers import read_layers
from geodata.ingest import quarantine
from geodata.ingest.vector import VectorOptions, ingest_ogr
from schemas import Batch
from service.cli.output import (
    fail,
    progress_bars,
    say,
    say_replaced,
    show_json,
    show_table,
    workspace,
)

RENAMED = ("layer_name_fits_urls", "layer_name_is_free")


def ingest_file(path: Path, wishes: VectorOptions, *, as_json: bool) -> None:
    """Ingest a file and tell which collections it gives; exit status 1 where it gives none."""
    with progress_bars() as report:
        batch = ingest_ogr(workspace(), path, wishes, report)
    tell(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def no_wishes(wishes: VectorOptions, source: str) -> None:
    """Raises InvalidInput where options of layers are given for a source of maps."""
    if wishes != VectorOptions():
        raise InvalidInput(f"--id, --layer, --crs and the like go with 'ogr', not with {source!r}")


def tell(batch: Batch, *, as_json: bool) -> None:
    """Say what became of a file."""
    layers = read_layers(batch_path(workspace(), batch.source, batch.id))
    if as_json:
        shown = [layer.model_dump(mode="json") for layer in layers]
        show_json({**batch.model_dump(mode="json"), "layers": shown})
        return
    rows = [[each.id, each.geometry_type, each.rows, len(each.columns)] for each in layers]
    show_table(
        f"batch {batch.id}: {batch.verdict}", ["collection", "geometry", "rows", "columns"], rows
    )
    _say_renamed(batch)
    say_replaced(batch, "collection")

    for notice in (text for layer in layers for text in layer.notices):
        say(f"note: {notice}")
    for reason in batch.reasons:
        fail(reason)
    if batch.rows_quarantined or batch.files_quarantined:
        say(f"{batch.rows_quarantined} of {batch.rows_in} rows were set aside")
        say(f"what was set aside: lodeline quarantine show {batch.id}")
    if batch.verdict == "accepted":
        say("next: lodeline release build --publish")


def _say_renamed(batch: Batch) -> None:
    """Say which layers are not called by their own name, and why."""
    issues = quarantine.show(workspace(), batch.id).issues
    for message in issues.loc[issues["rule"].isin(RENAMED), "message"]:
        say(f"note: {message}")
