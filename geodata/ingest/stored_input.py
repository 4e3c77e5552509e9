"""How are an input's bytes stored first, and laid out for a reader?"""

import hashlib
import os
import re
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import orjson

from geodata.errors import Conflict, InvalidInput, NotFound, TooLarge
from geodata.ingest.archives import (
    SIDECARS,
    Limits,
    Member,
    RejectedMember,
    archive_format,
    members,
    printable,
    refusal_of,
)
from geodata.workspace import Workspace, file_sha256, new_file, scratch_folder

CHUNK = 1 << 20
LIMITS = Limits()
VECTOR_LIMITS = Limits(member_bytes=4 << 30, total_bytes=8 << 30, ratio=200, members=2_000)


@dataclass(frozen=True)
class StoredInput:
    """An input under raw/<source>/<sha256>: an archive as it came, or a list of files.

    The list is a JSON document naming each file and its SHA-256 (the files lie beside it) and
    what was refused; names are part of it because days are read from names.
    """

    folder: Path
    sha256: str
    name: str

    @property
    def path(self) -> Path:
        """The archive, or the list."""
        return self.folder / self.sha256

    def files(
        self, progress: Callable[[int, int], None], limits: Limits = LIMITS
    ) -> Iterator[Member | RejectedMember]:
        """The files of the input. `progress` gets what is done and the whole, 0 if unknown.

        Raises InvalidInput and TooLarge as `archive.members` does, NotFound where the kept
        bytes are gone.
        """
        if not self.path.is_file():
            raise NotFound(f"the input {self.sha256} is not under {self.folder} any more")
        if archive_format(self.path):
            return members(self.path, limits, lambda done: progress(done, 0))
        return self._listed(progress)

    def _listed(self, progress: Callable[[int, int], None]) -> Iterator[Member | RejectedMember]:
        listing = orjson.loads(self.path.read_bytes())
        for done, (name, sha256) in enumerate(listing["files"], start=1):
            yield Member(name, (self.folder / sha256).read_bytes())
            progress(done, len(listing["files"]))
        for name, rule, severity, found in listing["refused"]:
            yield RejectedMember(name, rule, severity, found)


def store_input(
    workspace: Workspace, source: str, path: Path, limits: Limits = LIMITS
) -> StoredInput:
    """Keep an input's bytes: an archive, a folder or a single file.

    Raises InvalidInput where there is no such file or folder, or where an address is given.
    """
    if str(path).startswith(("http:", "https:")):
        raise InvalidInput(f"{path} is an address; download it and give the file or folder")
    if not path.exists():
        raise InvalidInput(f"there is no file or folder {path}")
    folder = workspace.raw / source
    if path.is_file() and archive_format(path):
        return StoredInput(folder, _keep_file(path, folder), printable(path.name))
    return StoredInput(folder, _keep_list(path, folder, limits), printable(path.resolve().name))


def _keep_list(path: Path, folder: Path, limits: Limits) -> str:
    """Keep every file and the list of them; SHA-256 of the list."""
    files: list[tuple[str, str]] = []
    refused: list[tuple[str, str, str, str]] = []
    for name, each in _walk(path):
        refusal = _refusal(name, each, limits)
        if refusal:
            refused.append((refusal.name, refusal.rule, refusal.severity, refusal.found))
        else:
            files.append((printable(name), _keep_file(each, folder)))
    listing = orjson.dumps({"files": files, "refused": refused}, option=orjson.OPT_INDENT_2)
    return _keep_bytes(listing, folder)


def _walk(path: Path) -> Iterator[tuple[str, Path]]:
    """Names within the input and paths, in the order of names; links are not followed."""
    if path.is_file():
        yield path.name, path
        return
    for each in sorted(path.rglob("*")):
        if each.is_symlink() or not each.is_dir():
            yield each.relative_to(path).as_posix(), each


def _refusal(name: str, path: Path, limits: Limits) -> RejectedMember | None:
    plain = path.is_file() and not path.is_symlink()
    found = refusal_of(name, path.stat().st_size if plain else 0, limits, plain=plain)
    if found is None and archive_format(path):
        return RejectedMember(printable(name), "file_is_no_archive", "quarantined", printable(name))
    return found


def _keep_file(path: Path, folder: Path) -> str:
    """Copy a file to folder/<sha256>. Raises Conflict where it changes meanwhile."""
    sha256 = file_sha256(path)
    target = folder / sha256
    if target.is_file():
        return sha256
    digest = hashlib.sha256()
    with new_file(target) as scratch, path.open("rb") as source, scratch.open("wb") as sink:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            sink.write(chunk)
        if digest.hexdigest() != sha256:
            raise Conflict(f"{path} was written to while it was read; try again")
    return sha256


def _keep_bytes(data: bytes, folder: Path) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    if not (folder / sha256).is_file():
        with new_file(folder / sha256) as scratch:
            scratch.write_bytes(data)
    return sha256


