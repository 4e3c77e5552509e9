"""What do the files of a control source give: read one by one, judged together."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from pathlib import Path

import pyarrow.parquet as pq
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import SNAPSHOTS, batch_path
from geodata.errors import InvalidInput
from geodata.ingest.archives import Member, RejectedMember
from geodata.ingest.control.accepted import Accepted
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.day_maps import days_of, write_maps
from geodata.ingest.control.parsed_file import FileRejected, ParsedFile, Reader, ReaderMaker
from geodata.ingest.control.plausibility import (
    STANDS,
    PlausibilityCheck,
    check_plausibility,
    missed_minimums,
)
from geodata.ingest.control.readers import READERS
from geodata.ingest.outcome import BatchDraft, IngestResult
from geodata.ingest.register import Register
from geodata.ingest.rules import refusal_issue
from geodata.ingest.stored_input import StoredInput, store_input
from geodata.interval import today
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Expectations, Issue, Source

PASSING = frozenset(("change_is_plausible", "day_has_come"))
"""Rules that may hold another day: other maps, or the calendar, decide."""
CALENDAR = frozenset(("day_has_come", "day_is_in_the_sources_time"))
"""Rules on the day itself, whatever the map."""
MOST_REASONS = 3
NOTHING_IN_IT = (
    "there is no file in it to read (hidden ones are passed over); give the maps of a source, a "
    "folder or an archive of them"
)


@dataclass(frozen=True, eq=False)
class ControlPipeline:
    """Maps of a control source. coverage: the area the source speaks of, CRS84."""

    described: Source
    coverage: BaseGeometry
    options: None = None

    @property
    def source(self) -> str:
        """The source's id."""
        return self.described.id

    @cached_property
    def version(self) -> str:
        """Version of the reader and start of the hash of what else decides: `v1-3f0a2c`.

        Raises InvalidInput for a source without a reader.
        """
        rules = self.described.expectations.model_dump_json().encode()
        rules += shapely.to_wkb(self.coverage) + str(self.described.coverage_from or "").encode()
        return f"v{self._maker.version}-{hashlib.sha256(rules).hexdigest()[:6]}"

    @property
    def _maker(self) -> ReaderMaker:
        if self.source in READERS:
            return READERS[self.source]
        known = ", ".join(sorted(READERS))
        raise InvalidInput(
            f"source {self.source!r} has no reader; known are: {known}", parameter="source"
        )

    def store(self, workspace: Workspace, path: Path) -> StoredInput:
        """Store a folder, file or archive. Raises InvalidInput for a path that is none."""
        return store_input(workspace, self.source, path)

    def may_change(self, rules: frozenset[str], *, retried: bool) -> bool:  # noqa: ARG002 - either way
        """Whether maps were set aside for what the store or the calendar said then."""
        return bool(rules & PASSING)

    def register(self, _workspace: Workspace, input_name: str) -> Register:
        """Empty: nothing a control source gives has an id of its own."""
        return Register((), input_name, "map", ())

    def names(self, _folder: Path) -> dict[str, str]:
        """None: days compete in the release, each by itself."""
        return {}

    def read(self, stored: StoredInput, _scratch: Path, progress: Progress) -> "ControlContents":
        """Read every file; one that is no map does not stop the others.

        Raises TooLarge for an archive that unpacks beyond the limits.
        """
        contents = ControlContents(self.described, stored)
        reader = self._maker(Coverage(self.coverage, self.described.expectations))
        for member in stored.files(partial(progress, "reading")):
            contents.add(member, reader)
        return contents


@dataclass(frozen=True)
class _FileSetAside:
    """A whole file is no map; the day its name says, where it says one."""

    file: str
    day: date | None
    error: FileRejected

    def issue(self, accepted: Accepted) -> Issue:
        """Said with the last accepted map, which stands until another."""
        error, day = self.error, self.day
        last = None if day is None or error.rule in CALENDAR else accepted.standing(day)
        against = "" if last is None else f"; 0 km2 on {day} against {last}; {STANDS}"
        return Issue(
            file=self.file,
            day=day,
            rule=error.rule,
            severity="quarantined",
            message=f"{error.detail}{against}",
            count=max(error.rows, 1),
        )


