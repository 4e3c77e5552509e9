"""Which claims must hold of files and rows, in words; the key is the `rule` of an Issue."""

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
