"""The page of an error: what was wanted, what was found, and the way out."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from service.pages.rendering import render

HEADS: Mapping[int, str] = {
    400: "That question cannot be read",
    404: "There is nothing here",
    405: "That cannot be done here",
    406: "Not in that form",
    410: "It is no longer there",
    413: "That is too much",
    415: "That cannot be taken in",
    429: "Too many questions at once",
    500: "Something failed on our side",
    503: "Not ready yet",
}


def problem_page(status: int, problem: Mapping[str, Any], base: str = "") -> str:
    """A problem document to read. base: where the service stands."""
    instance = str(problem.get("instance") or "")
    return render(
        "problem.html",
        base=base,
        title=HEADS.get(status, "Something went wrong"),
        status=status,
        problem=problem,
        again=quote("/" + instance.lstrip("/")) if problem.get("parameter") and instance else None,
    )