def keep_input(workspace: Workspace, source: str, path: Path) -> StoredInput:
    """Keep the bytes of a file, of a shapefile with its companions, a folder or an archive.

    Raises InvalidInput for what is no path of this machine, TooLarge beyond the limits.
    """
    text = str(path)
    if text.startswith("/vsi") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", text):
        raise InvalidInput(f"{text[:80]} is an address; download it and give the file or folder")
    if path.is_file() and path.stat().st_size > VECTOR_LIMITS.member_bytes:
        raise TooLarge(f"{path.name} has more than {VECTOR_LIMITS.member_bytes >> 30} GB; split it")
    if path.suffix.lower() != ".shp" or not path.is_file():
        return store_input(workspace, source, path, VECTOR_LIMITS)
    with scratch_folder(workspace.raw / source) as folder:
        for each in _companions(path):
            shutil.copyfile(each, folder / each.name)
        kept = store_input(workspace, source, folder, VECTOR_LIMITS)
    return StoredInput(kept.folder, kept.sha256, printable(path.name))


def _companions(path: Path) -> Iterator[Path]:
    """A shapefile's own files, links left out."""
    for each in sorted(path.parent.iterdir()):
        known = each.suffix.lower() in SIDECARS | {".shp"}
        if each.stem == path.stem and known and each.is_file():
            yield each


@dataclass
class LaidOut:
    """The files of an input under names fit for GDAL, those names' originals, what was refused."""

    folder: Path
    names: dict[Path, str] = field(default_factory=dict)
    refused: list[RejectedMember] = field(default_factory=list)

    def original(self, path: Path) -> str:
        """The stem a file had before its name was made fit."""
        return PurePosixPath(self.names.get(path, path.name)).stem


@contextmanager
def laid_out(workspace: Workspace, kept: StoredInput) -> Iterator[LaidOut]:
    """The files of an input in a folder nobody else writes to, gone when the block ends.

    Names keep letters, digits and a few signs; nothing is a link. Raises TooLarge and
    InvalidInput for archives beyond the limits, broken, or of another kind than zip.
    """
    with scratch_folder(workspace.raw / "ogr") as scratch:
        files = LaidOut(scratch / "files")
        files.folder.mkdir()
        kind = archive_format(kept.path)
        if kind is None:
            _lay_list(kept, files)
        elif kind == "zip":
            _unpack_zip(kept, files)
        else:
            raise InvalidInput(f"{kept.name} is a {kind} archive; unpack it, or give a zip")
        yield files


def _lay_list(kept: StoredInput, files: LaidOut) -> None:
    """Lay out the files of a list. A folder of tables keeps its own name, which says what it is."""
    listing, root = orjson.loads(kept.path.read_bytes()), files.folder
    if kept.name.lower().endswith(".gdb"):
        root /= safe_name(kept.name)
    files.refused += [RejectedMember(*each) for each in listing["refused"]]
    for name, sha256 in listing["files"]:
        target = _target(root, name)
        if target.exists():
            files.refused.append(RejectedMember(name, "member_name_is_free", "quarantined", name))
        else:
            _link(kept.folder / sha256, target)
            files.names[target] = name


def _link(source: Path, target: Path) -> None:
    """The same bytes under another name; a copy where the disk has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _unpack_zip(kept: StoredInput, files: LaidOut) -> None:
    """Unpack a zip, counting bytes as they come."""
    left = VECTOR_LIMITS.most_bytes(kept.path.stat().st_size)
    try:
        with zipfile.ZipFile(kept.path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > VECTOR_LIMITS.members:
                raise TooLarge(
                    f"the archive holds more than {VECTOR_LIMITS.members} members; split it"
                )
            if sum(info.file_size for info in infos) > left:
                raise TooLarge(f"the archive unpacks to more than {left} bytes; split it")
            for info in infos:
                refusal, name = _zip_refusal(info), printable(info.filename)
                if refusal is None and _target(files.folder, info.filename).exists():
                    refusal = RejectedMember(name, "member_name_is_free", "quarantined", name)
                if refusal is not None:
                    files.refused.append(refusal)
                    continue
                target = _target(files.folder, info.filename)
                left -= _unpack(archive, info, target, left)
                files.names[target] = name
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"the zip archive cannot be read to its end: {error}") from error


def _zip_refusal(info: zipfile.ZipInfo) -> RejectedMember | None:
    plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
    if info.flag_bits & 1:
        return RejectedMember(
            printable(info.filename), "member_is_a_file", "quarantined", "encrypted"
        )
    return refusal_of(info.filename, info.file_size, VECTOR_LIMITS, plain=plain)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write one member, at most so many bytes; how many there were. Raises TooLarge."""
    written = 0
    with archive.open(info) as source, target.open("xb") as sink:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise TooLarge(
                    f"the archive unpacks to more than {VECTOR_LIMITS.ratio} times its size"
                )
            sink.write(chunk)
    return written


def _target(folder: Path, name: str) -> Path:
    """Where a file is laid; its folder is made."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    target = folder.joinpath(*(safe_name(part) for part in parts))
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def safe_name(name: str) -> str:
    """A file name of letters, digits, spaces and `_.()-`; no dot first, at most 120 characters."""
    return re.sub(r"[^\w .()-]", "-", name)[-120:].lstrip(".") or "-"
