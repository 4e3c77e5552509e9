"""What is a Batch with Issues and Snapshots, what is a Release with its Manifest?"""

from typing import Literal

from schemas.record import Day, Identifier, Record, Severity, Status, described


class Issue(Record):
    """One thing found in an input: where, what was wanted, what was found, what was done."""

    file: str = described("File within the input.")
    row: int | None = described("Number of the feature in the file, from 0.", default=None)
    day: Day | None = described("Day of the map.", default=None)
    rule: Identifier = described("The claim that did not hold, e.g. 'geometry_is_valid'.")
    severity: Severity = described("What was done: note, repaired, quarantined, refused.")
    message: str = described("The wanted, the found and the way out.")
    count: int = described("How many rows of the file this covers.", default=1)


class Snapshot(Record):
    """One dated map of a source that entered a release."""

    source: Identifier = described("The source.")
    day: Day = described("The day it stands for.")
    file: str = described("The file it came from.")
    published: str | None = described("Time of publication (RFC 3339), where known.", default=None)
    statuses: tuple[Status, ...] = described("Statuses this file can tell apart.")
    occupied_km2: float = described("Occupied area.", unit="km2")
    contested_km2: float = described("Contested area.", unit="km2")


class Replaced(Record):
    """A layer or raster of another batch whose place a batch took."""

    id: str = described("Id of the collection or raster.")
    batch: Identifier = described("The batch it was taken from until then.")
    input_name: str = described("Name of that batch's file or folder.")


class Batch(Record):
    """The outcome of one input: what came in, what was accepted, what was set aside."""

    id: Identifier = described("Identifier: source and start of the input's hash.")
    source: Identifier = described("The source.")
    input_name: str = described("Name of the file or folder given.")
    input_sha256: str = described(
        "SHA-256 of the bytes, or of the sorted hashes of a folder's files."
    )
    ingested: str = described("When (RFC 3339, UTC).")
    reader: str = described("Reader and its version.")
    files_in: int = described("Files found.")
    files_accepted: int = described("Files that gave a map.")
    files_quarantined: int = described("Files set aside.")
    rows_in: int = described("Features found.")
    rows_accepted: int = described("Features accepted.")
    rows_quarantined: int = described("Features set aside, those of set-aside files included.")
    days: int = described("Days that have a map.")
    first_day: Day | None = described("First of them.", default=None)
    last_day: Day | None = described("Last of them.", default=None)
    verdict: Literal["accepted", "refused"] = described("Whether releases may use it.")
    reasons: tuple[str, ...] = described("Why it was refused.", default=())
    sha256: dict[str, str] = described("SHA-256 of each file of the batch.", default={})
    replaces: tuple[Replaced, ...] = described(
        "Layers or rasters of other batches whose place it took.", default=()
    )


class Withdrawal(Record):
    """That a batch was accepted and is not to be used by later releases."""

    batch: Identifier = described("The batch.")
    withdrawn: str = described("When it was withdrawn (RFC 3339, UTC).")
    why: str = described("Why, in the words of who withdrew it.")


class TableFile(Record):
    """One file of a release."""

    name: str = described("File name within the release.")
    sha256: str = described("SHA-256 of its bytes.")
    bytes: int = described("Size.", unit="By")
    rows: int = described("Number of rows.")


class Manifest(Record):
    """What a release holds and what it was made from."""

    format: int = described("Version of the release layout.")
    id: Identifier = described("Release id: number and start of the content hash.")
    number: int = described("Running number within the workspace.")
    created: str = described("When it was built (RFC 3339, UTC).")
    software: str = described("Name and version of the software.")
    facts_sha256: str = described("SHA-256 over the packaged facts.")
    tables: tuple[TableFile, ...] = described("Its files.")
    batches: tuple[Batch, ...] = described("The batches it was built from.", default=())
    control_sources: tuple[Identifier, ...] = described("Control sources it holds.")
    licences: dict[str, str] = described("Licence of each source used.")
    content_sha256: str = described("SHA-256 over names and hashes of all files.")
