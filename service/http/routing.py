"""What is a route: how long its answers hold, what happens before and after its handler?"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from copy import copy
from dataclasses import replace
from functools import cached_property, partial
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, request_response
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from geodata.errors import InvalidInput
from geodata.interval import today
from geodata.language import LANGUAGES, worded_in
from service.http.conditions import in_place_of, with_headers
from service.http.context import (
    CONTEXT,
    PLAIN,
    RequestContext,
    open_releases,
    read_body,
    settings_in_use,
)
from service.http.languages import (
    language_headers,
    languages_of,
    taken_lang,
    wanted_language,
)
from service.http.negotiation import (
    OF_CONTENT,
    WEEK_S,
    cache_control,
    encoding_for,
    etag,
    is_wanted,
    matches,
)
from service.http.offer import Offer, response_class, responses_of
from service.http.proxy import REFUSAL, base_url
from service.http.response_cache import ResponseCache
from service.params.core import (
    LANG,
    ParamsByName,
    ReleaseQuery,
    params_by_name,
    params_of,
    parse_cursor,
    parse_query,
)
from service.params.dated import NAMES_A_DAY, with_day, with_day_apart
from service.releases import OpenReleases
from service.settings import Settings

T = TypeVar("T")


def release_router(*tags: str) -> APIRouter:
    """A router of ReleaseRoutes; operations of the API document have the names of their routes."""
    return APIRouter(
        route_class=ReleaseRoute,
        tags=list(tags),
        generate_unique_id_function=lambda route: route.name.replace("-", "_"),
    )


class ReleaseRoute(APIRoute):
    """A route over a release: what stands before and after each handler.

    Parameters are read and unknown ones refused, the release is picked, and an ETag is answered
    with 304, all before any data is read. Then the answer is taken from what is kept, or made: by
    FastAPI, which gives the handler its model of parameters and its dependencies in a thread, or on
    the event loop, without FastAPI, where `Offer.params` says so: a query model costs 120 µs, and
    a page of items in all 300.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self.offer: Offer = getattr(endpoint, "offer", Offer())
        options["response_class"] = response_class(self.offer)
        options["responses"] = responses_of(self.offer, options)
        super().__init__(path, endpoint, **options)

    @property
    def formats(self) -> tuple[str, ...]:
        """The formats there are, the default first."""
        return self.offer.formats

    @cached_property
    def model(self) -> type[ReleaseQuery] | None:
        """The model of the parameters, where the handler declares one."""
        kinds = [param.field_info.annotation for param in self.dependant.query_params]
        return next((kind for kind in kinds if isinstance(kind, type)), None)

    @cached_property
    def by_name(self) -> ParamsByName:
        """The parameters, unless they follow the columns of a collection."""
        if isinstance(self.offer.params, tuple):
            return self._with_language(params_by_name(self.offer.params))
        return self._with_language(params_by_name(params_of(self.model or ReleaseQuery)))

    @property
    def has_pages(self) -> bool:
        """Whether it answers with pages to read, which take a language."""
        return "html" in self.offer.formats

    def _with_language(self, by_name: ParamsByName) -> ParamsByName:
        return {**by_name, LANG.name: LANG} if self.has_pages else by_name

    def bound_to(self, app: FastAPI) -> "ReleaseRoute":
        """The same route of an application, with its overrides of dependencies, and with HEAD.

        In place of `include_router`, which matches every route of a router twice on every request
        (FastAPI 0.165).
        """
        bound = copy(self)
        bound.dependency_overrides_provider = app
        methods = self.methods or set()
        bound.methods = methods | ({"HEAD"} if "GET" in methods else set())
        bound.app = request_response(bound.get_route_handler())
        return bound

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route answers a request: most are known not to by where their path begins.

        FastAPI's own looks for an including router first, and both match a pattern for each of
        sixty routes: 45 µs a request against 10.
        """
        if not scope["path"].startswith(self._head) and not scope.get("root_path"):
            return Match.NONE, {}
        match, child = Route.matches(self, scope)
        if "" in child.get("path_params", {}).values():  # `…/items/` names no item
            return Match.NONE, {}
        return match, child

    @cached_property
    def _head(self) -> str:
        return self.path.partition("{")[0]

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's place for what stands around a handler."""
        return partial(self._respond, super().get_route_handler())

    async def _respond(
        self, by_fastapi: Callable[[Request], Awaitable[Response]], request: Request
    ) -> Response:
        catalog, settings = provided(request, open_releases), provided(request, settings_in_use)
        release = _release(request)
        reading = partial(self._read, request, catalog, release)
        if request.method == "POST":
            ask = await run_in_threadpool(reading)
            return await self._answer_post(by_fastapi, request, ask)
        older = release is not None and release != catalog.serving
        ask = await run_in_threadpool(reading) if older else reading()
        pinned = self._pinned(ask)
        tag = self._tag(ask, settings, pinned)
        max_age_s = WEEK_S if self.offer.cache.lasting else settings.max_age_s
        headers = {
            "ETag": tag,
            "Cache-Control": cache_control(pinned=pinned, max_age_s=max_age_s),
            "Vary": "Accept, Accept-Encoding",
            "Lodeline-Release": ask.release,
            **language_headers(ask),
        }
        bodies: ResponseCache = request.app.state.bodies
        wanted = is_wanted(request.headers.get("if-match"), tag)
        held = request.headers.get("if-none-match", "")
        if wanted and matches(held, tag):
            own = await self._own_headers(ask, bodies, tag)
            return Response(status_code=304, headers={**own, **headers})
        if self._is_quick(ask):
            response = self._made(ask)
        else:
            response = await bodies.answer(tag, partial(self._make, by_fastapi, request, ask))
        if wanted and held.strip() != "*":
            return with_headers(response, headers)
        return await in_place_of(response, headers, wanted=wanted)

    def _tag(self, ask: RequestContext, settings: Settings, pinned: bool) -> str:  # noqa: FBT001 - between us
        """The answer's ETag: of a file the hash of its bytes, so that it outlives a release."""
        if self.offer.cache.content is not None:
            return f'"{self.offer.cache.content(ask)}"'
        return etag(ask.release, ask.path, ask.query, *self._around(ask, settings, pinned))

    def _read(
        self,
        request: Request,
        catalog: OpenReleases,
        release: str | None,
    ) -> RequestContext:
        """The request's parameters, checked against those of the route, and its release."""
        if REFUSAL in request.scope:
            raise request.scope[REFUSAL]
        path_words = {name: str(value) for name, value in request.path_params.items()}
        store, offer = catalog.store(release), self.offer
        dated = NAMES_A_DAY in request.scope["path"]
        if dated and (callable(offer.params) or "layer" not in path_words):
            path_words = with_day_apart(store, path_words)
        by_name = self.by_name
        if callable(offer.params):
            by_name = self._with_language(offer.params(store, path_words))
        words = parse_query(request.query_params, by_name)
        if dated and "datetime" in by_name:
            words = with_day(words, path_words)
        accept = request.headers.get("accept", "")
        form = offer.format_for(words.get("f"), accept)
        if form == "html":  # a form sends the fields a reader left empty
            words = {name: text for name, text in words.items() if text}
        lang = taken_lang(words) if self.has_pages else None
        language = LANGUAGES[0]
        if form == "html":
            language = wanted_language(lang, request.headers.get("accept-language", ""))
        encoding = encoding_for(request.headers.get("accept-encoding", ""), offer.encodings)
        base, path = base_url(request.scope), quote(request.scope["path"], safe=PLAIN)
        view = request.app.state.views.get(self.name)
        return RequestContext(
            store, words, path_words, path, base, form, catalog, view, encoding,
            lang=lang if form == "html" else None, language=language,
        )  # fmt: skip

    async def _make(
        self,
        by_fastapi: Callable[[Request], Awaitable[Response]],
        request: Request,
        ask: RequestContext,
    ) -> Response:
        """The answer, made in a thread."""
        if self.offer.params is not None:
            return await run_in_threadpool(self._made, ask)
        # FastAPI reads the parameters as they were read: no empty field, no repeated name.
        scope = {**request.scope, "query_string": urlencode(ask.query).encode(), CONTEXT: ask}
        with worded_in(ask.language):
            response = await by_fastapi(Request(scope, request.receive))
        if self.offer.headers is not None:
            response.headers.update(await run_in_threadpool(self._headers, ask))
        return response

    def _made(self, ask: RequestContext) -> Response:
        """The answer of a handler that needs no more than the request."""
        with worded_in(ask.language):
            response: Response = self.endpoint(ask)
        if self.offer.headers is not None:
            response.headers.update(self._headers(ask))
        return response

    def _headers(self, ask: RequestContext) -> Mapping[str, str]:
        """The headers of the route's own; made once for a request."""
        if self.offer.headers is None:
            return {}
        given = () if self.model is None else (ask.once(_parsed, self.model),)
        return ask.once(self.offer.headers, *given)

    async def _own_headers(
        self, ask: RequestContext, bodies: ResponseCache, tag: str
    ) -> Mapping[str, str]:
        """The headers of the route's own, for a 304: as kept with the answer, else made."""
        if self.offer.headers is None:
            return {}
        kept = bodies.cache.get(tag)
        if kept is not None:
            return {name: text for name, text in kept.headers.items() if name not in OF_CONTENT}
        if self._is_quick(ask):
            return self._headers(ask)
        return await run_in_threadpool(self._headers, ask)

    async def _answer_post(
        self,
        by_fastapi: Callable[[Request], Awaitable[Response]],
        request: Request,
        ask: RequestContext,
    ) -> Response:
        """The answer to what was sent along: nobody keeps it."""
        asked = replace(ask, body=await read_body(request))
        headers = {"Cache-Control": "no-store", "Vary": "Accept", "Lodeline-Release": ask.release}
        return with_headers(await self._make(by_fastapi, request, asked), headers)

    def _around(
        self,
        ask: RequestContext,
        settings: Settings,
        pinned: bool,  # noqa: FBT001 - between us
    ) -> tuple[object, ...]:
        """What the answer depends on besides the release, the path and the parameters."""
        policy = self.offer.cache
        state = () if policy.state is None else policy.state(ask.catalog)
        around = (ask.format, ask.encoding, state, *languages_of(ask))
        if policy.timeless is not None and policy.timeless(ask.query):
            return around
        day = () if pinned else (str(today()),)
        rule = (settings.source_priority, settings.fresh_days)
        return (*around, ask.base, rule, *day)

    def _is_quick(self, ask: RequestContext) -> bool:
        """Whether the answer is made on the event loop."""
        quick = self.offer.cache.quick
        return quick is not None and ask.format == self.offer.formats[0] and quick(ask.query)

    def _pinned(self, ask: RequestContext) -> bool:
        """Whether the URL names both release and day, so that its answer never changes.

        An interval is no day: open or reaching past today, its answer may follow the present day.
        So does a page to read: it says "now", draws time up to today, and tells what is from what
        was.
        """
        policy = self.offer.cache
        if policy.timeless is not None and policy.timeless(ask.query):
            return "release" in ask.query
        if ask.format == "html":
            return False
        named = [name in ask.query and "/" not in ask.query[name] for name in policy.days]
        return "release" in ask.query and all(named)


def provided(request: Request, dependency: Callable[[Request], Awaitable[T]]) -> T:
    """What FastAPI would give for one of our dependencies, which all lie in the state by name.

    An override takes no arguments here.
    """
    override = request.app.dependency_overrides.get(dependency)
    given: T = override() if override else getattr(request.app.state, dependency.__name__)
    return given


def _parsed(ask: RequestContext, model: type[ReleaseQuery]) -> ReleaseQuery:
    return model.model_validate(ask.query)


def _release(request: Request) -> str | None:
    """The release asked by name, or the one a cursor pins.

    Raises InvalidInput where they differ.
    """
    query = request.query_params
    named = query.get("release")
    if "cursor" not in query:
        return named
    pinned = parse_cursor(query["cursor"])[0]
    if named not in {None, pinned}:
        raise InvalidInput(
            f"cursor is of release {pinned}, not of {str(named)[:20]!r}; leave release out or "
            "begin again without cursor",
            parameter="cursor",
        )
    return pinned
