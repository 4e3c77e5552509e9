"""How does any input become a batch: stored, known already or read, written by one rename?"""

import re
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geodata.batches.stored import (
    ISSUES,
    RECORD,
    batch_path,
    find_batch,
    read_batch,
    read_issues,
    write_records,
)
from geodata.batches.usable import RASTER, VECTOR
from geodata.batches.withdrawal import check_not_withdrawn
from geodata.data import packaged
from geodata.errors import Conflict, InvalidInput
from geodata.ingest.control.pipeline import ControlPipeline
from geodata.ingest.outcome import BatchDraft, Contents, IngestResult, Pipeline
from geodata.ingest.raster import RasterOptions, RasterPipeline
from geodata.ingest.register import Register
from geodata.ingest.stored_input import StoredInput
from geodata.ingest.vector import VectorOptions, VectorPipeline
from geodata.types import Progress, silent
from geodata.workspace import (
    Workspace,
    file_sha256,
    new_file,
    only_writer,
    scratch_folder,
    settle,
)
from schemas import Batch, Issue, Source

WAIT_S = 600
"""Longest an input that has been read waits for another process to end writing."""
LOOK_AGAIN_S = 0.2
SET_ASIDE = frozenset(("quarantined", "refused"))


@dataclass(frozen=True)
class Ingested:
    """The batch of an input. is_known: it had been ingested before, and nothing was added."""

    batch: Batch
    is_known: bool = False


def ingest(
    workspace: Workspace, pipeline: Pipeline, path: Path, progress: Progress = silent
) -> Ingested:
    """Ingest a file, folder or archive; the batch, accepted or refused.

    The same bytes under the same rules and options are the same batch: it is returned without
    work, after progress("known", 1, 1), unless the pipeline says that it may give more by now. A
    file of the same name is the next version: its layers take the place of those of their names;
    the earlier one ingested again takes its place back. Layers of other files are never replaced
    but by wish.

    Reading takes place side by side with other writers; choosing ids and writing waits for them,
    so that no two choose one id. Raises InvalidInput for a path that is no input and for options
    that do not fit it, TooLarge for an archive beyond the limits, Conflict where another file's
    layer has the id and is not to be replaced, where the input was withdrawn, and where another
    process writes for more than WAIT_S.
    """
    version = pipeline.version  # a source nobody can read is refused before anything is stored
    stored = pipeline.store(workspace, path)
    return _Run(workspace, pipeline, stored, version, progress).batch()


def retry(
    workspace: Workspace,
    batch_id: str,
    *,
    sources: Mapping[str, Source] | None = None,
    coverage: BaseGeometry | None = None,
    progress: Progress = silent,
) -> Ingested:
    """Read a batch's stored input again under the present rules, with the options it had.

    The new batch replaces the old, in its place in time and with its ids; the old one goes when
    the new one stands, and stays where it was accepted and the new one is refused. Where nothing
    more is accepted it is returned as it is. sources, coverage: the packaged ones where none are
    given. Raises NotFound, and Conflict where the batch is withdrawn.
    """
    old = find_batch(workspace, batch_id)
    pipeline = _pipeline_of(workspace, old, sources, coverage)
    stored = StoredInput(workspace.raw / old.source, old.input_sha256, old.input_name)
    check_not_withdrawn(workspace, old)
    return _Run(workspace, pipeline, stored, pipeline.version, progress, retried=old).batch()


def control_pipeline(
    source: str,
    sources: Mapping[str, Source] | None = None,
    coverage: BaseGeometry | None = None,
) -> ControlPipeline:
    """How a source is read. Raises InvalidInput where it is not described, naming what there is."""
    known = packaged.sources() if sources is None else sources
    if source not in known:
        raise InvalidInput(f"source {source!r} is not described; described are {', '.join(known)}")
    return ControlPipeline(known[source], packaged.outline() if coverage is None else coverage)


def _pipeline_of(
    workspace: Workspace,
    batch: Batch,
    sources: Mapping[str, Source] | None,
    coverage: BaseGeometry | None,
) -> Pipeline:
    """How a batch was read, its options included."""
    folder = batch_path(workspace, batch.source, batch.id)
    if batch.source == VECTOR:
        return VectorPipeline(VectorOptions.of_batch(folder, batch))
    if batch.source == RASTER:
        return RasterPipeline(RasterOptions.of_batch(folder, batch))
    return control_pipeline(batch.source, sources, coverage)


