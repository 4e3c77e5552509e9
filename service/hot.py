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

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geodata.cache import Cache
from geodata.errors import LodelineError
from geodata.store.embedded import EmbeddedStore
from service.caching import OF_CONTENT, matches
from service.catalog import Catalog
from service.compress import encoding_for
from service.negotiate import wanted_format
from service.tile_params import TILE_FORMS, TILE_MEDIA

LOOK_S = 0.1
"""Seconds after which `current` is read again: reading a link costs as much as the whole answer."""
_NUMBER = "(?:0|[1-9][0-9]{0,9})"
_TILE = re.compile(
    rf"/tiles/[A-Za-z0-9_.-]+/{_NUMBER}/{_NUMBER}/{_NUMBER}(?:\.mvt|\.pbf)?"
    rf"|/collections/[A-Za-z0-9_.-]+/tiles/WebMercatorQuad/{_NUMBER}/{_NUMBER}/{_NUMBER}",
    re.ASCII,
)
Key = tuple[str, str, bool]
"""Path, query, and whether the client takes gzip."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: status, headers in their order, body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, the one that says it is unchanged, and its ETag."""

    answer: Answer
    unchanged: Answer
    tag: str


class Hot:
    """Repeats answers of tiles; everything else is the application's."""

    def __init__(self, app: ASGIApp, catalog: Catalog, max_bytes: float) -> None:
        self.app = app
        self._catalog = catalog
        self.cache: Cache[Kept] = Cache(max_bytes)
        self._store: EmbeddedStore | None = None
        self._look_again = 0.0

    def find(
        self, path: str, query: str, encodings: str | None, accept: str | None, held: str | None
    ) -> Answer | None:
        """The answer to a GET, where it is kept.

        encodings, accept, held: its headers Accept-Encoding, Accept and If-None-Match.
        """
        if monotonic() > self._look_again or self._catalog.current is not self._store:
            self._look()
        kept = self.cache.get((path, query, takes_gzip(encodings)))
        if kept is None or not takes_mvt(accept):
            return None
        return kept.unchanged if held and matches(held, kept.tag) else kept.answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as ASGI has it."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        headers = {name: value.decode("latin-1") for name, value in reversed(scope["headers"])}
        encodings, accept = headers.get(b"accept-encoding"), headers.get(b"accept")
        held = headers.get(b"if-none-match")
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        found = self.find(path, query, encodings, accept, held)
        if found is not None:
            await _send(found, send)
        elif held or not takes_mvt(accept):
            await self.app(scope, receive, send)
        else:
            key = (path, query, takes_gzip(encodings))
            await self.app(scope, receive, self._noting(key, send))

    def _look(self) -> None:
        """See which release is served, and forget what another one has answered."""
        with suppress(LodelineError):  # the application says so itself
            self._catalog.store()
        self._look_again = monotonic() + LOOK_S
        if self._catalog.current is not self._store:
            self._store = self._catalog.current
            self.cache.clear()

    def _noting(self, key: Key, send: Send) -> Send:
        """A `send` that also keeps the answer, where it is a tile of the release served."""
        if self._store is None or not _TILE.fullmatch(key[0]):
            return send
        release = self._store.manifest.id
        if key[1] not in {"", f"release={release}"}:
            return send
        started: list[Message] = []

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            elif started and "body" in message and not message.get("more_body"):
                self._keep(key, _answer(started[0], message), release)
            else:
                started.clear()
            await send(message)

        return note

    def _keep(self, key: Key, answer: Answer, release: str) -> None:
        """Keep an answer; one of a release served before is let go."""
        headers = dict(answer.headers)
        serving = self._store is not None and self._store.manifest.id == release
        if not serving or headers.get("lodeline-release") != release:
            return
        if answer.status not in {200, 204}:
            return
        rest = [(name, value) for name, value in answer.headers if name not in OF_CONTENT]
        self.cache.put(key, Kept(answer, Answer(304, rest, b""), headers["etag"]))


def _answer(start: Message, body: Message) -> Answer:
    headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in start["headers"]]
    return Answer(start["status"], headers, bytes(body["body"]))


async def _send(answer: Answer, send: Send) -> None:
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str | None) -> bool:
    """Whether the application would answer a tile in gzip."""
    return encoding_for(accept_encoding or "", ("gzip",)) == "gzip"


@lru_cache(maxsize=256)
def takes_mvt(accept: str | None) -> bool:
    """Whether the application would answer with a Mapbox Vector Tile."""
    return wanted_format(None, accept or "", TILE_FORMS, TILE_MEDIA) == "mvt"
