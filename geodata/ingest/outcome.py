"""What did reading an input give, and what must a pipeline offer that reads a kind of inputs?"""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from geodata.ingest.options import LayerOptions
from geodata.ingest.register import Register
from geodata.ingest.stored_input import StoredInput
from geodata.types import Progress
from geodata.workspace import Workspace
from schemas import Batch, Issue


@dataclass
class IngestResult:
    """What became of an input: the figures and reasons of its batch's record.

    tables: names of the files written into the batch's folder. ids: of the layers or rasters
    among them. days: of its maps, in order. reasons: why it is refused; empty where it is not.
    """

    issues: list[Issue] = field(default_factory=list)
    files_in: int = 0
    files_accepted: int = 0
    rows_in: int = 0
    rows_accepted: int = 0
    days: list[date] = field(default_factory=list)
    tables: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class BatchDraft:
    """A batch while it is written: its id, the folder that becomes its own, the ids in use.

    known: the last batch of the same input under the same rules, where there is one.
    """

    workspace: Workspace
    id: str
    folder: Path
    register: Register
    known: Batch | None = None


class Contents(Protocol):
    """An input once read, before anything of it has an id."""

    def write(self, draft: BatchDraft, progress: Progress) -> IngestResult | None:
        """Write what is accepted into the draft's folder; None where it adds nothing to `known`.

        The workspace is held for one writer meanwhile. Raises Conflict where an id is another's.
        """


class Pipeline(Protocol):
    """How one kind of input is read, with all that a user says of it."""

    @property
    def source(self) -> str:
        """The source of its batches, and the name of the folder its inputs are stored in."""

    @property
    def version(self) -> str:
        """Of its rules and options: the same bytes under another version are another batch."""

    @property
    def options(self) -> LayerOptions | None:
        """What a user says of the input; None where nothing can be said."""

    def store(self, workspace: Workspace, path: Path) -> StoredInput:
        """Store an input's bytes. Raises InvalidInput and TooLarge for what is none of its kind."""

    def may_change(self, rules: frozenset[str], *, retried: bool) -> bool:
        """Whether a known input may give more than it gave.

        rules: those under which something of it was set aside. retried: a user asks for it.
        """

    def read(self, stored: StoredInput, scratch: Path, progress: Progress) -> Contents:
        """Read an input. What is written to `scratch` lives until the batch is written."""

    def register(self, workspace: Workspace, input_name: str) -> Register:
        """The ids in use, for what this kind of input gives."""

    def names(self, folder: Path) -> dict[str, str]:
        """Ids of the layers or rasters of a batch, and what the file calls them."""
