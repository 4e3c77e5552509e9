"""A small application behind the door of the service, for the tests of the door."""

import asyncio
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from service.rsgi import Door

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


class Nothing:
    """Keeps no answers: every request goes inside."""

    def __init__(self) -> None:
        routes = [Route(f"/{f.__name__}", f, methods=["GET", "POST"])
                  for f in (echo, pieces, stream, left, empty, fail)]  # fmt: skip
        self.app = Starlette(routes=routes)

    def find(self, *_asked: object) -> None:
        """Nothing is kept."""

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        """Go inside."""
        await self.app(scope, receive, send)  # type: ignore[arg-type]


door = Door(Nothing())  # type: ignore[arg-type]
