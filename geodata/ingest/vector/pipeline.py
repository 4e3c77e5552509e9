"""What happens to a file a user brings: kept, opened at arm's length, its layers written."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from geodata.batches.stored import ISSUES, RECORD, batch_path, read_batch, write_records
from geodata.batches.usable import VECTOR, layers_in_use
from geodata.batches.withdrawal import check_not_withdrawn
from geodata.errors import NotFound, Refused
from geodata.features.user_layers import RESERVED, layer_file_name, read_layers, write_layers
from geodata.ingest.register import Holder, Register
from geodata.ingest.rules import layer_issue, refusal_issue
from geodata.ingest.stored_input import LaidOut, StoredInput, keep_input, laid_out
from geodata.ingest.vector.formats import Dataset, dataset, datasets, format_of, names_of_formats
from geodata.ingest.vector.geometry import has_geometry
from geodata.ingest.vector.layer import LayerResult, make_layer
from geodata.ingest.vector.options import VectorOptions, check_layers, layer_ids
from geodata.ingest.vector.reader import RawLayer, WorkerReply, read_dataset
from geodata.ingest.vector.trial import tried
from geodata.types import Progress
from geodata.workspace import Workspace, file_sha256, new_file, new_folder
from schemas import Batch, Issue, Layer
from schemas.record import Severity

VERSION = "v2"
"""Of the rules in this folder: another version makes another batch of the same bytes."""


@dataclass
class Gathered:
    """What the datasets of an input gave so far."""

    made: list[LayerResult] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    files_in: int = 0
    files_accepted: int = 0

    @property
    def layers(self) -> list[Layer]:
        """The layers written."""
        return [each.layer for each in self.made if each.layer is not None]


def ingest_ogr(
    workspace: Workspace, path: Path, wishes: VectorOptions, progress: Progress
) -> Batch:
    """Ingest the layers of a file, folder or zip; the Batch, accepted or refused.

    The same bytes with the same wishes are the same batch. A file of the same name is the next
    version: its layers take the place of those of their names. Where that has happened to a
    batch since, it takes its place back when it is ingested again. Layers of other files are
    never replaced but by wish. Raises InvalidInput for a path that is no input, for wishes that
    do not fit it, TooLarge for an archive beyond the limits, and Conflict where another file's
    layer has the id and is not to be replaced.
    """
    wishes.check()
    kept = keep_input(workspace, VECTOR, Path(path))
    batch_id = f"{VECTOR}-{kept.sha256[:12]}-{VERSION}-{wishes.hash}"
    folder = batch_path(workspace, VECTOR, batch_id)
    try:
        known = read_batch(folder)
    except NotFound:
        return _ingest(workspace, kept, wishes, folder, progress)
    check_not_withdrawn(workspace, known)
    progress("known", 1, 1)
    return _brought_forward(known, folder, wishes, _register(workspace, kept.name))


def _register(workspace: Workspace, input_name: str) -> Register:
    """The ids in use. Layers from before their names were recorded are known by their titles."""
    in_use = layers_in_use(workspace).values()
    holders = (Holder(u.layer.id, u.batch, u.layer.name or u.layer.title) for u in in_use)
    return Register(holders, input_name, "collection", RESERVED)


def _brought_forward(
    known: Batch, folder: Path, wishes: VectorOptions, register: Register
) -> Batch:
    """A batch ingested again; it becomes the latest where another's layers stand in its place."""
    layers = {layer.id: layer.name or layer.title for layer in read_layers(folder)}
    holders = [register.holder(id_) for id_ in layers]
    if known.verdict == "refused" or all(h and h.batch.id == known.id for h in holders):
        return known
    if not wishes.replace:
        register.check_return(layers)
    replaced = register.replaced(layers, known.id)
    fresh = known.model_copy(update={"ingested": _now(), "replaces": replaced})
    with new_file(folder / RECORD) as scratch:
        scratch.write_text(fresh.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return fresh


def _ingest(
    workspace: Workspace, kept: StoredInput, wishes: VectorOptions, folder: Path, progress: Progress
) -> Batch:
    """Open what was kept, make its layers, and write the batch by one rename."""
    gathered, register = Gathered(), _register(workspace, kept.name)
    with laid_out(workspace, kept) as files, new_folder(folder) as batch_folder:
        for refusal in files.refused:
            gathered.issues.append(refusal_issue(refusal))
            gathered.files_in += refusal.severity != "note"
        raws = _opened(files, wishes, gathered, progress)
        check_layers(raws, gathered.names, wishes)
        named, renamed = layer_ids(raws, kept, wishes, folder.name, register)
        gathered.issues += renamed
        for number, (raw, naming) in enumerate(zip(raws, named, strict=True), start=1):
            made = make_layer(raw, naming, wishes.crs, batch_folder)
            _try(workspace, made, batch_folder, raw.name)
            gathered.made.append(made)
            gathered.issues += made.issues
            progress("layers", number, len(raws))
        replaced = register.replaced([layer.id for layer in gathered.layers], folder.name)
        batch = _batch(folder.name, kept, wishes, gathered)
        batch = batch.model_copy(update={"replaces": replaced})
        return _written(batch, gathered, batch_folder)


def _try(workspace: Workspace, made: LayerResult, folder: Path, name: str) -> None:
    """Take a layer the way a release does; one that cannot be released is set aside whole."""
    if made.layer is None:
        return
    path = folder / layer_file_name(made.layer.id)
    made.layer, issues = tried(workspace, folder, made.layer, name)
    made.issues += issues
    if made.layer is None:
        path.unlink()
        made.rows_accepted = 0


def _opened(
    files: LaidOut, wishes: VectorOptions, gathered: Gathered, progress: Progress
) -> list[RawLayer]:
    """All layers wanted of all datasets; what cannot be opened does not stop the others."""
    paths = list(datasets(files.folder))
    raws: list[RawLayer] = []
    for number, path in enumerate(paths, start=1):
        claimed = len(paths) == 1 or path.is_dir() or format_of(path) is not None
        gathered.files_in += claimed
        try:
            answers = files.folder.parent / f"answers-{number}"
            answer = _answer(dataset(path), answers, files.original(path), wishes)
            raws += _layers(answer, wishes, gathered)
        except Refused as error:
            severity: Severity = "quarantined" if claimed else "note"
            issue = layer_issue("file_is_of_a_format", severity, path.name, error.detail)
            gathered.issues.append(issue)
        progress("reading", number, len(paths))
    return raws


def _answer(found: Dataset, answers: Path, original: str, wishes: VectorOptions) -> WorkerReply:
    """What one dataset gives; a layer its driver names after the file is named as that came.

    original: the file's stem before it was made fit for GDAL, `Шар №1` where that is `Шар -1`.
    """
    fit = found.path.stem
    wanted = tuple(fit if name == original else name for name in wishes.layers)
    answer = read_dataset(found, answers, wanted or None)
    layers = tuple(replace(r, name=original) if r.name == fit else r for r in answer.layers)
    others = tuple((original if n == fit else n, reason) for n, reason in answer.passed_over)
    return WorkerReply(layers, others)


def _layers(answer: WorkerReply, wishes: VectorOptions, gathered: Gathered) -> list[RawLayer]:
    """The layers of one dataset; those without geometry only where named."""
    gathered.files_accepted += 1
    taken = [raw for raw in answer.layers if wishes.layers or has_geometry(raw)]
    bare = [(raw.name, "no geometry") for raw in answer.layers if not wishes.layers]
    known = {raw.name for raw in taken}
    for name, reason in (*answer.passed_over, *bare):
        gathered.names.add(name)
        if reason and name not in known:
            gathered.issues.append(layer_issue("layer_has_geometry", "note", name, reason))
    return taken


def _batch(batch_id: str, kept: StoredInput, wishes: VectorOptions, gathered: Gathered) -> Batch:
    """The record: rows_in = rows_accepted + rows_quarantined, and so for files."""
    rows_in = sum(made.rows_in for made in gathered.made)
    accepted = sum(made.rows_accepted for made in gathered.made)
    reasons = () if gathered.layers else _reasons(gathered)
    return Batch(
        id=batch_id,
        source=VECTOR,
        input_name=kept.name,
        input_sha256=kept.sha256,
        ingested=_now(),
        reader=f"{VECTOR} {VERSION}-{wishes.hash}",
        files_in=gathered.files_in,
        files_accepted=gathered.files_accepted,
        files_quarantined=gathered.files_in - gathered.files_accepted,
        rows_in=rows_in,
        rows_accepted=accepted,
        rows_quarantined=rows_in - accepted,
        days=0,
        verdict="refused" if reasons else "accepted",
        reasons=reasons,
    )


def _reasons(gathered: Gathered) -> tuple[str, ...]:
    """Why nothing was accepted: the first words of each issue that says so."""
    found = [i.message for i in gathered.issues if i.severity in {"quarantined", "refused"}]
    return tuple(dict.fromkeys(found))[:3] or (
        f"no layer with geometry and rows in it; read are: {names_of_formats()}",
    )


def _written(batch: Batch, gathered: Gathered, folder: Path) -> Batch:
    """Write what describes the layers beside them."""
    files = write_layers(folder, gathered.layers)
    write_records(Issue, gathered.issues, folder / ISSUES)
    names = (*files, ISSUES)
    batch = batch.model_copy(update={"sha256": {n: file_sha256(folder / n) for n in names}})
    (folder / RECORD).write_text(batch.model_dump_json(indent=2) + "\n", encoding="utf-8")
    return batch


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
