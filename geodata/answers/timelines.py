"""A deposit's whole history: by every source, and spliced of those that answer on each day."""

from collections.abc import Iterable
from datetime import date, timedelta

from geodata.answers.reserves import estimates_of
from geodata.answers.rows import json_rows, json_value, property_rows
from geodata.answers.sources import sources_used
from geodata.errors import Gone, NotFound
from geodata.features.query import EVERYTHING, Query
from geodata.interval import LAST_DAY, Interval, parse_day
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
    feature has one, its own days. Raises NotFound.
    """
    if collection == "deposits":
        return _deposit_versions(store, item_id, source)
    selection = store.item(Query(collection), item_id)
    kind, row = selection.collection, selection.rows.read().table.to_pylist()[0]
    return [
        {
            "valid_from": json_value(row.get(kind.begins or "")),
            "valid_to": json_value(row.get(kind.ends or "")),
        }
    ]


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
    if begins is not None and when.stop <= parse_day(str(begins)):
        raise NotFound(f"{name} begins on {begins}; it did not exist yet on {when}")
    if ends is not None and when.start >= parse_day(str(ends)):
        last = parse_day(str(ends)) - timedelta(days=1)  # `valid_to` is the day after
        raise Gone(f"{name} was last valid on {last}; it no longer existed on {when}")


def version_on(found: list[Version], day: date) -> Version | None:
    """The version that holds on a day; None where none does."""
    for version in found:
        begins, ends = version["valid_from"], version["valid_to"]
        if (begins is None or str(begins) <= str(day)) and (ends is None or str(day) < str(ends)):
            return version
    return None
