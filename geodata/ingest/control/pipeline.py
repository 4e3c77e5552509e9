"""What happens to an input: kept, read, judged, written as one Batch."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import ISSUES, SNAPSHOTS, all_batches, batch_path
from geodata.batches.withdrawal import check_not_withdrawn
from geodata.errors import InvalidInput
from geodata.ingest.accepted import Accepted
from geodata.ingest.archives import Member, RejectedMember
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.day_maps import days_of, write_batch
from geodata.ingest.control.parsed_file import FileRejected, ParsedFile, Reader, ReaderMaker
from geodata.ingest.control.plausibility import (
    STANDS,
    PlausibilityCheck,
    check_plausibility,
    missed_minimums,
)
from geodata.ingest.control.readers import READERS
from geodata.ingest.rules import RULES
from geodata.ingest.stored_input import StoredInput, store_input
from geodata.interval import today
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Batch, Issue, Source

PASSING = frozenset(("change_is_plausible", "day_has_come"))
"""Rules that may hold another day: other maps, or the calendar, decide."""
CALENDAR = frozenset(("day_has_come", "day_is_in_the_sources_time"))
"""Rules on the day itself, whatever the map."""
MOST_REASONS = 3


def quiet(_stage: str, _done: int, _whole: int) -> None:
    """Progress for nobody."""


@dataclass
class Gathered:
    """Everything the files of an input gave.

    first_day: before it the source did not exist; None where nobody says. accepted: what the
    store holds of the source.
    """

    first_day: date | None
    accepted: Accepted
    readings: list[ParsedFile] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    files_in: int = 0
    rows_lost: int = 0

    def refuse(self, refusal: RejectedMember) -> None:
        """A file that was not read; hidden ones are noted and not counted."""
        self.files_in += refusal.severity != "note"
        message = f"{RULES[refusal.rule]}; found: {refusal.found}"
        self._issue(refusal.name, refusal.rule, message, note=refusal.severity == "note")

    def read(self, member: Member, reader: Reader) -> None:
        """A file that gave a reading, or was set aside as a whole."""
        self.files_in += 1
        try:
            reading = reader.read(member.name, member.data)
            self._check_day(reading)
        except FileRejected as error:
            self._set_aside(member.name, reader.day(member.name), error)
        else:
            self.readings.append(reading)
            self.issues += reading.issues

    def _check_day(self, reading: ParsedFile) -> None:
        """Raises SetAside for a map of a day on which there could be none."""
        day, now = reading.stamp.day, today()
        way_out = "look at the file's name"
        if day > now:
            text = f"{day}, and today is {now}; {way_out}, or ingest it again on its day"
            raise FileRejected("day_has_come", text, reading.rows_in)
        if self.first_day is not None and day < self.first_day:
            text = f"{day}, and the source begins on {self.first_day}; {way_out}"
            raise FileRejected("day_is_in_the_sources_time", text, reading.rows_in)

    def _set_aside(self, file: str, day: date | None, error: FileRejected) -> None:
        """A whole file is no map: said with the last accepted one, which stands until another."""
        self.rows_lost += error.rows
        last = None if day is None or error.rule in CALENDAR else self.accepted.standing(day)
        against = "" if last is None else f"; 0 km2 on {day} against {last}; {STANDS}"
        message, count = f"{error.detail}{against}", max(error.rows, 1)
        self._issue(file, error.rule, message, day=day, count=count)

    def _issue(  # noqa: PLR0913 - the fields of an Issue
        self,
        file: str,
        rule: str,
        message: str,
        *,
        day: date | None = None,
        count: int = 1,
        note: bool = False,
    ) -> None:
        severity = "note" if note else "quarantined"
        self.issues.append(
            Issue(file=file, day=day, rule=rule, severity=severity, message=message, count=count)
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
    same batch: it is returned without work, after progress("known", 1, 1). Where it has days set
    aside that other maps or the calendar may vouch for since, it is judged again, and written
    anew if more days are accepted. Raises InvalidInput for a path that is no input, TooLarge for
    an archive that unpacks beyond the limits.
    """
    kept = store_input(workspace, source.id, Path(path))
    return ingest_kept(workspace, source, kept, coverage=coverage, progress=progress)


