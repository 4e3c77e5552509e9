"""Ingest a file, folder or archive, and say what became of it."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from geodata.batches.stored import batch_path
from geodata.data import packaged
from geodata.errors import InvalidInput
from geodata.features.user_layers import read_layers
from geodata.ingest import quarantine
from geodata.ingest.control.pipeline import ingest as ingest_input
from geodata.ingest.raster import RasterOptions, ingest_geotiff
from geodata.ingest.vector import VectorOptions, ingest_ogr
from geodata.rasters.colours import RAMPS
from geodata.rasters.listing import read_rasters
from schemas import Batch, Source
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

RENAMED = ("layer_name_fits_urls", "layer_name_is_free")


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
    """Read, check and keep an input; what cannot be right is set aside with a reason."""
    wishes = VectorOptions(layer_id, title, licence, attribution, tuple(layer or ()), crs, replace)
    raster = RasterOptions(
        layer_id, title, unit, licence, attribution, ramp, crs, nodata, band, replace
    )
    if source == "geotiff":
        ingest_raster(path, raster, layers=wishes.layers, as_json=as_json)
        return
    check_no_raster_options(raster, source)
    if source == "ogr":
        ingest_file(path, wishes, as_json=as_json)
        return
    check_no_vector_options(wishes, source)
    with progress_bars() as report:
        batch = ingest_input(
            workspace(), described(source), path, coverage=packaged.outline(), progress=report
        )
    show_batch(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def described(source: str) -> Source:
    """The description of a source. Raises InvalidInput, naming what there is."""
    known = packaged.sources()
    if source not in known:
        raise InvalidInput(f"source {source!r} is not described; described are {', '.join(known)}")
    return known[source]


def show_batch(batch: Batch, *, as_json: bool) -> None:
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


def ingest_file(path: Path, wishes: VectorOptions, *, as_json: bool) -> None:
    """Ingest a file and tell which collections it gives; exit status 1 where it gives none."""
    with progress_bars() as report:
        batch = ingest_ogr(workspace(), path, wishes, report)
    show_vector_batch(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def check_no_vector_options(wishes: VectorOptions, source: str) -> None:
    """Raises InvalidInput where options of layers are given for a source of maps."""
    if wishes != VectorOptions():
        raise InvalidInput(f"--id, --layer, --crs and the like go with 'ogr', not with {source!r}")


def show_vector_batch(batch: Batch, *, as_json: bool) -> None:
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


def ingest_raster(
    path: Path, wishes: RasterOptions, *, layers: tuple[str, ...], as_json: bool
) -> None:
    """Ingest a file and tell which raster it gives; exit status 1 where it gives none."""
    if layers:
        raise InvalidInput("--layer goes with 'ogr'; a raster has bands: --band 1")
    with progress_bars() as report:
        batch = ingest_geotiff(workspace(), path, wishes, report)
    show_raster_batch(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def check_no_raster_options(wishes: RasterOptions, source: str) -> None:
    """Raises InvalidInput where options of rasters are given for another source."""
    shared = {name: getattr(wishes, name)
              for name in ("id", "title", "licence", "attribution", "crs", "replace")}  # fmt: skip
    if wishes != replace(RasterOptions(), **shared):
        raise InvalidInput(
            f"--unit, --ramp, --nodata and --band go with 'geotiff', not with {source!r}"
        )


def show_raster_batch(batch: Batch, *, as_json: bool) -> None:
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
