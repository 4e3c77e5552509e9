"""How is a file sent, whole or a part of it: one range of bytes, as cloud-optimised readers ask."""

import os
import re
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from schemas.problem import Problem
from service.caching import OF_CONTENT, matches

_RANGE = re.compile(
    r"bytes=(?:(?P<first>\d{1,18})-(?P<last>\d{0,18})|-(?P<tail>\d{1,18}))", re.ASCII
)


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
            refusal = _refusal(str(scope["path"]), self.stat_result.st_size)
            await refusal(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def file_headers(path: Path) -> dict[str, str]:
    """What `RangedFile` sends with a file besides what belongs to its body."""
    return {
        "Accept-Ranges": "bytes",
        "Last-Modified": formatdate(path.stat().st_mtime, usegmt=True),
    }


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
        if not self.is_not_modified(response.headers, Headers(scope=scope)):
            return response
        lasting = {k: v for k, v in response.headers.items() if k not in OF_CONTENT}
        return Response(status_code=304, headers=lasting)

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client has the file, by tag or by day."""
        held = request_headers.get("if-none-match")
        if held is not None:
            return matches(held, response_headers["etag"])
        return super().is_not_modified(response_headers, request_headers)


def _read(text: str) -> re.Match[str] | None:
    """One range as it is written; None where it is not one, or ends before it begins."""
    found = _RANGE.fullmatch(text.strip())
    if found and found["last"] and int(found["last"]) < int(found["first"]):
        return None
    return found


def _begins_beyond(asked: re.Match[str], size: int) -> bool:
    return int(asked["tail"]) == 0 if asked["tail"] else int(asked["first"]) >= size


def _refusal(path: str, size: int) -> Response:
    problem = Problem(
        type="urn:lodeline:problem:range",
        title="Range not satisfiable",
        status=416,
        detail=f"the file has {size} bytes; ask for a range that begins before its end",
        instance=path[:200],
        kind="range",
    )
    headers = {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, 416, headers, "application/problem+json")


def _without_range(scope: Scope) -> Scope:
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"range"]
    return {**scope, "headers": kept}
