"""How inputs of control sources become Batches: kept, read, judged, written, or set aside."""

from geodata.batches.stored import all_batches, find_batch, read_batch
from geodata.ingest.control.pipeline import ingest
from geodata.ingest.quarantine import list_issues, retry, show

__all__ = ["all_batches", "find_batch", "ingest", "list_issues", "read_batch", "retry", "show"]
