"""How inputs of any kind become Batches: stored, read, judged, written, or set aside."""

from geodata.batches.stored import all_batches, find_batch, read_batch
from geodata.ingest.control.pipeline import ControlPipeline
from geodata.ingest.quarantine import list_issues, show
from geodata.ingest.raster import RasterOptions, RasterPipeline
from geodata.ingest.run import Ingested, control_pipeline, ingest, retry
from geodata.ingest.vector import VectorOptions, VectorPipeline

__all__ = [
    "ControlPipeline",
    "Ingested",
    "RasterOptions",
    "RasterPipeline",
    "VectorOptions",
    "VectorPipeline",
    "all_batches",
    "control_pipeline",
    "find_batch",
    "ingest",
    "list_issues",
    "read_batch",
    "retry",
    "show",
]
