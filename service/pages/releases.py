"""The pages of releases: all of them, what one is made of, and what differs between two."""

from collections.abc import Mapping
from typing import Any

from service.http.context import Ask
from service.pages.rendering import page

Document = Mapping[str, Any]


def releases(ask: Ask, document: Document) -> str:
    """All releases, newest first."""
    return page(ask, "releases.html", title="Releases", document=document)


def release(ask: Ask, document: Document) -> str:
    """The manifest of one release."""
    title = f"Release {document['id']}"
    return page(ask, "release.html", title=title, document=document, own=document)


def diff(ask: Ask, document: Document) -> str:
    """What differs between two releases."""
    title = f"From {document['from']} to {document['to']}"
    return page(ask, "diff.html", title=title, document=document)
