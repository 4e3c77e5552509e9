"""Which whole answers are kept: by ETag inside the application, tiles by URL in front of it?"""

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic

from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geodata.cache import Cache
from geodata.errors import LodelineError
from geodata.store.base import Store
from service.http.negotiation import (
    ACCEPT_MAX,
    ENCODINGS_MAX,
    OF_CONTENT,
    encoding_for,
    matches,
    wanted_format,
)
from service.params.tiles import TILE_ENCODINGS, TILE_FORMS, TILE_MEDIA
from service.releases import OpenReleases

LOOK_S = 0.1
"""Seconds after which `current` is read again: reading a link costs as much as the whole answer."""
_NUMBER = "(?:0|[1-9][0-9]{0,9})"
_TILE = re.compile(
    rf"/tiles/[A-Za-z0-9_.-]+/{_NUMBER}/{_NUMBER}/{_NUMBER}(?:\.mvt|\.pbf)?"
    rf"|/collections/[A-Za-z0-9_.-]+/tiles/WebMercatorQuad/{_NUMBER}/{_NUMBER}/{_NUMBER}",
    re.ASCII,
)
_OF_CONTENT = {name.encode() for name in OF_CONTENT}
UNKNOWN = b"*"
"""In place of an ETag: whether the client's condition holds is not known here."""
NOTHING: Message = {"type": "http.response.body", "body": b""}
TileKey = tuple[str, bytes, str | None]
"""Path, query, and the encoding the client gets."""


@dataclass(frozen=True)
class CachedResponse:
    """An answer as it was made."""

    status: int
    body: bytes
    media_type: str | None
    headers: dict[str, str]

    @classmethod
    def of(cls, response: Response) -> "CachedResponse | None":
        """What can be sent again; None for what is streamed, a file, or an error."""
        lasting = not isinstance(response, StreamingResponse | FileResponse)
        if not lasting or response.status_code not in {200, 204}:
            return None
        skipped = {"content-length", "content-type"}
        headers = {k: v for k, v in response.headers.items() if k not in skipped}
        body = bytes(memoryview(response.body))  # a copy: orjson leaves the rest of its buffer
        return cls(response.status_code, body, response.headers.get("content-type"), headers)

    def response(self) -> Response:
        """The answer again."""
        return Response(self.body, self.status, self.headers, self.media_type)


class ResponseCache:
    """Recent whole answers by their ETag; equal requests at one time are answered by one work."""

    def __init__(self, max_bytes: float) -> None:
        self.cache: Cache[CachedResponse | None] = Cache(max_bytes)

    async def answer(self, tag: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """The answer an ETag names: kept, being made for another request, or made now.

        One that cannot be sent twice is made for every request.
        """
        mine: Response | None = None

        async def kept() -> CachedResponse | None:
            nonlocal mine
            mine = await make()
            return CachedResponse.of(mine)

        shared = await self.cache.get_or_await(tag, kept)
        if mine is not None:
            return mine
        return await make() if shared is None else shared.response()


@dataclass(frozen=True, slots=True)
class CachedTile:
    """An answer as the messages that send it, the start of one that says unchanged, its ETag."""

    start: Message
    body: Message
    unchanged: Message
    tag: str


class TileCache:
    """Repeats answers of tiles; everything else is the application's."""

    def __init__(self, app: ASGIApp, catalog: OpenReleases, max_bytes: float) -> None:
        self.app = app
        self._catalog = catalog
        self.cache: Cache[CachedTile] = Cache(max_bytes)
        self._store: Store | None = None
        self._look_again = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["method"] != "GET" or "/tiles/" not in scope["path"]:
            await self.app(scope, receive, send)
            return
        encodings, accept, held = _asked(scope)
        encoding, mvt = takes(encodings, accept)
        key = (scope["path"], scope["query_string"], encoding)
        kept = self._find(key) if mvt and held != UNKNOWN else None
        if kept is None:
            await self.app(scope, receive, self._noting(key, send) if mvt and not held else send)
        elif held and matches(held.decode("latin-1"), kept.tag):
            await send(kept.unchanged)
            await send(NOTHING)
        else:
            await send(kept.start)
            await send(kept.body)

    def _find(self, key: TileKey) -> CachedTile | None:
        """The answer of a key, where it is kept and its release is served."""
        if monotonic() > self._look_again or self._catalog.current is not self._store:
            self._look()
        return self.cache.get(key)

    def _look(self) -> None:
        """See which release is served, and forget what another one has answered."""
        with suppress(LodelineError):  # the application says so itself
            self._catalog.store()
        self._look_again = monotonic() + LOOK_S
        if self._catalog.current is not self._store:
            self._store = self._catalog.current
            self.cache.clear()

    def _noting(self, key: TileKey, send: Send) -> Send:
        """A `send` that also keeps the answer, where it is a tile of the release served."""
        if self._store is None or not _TILE.fullmatch(key[0]):
            return send
        release = self._store.manifest.id
        if key[1] not in {b"", f"release={release}".encode()}:
            return send
        started: list[Message] = []

        async def note(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            elif started and "body" in message and not message.get("more_body"):
                self._keep(key, started[0], message, release)
            else:
                started.clear()
            await send(message)

        return note

    def _keep(self, key: TileKey, start: Message, body: Message, release: str) -> None:
        """Keep an answer; one of a release served before is let go."""
        headers = dict(start["headers"])
        serving = self._store is not None and self._store.manifest.id == release
        if not serving or headers.get(b"lodeline-release") != release.encode():
            return
        if start["status"] in {200, 204}:
            rest = [(name, value) for name, value in start["headers"] if name not in _OF_CONTENT]
            unchanged = {**start, "status": 304, "headers": rest}
            self.cache.put(
                key, CachedTile(start, body, unchanged, headers[b"etag"].decode("latin-1"))
            )


def _asked(scope: Scope) -> tuple[bytes, bytes, bytes]:
    """The headers Accept-Encoding, Accept and If-None-Match, empty where they are not sent.

    A condition the application must look at is UNKNOWN in place of the last.
    """
    encodings = accept = held = b""
    for name, value in reversed(scope["headers"]):  # of a header sent twice the first counts
        if name == b"accept-encoding":
            encodings = value[:ENCODINGS_MAX]  # no more than is read, for it is kept as a key
        elif name == b"accept":
            accept = value[:ACCEPT_MAX]
        elif name == b"if-none-match" and held != UNKNOWN:
            held = UNKNOWN if value.strip() == b"*" else value
        elif name == b"if-match":
            held = UNKNOWN
    return encodings, accept, held


@lru_cache(maxsize=256)
def takes(encodings: bytes, accept: bytes) -> tuple[str | None, bool]:
    """The encoding the application would answer a tile in, and whether as a Mapbox Vector Tile."""
    form = wanted_format(None, accept.decode("latin-1"), TILE_FORMS, TILE_MEDIA)
    return encoding_for(encodings.decode("latin-1"), TILE_ENCODINGS), form == "mvt"
