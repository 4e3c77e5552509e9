"""What are Cell, LinePiece, Disagreement, and Span, VerdictInterval and Change of a deposit?"""

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


class LinePiece(Record):
    """A stretch of one source's line of contact from `valid_from` until before `valid_to`.

    The line of a day is the pieces that hold on it: the edge of occupied land towards free land.
    Where occupied land ends at the sea or at the state border there is none.
    """

    id: Identifier = described("Identifier, derived from source, days and shape.")
    source: Identifier = described("The source whose map it is the line of.")
    valid_from: Day = described("First day on which all of it was on the line.")
    valid_to: Day | None = described(
        "First day on which it no longer was; empty while it is.", default=None
    )
    length_km: float = described("Geodesic length.", unit="km")
    geometry: bytes | None = geometry_field("The piece of the line.")


class Disagreement(Record):
    """Land to which two sources give different statuses on a day.

    Together the rows of a pair of sources are all such land: strips that two drawings of one front,
    coast or border leave between them are rows of their own, with `narrow`.
    """

    id: Identifier = described("Identifier: day, sources, statuses, and whether it is narrow.")
    day: Day = described("The day both are asked about.")
    source: Identifier = described("The one of the two sources that is first in priority.")
    status: Status = described("What it says of the land.")
    asof: Day = described("The day of its map.")
    other_source: Identifier = described("The other source.")
    other_status: Status = described("What the other says of the land.")
    other_asof: Day = described("The day of its map.")
    narrow: bool = described(
        "Strips narrower than 500 m, or within 2 km of the coast and the state border than 4 km: "
        "two drawings of one line differ by as much."
    )
    area_km2: float = described("Geodesic area.", unit="km2")
    geometry: bytes | None = geometry_field("The land.")


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
