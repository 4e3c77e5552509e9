"""How much may an archive unpack to, and who counts."""

import lzma
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from geodata.errors import TooLarge

FREE_BYTES = 64 << 20
"""Unpacked bytes below which no ratio is taken: small files may well be all zeros."""
SPARE_BYTES = 1 << 20
"""Bytes that may be read around a member: its headers, padding and the reader's blocks."""
XZ_MEMORY = 256 << 20
"""Most memory an xz stream may ask for; `xz -9` needs 65 MB."""
CHUNK = 1 << 18


@dataclass(frozen=True)
class Limits:
    """What one input may unpack to."""

    member_bytes: int = 64 << 20
    total_bytes: int = 4 << 30
    ratio: int = 1000
    members: int = 100_000

    def most_bytes(self, packed: int) -> int:
        """Most bytes an archive of this packed size may unpack to."""
        return min(self.total_bytes, max(FREE_BYTES, packed * self.ratio))


class Readable(Protocol):
    """What is needed of a decompressing stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def close(self) -> None:
        """Let go of the file."""


class Meter:
    """A stream that counts what is read from it and stops at the limits.

    `allow` sets how much may be read until it is called again, so that neither a header that
    claims to be large nor a member larger than it says is held in memory.
    """

    def __init__(self, stream: Readable, packed: int, limits: Limits) -> None:
        self._stream = stream
        self._most = limits.most_bytes(packed)
        self._allowed = SPARE_BYTES
        self.total = 0

    def allow(self, size: int = 0) -> None:
        """At most `size` bytes, and some around them, may be read until the next call."""
        self._allowed = self.total + size + SPARE_BYTES

    def read(self, size: int) -> bytes:
        """At most `size` bytes. Raises TooLarge at a limit."""
        data = self._stream.read(size)
        self.total += len(data)
        if self.total > self._most:
            raise TooLarge(f"the archive unpacks to more than {self._most} bytes; split it")
        if self.total > self._allowed:
            raise TooLarge("a member or header of the archive is larger than it may be")
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()


class XzStream:
    """An .xz file read with bounded memory, which `lzma.open` cannot promise."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._engine = _engine()

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, fewer only at the end. Raises EOFError where the file is cut."""
        parts, missing = [], size
        while missing > 0:
            data = self._some(missing)
            if not data:
                break
            parts.append(data)
            missing -= len(data)
        return b"".join(parts)

    def _some(self, size: int) -> bytes:
        """Between 1 and `size` bytes; none at the end of the last stream of the file."""
        while True:
            if self._engine.eof:
                rest = self._engine.unused_data or self._file.read(CHUNK)
                if not rest.strip(b"\x00"):
                    return b""
                self._engine = _engine()
            else:
                rest = self._file.read(CHUNK) if self._engine.needs_input else b""
                if not rest and self._engine.needs_input:
                    raise EOFError("the file ends before its stream does")
            data = self._engine.decompress(rest, size)
            if data:
                return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _engine() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=XZ_MEMORY)
