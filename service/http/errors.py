"""How do errors leave: RFC 9457 problem documents; the one place that knows statuses."""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from geodata.errors import (
    Conflict,
    Damaged,
    DayInTheFuture,
    Gone,
    InvalidInput,
    LodelineError,
    NotFound,
    Refused,
    TooLarge,
    Unavailable,
)
from geodata.language import LANGUAGES, worded_in
from schemas.record import Record, described
from service.http.context import PLAIN
from service.http.languages import wanted_language
from service.http.middleware import ALWAYS, methods_at
from service.http.negotiation import wanted_format
from service.http.proxy import base_url, root_of

RETRY_AFTER_S = "5"
"""When what is not available at the moment is worth asking again."""
log = logging.getLogger("lodeline")

STATUS: tuple[tuple[type[LodelineError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Gone, 410, "Gone"),
    (DayInTheFuture, 400, "Day in the future"),
    (InvalidInput, 400, "Invalid input"),
    (TooLarge, 413, "Too large"),
    (Refused, 415, "Refused"),
    (Conflict, 409, "Conflict"),
    (Damaged, 500, "Damaged data"),
    (Unavailable, 503, "Unavailable"),
    (LodelineError, 500, "Error"),
)
HTTP_KINDS = {
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "Method not allowed"),
    412: ("precondition-failed", "Precondition failed"),
}


async def on_lodeline_error(request: Request, error: Exception) -> Response:
    """Handler for errors raised on purpose. What is damaged is logged, not told."""
    if not isinstance(error, LodelineError):
        return _bug(request)
    status, title = next((s, t) for kind, s, t in STATUS if isinstance(error, kind))
    detail = error.detail
    if status == 500:
        log.error("%s: %s", error.kind, detail)
        detail = "The data behind this answer is damaged; the operator has been told."
    return _response(request, ProblemKind(status, error.kind, title, detail, error.parameter))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Handler for what the router refuses: unknown paths and methods."""
    if not isinstance(error, HTTPException):
        return _bug(request)
    kind, title = HTTP_KINDS.get(error.status_code, ("http", "Error"))
    method = "GET" if request.method == "HEAD" else request.method  # their headers are the same
    detail = f"{method} {request.url.path[:200]}: {title.lower()}; see / for what there is."
    if error.status_code == 412:
        detail = error.detail
    response = _response(request, ProblemKind(error.status_code, kind, title, detail))
    response.headers.update(error.headers or {})
    if error.status_code == 405:  # Starlette names the methods of the first route of the path alone
        response.headers["Allow"] = ", ".join(methods_at(request.scope))
    return response


async def on_invalid_parameters(request: Request, error: Exception) -> Response:
    """Handler for what pydantic refuses of a parameter; our own parsers raise InvalidInput."""
    if not isinstance(error, RequestValidationError):
        return _bug(request)
    first = error.errors()[0]
    name = str(first["loc"][-1])[:60]
    detail = f"{name}: {first['msg'][:200]}; see /api for what is taken here"
    kind = InvalidInput.kind
    return _response(request, ProblemKind(400, kind, "Invalid input", detail, name))


async def on_bug(request: Request, error: Exception) -> Response:
    """Handler for everything else: logged with its trace, told without any inside.

    Starlette answers with it outside all middleware, so it brings the headers of `OpenHeaders`.
    """
    log.error("unexpected error at %s", request.url.path, exc_info=error)
    response = _bug(request)
    response.headers.update(ALWAYS)
    return response


def _bug(request: Request) -> Response:
    detail = "The service failed in a way it should not; the operator has been told."
    return _response(request, ProblemKind(500, "unexpected", "Unexpected error", detail))


@dataclass(frozen=True)
class ProblemKind:
    """What is told of an error."""

    status: int
    kind: str
    title: str
    detail: str
    parameter: str | None = None


def _response(request: Request, wrong: ProblemKind) -> Response:
    """The problem document, or a page for a client that rather reads one."""
    problem = Problem(
        type=f"urn:lodeline:problem:{wrong.kind}",
        title=wrong.title,
        status=wrong.status,
        detail=wrong.detail,
        instance=instance_of(request.scope),
        kind=wrong.kind,
        parameter=wrong.parameter,
    )
    headers = {"Cache-Control": "no-store", "Vary": "Accept"}
    if wrong.status == 503:
        headers["Retry-After"] = RETRY_AFTER_S
    place = _without_slash(request) if wrong.status == 404 else None
    if place is not None:
        return Response(status_code=307, headers={**headers, "Location": place})
    accept = request.headers.get("accept", "")
    if wanted_format(None, accept, ("json", "html"), {}) == "html":
        headers["Vary"] = "Accept, Accept-Language"
        return _page(request, problem, headers)
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, wrong.status, headers, "application/problem+json")


def _without_slash(request: Request) -> str | None:
    """Where a path that ends in a slash has its resource without it; None for any other path."""
    path = request.scope["path"].rstrip("/")
    shorter = {**request.scope, "path": path}
    routes = request.app.router.routes
    if path in {"", request.scope["path"]}:
        return None
    if not any(route.matches(shorter)[0] is Match.FULL for route in routes):
        return None
    query = request.scope["query_string"].decode("latin-1")
    base = base_url(request.scope)
    return f"{base}{quote(path, safe=PLAIN)}{'?' if query else ''}{query}"


def instance_of(scope: Scope) -> str:
    """The path asked, as the client has it: encoded, so that it can be linked as it is."""
    return f"{root_of(base_url(scope))}{quote(scope['path'][:200], safe=PLAIN)}"


def _page(request: Request, problem: "Problem", headers: dict[str, str]) -> Response:
    """The problem to read, in the language named or the client's."""
    state, base = request.app.state, base_url(request.scope)
    lang = request.query_params.get("lang")
    lang = lang if lang in LANGUAGES else None
    language = wanted_language(lang, request.headers.get("accept-language", ""))
    with worded_in(language):
        told = problem.model_dump(mode="json")
        page = state.problem_page(problem.status, told, base, lang)
    return Response(page, problem.status, {**headers, "Content-Language": language}, "text/html")


class Problem(Record):
    """A problem document (application/problem+json)."""

    type: str = described("URI reference that names the kind of problem.")
    title: str = described("Short name of the kind.")
    status: int = described("HTTP status.")
    detail: str = described("What was wanted, what was found, what to do.")
    instance: str | None = described("The path asked.", default=None)
    kind: str = described("Stable machine-readable kind.")
    parameter: str | None = described("The parameter at fault.", default=None)


def problem_response(text: str) -> dict[str, Any]:
    """What the API document says of a status that comes with a problem document."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": text, "content": {"application/problem+json": {"schema": schema}}}
