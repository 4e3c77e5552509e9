"""What holds at one spot on a day, by every source, and what held there before."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.answers.rows import json_value
from geodata.answers.sources import source_facts
from geodata.control.sources import SourceSelection
from geodata.data import packaged
from geodata.interval import days_of
from geodata.language import gettext
from geodata.store.base import Store

History = list[dict[str, object]]


def control_at(store: Store, lon: float, lat: float, day: date) -> dict[str, object]:
    """Status of a point, CRS84 degrees; `unknown` outside every source's area."""
    point = shapely.Point(lon, lat)
    says = [_says(store, choice, point) for choice in store.sources.all_on(day)]
    return {
        "lon": lon,
        "lat": lat,
        "date": str(day),
        **_chosen(store, day, {str(entry["source"]): str(entry["status"]) for entry in says}),
        "release": store.manifest.id,
        "by_source": says,
    }


def _chosen(store: Store, day: date, statuses: Mapping[str, str]) -> dict[str, object]:
    """What the source that answers for the day says; where it does not cover the point, the next.

    statuses: by source, `unknown` outside its area and before its record.
    """
    first = store.sources.select(day)
    known = [c for c in store.sources.ranked(day) if statuses[c.source] != "unknown"]
    chosen, reason = first if known else None, first.reason
    if known and known[0].source != first.source:
        chosen, reason = known[0], _passed_text(known[0].source, first.source)
    elif not known and first.asof is not None:
        reason = gettext("no source covers this point")
    facts = {**source_facts(chosen), "source_reason": reason}
    source = facts.pop("source")
    status = "unknown" if chosen is None else statuses[chosen.source]
    return {"control": status, "control_source": source, **facts}


def _passed_text(answering: str, passed: str) -> str:
    return gettext(
        "%(source)s: %(passed)s does not cover this point", source=answering, passed=passed
    )


def _says(store: Store, choice: SourceSelection, point: shapely.Point) -> dict[str, object]:
    history = point_history(store, choice.source, point)
    now = next((entry for entry in history if _holds(entry, choice.day)), None)
    reaches = choice.asof is not None and now is not None
    status: Any = now["status"] if reaches and now else "unknown"
    return {
        "source": choice.source,
        "status": status,
        "party": packaged.theatre().parties.get(status),
        "asof": json_value(choice.asof),
        "stale_days": choice.stale_days,
        "since": now["valid_from"] if reaches and now else None,
        "history": history,
    }


def _holds(entry: dict[str, object], day: date) -> bool:
    stop = entry["valid_to"]
    return str(entry["valid_from"]) <= str(day) and (stop is None or str(day) < str(stop))


def point_history(store: Store, source: str, point: shapely.Point) -> History:
    """Statuses of a point in the order of days, government-held between the source's cells.

    Empty outside the source's area.
    """
    hits = store.control.cells_at(source, point)
    first = store.sources.first_day(source)
    if hits.empty:
        inside = shapely.intersects(store.control.covered_area(source), point)
        return [_entry("government", np.datetime64(first, "D"), None)] if inside else []
    return _filled(hits, np.datetime64(first, "D"))


def _filled(hits: gpd.GeoDataFrame, first: np.datetime64) -> History:
    """The cells' spans in order, merged where they touch, with government spans between."""
    begins, ends = days_of(hits, "valid_from"), days_of(hits, "valid_to")
    status = hits["status"].to_numpy(dtype=object)
    spans: History = []
    reached: np.datetime64 | None = first
    for i in np.lexsort((status, begins)):
        if reached is None or (not np.isnat(ends[i]) and ends[i] <= reached):
            continue
        start = max(begins[i], reached)
        if start > reached:
            spans.append(_entry("government", reached, start))
        reached = None if np.isnat(ends[i]) else ends[i]
        spans.append(_entry(str(status[i]), start, reached))
    if reached is not None:
        spans.append(_entry("government", reached, None))
    return _merged(spans)


def _merged(spans: History) -> History:
    result: History = []
    for span in spans:
        if result and result[-1]["status"] == span["status"]:
            result[-1] = {**result[-1], "valid_to": span["valid_to"]}
        else:
            result.append(span)
    return result


def _entry(status: str, start: np.datetime64, stop: np.datetime64 | None) -> dict[str, object]:
    return {
        "status": status,
        "valid_from": str(pd.Timestamp(start).date()),
        "valid_to": None if stop is None else str(pd.Timestamp(stop).date()),
    }
