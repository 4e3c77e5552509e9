"""Answers kept whole: what an ETag names never changes, so it need not be made twice."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

LARGEST = 2_000_000
"""Bytes above which an answer is not kept."""
KEPT = 64_000_000
"""Bytes of all answers kept together."""


@dataclass(frozen=True)
class Kept:
    """An answer as it was made."""

    body: bytes
    media_type: str | None
    headers: dict[str, str]

    def response(self) -> Response:
        """The answer again."""
        return Response(self.body, media_type=self.media_type, headers=self.headers)


class Bodies:
    """Recent whole answers by their ETag, up to KEPT bytes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, tag: str) -> Response | None:
        """The answer an ETag names, None where it is not kept."""
        with self._lock:
            found = self._kept.get(tag)
            if found is None:
                return None
            self._kept.move_to_end(tag)
        return found.response()

    def keep(self, tag: str, response: Response) -> None:
        """Keep an answer; streamed, large and unsuccessful ones are not."""
        if isinstance(response, StreamingResponse) or response.status_code != 200:
            return
        body = bytes(getattr(response, "body", b""))
        if not body or len(body) > LARGEST:
            return
        skipped = {"content-length", "content-type"}
        headers = {k: v for k, v in response.headers.items() if k not in skipped}
        with self._lock:
            self._kept[tag] = Kept(body, response.headers.get("content-type"), headers)
            self._bytes += len(body)
            while self._bytes > KEPT:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= len(dropped.body)
