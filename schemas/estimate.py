"""What is an Estimate: one published statement of quantity for a deposit."""

from pydantic import model_validator

from schemas.fields import Amount, Identifier, Kind, Measure, Record, Slug, described


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
    kind: Kind = described("Only 'reserve' joins reserve sums.")
    grade: float | None = described("Grade as published.", default=None)
    grade_unit: str | None = described("Unit of the grade.", default=None)
    asof: str | None = described(
        "Date of the statement as published (ISO 8601, reduced).", default=None
    )
    includes_components: bool = described(
        "True where the figure already covers deposits that are part_of this one.", default=False
    )
    source: str = described("Who published it.")
    note: str | None = described("What a reader should know before citing.", default=None)

    @model_validator(mode="after")
    def bounds_are_ordered(self) -> "Estimate":
        """Low <= amount <= high, and at least one of them is given."""
        given = [x for x in (self.amount_low, self.amount, self.amount_high) if x is not None]
        if not given:
            raise ValueError(f"estimate {self.id} has no amount; leave the row out")
        if given != sorted(given):
            raise ValueError(f"estimate {self.id}: low, amount, high are {given}; order them")
        return self
