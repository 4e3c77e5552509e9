"""How does MapLibre reach the browser: from the installed package, squeezed once, kept for long."""

import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import brotli
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.caching import IMMUTABLE, matches
from service.compress import encoding_for

PACKAGE = "maplibre"
MEDIA = {"maplibre-gl.js": "text/javascript; charset=utf-8", "maplibre-gl.css": "text/css"}
SHORT = "public, max-age=3600"
_QUALITY = 9


async def maplibre(request: Request) -> Response:
    """A file of MapLibre; URLs that name its version may be kept for ever.

    Raises HTTPException 404 for other names, and where the package is not installed.
    """
    name = request.path_params["name"]
    tag = version(name)
    if tag is None:
        raise HTTPException(404)
    encoding = encoding_for(request.headers.get("accept-encoding", ""))
    if encoding == "zstd":  # gzip is as good here, and one form fewer is kept
        encoding = "gzip"
    own = f'"{tag}.{encoding}"'
    headers = {
        "ETag": own,
        "Cache-Control": IMMUTABLE if request.query_params.get("v") == tag else SHORT,
        "Vary": "Accept-Encoding",
    }
    if matches(request.headers.get("if-none-match", ""), own):
        return Response(status_code=304, headers=headers)
    body = await run_in_threadpool(_packed, name, encoding)
    if encoding is not None:
        headers["Content-Encoding"] = encoding
    return Response(body, media_type=MEDIA[name], headers=headers)


@cache
def version(name: str) -> str | None:
    """What tells this content of a file from any other; None where there is no such file."""
    place = _place(name)
    return hashlib.blake2s(place.read_bytes(), digest_size=8).hexdigest() if place else None


@cache
def _packed(name: str, encoding: str | None) -> bytes:
    place = _place(name)
    body = place.read_bytes() if place else b""
    if encoding == "br":
        return bytes(brotli.compress(body, quality=_QUALITY))
    return gzip.compress(body, _QUALITY, mtime=0) if encoding == "gzip" else body


@cache
def _place(name: str) -> Path | None:
    """The file inside the package, found without importing the package."""
    found = find_spec(PACKAGE)
    folders = list(found.submodule_search_locations or []) if found else []
    if name not in MEDIA or not folders:
        return None
    place = Path(folders[0]) / "srcjs" / name
    return place if place.is_file() else None
