"""A state of the map to share: as a picture, and as a page other sites may frame."""

from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator, Field, ValidationInfo
from starlette.responses import Response

from geodata.errors import InvalidInput
from service.http.context import Context, RequestContext
from service.http.offer import FOLLOWS_TODAY, CachePolicy, answers
from service.http.routing import release_router
from service.pages.embed import embed_page
from service.pages.picture import picture
from service.params.map_state import MapState, WordedState
from service.routes.landing import CSP

LEAST_PX, MOST_PX = 200, 2000
PNG = "image/png"
router = release_router("map")


def _side(text: str, info: ValidationInfo) -> int:
    digits, name = str(text), str(info.field_name)
    size = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 0
    if not LEAST_PX <= size <= MOST_PX:
        raise InvalidInput(
            f"{name} is {digits[:20]!r}; give whole pixels from {LEAST_PX} to {MOST_PX}",
            parameter=name,
        )
    return size


Side = Annotated[int, BeforeValidator(_side)]


class PictureQuery(WordedState):
    """A state of the map, and the size of its picture."""

    w: Side = Field(1200, ge=LEAST_PX, le=MOST_PX, description="Width, pixels.")
    h: Side = Field(630, ge=LEAST_PX, le=MOST_PX, description="Height, pixels.")


@router.get("/picture.png", name="picture", summary="The map at a state, as a picture")
@answers("png", media={"png": PNG}, encodings=(), cache=CachePolicy(days=("day",)))
def picture_png(ask: Context, query: Annotated[PictureQuery, Query()]) -> Response:
    """The map of a state with what it shows in a sentence, day, source, legend and credit."""
    return Response(picture(ask.store, query, query.w, query.h), media_type=PNG)


def embed_headers(_: RequestContext, _query: MapState) -> dict[str, str]:
    """The map's policy, but that any site may frame the page."""
    return {"Content-Security-Policy": CSP.replace("frame-ancestors 'none'", "frame-ancestors *")}


@router.get("/embed", name="embed", summary="The map at a state, to be framed by other sites")
@answers("html", headers=embed_headers, cache=CachePolicy(days=FOLLOWS_TODAY))
def embed(ask: Context, query: Annotated[MapState, Query()]) -> Response:
    """The map without the tools around it."""
    return ask.html(embed_page(ask, query))
