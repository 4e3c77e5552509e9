"""How do GeoTIFFs users bring become rasters: opened at arm's length and rewritten as COG."""

from geodata.ingest.geotiff.pipeline import ingest_geotiff
from geodata.ingest.geotiff.wishes import RasterWishes

__all__ = ["RasterWishes", "ingest_geotiff"]