@dataclass
class ControlContents:
    """Everything the files of an input say, not yet judged against what the store holds."""

    described: Source
    stored: StoredInput
    files: list[ParsedFile] = field(default_factory=list)
    findings: list[Issue | _FileSetAside] = field(default_factory=list)
    files_in: int = 0
    rows_lost: int = 0

    def add(self, member: Member | RejectedMember, reader: Reader) -> None:
        """A file read, set aside whole, or not opened at all; hidden ones do not count."""
        if isinstance(member, RejectedMember):
            self.files_in += member.severity != "note"
            self.findings.append(refusal_issue(member))
            return
        self.files_in += 1
        try:
            parsed = reader.read(member.name, member.data)
            self._check_day(parsed)
        except FileRejected as error:
            self.rows_lost += error.rows
            self.findings.append(_FileSetAside(member.name, reader.day(member.name), error))
        else:
            self.files.append(parsed)
            self.findings += parsed.issues

    def _check_day(self, parsed: ParsedFile) -> None:
        """Raises FileRejected for a map of a day on which there could be none."""
        day, now, first_day = parsed.stamp.day, today(), self.described.coverage_from
        way_out = "look at the file's name"
        if day > now:
            text = f"{day}, and today is {now}; {way_out}, or ingest it again on its day"
            raise FileRejected("day_has_come", text, parsed.rows_in)
        if first_day is not None and day < first_day:
            text = f"{day}, and the source begins on {first_day}; {way_out}"
            raise FileRejected("day_is_in_the_sources_time", text, parsed.rows_in)

    def write(self, draft: BatchDraft, progress: Progress) -> IngestResult | None:
        """Judge the maps against those the store holds, and write those believed."""
        # what this input gave before says nothing of it
        accepted = Accepted(draft.workspace, self.described.id, besides=self.stored.sha256)
        expectations = self.described.expectations
        verdicts = check_plausibility(
            self.files, expectations, accepted, partial(progress, "judging")
        )
        if not _adds(verdicts, draft):
            return None
        progress("writing", 0, len(verdicts.maps))
        maps = verdicts.maps.values()
        tables = write_maps(draft.folder, self.described.id, maps, verdicts.waiting)
        return self._result(verdicts, accepted, tables)

    def _result(
        self, verdicts: PlausibilityCheck, accepted: Accepted, tables: tuple[str, ...]
    ) -> IngestResult:
        used = [each for each in self.files if id(each) not in verdicts.set_aside]
        issues = [e.issue(accepted) if isinstance(e, _FileSetAside) else e for e in self.findings]
        issues += verdicts.issues
        rows_accepted = sum(each.rows_accepted for each in used)
        days = days_of(verdicts.maps.values())
        return IngestResult(
            issues=issues,
            files_in=self.files_in,
            files_accepted=len(used),
            rows_in=self.rows_lost + sum(each.rows_in for each in self.files),
            rows_accepted=rows_accepted,
            days=days,
            tables=tables,
            reasons=_reasons(rows_accepted, len(days), issues, self.described.expectations),
        )


def _reasons(
    rows: int, days: int, issues: list[Issue], expectations: Expectations
) -> tuple[str, ...]:
    """Why an input with so many accepted rows and days is refused; empty where it is not.

    Where nothing was accepted, that there are 0 rows says less than what was wrong with them.
    """
    missed = missed_minimums(rows, days, expectations)
    why = _why_set_aside(issues) if missed else ()
    if missed and not rows:
        return why or (NOTHING_IN_IT,)
    return (*missed, *why)


def _adds(verdicts: PlausibilityCheck, draft: BatchDraft) -> bool:
    """Whether all days are accepted that were before, and others beside them."""
    if draft.known is None:
        return True
    folder = batch_path(draft.workspace, draft.known.source, draft.known.id)
    days = pq.read_table(folder / SNAPSHOTS, columns=["day"])["day"].to_pylist()
    return set(days) < set(verdicts.maps)


def _why_set_aside(issues: list[Issue]) -> tuple[str, ...]:
    """The first few things for which files and rows were set aside, each with its first file."""
    lost = [each for each in issues if each.severity == "quarantined"]
    first = {each.message: each.file for each in reversed(lost)}
    messages = list(dict.fromkeys(each.message for each in lost))[:MOST_REASONS]
    return tuple(f"{first[message]}: {message}" for message in messages)
