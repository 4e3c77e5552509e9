"""How does a request reach the application from the server's own protocol, RSGI?

A tile that was answered before leaves from here. Over ASGI the server makes a dictionary of every
request and an object of every message, a third of all the work there is for such a tile (40 against
31 microseconds of processor, nginx 18). Everything else is carried inside over ASGI, of which this
is the part the application uses.
"""

import os
import socket
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from granian._granian import (  # granian.rsgi gives these on under names no type checker sees
    RSGIHTTPProtocol,
    RSGIProtocolClosed,
)
from granian.rsgi import Scope
from starlette.types import Message
from starlette.types import Scope as AsgiScope

from service.hot import Hot

ASGI = {"version": "3.0", "spec_version": "2.3"}
EXTENSIONS: dict[str, dict[str, Any]] = {"http.response.pathsend": {}}
NO_WEBSOCKETS = 403


class Door:
    """The application as the server calls it."""

    def __init__(self, hot: Hot) -> None:
        self._hot = hot

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol) -> None:
        """One request. Of a socket `protocol` is another, and all that is asked of it is to close.

        With an access log it is neither, but something around it, so its class tells nothing.
        """
        if scope.proto != "http":
            protocol.close(NO_WEBSOCKETS)  # type: ignore[attr-defined]
            return
        if scope.method == "GET":
            get = scope.headers.get
            asked = get("accept-encoding"), get("accept"), get("if-none-match")
            found = self._hot.find(scope.path, scope.query_string, *asked)
            if found is not None:
                protocol.response_bytes(found.status, found.headers, found.body)
                return
        carried = _Carried(protocol, has_body=scope.method not in {"GET", "HEAD"})
        try:
            await self._hot(_asgi_scope(scope), carried.receive, carried.send)
        except BaseException:
            if carried.streaming:
                cut(scope.client)
            raise


def cut(client: str) -> None:
    """Close the connection to a client, `address:port`, whose answer cannot be finished.

    The server would end a stream that breaks off as if it were whole, and has no word for it.
    """
    for name in os.listdir("/dev/fd"):  # noqa: PTH208 - numbers, not paths
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                continue
            with socket.socket(fileno=os.dup(int(name))) as line:
                if line.getpeername()[:2] == _address(client):
                    line.shutdown(socket.SHUT_RDWR)


def _asgi_scope(scope: Scope) -> AsgiScope:
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in scope.headers.items()]
    if scope.authority and "host" not in scope.headers:  # HTTP/2 names it apart
        headers.append((b"host", scope.authority.encode("latin-1", "replace")))
    return {
        "type": "http",
        "asgi": ASGI,
        "http_version": scope.http_version,
        "method": scope.method,
        "scheme": scope.scheme,
        "path": scope.path,
        "raw_path": scope.path.encode(),
        "query_string": scope.query_string.encode("latin-1", "replace"),
        "root_path": "",
        "headers": headers,
        "client": _address(scope.client),
        "server": _address(scope.server),
        "extensions": EXTENSIONS,
    }


def _address(text: str) -> tuple[str, int | None]:
    host, _, port = text.rpartition(":")
    return (host.strip("[]"), int(port)) if host and port.isdigit() else (text, None)


class _Carried:
    """`receive` and `send` of one request. streaming: an answer is on its way, not at its end."""

    def __init__(self, protocol: RSGIHTTPProtocol, *, has_body: bool) -> None:
        self._protocol = protocol
        self._has_body = has_body
        self._pieces: AsyncIterator[bytes] | None = None
        self._arrived = False
        self._start: Message = {"status": 500, "headers": []}
        self._stream: Any = None

    @property
    def streaming(self) -> bool:
        return self._stream is not None

    async def receive(self) -> Message:
        """The body piece by piece, so that one too large need not be held, then that it is left."""
        if self._arrived:
            await self._protocol.client_disconnect()
            return {"type": "http.disconnect"}
        body = await self._piece() if self._has_body else b""
        self._arrived = not body
        return {"type": "http.request", "body": body, "more_body": bool(body)}

    async def _piece(self) -> bytes:
        """The next bytes of the body, none at its end."""
        if self._pieces is None:
            self._pieces = aiter(self._protocol)
        with suppress(StopAsyncIteration):
            while True:
                piece = await anext(self._pieces)
                if piece:
                    return piece
        return b""

    async def send(self, message: Message) -> None:
        """A message of the answer, which leaves in one piece where it is one.

        To a client that has left nothing is sent; `receive` tells of it, as before ASGI 2.4.
        """
        if message["type"] == "http.response.start":
            self._start = message
            return
        with suppress(RSGIProtocolClosed):
            await self._send(message)

    async def _send(self, message: Message) -> None:
        status, more = self._start["status"], message.get("more_body", False)
        body = bytes(message.get("body", b""))
        if self._stream is not None:
            await self._stream.send_bytes(body)
        elif message["type"] == "http.response.pathsend":
            self._protocol.response_file(status, self._headers, message["path"])
        elif more:
            self._stream = self._protocol.response_stream(status, self._headers)
            await self._stream.send_bytes(body)
        else:
            self._protocol.response_bytes(status, self._headers, body)
        if not more:
            self._stream = None  # the server ends the answer when nobody holds it

    @property
    def _headers(self) -> list[tuple[str, str]]:
        return [(n.decode("latin-1"), v.decode("latin-1")) for n, v in self._start["headers"]]
