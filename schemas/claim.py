"""What is a Claim: a dated public statement about minerals and who holds them?"""

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from schemas.record import Day, Identifier, Record, Slug, described

Quantity = Literal["count", "share", "tonnage", "area", "value"]
Role = Literal["main", "any"]
Comparable = Literal["yes", "partly", "no"]
Address = Annotated[str, StringConstraints(pattern="^https?://[^ ]+$")]


class Claim(Record):
    """One public statement about minerals in occupied land, in our words.

    Many were read through retellings (`via`), so a figure may differ from the first wording.
    """

    id: Slug = described("Stable identifier.")
    made_on: Day = described("Day on which it was made.")
    about_day: Day = described("Day it speaks about.")
    by: str = described("Who made it.")
    via: str | None = described(
        "Who retold it, where the first wording was not read.", default=None
    )
    quantity: Quantity = described("What its figure measures.")
    commodity: str = described(
        "Commodity it is about, in its own width (`all`, `metals`); `id:count` joined by `;` where "
        "it counts several."
    )
    role: Role = described(
        "Whether it speaks of the main commodity alone or of any in the deposit."
    )
    figure_low: float | None = described("Its figure, or the least of it.", default=None)
    figure_high: float | None = described("The most of it; empty for `more than`.", default=None)
    unit: str = described("Unit of the figure; `1` is a share.")
    denominator: str | None = described(
        "What a share is of: a number of deposits, or a quantity named.", default=None
    )
    territory: str = described(
        "Territory it is about: an id of the territories, or ISO 3166-2 codes joined by `+`."
    )
    deposit_id: Identifier | None = described(
        "The one deposit it is about, where it is about one.", default=None
    )
    statement: str = described("What was stated, in our words.")
    url: Address = described("Where it was read.")
    comparable: Comparable = described(
        "Whether the service can set an answer of its own beside it."
    )
    why: str | None = described("Why it cannot, or what differs.", default=None)

    @model_validator(mode="after")
    def figures_are_ordered(self) -> "Claim":
        """Low <= high, and no day spoken of lies after the statement."""
        low, high = self.figure_low, self.figure_high
        if low is not None and high is not None and low > high:
            raise ValueError(f"claim {self.id}: figures are {low} to {high}; order them")
        if self.about_day > self.made_on:
            raise ValueError(
                f"claim {self.id} of {self.made_on} speaks of {self.about_day}; give a day before"
            )
        return self
