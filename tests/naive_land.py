"""On which land do sources differ, and how large is it, worked out cell by cell?"""

from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from naive_rows import Row

from geodata.control import territories as land_rules
from geodata.control.disagreement import Difference, Map, differences, disagreement_table
from geodata.control.sources import SourceSelection
from geodata.control.timeline import MAPPED
from geodata.crs import areas_km2


class NaiveLand:
    """What a naive control knows of land beside who holds it."""

    _store: Any
    _areas: Any
    _cells: Any
    _land_lookup: Any
    covered_area: Any
    land_on: Any
    territory: Any

    def disagreements_on(self, day: date) -> gpd.GeoDataFrame:
        reaching = [each for each in self._store.sources.all_on(day) if each.asof is not None]
        return disagreement_table(
            (one, other, self._differences(one, other))
            for number, one in enumerate(reaching)
            for other in reaching[number + 1 :]
        )

    def _differences(self, one: SourceSelection, other: SourceSelection) -> tuple[Difference, ...]:
        maps = [
            Map(
                self.covered_area(each.source),
                {s: self.land_on(each.day, s, each.source) for s in MAPPED},
            )
            for each in (one, other)
        ]
        return differences(*maps, self._store.facts.outline)

    def differing_rows_on(self, day: date) -> list[Row]:
        """Rows of disagreements on a day."""

        def make() -> list[Row]:
            table = self.disagreements_on(day)
            records = table.drop(columns="geometry").to_dict("records")
            days = ("day", "asof", "other_asof")
            return [
                Row(number, {**record, **{name: record[name].date() for name in days}}, shape)
                for number, (record, shape) in enumerate(
                    zip(records, table.geometry, strict=True), start=1
                )
            ]

        return self._store.once(("differing", day), make)

    def held_areas(
        self,
        name: str,
        asked: str | None,
        source: str,
        by_oblast: bool,  # noqa: FBT001
    ) -> pd.DataFrame:
        areas = self._areas()
        extent = land_rules.extent(self.territory(name), areas, self._land_lookup(asked))
        parts = {code: extent & shape for code, shape in areas.oblasts.items()}
        rows = [
            {
                "part": part,
                **{n: cell.properties[n] for n in ("status", "valid_from", "valid_to")},
                "area_km2": float(areas_km2(np.array([cell.shape & shape], dtype=object))[0]),
            }
            for part, shape in (parts if by_oblast else {"": extent}).items()
            for cell in self._cells(source)
            if cell.properties["status"] != "unknown" and cell.meets(shape)
        ]
        names = ["part", "status", "valid_from", "valid_to", "area_km2"]
        table = pd.DataFrame(rows, columns=names)
        days = {name: pd.to_datetime(table[name]) for name in names[2:4]}
        return table.assign(**days)
