"""Which claims must hold, in words, and how does a broken one become an Issue?"""

from collections.abc import Sequence

from geodata.ingest.archives import RejectedMember, printable
from schemas import Issue
from schemas.record import Severity

RULES: dict[str, str] = {
    # the members of an input
    "member_is_a_file": "links, devices, sparse and encrypted members are not read",
    "member_path_is_inside": "a member's path must stay inside the archive",
    "member_is_small_enough": "one file may hold at most 64 MB; split it",
    "member_is_data": "hidden files and __MACOSX are passed over",
    "file_is_no_archive": "archives inside a folder are not opened; give the archive itself",
    # whole files
    "file_is_json": "the file must be complete, valid JSON in UTF-8",
    "file_is_a_feature_collection": "the file must be a GeoJSON FeatureCollection",
    "file_has_features": "a map has features",
    "file_has_polygons": "a map has at least one polygon that passes the rules",
    "file_is_crs84": "coordinates must be longitude and latitude on WGS 84",
    "file_has_a_date": "the day is read from the file's name",
    "day_has_come": "a map is of a day up to today (UTC)",
    "day_is_in_the_sources_time": "a map is of a day on which its source existed",
    "occupied_area_is_plausible": "the occupied area must lie within the source's expectations",
    "change_is_plausible": "the occupied area may change only so much from map to map, within a "
    "batch and from batch to batch",
    "level_is_confirmed": "a change beyond expectations is taken once three maps agree on it",
    "batch_is_readable": "what lies beside the record of a batch must be as it was written",
    "day_has_one_map": "the last publication of a day is that day's map",
    "statuses_are_disjoint": "statuses of a day may not overlap; occupied goes before contested "
    "before government",
    # rows
    "has_a_geometry": "a feature has a geometry",
    "is_a_polygon": "control is drawn as polygons; labels, icons and lines are none",
    "geometry_is_readable": "a geometry must be valid GeoJSON",
    "coordinates_are_degrees": "longitudes lie within 180, latitudes within 90 degrees",
    "has_area": "a polygon must be wider than the grid of 0.000001 degree",
    "lies_in_coverage": "most of a polygon must lie in the source's coverage",
    "has_a_known_label": "caption or colour must be in the source's vocabulary",
    # repairs and notes
    "label_agrees_with_fill": "caption and colour should agree; the colour is taken",
    "geometry_is_flat": "heights are dropped",
    "geometry_is_valid": "rings that cross or touch themselves are rebuilt",
    "geometry_is_plain": "polygons are taken out of collections",
    "parts_lie_in_coverage": "parts outside the source's coverage are cut off",
}
LAYER_RULES: dict[str, str] = {
    # files and layers
    "file_is_of_a_format": "a file is of a format that is read, by name and by content",
    "member_name_is_free": "no two members may have one name",
    "member_path_is_short": "a member's path has at most 1,000 bytes once its names are made safe",
    "layer_has_geometry": "tables without geometry are passed over unless named by --layer",
    "layer_has_rows": "a layer has rows that pass the rules",
    "layer_name_fits_urls": "a collection is named by 1 to 64 letters, digits, _ . -, no dot first",
    "layer_name_is_free": "no two layers may have one id, whatever its case, and none that of a "
    "collection of Lodeline; the later is numbered",
    "driver_is_content": "what the reader of the format remarked",
    "line_is_a_feature": "every line of a text sequence is a feature",
    "crs_is_stated": "a layer names its CRS; where none is named and coordinates fit, they are "
    "read as longitude and latitude on WGS 84",
    "crs_is_the_files_own": "--crs speaks over the CRS of the file",
    # columns
    "column_name_is_free": "names differ in more than case, and none is `id` or `geometry`",
    "column_is_supported": "bytes are left out",
    "column_says_something": "settings of drawing that KML adds to every feature are left out",
    "id_is_unique": "ids of the file that stand once, and that a URL can carry, name their "
    "features; the other features are <layer>.<n>, n from 1, and all ids stay in a column of their "
    "own",
    "text_is_utf8": "text is UTF-8, what is not is replaced; save the file as UTF-8",
    "number_is_finite": "NaN and infinity are made empty",
    "value_fits_its_type": "a value that is none of its column's type is made empty",
    "value_is_plain": "objects and lists become text, which is JSON",
    "integer_fits_64_bits": "whole numbers beyond 64 bits stay text, so that no digit is lost",
    "day_is_written_out": "whole numbers like 20240224 in a column named for days are days",
    "day_is_in_one_column": "year, month and day in columns of their own are put together",
    "days_are_known": "the days of a feature are those of these columns; others are named by "
    "--begin and --end",
    "days_are_recognised": "a layer with dates says which of them are the days of a feature; name "
    "the columns with --begin and --end",
    "days_are_in_order": "a feature begins before it ends; others are on no day",
    "time_has_a_zone": "times without a zone are taken as UTC",
    "time_fits_microseconds": "times are kept to the microsecond before, finer digits are dropped",
    "name_is_free_in_tiles": "`point_count` and `omitted` are the tiles' own properties; a column "
    "of that name keeps it everywhere but in tiles, where it has a number",
    # layers as a release has them
    "lies_within_web_mercator": "tiles end at 85.0511 degrees north and south; what lies beyond is "
    "in the collection and not in its tiles",
    "layer_can_be_released": "every row can be written as a release has it",
    "layer_can_be_drawn": "tiles can be drawn of a layer; else it is published without them",
    # rows
    "geometry_can_be_read": "a geometry is one of points, lines, polygons and collections of them",
    "geometry_is_not_empty": "empty geometries are made missing",
    "part_has_points": "parts and rings without points are left out",
    "geometry_has_two_axes": "heights and measures are dropped",
    "geometry_is_straight": "curves are turned into lines",
    "polygon_is_valid": "rings that cross or touch themselves are rebuilt",
    "polygon_has_area": "a polygon has an area",
    "lies_on_earth": "longitudes lie within 180, latitudes within 90 degrees; if the file is in "
    "another CRS, name it with --crs",
    "lies_within_the_edge": "coordinates up to 0.000001 degree beyond 180 or 90 are moved there",
}
LONGEST_WORDS = 400
MOST_ROWS_SHOWN = 1000
"""Rows of a layer with an Issue of their own under one rule; one more Issue counts the rest."""
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


