"""What does one file say: its day, its polygons by status, and what was set aside or mended."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from shapely.geometry.base import BaseGeometry

from geodata.errors import InvalidInput
from geodata.ingest.control.coverage import Coverage
from geodata.ingest.rules import RULES
from schemas import Issue
from schemas.record import Severity, Status

EXAMPLES = 3
EXAMPLE_LENGTH = 60


class FileRejected(InvalidInput):
    """A whole file is set aside: the rule it broke, what was found, features it held."""

    def __init__(self, rule: str, found: str, rows: int = 0) -> None:
        super().__init__(f"{RULES[rule]}; found: {found}")
        self.rule = rule
        self.rows = rows


@dataclass(frozen=True)
class FileDate:
    """When a file is of: its day, and the time of publication (RFC 3339, UTC) where known."""

    day: date
    published: str | None = None


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """One file read: rows_in = rows_accepted + rows set aside in `issues`.

    pieces: polygons of each status as accepted, on the grid; they may overlap.
    """

    file: str
    stamp: FileDate
    statuses: tuple[Status, ...]
    pieces: Mapping[Status, tuple[BaseGeometry, ...]]
    captions: Mapping[Status, str]
    rows_in: int
    rows_accepted: int
    issues: tuple[Issue, ...]

    @property
    def order(self) -> tuple[date, str, str]:
        """Sorts files by day, then publication, then name."""
        return self.stamp.day, self.stamp.published or "", self.file


class Reader(Protocol):
    """A reader of one source's files."""

    def read(self, name: str, data: bytes) -> ParsedFile:
        """What the file says. Raises FileRejected where the file as a whole is no map."""

    def day(self, name: str) -> date | None:
        """The day of the file of this name; None where the name does not say."""


class ReaderMaker(Protocol):
    """The class of a reader: its version changes whenever its answers do."""

    version: int

    def __call__(self, coverage: Coverage) -> Reader:
        """A reader for one input."""


@dataclass
class _Count:
    """How often one rule was broken in a file, where first, and examples of what was found."""

    severity: Severity
    row: int
    count: int = 0
    found: list[str] = field(default_factory=list)


@dataclass
class RowCounter:
    """Rows of one file, counted as they are accepted, mended or set aside."""

    file: str
    stamp: FileDate
    rows_in: int = 0
    rows_accepted: int = 0
    _pieces: dict[Status, list[BaseGeometry]] = field(default_factory=dict)
    _captions: dict[Status, Counter[str]] = field(default_factory=dict)
    _counts: dict[str, _Count] = field(default_factory=dict)

    def accept(self, status: Status, piece: BaseGeometry, caption: str) -> None:
        """The row is a polygon of this status."""
        self.rows_in += 1
        self.rows_accepted += 1
        self._pieces.setdefault(status, []).append(piece)
        self._captions.setdefault(status, Counter())[" ".join(caption.split())] += 1

    def set_aside(self, row: int, rule: str, found: str) -> None:
        """The row breaks the rule and is not used."""
        self.rows_in += 1
        self.remark(row, rule, found, "quarantined")

    def remark(self, row: int, rule: str, found: str, severity: Severity) -> None:
        """The row broke the rule; counted per rule, with the first few examples."""
        seen = self._counts.setdefault(rule, _Count(severity, row))
        seen.count += 1
        short = " ".join(found.split())[:EXAMPLE_LENGTH]
        if len(seen.found) < EXAMPLES and short not in seen.found:
            seen.found.append(short)

    def parsed(self, statuses: tuple[Status, ...]) -> ParsedFile:
        """The file as it was read. Raises FileRejected where no row was accepted."""
        if not self.rows_accepted:
            broken = ", ".join(f"{rule} ({seen.count})" for rule, seen in self._counts.items())
            raise FileRejected("file_has_polygons", broken or "no features", self.rows_in)
        return ParsedFile(
            file=self.file,
            stamp=self.stamp,
            statuses=statuses,
            pieces={status: tuple(pieces) for status, pieces in self._pieces.items()},
            captions={status: _commonest(names) for status, names in self._captions.items()},
            rows_in=self.rows_in,
            rows_accepted=self.rows_accepted,
            issues=tuple(self._issue(rule, seen) for rule, seen in self._counts.items()),
        )

    def _issue(self, rule: str, seen: _Count) -> Issue:
        return Issue(
            file=self.file,
            row=seen.row,
            day=self.stamp.day,
            rule=rule,
            severity=seen.severity,
            message=f"{RULES[rule]}; found e.g.: {' | '.join(seen.found)}",
            count=seen.count,
        )


def _commonest(names: Counter[str]) -> str:
    """The most frequent caption; among equals the first in the alphabet."""
    return min(names, key=lambda name: (-names[name], name))
