"""A small application over a real server: it streams, breaks off and says what arrived."""

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.middleware import Compression, SecurityHeaders
from service.http.response_cache import TileCache
from service.releases import OpenReleases
from service.settings import Settings

LEFT: list[str] = []
"""Streams that came to their end, one way or the other."""


async def echo(request: Request) -> Response:
    """What arrived."""
    try:
        body = (await request.body()).decode()
    except ClientDisconnect:
        body = "left"
    told = {"method": request.method, "url": str(request.url), "body": body}
    return JSONResponse({**told, "client": request.client.host if request.client else None})


async def pieces(request: Request) -> Response:
    """Sizes of the pieces that a body arrives in; of `?first` no more than the first is read."""
    sizes = []
    async for piece in request.stream():
        sizes.append(len(piece))
        if request.url.query == "first":
            break
    return JSONResponse(sizes)


async def stream(request: Request) -> Response:
    """Pieces: `?fail` breaks off after some, `?endless` has no end."""
    words = request.url.query

    async def pieces() -> object:
        try:
            for number in range(10**9 if words == "endless" else 5):
                yield b"%d" % (number % 10) * 1000
                await asyncio.sleep(0.001)
                if words == "fail" and number == 3:
                    raise ValueError(number)
        finally:
            LEFT.append(words)

    return StreamingResponse(pieces(), background=BackgroundTask(LEFT.append, f"after {words}"))


async def left(_request: Request) -> Response:
    """Which streams ended."""
    return JSONResponse(LEFT)


async def empty(_request: Request) -> Response:
    """Nothing."""
    return Response(status_code=204)


async def fail(_request: Request) -> Response:
    """A failure before anything was sent."""
    raise ValueError(Path.cwd().name)


class Broken:
    """Sends the first piece of an answer and then fails, as `?raise`, or sends no more."""

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """One request."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x" * 100, "more_body": True})
        if scope["query_string"] == b"raise":
            raise ValueError


def app() -> ASGIApp:
    """The application behind what stands before that of the service."""
    answers = (echo, pieces, stream, left, empty, fail)
    routes = [Route(f"/{f.__name__}", f, methods=["GET", "POST"]) for f in answers]
    inside = Starlette(routes=[*routes, Mount("/broken", Broken())])
    inside.add_middleware(Compression)
    inside.add_middleware(SecurityHeaders)
    catalog = OpenReleases(Settings(workspace=Path("nothing is published here")))
    return TileCache(inside, catalog, 1e6)
