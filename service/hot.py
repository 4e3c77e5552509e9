"""How is a tile answered in microseconds: what was sent once for a URL is sent again as it was.

Stands outside the application. It keeps the messages of tiles the application has answered and
repeats them as long as the same release is served, so an answer from here is the application's own
to the byte. Whatever is not told by path, query and three headers goes on inside.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geodata.errors import LodelineError
from geodata.store.embedded import EmbeddedStore
from service.caching import matches
from service.catalog import Catalog
from service.compress import encoding_for
from service.negotiate import wanted_format
from service.tile_params import TILE_FORMS, TILE_MEDIA

KEPT = 48_000_000
"""Bytes of all answers kept, with their headers."""
HEADERS = 3_000
"""Bytes an answer takes in memory besides its body, about."""
LOOK_S = 0.1
"""Seconds after which `current` is read again: reading a link costs as much as the whole answer."""
_NUMBER = "(?:0|[1-9][0-9]{0,9})"
_TILE = re.compile(
    rf"/tiles/[A-Za-z0-9_.-]+/{_NUMBER}/{_NUMBER}/{_NUMBER}(?:\.mvt|\.pbf)?"
    rf"|/collections/[A-Za-z0-9_.-]+/tiles/WebMercatorQuad/{_NUMBER}/{_NUMBER}/{_NUMBER}",
    re.ASCII,
)
_OF_CONTENT = {b"content-type", b"content-length", b"content-encoding"}
_NOTHING: Message = {"type": "http.response.body", "body": b""}
Key = tuple[str, bytes, bool]
"""Path, query, and whether the client takes gzip."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The two messages of an answer, the start of one that says it is unchanged, its ETag."""

    start: Message
    body: Message
    unchanged: Message
    tag: str

    @property
    def size(self) -> int:
        """Bytes it takes in memory, about."""
        return len(self.body["body"]) + HEADERS


class Hot:
    """Repeats answers of tiles; everything else is the application's."""

    def __init__(self, app: ASGIApp, catalog: Catalog) -> None:
        self.app = app
        self._catalog = catalog
        self._kept: dict[Key, Answer] = {}
        self._bytes = 0
        self._store: EmbeddedStore | None = None
        self._look_again = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        held = accept = encodings = None
        for name, value in scope["headers"]:
            if name == b"accept-encoding":
                encodings = encodings or value
            elif name == b"if-none-match":
                held = held or value
            elif name == b"accept":
                accept = accept or value
        key = (scope["path"], scope["query_string"], takes_gzip(encodings))
        if monotonic() > self._look_again or self._catalog.current is not self._store:
            self._look()
        found = self._kept.get(key)
        if found is None or not takes_mvt(accept):
            await self.app(scope, receive, send if held else self._noting(key, accept, send))
        elif held and matches(held.decode("latin-1"), found.tag):
            await send(found.unchanged)
            await send(_NOTHING)
        else:
            await send(found.start)
            await send(found.body)

    def _look(self) -> None:
        """See which release is served, and forget what another one has answered."""
        with suppress(LodelineError):  # the application says so itself
            self._catalog.store()
        self._look_again = monotonic() + LOOK_S
        if self._catalog.current is not self._store:
            self._store = self._catalog.current
            self._kept.clear()
            self._bytes = 0

    def _noting(self, key: Key, accept: bytes | None, send: Send) -> Send:
        """A `send` that also keeps the answer, where it is a tile of the release served."""
        if self._store is None or not takes_mvt(accept) or not _TILE.fullmatch(key[0]):
            return send
        release = self._store.manifest.id.encode()
        if key[1] not in {b"", b"release=" + release}:
            return send
        started: list[Message] = []

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            elif started and not message.get("more_body"):
                self._keep(key, started[0], message, release)
            else:
                started.clear()
            await send(message)

        return note

    def _keep(self, key: Key, start: Message, body: Message, release: bytes) -> None:
        """Keep an answer, dropping the oldest; one of a release served before is let go."""
        headers: dict[bytes, bytes] = dict(start["headers"])
        serving = self._store is not None and self._store.manifest.id.encode() == release
        if start["status"] not in {200, 204} or "body" not in body:
            return
        if not serving or headers.get(b"lodeline-release") != release:
            return
        kept = [(name, value) for name, value in start["headers"] if name not in _OF_CONTENT]
        unchanged: dict[str, Any] = {**start, "status": 304, "headers": kept}
        answer = Answer(start, body, unchanged, headers[b"etag"].decode("latin-1"))
        known = self._kept.pop(key, None)
        self._kept[key] = answer
        self._bytes += answer.size - (known.size if known else 0)
        while self._bytes > KEPT:
            self._bytes -= self._kept.pop(next(iter(self._kept))).size


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes | None) -> bool:
    """Whether the application would answer a tile in gzip."""
    given = (accept_encoding or b"").decode("latin-1")
    return encoding_for(given, ("gzip",)) == "gzip"


@lru_cache(maxsize=256)
def takes_mvt(accept: bytes | None) -> bool:
    """Whether the application would answer with a Mapbox Vector Tile."""
    return wanted_format(None, (accept or b"").decode("latin-1"), TILE_FORMS, TILE_MEDIA) == "mvt"
