"""What does a download say about itself: the same words in every format."""

from datetime import UTC, datetime

from geodata.errors import InvalidInput
from geodata.formats.rows import About, Rows


def facts(about: About) -> dict[str, str]:
    """What the download is, by label, in reading order."""
    return {
        "title": about.title,
        "release": about.release,
        "query": about.query,
        "licence": about.licence,
        "attribution": about.attribution,
        "citation": about.citation,
        "generated": about.generated,
    }


def description(about: About) -> str:
    """The facts that do not fit a title, one a line: for formats with one field for text."""
    kept = {label: text for label, text in facts(about).items() if label != "title"}
    return "\n".join(f"{label}: {text}" for label, text in kept.items())


def about_text(about: About, rows: Rows | None = None, notes: tuple[str, ...] = ()) -> str:
    """A README: the facts, the notes, and the columns with their units where rows are given."""
    parts = [about.title, "=" * len(about.title), "", description(about), ""]
    if notes:
        parts += ["Notes", "-----", *notes, ""]
    if rows is not None:
        parts += ["Columns", "-------", *_column_lines(rows), ""]
    return "\n".join(parts)


def generated_at(about: About) -> datetime:
    """The time the release was made, UTC. Raises InvalidInput where it is no RFC 3339 time."""
    try:
        moment = datetime.fromisoformat(about.generated)
    except ValueError:
        raise InvalidInput(
            f"generated is {about.generated!r}; give an RFC 3339 time like 2025-02-25T00:00:00Z"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _column_lines(rows: Rows) -> list[str]:
    return [
        f"{column.name} ({column.type}{', ' + column.unit if column.unit else ''}): "
        f"{column.meaning}"
        for column in rows.columns
    ]
