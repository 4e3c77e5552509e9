"""What becomes of a GeoTIFF a user brings: stored, looked at, rewritten as COG at arm's length."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from geodata.batches.stored import ISSUES, RECORD, batch_path, read_batch, write_records
from geodata.batches.usable import RASTER, rasters_in_use
from geodata.batches.withdrawal import check_not_withdrawn
from geodata.errors import InvalidInput, NotFound, Refused, TooLarge
from geodata.ingest.archives import Limits, archive_format
from geodata.ingest.raster.header import checked_header
from geodata.ingest.raster.options import RasterOptions, id_of
from geodata.ingest.register import Holder, Register
from geodata.ingest.rules import raster_issue, readable
from geodata.ingest.stored_input import StoredInput, store_input
from geodata.rasters import gdal
from geodata.rasters.gdal import SETTINGS, other_drivers
from geodata.rasters.listing import BUILT_IN, RASTERS, read_rasters, write_rasters
from geodata.types import Progress
from geodata.workspace import Workspace, file_sha256, new_file, new_folder, scratch_folder
from schemas import Batch, Issue, Raster, Replaced
from schemas.record import Severity

SECONDS = 1800
"""Longest a file may take."""
CPU_S = 900
MEMORY_BYTES = 6 << 30
WRITTEN_BYTES = 8 << 30
WORKER = Path(gdal.__file__).with_name("worker.py")
VERSION = "v1"
"""Of the rules in this folder: another version makes another batch of the same bytes."""
LIMITS = Limits(member_bytes=4 << 30, total_bytes=4 << 30, ratio=1, members=1)


@dataclass(frozen=True)
class WorkerReply:
    """What the child found.

    record: figures of the raster. notes: rule, severity, what was found and how many cells, of
    what it changed. refused: rule and what was found, where it wrote nothing.
    """

    record: dict[str, Any]
    notes: tuple[tuple[str, Severity, str, int], ...]
    refused: tuple[str, str] | None


def rewritten(path: Path, target: Path, scratch: Path, wishes: RasterOptions) -> WorkerReply:
    """Read the band of a file and write it to `target` as a COG.

    Raises Refused where the child dies or takes too long.
    """
    request: dict[str, object] = {
        "path": str(path),
        "target": str(target),
        "scratch": str(scratch),
        "band": wishes.band,
        "crs": wishes.crs,
        "nodata": None if wishes.nodata is None else repr(float(wishes.nodata)),
        "memory_bytes": MEMORY_BYTES,
        "cpu_s": CPU_S,
        "written_bytes": WRITTEN_BYTES,
    }
    _run(request, path.name, scratch)
    answer = json.loads((scratch / "answer.json").read_bytes())
    refused = answer["refused"]
    if refused is not None:
        rule, found = refused
        refused = (rule, readable(found.replace(str(path), path.name)))
    return WorkerReply(answer["record"], tuple(tuple(note) for note in answer["notes"]), refused)


def _run(request: dict[str, object], name: str, scratch: Path) -> None:
    command = [sys.executable, "-I", str(WORKER), json.dumps(request)]
    try:
        done = subprocess.run(  # noqa: S603 - our own script, under our own interpreter
            command, env=environment(scratch), capture_output=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Refused(f"{name} took longer than {SECONDS} s to read") from error
    if done.returncode:
        raise Refused(
            f"{name} broke its reader, or passed {MEMORY_BYTES >> 30} GB of memory or {CPU_S} s of "
            f"CPU (exit status {done.returncode})"
        )


def environment(scratch: Path) -> dict[str, str]:
    """The settings of the child and nothing else of ours: all drivers but one are skipped."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "LANG") if name in os.environ}
    settings = {name: str(value) for name, value in SETTINGS.items()}
    skipped = ",".join(sorted(other_drivers()))
    return {**kept, **settings, "GDAL_SKIP": skipped, "TMPDIR": str(scratch), "HOME": str(scratch)}


