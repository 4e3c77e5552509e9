"""What is a route, and what happens before and after its handler."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from geodata.errors import InvalidInput
from geodata.interval import today
from geodata.store.base import Store
from service.http.context import PLAIN, Handler, RequestContext, View, read_body
from service.http.links import base_url
from service.http.negotiation import (
    ENCODINGS,
    OF_CONTENT,
    WEEK_S,
    cache_control,
    encoding_for,
    etag,
    matches,
    wanted_format,
)
from service.http.response_cache import ResponseCache
from service.params.core import Param, ParamsByName, params_by_name, parse_cursor, parse_query
from service.releases import OpenReleases
from service.settings import Settings

Params = tuple[Param, ...] | Callable[[Store, Mapping[str, str]], ParamsByName]


@dataclass(frozen=True)
class Route:
    """One path: who answers it, which parameters it knows, and in which formats.

    days: parameters that must each name a day for the answer not to depend on the present one.
    params may depend on the path, as the properties of a collection do.
    state: what the answer depends on besides the release and the words, for its ETag.
    lasting: the answer is of the program, not of the release, and may be kept for a week.
    quick: it answers from memory below about 2 ms, so it runs on the event loop. media: media
    types of formats where they are not the usual. problems: further statuses, and their meaning.
    hot: asked far more often than others, so it is matched first. timeless: whether its answer
    to some words holds no link and does not follow the present day, so that its ETag needs
    neither. encodings: those it may leave in. empty: what 204 means, where it is answered. tiled:
    it is about tilesets, so only collections that have one are served. methods: GET, and POST
    where a body may be sent. others: further statuses without a document, and their meaning.
    headers: those of its own, besides what every answer has and what belongs to the body. They are
    told apart from the handler because a 304, which is answered without it, must repeat them: a
    cache keeps a header a 304 lacks, and overwrites its own with one that says something else.
    """

    path: str
    handler: Handler
    name: str
    summary: str
    params: Params = ()
    formats: tuple[str, ...] = ("json",)
    days: tuple[str, ...] = ()
    state: Callable[[OpenReleases], tuple[object, ...]] = lambda _: ()
    tag: str = "data"
    lasting: bool = False
    hot: bool = False
    quick: Callable[[Mapping[str, str]], bool] = lambda _: False
    media: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    timeless: Callable[[Mapping[str, str]], bool] = lambda _: False
    encodings: tuple[str, ...] = ENCODINGS
    empty: str = ""
    tiled: bool = False
    methods: tuple[str, ...] = ("GET",)
    others: Mapping[str, str] = field(default_factory=dict)
    headers: Callable[["RequestContext"], Mapping[str, str]] | None = None


def endpoint(
    route: Route,
    catalog: OpenReleases,
    settings: Settings,
    bodies: ResponseCache,
    view: View | None = None,
) -> Callable[[Request], Awaitable[Response]]:
    """The ASGI endpoint of a route: words, release, 304 before any data is read, then the work."""
    fixed = None if callable(route.params) else params_by_name(route.params)

    def read(request: Request) -> RequestContext:
        """The request's words, checked against the route's parameters."""
        path_words = {name: str(value) for name, value in request.path_params.items()}
        store = catalog.store(_release(request))
        by_name = route.params(store, path_words) if callable(route.params) else fixed or {}
        words = parse_query(request.query_params, by_name)
        accept = request.headers.get("accept", "")
        form = wanted_format(words.get("f"), accept, route.formats, route.media)
        if form == "html":  # a form sends the fields a reader left empty
            words = {name: text for name, text in words.items() if text}
        encoding = encoding_for(request.headers.get("accept-encoding", ""), route.encodings)
        base, path = base_url(request, settings), quote(request.scope["path"], safe=PLAIN)
        return RequestContext(store, words, path_words, path, base, form, catalog, view, encoding)

    async def serve(request: Request) -> Response:
        if request.method == "POST":
            return await answer_post(request, await run_in_threadpool(read, request), route)
        older = _release(request) not in {None, catalog.serving}
        ask = await run_in_threadpool(read, request) if older else read(request)
        tag = etag(ask.release, ask.path, ask.query, *_around(route, ask, settings))
        headers = {
            "ETag": tag,
            "Cache-Control": cache_control(
                pinned=_pinned(ask, route),
                max_age_s=WEEK_S if route.lasting else settings.max_age_s,
            ),
            "Vary": "Accept, Accept-Encoding",
            "Lodeline-Release": ask.release,
        }
        if matches(request.headers.get("if-none-match", ""), tag):
            own = await _own_headers(route, ask, bodies, tag)
            return Response(status_code=304, headers={**own, **headers})
        response = await answered(ask, tag)
        return with_headers(response, headers)

    async def answered(ask: RequestContext, tag: str) -> Response:
        """The answer: made at once, kept from before, or made in a thread and kept."""
        if _is_quick(route, ask):
            return _made(route, ask)
        return await bodies.answer(tag, lambda: run_in_threadpool(_made, route, ask))

    return serve


def _around(route: Route, ask: RequestContext, settings: Settings) -> tuple[object, ...]:
    """What the answer depends on besides the release, the path and the parameters."""
    around = (ask.format, ask.encoding, route.state(ask.catalog))
    if route.timeless(ask.query):
        return around
    day = () if _pinned(ask, route) else (str(today()),)
    return (*around, ask.base, settings.source_priority, *day)


def _is_quick(route: Route, ask: RequestContext) -> bool:
    """Whether the answer is made on the event loop."""
    return ask.format == route.formats[0] and route.quick(ask.query)


def _made(route: Route, ask: RequestContext) -> Response:
    """The answer, with the headers of its own."""
    response = route.handler(ask)
    if route.headers is not None:
        response.headers.update(ask.once(route.headers))
    return response


async def _own_headers(
    route: Route, ask: RequestContext, bodies: ResponseCache, tag: str
) -> Mapping[str, str]:
    """The headers of a route's own, for a 304: as they are kept with the answer, else made."""
    if route.headers is None:
        return {}
    kept = bodies.cache.get(tag)
    if kept is not None:
        return {name: text for name, text in kept.headers.items() if name not in OF_CONTENT}
    if _is_quick(route, ask):
        return route.headers(ask)
    return await run_in_threadpool(route.headers, ask)


