"""Ingest a file, folder or archive, and say what became of it."""

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from geodata.batches.stored import batch_path
from geodata.batches.usable import RASTER, VECTOR
from geodata.errors import InvalidInput
from geodata.features.user_layers import read_layers
from geodata.ingest import (
    Ingested,
    RasterOptions,
    RasterPipeline,
    VectorOptions,
    VectorPipeline,
    control_pipeline,
    quarantine,
)
from geodata.ingest import ingest as ingest_input
from geodata.ingest.options import LayerOptions
from geodata.ingest.outcome import Pipeline
from geodata.ingest.vector.days import DayOptions
from geodata.rasters.colours import RAMPS
from geodata.rasters.listing import read_rasters
from schemas import Batch
from service.cli.output import (
    Json,
    fail,
    progress_bars,
    say,
    say_replaced,
    show_json,
    show_table,
    workspace,
)

SHOWN = (
    "layer_name_fits_urls",
    "layer_name_is_free",
    "id_is_unique",
    "days_are_known",
    "days_are_recognised",
    "days_are_in_order",
    "value_is_plain",
)
"""Rules whose issues change what a reader asks with."""


def ingest(
    source: Annotated[
        str,
        typer.Argument(
            help="Source id, e.g. deepstate; ogr for layers of any kind, geotiff for a raster."
        ),
    ],
    path: Annotated[Path, typer.Argument(help="A file, a folder or an archive.")],
    layer_id: Annotated[
        str | None, typer.Option("--id", help="ogr, geotiff: name of the collection or raster.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="ogr, geotiff: its title.")] = None,
    licence: Annotated[
        str, typer.Option(help="ogr, geotiff: licence of the data.")
    ] = VectorOptions.licence,
    attribution: Annotated[
        str, typer.Option(help="ogr, geotiff: what to write beside the data.")
    ] = "",
    layer: Annotated[
        list[str] | None, typer.Option(help="ogr: a layer to take; repeatable.")
    ] = None,
    crs: Annotated[
        str | None, typer.Option(help="ogr, geotiff: CRS of the coordinates, e.g. EPSG:32636.")
    ] = None,
    begin: Annotated[
        str | None, typer.Option(help="ogr: column of the first day, or the one day, of a feature.")
    ] = None,
    end: Annotated[str | None, typer.Option(help="ogr: column of the end of a feature.")] = None,
    closed: Annotated[
        bool | None,
        typer.Option(
            "--closed/--open", help="ogr: whether the end is the last day, or the day after."
        ),
    ] = None,
    unit: Annotated[str, typer.Option(help="geotiff: unit of the values.")] = "",
    ramp: Annotated[
        str, typer.Option(help=f"geotiff: colours, one of {', '.join(RAMPS)}.")
    ] = RasterOptions.ramp,
    nodata: Annotated[
        float | None, typer.Option(help="geotiff: the value that means nothing.")
    ] = None,
    band: Annotated[int | None, typer.Option(help="geotiff: the band to take, from 1.")] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="ogr, geotiff: take the place of what has the --id now."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Read, check and store an input; what cannot be right is set aside with a reason."""
    vector = VectorOptions(
        id=layer_id, title=title, licence=licence, attribution=attribution, crs=crs,
        replace=replace, layers=tuple(layer or ()), begin=begin, end=end, closed=closed,
    )  # fmt: skip
    raster = RasterOptions(
        id=layer_id, title=title, licence=licence, attribution=attribution, crs=crs,
        replace=replace, unit=unit, ramp=ramp, nodata=nodata, band=band,
    )  # fmt: skip
    pipeline = chosen_pipeline(source, vector, raster)
    with progress_bars() as report:
        ingested = ingest_input(workspace(), pipeline, path, report)
    show_ingested(ingested, as_json=as_json)


def chosen_pipeline(source: str, vector: VectorOptions, raster: RasterOptions) -> Pipeline:
    """How an input of this source is read.

    Raises InvalidInput for options that go with another kind of input, and for unknown sources.
    """
    if source == RASTER:
        if vector.layers:
            raise InvalidInput("--layer goes with 'ogr'; a raster has bands: --band 1")
        if vector.days != DayOptions():
            raise InvalidInput("--begin, --end, --closed and --open go with 'ogr'")
        return RasterPipeline(raster)
    common = {each.name: getattr(raster, each.name) for each in fields(LayerOptions)}
    if raster != RasterOptions(**common):
        raise InvalidInput(
            f"--unit, --ramp, --nodata and --band go with 'geotiff', not with {source!r}"
        )
    if source == VECTOR:
        return VectorPipeline(vector)
    if vector != VectorOptions():
        raise InvalidInput(f"--id, --layer, --crs and the like go with 'ogr', not with {source!r}")
    return control_pipeline(source)


def show_ingested(ingested: Ingested, *, as_json: bool) -> None:
    """Say what became of an input; exit status 1 where it was refused."""
    batch = ingested.batch
    if as_json:
        parts = _parts(batch)
        show_json({**batch.model_dump(mode="json"), **parts, "known_already": ingested.is_known})
    else:
        if ingested.is_known:
            when = batch.ingested[:19].replace("T", " ")
            say(f"known already: this input is batch {batch.id}, ingested {when} UTC")
        show_batch(batch)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def show_batch(batch: Batch) -> None:
    """Say what a batch holds, what of its input was set aside, and the next step."""
    say(f"batch {batch.id}: {batch.verdict}")
    if batch.source == VECTOR:
        _show_layers(batch)
    elif batch.source == RASTER:
        _show_raster(batch)
    else:
        _show_maps(batch)
    for reason in batch.reasons:
        fail(reason)
    if batch.files_quarantined or batch.rows_quarantined:
        say(f"{_set_aside(batch)} set aside; why: lodeline quarantine show {batch.id}")
    if batch.verdict == "accepted":
        say("next: lodeline release build --publish")


def _parts(batch: Batch) -> dict[str, Any]:
    """The layers or rasters of a batch as JSON; nothing for maps of control."""
    folder = batch_path(workspace(), batch.source, batch.id)
    if batch.source == VECTOR:
        return {"layers": [layer.model_dump(mode="json") for layer in read_layers(folder)]}
    if batch.source == RASTER:
        return {"rasters": [raster.model_dump(mode="json") for raster in read_rasters(folder)]}
    return {}


def _set_aside(batch: Batch) -> str:
    """How much was set aside, without the half of it that is nothing: `1 of 1 files`."""
    counts = (
        ("files", batch.files_quarantined, batch.files_in),
        ("rows", batch.rows_quarantined, batch.rows_in),
    )
    return " and ".join(f"{lost} of {whole} {what}" for what, lost, whole in counts if lost)


def _show_maps(batch: Batch) -> None:
    rows = [
        ["files", batch.files_in, batch.files_accepted, batch.files_quarantined],
        ["rows", batch.rows_in, batch.rows_accepted, batch.rows_quarantined],
    ]
    show_table("", ["", "in", "accepted", "set aside"], rows)
    if batch.days:
        say(f"{batch.days} days with a map, {batch.first_day} to {batch.last_day}")


def _show_layers(batch: Batch) -> None:
    layers = read_layers(batch_path(workspace(), batch.source, batch.id))
    rows = [[each.id, each.geometry_type, each.rows, len(each.columns)] for each in layers]
    if rows:
        show_table("", ["collection", "geometry", "rows", "columns"], rows)
    issues = quarantine.show(workspace(), batch.id).issues
    _say_notes(issues.loc[issues["rule"].isin(SHOWN), "message"])
    say_replaced(batch, "collection")
    _say_notes(text for layer in layers for text in layer.notices)


def _show_raster(batch: Batch) -> None:
    rasters = read_rasters(batch_path(workspace(), batch.source, batch.id))
    rows = [
        [r.id, f"{r.width} x {r.height}", r.dtype, r.cells, f"{r.minimum:g} to {r.maximum:g}"]
        for r in rasters
    ]
    if rows:
        show_table("", ["raster", "cells", "type", "hold", "values"], rows)
    say_replaced(batch, "raster")
    issues = quarantine.show(workspace(), batch.id).issues
    _say_notes(issues.loc[issues["severity"] != "refused", "message"])


def _say_notes(messages: Iterable[str]) -> None:
    for message in messages:
        say(f"note: {message}")