@dataclass
class Outcome:
    """What the file's raster is called, whose place it takes, and what became of it."""

    id: str
    issues: list[Issue] = field(default_factory=list)
    replaces: tuple[Replaced, ...] = ()
    raster: Raster | None = None


def ingest_geotiff(
    workspace: Workspace, path: Path, wishes: RasterOptions, progress: Progress
) -> Batch:
    """Ingest a GeoTIFF; the Batch, accepted or refused.

    The same bytes with the same wishes are the same batch. A file of the same name is the next
    version and takes the place of the earlier; a raster of another file is never replaced but by
    wish. Raises InvalidInput for a path that is no file, for wishes that cannot be met, TooLarge
    beyond the limits, and Conflict where another file's raster has the id named and is not to be
    replaced.
    """
    wishes.check()
    kept = _kept(workspace, Path(path))
    batch_id = f"{RASTER}-{kept.sha256[:12]}-{VERSION}-{wishes.hash}"
    folder, register = batch_path(workspace, RASTER, batch_id), _register(workspace, kept)
    try:
        known = read_batch(folder)
    except NotFound:
        outcome = _named(kept, wishes, register, batch_id)
        return _ingest(workspace, kept, outcome, wishes, folder, progress)
    check_not_withdrawn(workspace, known)
    progress("known", 1, 1)
    return _brought_forward(known, folder, wishes, register)


def _register(workspace: Workspace, kept: StoredInput) -> Register:
    """The ids in use; a file holds one raster, which has no name beside the file's."""
    in_use = rasters_in_use(workspace).values()
    holders = (Holder(used.raster.id, used.batch, "") for used in in_use)
    return Register(holders, kept.name, "raster", BUILT_IN)


def _named(kept: StoredInput, wishes: RasterOptions, register: Register, batch_id: str) -> Outcome:
    """What the raster is called. Raises Conflict as `ingest_geotiff` does."""
    wanted = wishes.id or id_of(kept.name)
    if wishes.id or (wishes.replace and wanted.lower() not in BUILT_IN):
        id_ = register.given(wanted, "", replace=wishes.replace)
    else:
        id_ = register.derived(wanted, "")
    issues = []
    if id_.lower() != wanted.lower():
        text = f"{wanted!r} is of {register.held_by(wanted)}, now {id_!r}"
        issues.append(raster_issue("raster_name_is_free", "note", kept.name, text))
    return Outcome(id_, issues, register.replaced([id_], batch_id))


def _kept(workspace: Workspace, path: Path) -> StoredInput:
    """Keep the bytes of one file."""
    text = str(path)
    if text.startswith("/vsi") or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        raise InvalidInput(f"{text[:80]} is an address; download it and give the file")
    if not path.is_file():
        raise InvalidInput(f"there is no file {text[:200]}; give one GeoTIFF")
    if path.stat().st_size > LIMITS.member_bytes:
        raise TooLarge(f"{path.name} has more than {LIMITS.member_bytes >> 30} GB; cut it")
    if archive_format(path):
        raise InvalidInput(f"{path.name} is an archive; unpack it and give the GeoTIFF")
    return store_input(workspace, RASTER, path, LIMITS)


