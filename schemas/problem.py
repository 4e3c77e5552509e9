"""What does an error look like to a client: RFC 9457 problem details."""

from schemas.record import Record, described


class Problem(Record):
    """A problem document (application/problem+json)."""

    type: str = described("URI reference that names the kind of problem.")
    title: str = described("Short name of the kind.")
    status: int = described("HTTP status.")
    detail: str = described("What was wanted, what was found, what to do.")
    instance: str | None = described("The path asked.", default=None)
    kind: str = described("Stable machine-readable kind.")
    parameter: str | None = described("The parameter at fault.", default=None)
