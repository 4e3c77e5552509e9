"""How do files users bring become layers: whatever GDAL reads of a short list of formats."""

from geodata.ingest.vector.options import VectorOptions
from geodata.ingest.vector.pipeline import VectorPipeline

__all__ = ["VectorOptions", "VectorPipeline"]
