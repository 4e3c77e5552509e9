"""What is a Timeline: how one source's statuses share a deposit's footprint through time."""

from schemas.fields import (
    Day,
    Identifier,
    Record,
    Share,
    Slug,
    Status,
    Verdict,
    described,
    geometry_field,
)


class Span(Record):
    """One status's constant share of a deposit's footprint; on any day the shares sum to one."""

    id: Identifier = described("Identifier: deposit, source, status and first day.")
    deposit_id: Identifier = described("The deposit.")
    source: Identifier = described("The source that says so.")
    status: Status = described("Status of that share of the footprint.")
    share: Share = described("Share of the footprint's area.", unit="1")
    valid_from: Day = described("First day.")
    valid_to: Day | None = described("First day after; empty while it goes on.", default=None)
    geometry: bytes | None = geometry_field("The deposit's point.")


class Standing(Record):
    """All four shares and the verdict of a deposit by one source over a stretch of days."""

    deposit_id: Identifier = described("The deposit.")
    source: Identifier = described("The source that says so.")
    valid_from: Day = described("First day.")
    valid_to: Day | None = described("First day after; empty while it goes on.", default=None)
    occupied: Share = described("Occupied share of the footprint.", unit="1")
    contested: Share = described("Contested share of the footprint.", unit="1")
    government: Share = described("Government-held share of the footprint.", unit="1")
    unknown: Share = described("Share the source does not cover.", unit="1")
    verdict: Verdict = described("What follows for the deposit.")
    since: Day = described("First day of the verdict, which may reach further back than the row.")


class Change(Record):
    """A deposit's verdict by one source turned on a day."""

    id: Identifier = described("Identifier: deposit, source and day.")
    deposit_id: Identifier = described("The deposit.")
    name_en: str = described("Its name in English.")
    commodity: Slug = described("Its main commodity.")
    day: Day = described("First day of the new verdict.")
    before: Verdict = described("Verdict until the day before.")
    after: Verdict = described("Verdict from the day on.")
    source: Identifier = described("The source that says so.")
    geometry: bytes | None = geometry_field("The deposit's point.")
