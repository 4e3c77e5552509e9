"""How do cells become histories of deposits: the overlay tables of a release, by source?"""

from datetime import date

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.control.overlay import footprints, overlay_source, share_inside
from geodata.control.timeline import changes, spans
from geodata.crs import CRS84
from geodata.data import packaged
from geodata.types import IntArray
from schemas import Source, Span
from schemas.record import column_names


class HistoryTables:
    """Verdict intervals, spans and changes of all deposits, gathered source by source."""

    def __init__(
        self, deposits: gpd.GeoDataFrame, outline: BaseGeometry, land: BaseGeometry
    ) -> None:
        """deposits: columns of `schemas.Deposit`. outline, land: with and without lakes, CRS84."""
        self.deposits = deposits
        self.footprints = footprints(deposits, outline, land)
        self.areas: dict[str, BaseGeometry] = {
            "country": outline,
            "country without lakes": land,
        }
        self._standings: list[pd.DataFrame] = []
        self._spans: list[pd.DataFrame] = []
        self._changes: list[pd.DataFrame] = []

    def add(self, source: Source, cells: gpd.GeoDataFrame, first_day: date) -> None:
        """Lay the cells of a source over all footprints. first_day: the first it speaks of."""
        area = self.areas[packaged.theatre().coverages[source.coverage]]
        covered = share_inside(self.footprints, area)
        intervals = overlay_source(self.footprints, cells, covered, first_day)
        self._standings.append(self._named(intervals, source.id))
        self._spans.append(self._named(spans(intervals), source.id))
        self._changes.append(self._named(changes(intervals), source.id))

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables `standings`, `timelines` and `changes` of all sources added, in that order."""
        return {
            "standings": with_party(pd.concat(self._standings, ignore_index=True), "verdict"),
            "timelines": self._timelines(pd.concat(self._spans, ignore_index=True)),
            "changes": self._change_table(pd.concat(self._changes, ignore_index=True)),
        }

    def _named(self, table: pd.DataFrame, source: str) -> pd.DataFrame:
        ids = self.deposits["id"].to_numpy(dtype=object)[table["deposit"].to_numpy()]
        return table.assign(deposit_id=ids, source=source)

    def _timelines(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Columns of `schemas.Span`."""
        day = rows["valid_from"].dt.strftime("%Y-%m-%d")
        names = rows["deposit_id"] + "." + rows["source"] + "." + rows["status"] + "." + day
        table = with_party(rows.assign(id=names), "status")
        columns = [name for name in column_names(Span) if name != "geometry"]
        return self._with_points(table[columns], rows["deposit"].to_numpy())

    def _change_table(self, rows: pd.DataFrame) -> gpd.GeoDataFrame:
        """Columns of `schemas.Change`, ordered by day."""
        at = rows["deposit"].to_numpy()
        day = rows["day"].dt.strftime("%Y-%m-%d")
        table = rows.assign(
            id=rows["deposit_id"] + "." + rows["source"] + "." + day,
            name_en=self.deposits["name_en"].to_numpy(dtype=object)[at],
            commodity=self.deposits["commodity"].to_numpy(dtype=object)[at],
        )
        columns = ["id", "deposit_id", "name_en", "commodity", "day", "before", "after", "source"]
        changes_at = self._with_points(table[columns], at)
        return changes_at.sort_values(["day", "id"], ignore_index=True)

    def _with_points(self, table: pd.DataFrame, at: IntArray) -> gpd.GeoDataFrame:
        points = shapely.centroid(self.deposits.geometry.to_numpy())[at]
        return gpd.GeoDataFrame(table, geometry=points, crs=CRS84)


def with_party(table: pd.DataFrame, status: str) -> pd.DataFrame:
    """The table with who holds land of the status in a column; None where nobody can be named."""
    parties = packaged.theatre().parties
    held = table[status].map(parties.get).astype(object)
    return table.assign(party=held.where(held.notna(), None))


def first_day(source: Source, snapshots: pd.DataFrame) -> date:
    """The first day a source speaks of: of events as declared, of maps that of the first.

    snapshots: columns `source` and `day`.
    """
    if source.record == "events" and source.coverage_from is not None:
        return source.coverage_from
    days = snapshots.loc[snapshots["source"] == source.id, "day"]
    return pd.Timestamp(pd.to_datetime(days).min()).date()
