"""What is a Cell; what are Span, VerdictInterval and Change of a deposit?"""

from pydantic import model_validator

from schemas.record import (
    CountryCode,
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


class Cell(Record):
    """A polygon that one source gave one status from `valid_from` until before `valid_to`.

    For one source and one day no two cells overlap. Land of the source's coverage that no
    cell covers on a day is held by the government.
    """

    id: Identifier = described("Identifier, derived from source, status, days and shape.")
    source: Identifier = described("The source that says so.")
    status: Status = described("Status in Lodeline's vocabulary.")
    party: CountryCode | None = described(
        "Who holds it (ISO 3166-1); empty where nobody can be named.", default=None
    )
    valid_from: Day = described("First day of the status.")
    valid_to: Day | None = described("First day after it; empty while it goes on.", default=None)
    status_original: str | None = described("The status in the source's own words.", default=None)
    geometry: bytes | None = geometry_field("Polygon of the piece of land.")

    @model_validator(mode="after")
    def days_are_ordered(self) -> "Cell":
        """A cell lasts at least one day."""
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError(f"cell {self.id}: valid_to {self.valid_to} is not after valid_from")
        return self


class Span(Record):
    """One status's constant share of a deposit's footprint; on any day the shares sum to one."""

    id: Identifier = described("Identifier: deposit, source, status and first day.")
    deposit_id: Identifier = described("The deposit.")
    source: Identifier = described("The source that says so.")
    status: Status = described("Status of that share of the footprint.")
    party: CountryCode | None = described(
        "Who holds it (ISO 3166-1); empty where nobody can be named.", default=None
    )
    share: Share = described("Share of the footprint's area.", unit="1")
    valid_from: Day = described("First day.")
    valid_to: Day | None = described("First day after; empty while it goes on.", default=None)
    geometry: bytes | None = geometry_field("The deposit's point.")


class VerdictInterval(Record):
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
    party: CountryCode | None = described(
        "Who holds it (ISO 3166-1); empty where nobody can be named.", default=None
    )
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
