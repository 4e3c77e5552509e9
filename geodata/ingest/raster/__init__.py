"""How do GeoTIFFs users bring become rasters: opened at arm's length and rewritten as COG."""

from geodata.ingest.raster.options import RasterOptions
from geodata.ingest.raster.pipeline import ingest_geotiff

__all__ = ["RasterOptions", "ingest_geotiff"]
