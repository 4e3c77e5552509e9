"""What do the datasets of an input give: opened in a sandbox, their layers named and written."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from geodata.batches.usable import VECTOR, layers_in_use
from geodata.errors import Refused
from geodata.features.user_layers import RESERVED, layer_file_name, read_layers, write_layers
from geodata.ingest.archives import SIDECARS, Limits, printable
from geodata.ingest.outcome import BatchDraft, IngestResult
from geodata.ingest.register import Holder, Register
from geodata.ingest.rules import layer_issue, refusal_issue
from geodata.ingest.stored_input import LaidOut, StoredInput, check_size, lay_out, store_input
from geodata.ingest.vector.formats import Dataset, dataset, datasets, format_of, names_of_formats
from geodata.ingest.vector.geometry import has_geometry
from geodata.ingest.vector.layer import LayerIdentity, LayerResult, make_layer
from geodata.ingest.vector.options import VectorOptions, check_layers, layer_ids
from geodata.ingest.vector.reader import RawLayer, WorkerReply, read_dataset
from geodata.ingest.vector.trial import tried
from geodata.types import Progress
from geodata.workspace import Workspace, scratch_folder
from schemas import Issue
from schemas.record import Severity

VERSION = "v3"
"""Of the rules in this folder: another version makes another batch of the same bytes."""
LIMITS = Limits(member_bytes=4 << 30, total_bytes=8 << 30, ratio=200, members=2_000)


@dataclass(frozen=True)
class VectorPipeline:
    """Layers of a file, folder or zip, as far as GDAL reads them of a short list of formats."""

    options: VectorOptions = field(default_factory=VectorOptions)
    source: str = VECTOR

    @property
    def version(self) -> str:
        """Of the rules in this folder, and of the options."""
        return f"{VERSION}-{self.options.hash}"

    def store(self, workspace: Workspace, path: Path) -> StoredInput:
        """Store a file, a shapefile with its companions, a folder or an archive.

        Raises InvalidInput for what is no path of this machine and for options that cannot be
        met, TooLarge beyond the limits.
        """
        self.options.check()
        check_size(path, LIMITS)
        if path.suffix.lower() != ".shp" or not path.is_file():
            return store_input(workspace, VECTOR, path, LIMITS)
        with scratch_folder(workspace.raw / VECTOR) as folder:
            for each in _companions(path):
                shutil.copyfile(each, folder / each.name)
            stored = store_input(workspace, VECTOR, folder, LIMITS)
        return replace(stored, name=printable(path.name))

    def may_change(self, rules: frozenset[str], *, retried: bool) -> bool:
        """Only when asked: what broke a reader may pass another GDAL, or a larger machine."""
        return retried and bool(rules)

    def register(self, workspace: Workspace, input_name: str) -> Register:
        """The ids in use. Layers from before their names were recorded are known by titles."""
        in_use = layers_in_use(workspace).values()
        holders = (Holder(u.layer.id, u.batch, u.layer.name or u.layer.title) for u in in_use)
        return Register(holders, input_name, "collection", RESERVED)

    def names(self, folder: Path) -> dict[str, str]:
        """Ids of a batch's layers, and what the file calls them."""
        return {layer.id: layer.name or layer.title for layer in read_layers(folder)}

    def read(self, stored: StoredInput, scratch: Path, progress: Progress) -> "VectorContents":
        """Open every dataset; what cannot be opened does not stop the others.

        Raises InvalidInput for options that do not fit the layers, TooLarge for an archive beyond
        the limits.
        """
        files = lay_out(stored, scratch / "files", LIMITS)
        contents = VectorContents(stored, self.options)
        for refusal in files.refused:
            contents.issues.append(refusal_issue(refusal))
            contents.files_in += refusal.severity != "note"
        contents.open_all(files, progress)
        check_layers(contents.raws, contents.passed_over, self.options)
        return contents


def _companions(path: Path) -> Iterator[Path]:
    """A shapefile's own files, links left out."""
    for each in sorted(path.parent.iterdir()):
        known = each.suffix.lower() in SIDECARS | {".shp"}
        if each.stem == path.stem and known and each.is_file():
            yield each


