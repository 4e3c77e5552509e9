"""How are DeepState's files read: daily files of occupied land, and bodies of its map API."""

import re
from datetime import UTC, date, datetime

from geodata.ingest.coverage import Coverage
from geodata.ingest.features import features_of
from geodata.ingest.readings import Reading, SetAside, Stamp, Tally
from geodata.ingest.shapes import Shapes, properties_of
from geodata.ingest.sources.deepstate_labels import Label, read_label
from schemas.record import Status

DAILY_NAME = re.compile(r"deepstatemap_data_(\d{8})\.(?:geo)?json")
BODY_NAME = re.compile(r"(\d{10})\.(?:geo)?json")
DAILY_STATUSES: tuple[Status, ...] = ("occupied", "government")
BODY_STATUSES: tuple[Status, ...] = ("occupied", "contested", "government")
OCCUPIED = Label("occupied", None)
"""Daily files have no labels: all their polygons are occupied land."""


class DeepState:
    """Reader of DeepState's two kinds of file, told apart by name."""

    version = 2

    def __init__(self, coverage: Coverage) -> None:
        self._bodies = Shapes(coverage)
        self._daily = Shapes(coverage.wide())

    def read(self, name: str, data: bytes) -> Reading:
        """The reading of one file. Raises SetAside."""
        features = features_of(data)
        stamp = stamp_of(name, len(features))
        tally = Tally(name, stamp)
        for row, feature in enumerate(features):
            self._count(feature, row, tally)
        return tally.reading(BODY_STATUSES if stamp.published else DAILY_STATUSES)

    def day(self, name: str) -> date | None:
        """The day in the file's name; None where there is none."""
        try:
            return stamp_of(name).day
        except SetAside:
            return None

    def _count(self, feature: object, row: int, tally: Tally) -> None:
        """Count one feature in: accepted with its status, or set aside with the rule."""
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        shapes = self._bodies if tally.stamp.published else self._daily
        shape = shapes.shape(geometry)
        properties = properties_of(feature)
        caption, fill = (str(properties.get(key) or "") for key in ("name", "fill"))
        if shape.geometry is None:
            tally.set_aside(row, shape.fault or "has_a_geometry", caption or "no caption")
            return
        label = read_label(caption, fill) if tally.stamp.published else OCCUPIED
        if label.status is None:
            tally.set_aside(row, "has_a_known_label", f"{caption} ({fill or 'no fill'})")
            return
        if label.disagrees:
            found = f"{label.by_fill} ({fill}): {caption}"
            tally.remark(row, "label_agrees_with_fill", found, "note")
        for rule in shape.repairs:
            tally.remark(row, rule, caption or "no caption", "repaired")
        tally.accept(label.status, shape.geometry, caption)


def stamp_of(name: str, rows: int = 0) -> Stamp:
    """Day and time from a file's name: YYYYMMDD, or seconds since 1970 (UTC day).

    Raises SetAside where the name holds neither.
    """
    last = name.rpartition("/")[2]
    daily, body = DAILY_NAME.fullmatch(last), BODY_NAME.fullmatch(last)
    try:
        if daily:
            return Stamp(datetime.strptime(daily[1], "%Y%m%d").replace(tzinfo=UTC).date())
        if body:
            moment = datetime.fromtimestamp(int(body[1]), UTC)
            return Stamp(moment.date(), moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        pass
    wanted = "deepstatemap_data_YYYYMMDD.geojson or SECONDS.geojson is wanted"
    raise SetAside("file_has_a_date", f"{last} ({wanted})", rows)
