"""How does an input get to where GDAL may see it: kept, then laid out in a folder of our own."""

import os
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def laid_out(workspace: Workspace, kept: Kept) -> Iterator[tuple[Path, list[Refusal]]]:
    """The files of an input in a folder nobody else writes to, gone when the block ends.

    Names keep letters, digits and a few signs; nothing is a link. Also what was refused. Raises
    TooLarge and InvalidInput for archives beyond the limits, broken, or of another kind than zip.
    """
    with scratch_folder(workspace.raw / "ogr") as folder:
        files = folder / "files"
        files.mkdir()
        kind = archive_format(kept.path)
        if kind is None:
            yield files, _listed(kept, files)
        elif kind == "zip":
            yield files, _unpacked(kept, files)
        else:
            raise InvalidInput(f"{kept.name} is a {kind} archive; unpack it, or give a zip")


def _listed(kept: Kept, folder: Path) -> list[Refusal]:
    """Lay out the files of a list. A folder of tables keeps its own name, which says what it is."""
    listing = orjson.loads(kept.path.read_bytes())
    root = folder / safe_name(kept.name) if kept.name.lower().endswith(".gdb") else folder
    refused = [Refusal(*each) for each in listing["refused"]]
    for name, sha256 in listing["files"]:
        target = _target(root, name)
        if target.exists():
            refused.append(Refusal(name, "member_name_is_free", "quarantined", name))
        else:
            _link(kept.folder / sha256, target)
    return refused


def _link(source: Path, target: Path) -> None:
    """The same bytes under another name; a copy where the disk has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def _unpacked(kept: Kept, folder: Path) -> list[Refusal]:
    """Unpack a zip, counting bytes as they come."""
    refused, left = [], LIMITS.most_bytes(kept.path.stat().st_size)
    try:
        with zipfile.ZipFile(kept.path) as archive:
            infos = [info for info in archive.infolist() if not info.is_dir()]
            if len(infos) > LIMITS.members:
                raise TooLarge(f"the archive holds more than {LIMITS.members} members; split it")
            if sum(info.file_size for info in infos) > left:
                raise TooLarge(f"the archive unpacks to more than {left} bytes; split it")
            for info in infos:
                refusal = _refusal(info)
                if refusal is None and _target(folder, info.filename).exists():
                    name = printable(info.filename)
                    refusal = Refusal(name, "member_name_is_free", "quarantined", name)
                if refusal is not None:
                    refused.append(refusal)
                    continue
                left -= _unpack(archive, info, _target(folder, info.filename), left)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise InvalidInput(f"the zip archive cannot be read to its end: {error}") from error
    return refused


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
