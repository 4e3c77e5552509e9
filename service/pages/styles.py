"""The page of the map's styles: their addresses, and what their colours mean."""

from collections.abc import Mapping
from typing import Any

from service.http.context import Ask
from service.pages.rendering import page
from service.styles.document import KINDS

Document = Mapping[str, Any]


def styles(ask: Ask, document: Document) -> str:
    """All styles."""
    palettes = {own.id: own.palette for own in KINDS.values()}
    return page(ask, "styles.html", title="Styles of the map", document=document, palettes=palettes)
