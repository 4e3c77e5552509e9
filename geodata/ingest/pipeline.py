"""What happens to an input: kept, read, judged, written as one Batch."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import shapely
from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput, NotFound
from geodata.ingest.archive import Member, Refusal
from geodata.ingest.batches import batch_path, days_of, read_batch, write_batch
from geodata.ingest.coverage import Coverage
from geodata.ingest.expectations import Judge, judged, missed_minimums
from geodata.ingest.fetch import Kept, keep
from geodata.ingest.readings import Reader, ReaderMaker, Reading, SetAside
from geodata.ingest.rules import RULES
from geodata.ingest.sources import READERS
from geodata.release.batches import check_not_withdrawn
from geodata.workspace import Workspace
from schemas import Batch, Issue, Source

Progress = Callable[[str, int, int], None]
"""Called with a stage (reading, judging, writing, known), what is done and the whole, 0 where
that is unknown."""


def quiet(_stage: str, _done: int, _whole: int) -> None:
    """Progress for nobody."""


@dataclass
class Gathered:
    """Everything the files of an input gave."""

    readings: list[Reading] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    files_in: int = 0
    rows_lost: int = 0

    def refuse(self, refusal: Refusal) -> None:
        """A file that was not read; hidden ones are noted and not counted."""
        self.files_in += refusal.severity != "note"
        message = f"{RULES[refusal.rule]}; found: {refusal.found}"
        self._issue(refusal.name, refusal.rule, message, note=refusal.severity == "note")

    def read(self, member: Member, reader: Reader) -> None:
        """A file that gave a reading, or was set aside as a whole."""
        self.files_in += 1
        try:
            reading = reader.read(member.name, member.data)
        except SetAside as error:
            self.rows_lost += error.rows
            self._issue(member.name, error.rule, error.detail, count=max(error.rows, 1))
        else:
            self.readings.append(reading)
            self.issues += reading.issues

    def _issue(
        self, file: str, rule: str, message: str, *, count: int = 1, note: bool = False
    ) -> None:
        severity = "note" if note else "quarantined"
        self.issues.append(
            Issue(file=file, rule=rule, severity=severity, message=message, count=count)
        )


def ingest(
    workspace: Workspace,
    source: Source,
    path: Path,
    *,
    coverage: BaseGeometry,
    progress: Progress = quiet,
) -> Batch:
    """Ingest a folder, file or archive of a source; the Batch, accepted or refused.

    coverage: the area the source speaks of, CRS84. The same bytes under the same rules are the
    same batch: it is returned without work, after progress("known", 1, 1). Raises InvalidInput
    for a path that is no input, TooLarge for an archive that unpacks beyond the limits.
    """
    kept = keep(workspace, source.id, Path(path))
    return ingest_kept(workspace, source, kept, coverage=coverage, progress=progress)


def ingest_kept(
    workspace: Workspace,
    source: Source,
    kept: Kept,
    *,
    coverage: BaseGeometry,
    progress: Progress = quiet,
) -> Batch:
    """Ingest what is kept under raw/ already."""
    batch_id = f"{source.id}-{kept.sha256[:12]}-{_rules_version(source, coverage)}"
    try:
        known = read_batch(batch_path(workspace, source.id, batch_id))
    except NotFound:
        pass
    else:
        check_not_withdrawn(workspace, known)
        progress("known", 1, 1)
        return known
    reader = _reader(source)(Coverage(coverage, source.expectations))
    gathered = _gather(kept, reader, progress)
    judge = judged(gathered.readings, source.expectations, partial(progress, "judging"))
    progress("writing", 0, len(judge.maps))
    batch = _batch(batch_id, source, kept, gathered, judge)
    return write_batch(workspace, batch, judge.maps.values(), [*gathered.issues, *judge.issues])


def _reader(source: Source) -> ReaderMaker:
    """The reader of a source. Raises InvalidInput where there is none."""
    if source.id in READERS:
        return READERS[source.id]
    known = ", ".join(sorted(READERS))
    raise InvalidInput(
        f"source {source.id!r} has no reader; known are: {known}", parameter="source"
    )


def _rules_version(source: Source, coverage: BaseGeometry) -> str:
    """Version of the reader and start of the hash of what else decides: `v1-3f0a2c`."""
    rules = source.expectations.model_dump_json().encode() + shapely.to_wkb(coverage)
    return f"v{_reader(source).version}-{hashlib.sha256(rules).hexdigest()[:6]}"


def _gather(kept: Kept, reader: Reader, progress: Progress) -> Gathered:
    """Read every file; one that is no map does not stop the others."""
    gathered = Gathered()
    for file in kept.files(partial(progress, "reading")):
        if isinstance(file, Refusal):
            gathered.refuse(file)
        else:
            gathered.read(file, reader)
    return gathered


def _batch(batch_id: str, source: Source, kept: Kept, gathered: Gathered, judge: Judge) -> Batch:
    """The record: rows_in = rows_accepted + rows_quarantined, and so for files."""
    used = [each for each in gathered.readings if id(each) not in judge.set_aside]
    rows_in = gathered.rows_lost + sum(each.rows_in for each in gathered.readings)
    rows_accepted = sum(each.rows_accepted for each in used)
    days = days_of(judge.maps.values())
    reasons = missed_minimums(rows_accepted, len(days), source.expectations)
    return Batch(
        id=batch_id,
        source=source.id,
        input_name=kept.name,
        input_sha256=kept.sha256,
        ingested=_now(),
        reader=f"{source.id} {_rules_version_of(batch_id)}",
        files_in=gathered.files_in,
        files_accepted=len(used),
        files_quarantined=gathered.files_in - len(used),
        rows_in=rows_in,
        rows_accepted=rows_accepted,
        rows_quarantined=rows_in - rows_accepted,
        days=len(days),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        verdict="refused" if reasons else "accepted",
        reasons=reasons,
    )


def _rules_version_of(batch_id: str) -> str:
    return "-".join(batch_id.split("-")[-2:])


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
