"""Answers kept whole: what an ETag names never changes, so it need not be made twice."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import FileResponse, Response, StreamingResponse

from geodata.cache import Cache


@dataclass(frozen=True)
class Kept:
    """An answer as it was made."""

    status: int
    body: bytes
    media_type: str | None
    headers: dict[str, str]

    @classmethod
    def of(cls, response: Response) -> "Kept | None":
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


class Bodies:
    """Recent whole answers by their ETag; equal requests at one time are answered by one work."""

    def __init__(self, max_bytes: float) -> None:
        self.cache: Cache[Kept | None] = Cache(max_bytes)

    async def answer(self, tag: str, make: Callable[[], Awaitable[Response]]) -> Response:
        """The answer an ETag names: kept, being made for another request, or made now.

        One that cannot be sent twice is made for every request.
        """
        mine: Response | None = None

        async def kept() -> Kept | None:
            nonlocal mine
            mine = await make()
            return Kept.of(mine)

        shared = await self.cache.get_or_await(tag, kept)
        if mine is not None:
            return mine
        return await make() if shared is None else shared.response()
