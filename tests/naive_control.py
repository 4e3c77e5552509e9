"""Who holds what, worked out of plain dicts: sources, verdicts, land and territories."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from naive_rows import PlainRows, Row, Values
from shapely.geometry.base import BaseGeometry

from geodata.control import territories as land_rules
from geodata.control.contact_line import (
    ContactLine,
    contact_line,
    flips_if_line_moves_km,
    sample_points,
)
from geodata.control.overlay import share_inside
from geodata.control.sources import SourceSelection
from geodata.crs import CRS84
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import Query
from geodata.geometry import union_all
from geodata.store.base import Membership
from geodata.types import FloatArray
from schemas import Source, Territory

if TYPE_CHECKING:
    from naive_store import NaiveStore

SHARES = ("occupied", "contested", "government", "unknown")


class NaiveSources:
    """Which source answers for a day, found by looking through all snapshots."""

    def __init__(
        self, by_id: Mapping[str, Source], snapshots: list[Values], priority: tuple[str, ...]
    ) -> None:
        self.by_id = by_id
        self._snapshots = snapshots
        self.present = tuple(dict.fromkeys(row["source"] for row in snapshots))
        named = [source for source in priority if source in self.present]
        self.ordered = (*named, *sorted({*self.present} - {*named}))

    def select(self, day: date, wanted: str | None = None) -> SourceSelection:
        if wanted is not None:
            return self.resolve(wanted, day)
        for source in self.ordered:
            if self.resolve(source, day).asof is not None:
                break
        return self.resolve(source, day)

    def resolve(self, source: str, day: date) -> SourceSelection:
        if day < self.first_day(self.require(source)):
            return SourceSelection(source, day, None)
        if self.by_id[source].record == "events":
            return SourceSelection(source, day, min(day, self.last_day(source)))
        return SourceSelection(source, day, max(d for d in self._days(source) if d <= day))

    def require(self, source: str) -> str:
        if source not in self.present:
            raise InvalidInput(
                f"source {source[:60]!r} is not in this release; choose one of "
                f"{', '.join(self.ordered)}",
                parameter="source",
            )
        return source

    def all_on(self, day: date) -> tuple[SourceSelection, ...]:
        return tuple(self.resolve(source, day) for source in self.ordered)

    def first_day(self, source: str) -> date:
        described = self.by_id[source]
        declared = described.coverage_from if described.record == "events" else None
        return declared or min(self._days(source))

    def last_day(self, source: str) -> date:
        return max(self._days(source))

    @property
    def last_day_of_data(self) -> date:
        return max(row["day"] for row in self._snapshots)

    def snapshot(self, choice: SourceSelection) -> Values | None:
        if choice.asof is None or self.by_id[choice.source].record == "events":
            return None
        own = [row for row in self._snapshots if row["source"] == choice.source]
        return next((row for row in own if row["day"] == choice.asof), None)

    def _days(self, source: str) -> list[date]:
        return [row["day"] for row in self._snapshots if row["source"] == source]


def lasts(values: Values, day: date) -> bool:
    """Whether a day is in the half-open interval of a row."""
    return values["valid_from"] <= day and (values["valid_to"] is None or day < values["valid_to"])


class NaiveControl:
    """Control, worked out of the rows of cells and verdicts."""

    def __init__(self, store: "NaiveStore", territories: Mapping[str, Territory]) -> None:
        self._store = store
        self.territories = territories

    # Verdicts

    @property
    def verdict_intervals(self) -> pd.DataFrame:
        table = pd.DataFrame(self._intervals())
        days = {name: pd.to_datetime(table[name]) for name in ("valid_from", "valid_to", "since")}
        return table.assign(**days)

    def verdicts(self, choice: SourceSelection) -> pd.DataFrame:
        table = pd.DataFrame(self._verdicts(choice), columns=[*SHARES, "verdict", "since"])
        return table.assign(since=pd.to_datetime(table["since"]))

    def deposits_on(self, day: date, source: str | None) -> gpd.GeoDataFrame:
        collection = self._store.collection("deposits")
        rows = PlainRows(self.rows_on(day, source), collection, Query("deposits"))
        return rows.read().to_geopandas()

    def rows_on(self, day: date, source: str | None) -> list[Row]:
        """Rows of deposits with the control of a day."""
        return self._store.once(("deposits", day, source), lambda: self._laid_over(day, source))

    def _laid_over(self, day: date, source: str | None) -> list[Row]:
        choice = self._store.sources.select(day, source)
        others = [self._verdicts(c) for c in self._store.sources.all_on(day) if c.asof]
        plain = self._store.rows_of("deposits")
        own = self._verdicts(choice)
        points = np.array([shapely.centroid(row.shape) for row in plain], dtype=object)
        away = self.contact_line_on(day, choice.source).signed_distances_km(points)
        laid = []
        for number, row in enumerate(plain):
            verdict = own[number]["verdict"]
            tested = row.properties["overlay_basis"] != "none"
            same = [other[number]["verdict"] == verdict for other in others]
            said = {
                "control": verdict,
                "control_share": own[number]["occupied"] if tested else None,
                "contested_share": own[number]["contested"] if tested else None,
                "control_since": own[number]["since"],
                "control_source": choice.source,
                "control_asof": choice.asof,
                "stale_days": choice.stale_days,
                "agreement": round(sum(same) / len(same), 3) if same and choice.asof else None,
                "line_distance_km": _rounded(away[number]) if tested else None,
            }
            laid.append(replace(row, properties={**row.properties, **said}))
        return laid

    def _intervals(self) -> list[Values]:
        return self._store.once("intervals", lambda: self._store.records("standings"))

    def _verdicts(self, choice: SourceSelection) -> list[Values]:
        """What a source says of each deposit on a day."""
        nothing = {**dict.fromkeys(SHARES), "verdict": "unknown", "since": None}
        said = {
            row["deposit_id"]: row
            for row in self._intervals()
            if row["source"] == choice.source and lasts(row, choice.day)
        }
        return [said.get(r.properties["id"], nothing) for r in self._store.rows_of("deposits")]

    # Land

    def _cells(self, source: str | None) -> list[Row]:
        rows = self._store.rows_of("control")
        return [row for row in rows if source is None or row.properties["source"] == source]

    def cells_at(self, source: str, point: shapely.Point) -> gpd.GeoDataFrame:
        hit = [row for row in self._cells(source) if shapely.intersects(row.shape, point)]
        names = ("status", "valid_from", "valid_to")
        table = pd.DataFrame([[r.properties[n] for n in names] for r in hit], columns=list(names))
        days = {name: pd.to_datetime(table[name]) for name in names[1:]}
        shapes = [row.shape for row in hit]
        return gpd.GeoDataFrame(table.assign(**days), geometry=shapes, crs=CRS84)

    def first_cell_day(self, source: str | None = None) -> date | None:
        days = [row.properties["valid_from"] for row in self._cells(source)]
        return min((day for day in days if day is not None), default=None)

    def covered_area(self, source: str) -> BaseGeometry:
        facts = self._store.facts
        dry = self._store.sources.by_id[source].coverage == "ukraine-land"
        return facts.outline.difference(facts.lakes) if dry else facts.outline

    def land_on(self, day: date, status: str, source: str) -> BaseGeometry:
        def make() -> BaseGeometry:
            shapes = [
                row.shape
                for row in self._cells(source)
                if row.properties["status"] == status and lasts(row.properties, day)
            ]
            return union_all(np.array(shapes, dtype=object))

        return self._store.once(("land", day, status, source), make)

    def contact_line_on(self, day: date, source: str) -> ContactLine:
        def make() -> ContactLine:
            facts, occupied = self._store.facts, self.land_on(day, "occupied", source)
            return contact_line(occupied, facts.outline, facts.lakes)

        return self._store.once(("line", day, source), make)

    def flips_on(self, day: date, source: str) -> FloatArray:
        return self._store.once(("flips", day, source), lambda: self._flips(day, source))

    def _flips(self, day: date, source: str) -> FloatArray:
        line = self.contact_line_on(day, source)
        said = self._verdicts(self._store.sources.resolve(source, day))
        points = self._store.once("samples", lambda: sample_points(self._store.facts.footprints))
        moves = []
        for row, spots in zip(said, points, strict=True):
            if spots[0] is None:
                moves.append(float("nan"))
                continue
            away = line.signed_distances_km(spots)[None, :]
            verdict = np.array([row["verdict"]], dtype=object)
            moves.append(round(float(flips_if_line_moves_km(away, verdict)[0]), 3))
        return np.array(moves)

    # Territories

    def territory(self, name: str) -> Territory:
        if name not in self.territories:
            raise NotFound(
                f"territory {name[:60]!r} is not defined; defined are "
                f"{', '.join(self.territories)}",
                parameter="territory",
            )
        return self.territories[name]

    def territory_on(self, name: str, day: date, source: str | None) -> BaseGeometry:
        def make() -> BaseGeometry:
            rule = self.territory(name)
            return land_rules.land(rule, self._areas(), self._land_lookup(source), day)

        return self._store.once(("territory", name, day, source), make)

    def membership_in(self, name: str, day: date, source: str | None) -> Membership:
        try:
            rule = self.territory(name)
        except NotFound as error:
            raise InvalidInput(error.detail, parameter=error.parameter) from None
        key = ("membership", name, day, source)
        return self._store.once(key, lambda: self._membership(rule, day, source))

    def _membership(self, rule: Territory, day: date, source: str | None) -> Membership:
        extent = land_rules.extent(rule, self._areas(), self._land_lookup(source))
        codes = {*(rule.oblasts or self._areas().oblasts)} - {*rule.except_oblasts}
        shapes = self._store.facts.footprints
        extents = share_inside(shapes, extent)
        shares = share_inside(shapes, self.territory_on(rule.id, day, source))
        members = [
            not codes.isdisjoint(row.properties["oblasts"]) if shape is None else inside >= 0.05
            for row, shape, inside in zip(
                self._store.rows_of("deposits"), shapes, extents, strict=True
            )
        ]
        return Membership(np.array(members), extents, np.array([round(s, 6) for s in shares]))

    def _areas(self) -> land_rules.Areas:
        rows = self._store.rows_of("admin-areas")
        oblasts = {row.properties["id"]: row.shape for row in rows if row.properties["level"] == 1}
        return land_rules.Areas(self._store.facts.outline, oblasts)

    def _land_lookup(self, source: str | None) -> land_rules.LandOn:
        """Land by the source asked, by the one that answers on days before its record."""
        sources = self._store.sources

        def land_lookup(day: date, status: str) -> BaseGeometry:
            late = source is None or day < sources.first_day(sources.require(source))
            return self.land_on(day, status, sources.select(day).source if late else source)

        return land_lookup


def _rounded(value: float) -> float | None:
    return None if value != value else round(float(value), 3)  # noqa: PLR0124 - NaN is no number
