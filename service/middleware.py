"""What every answer carries: who may read it, and what a browser may do with it."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}


class OpenHeaders:
    """Adds the headers of ALWAYS to every answer, errors included, and answers preflights.

    A page with a policy of its own keeps it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await _answer_preflight(send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]} & _MAY_BE_OWN
                more = [entry for entry in _RAW if entry[0] not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await self.app(scope, receive, with_headers)


async def _answer_preflight(send: Send) -> None:
    headers = {**ALWAYS, **PREFLIGHT, "Allow": "GET, HEAD, OPTIONS"}
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 204, "headers": raw})
    await send({"type": "http.response.body", "body": b""})
