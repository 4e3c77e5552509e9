"""What is a Release: an immutable, numbered set of tables, described by its Manifest."""

from schemas.batch import Batch
from schemas.fields import Identifier, Record, described


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
