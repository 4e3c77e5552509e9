"""How does an input get to where GDAL may see it: kept, then laid out in a folder of our own."""

import os
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import orjson

from geodata.errors import InvalidInput, TooLarge
from geodata.ingest.archive import Refusal, archive_format, printable, refusal_of
from geodata.ingest.fetch import Kept, keep
from geodata.ingest.meter import Limits
from geodata.ingest.ogr.formats import SIDECARS
from geodata.workspace import Workspace, scratch_folder

LIMITS = Limits(member_bytes=4 << 30, total_bytes=8 << 30, ratio=200, members=2_000)
CHUNK = 1 << 20


def keep_input(workspace: Workspace, source: str, path: Path) -> Kept:
    """Keep the bytes of a file, of a shapefile with its companions, a folder or an archive.

    Raises InvalidInput for what is no path of this machine, TooLarge beyond the limits.
    """
    text = str(path)
    if text.startswith("/vsi") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:/", text):
        raise InvalidInput(f"{text[:80]} is an address; download it and give the file or folder")
    if path.is_file() and path.stat().st_size > LIMITS.member_bytes:
        raise TooLarge(f"{path.name} has more than {LIMITS.member_bytes >> 30} GB; split it")
    if path.suffix.lower() != ".shp" or not path.is_file():
        return keep(workspace, source, path, LIMITS)
    with scratch_folder(workspace.raw / source) as folder:
        for each in _companions(path):
            shutil.copyfile(each, folder / each.name)
        kept = keep(workspace, source, folder, LIMITS)
    return Kept(kept.folder, kept.sha256, printable(path.name))


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
    refused: list[Refusal] = field(default_factory=list)

    def original(self, path: Path) -> str:
        """The stem a file had before its name was made fit."""
        return PurePosixPath(self.names.get(path, path.name)).stem


@contextmanager
def laid_out(workspace: Workspace, kept: Kept) -> Iterator[LaidOut]:
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


def _lay_list(kept: Kept, files: LaidOut) -> None:
    """Lay out the files of a list. A folder of tables keeps its own name, which says what it is."""
    listing, root = orjson.loads(kept.path.read_bytes()), files.folder
    if kept.name.lower().endswith(".gdb"):
        root /= safe_name(kept.name)
    files.refused += [Refusal(*each) for each in listing["refused"]]
    for name, sha256 in listing["files"]:
        target = _target(root, name)
        if target.exists():
            files.refused.append(Refusal(name, "member_name_is_free", "quarantined", name))
        else:
            _link(kept.folder / sha256, target)
            files.names[target] = name


def _link(source: Path, target: Path) -> None:
    """The same bytes under another name; a copy where the disk has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _unpack_zip(kept: Kept, files: LaidOut) -> None:
    """Unpack a zip, counting bytes as they come."""
    left = LIMITS.most_bytes(kept.path.stat().st_size)
    try:
        with zipfile.ZipFile(kept.path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > LIMITS.members:
                raise TooLarge(f"the archive holds more than {LIMITS.members} members; split it")
            if sum(info.file_size for info in infos) > left:
                raise TooLarge(f"the archive unpacks to more than {left} bytes; split it")
            for info in infos:
                refusal, name = _refusal(info), printable(info.filename)
                if refusal is None and _target(files.folder, info.filename).exists():
                    refusal = Refusal(name, "member_name_is_free", "quarantined", name)
                if refusal is not None:
                    files.refused.append(refusal)
                    continue
                target = _target(files.folder, info.filename)
                left -= _unpack(archive, info, target, left)
                files.names[target] = name
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"the zip archive cannot be read to its end: {error}") from error


def _refusal(info: zipfile.ZipInfo) -> Refusal | None:
    plain = stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
    if info.flag_bits & 1:
        return Refusal(printable(info.filename), "member_is_a_file", "quarantined", "encrypted")
    return refusal_of(info.filename, info.file_size, LIMITS, plain=plain)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write one member, at most so many bytes; how many there were. Raises TooLarge."""
    written = 0
    with archive.open(info) as source, target.open("xb") as sink:
        while chunk := source.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise TooLarge(f"the archive unpacks to more than {LIMITS.ratio} times its size")
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
