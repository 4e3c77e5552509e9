"""Which columns say when a feature was: recognised by their names and types, or named by the user.

A name is recognised by its words, however they are joined (`start_date`, `dateStart`, `startdate`):
every one of them must be known here, so that `created`, `report_date` or `date_precision` are not
taken for the days of a feature.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from geodata.errors import InvalidInput
from geodata.ingest.vector.column_types import TypedColumn

BEGINS = frozenset(("start", "starts", "started", "begin", "begins", "began", "from", "first"))
ENDS = frozenset(("end", "ends", "ended", "to", "till", "until", "last"))
MOMENTS = frozenset(("date", "day", "time", "datetime", "timestamp", "when", "utc"))
SUBJECTS = frozenset(
    ("valid", "validity", "lifespan", "version", "life", "period", "event", "incident", "attack",
     "occurrence", "observation", "obs", "observed", "seen", "survey", "acquisition", "sensing")
)  # fmt: skip
"""What may be dated, beside the words for when."""
WORDS = BEGINS | ENDS | MOMENTS | SUBJECTS
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z_\s.:-]+")
LONGEST = 40
"""Characters of a name that is split into words written as one."""
CALENDAR_DAY = r"^[12]\d{3}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
Place = Literal["begins", "ends", "moment"]
Note = Callable[[str, str, int], None]


@dataclass(frozen=True)
class DayOptions:
    """What a user says of the days. closed: whether the last day is the end itself; None: unsaid.

    begin, end: names of columns.
    """

    begin: str | None = None
    end: str | None = None
    closed: bool | None = None

    def check(self) -> None:
        """Raises InvalidInput for an end without a begin."""
        if self.end is not None and self.begin is None:
            raise InvalidInput(
                f"--end {self.end[:60]!r} needs --begin: name the column of the first day",
                parameter="begin",
            )


@dataclass(frozen=True)
class LayerDays:
    """Columns of the first day and of the end, None where there is none; closed: see Layer."""

    begins: str | None = None
    ends: str | None = None
    closed: bool = False


def may_hold_days(name: str, options: DayOptions) -> bool:
    """Whether texts and whole numbers of a column are taken for days where all of them read so."""
    return name in {options.begin, options.end} or place_of(name) is not None


def place_of(name: str) -> tuple[Place, frozenset[str]] | None:
    """Where in a feature's time a column of this name stands, and of what; None for other names."""
    words = frozenset(_words(name))
    first, last = words & BEGINS, words & ENDS
    subject = words & SUBJECTS
    if not words <= WORDS or (first and last):
        return None
    if first or last:
        return ("begins" if first else "ends"), subject
    return ("moment", subject) if words & MOMENTS else None


def _words(name: str) -> list[str]:
    return [part for word in _WORD.findall(name) for part in _split(word.lower())]


def _split(word: str) -> list[str]:
    """A word as those it is written of: `startdate` is start and date; itself where it is none."""
    if word in WORDS or len(word) > LONGEST:
        return [word]
    for at in range(2, len(word) - 1):
        rest = _split(word[at:]) if word[:at] in WORDS else []
        if rest and all(part in WORDS for part in rest):
            return [word[:at], *rest]
    return [word]


def as_calendar_days(column: TypedColumn) -> TypedColumn:
    """Whole numbers like 20240224 (ISO 8601, basic) as days; as they are where one is no day."""
    if column.type != "integer" or column.values.null_count == len(column.values):
        return column
    texts = column.values.cast(pa.string())
    if pc.all(pc.match_substring_regex(texts, CALENDAR_DAY)).as_py() is not True:
        return column
    dashed = pc.replace_substring_regex(texts, r"^(\d{4})(\d\d)(\d\d)$", r"\1-\2-\3")
    try:
        values = dashed.cast(pa.date32())
    except pa.ArrowInvalid:  # the 31st of a month that has none
        return column
    count = len(values) - values.null_count
    return TypedColumn(values, "date", {**column.broken, "day_is_written_out": count})


def days_in_parts(columns: dict[str, TypedColumn], note: Note) -> TypedColumn | None:
    """Days put together from whole numbers in three columns, as `iyear`, `imonth` and `iday`.

    None where there are no such columns, or dates already. A month or day that is not known, often
    written as 0, leaves the row without a day.
    """
    if any(column.type in {"date", "datetime"} for column in columns.values()):
        return None
    for name in columns:
        stem = name.removesuffix("year")
        parts = [columns.get(f"{stem}{part}") for part in ("year", "month", "day")]
        whole = [part.values for part in parts if part is not None and part.type == "integer"]
        if name.endswith("year") and len(whole) == len(parts):
            return _put_together(whole, stem, note)
    return None