@dataclass
class VectorContents:
    """The layers of an input as their drivers gave them. passed_over: names of those not taken."""

    stored: StoredInput
    options: VectorOptions
    raws: list[RawLayer] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    passed_over: set[str] = field(default_factory=set)
    files_in: int = 0
    files_accepted: int = 0

    def open_all(self, files: LaidOut, progress: Progress) -> None:
        """All layers wanted of all datasets."""
        paths = list(datasets(files.folder))
        for number, path in enumerate(paths, start=1):
            # a file of no format among others may be a picture or a readme: noted, not counted
            claimed = len(paths) == 1 or path.is_dir() or format_of(path) is not None
            self.files_in += claimed
            try:
                answers = files.folder.parent / f"answers-{number}"
                self._take(_reply(dataset(path), answers, files.original(path), self.options))
            except Refused as error:
                severity: Severity = "quarantined" if claimed else "note"
                issue = layer_issue("file_is_of_a_format", severity, path.name, error.detail)
                self.issues.append(issue)
            progress("reading", number, len(paths))

    def _take(self, reply: WorkerReply) -> None:
        """The layers of one dataset; those without geometry only where named."""
        self.files_accepted += 1
        named = bool(self.options.layers)
        taken = [raw for raw in reply.layers if named or has_geometry(raw)]
        bare = [(raw.name, "no geometry") for raw in reply.layers if not named]
        known = {raw.name for raw in taken}
        for name, reason in (*reply.passed_over, *bare):
            self.passed_over.add(name)
            if reason and name not in known:
                self.issues.append(layer_issue("layer_has_geometry", "note", name, reason))
        self.raws += taken

    def write(self, draft: BatchDraft, progress: Progress) -> IngestResult | None:
        """Name the layers, write those that have rows, and their list."""
        identities, renamed = layer_ids(self.raws, self.stored, self.options, draft)
        results = []
        for number, (raw, identity) in enumerate(zip(self.raws, identities, strict=True), start=1):
            results.append(self._layer(raw, identity, draft))
            progress("layers", number, len(self.raws))
        rows_accepted = sum(each.rows_accepted for each in results)
        if draft.known is not None and rows_accepted <= draft.known.rows_accepted:
            return None
        layers = [each.layer for each in results if each.layer is not None]
        issues = [*self.issues, *renamed, *(issue for each in results for issue in each.issues)]
        return IngestResult(
            issues=issues,
            files_in=self.files_in,
            files_accepted=self.files_accepted,
            rows_in=sum(each.rows_in for each in results),
            rows_accepted=rows_accepted,
            tables=write_layers(draft.folder, layers),
            ids=tuple(layer.id for layer in layers),
            reasons=() if layers else _reasons(issues),
        )

    def _layer(self, raw: RawLayer, identity: LayerIdentity, draft: BatchDraft) -> LayerResult:
        """One layer, taken the way a release does; one that cannot be released is set aside."""
        result = make_layer(raw, identity, self.options.crs, self.options.days, draft.folder)
        if result.layer is None:
            return result
        path = draft.folder / layer_file_name(result.layer.id)
        result.layer, issues = tried(draft.workspace, draft.folder, result.layer, raw.name)
        result.issues += issues
        if result.layer is None:
            path.unlink()
            result.rows_accepted = 0
        return result


def _reply(found: Dataset, answers: Path, original: str, options: VectorOptions) -> WorkerReply:
    """What one dataset gives; a layer its driver names after the file is named as that came.

    original: the file's stem before it was made fit for GDAL, `Шар №1` where that is `Шар -1`.
    """
    fit = found.path.stem
    wanted = tuple(fit if name == original else name for name in options.layers)
    reply = read_dataset(found, answers, wanted or None)
    layers = tuple(replace(r, name=original) if r.name == fit else r for r in reply.layers)
    others = tuple((original if n == fit else n, reason) for n, reason in reply.passed_over)
    return WorkerReply(layers, others)


def _reasons(issues: list[Issue]) -> tuple[str, ...]:
    """Why nothing was accepted: the first words of each issue that says so."""
    messages = [each.message for each in issues if each.severity in {"quarantined", "refused"}]
    return tuple(dict.fromkeys(messages))[:3] or (
        f"no layer with geometry and rows in it; read are: {names_of_formats()}",
    )