def layer_issue(rule: str, severity: Severity, file: str, found: str, *, count: int = 1) -> Issue:
    """An Issue with the words of its rule and what was found."""
    words = LAYER_RULES.get(rule) or RULES[rule]
    message = f"{words}; found: {readable(found)}" if found else words
    return Issue(file=printable(file), rule=rule, severity=severity, message=message, count=count)


def readable(text: str) -> str:
    """Words of others fit for tables: without control characters, at most 400 characters."""
    shown = "".join(c if c.isprintable() else " " for c in text)
    return shown if len(shown) <= LONGEST_WORDS else f"{shown[:LONGEST_WORDS]}…"


def row_issues(rule: str, severity: Severity, file: str, rows: Sequence[int]) -> list[Issue]:
    """An Issue for each row, up to a number; one more for those beyond."""
    issue = layer_issue(rule, severity, file, "")
    shown = [issue.model_copy(update={"row": row}) for row in rows[:MOST_ROWS_SHOWN]]
    rest = len(rows) - len(shown)
    if rest:
        shown.append(layer_issue(rule, severity, file, f"{rest} rows more", count=rest))
    return shown


def refusal_issue(refusal: RejectedMember) -> Issue:
    """The Issue of a member that was not read."""
    return layer_issue(refusal.rule, refusal.severity, refusal.name, refusal.found)


def raster_issue(
    rule: str, severity: Severity, file: str, found: str = "", *, count: int = 1
) -> Issue:
    """An Issue with the words of its rule and what was found."""
    words = RASTER_RULES[rule]
    message = f"{words}; found: {readable(found)}" if found else words
    return Issue(file=printable(file), rule=rule, severity=severity, message=message, count=count)
