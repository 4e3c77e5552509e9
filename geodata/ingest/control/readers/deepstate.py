"""What do DeepState's captions and colours say of a polygon's status?

The vocabulary changed four times between April 2022 and August 2025; all of it is a table here.
A caption is read in two steps, its machine key first and its words after; the colour is read
beside it. Where caption and colour disagree the colour wins. Measured on 1,359 publications: 15
polygons (74 rows) disagree; the map shows the colour; of the 6 that were still drawn alike when
the disagreement ended 5 had their caption changed to the colour's status and none the colour to
the caption's.
"""

# ruff: noqa: RUF001 - the captions are Ukrainian

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from geodata.ingest.control.coverage import Coverage
from geodata.ingest.control.geojson import PolygonCleaner, features_of, properties_of
from geodata.ingest.control.parsed_file import FileDate, FileRejected, ParsedFile, RowCounter
from schemas.record import Status

KEYS: tuple[tuple[str, Status], ...] = (
    ("status.occupied", "occupied"),
    ("status.unknown", "contested"),
    ("status.dismissed", "government"),
    ("territories.crimea", "occupied"),
    ("territories.ordlo", "occupied"),
    ("territories.tuzla", "occupied"),
)
"""Machine keys since 2024-03-23, after `geoJSON.`; a key's start decides (`dismissed_at`)."""
WORDS: tuple[tuple[str, Status], ...] = (
    ("під питанням", "contested"),
    ("статус невідомий", "contested"),
    ("ситуація невідома", "contested"),
    ("сіра зона", "contested"),
    ("немає інфо", "contested"),
    ("невідомо", "contested"),
    ("треба уточнення", "contested"),
    ("повідомляється", "contested"),
    ("contested", "contested"),
    ("contensed", "contested"),
    ("contenesed", "contested"),
    ("in doubt", "contested"),
    ("under question", "contested"),
    ("unknown", "contested"),
    ("gray area", "contested"),
    ("звільнен", "government"),
    ("під контролем зсу", "government"),
    ("відбиті", "government"),
    ("відкинуто", "government"),
    ("орки відсутні", "government"),
    ("liberated", "government"),
    ("taken back", "government"),
    ("recaptured", "government"),
    ("pushed back", "government"),
    ("окупован", "occupied"),
    ("зайняті ворогом", "occupied"),
    ("захоплен", "occupied"),
    ("контролюється ворогом", "occupied"),
    ("occupied", "occupied"),
    ("under occupation", "occupied"),
    ("крим", "occupied"),
    ("ордло", "occupied"),
    ("тузла", "occupied"),
    ("cadr and calr", "occupied"),
)
"""Words of captions; the first that is found decides, so doubt goes before certainty."""
FILLS: dict[str, Status] = {
    "#a52714": "occupied",
    "#880e4f": "occupied",
    "#000000": "occupied",
    "#bcaaa4": "contested",
    "#bdbdbd": "contested",
    "#757575": "contested",
    "#0f9d58": "government",
    "#0288d1": "government",
    "#0097a7": "government",
    "#01579b": "government",
}
"""Fill colours: reds and black held by Russia, greys unknown, green and blues taken back."""
DAILY_NAME = re.compile(r"deepstatemap_data_(\d{8})\.(?:geo)?json")
BODY_NAME = re.compile(r"(\d{10})\.(?:geo)?json")
DAILY_STATUSES: tuple[Status, ...] = ("occupied", "government")
BODY_STATUSES: tuple[Status, ...] = ("occupied", "contested", "government")


@dataclass(frozen=True)
class Label:
    """What caption and colour of one polygon say, each by itself."""

    by_name: Status | None
    by_fill: Status | None

    @property
    def status(self) -> Status | None:
        """The status: the colour's, else the caption's; None where neither is known."""
        return self.by_fill or self.by_name

    @property
    def disagrees(self) -> bool:
        """True where caption and colour are both known and differ."""
        return None not in (self.by_name, self.by_fill) and self.by_name != self.by_fill


