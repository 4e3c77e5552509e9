"""Which media type is wanted, has the client the answer already (ETag), how long does it hold?"""

from collections.abc import Iterable, Mapping

from geodata import __version__
from geodata.errors import InvalidInput
from service.params.core import digest

SPELLINGS = {
    "json": ("application/json", "application/geo+json"),
    "html": ("text/html", "application/xhtml+xml"),
    "csv": ("text/csv",),
    "csv-bom": ("text/csv",),
}
ACCEPT_MAX = 1000
IMMUTABLE = "public, max-age=31536000, immutable"
WEEK_S = 7 * 24 * 3600
OF_CONTENT = {"content-type", "content-length", "content-encoding"}
"""Headers of a body, which a 304 has not; all others it repeats as the answer has them."""
ENCODINGS = ("br", "zstd", "gzip")
"""Content codings we can send, in the order of our preference where the client has none."""
ENCODINGS_MAX = 500
"""Characters of Accept-Encoding that are read."""


def wanted_format(
    f: str | None, accept: str, offered: tuple[str, ...], media: Mapping[str, str]
) -> str:
    """The format to answer in; the first offered is the default.

    `f` decides; else the offered format whose media type has most weight in `Accept`, the one
    named first where weights are equal. A range, as `text/*`, stands for the first format offered
    that it covers and that `Accept` does not name by itself, maybe to refuse it with `q=0`
    (RFC 9110, 12.5.1). media: media types by format, beside the usual ones. Raises InvalidInput
    for an `f` not offered; an `Accept` nothing fits gets the default.
    """
    if f is not None:
        if f not in offered:
            raise InvalidInput(
                f"f is {f[:20]!r}; offered here are {', '.join(offered)}", parameter="f"
            )
        return f
    if len(offered) == 1 or accept in {"", "*/*"}:
        return offered[0]
    entries = [weighed(entry) for entry in accept[:ACCEPT_MAX].split(",")]
    by_kind = {kind: form for form in reversed(offered) for kind in _kinds(form, media)}
    named = {by_kind[kind] for kind, _ in entries if kind in by_kind}
    for form in reversed([form for form in offered if form not in named]):
        by_kind |= dict.fromkeys(_ranges(form, media), form)
    known = [(weight, by_kind[kind]) for kind, weight in entries if kind in by_kind and weight > 0]
    return max(known, key=lambda pair: pair[0], default=(0.0, offered[0]))[1]


def media_type_of(form: str, media: Mapping[str, str]) -> str:
    """The media type a format is sent as. media: of formats where it is not the usual."""
    return media.get(form) or SPELLINGS.get(form, (form,))[0]


def _kinds(form: str, media: Mapping[str, str]) -> tuple[str, ...]:
    """Media types that ask for a format, without their parameters."""
    own = (media[form].partition(";")[0],) if form in media else ()
    return (*SPELLINGS.get(form, ()), *own)


def _ranges(form: str, media: Mapping[str, str]) -> tuple[str, ...]:
    """Ranges of media types that cover a format."""
    return ("*/*", *(f"{kind.partition('/')[0]}/*" for kind in _kinds(form, media)))


def weighed(entry: str) -> tuple[str, float]:
    """An entry of an Accept header and its weight."""
    kind, _, rest = entry.strip().lower().partition(";")
    for part in rest.split(";"):
        name, _, value = part.strip().partition("=")
        if name == "q":
            try:
                return kind.strip(), float(value)
            except ValueError:
                return kind.strip(), 0.0
    return kind.strip(), 1.0


def etag(release: str, path: str, words: Mapping[str, str], *around: object) -> str:
    """Strong ETag of an answer: it depends on nothing but what goes in here.

    words: parameters, in any order. around: what else it depends on, as its format, the base of its
    absolute links, or the present day; texts, None, and tuples of them.
    """
    return f'"{release}.{digest(__version__, release, path, dict(words), *around)}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the client has this very answer (RFC 9110, 13.1.2, weak comparison).

    `*` names no answer: whether there is one at all is only known once it is made.
    """
    held = [entry.strip().removeprefix("W/") for entry in if_none_match.split(",")]
    return tag.removeprefix("W/") in held


def is_wanted(if_match: str | None, tag: str) -> bool:
    """Whether the answer is one the client asks for (RFC 9110, 13.1.1, strong comparison)."""
    if if_match is None or if_match.strip() == "*":
        return True
    return tag in [entry.strip() for entry in if_match.split(",")]


def cache_control(*, pinned: bool, max_age_s: int) -> str:
    """A year where release and day are named in the URL, else a short while."""
    return IMMUTABLE if pinned else f"public, max-age={max_age_s}, stale-while-revalidate=300"


def encoding_for(accept_encoding: str, offered: Iterable[str] = ENCODINGS) -> str | None:
    """The encoding to use; None where the client names none of those offered, or prefers none."""
    if not accept_encoding:
        return None
    weights = dict(weighed(entry) for entry in accept_encoding[:ENCODINGS_MAX].split(","))
    known = [(weights.get(name, weights.get("*", 0.0)), name) for name in offered]
    best = max(known, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] > 0 else None
