"""What is a Cell: a piece of land with one status from one day to another, says one source."""

from pydantic import model_validator

from schemas.fields import Day, Identifier, Record, Status, described, geometry_field


class Cell(Record):
    """A polygon that one source gave one status from `valid_from` until before `valid_to`.

    For one source and one day no two cells overlap. Land of the source's coverage that no
    cell covers on a day is held by the government.
    """

    id: Identifier = described("Identifier, derived from source, status, days and shape.")
    source: Identifier = described("The source that says so.")
    status: Status = described("Status in Lodeline's vocabulary.")
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
