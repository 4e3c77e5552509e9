"""What is one request once read, and which links does its answer have?

Read are release, parameters, format and body; links are absolute, with rel and type, from one base.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, urlencode

import orjson
from fastapi import Depends
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from geodata.errors import InvalidInput, Refused, TooLarge
from geodata.formats.geojson import dumps
from geodata.language import LANGUAGES
from geodata.store.base import Store
from service.releases import OpenReleases
from service.settings import Settings

Link = dict[str, str]
JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA_JSON = "application/schema+json"
GEOJSON_TYPES = (GEOJSON, JSON)
"""Of bodies that are read."""
LINK_HEADER_MOST = 2400
"""Bytes of a `Link` header. nginx answers 502 where all headers together pass 4,096 bytes, its
`proxy_buffer_size`; the others have up to 1,400."""
MOST_BYTES = 4_000_000
PLAIN = "/:@!$&'()*+,;=~"
"""Characters a path may hold as they are."""
CONTEXT = "lodeline.context"
"""Where the request as it was read lies in the scope, for FastAPI's dependencies."""
T = TypeVar("T")


View = Callable[["RequestContext", Any], str]


@dataclass(frozen=True)
class RequestContext:
    """A request read: all a handler needs, and nothing of the socket. sent: its body.

    What two requests have not in common they do not share an answer for, so nothing is here that
    the ETag leaves out, as the query as it was written. results: what was made of it already.
    lang: the language a page was asked in by name, which its links keep. language: the one it is
    worded in; English for what is no page, whatever the client reads.
    """

    store: Store
    query: Mapping[str, str]
    path_params: Mapping[str, str]
    path: str
    base: str
    format: str
    catalog: OpenReleases
    view: View | None = None
    encoding: str | None = None
    body: bytes = b""
    lang: str | None = None
    language: str = LANGUAGES[0]
    results: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def release(self) -> str:
        """Id of the release that answers."""
        return self.store.manifest.id

    def url_for(self, path: str, words: Mapping[str, str] | None = None) -> str:
        """An absolute link."""
        return url(self.base, path, words)

    def once(self, make: Callable[..., T], *given: Hashable) -> T:
        """What `make` makes of this request and what is given, made when it is first wanted."""
        key = (make, *given)
        if key not in self.results:
            self.results[key] = make(self, *given)
        result: T = self.results[key]
        return result

    def answer(self, document: Any, media_type: str = JSON) -> Response:  # noqa: ANN401
        """A document as JSON, or as a page to read."""
        if self.format == "html" and self.view is not None:
            return self.html(self.view(self, document))
        return Response(dumps(document), media_type=media_type)

    def encoded(self, body: bytes, media_type: str) -> Response:
        """JSON encoded already, or the page made from it."""
        if self.format == "html" and self.view is not None:
            return self.html(self.view(self, orjson.loads(body)))
        return Response(body, media_type=media_type)

    def json(self, document: Any, media_type: str = JSON) -> Response:  # noqa: ANN401
        """A JSON answer."""
        return Response(dumps(document), media_type=media_type)

    def html(self, text: str) -> Response:
        """An HTML page."""
        return Response(text, media_type=HTML)


def url(base: str, path: str, words: Mapping[str, str] | None = None) -> str:
    """An absolute URL; parameters in the order given."""
    query = urlencode(words, quote_via=quote, safe=",:/") if words else ""
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def link(href: str, rel: str, media_type: str, title: str | None = None) -> Link:
    """One link object."""
    found = {"href": href, "rel": rel, "type": media_type}
    return {**found, "title": title} if title else found


def self_link(base: str, path: str, words: Mapping[str, str], media_type: str) -> Link:
    """The link to this very document."""
    return link(url(base, path, words), "self", media_type, "This document")


def rel(name: str) -> str:
    """A relation type of OGC's register."""
    return f"http://www.opengis.net/def/rel/ogc/1.0/{name}"


def link_header(links: list[Link]) -> str:
    """Links as the value of a `Link` header (RFC 8288), at most LINK_HEADER_MOST characters.

    A link that is too long, as that of a filter of pages, is left to the body, which has them all.
    """
    values: list[str] = []
    left = LINK_HEADER_MOST
    for entry in links:
        value = f'<{entry["href"]}>; rel="{entry["rel"]}"; type="{entry["type"]}"'
        if len(value) + 2 <= left:
            values.append(value)
            left -= len(value) + 2
    return ", ".join(values)


async def read_body(request: Request, types: tuple[str, ...] = GEOJSON_TYPES) -> bytes:
    """The whole body, empty where there is none.

    Bytes are counted as they come, whatever length the request gives. Raises TooLarge, Refused for
    other types, and InvalidInput for a body that ends before its length or within a chunk.
    """
    length = _length(request)
    if length is not None and length > MOST_BYTES:
        raise _too_large()
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                raise _too_large()
            parts.append(part)
    except ClientDisconnect as error:
        raise InvalidInput("the request ended before its body did; send it again") from error
    if length is not None and size != length:
        raise InvalidInput(f"the body has {size} bytes of {length}; send it again, whole")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if size and kind not in types:
        raise Refused(f"the body is {kind[:60] or 'of no type'!r}; send {' or '.join(types)}")
    return b"".join(parts)


def _length(request: Request) -> int | None:
    """Bytes the body should have; None where its chunks say so themselves (RFC 9112, 6.3)."""
    given = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not (given.isascii() and given.isdigit()):
        return None
    return int(given[:20])


def _too_large() -> TooLarge:
    return TooLarge(f"the body has more than {MOST_BYTES:,} bytes; simplify the area")


async def open_releases(request: Request) -> OpenReleases:
    """The open releases, for `Depends`."""
    releases: OpenReleases = request.app.state.open_releases
    return releases


async def settings_in_use(request: Request) -> Settings:
    """The settings of the application, for `Depends`."""
    settings: Settings = request.app.state.settings_in_use
    return settings


async def request_context(request: Request) -> RequestContext:
    """The request as ReleaseRoute has read it, for `Depends`."""
    context: RequestContext = request.scope[CONTEXT]
    return context


async def release_store(context: "Context") -> Store:
    """The release that answers, for `Depends`."""
    return context.store


Context = Annotated[RequestContext, Depends(request_context)]
Releases = Annotated[OpenReleases, Depends(open_releases)]
"""What handlers ask for; tests put others in their place with `app.dependency_overrides`."""
