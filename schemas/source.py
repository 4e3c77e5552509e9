"""What is a Source: who says so, under which terms, over which area and days?"""

from typing import Literal

from schemas.record import Day, Record, Slug, Status, described


class Expectations(Record):
    """What a whole input of the source must look like; a missed minimum refuses the batch."""

    rows_min: int = described("Fewest accepted rows.", default=1)
    days_min: int = described("Fewest days with a map.", default=1)
    occupied_km2_min: float | None = described(
        "Least occupied area a day.", unit="km2", default=None
    )
    occupied_km2_max: float | None = described(
        "Most occupied area a day.", unit="km2", default=None
    )
    change_km2_max: float | None = described(
        "Most gained plus lost area between two maps before the day is set aside.",
        unit="km2",
        default=None,
    )
    outside_share_max: float = described(
        "Most of a polygon's area that may lie outside the coverage.", unit="1", default=0.5
    )
    island_km2_max: float = described(
        "Largest polygon kept outside the outline (islands the outline lacks).",
        unit="km2",
        default=100.0,
    )


class Source(Record):
    """One publisher of control maps or facts."""

    id: Slug = described("Identifier.")
    title: str = described("Name.")
    publisher: str = described("Who publishes it.")
    url: str | None = described("Where it is published.", default=None)
    licence: str = described("Licence, or 'none found'.")
    attribution: str = described("What to write beside the data.")
    cadence: str = described("How often it is published.")
    statuses: tuple[Status, ...] = described("Statuses it can tell apart.")
    record: Literal["maps", "events"] = described(
        "'maps': dated maps, each standing until the next; 'events': dated events, complete up "
        "to the day of compilation.",
        default="maps",
    )
    coverage: Slug = described("Area it speaks of: one of the theatre's coverages.")
    coverage_from: Day | None = described(
        "First day it can speak of, files of earlier days are set aside; events speak from it "
        "on, maps from the first that was ingested.",
        default=None,
    )
    day_rule: str = described("How a publication is given a day.")
    caveats: tuple[str, ...] = described("What a reader should know.", default=())
    expectations: Expectations = described(
        "What a whole input must look like.", default=Expectations()
    )
