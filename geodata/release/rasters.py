"""Which rasters go into a release: those made from its tables, and those users brought."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geodata.batches.usable import RasterInUse
from geodata.control.overlay import footprints
from geodata.data import packaged
from geodata.errors import Damaged
from geodata.rasters.listing import RASTERS, read_rasters, write_rasters
from geodata.release.manifest import described_file
from schemas import TableFile


def add_rasters(
    folder: Path, tables: Mapping[str, pd.DataFrame], in_use: Mapping[str, RasterInUse]
) -> list[TableFile]:
    """Put rasters into a release: made from its tables, or as ingested, and their list."""
    from geodata.rasters.products import RasterInputs, build_rasters  # noqa: PLC0415 - loads rasterio

    deposits = gpd.GeoDataFrame(tables["deposits"])
    whole = deposits[deposits["part_of"].isna().to_numpy()].reset_index(drop=True)
    made = build_rasters(folder, RasterInputs(
        cells=gpd.GeoDataFrame(tables["control"]),
        snapshots=tables["snapshots"],
        sources=packaged.sources(),
        footprints=footprints(whole, packaged.outline(), packaged.land()),
        outline=packaged.outline(),
        priority=packaged.PRIORITY,
    ))  # fmt: skip
    for used in in_use.values():
        shutil.copyfile(used.folder / used.raster.file_name, folder / used.raster.file_name)
    rasters = (*made, *(used.raster for used in in_use.values()))
    entries = [described_file(folder / raster.file_name, raster.height) for raster in rasters]
    return [*entries, described_file(write_rasters(folder, rasters), len(rasters))]


def rasters_are_as_described(folder: Path) -> None:
    """Every raster opens and has the grid, the type and the nodata its record says."""
    rasters = read_rasters(folder)
    if not rasters:
        return
    from geodata.rasters.reading import differences  # noqa: PLC0415 - loads rasterio

    for raster in rasters:
        wrong = differences(folder / raster.file_name, raster)
        if wrong:
            raise Damaged(f"raster {raster.id} is not what {RASTERS} says: {'; '.join(wrong)}")
