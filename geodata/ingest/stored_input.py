"""How are an input's bytes stored first, and laid out for a reader?"""

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Annotated

import orjson
from pydantic import BaseModel, Field

from geodata.errors import Conflict, Damaged, InvalidInput, NotFound, TooLarge, reason_of
from geodata.ingest.archives import (
    Limits,
    Member,
    RejectedMember,
    archive_format,
    broken_archive_refused,
    members,
    printable,
    refusal_of,
    unzipped,
)
from geodata.workspace import Workspace, file_sha256, new_file
from schemas.record import Severity

CHUNK = 1 << 20
LIMITS = Limits()
LONGEST_NAME = 240
"""Bytes of a file name: 255 is the most file systems take, and drivers add endings."""
LONGEST_PATH = 1000
"""Bytes of a path within the input: macOS takes 1,024 of a whole path, Linux 4,096."""


Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Listing(BaseModel):
    """The files of an input, name and SHA-256 of each, and what was refused: RejectedMembers.

    A SHA-256 names the stored file, so that it can lead nowhere else.
    """

    files: tuple[tuple[str, Sha256], ...]
    refused: tuple[tuple[str, str, Severity, str], ...]


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

        Raises InvalidInput and TooLarge as `archives.members` does, NotFound where the stored
        bytes are gone.
        """
        if archive_format(self.existing_path()):
            return members(self.path, limits, lambda done: progress(done, 0))
        return self._listed(progress)

    def existing_path(self) -> Path:
        """The archive, or the list. Raises NotFound where the stored bytes are gone."""
        if not self.path.is_file():
            raise NotFound(f"the input {self.sha256} is not under {self.folder} any more")
        return self.path

    def listing(self) -> Listing:
        """The list of the files. Raises Damaged where it is none, or names a file not there."""
        try:
            listing = Listing.model_validate_json(self.path.read_bytes())
        except (OSError, ValueError) as error:
            what = f"is neither a list of files nor an archive ({reason_of(error)})"
            way_out = f"remove raw/{self.folder.name}/{self.sha256} and"
            raise self._damaged(what, way_out) from error
        for name, sha256 in listing.files:
            if not (self.folder / sha256).is_file():
                raise self._damaged(f"lacks {printable(name)} (SHA-256 {sha256})", "to add it,")
        return listing

    def _damaged(self, what: str, way_out: str) -> Damaged:
        name = f"the stored input {self.sha256} ({self.name})"
        return Damaged(f"{name} {what}; {way_out} ingest {self.name} again")

    def _listed(self, progress: Callable[[int, int], None]) -> Iterator[Member | RejectedMember]:
        listing = self.listing()
        for done, (name, sha256) in enumerate(listing.files, start=1):
            yield Member(name, (self.folder / sha256).read_bytes())
            progress(done, len(listing.files))
        for each in listing.refused:
            yield RejectedMember(*each)


def store_input(
    workspace: Workspace, source: str, path: Path, limits: Limits = LIMITS
) -> StoredInput:
    """Store an input's bytes: an archive, a folder or a single file.

    Raises InvalidInput where there is no such file or folder, or where an address is given.
    """
    text = str(path)
    # GDAL takes /vsicurl/… and DRIVER:/… for paths; `Path` has made http:// http:/
    if text.startswith("/vsi") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", text):
        raise InvalidInput(f"{text[:80]} is an address; download it and give the file or folder")
    if not path.exists():
        raise InvalidInput(f"there is no file or folder {text[:200]}")
    folder = workspace.raw / source
    if path.is_file() and archive_format(path):
        return StoredInput(folder, _store_file(path, folder), printable(path.name))
    return StoredInput(folder, _store_list(path, folder, limits), printable(path.resolve().name))


def check_size(path: Path, limits: Limits) -> None:
    """Raises TooLarge for a file of more bytes than a member may have."""
    if path.is_file() and path.stat().st_size > limits.member_bytes:
        raise TooLarge(f"{path.name} has more than {limits.member_bytes >> 30} GB; split or cut it")


def _store_list(path: Path, folder: Path, limits: Limits) -> str:
    """Store every file and the list of them; SHA-256 of the list."""
    files: list[tuple[str, str]] = []
    refused: list[tuple[str, str, str, str]] = []
    for name, each in _walk(path):
        refusal = _refusal(name, each, limits)
        if refusal:
            refused.append((refusal.name, refusal.rule, refusal.severity, refusal.found))
        else:
            files.append((printable(name), _store_file(each, folder)))
    listing = orjson.dumps({"files": files, "refused": refused}, option=orjson.OPT_INDENT_2)
    return _store_bytes(listing, folder)


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


def _store_file(path: Path, folder: Path) -> str:
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


def _store_bytes(data: bytes, folder: Path) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    if not (folder / sha256).is_file():
        with new_file(folder / sha256) as scratch:
            scratch.write_bytes(data)
    return sha256


@dataclass
class LaidOut:
    """The files of an input under names fit for GDAL, those names' originals, what was refused."""

    folder: Path
    names: dict[Path, str] = field(default_factory=dict)
    refused: list[RejectedMember] = field(default_factory=list)

    def place(self, root: Path, name: str) -> Path | None:
        """Where a file of this name goes, its folder made; None, noted, where it cannot."""
        parts = [safe_name(part) for part in PurePosixPath(name.replace("\\", "/")).parts]
        target, shown = root.joinpath(*parts), printable(name)
        rule = None
        if len("/".join(parts).encode()) > LONGEST_PATH:
            rule = "member_path_is_short"
        elif not _is_free(target):
            rule = "member_name_is_free"
        if rule is not None:
            self.refused.append(RejectedMember(shown, rule, "quarantined", shown))
            return None
        self.names[target] = shown
        return target

    def original(self, path: Path) -> str:
        """The stem a file had before its name was made fit."""
        return PurePosixPath(self.names.get(path, path.name)).stem