@dataclass(frozen=True)
class _Run:
    """One input on its way to its batch. retried: the batch it was before, where one is retried."""

    workspace: Workspace
    pipeline: Pipeline
    stored: StoredInput
    version: str
    progress: Progress
    retried: Batch | None = None

    def batch(self) -> Ingested:
        """Read the input unless it is known, and write its batch."""
        known = self._known()
        self._check_not_withdrawn(known)
        if known and not self._may_change(known[-1]):
            with _turn(self.workspace, self.progress):
                return self._known_again()
        with scratch_folder(self.workspace.raw / self.pipeline.source) as scratch:
            contents = self.pipeline.read(self.stored, scratch, self.progress)
            with _turn(self.workspace, self.progress):
                batch = self._write(contents)
                if batch is None:
                    return self._known_again()
                self._remove_retried(batch)
        return Ingested(batch)

    def _known_again(self) -> Ingested:
        """The batch an input is already, in its place in time. The workspace is held."""
        known = self._known()
        self._check_not_withdrawn(known)
        if not known:
            raise Conflict(f"the batch of {self.stored.name} was replaced meanwhile; try again")
        self.progress("known", 1, 1)
        if self.retried is None:
            return Ingested(self._brought_forward(known[-1]), is_known=True)
        self._remove_retried(known[-1])  # the last to be ingested is still the last
        return Ingested(known[-1], is_known=True)

    def _check_not_withdrawn(self, known: Sequence[Batch]) -> None:
        """Raises Conflict where the last known batch is withdrawn, or the one that is retried.

        Asked again once the workspace is held: a user may withdraw it while the input is read, and
        the batch written then would undo that.
        """
        for batch in (*known[-1:], *((self.retried,) if self.retried else ())):
            check_not_withdrawn(self.workspace, batch)

    def _remove_retried(self, batch: Batch) -> None:
        """Remove what `batch` replaces, in the turn that wrote it: no withdrawal comes between."""
        old = self.retried
        if old is None or batch.id == old.id:
            return
        if not (old.verdict == "accepted" and batch.verdict == "refused"):
            _remove(self._folder(old.id))

    @property
    def _id(self) -> str:
        return f"{self.pipeline.source}-{self.stored.sha256[:12]}-{self.version}"

    def _folder(self, batch_id: str) -> Path:
        return batch_path(self.workspace, self.pipeline.source, batch_id)

    def _known(self) -> list[Batch]:
        """Batches of the input under these rules and options, in the order they were ingested."""
        names = re.compile(rf"{re.escape(self._id)}(-\d+)?")
        folders = self._folder(self._id).parent.glob(f"{self._id}*/{RECORD}")
        batches = [read_batch(path.parent) for path in folders if names.fullmatch(path.parent.name)]
        return sorted(batches, key=lambda batch: (batch.ingested, len(batch.id), batch.id))

    def _may_change(self, known: Batch) -> bool:
        """Whether something was set aside that may pass by now."""
        issues = read_issues(self.workspace, known).to_pylist()
        lost = [row for row in issues if row["severity"] in SET_ASIDE]
        rules = frozenset(row["rule"] for row in lost)
        return self.pipeline.may_change(rules, retried=self.retried is not None)

    def _write(self, contents: Contents) -> Batch | None:
        """Write the batch by one rename; None where it would add nothing to what is known.

        The workspace is held: what was known is looked up again, as another process may have
        ingested the same input while this one read.
        """
        known = self._known()
        self._check_not_withdrawn(known)
        if self._is_replaced() or (known and not self._may_change(known[-1])):
            return None
        batch_id, register = _free_id(self._id, known), self._register()
        with scratch_folder(self._folder(batch_id).parent) as folder:
            latest = known[-1] if known else None
            draft = BatchDraft(self.workspace, batch_id, folder, register, latest)
            result = contents.write(draft, self.progress)
            if result is None:
                return None
            batch = self._record(batch_id, result, register)
            batch = _write_record(folder, batch, result, self.pipeline)
            settle(folder, self._folder(batch_id))
        return batch

    def _is_replaced(self) -> bool:
        """Whether another process has retried the batch, and removed it, meanwhile."""
        return self.retried is not None and not self._folder(self.retried.id).exists()

    def _register(self) -> Register:
        register = self.pipeline.register(self.workspace, self.stored.name)
        if self.retried is not None:
            register.let_return(self.pipeline.names(self._folder(self.retried.id)))
        return register

    def _record(self, batch_id: str, result: IngestResult, register: Register) -> Batch:
        """The record: rows_in = rows_accepted + rows_quarantined, and so for files."""
        old, days = self.retried, result.days
        return Batch(
            id=batch_id,
            source=self.pipeline.source,
            input_name=self.stored.name,
            input_sha256=self.stored.sha256,
            ingested=_now() if old is None else old.ingested,
            reader=f"{self.pipeline.source} {self.version}",
            files_in=result.files_in,
            files_accepted=result.files_accepted,
            files_quarantined=result.files_in - result.files_accepted,
            rows_in=result.rows_in,
            rows_accepted=result.rows_accepted,
            rows_quarantined=result.rows_in - result.rows_accepted,
            days=len(days),
            first_day=days[0] if days else None,
            last_day=days[-1] if days else None,
            verdict="refused" if result.reasons else "accepted",
            reasons=result.reasons,
            replaces=register.replaced(result.ids, batch_id) if old is None else old.replaces,
        )

    def _brought_forward(self, known: Batch) -> Batch:
        """A batch ingested again; it becomes the latest where others' layers took its place.

        Raises Conflict where those are of another file, and not to be replaced.
        """
        folder, options = self._folder(known.id), self.pipeline.options
        names, register = self.pipeline.names(folder), self._register()
        holders = [register.holder(id_) for id_ in names]
        if known.verdict == "refused" or all(h and h.batch.id == known.id for h in holders):
            return known
        if options is None or not options.replace:
            register.check_return(names)
        replaced = register.replaced(names, known.id)
        fresh = known.model_copy(update={"ingested": _now(), "replaces": replaced})
        with new_file(folder / RECORD) as scratch:
            _write_json(fresh, scratch)
        return fresh


