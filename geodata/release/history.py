"""How do cells become histories of deposits: the overlay tables of a release, by source."""

from collections.abc import Callable
from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.overlay import footprints, share_inside, shares_in
from geodata.control.timeline import changes, spans, standings
from geodata.crs import CRS84
from geodata.types import IntArray
from schemas import Source

Overlay = Callable[["HistoryTables"], tuple[str, pd.DataFrame]]


class HistoryTables:
    """Standings, spans and changes of all deposits, gathered source by source."""

    def __init__(
        self, deposits: gpd.GeoDataFrame, outline: BaseGeometry, land: BaseGeometry
    ) -> None:
        self.deposits = deposits
        self.footprints = footprints(deposits, outline, land)
        self.areas = {"ukraine": outline, "ukraine-land": land}
        self._standings: list[pd.DataFrame] = []
        self._spans: list[pd.DataFrame] = []
        self._changes: list[pd.DataFrame] = []

    def add(self, overlay: Overlay) -> None:
        """Take one source's overlay."""
        source, table = overlay(self)
        self._standings.append(self._named(table, source))
        self._spans.append(self._named(spans(table), source))
        self._changes.append(self._named(changes(table), source))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables `standings`, `timelines` and `changes` of all sources added."""
        return {
            "standings": pd.concat(self._standings, ignore_index=True),
            "timelines": self._timelines(pd.concat(self._spans, ignore_index=True)),
            "changes": self._turns(pd.concat(self._changes, ignore_index=True)),
        }

    def _named(self, table: pd.DataFrame, source: str) -> pd.DataFrame:
        ids = self.deposits["id"].to_numpy(dtype=object)[table["deposit"].to_numpy()]
        return table.assign(deposit_id=ids, source=source)

    def _timelines(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Columns of `schemas.Span`."""
        day = rows["valid_from"].dt.strftime("%Y-%m-%d")
        names = rows["deposit_id"] + "." + rows["source"] + "." + rows["status"] + "." + day
        table = rows.assign(id=names)
        columns = ["id", "deposit_id", "source", "status", "share", "valid_from", "valid_to"]
        return self._placed(table[columns], rows["deposit"].to_numpy())

    def _turns(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Columns of `schemas.Change`, ordered by day."""
        at = rows["deposit"].to_numpy()
        day = rows["day"].dt.strftime("%Y-%m-%d")
        table = rows.assign(
            id=rows["deposit_id"] + "." + rows["source"] + "." + day,
            name_en=self.deposits["name_en"].to_numpy(dtype=object)[at],
            commodity=self.deposits["commodity"].to_numpy(dtype=object)[at],
        )
        columns = ["id", "deposit_id", "name_en", "commodity", "day", "before", "after", "source"]
        placed = self._placed(table[columns], at)
        return placed.sort_values(["day", "id"], ignore_index=True)

    def _placed(self, table: pd.DataFrame, at: IntArray) -> gpd.GeoDataFrame:
        points = shapely.centroid(self.deposits.geometry.to_numpy())[at]
        return gpd.GeoDataFrame(table, geometry=points, crs=CRS84)


def overlay_source(cells: gpd.GeoDataFrame, source: Source, snapshots: pd.DataFrame) -> Overlay:
    """One source's overlay, to be made over the deposits of the histories it is added to."""

    def overlay(histories: HistoryTables) -> tuple[str, pd.DataFrame]:
        shapes = histories.footprints
        table = standings(
            shares_in(shapes, cells.geometry.to_numpy()),
            cells["status"].to_numpy(dtype=object),
            cells["valid_from"].to_numpy().astype("datetime64[D]"),
            cells["valid_to"].to_numpy().astype("datetime64[D]"),
            share_inside(shapes, histories.areas[source.coverage]),
            first_day(source, snapshots),
        )
        return source.id, table

    return overlay


def first_day(source: Source, snapshots: pd.DataFrame) -> date:
    """The first day a source speaks of: of events as declared, of maps that of the first."""
    if source.record == "events" and source.coverage_from is not None:
        return source.coverage_from
    days = snapshots.loc[snapshots["source"] == source.id, "day"]
    return pd.Timestamp(pd.to_datetime(days).min()).date()
