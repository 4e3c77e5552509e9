"""What is a Territory, a Settlement, an AdminArea?"""

from schemas.record import (
    Confidence,
    CountryCode,
    Day,
    Identifier,
    Latitude,
    Longitude,
    Record,
    Slug,
    Status,
    described,
    geometry_field,
)


class Settlement(Record):
    """A settlement's status from one day to another, and on what ground that is said."""

    id: Identifier = described("Identifier: place and first day.")
    place_id: Identifier = described("Identifier of the settlement (GeoNames where numeric).")
    name_en: str = described("Name in Latin letters.")
    name_uk: str | None = described("Name in Ukrainian.", default=None)
    oblast: str = described("Oblast, English short name.")
    raion: str | None = described("Raion, Ukrainian.", default=None)
    lon: Longitude = described("Longitude, CRS84.", unit="deg")
    lat: Latitude = described("Latitude, CRS84.", unit="deg")
    status: Status = described("Status.")
    valid_from: Day = described("First day of the status.")
    valid_to: Day | None = described("First day after it; empty while it goes on.", default=None)
    basis: str = described("What the dating rests on.")
    confidence: Confidence = described("Confidence in the dating.")
    record: str = described("explicit, inferred from neighbours, or by rule.")
    coord_source: str = described("Where the coordinate comes from.")
    geometry: bytes | None = geometry_field("Point of the settlement.")


class AdminArea(Record):
    """A country outline, an oblast or a raion."""

    id: Identifier = described(
        "Identifier: ISO 3166 code, or the oblast's with a number for raions."
    )
    level: int = described("0 country, 1 oblast, 2 raion.")
    name_en: str | None = described("English name.", default=None)
    name_uk: str | None = described("Ukrainian name.", default=None)
    parent: Identifier | None = described("The area it belongs to.", default=None)
    approximate: bool = described("True where the boundary was tessellated from settlements.")
    source: str = described("Where the boundary comes from.")
    geometry: bytes | None = geometry_field("Boundary.")


class Territory(Record):
    """An area, optionally narrowed to land of a status on the date, less land of an earlier day.

    The area is a set of oblasts (the whole country when empty). `held` keeps only land of that
    status on the date asked; `except_on` removes land that already had it on that earlier day;
    `fixed_on` evaluates `held` on a fixed day whatever the date asked.
    """

    id: Slug = described("Identifier.")
    title: str = described("Name in English.")
    title_uk: str = described("Name in Ukrainian.")
    where: str | None = described(
        "Where its area is, whoever holds it, to follow a noun: 'in Ukraine'.", default=None
    )
    where_uk: str | None = described("The same in Ukrainian.", default=None)
    definition: str = described("What the area is, in one or two sentences.")
    citation: tuple[str, ...] = described("Documents the definition rests on.")
    country: CountryCode | None = described(
        "State within whose recognised borders it lies (ISO 3166-1); the theatre's where empty.",
        default=None,
    )
    oblasts: tuple[str, ...] = described(
        "ISO 3166-2 codes of its oblasts; empty for all.", default=()
    )
    except_oblasts: tuple[str, ...] = described("ISO 3166-2 codes left out.", default=())
    held: Status | None = described("Only land of this status on the date.", default=None)
    except_on: Day | None = described("Less land that had the status on this day.", default=None)
    fixed_on: Day | None = described("Day on which `held` is always evaluated.", default=None)

    @property
    def extent_words(self) -> str:
        """Where a deposit counted in it is on record, in English."""
        return self.where or f"that may lie in “{self.title}”"