def _write_record(folder: Path, batch: Batch, result: IngestResult, pipeline: Pipeline) -> Batch:
    """Write what describes a batch beside its tables; the record with the hashes of them."""
    write_records(Issue, result.issues, folder / ISSUES)
    if pipeline.options is not None:
        pipeline.options.write(folder)
    hashes = {name: file_sha256(folder / name) for name in (*result.tables, ISSUES)}
    batch = batch.model_copy(update={"sha256": hashes})
    _write_json(batch, folder / RECORD)
    return batch


def _write_json(batch: Batch, path: Path) -> None:
    path.write_text(batch.model_dump_json(indent=2) + "\n", encoding="utf-8")


def _free_id(batch_id: str, known: Sequence[Batch]) -> str:
    """The id, numbered where the input has been read before; an old number may be gone."""
    taken = {batch.id for batch in known}
    names = (batch_id if n == 1 else f"{batch_id}-{n}" for n in range(len(known) + 1, 1_000_000))
    return next(name for name in names if name not in taken)


def _remove(folder: Path) -> None:
    """Take a batch out of sight by one rename, then off the disk; one that is gone is done."""
    gone = folder.with_name(f".gone-{folder.name}")
    shutil.rmtree(gone, ignore_errors=True)  # of a removal that was cut short
    with suppress(FileNotFoundError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


@contextmanager
def _turn(workspace: Workspace, progress: Progress) -> Iterator[None]:
    """Hold the workspace for one writer, once it is free. Raises Conflict after WAIT_S.

    Two commands started at once are usual for jobs; the work of reading would be lost if the
    later one gave up at once, as a build may.
    """
    end = time.monotonic() + WAIT_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(only_writer(workspace))
                break
            except Conflict:
                if time.monotonic() > end:
                    raise
                progress("waiting for another process", 0, 1)
                time.sleep(LOOK_AGAIN_S)
        yield


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