def _put_together(parts: list[pa.ChunkedArray], stem: str, note: Note) -> TypedColumn:
    values = [_day_of(*row) for row in zip(*(part.to_pylist() for part in parts), strict=True)]
    missing = values.count(None)
    names = ", ".join(repr(f"{stem}{part}") for part in ("year", "month", "day"))
    note("day_is_in_one_column", f"{names}, now 'date'; {missing} rows without", len(values))
    return TypedColumn(pa.chunked_array([pa.array(values, pa.date32())]), "date")


def _day_of(year: int | None, month: int | None, day: int | None) -> date | None:
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def layer_days(columns: dict[str, TypedColumn], options: DayOptions, note: Note) -> LayerDays:
    """The columns of days of a layer, with a note that says which, or that none was recognised.

    Raises InvalidInput where the user named a column that is not there or holds no days.
    """
    dated = [name for name, column in columns.items() if column.type in {"date", "datetime"}]
    begins, ends = _named(columns, dated, options) or _recognised(dated)
    if begins is None:
        _note_unnamed(columns, dated, note)
    if ends is None and options.closed is not None:
        raise InvalidInput(
            "--closed and --open say what the end of a feature means, and no column of ends is "
            "known; name it with --end",
            parameter="closed",
        )
    if begins is None:
        return LayerDays()
    closed = ends is not None and _is_closed(columns[begins], columns[ends], ends, options)
    note("days_are_known", _shown(begins, ends, closed=closed), 1)
    if ends is not None:
        _note_backwards(columns[begins], columns[ends], note)
    return LayerDays(begins, ends, closed)


def _named(
    columns: Iterable[str], dated: list[str], options: DayOptions
) -> tuple[str | None, str | None] | None:
    """What the user named; None where nothing was."""
    if options.begin is None:
        return None
    for parameter, name in (("begin", options.begin), ("end", options.end)):
        if name is not None and name not in dated:
            problem = "holds no days" if name in columns else "is not there"
            raise InvalidInput(
                f"--{parameter} {name[:60]!r}: that column {problem}; columns of days or times "
                f"are: {', '.join(dated[:20]) or 'none'}",
                parameter=parameter,
            )
    return options.begin, options.end


def _recognised(dated: list[str]) -> tuple[str | None, str | None]:
    """A begin with its end, else a moment, else a begin; of several `valid` goes first."""
    known = {name: place for name in dated if (place := place_of(name)) is not None}
    pairs = [
        (begins, ends)
        for begins, (first, subject) in known.items()
        for ends, place in known.items()
        if first == "begins" and place == ("ends", subject)
    ]
    if pairs:
        return min(pairs, key=lambda pair: _rank(known[pair[0]][1]))
    for wanted in ("moment", "begins"):
        names = [name for name, (place, _) in known.items() if place == wanted]
        if names:
            return min(names, key=lambda name: (len(known[name][1]), _rank(known[name][1]))), None
    return None, None


def _rank(subject: frozenset[str]) -> int:
    """When something was valid goes before when its record was in use."""
    return 0 if subject & {"valid", "validity"} else 2 if "lifespan" in subject else 1


def _is_closed(begins: TypedColumn, ends: TypedColumn, name: str, options: DayOptions) -> bool:
    """Whether the end belongs to a feature: as the user says, else as people write it.

    `valid_to` names the day after, as Lodeline and INSPIRE have it, unless a feature begins and
    ends on one day: it would then be on none.
    """
    if options.closed is not None:
        return options.closed
    place = place_of(name)
    if place is None or not place[1] & {"valid", "lifespan"}:
        return True
    return begins.type == ends.type and bool(pc.any(pc.equal(begins.values, ends.values)).as_py())


def _shown(begins: str, ends: str | None, *, closed: bool) -> str:
    if ends is None:
        return f"{begins!r}, each feature on its one day or instant"
    last = "the last day itself; --open makes it" if closed else "the day after; --closed makes it"
    other = "the day after" if closed else "the last day itself"
    return f"{begins!r} to {ends!r}, which is {last} {other}"


def _note_unnamed(columns: dict[str, TypedColumn], dated: list[str], note: Note) -> None:
    """That no days are known of a layer that has some, or columns named as if it had."""
    alike = [n for n, c in columns.items() if place_of(n) is not None and n not in dated]
    if dated:
        note("days_are_recognised", ", ".join(map(repr, dated[:20])), len(dated))
    elif alike:
        text = f"{', '.join(map(repr, alike[:20]))}, which hold no dates of ISO 8601"
        note("days_are_recognised", text, len(alike))


def _note_backwards(begins: TypedColumn, ends: TypedColumn, note: Note) -> None:
    """How many features end before they begin, and so are on no day."""
    if begins.type == ends.type:
        count = pc.sum(pc.less(ends.values, begins.values)).as_py() or 0
        if count:
            note("days_are_in_order", f"{count} rows", count)
