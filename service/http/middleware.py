"""What is done to every answer: security headers, CORS, compression."""

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli
import zstandard
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.negotiation import encoding_for

LEAST = 1000
"""Bytes from which an answer is made smaller."""
LARGE = 65536
"""Bytes from which it is done in a thread."""
_TEXT = ("text/", "application/json", "application/geo+json", "application/problem+json")
_TILES = ("application/vnd.mapbox-vector-tile", "application/vnd.maplibre-tile")
_MORE = ("application/schema+json", "application/vnd.oai.openapi", "application/vnd.google-earth")
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
EXPOSED = (
    "ETag, Link, Content-Crs, OGC-NumberMatched, Lodeline-Release, Content-Disposition, "
    "Content-Range, Accept-Ranges"
)
ALWAYS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CSP,
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in ALWAYS.items()]
_MAY_BE_OWN = {b"content-security-policy"}
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
"""Methods there are, in the order they are told."""
PREFLIGHT = {
    "Access-Control-Allow-Headers": (
        "Accept, Content-Type, If-Match, If-None-Match, If-Range, Range"
    ),
    "Access-Control-Max-Age": "86400",
}


class Encoder(Protocol):
    """Takes bytes in stretches and gives them back smaller."""

    def add(self, data: bytes) -> bytes:
        """Some more."""

    def end(self) -> bytes:
        """What is left."""


class _Gzip:
    def __init__(self) -> None:
        self._work = zlib.compressobj(4, wbits=31)

    def add(self, data: bytes) -> bytes:
        return self._work.compress(data)

    def end(self) -> bytes:
        return self._work.flush()


class _Brotli:
    def __init__(self) -> None:
        self._work = brotli.Compressor(quality=4)

    def add(self, data: bytes) -> bytes:
        return bytes(self._work.process(data))

    def end(self) -> bytes:
        return bytes(self._work.finish())


class _Zstd:
    def __init__(self) -> None:
        self._work = zstandard.ZstdCompressor(level=3).compressobj()

    def add(self, data: bytes) -> bytes:
        return self._work.compress(data)

    def end(self) -> bytes:
        return self._work.flush()


ENCODERS: dict[str, Callable[[], Encoder]] = {"br": _Brotli, "zstd": _Zstd, "gzip": _Gzip}
"""How each of `ENCODINGS` is made."""


class Compression:
    """Makes text answers smaller, whole or streamed, where the client asks for it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        encoding = None
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            encoding = encoding_for(Headers(scope=scope).get("accept-encoding", ""))
        if encoding is None:
            await self.app(scope, receive, send)
            return
        # A server that sends files by their path would send them as they are.
        known = scope.get("extensions", {})
        extensions = {k: v for k, v in known.items() if k != "http.response.pathsend"}
        sender = _Sender(send, encoding, bare=scope["method"] == "HEAD")
        await self.app({**scope, "extensions": extensions}, receive, sender.send)


class _Sender:
    """One answer: decides at its start, then passes it on smaller or as it is.

    bare: without its body, whose headers are those of the body (RFC 9110, 9.3.2).
    """

    def __init__(self, send: Send, encoding: str, *, bare: bool = False) -> None:
        self._send = send
        self._bare = bare
        self._encoding = encoding
        self._encoder: Encoder | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._begin(message)
        elif message["type"] == "http.response.body" and self._bare:
            message = {**message, "body": b""}
        elif message["type"] == "http.response.body" and self._encoder is not None:
            message = await self._smaller(message, self._encoder)
        await self._send(message)

    def _begin(self, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        kind = headers.get("content-type", "")
        long_enough = int(headers.get("content-length", LEAST)) >= LEAST
        if message["status"] != 200 or not long_enough or "content-encoding" in headers:
            return
        if "accept-ranges" in headers:  # its ranges are of the bytes as they are (RFC 9110, 14.2)
            return
        if kind.startswith((*_TEXT, *_MORE, *_TILES)):
            self._encoder = ENCODERS[self._encoding]()
            headers["Content-Encoding"] = self._encoding
            del headers["content-length"]

    async def _smaller(self, message: Message, encoder: Encoder) -> Message:
        data = bytes(message.get("body", b""))
        last = not message.get("more_body", False)

        def work() -> bytes:
            return encoder.add(data) + (encoder.end() if last else b"")

        body = await run_in_threadpool(work) if len(data) >= LARGE else work()
        return {**message, "body": body}


class SecurityHeaders:
    """Adds the headers of ALWAYS to every answer, errors included, and answers OPTIONS.

    A page with a policy of its own keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        allowed = methods_at(scope) if scope["method"] == "OPTIONS" else ()
        if allowed:
            await _answer_options(send, ", ".join(allowed))
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]} & _MAY_BE_OWN
                more = [entry for entry in _RAW if entry[0] not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, with_headers)


def methods_at(scope: Scope) -> tuple[str, ...]:
    """The methods that some route has at the path of a request; none where no route has it."""
    whole = {**scope, "method": "GET", "root_path": scope.get("app_root_path", "")}  # as it came
    routes = [
        route for route in scope["app"].router.routes if route.matches(whole)[0] is not Match.NONE
    ]
    named = [getattr(route, "methods", None) or {"GET", "HEAD"} for route in routes]
    methods = {method for each in named for method in each}
    return tuple(m for m in METHODS if m in methods or (m == "OPTIONS" and methods))


async def _answer_options(send: Send, allowed: str) -> None:
    headers = {**ALWAYS, **PREFLIGHT, "Access-Control-Allow-Methods": allowed, "Allow": allowed}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
