"""Which columns say when a feature was: known by their names, if they hold days or times."""

from schemas.layers import LayerColumn

DAYS = (
    ("valid_from", "valid_to"),
    ("start", "end"),
    ("begin", "end"),
    ("begins", "ends"),
    ("start_date", "end_date"),
    ("startdate", "enddate"),
    ("begin_date", "end_date"),
    ("date_from", "date_to"),
    ("from_date", "to_date"),
    ("start_time", "end_time"),
    ("starttime", "endtime"),
    ("datetime", None),
    ("date", None),
    ("timestamp", None),
    ("day", None),
    ("time", None),
)
"""Columns taken for the days of a feature where they are dates or times, the first found."""


def days_of(columns: tuple[LayerColumn, ...]) -> tuple[str | None, str | None]:
    """The columns of the first day and of the end, by name and type; None where there is none."""
    dated = {c.name.lower(): c.name for c in columns if c.type in {"date", "datetime"}}
    for begins, ends in DAYS:
        if begins in dated:
            return dated[begins], dated.get(ends) if ends else None
    return None, None


def is_named_for_days(name: str) -> bool:
    """Whether a column has one of the names; text in it is taken for days where it reads so."""
    return any(name.lower() in pair for pair in DAYS)
