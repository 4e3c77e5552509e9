"""How does a file that must be built whole reach the client, and leave nothing behind."""

import io
import shutil
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHUNK = 1 << 18
"""Bytes read at a time."""


def read_out(build: Callable[[Path], Path]) -> Generator[bytes, None, None]:
    """The bytes of the file that `build` makes in a private folder (mode 0700).

    The folder goes when the last chunk is read, when building fails, and when the generator is
    closed because the client went away.
    """
    with _private_folder() as folder:
        path = build(folder)
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK):
                yield chunk


@contextmanager
def _private_folder() -> Generator[Path, None, None]:
    folder = Path(tempfile.mkdtemp(prefix="lodeline-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Sink(io.RawIOBase):
    """What a writer writes into, to be taken out piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - whatever has a buffer
        """Keep the bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(self._parts[-1])

    def take(self) -> bytes:
        """All that was written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken
