"""What is a Deposit, an Estimate of what is in it, and the record another catalogue has of it?"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from schemas.record import (
    Amount,
    Confidence,
    CountryCode,
    Identifier,
    Kind,
    Latitude,
    Longitude,
    Measure,
    Record,
    Slug,
    described,
    geometry_field,
)

PositionBasis = Literal["published_coordinates", "settlement", "settlement_offset", "district"]
OverlayBasis = Literal["disc", "polygon", "none"]
DepositStatus = Literal["operating", "suspended", "licensed", "undeveloped", "unknown"]
Rank = Literal["deposit", "occurrence", "prospect", "field", "basin"]
"""After the mineral-occurrence-type vocabulary of CGI, which has no basin."""


class Deposit(Record):
    """One mineral deposit or occurrence, with names, commodities, position and sources."""

    id: Identifier = described("Stable identifier of the deposit.")
    name_en: str = described("Name in English.")
    name_uk: str | None = described("Name in Ukrainian.", default=None)
    alt_names: tuple[str, ...] = described("Other names and spellings in use.", default=())
    country: CountryCode = described(
        "The state whose internationally recognised borders it lies in (ISO 3166-1)."
    )
    commodity: Slug = described("Main commodity (id in the commodities list).")
    commodities: tuple[Slug, ...] = described("All commodities, main one first.")
    recalled: tuple[Slug, ...] = described(
        "Commodities of these that rest on memory and were not confirmed by a source.", default=()
    )
    rank: Rank = described(
        "What kind of record: deposit, occurrence, prospect, field (of several) or basin."
    )
    deposit_type: str | None = described(
        "Geological type as described by the source.", default=None
    )
    status: DepositStatus = described("State of development, as last reported.")
    oblasts: tuple[str, ...] = described("Oblasts the sources name (ISO 3166-2 codes).", default=())
    oblast: str | None = described("Oblast as the source writes it.", default=None)
    raion: str | None = described("Raion as the source writes it.", default=None)
    nearest_settlement: str | None = described("Nearest settlement as described.", default=None)
    lon: Longitude = described("Longitude of the representative point, CRS84.", unit="deg")
    lat: Latitude = described("Latitude of the representative point, CRS84.", unit="deg")
    position_basis: PositionBasis = described("What the representative point was taken from.")
    position_uncertainty_m: float = described(
        "Radius within which the deposit lies, as judged by the compiler.", unit="m"
    )
    overlay_basis: OverlayBasis = described(
        "What is laid over control: a geodesic disc, the polygon of `extent`, or nothing "
        "(positions too poor to test; their verdict is 'unknown')."
    )
    extent: str | None = described(
        "Outline laid over control where `overlay_basis` is 'polygon': WKT, CRS84. Drawn by hand "
        "from published descriptions, so good for shares, not for distances.",
        default=None,
    )
    area_ha: float | None = described(
        "Published area of the licence or body.", unit="har", default=None
    )
    confidence: Confidence = described("Confidence in identity and position.")
    part_of: Identifier | None = described(
        "The deposit this one is a component of; components never join sums.", default=None
    )
    wikidata: Annotated[str, StringConstraints(pattern="^Q[0-9]+$")] | None = described(
        "Item in Wikidata, where one is known.", default=None
    )
    note: str | None = described("What a reader should know before citing.", default=None)
    sources: tuple[str, ...] = described("Where the facts come from.")
    geometry: bytes | None = geometry_field("Representative point; an outline is in `extent`.")

    @model_validator(mode="after")
    def commodities_named_are_listed(self) -> "Deposit":
        """The main commodity and recalled ones must be among the commodities."""
        unlisted = set(self.recalled) - set(self.commodities)
        if unlisted:
            raise ValueError(
                f"recalled {sorted(unlisted)} of {self.id} are not in its commodities "
                f"{self.commodities}; add them to the list"
            )
        if self.commodity not in self.commodities:
            raise ValueError(
                f"commodity {self.commodity!r} of {self.id} is not in its commodities "
                f"{self.commodities}; add it to the list"
            )
        return self


class Estimate(Record):
    """One statement of quantity, in the scheme and category its author used.

    National categories are kept as published and never mapped. An amount nobody published
    is empty, not zero.
    """

    id: Identifier = described("Stable identifier of the statement.")
    deposit_id: Identifier = described("The deposit it speaks of.")
    commodity: Slug = described("The commodity it quantifies.")
    measure: Measure = described("'ore' is rock in the ground, 'contained' the substance in it.")
    amount_low: Amount | None = described("Lower bound as published.", default=None)
    amount: Amount | None = described("Amount as published.", default=None)
    amount_high: Amount | None = described("Upper bound as published.", default=None)
    unit: str = described("Unit with the substance weighed, e.g. 't ore', 't Li2CO3 eq'.")
    category: str | None = described("Category code as published, e.g. 'C1+C2'.", default=None)
    category_scheme: Slug = described("The scheme the category belongs to; 'unstated' if none.")
    unfc: str | None = described(
        "UNFC category as the publisher gave it, e.g. '111+332'.", default=None
    )
    kind: Kind = described("Only 'reserve' joins reserve sums.")
    grade: float | None = described("Grade as published.", default=None)
    grade_unit: str | None = described("Unit of the grade.", default=None)
    asof: str | None = described(
        "Date of the statement as published (ISO 8601, reduced).", default=None
    )
    includes_components: bool = described(
        "True where the figure already covers deposits that are part_of this one.", default=False
    )
    source: Annotated[str, StringConstraints(min_length=1)] = described("Who published it.")
    doubt: str | None = described(
        "Why the figure may be wrong, where there is reason to think so.", default=None
    )
    note: str | None = described("What a reader should know before citing.", default=None)

    @model_validator(mode="after")
    def bounds_are_ordered(self) -> "Estimate":
        """Low <= amount <= high, and at least one of them is given."""
        amounts = [x for x in (self.amount_low, self.amount, self.amount_high) if x is not None]
        if not amounts:
            raise ValueError(f"estimate {self.id} has no amount; leave the row out")
        if amounts != sorted(amounts):
            raise ValueError(f"estimate {self.id}: low, amount, high are {amounts}; order them")
        return self


class LinkedRecord(Record):
    """The same deposit in another catalogue, matched by name, commodity and place.

    The position is the catalogue's own. Where it lies far off, the note says why the record is
    thought to be of this deposit all the same.
    """

    deposit_id: Identifier = described("The deposit it is a record of.")
    catalogue: Slug = described("The catalogue, e.g. 'usgs-ree'.")
    record_id: str = described("Identifier in the catalogue.")
    name: str = described("Name as the catalogue prints it.")
    lon: Longitude | None = described(
        "Longitude in the catalogue, CRS84; empty where it gives none.", unit="deg", default=None
    )
    lat: Latitude | None = described(
        "Latitude in the catalogue, CRS84; empty where it gives none.", unit="deg", default=None
    )
    distance_km: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = described(
        "Geodesic distance from the deposit's point; empty without a position.",
        unit="km",
        default=None,
    )
    note: str | None = described(
        "What a reader should know of the match or the position.", default=None
    )
