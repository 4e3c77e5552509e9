"""What leaves in place of an answer whose condition does not hold (RFC 9110, 13)?"""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.http.negotiation import OF_CONTENT

ANOTHER = (
    "If-Match names another version than the one there is, which is {}; ask again without it, and "
    "read from the beginning what was read in parts"
)


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """The answer with more headers."""
    response.raw_headers.extend(
        (name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()
    )
    return response


async def in_place_of(response: Response, headers: Mapping[str, str], *, wanted: bool) -> Response:
    """304 in place of an answer, for a client that has any (`If-None-Match: *`).

    headers: those of every answer, its ETag among them. wanted: whether it is the version the
    client names in If-Match. Raises HTTPException 412 where it is not. What the answer holds open
    is closed.
    """
    if response.background is not None:
        await response.background()
    if not wanted:
        tag = headers["ETag"]
        raise HTTPException(412, ANOTHER.format(tag), {"ETag": tag})
    own = {name: text for name, text in response.headers.items() if name not in OF_CONTENT}
    return Response(status_code=304, headers={**own, **headers})
