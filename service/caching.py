"""When may an answer be kept: strong ETags that carry the release, and how long they hold."""

import hashlib
from collections.abc import Mapping

from geodata import __version__
from geodata.interval import today

IMMUTABLE = "public, max-age=31536000, immutable"
WEEK_S = 7 * 24 * 3600


def etag(  # noqa: PLR0913 - all that an answer depends on
    release: str, path: str, words: Mapping[str, str], form: str, base: str, state: str
) -> str:
    """Strong ETag of an answer: it depends on nothing but what goes in here and the day.

    `base` is in it because links are absolute. state: what else the answer depends on.
    """
    asked = "&".join(f"{name}={words[name]}" for name in sorted(words))
    seed = "\n".join((__version__, base, path, asked, form, state, str(today())))
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
