"""Ingest an input of a source into a batch."""

from pathlib import Path
from typing import Annotated

import typer

from geodata.data import packaged
from geodata.errors import InvalidInput
from geodata.ingest.control.pipeline import ingest as ingest_input
from geodata.ingest.raster import RasterOptions
from geodata.ingest.vector import VectorOptions
from geodata.rasters.colours import RAMPS
from schemas import Batch, Source
from service.cli.ingest_geotiff import ingest_raster, no_raster_wishes
from service.cli.ingest_ogr import ingest_file, no_wishes
from service.cli.output import Json, fail, progress_bars, say, show_json, show_table, workspace


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
    no_raster_wishes(raster, source)
    if source == "ogr":
        ingest_file(path, wishes, as_json=as_json)
        return
    no_wishes(wishes, source)
    with progress_bars() as report:
        batch = ingest_input(
            workspace(), described(source), path, coverage=packaged.outline(), progress=report
        )
    tell(batch, as_json=as_json)
    if batch.verdict == "refused":
        raise typer.Exit(1)


def described(source: str) -> Source:
    """The description of a source. Raises InvalidInput, naming what there is."""
    known = packaged.sources()
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
