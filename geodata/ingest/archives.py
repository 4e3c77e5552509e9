"""How are archives read, member by member and within limits?"""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Protocol, Self, cast

import zstandard

from geodata.errors import InvalidInput, TooLarge, reason_of
from schemas.record import Severity

FREE_BYTES = 64 << 20
"""Unpacked bytes below which no ratio is taken: small files may well be all zeros."""
SPARE_BYTES = 1 << 20
"""Bytes that may be read around a member: its headers, padding and the reader's blocks."""
XZ_MEMORY = 256 << 20
"""Most memory an xz stream may ask for; `xz -9` needs 65 MB."""
CHUNK = 1 << 18
SIGNS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x1f\x8b", "gz"),
    (0, b"BZh", "bz2"),
    (0, b"\x28\xb5\x2f\xfd", "zst"),
    (0, b"PK\x03\x04", "zip"),
    (0, b"PK\x05\x06", "zip"),
    (257, b"ustar", "tar"),
)
"""Offset and bytes by which a format is known; names and suffixes are not trusted."""
BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, lzma.LZMAError, zlib.error, zstandard.ZstdError,
    NotImplementedError, EOFError, OSError, ValueError,
)  # fmt: skip
"""What readers raise: zipfile says ValueError of a name with NUL, NotImplementedError of a method
of compression it lacks."""
SIDECARS = frozenset(
    (".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".xml")
)
"""Files that belong to a shapefile, or describe one."""


@dataclass(frozen=True)
class Member:
    """A file of the input, its name within the input and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class RejectedMember:
    """A file of the input that was not read: the rule it broke, and what was found."""

    name: str
    rule: str
    severity: Severity
    found: str


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


def members(
    path: Path, limits: Limits, progress: Callable[[int], None]
) -> Iterator[Member | RejectedMember]:
    """Members of an archive in its own order; `progress` gets bytes of the archive read so far.

    Folders are passed over. Raises InvalidInput for a broken archive and TooLarge where it
    unpacks to more than the limits, which no refusal of a single member could mend.
    """
    kind = archive_format(path)
    read = _zip_members if kind == "zip" else _tar_members
    with broken_archive_refused(kind):
        yield from read(path, kind or "tar", limits, progress)


@contextmanager
def broken_archive_refused(kind: str | None) -> Iterator[None]:
    """Raises InvalidInput where a reader of archives gives up on one."""
    try:
        yield
    except BROKEN as error:
        reason = reason_of(error)
        raise InvalidInput(f"the {kind} archive cannot be read to its end: {reason}") from error


class Readable(Protocol):
    """What is needed of a decompressing stream."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""

    def close(self) -> None:
        """Let go of the file."""


class BoundedReader:
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


class _Opener(Protocol):
    def __call__(self, path: Path, /) -> Readable: ...


def _zst(path: Path) -> Readable:
    window = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    return window.stream_reader(path.open("rb"), read_across_frames=True, closefd=True)


OPENERS: dict[str, _Opener] = {
    "xz": XzStream,
    "gz": gzip.GzipFile,
    "bz2": bz2.BZ2File,
    "zst": _zst,
    "tar": lambda path: path.open("rb"),
}


def archive_format(path: Path) -> str | None:
    """'tar', 'xz', 'gz', 'bz2', 'zst' or 'zip' by the file's first bytes; None for others."""
    with path.open("rb") as stream:
        head = stream.read(512)
    signs = (name for at, sign, name in SIGNS if head[at : at + len(sign)] == sign)
    return next(signs, None)


def _tar_members(
    path: Path, kind: str, limits: Limits, progress: Callable[[int], None]
) -> Iterator[Member | RejectedMember]:
    meter = BoundedReader(OPENERS[kind](path), path.stat().st_size, limits)
    with meter, tarfile.open(fileobj=cast("IO[bytes]", meter), mode="r|", errors="replace") as tar:
        for _ in range(limits.members):
            meter.allow()
            member = tar.next()
            if member is None:
                return
            progress(meter.total)
            if not member.isdir():
                yield _tar_member(tar, member, meter, limits)
    raise TooLarge(f"the archive holds {limits.members} members or more; split it")


def _tar_member(
    tar: tarfile.TarFile, member: tarfile.TarInfo, meter: BoundedReader, limits: Limits
) -> Member | RejectedMember:
    """One member, read whole; the bytes of a refused one are passed over."""
    plain = member.isreg() and not member.issparse()
    refusal = refusal_of(member.name, member.size, limits, plain=plain)
    if not plain:
        return refusal or RejectedMember(
            printable(member.name), "member_is_a_file", "quarantined", ""
        )
    meter.allow(member.size)
    stream = tar.extractfile(member)
    if stream is None:
        raise tarfile.ReadError(f"member {printable(member.name)!r} has no bytes")
    return _drained(stream, refusal) if refusal else Member(printable(member.name), stream.read())


def _drained(stream: IO[bytes], refusal: RejectedMember) -> RejectedMember:
    while stream.read(1 << 20):
        pass
    return refusal


def _zip_members(
    path: Path, _kind: str, limits: Limits, progress: Callable[[int], None]
) -> Iterator[Member | RejectedMember]:
    total = 0
    for each in unzipped(path, limits):
        if isinstance(each, RejectedMember):
            yield each
        else:
            name, stream = each
            # read() without a size would unpack all of a chunk that claims to be small
            member = Member(printable(name), stream.read(limits.member_bytes + 1))
            total += len(member.data)
            progress(total)
            yield member


def unzipped(path: Path, limits: Limits) -> Iterator[tuple[str, IO[bytes]] | RejectedMember]:
    """The files of a zip by name, each to be read before the next is asked for.

    Raises TooLarge before anything is unpacked where all that may be read is beyond the limits.
    That holds for archives that lie: zipfile gives no more bytes of a member than its directory
    says, and BadZipFile where their checksum is another.
    """
    most = limits.most_bytes(path.stat().st_size)
    with zipfile.ZipFile(path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > limits.members:
            raise TooLarge(f"the archive holds more than {limits.members} members; split it")
        refusals = [_zip_refusal(info, limits) for info in infos]
        pairs = list(zip(infos, refusals, strict=True))
        if sum(info.file_size for info, refusal in pairs if refusal is None) > most:
            raise TooLarge(f"the archive unpacks to more than {most} bytes; split it")
        for info, refusal in pairs:
            if refusal is not None:
                yield refusal
                continue
            with archive.open(info) as stream:
                yield info.filename, stream


def _zip_refusal(info: zipfile.ZipInfo, limits: Limits) -> RejectedMember | None:
    plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
    refusal = refusal_of(info.filename, info.file_size, limits, plain=plain)
    if refusal is None and info.flag_bits & 1:
        name = printable(info.filename)
        return RejectedMember(name, "member_is_a_file", "quarantined", "encrypted")
    return refusal


def refusal_of(name: str, size: int, limits: Limits, *, plain: bool) -> RejectedMember | None:
    """Why a file of this name, size and kind is not read; None where it is."""
    path, shown = PurePosixPath(name.replace("\\", "/")), printable(name)
    if path.is_absolute() or ".." in path.parts or ":" in name.partition("/")[0]:
        return RejectedMember(shown, "member_path_is_inside", "quarantined", shown)
    if not plain:
        return RejectedMember(
            shown, "member_is_a_file", "quarantined", "a link, device or sparse file"
        )
    if any(part.startswith(".") or part == "__MACOSX" for part in path.parts):
        return RejectedMember(shown, "member_is_data", "note", "hidden")
    if size > limits.member_bytes:
        return RejectedMember(shown, "member_is_small_enough", "quarantined", f"{size} bytes")
    return None


def printable(name: str) -> str:
    """A name fit for tables: valid UTF-8 without control characters, at most 200 characters."""
    text = name.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)[-200:]
