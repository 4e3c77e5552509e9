"""What is a Deposit: a place with minerals, and how well that place is known."""

from typing import Literal

from pydantic import model_validator

from schemas.fields import (
    Confidence,
    Identifier,
    Latitude,
    Longitude,
    Record,
    Slug,
    described,
    geometry_field,
)

PositionBasis = Literal["published_coordinates", "settlement", "settlement_offset", "district"]
OverlayBasis = Literal["disc", "polygon", "none"]
DepositStatus = Literal["operating", "suspended", "licensed", "undeveloped", "unknown"]


class Deposit(Record):
    """One mineral deposit or occurrence, with names, commodities, position and sources."""

    id: Identifier = described("Stable identifier of the deposit.")
    name_en: str = described("Name in English.")
    name_uk: str | None = described("Name in Ukrainian.", default=None)
    alt_names: tuple[str, ...] = described("Other names and spellings in use.", default=())
    commodity: Slug = described("Main commodity (id in the commodities list).")
    commodities: tuple[Slug, ...] = described("All commodities, main one first.")
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
        "What is laid over control: a geodesic disc, a polygon, or nothing "
        "(areal resources and positions too poor to test; their verdict is 'uncertain')."
    )
    area_ha: float | None = described(
        "Published area of the licence or body.", unit="har", default=None
    )
    confidence: Confidence = described("Confidence in identity and position.")
    part_of: Identifier | None = described(
        "The deposit this one is a component of; components never join sums.", default=None
    )
    note: str | None = described("What a reader should know before citing.", default=None)
    sources: tuple[str, ...] = described("Where the facts come from.")
    geometry: bytes | None = geometry_field("Representative point, or the outline where known.")

    @model_validator(mode="after")
    def main_commodity_is_listed(self) -> "Deposit":
        """The main commodity must be among the commodities."""
        if self.commodity not in self.commodities:
            raise ValueError(
                f"commodity {self.commodity!r} of {self.id} is not in its commodities "
                f"{self.commodities}; add it to the list"
            )
        return self
