"""What becomes of a GeoTIFF a user brings: its header checked, rewritten as COG in a sandbox."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from geodata.batches.usable import RASTER, rasters_in_use
from geodata.errors import InvalidInput, Refused
from geodata.ingest.archives import Limits, archive_format
from geodata.ingest.outcome import BatchDraft, IngestResult
from geodata.ingest.raster.header import checked_header
from geodata.ingest.raster.options import RasterOptions, id_of
from geodata.ingest.register import Holder, Register
from geodata.ingest.rules import raster_issue, readable
from geodata.ingest.sandbox import Sandbox, SandboxLimits
from geodata.ingest.stored_input import StoredInput, check_size, lay_out, store_input
from geodata.rasters import gdal
from geodata.rasters.gdal import SETTINGS, other_drivers
from geodata.rasters.labels import Labels, labels
from geodata.rasters.listing import BUILT_IN, RASTERS, read_rasters, write_rasters
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Issue, Raster
from schemas.record import Severity

SANDBOX_LIMITS = SandboxLimits(seconds=1800, cpu_s=900, memory_bytes=6 << 30, file_bytes=8 << 30)
WORKER = Path(gdal.__file__).with_name("worker.py")
VERSION = "v1"
"""Of the rules in this folder: another version makes another batch of the same bytes."""
LIMITS = Limits(member_bytes=4 << 30, total_bytes=4 << 30, ratio=1, members=1)


@dataclass(frozen=True)
class RasterPipeline:
    """One band of one GeoTIFF."""

    options: RasterOptions = field(default_factory=RasterOptions)
    source: str = RASTER

    @property
    def version(self) -> str:
        """Of the rules in this folder, and of the options."""
        return f"{VERSION}-{self.options.hash}"

    def store(self, workspace: Workspace, path: Path) -> StoredInput:
        """Store the bytes of one file.

        Raises InvalidInput for what is no file of this machine and for options that cannot be
        met, TooLarge beyond the limits, Conflict where another file's raster has the id.
        """
        self.options.check()
        if path.is_dir():
            raise InvalidInput(f"{path.name} is a folder; give one GeoTIFF")
        if path.is_file() and archive_format(path):
            raise InvalidInput(f"{path.name} is an archive; unpack it and give the GeoTIFF")
        check_size(path, LIMITS)
        stored = store_input(workspace, RASTER, path, LIMITS)
        # said again once the file is read; but that may take half an hour
        chosen_id(stored, self.options, self.register(workspace, stored.name))
        return stored

    def may_change(self, rules: frozenset[str], *, retried: bool) -> bool:
        """Only when asked: what broke a reader may pass another GDAL, or a larger machine."""
        return retried and bool(rules)

    def register(self, workspace: Workspace, input_name: str) -> Register:
        """The ids in use; a file holds one raster, which has no name beside the file's."""
        in_use = rasters_in_use(workspace).values()
        holders = (Holder(used.raster.id, used.batch, "") for used in in_use)
        return Register(holders, input_name, "raster", BUILT_IN)

    def names(self, folder: Path) -> dict[str, str]:
        """The id of a batch's raster."""
        return {raster.id: "" for raster in read_rasters(folder)}

    def read(self, stored: StoredInput, scratch: Path, progress: Progress) -> "RasterContents":
        """Rewrite the file as a COG; what is wrong with it becomes an Issue."""
        contents = RasterContents(stored, self.options, scratch / "raster.tif")
        progress("reading", 0, 1)
        paths = list(lay_out(stored, scratch / "files", LIMITS).names)
        if not paths:
            raise InvalidInput(f"{stored.name} is no plain file; give one GeoTIFF")
        contents.rewrite(paths[0], scratch)
        progress("reading", 1, 1)
        return contents


