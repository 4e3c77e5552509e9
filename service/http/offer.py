"""What does a route answer with: formats, headers, and how long an answer holds?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.responses import Response

from geodata.store.base import Store
from service.http.errors import problem_response
from service.http.negotiation import ACCEPT_MAX, ENCODINGS, media_type_of, wanted_format
from service.params.core import Param, ParamsByName
from service.releases import OpenReleases

Params = tuple[Param, ...] | Callable[[Store, Mapping[str, str]], ParamsByName]
Handler = TypeVar("Handler", bound=Callable[..., Response])
PROBLEMS = {
    400: "Invalid request",
    404: "Not found",
    500: "Server error",
    503: "Not available at the moment",
}
"""What may go wrong on every route."""
FOLLOWS_TODAY = ("never",)
"""`days` of an answer that depends on the present day whatever its URL says."""


@dataclass(frozen=True)
class CachePolicy:
    """How long an answer holds, what its ETag stands for, and where it is made.

    days: parameters that must each name a day for the answer not to depend on the present one.
    state: what the answer depends on besides the release and the parameters, for its ETag.
    lasting: the answer is of the program, not of the release, and may be kept for a week.
    timeless: whether the answer to some parameters holds no link and does not follow the present
    day, so that its ETag needs neither. quick: whether it is made from memory below about 2 ms, so
    on the event loop, and is not kept. hot: it is asked far more often than others, so it is
    matched first. content: the hash of the bytes of an answer that is a file, which is its ETag
    alone: a file that a release has taken over keeps it.
    """

    lasting: bool = False
    timeless: Callable[[Mapping[str, str]], bool] | None = None
    days: tuple[str, ...] = ()
    state: Callable[[OpenReleases], tuple[object, ...]] | None = None
    quick: Callable[[Mapping[str, str]], bool] | None = None
    hot: bool = False
    content: Callable[..., str] | None = None


@dataclass(frozen=True)
class Offer:
    """What a route answers with, besides what FastAPI's decorator says of it.

    formats: the first is the default. model: of the answer as JSON, for the API document alone, as
    the bytes are made by the handler. media: media types of formats where they are not the usual.
    params: parameters that follow the columns of a collection, where no model can declare them;
    such a route is read and called by ReleaseRoute alone. tiled: it is about tilesets, so only
    collections that have one are served. encodings: those it may leave in. headers: those of its
    own, besides what every answer has and what belongs to the body; they are told apart from the
    handler because a 304, which is answered without it, must repeat them: a cache keeps a header a
    304 lacks, and overwrites its own with one that says something else.
    """

    formats: tuple[str, ...] = ("json",)
    model: type[BaseModel] | None = None
    cache: CachePolicy = CachePolicy()
    media: Mapping[str, str] = field(default_factory=dict)
    params: Params | None = None
    tiled: bool = False
    encodings: tuple[str, ...] = ENCODINGS
    headers: Callable[..., Mapping[str, str]] | None = None

    def format_for(self, f: str | None, accept: str) -> str:
        """The format to answer in, as `wanted_format` says; clients send few values of `Accept`."""
        if f is not None:
            return wanted_format(f, accept, self.formats, self.media)
        return self._by_accept(accept[:ACCEPT_MAX])

    @cached_property
    def _by_accept(self) -> Callable[[str], str]:
        return lru_cache(maxsize=64)(
            lambda accept: wanted_format(None, accept, self.formats, self.media)
        )


def answers(*formats: str, **given: Any) -> Callable[[Handler], Handler]:  # noqa: ANN401 - of Offer
    """Say below FastAPI's decorator in which formats a handler answers: the fields of Offer."""

    def decorate(handler: Handler) -> Handler:
        handler.__dict__["offer"] = Offer(formats=formats or ("json",), **given)
        return handler

    return decorate


def response_class(offer: Offer) -> type[Response]:
    """A class that tells FastAPI's document the media type of the default format."""
    form = offer.formats[0]
    kind = JSONResponse if form == "json" else Response
    return type("Answer", (kind,), {"media_type": media_type_of(form, offer.media)})


def responses_of(offer: Offer, options: Mapping[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What the API document says of each status; `responses` of the decorator come on top."""
    given = dict(options.get("responses") or {})
    kinds = dict.fromkeys(media_type_of(form, offer.media) for form in offer.formats)
    content = {kind: {"schema": _text_or_bytes(kind)} for kind in kinds if "json" not in kind}
    good = {"description": options.get("summary"), "content": content, "model": offer.model}
    usual = {status: problem_response(text) for status, text in PROBLEMS.items()}
    return {200: good, 304: {"description": "Not modified"}, **usual, **given}


def _text_or_bytes(media_type: str) -> dict[str, str]:
    is_text = media_type.startswith("text/") or media_type.endswith(("xml", "kml"))
    return {"type": "string"} if is_text else {"type": "string", "format": "binary"}
