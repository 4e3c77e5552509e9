"""What holds for every deposit on a day: verdicts, shares, agreement, distance to the line."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cache import Cache, keeping
from geodata.control.cells import as_of, land_of
from geodata.control.contact_line import (
    ContactLine,
    contact_line,
    flips_if_line_moves_km,
    sample_points,
)
from geodata.control.disagreement import (
    Difference,
    Map,
    differences,
    disagreement_table,
    pairs_on,
)
from geodata.control.held_area import held_areas, parts_of_extent
from geodata.control.overlay import overlay_source, share_inside
from geodata.control.sources import SourceRegistry, SourceSelection
from geodata.control.splice import spliced
from geodata.control.territories import (
    LandOn,
    codes,
    extent,
    land,
    may_belong_to,
    partly_inside,
)
from geodata.control.timeline import MAPPED, verdicts_on
from geodata.data import packaged
from geodata.errors import InvalidInput, NotFound
from geodata.interval import as_days, days_of
from geodata.store.base import Membership
from geodata.store.tables import Tables
from geodata.types import DayArray, FloatArray, GeometryArray
from schemas import Territory


class EmbeddedControl:
    """The control of a release, asked day by day; recent days are kept in `days`.

    Each of what is kept is a pure function of the release, a day and a source. Those that rest on
    another (a line on the land, distances on the line) ask for it through the cache as well, so a
    day's cells are united once however many questions meet, and days of one map share its land and
    its line. `keeping` takes arguments by place.
    """

    def __init__(self, tables: Tables, sources: SourceRegistry, days: Cache[Any]) -> None:
        self.tables = tables
        self.sources = sources
        release = tables.manifest.id
        self.deposits_on = keeping(days, self._deposits_on, release, "on")
        self._line_of_map = keeping(days, self._contact_line_on, release, "line")
        self._land_of_map = keeping(days, self._land_on, release, "land")
        self.extent_of = keeping(days, self._extent_of, release, "extent")
        self.occupied_within = keeping(days, self._occupied_within, release, "within")
        self.territory_on = keeping(days, self._territory_on, release, "territory")
        self.membership_in = keeping(days, self._membership_in, release, "membership")
        self.held_areas = keeping(days, self._held_areas, release, "held areas")
        self.flips_on = keeping(days, self._flips_on, release, "flips")
        self.disagreements_on = keeping(days, self._disagreements_on, release, "disagreements")
        self._differences_of = keeping(days, self._differences, release, "differences")

    @property
    def territories(self) -> Mapping[str, Territory]:
        """All defined territories by id."""
        return self.tables.territories

    @property
    def verdict_intervals(self) -> pd.DataFrame:
        """Verdict and shares of every deposit and source by stretch of days."""
        return self.tables.standings

    @cached_property
    def spliced_intervals(self) -> pd.DataFrame:
        """The same of the source that answers on each day; see `splice.spliced`."""
        return spliced(self.tables.standings, self.sources.stretches, self._first_days)

    def _occupied_within(self, name: str, source: str | None) -> pd.DataFrame:
        """Occupied share of footprints partly in a territory's extent, by stretch of days."""
        area = self.extent_of(name, source)
        rows = partly_inside(share_inside(self.tables.footprints, area))
        shapes = shapely.intersection(self.tables.footprints[rows], area)
        names = {each.source for each in self.sources.stretches} if source is None else {source}
        parts = [self._occupied_share(shapes, each).assign(source=each) for each in sorted(names)]
        table = pd.concat(parts, ignore_index=True)
        table = table.assign(deposit=rows[table["deposit"].to_numpy()])
        return table if source else spliced(table, self.sources.stretches, self._first_days)

    def _occupied_share(self, shapes: GeometryArray, source: str) -> pd.DataFrame:
        whole = np.ones(len(shapes))
        return overlay_source(shapes, self._cells_of(source), whole, self.sources.first_day(source))

    @cached_property
    def _first_days(self) -> dict[str, date]:
        return {source: self.sources.first_day(source) for source in self.sources.present}

    def cells_at(self, source: str, point: shapely.Point) -> gpd.GeoDataFrame:
        """Cells of a source a point meets, of all days."""
        cells = self._cells_of(source)
        return cells[shapely.intersects(cells.geometry.to_numpy(), point)]

    def first_cell_day(self, source: str | None = None) -> date | None:
        """The first day land has a status, by a source or by any; None where none ever has."""
        cells = self.tables.control if source is None else self._cells_of(source)
        starts = as_days(cells["valid_from"].dropna())
        return starts.min().item() if len(starts) else None

    def covered_area(self, source: str) -> BaseGeometry:
        """The land a source speaks of: a map of places says nothing of the water between them."""
        outline = self.tables.outline
        coverage = self.sources.by_id[source].coverage
        if packaged.theatre().coverages[coverage] == "country without lakes":
            return shapely.difference(outline, self.tables.lakes)
        return outline

    def _cells_of(self, source: str) -> gpd.GeoDataFrame:
        cells = self.tables.control
        return cells[(cells["source"] == source).to_numpy()]

    @cached_property
    def _samples(self) -> np.ndarray:
        """Points in each footprint that are asked how far the line is, (n, SAMPLES); of no day."""
        return sample_points(self.tables.footprints)

    def verdicts(self, choice: SourceSelection) -> pd.DataFrame:
        """What a source says of every deposit on its day, in the order of deposits."""
        rows = self.tables.standings
        return self._verdicts_in(rows[(rows["source"] == choice.source).to_numpy()], choice.day)

    def _verdicts_in(self, intervals: pd.DataFrame, day: date) -> pd.DataFrame:
        """The intervals that hold on a day, in the order of deposits.

        No record has a row before its first day, so `reindex` is what leaves a deposit there empty
        rather than out: every caller counts on one row for each.
        """
        rows = verdicts_on(intervals, day).set_index("deposit")
        full = rows.reindex(np.arange(len(self.tables.deposits)))
        full["verdict"] = full["verdict"].astype(object).where(full["verdict"].notna(), "unknown")
        return full[["occupied", "contested", "government", "unknown", "verdict", "since"]]

    def _deposits_on(self, day: date, source: str | None) -> gpd.GeoDataFrame:
        """Deposits with the overlay of a day: the `deposits` collection.

        A deposit whose position must not be tested has no shares: zero would read as "not
        occupied", while its interval holds the shares that its verdict never rested on.
        """
        choice = self.sources.select(day, source)
        verdicts = (
            self._verdicts_in(self.spliced_intervals, day)
            if source is None
            else self.verdicts(choice)
        )
        verdict = verdicts["verdict"].to_numpy(dtype=object)
        # Of what no source covers nothing is known: a zero would read as "not occupied".
        untested = ~self.tables.deposits["tested"].to_numpy(dtype=bool) | (verdict == "unknown")
        table = self.tables.deposits.assign(
            control=verdict,
            control_party=verdicts["verdict"].map(packaged.theatre().parties.get).astype(object),
            control_share=np.where(untested, np.nan, verdicts["occupied"]),
            contested_share=np.where(untested, np.nan, verdicts["contested"]),
            control_since=verdicts["since"].where(~untested).to_numpy(),
            control_source=choice.source,
            control_asof=pd.Timestamp(choice.asof) if choice.asof else pd.NaT,
            stale_days=pd.array([choice.stale_days] * len(verdicts), dtype="Int64"),
            source_reason=choice.reason,
            agreement=np.where(untested, np.nan, self._agreement(choice, verdict)),
            line_distance_km=np.where(untested, np.nan, self._distances(choice).round(3)),
        )
        return gpd.GeoDataFrame(table)

    def _agreement(self, choice: SourceSelection, verdict: np.ndarray) -> FloatArray:
        """Share of the sources that reach the day which give the same verdict; NaN for none.

        The source itself is one of them, so a lone source agrees with itself: 1, not NaN.
        """
        others = [self.verdicts(c) for c in self.sources.all_on(choice.day) if c.asof]
        if not others or choice.asof is None:
            return np.full(len(verdict), np.nan)
        same = [other["verdict"].to_numpy(dtype=object) == verdict for other in others]
        return np.asarray(np.mean(same, axis=0)).round(3)

    def _distances(self, choice: SourceSelection) -> FloatArray:
        points = shapely.centroid(self.tables.deposits.geometry.to_numpy())
        line = self.contact_line_on(choice.day, choice.source)
        return np.asarray(line.signed_distances_km(points))

    def contact_line_on(self, day: date, source: str) -> ContactLine:
        """The line of contact on a day, by a source."""
        return self._line_of_map(self._same_since(day, source), source)

    def land_on(self, day: date, status: str, source: str) -> BaseGeometry:
        """Land of a status on a day, by a source."""
        return self._land_of_map(self._same_since(day, source), status, source)

    def _same_since(self, day: date, source: str) -> date:
        """The first day whose cells of a source are those of a day; a day before all is itself."""
        turns = self._turns.get(source)
        if turns is None:
            return day
        earlier = int(np.searchsorted(turns, np.datetime64(day, "D"), side="right"))
        first: date = turns[earlier - 1].item() if earlier else day
        return first

    @cached_property
    def _turns(self) -> dict[str, DayArray]:
        """The days on which cells begin or end, ascending, by source."""
        by_source = {}
        for source, rows in self.tables.control.groupby("source"):
            days = np.concatenate([days_of(rows, name) for name in ("valid_from", "valid_to")])
            by_source[str(source)] = np.unique(days[~np.isnat(days)])
        return by_source

    def _contact_line_on(self, day: date, source: str) -> ContactLine:
        """The pieces of the release that hold on a day; drawn where it was built without any."""
        occupied, pieces = self.land_on(day, "occupied", source), self.tables.contact_line
        if pieces is None:
            return contact_line(occupied, self.tables.outline, self.tables.lakes)
        own = pieces[(pieces["source"] == source).to_numpy()]
        return ContactLine(shapely.MultiLineString(list(as_of(own, day).geometry)), occupied)

    def _disagreements_on(self, day: date) -> gpd.GeoDataFrame:
        pairs = pairs_on(self.sources.all_on(day))
        return disagreement_table(
            (one, other, self._differences_of(*self._map_key(one), *self._map_key(other)))
            for one, other in pairs
        )

    def _map_key(self, selection: SourceSelection) -> tuple[date, str]:
        return self._same_since(selection.day, selection.source), selection.source

    def _differences(
        self, day: date, source: str, other_day: date, other: str
    ) -> tuple[Difference, ...]:
        """Where two maps differ; days of the same two maps share it."""
        maps = self._map_on(day, source), self._map_on(other_day, other)
        return differences(*maps, self.tables.outline)

    def _map_on(self, day: date, source: str) -> Map:
        land = {status: self.land_on(day, status, source) for status in MAPPED}
        return Map(self.covered_area(source), land)

    def _land_on(self, day: date, status: str, source: str) -> BaseGeometry:
        return land_of(self._cells_of(source), day, status)

    def _flips_on(self, day: date, source: str) -> FloatArray:
        """How far the line must move before each verdict changes, km; NaN where it does not."""
        points = self._samples
        rows = np.flatnonzero([p[0] is not None for p in points])
        verdict = self.verdicts(self.sources.resolve(source, day))["verdict"].to_numpy(dtype=object)
        away = self.contact_line_on(day, source).signed_distances_km(points[rows].ravel())
        result = np.full(len(points), np.nan)
        result[rows] = flips_if_line_moves_km(away.reshape(len(rows), -1), verdict[rows])
        return result.round(3)

    def territory(self, name: str) -> Territory:
        """A territory by id. Raises NotFound, naming what there is."""
        defined = self.territories
        if name not in defined:
            raise NotFound(
                f"territory {name[:60]!r} is not defined; defined are {', '.join(defined)}",
                parameter="territory",
            )
        return defined[name]

    def _extent_of(self, name: str, source: str | None) -> BaseGeometry:
        return extent(self.territory(name), self.tables.areas, self._land_lookup(source))

    def _territory_on(self, name: str, day: date, source: str | None) -> BaseGeometry:
        return land(self.territory(name), self.tables.areas, self._land_lookup(source), day)

    def _held_areas(
        self,
        name: str,
        asked: str | None,
        source: str,
        by_oblast: bool,  # noqa: FBT001
    ) -> pd.DataFrame:
        extent, oblasts = self.extent_of(name, asked), self.tables.areas.oblasts
        parts = parts_of_extent(extent, oblasts, by_oblast=by_oblast)
        return held_areas(self._cells_of(source), parts)

    def _membership_in(self, name: str, day: date, source: str | None) -> Membership:
        """How all deposits lie in a territory on a day. Raises InvalidInput for an unknown one.

        Membership rests on the extent, which is the same on every day, so that a series counts
        the same deposits throughout; only `share` follows the day.
        """
        try:
            wanted = codes(self.territory(name), self.tables.areas)
        except NotFound as error:
            raise InvalidInput(error.detail, parameter=error.parameter) from None
        shapes = self.tables.footprints
        inside = share_inside(shapes, self.extent_of(name, source))
        oblasts = self.tables.deposits["oblasts"].to_numpy(dtype=object)
        share = share_inside(shapes, self.territory_on(name, day, source))
        return Membership(may_belong_to(inside, oblasts, wanted), inside, share.round(6))

    def _land_lookup(self, source: str | None) -> LandOn:
        """Land of a status on a day, by the source asked or, before its record, by priority.

        A territory may be fixed on a day (what was held before 2022) that the source asked does
        not reach: its land on that day would be empty, and the territory with it.
        """

        def land_lookup(day: date, status: str) -> BaseGeometry:
            reaches = source is not None and self.sources.resolve(source, day).asof is not None
            chosen = self.sources.select(day, source if reaches else None).source
            return self.land_on(day, status, chosen)

        return land_lookup
