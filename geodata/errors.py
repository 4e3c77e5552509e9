"""What can go wrong: one tree of errors, grouped by what the catcher does?

`kind` is stable, and part of what clients see; which status answers it is known in
`service/http/errors.py` alone.
"""

from pydantic import ValidationError


class LodelineError(Exception):
    """Base of all errors raised on purpose. `kind` is stable; the text is for people."""

    kind = "error"

    def __init__(self, detail: str, *, parameter: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.parameter = parameter


class NotFound(LodelineError):
    """What was named does not exist."""

    kind = "not-found"


class Gone(LodelineError):
    """What was named existed, and no longer did at the time asked."""

    kind = "gone"


class InvalidInput(LodelineError):
    """What was given cannot be understood or does not fit."""

    kind = "invalid-input"


class DayInTheFuture(InvalidInput):
    """A day is after today: who will hold what is not foretold."""

    kind = "day-in-the-future"


class Refused(LodelineError):
    """What was given is understood and not taken: too large, or of a kind not accepted."""

    kind = "refused"


class TooLarge(Refused):
    """The input exceeds a stated limit."""

    kind = "too-large"


class Conflict(LodelineError):
    """The work does not fit the present state: two writers, or a step out of order."""

    kind = "conflict"


class Damaged(LodelineError):
    """Stored data is not what its manifest says."""

    kind = "damaged"


class Unavailable(LodelineError):
    """Something needed is not there yet or not now."""

    kind = "unavailable"


def reason_of(error: Exception) -> str:
    """What another library says went wrong, in one line.

    Left out are pydantic's addresses of its manual, and the paths of this machine in the system's
    errors.
    """
    if isinstance(error, ValidationError):
        parts = error.errors(include_url=False, include_input=False, include_context=False)
        places = (".".join(str(step) for step in part["loc"]) for part in parts[:3])
        texts = zip(places, (part["msg"] for part in parts), strict=False)
        return "; ".join(f"{place}: {text}" if place else text for place, text in texts)
    return str((isinstance(error, OSError) and error.strerror) or error)
