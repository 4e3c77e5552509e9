"""How large is the occupied land of a territory through time, whole and by oblast?"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from geodata.answers.series import days
from geodata.answers.sources import selections, sources_used
from geodata.control.held_area import HELD, areas_on
from geodata.control.sources import SourceSelection
from geodata.errors import InvalidInput, NotFound
from geodata.features.query import EVERYTHING, Query
from geodata.interval import Interval, one_day
from geodata.store.base import Store
from geodata.types import FloatArray

BY = ("territory", "oblast")
"""What the land is measured of: the territory as one, or its oblasts."""
DECIMALS = 1


def control_series(  # noqa: PLR0913 - a question's words
    store: Store, territory: str, first: date, last: date, step: str, source: str | None, by: str
) -> dict[str, Any]:
    """Occupied and contested km2 in a territory's extent from `first` to `last`, both in.

    Each day is answered by the source named, else by the one that answers for it; both areas are
    None where that has no map of the day, contested land also where its map does not tell it
    apart. By oblast there is a row for each oblast that holds any of it on some day. `seams` are
    the days on which another source takes over: land does not change hands by that. Raises
    InvalidInput for what cannot be asked.
    """
    try:
        title = store.control.territory(territory).title
    except NotFound as error:
        raise InvalidInput(error.detail, parameter=error.parameter) from None
    asked = days(first, last, step)
    chosen = selections(store, asked, source)
    used = sources_used(store, Interval(first, one_day(last).stop), source)
    names = _oblast_names(store) if by == "oblast" else {"": title}
    return {
        "territory": territory,
        "by": by,
        "source": ", ".join(dict.fromkeys(each.source for each in chosen)),
        "release": store.manifest.id,
        "sources": used,
        "seams": [
            {"day": after["from"], "before": before["source"], "after": after["source"]}
            for before, after in itertools.pairwise(used)
        ],
        "series": list(_points(store, territory, chosen, names, source)),
    }


def _points(
    store: Store,
    territory: str,
    chosen: Sequence[SourceSelection],
    names: Mapping[str, str],
    source: str | None,
) -> Iterator[dict[str, Any]]:
    """A row for each day and part, in the order of days; parts that hold nothing are left out."""
    by_part = {
        part: {
            status: _areas(store, territory, chosen, part, status, source)
            for status in HELD
        }
        for part in names
    }  # fmt: skip
    shown = {
        part: areas
        for part, areas in by_part.items()
        if not part or any(np.nansum(each) > 0 for each in areas.values())
    }
    told = [_tells_contested(store, choice) for choice in chosen]
    for number, choice in enumerate(chosen):
        for part, areas in shown.items():
            occupied, contested = (_km2(areas[status][number]) for status in HELD)
            yield {
                "date": str(choice.day),
                **({"oblast": part, "oblast_name": names[part]} if part else {}),
                "occupied_km2": occupied,
                "contested_km2": contested if told[number] else None,
                "source": choice.source,
                "control_asof": None if choice.asof is None else str(choice.asof),
                "stale_days": choice.stale_days,
            }


def _areas(  # noqa: PLR0913
    store: Store,
    territory: str,
    chosen: Sequence[SourceSelection],
    part: str,
    status: str,
    source: str | None,
) -> FloatArray:
    """Area of a status in a part on each of the days, (n,) km2; NaN where no map is."""
    result = np.full(len(chosen), np.nan)
    reaching = np.array([each.asof is not None for each in chosen], dtype=bool)
    of = np.array([each.source for each in chosen], dtype=object)
    at = np.array([each.day for each in chosen], dtype="datetime64[D]")
    for name in dict.fromkeys(of[reaching]):
        rows = store.control.held_areas(territory, source, str(name), bool(part))
        own = rows[((rows["part"] == part) & (rows["status"] == status)).to_numpy()]
        here = reaching & (of == name)
        result[here] = areas_on(own, at[here])
    return result


def _tells_contested(store: Store, choice: SourceSelection) -> bool:
    """Whether the map behind a choice tells contested land apart; events do."""
    snapshot = store.sources.snapshot(choice)
    statuses: Any = None if snapshot is None else snapshot["statuses"]
    return statuses is None or "contested" in list(statuses)


def _km2(area: float) -> float | None:
    return None if np.isnan(area) else round(float(area), DECIMALS)


def _oblast_names(store: Store) -> dict[str, str]:
    """Names of oblasts by ISO 3166-2 code, in the order of the release."""
    of_level = Query("admin-areas", equals=(("level", "1"),), limit=EVERYTHING)
    table = store.select(of_level).rows.read().table
    pairs = zip(table["id"].to_pylist(), table["name_en"].to_pylist(), strict=True)
    return {str(code): str(name or code) for code, name in pairs}
