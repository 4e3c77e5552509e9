"""How do GeoTIFFs users bring become rasters: opened at arm's length and rewritten as COG."""

from geodata.ingest.raster.options import RasterWishes
from geodata.ingest.raster.pipeline import ingest_geotiff

__all__ = ["RasterWishes", "ingest_geotiff"]
