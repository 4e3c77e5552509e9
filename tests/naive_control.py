"""Who holds what, worked out of plain dicts: verdicts, land and territories."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from naive_land import NaiveLand
from naive_rows import PlainRows, Row, Values
from shapely.geometry.base import BaseGeometry

from geodata.control import territories as land_rules
from geodata.control.contact_line import (
    ContactLine,
    contact_line,
    flips_if_line_moves_km,
    sample_points,
)
from geodata.control.overlay import overlay_source, share_inside
from geodata.control.sources import SourceSelection
from geodata.control.splice import Stretch, spliced
from geodata.crs import CRS84
from geodata.data import packaged
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import Query
from geodata.geometry import union_all
from geodata.store.base import Membership
from geodata.types import FloatArray
from schemas import Territory

if TYPE_CHECKING:
    from naive_store import NaiveStore

SHARES = ("occupied", "contested", "government", "unknown")


def lasts(values: Values, day: date) -> bool:
    """Whether a day is in the half-open interval of a row."""
    return values["valid_from"] <= day and (values["valid_to"] is None or day < values["valid_to"])


def meets(values: Values, stretch: Stretch) -> bool:
    """Whether the half-open interval of a row shares a day with a stretch."""
    begun = stretch.stop is None or values["valid_from"] < stretch.stop
    return begun and (values["valid_to"] is None or stretch.first < values["valid_to"])


class NaiveControl(NaiveLand):
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

    @property
    def spliced_intervals(self) -> pd.DataFrame:
        table = pd.DataFrame(self._spliced())
        days = {name: pd.to_datetime(table[name]) for name in ("valid_from", "valid_to", "since")}
        return table.assign(**days)

    def _spliced(self) -> list[Values]:
        """The rows of each deposit, by the source of each stretch, with the days of their runs."""

        def make() -> list[Values]:
            by_deposit: dict[int, list[Values]] = {}
            for row in self._intervals():
                by_deposit.setdefault(row["deposit"], []).append(row)
            return [row for n in sorted(by_deposit) for row in self._history(by_deposit[n])]

        return self._store.once("spliced", make)

    def _history(self, intervals: list[Values]) -> list[Values]:
        """One deposit's rows, stretch by stretch."""
        sources, rows = self._store.sources, []
        for stretch in sources.stretches:
            own = [r for r in intervals if r["source"] == stretch.source and meets(r, stretch)]
            for row in sorted(own, key=lambda r: r["valid_from"]):
                first = max(row["valid_from"], stretch.first)
                stops = [day for day in (row["valid_to"], stretch.stop) if day is not None]
                since = row["since"]
                if rows and rows[-1]["verdict"] == row["verdict"]:
                    since = rows[-1]["since"]
                elif rows and first == stretch.first == sources.first_day(stretch.source):
                    since = None
                whole = {"valid_from": first, "valid_to": min(stops, default=None), "since": since}
                rows.append({**row, **whole})
        return rows

    def occupied_within(self, name: str, source: str | None) -> pd.DataFrame:
        shapes = self._store.facts.footprints
        area = land_rules.extent(self.territory(name), self._areas(), self._land_lookup(source))
        rows = land_rules.partly_inside(share_inside(shapes, area))
        inside = shapely.intersection(shapes[rows], area)
        sources = self._store.sources
        table = pd.concat([
            overlay_source(
                inside, self._frame(each), np.ones(len(rows)), sources.first_day(each)
            ).assign(source=each)
            for each in sources.present if source in {None, each}
        ])  # fmt: skip
        table = table.assign(deposit=rows[table["deposit"].to_numpy()])
        firsts = {each: sources.first_day(each) for each in sources.present}
        return table if source else spliced(table, sources.stretches, firsts)

    def _frame(self, source: str) -> gpd.GeoDataFrame:
        cells = self._cells(source)
        names = ("status", "valid_from", "valid_to")
        table = pd.DataFrame([[c.properties[n] for n in names] for c in cells], columns=list(names))
        days = {name: pd.to_datetime(table[name]) for name in names[1:]}
        return gpd.GeoDataFrame(table.assign(**days), geometry=[c.shape for c in cells], crs=CRS84)

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
        since = {}
        if source is None:
            since = {r["deposit_id"]: r["since"] for r in self._spliced() if lasts(r, day)}
        others = [self._verdicts(c) for c in self._store.sources.all_on(day) if c.asof]
        plain = self._store.rows_of("deposits")
        own = self._verdicts(choice)
        points = np.array([shapely.centroid(row.shape) for row in plain], dtype=object)
        away = self.contact_line_on(day, choice.source).signed_distances_km(points)
        laid = []
        for number, row in enumerate(plain):
            verdict = own[number]["verdict"]
            tested = row.properties["tested"] and verdict != "unknown"
            same = [other[number]["verdict"] == verdict for other in others]
            began = since.get(row.properties["id"]) if source is None else own[number]["since"]
            said = {
                "control": verdict,
                "control_party": packaged.theatre().parties.get(verdict),
                "control_share": own[number]["occupied"] if tested else None,
                "contested_share": own[number]["contested"] if tested else None,
                "control_since": began if tested else None,
                "control_source": choice.source,
                "control_asof": choice.asof,
                "stale_days": choice.stale_days,
                "source_reason": choice.reason,
                "agreement": round(sum(same) / len(same), 3) if same and tested else None,
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
        coverage = packaged.theatre().coverages[self._store.sources.by_id[source].coverage]
        dry = coverage == "country without lakes"
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
            if self._store.has_lines:
                pieces = [
                    row.shape
                    for row in self._store.rows_of("contact-line")
                    if row.properties["source"] == source and lasts(row.properties, day)
                ]
                return ContactLine(shapely.MultiLineString(pieces), occupied)
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
        countries = {
            row.properties["id"]: row.shape
            for row in self._store.rows_of("admin-areas")
            if row.properties["level"] == 0
        }
        return land_rules.Areas(self._store.facts.outline, oblasts, countries)

    def _land_lookup(self, source: str | None) -> land_rules.LandOn:
        """Land by the source asked, by the one that answers on days before its record."""
        sources = self._store.sources

        def land_lookup(day: date, status: str) -> BaseGeometry:
            late = source is None or day < sources.first_day(sources.require(source))
            return self.land_on(day, status, sources.select(day).source if late else source)

        return land_lookup


def _rounded(value: float) -> float | None:
    return None if value != value else round(float(value), 3)  # noqa: PLR0124 - NaN is no number
