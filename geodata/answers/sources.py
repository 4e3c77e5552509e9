"""Which sources answer for some days, from which maps, and why these?"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta

from geodata.control.sources import SourceSelection
from geodata.control.splice import Stretch
from geodata.interval import FIRST_DAY, LAST_DAY, Interval
from geodata.store.base import Store


def source_facts(choice: SourceSelection | None) -> dict[str, object]:
    """What every answer by day says of its source; all None where it rests on none."""
    if choice is None:
        return dict.fromkeys(("source", "control_asof", "stale_days", "source_reason"))
    return {
        "source": choice.source,
        "control_asof": None if choice.asof is None else str(choice.asof),
        "stale_days": choice.stale_days,
        "source_reason": choice.reason,
    }


def selections(store: Store, days: Iterable[date], source: str | None) -> list[SourceSelection]:
    """The source of each day and its map, without the reason: one look-up a day.

    Raises InvalidInput for an unknown source.
    """
    stretches = store.sources.stretches
    firsts = [each.first for each in stretches]

    def chosen(day: date) -> str:
        at = bisect_right(firsts, day)
        # Before every record the last in order answers, that nothing is known.
        return stretches[at - 1].source if at else store.sources.ordered[-1]

    return [store.sources.resolve(source or chosen(day), day) for day in days]


def sources_used(store: Store, when: Interval, source: str | None) -> list[dict[str, object]]:
    """The sources that answer for the days, stretch by stretch, in order.

    Each `source`, `from`, `to` (both in; None where open) and `source_reason` on the first of its
    days. Raises InvalidInput for an unknown source.
    """
    return [
        {
            "source": each.source,
            "from": None if each.first == FIRST_DAY else str(each.first),
            "to": None if each.stop is None else str(each.stop - timedelta(days=1)),
            "source_reason": store.sources.select(each.first, source).reason,
        }
        for each in _within(store, when, source)
    ]


def _within(store: Store, when: Interval, source: str | None) -> Iterable[Stretch]:
    """The stretches that share a day with the days, cut to them."""
    open_stop = None if when.stop == LAST_DAY else when.stop
    if source is not None:
        yield Stretch(store.sources.require(source), when.start, open_stop)
        return
    stretches = store.sources.stretches
    first = stretches[0].first
    if when.start < first:
        yield Stretch(store.sources.ordered[-1], when.start, min(first, when.stop))
    for each in stretches:
        start = max(each.first, when.start)
        stop = min(each.stop or LAST_DAY, when.stop)
        if start < stop:
            yield Stretch(each.source, start, None if stop == LAST_DAY else stop)
