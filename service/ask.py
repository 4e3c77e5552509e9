"""What is one request, once its words are read: release, words, format and base of links."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geodata.formats.geojson import dumps
from geodata.store.embedded import EmbeddedStore
from service.caching import cache_control, etag, matches
from service.catalog import Catalog
from service.links import GEOJSON, HTML, JSON, base_url, url
from service.negotiate import wanted_format
from service.params import Param, parse_cursor, read_words
from service.settings import Settings

Handler = Callable[["Ask"], Response]
Params = tuple[Param, ...] | Callable[[EmbeddedStore, Mapping[str, str]], tuple[Param, ...]]


@dataclass(frozen=True)
class Route:
    """One path: who answers it, which parameters it knows, and in which formats.

    days: parameters that must be given for the answer not to depend on the present day.
    params may depend on the path, as the properties of a collection do.
    """

    path: str
    handler: Handler
    name: str
    summary: str
    params: Params = ()
    formats: tuple[str, ...] = ("json",)
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """A request read: all a handler needs, and nothing of the socket."""

    store: EmbeddedStore
    words: Mapping[str, str]
    path_words: Mapping[str, str]
    path: str
    base: str
    form: str
    catalog: Catalog

    @property
    def release(self) -> str:
        """Id of the release that answers."""
        return self.store.manifest.id

    def href(self, path: str, words: Mapping[str, str] | None = None) -> str:
        """An absolute link."""
        return url(self.base, path, words)

    def json(self, document: Any, media_type: str = JSON) -> Response:  # noqa: ANN401
        """A JSON answer."""
        return Response(dumps(document), media_type=media_type)

    def geojson(self, document: Any) -> Response:  # noqa: ANN401
        """A GeoJSON answer."""
        return self.json(document, GEOJSON)

    def html(self, text: str) -> Response:
        """An HTML page."""
        return Response(text, media_type=HTML)


def endpoint(
    route: Route, catalog: Catalog, settings: Settings
) -> Callable[[Request], Awaitable[Response]]:
    """The ASGI endpoint of a route: words, release, 304 before any data is read, then the work."""

    async def serve(request: Request) -> Response:
        ask = await run_in_threadpool(_read, request, route, catalog, settings)
        tag = etag(ask.release, ask.path, ask.words, ask.form, ask.base)
        headers = {
            "ETag": tag,
            "Cache-Control": cache_control(
                pinned=_pinned(ask, route), max_age_s=settings.max_age_s
            ),
            "Vary": "Accept, Accept-Encoding",
            "Lodeline-Release": ask.release,
        }
        if matches(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=headers)
        response = await run_in_threadpool(route.handler, ask)
        response.headers.update(headers)
        return response

    return serve


def _read(request: Request, route: Route, catalog: Catalog, settings: Settings) -> Ask:
    """The request's words, checked against the route's parameters."""
    path_words = {name: str(value) for name, value in request.path_params.items()}
    store = catalog.store(_release(request))
    params = route.params(store, path_words) if callable(route.params) else route.params
    words = read_words(request.query_params, (*params, *COMMON))
    accept = request.headers.get("accept", "")
    form = wanted_format(words.get("f"), accept, route.formats)
    base = base_url(request, settings)
    return Ask(store, words, path_words, request.url.path, base, form, catalog)


def _release(request: Request) -> str | None:
    """The release asked by name, or the one a cursor pins."""
    if "release" in request.query_params:
        return request.query_params["release"]
    if "cursor" in request.query_params:
        return parse_cursor(request.query_params["cursor"])[0]
    return None


def _pinned(ask: Ask, route: Route) -> bool:
    """Whether the URL names both release and day, so that its answer never changes."""
    return "release" in ask.words and all(name in ask.words for name in route.days)


COMMON = (
    Param("f", {"type": "string"}, "Format; else chosen by Accept."),
    Param("release", {"type": "string"}, "Release to ask: what was known then."),
)