async def answer_post(request: Request, ask: RequestContext, route: Route) -> Response:
    """The answer to what was sent along: nobody keeps it."""
    asked = replace(ask, body=await read_body(request))
    headers = {"Cache-Control": "no-store", "Vary": "Accept", "Lodeline-Release": ask.release}
    return with_headers(await run_in_threadpool(_made, route, asked), headers)


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """The answer with more headers."""
    response.raw_headers.extend(
        (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
    )
    return response


def _release(request: Request) -> str | None:
    """The release asked by name, or the one a cursor pins.

    Raises InvalidInput where they differ.
    """
    named = request.query_params.get("release")
    if "cursor" not in request.query_params:
        return named
    pinned = parse_cursor(request.query_params["cursor"])[0]
    if named not in {None, pinned}:
        raise InvalidInput(
            f"cursor is of release {pinned}, not of {str(named)[:20]!r}; leave release out or "
            "begin again without cursor",
            parameter="cursor",
        )
    return pinned


def _pinned(ask: RequestContext, route: Route) -> bool:
    """Whether the URL names both release and day, so that its answer never changes.

    An interval is no day: open or reaching past today, its answer may follow the present day. So
    does a page to read: it says "now", draws time up to today, and tells what is from what was.
    """
    if route.timeless(ask.query):
        return "release" in ask.query
    if ask.format == "html":
        return False
    named = [name in ask.query and "/" not in ask.query[name] for name in route.days]
    return "release" in ask.query and all(named)
