"""How are links written: absolute, with rel and type, from one base."""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from starlette.requests import Request

from service.settings import Settings

Link = dict[str, str]
JSON = "application/json"
GEOJSON = "application/geo+json"
HTML = "text/html"
SCHEMA_JSON = "application/schema+json"
LINK_HEADER_MOST = 4000
"""Bytes of a `Link` header; proxies refuse answers whose headers are longer than 4 to 8 kB."""
_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-fA-F:.]{2,45}\](:\d{1,5})?", re.ASCII)


def base_url(request: Request, settings: Settings) -> str:
    """Where links start: the configured URL, else the scheme and host of the request."""
    if settings.public_url is not None:
        return str(settings.public_url).rstrip("/")
    host = request.headers.get("host", "")
    safe = host if _HOST.fullmatch(host) else "localhost"
    return f"{request.scope['scheme']}://{safe}"


def url(base: str, path: str, words: Mapping[str, str] | None = None) -> str:
    """An absolute URL; parameters in the order given."""
    query = urlencode(words, quote_via=quote, safe=",:/") if words else ""
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def link(href: str, rel: str, media_type: str, title: str | None = None) -> Link:
    """One link object."""
    found = {"href": href, "rel": rel, "type": media_type}
    return {**found, "title": title} if title else found


def self_link(base: str, path: str, words: Mapping[str, str], media_type: str) -> Link:
    """The link to this very document."""
    return link(url(base, path, words), "self", media_type, "This document")


def rel(name: str) -> str:
    """A relation type of OGC's register."""
    return f"http://www.opengis.net/def/rel/ogc/1.0/{name}"


def link_header(links: list[Link]) -> str:
    """Links as the value of a `Link` header (RFC 8288), at most LINK_HEADER_MOST characters.

    A link that is too long, as that of a filter of pages, is left to the body, which has them all.
    """
    values: list[str] = []
    left = LINK_HEADER_MOST
    for entry in links:
        value = f'<{entry["href"]}>; rel="{entry["rel"]}"; type="{entry["type"]}"'
        if len(value) + 2 <= left:
            values.append(value)
            left -= len(value) + 2
    return ", ".join(values)
