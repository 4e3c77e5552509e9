"""A deposit's whole history: by every source, in spans and in verdicts."""

from collections.abc import Iterable

from geodata.answers.reserves import estimates_of
from geodata.answers.rows import json_rows
from geodata.errors import NotFound
from geodata.store.embedded import EmbeddedStore

VERDICT_COLUMNS = (
    "verdict",
    "valid_from",
    "valid_to",
    "occupied",
    "contested",
    "government",
    "unknown",
)
SPAN_COLUMNS = ("status", "share", "valid_from", "valid_to")


def deposit_timeline(
    store: EmbeddedStore, deposit_id: str, source: str | None = None
) -> dict[str, object]:
    """The timeline of one deposit by every source, or by the one named.

    Raises NotFound for an unknown deposit.
    """
    deposits = store.tables.deposits
    row = deposits[(deposits["id"] == deposit_id).to_numpy()]
    if row.empty:
        raise NotFound(f"there is no deposit {deposit_id[:80]!r}")
    columns = store.collection("deposits").columns
    own = [c.name for c in columns if c.name in row.columns and c.type != "geometry"]
    return {
        "deposit": json_rows(row, own)[0],
        "estimates": estimates_of(store, deposit_id),
        "release": store.manifest.id,
        "timelines": [_timeline(store, deposit_id, s) for s in _sources(store, source)],
    }


def _sources(store: EmbeddedStore, source: str | None) -> Iterable[str]:
    return store.book.ordered if source is None else (store.book.known(source),)


def _timeline(store: EmbeddedStore, deposit_id: str, source: str) -> dict[str, object]:
    """Spans and verdicts of one source, in the order of days."""
    spans = store.tables.geo("timelines")
    mine = spans[((spans["deposit_id"] == deposit_id) & (spans["source"] == source)).to_numpy()]
    rows = store.tables.standings
    own = rows[((rows["deposit_id"] == deposit_id) & (rows["source"] == source)).to_numpy()]
    return {
        "source": source,
        "first_day": str(store.book.first_day(source)),
        "last_map": str(store.book.last_day(source)),
        "spans": json_rows(mine, SPAN_COLUMNS),
        "verdicts": json_rows(own, VERDICT_COLUMNS),
    }
