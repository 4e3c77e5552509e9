"""When may an answer be kept: strong ETags that carry the release, and how long they hold."""

import hashlib
from collections.abc import Iterable, Mapping

from geodata import __version__

IMMUTABLE = "public, max-age=31536000, immutable"
WEEK_S = 7 * 24 * 3600


def etag(
    release: str, path: str, words: Mapping[str, str], form: str, around: Iterable[str]
) -> str:
    """Strong ETag of an answer: it depends on nothing but what goes in here.

    around: what else it depends on, as the base of its absolute links, or the present day.
    """
    asked = "&".join(f"{name}={words[name]}" for name in sorted(words))
    seed = "\n".join((__version__, path, asked, form, *around))
    return f'"{release}.{hashlib.blake2s(seed.encode(), digest_size=8).hexdigest()}"'


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the client has this very answer (RFC 9110, weak comparison).

    `*` names no answer: whether there is one at all is only known once it is made.
    """
    held = [entry.strip().removeprefix("W/") for entry in if_none_match.split(",")]
    return tag in held


def cache_control(*, pinned: bool, max_age_s: int) -> str:
    """A year where release and day are named in the URL, else a short while."""
    return IMMUTABLE if pinned else f"public, max-age={max_age_s}, stale-while-revalidate=300"
