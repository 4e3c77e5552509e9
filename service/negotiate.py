"""Which representation is wanted: by `f`, else by `Accept`."""

from collections.abc import Mapping

from geodata.errors import InvalidInput

SPELLINGS = {
    "json": ("application/json", "application/geo+json"),
    "html": ("text/html", "application/xhtml+xml"),
    "csv": ("text/csv",),
}
ACCEPT_MAX = 1000


def wanted_format(
    f: str | None, accept: str, offered: tuple[str, ...], media: Mapping[str, str]
) -> str:
    """The format to answer in; the first offered is the default.

    `f` decides; else the offered format whose media type has most weight in `Accept`, the one
    named first where weights are equal. media: media types by format, beside the usual ones.
    Raises InvalidInput for an `f` not offered; an `Accept` nothing fits gets the default.
    """
    if f is not None:
        if f not in offered:
            raise InvalidInput(
                f"f is {f[:20]!r}; offered here are {', '.join(offered)}", parameter="f"
            )
        return f
    if len(offered) == 1 or accept in {"", "*/*"}:
        return offered[0]
    by_kind = {kind: form for form in reversed(offered) for kind in _kinds(form, media)}
    by_kind["*/*"] = offered[0]
    weighed = [_weighed(entry) for entry in accept[:ACCEPT_MAX].split(",")]
    known = [(weight, by_kind[kind]) for kind, weight in weighed if kind in by_kind and weight > 0]
    return max(known, key=lambda pair: pair[0], default=(0.0, offered[0]))[1]


def _kinds(form: str, media: Mapping[str, str]) -> tuple[str, ...]:
    """Media types that ask for a format, without their parameters."""
    own = (media[form].partition(";")[0],) if form in media else ()
    return (*SPELLINGS.get(form, ()), *own)


def _weighed(entry: str) -> tuple[str, float]:
    kind, _, rest = entry.strip().lower().partition(";")
    for part in rest.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "q":
            try:
                return kind.strip(), float(value)
            except ValueError:
                return kind.strip(), 0.0
    return kind.strip(), 1.0
