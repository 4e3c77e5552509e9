"""When may an answer be kept: strong ETags that carry the release, and how long they hold."""

import hashlib
from collections.abc import Mapping

import orjson

from geodata import __version__

IMMUTABLE = "public, max-age=31536000, immutable"
WEEK_S = 7 * 24 * 3600
OF_CONTENT = {"content-type", "content-length", "content-encoding"}
"""Headers of a body, which a 304 has not; all others it repeats as the answer has them."""


def etag(release: str, path: str, words: Mapping[str, str], *around: object) -> str:
    """Strong ETag of an answer: it depends on nothing but what goes in here.

    words: parameters, in any order. around: what else it depends on, as its format, the base of its
    absolute links, or the present day; texts, None, and tuples of them.
    """
    return f'"{release}.{digest(__version__, release, path, dict(words), *around)}"'


def digest(*parts: object) -> str:
    """32 hexadecimal digits that no other parts have: texts, numbers, None, lists and mappings.

    They are hashed as JSON, which quotes every text: joined by `&` or a line end, a value that
    holds one reads as two, and one request is answered with the answer to another.
    """
    seed = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)
    return hashlib.blake2b(seed, digest_size=16).hexdigest()


def matches(if_none_match: str, tag: str) -> bool:
    """Whether the client has this very answer (RFC 9110, weak comparison).

    `*` names no answer: whether there is one at all is only known once it is made.
    """
    held = [entry.strip().removeprefix("W/") for entry in if_none_match.split(",")]
    return tag.removeprefix("W/") in held


def cache_control(*, pinned: bool, max_age_s: int) -> str:
    """A year where release and day are named in the URL, else a short while."""
    return IMMUTABLE if pinned else f"public, max-age={max_age_s}, stale-while-revalidate=300"
