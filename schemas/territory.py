"""What is a Territory: a named, citable definition of an area in time."""

from schemas.fields import Day, Record, Slug, Status, described


class Territory(Record):
    """An area, optionally narrowed to land of a status on the date, less land of an earlier day.

    The area is a set of oblasts (all of Ukraine when empty). `held` keeps only land of that
    status on the date asked; `except_on` removes land that already had it on that earlier day;
    `fixed_on` evaluates `held` on a fixed day whatever the date asked.
    """

    id: Slug = described("Identifier.")
    title: str = described("Name in English.")
    title_uk: str = described("Name in Ukrainian.")
    definition: str = described("What the area is, in one or two sentences.")
    citation: tuple[str, ...] = described("Documents the definition rests on.")
    oblasts: tuple[str, ...] = described(
        "ISO 3166-2 codes of its oblasts; empty for all.", default=()
    )
    except_oblasts: tuple[str, ...] = described("ISO 3166-2 codes left out.", default=())
    held: Status | None = described("Only land of this status on the date.", default=None)
    except_on: Day | None = described("Less land that had the status on this day.", default=None)
    fixed_on: Day | None = described("Day on which `held` is always evaluated.", default=None)