@dataclass
class RasterContents:
    """A file rewritten. record: figures of the raster; None where there is none."""

    stored: StoredInput
    options: RasterOptions
    cog: Path
    issues: list[Issue] = field(default_factory=list)
    record: dict[str, Any] | None = None

    def rewrite(self, path: Path, scratch: Path) -> None:
        """Check the header, then have the worker write the COG."""
        try:
            checked_header(path)
        except Refused as error:
            self._note("file_is_a_tiff", "refused", error.detail)
            return
        try:
            reply = rewrite_band(path, self.cog, scratch, self.options)
        except Refused as error:
            self._note("file_can_be_read", "refused", error.detail)
            return
        for rule, severity, found, count in reply.notes:
            self._note(rule, severity, found, count)
        if reply.refused is not None:
            self._note(reply.refused[0], "refused", reply.refused[1])
            return
        self.record = reply.record

    def _note(self, rule: str, severity: Severity, found: str, count: int = 1) -> None:
        self.issues.append(raster_issue(rule, severity, self.stored.name, found, count=count))

    def write(self, draft: BatchDraft, _progress: Progress) -> IngestResult | None:
        """Name the raster and move it into the batch, with the list of it."""
        if self.record is None and draft.known is not None:
            return None
        rasters = () if self.record is None else (self._raster(self.record, draft),)
        for raster in rasters:
            self.cog.replace(draft.folder / raster.file_name)
        write_rasters(draft.folder, rasters)
        return IngestResult(
            issues=self.issues,
            files_in=1,
            files_accepted=len(rasters),
            rows_in=1,
            rows_accepted=len(rasters),
            tables=(*(raster.file_name for raster in rasters), RASTERS),
            ids=tuple(raster.id for raster in rasters),
            reasons=tuple(each.message for each in self.issues if each.severity == "refused"),
        )

    def _raster(self, record: Mapping[str, Any], draft: BatchDraft) -> Raster:
        id_, wanted = chosen_id(self.stored, self.options, draft.register)
        if id_.lower() != wanted.lower():
            text = f"{wanted!r} is of {draft.register.held_by(wanted)}, now {id_!r}"
            self._note("raster_name_is_free", "note", text)
        changed = any(each.severity == "repaired" for each in self.issues)
        mended = " What was repaired is told in its batch." if changed else ""
        return Raster.model_validate({
            **record,
            "id": id_,
            "title": self.options.title or id_,
            "description": f"{self.stored.name}, rewritten as a cloud-optimised GeoTIFF.{mended}",
            "unit": self.options.unit,
            "origin": "user",
            "ramp": self.options.ramp,
            "licence": self.options.licence,
            "attribution": self.options.attribution,
            "batch": draft.id,
        })  # fmt: skip


def chosen_id(stored: StoredInput, options: RasterOptions, register: Register) -> tuple[str, str]:
    """What a raster is called, and what it would be. Raises Conflict where that is another's."""
    wanted = options.id or id_of(stored.name)
    if options.id or (options.replace and wanted.lower() not in BUILT_IN):
        return register.given(wanted, "", replace=options.replace), wanted
    return register.derived(wanted, ""), wanted


@dataclass(frozen=True)
class WorkerReply:
    """What the worker found.

    record: figures of the raster. notes: rule, severity, what was found and how many cells, of
    what it changed. refused: rule and what was found, where it wrote nothing.
    """

    record: dict[str, Any]
    notes: tuple[tuple[str, Severity, str, int], ...]
    refused: tuple[str, str] | None


def rewrite_band(path: Path, target: Path, scratch: Path, options: RasterOptions) -> WorkerReply:
    """Read the band of a file and write it to `target` as a COG.

    Raises Refused where the worker dies or takes too long.
    """
    sandbox_for(path, scratch).run({
        "path": str(path),
        "target": str(target),
        "scratch": str(scratch),
        "band": options.band,
        "crs": options.crs,
        # JSON has neither NaN nor the last digits of a float
        "nodata": None if options.nodata is None else repr(float(options.nodata)),
        "labels": asdict(_labels(path, options)),
    })  # fmt: skip
    reply = json.loads((scratch / "answer.json").read_bytes())
    refused = reply["refused"]
    if refused is not None:
        refused = (refused[0], readable(refused[1].replace(str(path), path.name)))
    return WorkerReply(reply["record"], tuple(tuple(note) for note in reply["notes"]), refused)


def _labels(path: Path, options: RasterOptions) -> Labels:
    """What was said of the raster when it was ingested."""
    title = options.title or path.stem
    return labels(
        title=title,
        description=f"{path.name}, rewritten as a cloud-optimised GeoTIFF",
        unit=options.unit,
        licence=options.licence,
        attribution=options.attribution,
        citation=f"{title}. {options.attribution}".strip(),
    )


def sandbox_for(path: Path, scratch: Path) -> Sandbox:
    """Where a file is opened: all drivers but one are skipped."""
    settings = {name: str(value) for name, value in SETTINGS.items()}
    settings["GDAL_SKIP"] = ",".join(sorted(other_drivers()))
    return Sandbox(WORKER, settings, SANDBOX_LIMITS, scratch, path.name)
