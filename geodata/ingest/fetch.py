"""How do inputs come in: their bytes are kept first, and only what was kept is read."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.ingest.archive import Member, Refusal, archive_format, members, printable, refusal_of
from geodata.ingest.meter import Limits
from geodata.workspace import Workspace, file_sha256, new_file

CHUNK = 1 << 20
LIMITS = Limits()


@dataclass(frozen=True)
class Kept:
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
    ) -> Iterator[Member | Refusal]:
        """The files of the input. `progress` gets what is done and the whole, 0 if unknown.

        Raises InvalidInput and TooLarge as `archive.members` does, NotFound where the kept
        bytes are gone.
        """
        if not self.path.is_file():
            raise NotFound(f"the input {self.sha256} is not under {self.folder} any more")
        if archive_format(self.path):
            return members(self.path, limits, lambda done: progress(done, 0))
        return self._listed(progress)

    def _listed(self, progress: Callable[[int, int], None]) -> Iterator[Member | Refusal]:
        listing = orjson.loads(self.path.read_bytes())
        for done, (name, sha256) in enumerate(listing["files"], start=1):
            yield Member(name, (self.folder / sha256).read_bytes())
            progress(done, len(listing["files"]))
        for name, rule, severity, found in listing["refused"]:
            yield Refusal(name, rule, severity, found)


def keep(workspace: Workspace, source: str, path: Path, limits: Limits = LIMITS) -> Kept:
    """Keep an input's bytes: an archive, a folder or a single file.

    Raises InvalidInput where there is no such file or folder, or where an address is given.
    """
    if str(path).startswith(("http:", "https:")):
        raise InvalidInput(f"{path} is an address; download it and give the file or folder")
    if not path.exists():
        raise InvalidInput(f"there is no file or folder {path}")
    folder = workspace.raw / source
    if path.is_file() and archive_format(path):
        return Kept(folder, _keep_file(path, folder), printable(path.name))
    return Kept(folder, _keep_list(path, folder, limits), printable(path.resolve().name))


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


def _refusal(name: str, path: Path, limits: Limits) -> Refusal | None:
    plain = path.is_file() and not path.is_symlink()
    found = refusal_of(name, path.stat().st_size if plain else 0, limits, plain=plain)
    if found is None and archive_format(path):
        return Refusal(printable(name), "file_is_no_archive", "quarantined", printable(name))
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
