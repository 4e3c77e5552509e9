"""A picture of the map, drawn on the server: what a state shows, laid out for any size, as PNG."""

from service.pages.picture.drawn import picture

__all__ = ["picture"]
