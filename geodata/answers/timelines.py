"""A deposit's whole history: by every source, and spliced of those that answer on each day."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

import numpy as np

from geodata.answers.reserves import estimates_of
from geodata.answers.rows import json_rows, property_rows
from geodata.answers.sources import sources_used
from geodata.errors import Gone, NotFound
from geodata.features.query import EVERYTHING, Query
from geodata.interval import (
    LAST_DAY,
    MICROSECOND,
    Interval,
    instant_of,
    parse_day,
    parse_instant,
)
from geodata.store.base import Store

VERDICT_COLUMNS = (
    "verdict",
    "party",
    "valid_from",
    "valid_to",
    "occupied",
    "contested",
    "government",
    "unknown",
)
SPAN_COLUMNS = ("status", "party", "share", "valid_from", "valid_to")
Version = dict[str, object]


def deposit_timeline(store: Store, deposit_id: str, source: str | None = None) -> dict[str, object]:
    """The timeline of one deposit by every source, or by the one named.

    Raises NotFound for an unknown deposit.
    """
    deposits = store.facts.deposits
    row = deposits[(deposits["id"] == deposit_id).to_numpy()]
    if row.empty:
        raise _unknown(deposit_id)
    columns = store.collection("deposits").columns
    own = [c for c in columns if c.name in row.columns and c.type != "geometry"]
    return {
        "deposit": property_rows(row, own)[0],
        "estimates": estimates_of(store, deposit_id),
        "release": store.manifest.id,
        **({} if source is not None else {"chosen": _chosen(store, deposit_id)}),
        "timelines": [_timeline(store, deposit_id, s) for s in _sources(store, source)],
    }


def _chosen(store: Store, deposit_id: str) -> dict[str, object]:
    """The spliced history: who answers when and why, and the verdicts, in the order of days."""
    whole = Interval(store.sources.stretches[0].first, LAST_DAY)
    rows = store.control.spliced_intervals
    own = rows[(rows["deposit_id"] == deposit_id).to_numpy()]
    return {
        "sources": sources_used(store, whole, None),
        "verdicts": json_rows(own, (*VERDICT_COLUMNS, "source", "since")),
    }


def _sources(store: Store, source: str | None) -> Iterable[str]:
    return store.sources.ordered if source is None else (store.sources.require(source),)


def _timeline(store: Store, deposit_id: str, source: str) -> dict[str, object]:
    """Spans and verdicts of one source, in the order of days."""
    of_deposit = (("deposit_id", deposit_id),)
    query = Query("timelines", equals=of_deposit, source=source, limit=EVERYTHING)
    spans = store.select(query).rows.read().to_geopandas()
    rows = store.control.verdict_intervals
    own = rows[((rows["deposit_id"] == deposit_id) & (rows["source"] == source)).to_numpy()]
    return {
        "source": source,
        "first_day": str(store.sources.first_day(source)),
        "last_map": str(store.sources.last_day(source)),
        "spans": json_rows(spans, SPAN_COLUMNS),
        "verdicts": json_rows(own, VERDICT_COLUMNS),
    }


def versions(store: Store, collection: str, item_id: str, source: str | None) -> list[Version]:
    """Versions in the order of days, each `valid_from`, `valid_to` (open: None) and what holds.

    A deposit has one for each verdict: of the source named, else of the spliced history, where a
    version may begin with a change of source; `source_reason` and `control_since` tell. Any other
    feature has one, its own days; of a user's layer it ends as `datetime` has it. Raises NotFound.
    """
    if collection == "deposits":
        return _deposit_versions(store, item_id, source)
    selection = store.item(Query(collection), item_id)
    kind, row = selection.collection, selection.rows.read().table.to_pylist()[0]
    begins, ends = row.get(kind.begins or ""), row.get(kind.ends or "")
    if kind.layer is not None and (kind.closed or kind.ends is None):
        ends = _just_after(begins if kind.ends is None else ends)
    return [{"valid_from": _text(begins), "valid_to": _text(ends)}]


def _just_after(last: date | datetime | None) -> date | datetime | None:
    """The day after a day, the microsecond after an instant; None where the calendar ends."""
    step = timedelta(microseconds=1) if isinstance(last, datetime) else timedelta(days=1)
    return None if last is None or last.isoformat()[:10] == LAST_DAY.isoformat() else last + step


def _text(when: date | datetime | None) -> str | None:
    """A day, or an instant in UTC, as `datetime` takes it."""
    return None if when is None else when.isoformat().replace("+00:00", "Z")


def _deposit_versions(store: Store, deposit_id: str, source: str | None) -> list[Version]:
    if deposit_id not in set(store.facts.deposits["id"]):
        raise _unknown(deposit_id)
    rows = store.control.spliced_intervals
    if source is not None:
        rows = store.control.verdict_intervals
        rows = rows[(rows["source"] == store.sources.require(source)).to_numpy()]
    own = rows[(rows["deposit_id"] == deposit_id).to_numpy()]
    verdicts = json_rows(own, ("verdict", "valid_from", "valid_to", "source", "since"))
    return [
        {**version, "source_reason": store.sources.select(_day(version), source).reason}
        for version in _merged(verdicts)
    ]


def _unknown(deposit_id: str) -> NotFound:
    return NotFound(f"no deposit has the id {deposit_id[:80]!r}; ids are in collection deposits")


def _day(version: Version) -> date:
    return parse_day(str(version["valid_from"]))


def _merged(rows: list[Version]) -> list[Version]:
    """Stretches of one verdict as one version, whose source is that of its first day."""
    merged: list[Version] = []
    for row in rows:
        if merged and merged[-1]["control"] == row["verdict"]:
            merged[-1] = {**merged[-1], "valid_to": row["valid_to"]}
            continue
        merged.append({
            "valid_from": row["valid_from"],
            "valid_to": row["valid_to"],
            "control": row["verdict"],
            "control_source": row["source"],
            "control_since": None if row["verdict"] == "unknown" else row["since"],
        })  # fmt: skip
    return merged


def check_held(version: Version, when: Interval, name: str) -> None:
    """Raises NotFound where a feature did not exist yet on the days, Gone where no longer."""
    begins, ends = version["valid_from"], version["valid_to"]
    if begins is not None and when.after <= _instant(begins):
        raise NotFound(f"{name} begins on {begins}; it did not exist yet on {when}")
    if ends is not None and when.begin >= _instant(ends):
        last = parse_instant(str(ends))
        step = timedelta(microseconds=1) if isinstance(last, datetime) else timedelta(days=1)
        shown = _text(last - step)  # `valid_to` is the day or microsecond after
        raise Gone(f"{name} was last valid on {shown}; it no longer existed on {when}")


def version_on(found: list[Version], when: Interval) -> Version | None:
    """The version that holds at the end of the days asked; None where none does."""
    last = when.after - MICROSECOND
    for version in found:
        begins, ends = version["valid_from"], version["valid_to"]
        if (begins is None or _instant(begins) <= last) and (ends is None or last < _instant(ends)):
            return version
    return None


def _instant(text: object) -> np.datetime64:
    return instant_of(parse_instant(str(text)))
