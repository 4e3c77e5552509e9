"""Which maps of a source does the store hold already, as far as judging new ones asks?"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from geodata.batches.stored import MAPS, SNAPSHOTS, WAITING, all_batches, batch_path
from geodata.batches.usable import accepted_batches
from geodata.formats.geoparquet import read_geoparquet
from geodata.ingest.control.day_maps import DayMap
from geodata.ingest.control.parsed_file import FileDate, ParsedFile
from geodata.workspace import Workspace
from schemas import Snapshot


@dataclass(frozen=True)
class StoredDay:
    """One map of a batch by its snapshot; its shapes are read when they are asked for."""

    batch: str
    folder: Path
    snapshot: Snapshot

    @property
    def day(self) -> date:
        """The day it stands for."""
        return self.snapshot.day

    def __str__(self) -> str:
        snapshot = self.snapshot
        return f"{snapshot.occupied_km2:,.0f} km2 on {snapshot.day} (batch {self.batch})"

    def day_map(self) -> DayMap:
        """The map itself, as it was when its batch was written."""
        snapshot = self.snapshot
        rows = read_geoparquet(self.folder / MAPS, filters=[("day", "==", snapshot.day)])
        areas = dict(zip(rows["status"], rows.geometry, strict=True))
        captions = dict(zip(rows["status"], rows["status_original"].fillna(""), strict=True))
        stamp = FileDate(snapshot.day, snapshot.published)
        parsed = ParsedFile(snapshot.file, stamp, snapshot.statuses, {}, captions, 0, 0, ())
        return DayMap(parsed, areas, overlap_km2=0, batch=self.batch)


class Accepted:
    """The maps a release would use, less those of one input, and those that wait to be confirmed.

    A source's feeds are asked together, the nearest day first: they differ in what they call
    contested, and in occupied land by 6 to 112 km2 on 47 days both of DeepState's have, a
    fiftieth of the change a day may bring.
    """

    def __init__(self, workspace: Workspace, source: str, *, besides: str) -> None:
        """besides: SHA-256 of the input that is judged; what it gave before says nothing of it."""
        used = [(f, b) for f, b in accepted_batches(workspace) if b.source == source]
        others = [(f, b.id) for f, b in used if b.input_sha256 != besides]
        stored = (day for folder, batch in others for day in _stored(folder, batch))
        self._by_day = {each.day: each for each in stored}
        self._days = sorted(self._by_day)
        counted = {batch for _, batch in others}
        counted |= {b.id for b in all_batches(workspace, source)
                    if b.verdict == "refused" and b.input_sha256 != besides}  # fmt: skip
        self._waiting = _waiting(workspace, source, counted)

    def before(self, day: date) -> StoredDay | None:
        """The last accepted map before a day."""
        at = bisect_left(self._days, day) - 1
        return self._by_day[self._days[at]] if at >= 0 else None

    def standing(self, day: date) -> StoredDay | None:
        """The accepted map that is asked for a day: its own, else the last before it."""
        return self._by_day.get(day) or self.before(day)

    def after(self, day: date) -> StoredDay | None:
        """The first accepted map after a day."""
        at = bisect_right(self._days, day)
        return self._by_day[self._days[at]] if at < len(self._days) else None

    def waiting(self, first: date, last: date, besides: Collection[date]) -> list[DayMap]:
        """Maps set aside for a jump, of days first to last, both included; not of days given.

        A day that another batch has an accepted map of waits no more.
        """
        wanted = (w for w in self._waiting if first <= w.day <= last and w.day not in besides)
        return [each.day_map() for each in wanted if self._waits(each)]

    def _waits(self, waiting: StoredDay) -> bool:
        accepted = self._by_day.get(waiting.day)
        return accepted is None or accepted.batch == waiting.batch


def _waiting(workspace: Workspace, source: str, batches: Collection[str]) -> list[StoredDay]:
    """What waits in these batches, by day; of two of one day that of the batch ingested later."""
    ids = [b.id for b in all_batches(workspace, source) if b.id in batches]
    folders = ((batch_path(workspace, source, id_) / WAITING, id_) for id_ in ids)
    stored = (day for folder, id_ in folders if folder.is_dir() for day in _stored(folder, id_))
    by_day = {each.day: each for each in stored}
    return [by_day[day] for day in sorted(by_day)]


def _stored(folder: Path, batch: str) -> Iterator[StoredDay]:
    """The maps of a folder with `maps.parquet` and `snapshots.parquet`."""
    for row in pq.read_table(folder / SNAPSHOTS).to_pylist():
        snapshot = Snapshot.model_validate({**row, "statuses": tuple(row["statuses"])})
        yield StoredDay(batch, folder, snapshot)
