"""Rasters: made from a release or ingested, kept as COGs, read as tiles, spots and statistics.

The one room that knows rasterio, which takes a second to load, so
`listing`, `grid` and `colours` do without them until a cell is read.
"""
