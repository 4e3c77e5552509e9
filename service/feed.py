"""Changes of verdict as an Atom feed (RFC 4287)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from schemas import Manifest

ATOM = "application/atom+xml"
_SPACE = "http://www.w3.org/2005/Atom"


def atom(
    changes: Sequence[Mapping[str, Any]],
    own: str,
    href: Callable[[str], str],
    manifest: Manifest,
) -> bytes:
    """The feed of changes, in the order given; own: its URL; href: makes a path a URL."""
    ET.register_namespace("", _SPACE)
    feed = ET.Element(f"{{{_SPACE}}}feed")
    _add(feed, "id", own)
    _add(feed, "title", "Lodeline: deposits whose verdict changed")
    _add(feed, "updated", manifest.created)
    _link(feed, own, "self")
    _add(_add(feed, "author"), "name", "Lodeline")
    for change in changes:
        _entry(feed, change, href)
    return bytes(ET.tostring(feed, encoding="utf-8", xml_declaration=True))


def _entry(feed: ET.Element, change: Mapping[str, Any], href: Callable[[str], str]) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", href(f"/collections/changes/items/{change['id']}"))
    _add(entry, "title", f"{change['name_en']}: {change['before']} → {change['after']}")
    _add(entry, "updated", f"{change['day']}T00:00:00Z")
    _link(entry, href(f"/deposits/{change['deposit_id']}/timeline"), "alternate")
    _add(entry, "summary", f"On {change['day']}, according to {change['source']}.")


def _add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
    child = ET.SubElement(parent, f"{{{_SPACE}}}{name}")
    child.text = text
    return child


def _link(parent: ET.Element, href: str, rel: str) -> None:
    ET.SubElement(parent, f"{{{_SPACE}}}link", {"href": href, "rel": rel})
