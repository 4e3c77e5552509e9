"""How is a file sent: whole, a range, a stream, a page's asset?"""

import gzip
import hashlib
import os
import re
from collections.abc import Generator, Iterator, Mapping
from email.utils import formatdate
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import brotli
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from schemas import Manifest
from service.http.errors import Problem, instance_of, problem_response
from service.http.negotiation import IMMUTABLE, OF_CONTENT, encoding_for, matches

_RANGE = re.compile(
    r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<tail>\d{1,18}))", re.ASCII
)
PARTS: dict[int | str, dict[str, Any]] = {206: {"description": "A range of its bytes"}}
RANGES: dict[int | str, dict[str, Any]] = {416: problem_response("The range begins beyond its end")}
"""What the API document says of files."""
SHORT = "public, max-age=3600"
_QUALITY = 9


def streamed(chunks: Iterator[bytes], media_type: str) -> StreamingResponse:
    """An answer of chunks, closed at its end.

    The first is made before the status is sent: what cannot be made is an error, no short file.
    """
    first = next(chunks, b"")
    task = BackgroundTask(_close, chunks)
    return StreamingResponse(chain([first], chunks), media_type=media_type, background=task)


def _close(chunks: Iterator[bytes]) -> None:
    if isinstance(chunks, Generator):
        chunks.close()


class RangedFile(FileResponse):
    """A file of which one range may be asked.

    A list of ranges, or what is no range, is passed over as RFC 9110 allows, and the whole file
    is sent: putting parts together costs more than it saves, and long lists have brought servers
    down (CVE-2025-62727).
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        self.stat_result = os.stat(self.path)  # noqa: PTH116 - what Starlette wants
        self.set_stat_headers(self.stat_result)
        headers = Headers(scope=scope)
        asked = _read(headers.get("range", ""))
        held = headers.get("if-range")
        if asked is None or (held is not None and not self._should_use_range(held)):
            await super().__call__(_without_range(scope), receive, send)
        elif _begins_beyond(asked, self.stat_result.st_size):
            refusal = _refusal(instance_of(scope), self.stat_result.st_size)
            await refusal(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def file_headers(path: Path) -> dict[str, str]:
    """What `RangedFile` sends with a file besides what belongs to its body."""
    return {
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True),
    }


def content_hash(manifest: Manifest, path: Path) -> str:
    """SHA-256 of a file of a release, as its manifest has it."""
    return next(table.sha256 for table in manifest.tables if table.name == path.name)


class Assets(StaticFiles):
    """Scripts, styles and pictures of the pages; `headers` go with all of them.

    Their ETag is weak: it names a file, which leaves in several encodings.
    """

    def __init__(self, directory: Path, headers: Mapping[str, str]) -> None:
        super().__init__(directory=directory)
        self._headers = headers

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file, or that the client has it: with the same headers."""
        response = FileResponse(full_path, status_code, stat_result=stat_result)
        response.headers.update({"ETag": f"W/{response.headers['etag']}", **self._headers})
        del response.headers["accept-ranges"]  # they leave compressed: a range is of other bytes
        if not self.is_not_modified(response.headers, Headers(scope=scope)):
            return response
        lasting = {k: v for k, v in response.headers.items() if k not in OF_CONTENT}
        return Response(status_code=304, headers=lasting)

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client has the file, by tag or by day."""
        held = request_headers.get("if-none-match")
        if held is not None:
            return held.strip() == "*" or matches(held, response_headers["etag"])
        return super().is_not_modified(response_headers, request_headers)


def _read(text: str) -> re.Match[str] | None:
    """One range as it is written; None where it is not one, or ends before it begins."""
    found = _RANGE.fullmatch(text.strip())
    if found and found["last"] and int(found["last"]) < int(found["first"]):
        return None
    return found


def _begins_beyond(asked: re.Match[str], size: int) -> bool:
    return int(asked["tail"]) == 0 if asked["tail"] else int(asked["first"]) >= size


def _refusal(instance: str, size: int) -> Response:
    problem = Problem(
        type="urn:lodeline:problem:range",
        title="Range not satisfiable",
        status=416,
        detail=f"the file has {size} bytes; ask for a range that begins before its end",
        instance=instance,
        kind="range",
    )
    headers = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, 416, headers, "application/problem+json")


def _without_range(scope: Scope) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"range"]
    return {**scope, "headers": kept}


SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css"
ASSETS = {
    "maplibre-gl.js": ("maplibre", "srcjs", SCRIPT),
    "maplibre-gl.css": ("maplibre", "srcjs", STYLE),
    "swagger-ui-bundle.js": ("fastapi_offline", "static", SCRIPT),
    "swagger-ui.css": ("fastapi_offline", "static", STYLE),
}
"""Files of installed packages: the package, its folder, the media type; no other host is asked."""


async def packaged_asset(request: Request) -> Response:
    """A file of MapLibre or Swagger UI; URLs that name its version may be kept for ever.

    Raises HTTPException 404 for other names, and where the package is not installed.
    """
    name = request.path_params["name"]
    tag = version(name)
    if tag is None:
        raise HTTPException(404)
    encoding = encoding_for(request.headers.get("accept-encoding", ""))
    if encoding == "zstd":  # gzip is as good here, and one form fewer is kept
        encoding = "gzip"
    own = f'"{tag}.{encoding}"'
    headers = {
        "ETag": own,
        "Cache-Control": IMMUTABLE if request.query_params.get("v") == tag else SHORT,
        "Vary": "Accept-Encoding",
    }
    held = request.headers.get("if-none-match", "")
    if held.strip() == "*" or matches(held, own):
        return Response(status_code=304, headers=headers)
    body = await run_in_threadpool(_packed, name, encoding)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=ASSETS[name][2], headers=headers)


@cache
def version(name: str) -> str | None:
    """What tells this content of a file from any other; None where there is no such file."""
    place = _place(name)
    return hashlib.blake2s(place.read_bytes(), digest_size=8).hexdigest() if place else None


@cache
def _packed(name: str, encoding: str | None) -> bytes:
    place = _place(name)
    body = place.read_bytes() if place else b""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=_QUALITY))
    return gzip.compress(body, _QUALITY, mtime=0) if encoding == "gzip" else body


@cache
def _place(name: str) -> Path | None:
    """The file inside the package, found without importing the package."""
    if name not in ASSETS:
        return None
    package, folder, _ = ASSETS[name]
    spec = find_spec(package)
    for place in spec.submodule_search_locations or () if spec else ():
        path = Path(place) / folder / name
        if path.is_file():
            return path
    return None
