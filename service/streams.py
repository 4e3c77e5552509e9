"""How is a download sent: from its first chunk on, and closed whoever ends it."""

from collections.abc import Generator, Iterator
from itertools import chain

from starlette.background import BackgroundTask
from starlette.responses import StreamingResponse


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
