"""Ingest a GeoTIFF a user brings into a batch."""

from dataclasses import replace
from pathlib import Path

import typer

from geodata.batches.stored import batch_path
from geodata.errors import InvalidInput
from geodata.ingest import quarantine
from geodata.ingest.raster import RasterOptions, ingest_geotiff
from geodata.rasters.listing import read_rasters
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


def ingest_raster(
    path: Path, wishes: RasterOptions, *, layers: tuple[str, ...], as_json: bool
) -> None:
    """Ingest a file and tell which raster it gives; exit status 1 where it gives none."""
    if layers:
        raise InvalidInput("--layer goes with 'ogr'; a raster has bands: --band 1")
    with progress_bars() as report:
        batch = ingest_geotiff(workspace(), path, wishes, report)
    tell(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def no_raster_wishes(wishes: RasterOptions, source: str) -> None:
    """Raises InvalidInput where options of rasters are given for another source."""
    shared = {name: getattr(wishes, name)
              for name in ("id", "title", "licence", "attribution", "crs", "replace")}  # fmt: skip
    if wishes != replace(RasterOptions(), **shared):
        raise InvalidInput(
            f"--unit, --ramp, --nodata and --band go with 'geotiff', not with {source!r}"
        )


def tell(batch: Batch, *, as_json: bool) -> None:
    """Say what became of a file."""
    rasters = read_rasters(batch_path(workspace(), batch.source, batch.id))
    if as_json:
        shown = [raster.model_dump(mode="json") for raster in rasters]
        show_json({**batch.model_dump(mode="json"), "rasters": shown})
        return
    rows = [
        [r.id, f"{r.width} x {r.height}", r.dtype, r.cells, f"{r.minimum:g} to {r.maximum:g}"]
        for r in rasters
    ]
    show_table(
        f"batch {batch.id}: {batch.verdict}", ["raster", "cells", "type", "hold", "values"], rows
    )
    say_replaced(batch, "raster")
    issues = quarantine.show(workspace(), batch.id).issues
    for message in issues.loc[issues["severity"] != "refused", "message"]:
        say(f"note: {message}")
    for reason in batch.reasons:
        fail(reason)
    if batch.verdict == "accepted":
        say("next: lodeline release build --publish")
