"""What holds for every deposit on a day: verdicts, shares, agreement, distance to the line."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.cache import Cache, keeping
from geodata.control.cells import land_of
from geodata.control.contact_line import (
    ContactLine,
    contact_line,
    flips_if_line_moves_km,
    sample_points,
)
from geodata.control.overlay import share_inside
from geodata.control.sources import SourceRegistry, SourceSelection
from geodata.control.territories import codes, extent, land, may_belong_to
from geodata.control.timeline import verdicts_on
from geodata.errors import InvalidInput, NotFound
from geodata.store.tables import Tables
from geodata.types import FloatArray, Mask
from schemas import Territory


@dataclass(frozen=True)
class Lying:
    """How the deposits lie in a territory: may each lie in it, and its share on the date."""

    member: Mask
    extent_share: FloatArray
    share: FloatArray


class EmbeddedControl:
    """The overlay of a release, asked day by day; recent days are kept in `days`."""

    def __init__(self, tables: Tables, book: SourceRegistry, days: Cache[Any]) -> None:
        self.tables = tables
        self.book = book
        release = tables.manifest.id
        self.deposits_on = keeping(days, self._on, release, "on")
        self.contact_line_on = keeping(days, self._front_on, release, "front")
        self.land_on = keeping(days, self._land_on, release, "land")
        self.extent_of = keeping(days, self._extent_of, release, "extent")
        self.territory_on = keeping(days, self._territory_on, release, "territory")
        self.flips_on = keeping(days, self._flips_on, release, "flips")

    @cached_property
    def _samples(self) -> np.ndarray:
        """Points in each footprint that are asked how far the line is."""
        return sample_points(self.tables.footprints)

    def verdicts(self, choice: SourceSelection) -> pd.DataFrame:
        """Standing of every deposit by one source on its day, in the order of deposits.

        Columns occupied, contested, government, unknown, verdict, since; where the source does
        not reach the day the verdict is 'unknown' and the rest is empty.
        """
        rows = self.tables.standings
        rows = rows[(rows["source"] == choice.source).to_numpy()]
        day = verdicts_on(rows, choice.day).set_index("deposit")
        full = day.reindex(np.arange(len(self.tables.deposits)))
        full["verdict"] = full["verdict"].astype(object).where(full["verdict"].notna(), "unknown")
        return full[["occupied", "contested", "government", "unknown", "verdict", "since"]]

    def _on(self, day: date, source: str | None) -> gpd.GeoDataFrame:
        """Deposits with the overlay of a day: the `deposits` collection."""
        choice = self.book.select(day, source)
        own = self.verdicts(choice)
        untested = self.tables.deposits["overlay_basis"].to_numpy(dtype=object) == "none"
        table = self.tables.deposits.assign(
            control=own["verdict"].to_numpy(dtype=object),
            control_share=np.where(untested, np.nan, own["occupied"]),
            contested_share=np.where(untested, np.nan, own["contested"]),
            control_since=own["since"].to_numpy(),
            control_source=choice.source,
            control_asof=pd.Timestamp(choice.asof) if choice.asof else pd.NaT,
            stale_days=pd.array([choice.stale_days] * len(own), dtype="Int64"),
            agreement=self._agreement(choice, own["verdict"].to_numpy(dtype=object)),
            line_distance_km=self._distances(choice).round(3),
        )
        return gpd.GeoDataFrame(table)

    def _agreement(self, choice: SourceSelection, verdict: np.ndarray) -> FloatArray:
        """Share of the sources that reach the day which give the same verdict; NaN for none."""
        others = [self.verdicts(c) for c in self.book.all_on(choice.day) if c.asof]
        if not others or choice.asof is None:
            return np.full(len(verdict), np.nan)
        same = [other["verdict"].to_numpy(dtype=object) == verdict for other in others]
        return np.asarray(np.mean(same, axis=0)).round(3)

    def _distances(self, choice: SourceSelection) -> FloatArray:
        points = shapely.centroid(self.tables.deposits.geometry.to_numpy())
        away = self.contact_line_on(choice.day, choice.source).signed_distances_km(points)
        untested = self.tables.deposits["overlay_basis"].to_numpy(dtype=object) == "none"
        return np.asarray(np.where(untested, np.nan, away))

    def _front_on(self, day: date, source: str) -> ContactLine:
        occupied = self.land_on(day, "occupied", source)
        return contact_line(occupied, self.tables.areas.outline, self.tables.lakes)

    def _land_on(self, day: date, status: str, source: str) -> BaseGeometry:
        """Land of a status on a day, by a source."""
        cells = self.tables.control
        return land_of(cells[(cells["source"] == source).to_numpy()], day, status)

    def _flips_on(self, day: date, source: str) -> FloatArray:
        """How far the line must move before each verdict changes, km; NaN where it does not."""
        points = self._samples
        rows = np.flatnonzero([p[0] is not None for p in points])
        verdict = self.verdicts(self.book.resolve(source, day))["verdict"].to_numpy(dtype=object)
        away = self.contact_line_on(day, source).signed_distances_km(points[rows].ravel())
        result = np.full(len(points), np.nan)
        result[rows] = flips_if_line_moves_km(away.reshape(len(rows), -1), verdict[rows])
        return result.round(3)

    def territory(self, name: str) -> Territory:
        """A territory by id. Raises NotFound, naming what there is."""
        known = self.tables.territories
        if name not in known:
            raise NotFound(
                f"territory {name[:60]!r} is not defined; defined are {', '.join(known)}",
                parameter="territory",
            )
        return known[name]

    def _extent_of(self, name: str, source: str | None) -> BaseGeometry:
        return extent(self.territory(name), self.tables.areas, self._lands(source))

    def _territory_on(self, name: str, day: date, source: str | None) -> BaseGeometry:
        return land(self.territory(name), self.tables.areas, self._lands(source), day)

    def lying_in(self, name: str, day: date, source: str | None) -> Lying:
        """How all deposits lie in a territory on a day. Raises InvalidInput for an unknown one."""
        try:
            wanted = codes(self.territory(name), self.tables.areas)
        except NotFound as error:
            raise InvalidInput(error.detail, parameter=error.parameter) from None
        shapes = self.tables.footprints
        inside = share_inside(shapes, self.extent_of(name, source))
        oblasts = self.tables.deposits["oblasts"].to_numpy(dtype=object)
        share = share_inside(shapes, self.territory_on(name, day, source))
        return Lying(may_belong_to(inside, oblasts, wanted), inside, share.round(6))

    def _lands(self, source: str | None) -> "LandBy":
        return LandBy(self, source)


@dataclass(frozen=True)
class LandBy:
    """Land of a status on a day by one source, or by the one that reaches the day."""

    overlaid: EmbeddedControl
    source: str | None

    def __call__(self, day: date, status: str) -> BaseGeometry:
        """The land, CRS84; by the rule of priority where the source does not reach the day."""
        book = self.overlaid.book
        reaches = self.source is not None and book.resolve(self.source, day).asof is not None
        source = book.select(day, self.source if reaches else None).source
        return self.overlaid.land_on(day, status, source)
