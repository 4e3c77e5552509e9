"""What is the Theatre: whose land the maps of control are about, and who holds it?"""

from typing import Literal

from schemas.record import CountryCode, Record, Slug, Status, described

CoveredArea = Literal["country", "country without lakes"]


class Theatre(Record):
    """The country whose control is mapped, and what its statuses mean for who holds land."""

    country: CountryCode = described("The country questions are about by default (ISO 3166-1).")
    names: dict[CountryCode, str] = described("States with deposits on record, in English.")
    names_uk: dict[CountryCode, str] = described("The same in Ukrainian.")
    coverages: dict[Slug, CoveredArea] = described(
        "Areas a control source may cover, by the name its description uses."
    )
    parties: dict[Status, CountryCode] = described(
        "Who holds land of a status (ISO 3166-1); a status that is missing names nobody."
    )

    @property
    def name(self) -> str:
        """The country in English."""
        return self.names[self.country]
