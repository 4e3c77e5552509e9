"""What does a request bring along: its body, of a type that is read and of bounded size."""

from starlette.requests import ClientDisconnect, Request

from geodata.errors import InvalidInput, Refused, TooLarge

GEOJSON_TYPES = ("application/geo+json", "application/json")
MOST_BYTES = 4_000_000


async def sent_body(request: Request, types: tuple[str, ...] = GEOJSON_TYPES) -> bytes:
    """The body, empty where there is none. Raises TooLarge, and Refused for other types.

    Bytes are counted as they come: a length that is not told or wrong changes nothing.
    """
    told = request.headers.get("content-length", "0")
    if told.isascii() and told.isdigit() and int(told[:20]) > MOST_BYTES:
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
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if size and kind not in types:
        raise Refused(f"the body is {kind[:60] or 'of no type'!r}; send {' or '.join(types)}")
    return b"".join(parts)


def _too_large() -> TooLarge:
    return TooLarge(f"the body has more than {MOST_BYTES:,} bytes; simplify the area")
