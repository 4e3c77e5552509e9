"""Which representation is wanted: by `f`, else by `Accept`."""

from geodata.errors import InvalidInput


def wanted_format(f: str | None, accept: str, offered: tuple[str, ...]) -> str:
    """The format to answer in; the first offered is the default.

    `f` decides; else HTML goes to clients that name text/html before any JSON, and only where it
    is offered. Raises InvalidInput for a format not offered.
    """
    if f is not None:
        if f not in offered:
            raise InvalidInput(
                f"f is {f[:20]!r}; offered here are {', '.join(offered)}", parameter="f"
            )
        return f
    return "html" if "html" in offered and _prefers_html(accept) else offered[0]


def _prefers_html(accept: str) -> bool:
    """Whether text/html is accepted with more weight than any JSON."""
    weights = {"html": 0.0, "json": 0.0}
    for entry in accept[:1000].split(","):
        kind, _, rest = entry.strip().partition(";")
        if kind in {"text/html", "application/xhtml+xml"}:
            weights["html"] = max(weights["html"], _quality(rest))
        elif kind.endswith("json"):
            weights["json"] = max(weights["json"], _quality(rest))
    return weights["html"] > weights["json"]


def _quality(rest: str) -> float:
    for part in rest.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
