"""Which claims should hold of a GeoTIFF, in words; the key is the `rule` of an Issue."""

from geodata.ingest.archive import printable
from geodata.ingest.ogr.rules import readable
from schemas import Issue
from schemas.record import Severity

RASTER_RULES: dict[str, str] = {
    # what a file must be
    "file_is_a_tiff": "a raster is one GeoTIFF file, complete and within the limits",
    "file_can_be_read": "GDAL's GeoTIFF reader reads all cells of the band",
    "band_is_known": "a raster has one band, or the one named by --band",
    "cells_are_numbers": "cells are whole numbers of 8, 16 or 32 bits, or floats of 32 or 64",
    "crs_is_stated": "a raster names its CRS; where it does not, name it with --crs",
    "grid_is_north_up": "a raster has a corner and a cell size, its rows run west to east and from "
    "north to south; warp it first",
    "grid_lies_on_earth": "the grid lies within longitudes -180..180 and latitudes -90..90",
    "raster_has_values": "some cell holds a value",
    # repairs and notes
    "crs_is_the_files_own": "--crs speaks over the CRS of the file",
    "nodata_is_the_files_own": "--nodata speaks over the nodata of the file",
    "nodata_is_stated": "a raster says which value means nothing; else every cell counts",
    "nodata_is_plain": "the value for nothing is one every reader writes alike, not one at the "
    "edge of the type whose last digits differ from reader to reader; cells that hold it are "
    "rewritten",
    "nodata_fits_its_type": "the value for nothing is one the cells can hold",
    "value_is_finite": "NaN and infinity are made nothing",
    "mask_is_nodata": "a mask becomes the value for nothing",
    "scale_is_applied": "scale and offset of the band are worked into the values",
    "raster_name_is_free": "no two rasters may have one id, whatever its case, and none that of a "
    "raster of Lodeline; the later is numbered",
    "type_is_common": "cells of 8 signed bits become 16 bits",
}


def raster_issue(
    rule: str, severity: Severity, file: str, found: str = "", *, count: int = 1
) -> Issue:
    """An Issue with the words of its rule and what was found."""
    words = RASTER_RULES[rule]
    message = f"{words}; found: {readable(found)}" if found else words
    return Issue(file=printable(file), rule=rule, severity=severity, message=message, count=count)
