"""Styles of the maps: the palette, and MapLibre documents made of it for a day and a source."""