def _brought_forward(
    known: Batch, folder: Path, wishes: RasterOptions, register: Register
) -> Batch:
    """A batch ingested again; it becomes the latest where another's raster stands in its place."""
    ids = {raster.id: "" for raster in read_rasters(folder)}
    holders = [register.holder(id_) for id_ in ids]
    if known.verdict == "refused" or all(h and h.batch.id == known.id for h in holders):
        return known
    if not wishes.replace:
        register.check_return(ids)
    update = {"ingested": _now(), "replaces": register.replaced(ids, known.id)}
    fresh = known.model_copy(update=update)
    with new_file(folder / RECORD) as scratch:
        scratch.write_text(fresh.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return fresh


def _ingest(  # noqa: PLR0913 - an input, its name, and where it goes
    workspace: Workspace,
    kept: StoredInput,
    outcome: Outcome,
    wishes: RasterOptions,
    folder: Path,
    progress: Progress,
) -> Batch:
    """Look at the file, rewrite it, and write the batch by one rename."""
    with new_folder(folder) as batch_folder:
        progress("reading", 0, 1)
        with scratch_folder(workspace.raw / RASTER) as scratch:
            _rewrite(_laid_out(kept, scratch), kept, wishes, batch_folder, outcome)
        progress("reading", 1, 1)
        return _written(kept, wishes, outcome, batch_folder, folder.name)


def _laid_out(kept: StoredInput, scratch: Path) -> Path:
    """The file under a plain name in a folder where nothing else lies."""
    listed = orjson.loads(kept.path.read_bytes())["files"]
    if not listed:
        raise InvalidInput(f"{kept.name} is no plain file; give one GeoTIFF")
    source, target = kept.folder / listed[0][1], scratch / "input.tif"
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


def _rewrite(
    path: Path, kept: StoredInput, wishes: RasterOptions, folder: Path, outcome: Outcome
) -> None:
    """Rewrite the file as a COG in the batch's folder; what is wrong with it becomes an Issue."""
    target = folder / f"raster-{outcome.id}.tif"
    try:
        checked_header(path)
    except Refused as error:
        outcome.issues.append(raster_issue("file_is_a_tiff", "refused", kept.name, error.detail))
        return
    try:
        answer = rewritten(path, target, path.parent, wishes)
    except Refused as error:
        outcome.issues.append(raster_issue("file_can_be_read", "refused", kept.name, error.detail))
        target.unlink(missing_ok=True)
        return
    for rule, severity, found, count in answer.notes:
        outcome.issues.append(raster_issue(rule, severity, kept.name, found, count=count))
    if answer.refused is not None:
        target.unlink(missing_ok=True)
        rule, found = answer.refused
        outcome.issues.append(raster_issue(rule, "refused", kept.name, found))
        return
    outcome.raster = _record(answer, kept, outcome.id, wishes)


def _record(answer: WorkerReply, kept: StoredInput, name: str, wishes: RasterOptions) -> Raster:
    changed = any(severity == "repaired" for _, severity, _, _ in answer.notes)
    mended = " What was repaired is told in its batch." if changed else ""
    return Raster.model_validate({
        **answer.record,
        "id": name,
        "title": wishes.title or name,
        "description": f"{kept.name}, rewritten as a cloud-optimised GeoTIFF.{mended}",
        "unit": wishes.unit,
        "origin": "user",
        "ramp": wishes.ramp,
        "licence": wishes.licence,
        "attribution": wishes.attribution,
        "batch": f"{RASTER}-{kept.sha256[:12]}-{VERSION}-{wishes.hash}",
    })  # fmt: skip


def _written(
    kept: StoredInput, wishes: RasterOptions, outcome: Outcome, folder: Path, batch_id: str
) -> Batch:
    """Write the record, the list of rasters and the Issues."""
    rasters = () if outcome.raster is None else (outcome.raster,)
    write_rasters(folder, rasters)
    write_records(Issue, outcome.issues, folder / ISSUES)
    names = (*(raster.file_name for raster in rasters), RASTERS, ISSUES)
    reasons = tuple(i.message for i in outcome.issues if i.severity == "refused")
    batch = Batch(
        id=batch_id,
        source=RASTER,
        input_name=kept.name,
        input_sha256=kept.sha256,
        ingested=_now(),
        reader=f"{RASTER} {VERSION}-{wishes.hash}",
        files_in=1,
        files_accepted=len(rasters),
        files_quarantined=1 - len(rasters),
        rows_in=1,
        rows_accepted=len(rasters),
        rows_quarantined=1 - len(rasters),
        days=0,
        verdict="accepted" if rasters else "refused",
        reasons=reasons,
        sha256={name: file_sha256(folder / name) for name in names},
        replaces=outcome.replaces if rasters else (),
    )
    (folder / RECORD).write_text(batch.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return batch


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
