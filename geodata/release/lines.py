"""Which pieces of the contact line go into a release, drawn only for days that are new?"""

import hashlib
from collections.abc import Sequence
from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.line_history import LandIn, LineHistory, land_of_cells, land_of_maps
from geodata.formats.geoparquet import read_geoparquet
from geodata.release.maps import SourceMaps, map_chain
from geodata.workspace import Workspace, new_folder

LAYOUT = 1
"""Raised where the same land gives other pieces than before, so that none is taken from before."""
PIECES = "pieces.parquet"


class LineTables:
    """Pieces of the lines of all sources, gathered source by source.

    outline, lakes: CRS84. Pieces are kept in the workspace by what they were made of.
    """

    def __init__(self, workspace: Workspace, outline: BaseGeometry, lakes: BaseGeometry) -> None:
        self.outline, self.lakes = outline, lakes
        ground = hashlib.sha256(shapely.to_wkb(outline) + shapely.to_wkb(lakes)).hexdigest()
        self._folder = workspace.folds / f"lines-{LAYOUT}-{ground[:16]}"
        self._tables: list[gpd.GeoDataFrame] = []

    def add_events(self, source: str, cells: gpd.GeoDataFrame) -> None:
        """Add the lines of cells that rest on no maps."""
        link = hashlib.sha256("".join(cells["id"]).encode()).hexdigest()[:32]
        self._add(source, cells, [link], [], land_of_cells(cells))

    def add_maps(self, maps: SourceMaps, cells: gpd.GeoDataFrame) -> None:
        """Add the lines of a source's maps; only days after the last one kept are drawn."""
        rows = maps.rows[(maps.rows["status"] == "occupied").to_numpy()]
        days = [day.date() for day in pd.to_datetime(rows["day"])]
        land = land_of_maps(dict(zip(days, rows.geometry, strict=True)))
        self._add(maps.source, cells, map_chain(maps), maps.days, land)

    def table(self) -> gpd.GeoDataFrame:
        """Columns of `schemas.LinePiece`, in the order in which sources were added."""
        return gpd.GeoDataFrame(pd.concat(self._tables, ignore_index=True))

    def _add(
        self,
        source: str,
        cells: gpd.GeoDataFrame,
        chain: Sequence[str],
        days: Sequence[date],
        land_in: LandIn,
    ) -> None:
        """Pieces of a source. chain: for each of its days the hash of all up to it."""
        folder = self._folder / source
        kept = next(
            (at for at in reversed(range(len(chain))) if (folder / chain[at]).is_dir()), None
        )
        if kept != len(chain) - 1:
            history, after = LineHistory(source, self.outline, self.lakes), None
            if kept is not None:
                before = read_geoparquet(folder / chain[kept] / PIECES)
                history = LineHistory.resumed(source, self.outline, self.lakes, before)
                after = days[kept]
            with new_folder(folder / chain[-1]) as scratch:
                history.add(cells, land_in, after).to_parquet(scratch / PIECES, compression="zstd")
        # Read back also where just made: the same types, so the same bytes in the release.
        self._tables.append(read_geoparquet(folder / chain[-1] / PIECES))