def ingest_kept(
    workspace: Workspace,
    source: Source,
    kept: StoredInput,
    *,
    coverage: BaseGeometry,
    progress: Progress = quiet,
) -> Batch:
    """Ingest what is kept under raw/ already."""
    version = _rules_version(source, coverage)
    batch_id = f"{source.id}-{kept.sha256[:12]}-{version}"
    known = _known(workspace, source.id, batch_id)
    if known:
        check_not_withdrawn(workspace, known[-1])
    if known and not _may_change(workspace, known[-1]):
        progress("known", 1, 1)
        return known[-1]
    accepted = Accepted(workspace, source.id, besides=kept.sha256)
    gathered = Gathered(source.coverage_from, accepted)
    _gather(gathered, kept, _reader(source)(Coverage(coverage, source.expectations)), progress)
    judge = check_plausibility(
        gathered.readings, source.expectations, accepted, partial(progress, "judging")
    )
    if known and not _adds(judge, workspace, known[-1]):
        progress("known", 1, 1)
        return known[-1]
    progress("writing", 0, len(judge.maps))
    batch = _batch(_free_id(batch_id, known), version, source, kept, gathered, judge)
    issues = [*gathered.issues, *judge.issues]
    return write_batch(workspace, batch, judge.maps.values(), issues, judge.waiting)


def _known(workspace: Workspace, source: str, batch_id: str) -> list[Batch]:
    """The batches of one input under one set of rules, in the order they were ingested."""
    names = re.compile(rf"{re.escape(batch_id)}(-\d+)?")
    return [batch for batch in all_batches(workspace, source) if names.fullmatch(batch.id)]


def _free_id(batch_id: str, known: Sequence[Batch]) -> str:
    """The id, numbered where the input has been judged before; an old number may be gone."""
    taken = {batch.id for batch in known}
    names = (batch_id if n == 1 else f"{batch_id}-{n}" for n in range(len(known) + 1, 1_000_000))
    return next(name for name in names if name not in taken)


def _may_change(workspace: Workspace, known: Batch) -> bool:
    """Whether something was set aside for what the store or the calendar said then."""
    issues = pq.read_table(batch_path(workspace, known.source, known.id) / ISSUES)
    rows = zip(issues["rule"].to_pylist(), issues["severity"].to_pylist(), strict=True)
    return any(rule in PASSING and severity == "quarantined" for rule, severity in rows)


def _adds(judge: PlausibilityCheck, workspace: Workspace, known: Batch) -> bool:
    """Whether all days are accepted that were, and others beside them."""
    snapshots = pq.read_table(batch_path(workspace, known.source, known.id) / SNAPSHOTS)
    return set(snapshots["day"].to_pylist()) < set(judge.maps)


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
    rules += str(source.coverage_from or "").encode()
    return f"v{_reader(source).version}-{hashlib.sha256(rules).hexdigest()[:6]}"


def _gather(gathered: Gathered, kept: StoredInput, reader: Reader, progress: Progress) -> None:
    """Read every file; one that is no map does not stop the others."""
    for file in kept.files(partial(progress, "reading")):
        if isinstance(file, RejectedMember):
            gathered.refuse(file)
        else:
            gathered.read(file, reader)


def _batch(  # noqa: PLR0913 - what an input was, what it is called, what became of it
    batch_id: str,
    version: str,
    source: Source,
    kept: StoredInput,
    gathered: Gathered,
    judge: PlausibilityCheck,
) -> Batch:
    """The record: rows_in = rows_accepted + rows_quarantined, and so for files."""
    used = [each for each in gathered.readings if id(each) not in judge.set_aside]
    rows_in = gathered.rows_lost + sum(each.rows_in for each in gathered.readings)
    rows_accepted = sum(each.rows_accepted for each in used)
    days = days_of(judge.maps.values())
    reasons = missed_minimums(rows_accepted, len(days), source.expectations)
    if reasons:
        reasons += _why_set_aside([*gathered.issues, *judge.issues])
    return Batch(
        id=batch_id,
        source=source.id,
        input_name=kept.name,
        input_sha256=kept.sha256,
        ingested=_now(),
        reader=f"{source.id} {version}",
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


def _why_set_aside(issues: list[Issue]) -> tuple[str, ...]:
    """The first few things for which files and rows were set aside, each said once."""
    messages = (each.message for each in issues if each.severity == "quarantined")
    return tuple(dict.fromkeys(messages))[:MOST_REASONS]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