def lay_out(stored: StoredInput, folder: Path, limits: Limits) -> LaidOut:
    """The files of an input in a folder made for them, under names fit for GDAL.

    Names keep letters, digits and a few signs; nothing is a link. Raises TooLarge and
    InvalidInput for archives beyond the limits, broken, or of another kind than zip, NotFound
    where the stored bytes are gone.
    """
    files, kind = LaidOut(folder), archive_format(stored.existing_path())
    folder.mkdir()
    if kind is None:
        _lay_list(stored, files)
    elif kind == "zip":
        _lay_zip(stored, files, limits)
    else:
        raise InvalidInput(f"{stored.name} is a {kind} archive; unpack it, or give a zip")
    return files


def _lay_list(stored: StoredInput, files: LaidOut) -> None:
    """Lay out the files of a list. A folder of tables keeps its own name, which says what it is."""
    listing, root = stored.listing(), files.folder
    if stored.name.lower().endswith(".gdb"):
        root /= safe_name(stored.name)
    files.refused += [RejectedMember(*each) for each in listing.refused]
    for name, sha256 in listing.files:
        target = files.place(root, name)
        if target is not None:
            _link(stored.folder / sha256, target)


def _lay_zip(stored: StoredInput, files: LaidOut, limits: Limits) -> None:
    with broken_archive_refused("zip"):
        for each in unzipped(stored.path, limits):
            if isinstance(each, RejectedMember):
                files.refused.append(each)
                continue
            name, stream = each
            target = files.place(files.folder, name)
            if target is not None:
                with target.open("xb") as sink:
                    shutil.copyfileobj(stream, sink, CHUNK)


def _link(source: Path, target: Path) -> None:
    """The same bytes under another name; a copy where the disk has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _is_free(target: Path) -> bool:
    """Whether a file may be laid there; its folder is made."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return False  # `a*` is a file by now, and this is `a-/b`
    return not target.exists()


def safe_name(name: str) -> str:
    """A file name of letters, digits, spaces and `_.()-`; no dot first.

    At most its last 120 characters and LONGEST_NAME bytes: file systems count bytes.
    """
    text = re.sub(r"[^\w .()-]", "-", name)[-120:]
    return text.encode()[-LONGEST_NAME:].decode("utf-8", "ignore").lstrip(".") or "-"
