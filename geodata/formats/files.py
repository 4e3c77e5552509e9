"""What is a file called, and how does one that must be built whole reach the client?"""

import io
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geodata.formats.rows import Provenance

LONGEST = 120
"""Characters of a file's stem."""
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
"""Names of devices: Windows opens no file called so, whatever its extension."""
CHUNK = 1 << 18
"""Bytes read at a time."""


def stem(name: str) -> str:
    """ASCII letters, digits, `-`, `_` and inner dots, never empty and no device of Windows."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    # No dots in a row and none at the ends: no way up a folder, no hidden file.
    safe = re.sub(r"\.{2,}|[^A-Za-z0-9._-]+", "-", plain)[:LONGEST].strip("-._")
    return f"{safe}-data" if _RESERVED.match(safe.partition(".")[0]) else safe or "download"


def file_name(about: Provenance, extension: str) -> str:
    """The name of the file, ASCII without spaces: `deposits-2025-02-25.csv`."""
    return f"{stem(about.name)}.{extension}"


def distinct_names(
    names: Iterable[str], longest: int, taken: Iterable[str] = (), *, ascii_only: bool = False
) -> dict[str, str]:
    """For each name one of at most `longest` characters, no two alike whatever their case.

    A name that fits and is free stays; else it is cut and numbered, in the order given. Names in
    `taken` are not given out.
    """
    used = {name.lower() for name in taken}
    chosen: dict[str, str] = {}
    for name in names:
        chosen[name] = _free(_field_name(name) if ascii_only else name, longest, used)
        used.add(chosen[name].lower())  # SQLite and dBase know no case of names
    return chosen


def _free(wanted: str, longest: int, used: set[str]) -> str:
    candidate, number = wanted[:longest], 0
    while candidate.lower() in used:
        number += 1
        candidate = f"{wanted[: longest - len(str(number)) - 1]}_{number}"
    return candidate


def _field_name(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "_", plain) or "field"


def read_file(build: Callable[[Path], Path]) -> Generator[bytes, None, None]:
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


class Buffer(io.RawIOBase):
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
        written, self._parts = b"".join(self._parts), []
        return written
