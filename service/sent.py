"""What does a request bring along: its body, of a type that is read and of bounded size."""

from starlette.requests import ClientDisconnect, Request

from geodata.errors import InvalidInput, Refused, TooLarge

GEOJSON_TYPES = ("application/geo+json", "application/json")
MOST_BYTES = 4_000_000


async def sent_body(request: Request, types: tuple[str, ...] = GEOJSON_TYPES) -> bytes:
    """The whole body, empty where there is none.

    Bytes are counted as they come, whatever length the request gives. Raises TooLarge, Refused for
    other types, and InvalidInput for a body that ends before its length or within a chunk.
    """
    length = _length(request)
    if length is not None and length > MOST_BYTES:
        raise _too_large()
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                raise _too_large()
            parts.append(part)
    except ClientDisconnect as error:
        raise InvalidInput("the request ended before its body did; send it again") from error
    if length is not None and size != length:
        raise InvalidInput(f"the body has {size} bytes of {length}; send it again, whole")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if size and kind not in types:
        raise Refused(f"the body is {kind[:60] or 'of no type'!r}; send {' or '.join(types)}")
    return b"".join(parts)


def _length(request: Request) -> int | None:
    """Bytes the body should have; None where its chunks say so themselves (RFC 9112, 6.3)."""
    given = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or not (given.isascii() and given.isdigit()):
        return None
    return int(given[:20])


def _too_large() -> TooLarge:
    return TooLarge(f"the body has more than {MOST_BYTES:,} bytes; simplify the area")
