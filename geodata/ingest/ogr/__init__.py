"""How do files users bring become layers: whatever GDAL reads of a short list of formats."""

from geodata.ingest.ogr.pipeline import ingest_ogr
from geodata.ingest.ogr.wishes import Wishes

__all__ = ["Wishes", "ingest_ogr"]
