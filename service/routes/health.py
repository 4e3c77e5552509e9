"""Is the process alive, and is it ready: which release it serves."""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.releases import Catalog


async def livez(_request: Request) -> Response:
    """Alive: the process answers."""
    return JSONResponse({"status": "alive"}, headers={"Cache-Control": "no-store"})


class Readyz:
    """Ready: a release is open; 503 where none is."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def __call__(self, _request: Request) -> Response:
        """The release being served."""
        manifest = (await run_in_threadpool(self._catalog.store)).manifest
        body = {"status": "ready", "release": manifest.id, "created": manifest.created}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})