@lru_cache(maxsize=8192)
def read_label(name: str, fill: str) -> Label:
    """The label of a polygon by its `name` and `fill`, as they stand in the file."""
    text = normalised(name)
    return Label(_by_key(text) or _by_words(text), FILLS.get(fill.strip().lower()))


def normalised(name: str) -> str:
    """A caption in lower case, NFKC, blanks single; broken UTF-8 stays as U+FFFD."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _by_key(text: str) -> Status | None:
    _, found, key = text.partition("geojson.")
    return next((status for start, status in KEYS if found and key.startswith(start)), None)


def _by_words(text: str) -> Status | None:
    """Status of the first word of the table in the text."""
    return next((status for word, status in WORDS if _pattern(word, text)), None)


def _pattern(word: str, text: str) -> bool:
    return word in text or ("\ufffd" in text and _broken(word).search(text) is not None)


@lru_cache(maxsize=256)
def _broken(word: str) -> re.Pattern[str]:
    """Matches a word of which one run of letters became replacement characters."""
    holes = (re.escape(word[:i]) + "\ufffd+" + re.escape(word[i + 1 :]) for i in range(len(word)))
    return re.compile("|".join(holes))


OCCUPIED = Label("occupied", None)
"""Daily files have no labels: all their polygons are occupied land."""


class DeepState:
    """Reader of DeepState's two kinds of file, told apart by name."""

    version = 2

    def __init__(self, coverage: Coverage) -> None:
        self._bodies = PolygonCleaner(coverage)
        self._daily = PolygonCleaner(coverage.wide())

    def read(self, name: str, data: bytes) -> ParsedFile:
        """What one file says. Raises FileRejected."""
        features = features_of(data)
        stamp = stamp_of(name, len(features))
        counter = RowCounter(name, stamp)
        for row, feature in enumerate(features):
            self._count(feature, row, counter)
        return counter.parsed(BODY_STATUSES if stamp.published else DAILY_STATUSES)

    def day(self, name: str) -> date | None:
        """The day in the file's name; None where there is none."""
        try:
            return stamp_of(name).day
        except FileRejected:
            return None

    def _count(self, feature: object, row: int, counter: RowCounter) -> None:
        """Count one feature in: accepted with its status, or set aside with the rule."""
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        shapes = self._bodies if counter.stamp.published else self._daily
        shape = shapes.shape(geometry)
        properties = properties_of(feature)
        caption, fill = (str(properties.get(key) or "") for key in ("name", "fill"))
        if shape.geometry is None:
            counter.set_aside(row, shape.fault or "has_a_geometry", caption or "no caption")
            return
        label = read_label(caption, fill) if counter.stamp.published else OCCUPIED
        if label.status is None:
            counter.set_aside(row, "has_a_known_label", f"{caption} ({fill or 'no fill'})")
            return
        if label.disagrees:
            found = f"{label.by_fill} ({fill}): {caption}"
            counter.remark(row, "label_agrees_with_fill", found, "note")
        for rule in shape.repairs:
            counter.remark(row, rule, caption or "no caption", "repaired")
        counter.accept(label.status, shape.geometry, caption)


def stamp_of(name: str, rows: int = 0) -> FileDate:
    """Day and time from a file's name: YYYYMMDD, or seconds since 1970 (UTC day).

    Raises FileRejected where the name holds neither.
    """
    last = name.rpartition("/")[2]
    daily, body = DAILY_NAME.fullmatch(last), BODY_NAME.fullmatch(last)
    try:
        if daily:
            return FileDate(datetime.strptime(daily[1], "%Y%m%d").replace(tzinfo=UTC).date())
        if body:
            moment = datetime.fromtimestamp(int(body[1]), UTC)
            return FileDate(moment.date(), moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        pass
    wanted = "deepstatemap_data_YYYYMMDD.geojson or SECONDS.geojson is wanted"
    raise FileRejected("file_has_a_date", f"{last} ({wanted})", rows)
