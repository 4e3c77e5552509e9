"""How do GeoTIFFs users bring become rasters: opened in a sandbox and rewritten as COG."""

from geodata.ingest.raster.options import RasterOptions
from geodata.ingest.raster.pipeline import RasterPipeline

__all__ = ["RasterOptions", "RasterPipeline"]
